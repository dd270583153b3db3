// torch/layer_norm_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d1, 0, 0)>
module {
  func.func @main(%arg0: tensor<2x8x4x6xf32>, %arg1: tensor<8x16x2x2xf32>, %arg2: tensor<16xf32>, %arg3: tensor<16xf32>, %arg4: tensor<16xf32>) -> tensor<2x16x8x12xf32> {
    %c2_i64 = arith.constant 2 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 5.000000e-01 : f32
    %cst_2 = arith.constant 9.9999999999999995E-7 : f64
    %c1 = arith.constant 1 : index
    %cst_3 = arith.constant 1.600000e+01 : f32
    %cst_4 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<16x8x2x2xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<16x8x2x2xf32>) -> tensor<16x8x2x2xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<16x8x2x2xf32>) {
    ^bb0(%out: f32):
      %21 = linalg.index 0 : index
      %22 = linalg.index 1 : index
      %23 = linalg.index 2 : index
      %24 = linalg.index 3 : index
      %25 = arith.subi %c1, %23 : index
      %26 = arith.subi %c1, %24 : index
      %extracted = tensor.extract %arg1[%22, %21, %25, %26] : tensor<8x16x2x2xf32>
      linalg.yield %extracted : f32
    } -> tensor<16x8x2x2xf32>
    %3 = tensor.empty() : tensor<2x8x9x13xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x8x9x13xf32>) -> tensor<2x8x9x13xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 1, 1] [2, 8, 4, 6] [1, 1, 2, 2] : tensor<2x8x4x6xf32> into tensor<2x8x9x13xf32>
    %5 = tensor.empty() : tensor<2x16x8x12xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<16xf32>) outs(%5 : tensor<2x16x8x12xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x8x9x13xf32>, tensor<16x8x2x2xf32>) outs(%broadcasted : tensor<2x16x8x12xf32>) -> tensor<2x16x8x12xf32>
    %7 = tensor.empty() : tensor<2x1x8x12xf32>
    %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<2x1x8x12xf32>) -> tensor<2x1x8x12xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%6 : tensor<2x16x8x12xf32>) outs(%8 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.addf %in, %out : f32
      linalg.yield %21 : f32
    } -> tensor<2x1x8x12xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x1x8x12xf32>) outs(%7 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.divf %in, %cst_3 : f32
      linalg.yield %21 : f32
    } -> tensor<2x1x8x12xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %10 : tensor<2x16x8x12xf32>, tensor<2x1x8x12xf32>) outs(%5 : tensor<2x16x8x12xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %21 = arith.subf %in, %in_6 : f32
      linalg.yield %21 : f32
    } -> tensor<2x16x8x12xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x16x8x12xf32>) outs(%5 : tensor<2x16x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = math.fpowi %in, %c2_i64 : f32, i64
      linalg.yield %21 : f32
    } -> tensor<2x16x8x12xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%12 : tensor<2x16x8x12xf32>) outs(%8 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.addf %in, %out : f32
      linalg.yield %21 : f32
    } -> tensor<2x1x8x12xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x1x8x12xf32>) outs(%7 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.divf %in, %cst_3 : f32
      linalg.yield %21 : f32
    } -> tensor<2x1x8x12xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x1x8x12xf32>) outs(%7 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.truncf %cst_2 : f64 to f32
      %22 = arith.addf %in, %21 : f32
      linalg.yield %22 : f32
    } -> tensor<2x1x8x12xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x1x8x12xf32>) outs(%7 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = math.sqrt %in : f32
      linalg.yield %21 : f32
    } -> tensor<2x1x8x12xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %16 : tensor<2x16x8x12xf32>, tensor<2x1x8x12xf32>) outs(%5 : tensor<2x16x8x12xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %21 = arith.divf %in, %in_6 : f32
      linalg.yield %21 : f32
    } -> tensor<2x16x8x12xf32>
    %expanded = tensor.expand_shape %arg3 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %18 = linalg.generic {indexing_maps = [#map2, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded, %17 : tensor<16x1x1xf32>, tensor<2x16x8x12xf32>) outs(%5 : tensor<2x16x8x12xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %21 = arith.mulf %in, %in_6 : f32
      linalg.yield %21 : f32
    } -> tensor<2x16x8x12xf32>
    %expanded_5 = tensor.expand_shape %arg4 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %expanded_5 : tensor<2x16x8x12xf32>, tensor<16x1x1xf32>) outs(%5 : tensor<2x16x8x12xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %21 = arith.addf %in, %in_6 : f32
      linalg.yield %21 : f32
    } -> tensor<2x16x8x12xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19 : tensor<2x16x8x12xf32>) outs(%5 : tensor<2x16x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.divf %in, %cst_4 : f32
      %22 = math.erf %21 : f32
      %23 = arith.addf %22, %cst_0 : f32
      %24 = arith.mulf %23, %cst_1 : f32
      %25 = arith.mulf %in, %24 : f32
      linalg.yield %25 : f32
    } -> tensor<2x16x8x12xf32>
    return %20 : tensor<2x16x8x12xf32>
  }
}
