// torch/ln_by_hand_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
module {
  func.func @main(%arg0: tensor<2x4x4x8xf32>, %arg1: tensor<4x6x4x4xf32>, %arg2: tensor<6xf32>) -> tensor<2x6x8x16xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 1.500000e+01 : f64
    %cst_4 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_5 = arith.constant 1.600000e+01 : f32
    %cst_6 = arith.constant 1.600000e+01 : f64
    %cst_7 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<6x4x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<6x4x4x4xf32>) -> tensor<6x4x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<6x4x4x4xf32>) {
    ^bb0(%out: f32):
      %27 = linalg.index 0 : index
      %28 = linalg.index 1 : index
      %29 = linalg.index 2 : index
      %30 = linalg.index 3 : index
      %31 = arith.subi %c3, %29 : index
      %32 = arith.subi %c3, %30 : index
      %extracted = tensor.extract %arg1[%28, %27, %31, %32] : tensor<4x6x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<6x4x4x4xf32>
    %3 = tensor.empty() : tensor<2x4x11x19xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x4x11x19xf32>) -> tensor<2x4x11x19xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 4, 4, 8] [1, 1, 2, 2] : tensor<2x4x4x8xf32> into tensor<2x4x11x19xf32>
    %5 = tensor.empty() : tensor<2x6x8x16xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<6xf32>) outs(%5 : tensor<2x6x8x16xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x4x11x19xf32>, tensor<6x4x4x4xf32>) outs(%broadcasted : tensor<2x6x8x16xf32>) -> tensor<2x6x8x16xf32>
    %7 = tensor.empty() : tensor<2x6x8x1xf32>
    %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<2x6x8x1xf32>) -> tensor<2x6x8x1xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x6x8x16xf32>) outs(%8 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.addf %in, %out : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x8x1xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x6x8x1xf32>) outs(%7 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.divf %in, %cst_5 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x8x1xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %10 : tensor<2x6x8x16xf32>, tensor<2x6x8x1xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %27 = arith.subf %in, %in_8 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x8x16xf32>
    %12 = tensor.empty() : tensor<2x6x8x16xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x6x8x16xf32>) outs(%12 : tensor<2x6x8x16xf64>) {
    ^bb0(%in: f32, %out: f64):
      %27 = arith.extf %in : f32 to f64
      linalg.yield %27 : f64
    } -> tensor<2x6x8x16xf64>
    %14 = tensor.empty() : tensor<2x6x8x1xf64>
    %15 = linalg.fill ins(%cst_0 : f64) outs(%14 : tensor<2x6x8x1xf64>) -> tensor<2x6x8x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%13 : tensor<2x6x8x16xf64>) outs(%15 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.addf %in, %out : f64
      linalg.yield %27 : f64
    } -> tensor<2x6x8x1xf64>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x6x8x1xf64>) outs(%14 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.divf %in, %cst_6 : f64
      linalg.yield %27 : f64
    } -> tensor<2x6x8x1xf64>
    %18 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %17 : tensor<2x6x8x16xf64>, tensor<2x6x8x1xf64>) outs(%12 : tensor<2x6x8x16xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %27 = arith.subf %in, %in_8 : f64
      linalg.yield %27 : f64
    } -> tensor<2x6x8x16xf64>
    %19 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %18 : tensor<2x6x8x16xf64>, tensor<2x6x8x16xf64>) outs(%12 : tensor<2x6x8x16xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %27 = arith.mulf %in, %in_8 : f64
      linalg.yield %27 : f64
    } -> tensor<2x6x8x16xf64>
    %20 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%19 : tensor<2x6x8x16xf64>) outs(%15 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.addf %in, %out : f64
      linalg.yield %27 : f64
    } -> tensor<2x6x8x1xf64>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x6x8x1xf64>) outs(%14 : tensor<2x6x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.divf %in, %cst_3 : f64
      linalg.yield %27 : f64
    } -> tensor<2x6x8x1xf64>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x6x8x1xf64>) outs(%7 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %27 = arith.truncf %in : f64 to f32
      linalg.yield %27 : f32
    } -> tensor<2x6x8x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x6x8x1xf32>) outs(%7 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.truncf %cst_4 : f64 to f32
      %28 = arith.addf %in, %27 : f32
      linalg.yield %28 : f32
    } -> tensor<2x6x8x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x6x8x1xf32>) outs(%7 : tensor<2x6x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = math.sqrt %in : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x8x1xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %24 : tensor<2x6x8x16xf32>, tensor<2x6x8x1xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %27 = arith.divf %in, %in_8 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x8x16xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<2x6x8x16xf32>) outs(%5 : tensor<2x6x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.divf %in, %cst_7 : f32
      %28 = math.erf %27 : f32
      %29 = arith.addf %28, %cst_1 : f32
      %30 = arith.mulf %29, %cst_2 : f32
      %31 = arith.mulf %in, %30 : f32
      linalg.yield %31 : f32
    } -> tensor<2x6x8x16xf32>
    return %26 : tensor<2x6x8x16xf32>
  }
}
