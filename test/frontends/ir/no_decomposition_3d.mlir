// torch/no_decomposition_3d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
module {
  func.func @main(%arg0: tensor<2x3x3x4x8xf32>, %arg1: tensor<3x4x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<16xf32>, %arg4: tensor<16xf32>) -> tensor<2x4x6x8x16xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 5.000000e-01 : f32
    %cst_2 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_3 = arith.constant 1.600000e+01 : f32
    %cst_4 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<4x3x4x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x4x4x4xf32>) -> tensor<4x3x4x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4x4xf32>) {
    ^bb0(%out: f32):
      %23 = linalg.index 0 : index
      %24 = linalg.index 1 : index
      %25 = linalg.index 2 : index
      %26 = linalg.index 3 : index
      %27 = linalg.index 4 : index
      %28 = arith.subi %c3, %25 : index
      %29 = arith.subi %c3, %26 : index
      %30 = arith.subi %c3, %27 : index
      %extracted = tensor.extract %arg1[%24, %23, %28, %29, %30] : tensor<3x4x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4x4xf32>
    %3 = tensor.empty() : tensor<2x3x9x11x19xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x9x11x19xf32>) -> tensor<2x3x9x11x19xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2, 2] [2, 3, 3, 4, 8] [1, 1, 2, 2, 2] : tensor<2x3x3x4x8xf32> into tensor<2x3x9x11x19xf32>
    %5 = tensor.empty() : tensor<2x4x6x8x16xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) dimensions = [0, 2, 3, 4] 
    %6 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %2 : tensor<2x3x9x11x19xf32>, tensor<4x3x4x4x4xf32>) outs(%broadcasted : tensor<2x4x6x8x16xf32>) -> tensor<2x4x6x8x16xf32>
    %7 = tensor.empty() : tensor<2x4x6x8x1xf32>
    %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<2x4x6x8x1xf32>) -> tensor<2x4x6x8x1xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x4x6x8x16xf32>) outs(%8 : tensor<2x4x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = arith.addf %in, %out : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x1xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x6x8x1xf32>) outs(%7 : tensor<2x4x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = arith.divf %in, %cst_3 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x1xf32>
    %collapsed = tensor.collapse_shape %10 [[0], [1], [2], [3, 4]] : tensor<2x4x6x8x1xf32> into tensor<2x4x6x8xf32>
    %11 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed : tensor<2x4x6x8xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x8x16xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %11 : tensor<2x4x6x8x16xf32>, tensor<2x4x6x8x16xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %23 = arith.subf %in, %in_6 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x16xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%12, %12 : tensor<2x4x6x8x16xf32>, tensor<2x4x6x8x16xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %23 = arith.mulf %in, %in_6 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x16xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13 : tensor<2x4x6x8x16xf32>) outs(%8 : tensor<2x4x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = arith.addf %in, %out : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x6x8x1xf32>) outs(%7 : tensor<2x4x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = arith.divf %in, %cst_3 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x1xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x6x8x1xf32>) outs(%7 : tensor<2x4x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = arith.truncf %cst_2 : f64 to f32
      %24 = arith.addf %in, %23 : f32
      linalg.yield %24 : f32
    } -> tensor<2x4x6x8x1xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x4x6x8x1xf32>) outs(%7 : tensor<2x4x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = math.rsqrt %in : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x1xf32>
    %collapsed_5 = tensor.collapse_shape %17 [[0], [1], [2], [3, 4]] : tensor<2x4x6x8x1xf32> into tensor<2x4x6x8xf32>
    %18 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5 : tensor<2x4x6x8xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x8x16xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%12, %18 : tensor<2x4x6x8x16xf32>, tensor<2x4x6x8x16xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %23 = arith.mulf %in, %in_6 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x16xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19, %arg3 : tensor<2x4x6x8x16xf32>, tensor<16xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %23 = arith.mulf %in, %in_6 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x16xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20, %arg4 : tensor<2x4x6x8x16xf32>, tensor<16xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %23 = arith.addf %in, %in_6 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x6x8x16xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x4x6x8x16xf32>) outs(%5 : tensor<2x4x6x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = arith.divf %in, %cst_4 : f32
      %24 = math.erf %23 : f32
      %25 = arith.addf %24, %cst_0 : f32
      %26 = arith.mulf %25, %cst_1 : f32
      %27 = arith.mulf %in, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x4x6x8x16xf32>
    return %22 : tensor<2x4x6x8x16xf32>
  }
}
