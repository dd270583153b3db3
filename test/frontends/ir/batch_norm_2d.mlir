// torch/batch_norm_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0) -> (d0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d1, 0, 0)>
module {
  func.func @main(%arg0: tensor<2x4x4x6xf32>, %arg1: tensor<4x8x4x4xf32>, %arg2: tensor<8xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>, %arg5: tensor<8xf32>, %arg6: tensor<8xf32>) -> tensor<2x8x8x12xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 5.000000e-01 : f32
    %cst_2 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_3 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<8x4x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<8x4x4x4xf32>) -> tensor<8x4x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<8x4x4x4xf32>) {
    ^bb0(%out: f32):
      %15 = linalg.index 0 : index
      %16 = linalg.index 1 : index
      %17 = linalg.index 2 : index
      %18 = linalg.index 3 : index
      %19 = arith.subi %c3, %17 : index
      %20 = arith.subi %c3, %18 : index
      %extracted = tensor.extract %arg1[%16, %15, %19, %20] : tensor<4x8x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<8x4x4x4xf32>
    %3 = tensor.empty() : tensor<2x4x11x15xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x4x11x15xf32>) -> tensor<2x4x11x15xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 4, 4, 6] [1, 1, 2, 2] : tensor<2x4x4x6xf32> into tensor<2x4x11x15xf32>
    %5 = tensor.empty() : tensor<2x8x8x12xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<8xf32>) outs(%5 : tensor<2x8x8x12xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x4x11x15xf32>, tensor<8x4x4x4xf32>) outs(%broadcasted : tensor<2x8x8x12xf32>) -> tensor<2x8x8x12xf32>
    %7 = tensor.empty() : tensor<8xf32>
    %8 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel"]} ins(%arg6 : tensor<8xf32>) outs(%7 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %15 = arith.truncf %cst_2 : f64 to f32
      %16 = arith.addf %in, %15 : f32
      linalg.yield %16 : f32
    } -> tensor<8xf32>
    %9 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel"]} ins(%8 : tensor<8xf32>) outs(%7 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %15 = math.rsqrt %in : f32
      linalg.yield %15 : f32
    } -> tensor<8xf32>
    %expanded = tensor.expand_shape %arg5 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_4 = tensor.expand_shape %9 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %expanded : tensor<2x8x8x12xf32>, tensor<8x1x1xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %15 = arith.subf %in, %in_7 : f32
      linalg.yield %15 : f32
    } -> tensor<2x8x8x12xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %expanded_4 : tensor<2x8x8x12xf32>, tensor<8x1x1xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %15 = arith.mulf %in, %in_7 : f32
      linalg.yield %15 : f32
    } -> tensor<2x8x8x12xf32>
    %expanded_5 = tensor.expand_shape %arg3 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %expanded_5 : tensor<2x8x8x12xf32>, tensor<8x1x1xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %15 = arith.mulf %in, %in_7 : f32
      linalg.yield %15 : f32
    } -> tensor<2x8x8x12xf32>
    %expanded_6 = tensor.expand_shape %arg4 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %expanded_6 : tensor<2x8x8x12xf32>, tensor<8x1x1xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %15 = arith.addf %in, %in_7 : f32
      linalg.yield %15 : f32
    } -> tensor<2x8x8x12xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x8x8x12xf32>) outs(%5 : tensor<2x8x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %15 = arith.divf %in, %cst_3 : f32
      %16 = math.erf %15 : f32
      %17 = arith.addf %16, %cst_0 : f32
      %18 = arith.mulf %17, %cst_1 : f32
      %19 = arith.mulf %in, %18 : f32
      linalg.yield %19 : f32
    } -> tensor<2x8x8x12xf32>
    return %14 : tensor<2x8x8x12xf32>
  }
}
