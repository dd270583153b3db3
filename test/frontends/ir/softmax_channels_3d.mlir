// torch/softmax_channels_3d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d3, d4)>
module {
  func.func @main(%arg0: tensor<2x4x2x3x4xf32>, %arg1: tensor<4x8x3x3x3xf32>, %arg2: tensor<8xf32>) -> tensor<2x8x4x6x8xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %c0_i64 = arith.constant 0 : i64
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %c2 = arith.constant 2 : index
    %0 = tensor.empty() : tensor<8x4x3x3x3xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<8x4x3x3x3xf32>) -> tensor<8x4x3x3x3xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<8x4x3x3x3xf32>) {
    ^bb0(%out: f32):
      %19 = linalg.index 0 : index
      %20 = linalg.index 1 : index
      %21 = linalg.index 2 : index
      %22 = linalg.index 3 : index
      %23 = linalg.index 4 : index
      %24 = arith.subi %c2, %21 : index
      %25 = arith.subi %c2, %22 : index
      %26 = arith.subi %c2, %23 : index
      %extracted = tensor.extract %arg1[%20, %19, %24, %25, %26] : tensor<4x8x3x3x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<8x4x3x3x3xf32>
    %3 = tensor.empty() : tensor<2x4x6x8x10xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x4x6x8x10xf32>) -> tensor<2x4x6x8x10xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 1, 1, 1] [2, 4, 2, 3, 4] [1, 1, 2, 2, 2] : tensor<2x4x2x3x4xf32> into tensor<2x4x6x8x10xf32>
    %5 = tensor.empty() : tensor<2x8x4x6x8xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<8xf32>) outs(%5 : tensor<2x8x4x6x8xf32>) dimensions = [0, 2, 3, 4] 
    %6 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %2 : tensor<2x4x6x8x10xf32>, tensor<8x4x3x3x3xf32>) outs(%broadcasted : tensor<2x8x4x6x8xf32>) -> tensor<2x8x4x6x8xf32>
    %7 = tensor.empty() : tensor<2x4x6x8xi64>
    %8 = linalg.fill ins(%c0_i64 : i64) outs(%7 : tensor<2x4x6x8xi64>) -> tensor<2x4x6x8xi64>
    %9 = tensor.empty() : tensor<2x4x6x8xf32>
    %10 = linalg.fill ins(%cst_0 : f32) outs(%9 : tensor<2x4x6x8xf32>) -> tensor<2x4x6x8xf32>
    %11:2 = linalg.generic {indexing_maps = [#map, #map1, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x8x4x6x8xf32>) outs(%10, %8 : tensor<2x4x6x8xf32>, tensor<2x4x6x8xi64>) {
    ^bb0(%in: f32, %out: f32, %out_2: i64):
      %19 = linalg.index 1 : index
      %20 = arith.index_cast %19 : index to i64
      %21 = arith.maximumf %in, %out : f32
      %22 = arith.cmpf ogt, %in, %out : f32
      %23 = arith.select %22, %20, %out_2 : i64
      linalg.yield %21, %23 : f32, i64
    } -> (tensor<2x4x6x8xf32>, tensor<2x4x6x8xi64>)
    %expanded = tensor.expand_shape %11#0 [[0, 1], [2], [3], [4]] output_shape [2, 1, 4, 6, 8] : tensor<2x4x6x8xf32> into tensor<2x1x4x6x8xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %expanded : tensor<2x8x4x6x8xf32>, tensor<2x1x4x6x8xf32>) outs(%5 : tensor<2x8x4x6x8xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %19 = arith.subf %in, %in_2 : f32
      linalg.yield %19 : f32
    } -> tensor<2x8x4x6x8xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<2x8x4x6x8xf32>) outs(%5 : tensor<2x8x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %19 = math.exp %in : f32
      linalg.yield %19 : f32
    } -> tensor<2x8x4x6x8xf32>
    %14 = tensor.empty() : tensor<2x1x4x6x8xf32>
    %15 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x1x4x6x8xf32>) -> tensor<2x1x4x6x8xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "reduction", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x8x4x6x8xf32>) outs(%15 : tensor<2x1x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %19 = arith.addf %in, %out : f32
      linalg.yield %19 : f32
    } -> tensor<2x1x4x6x8xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %16 : tensor<2x8x4x6x8xf32>, tensor<2x1x4x6x8xf32>) outs(%5 : tensor<2x8x4x6x8xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %19 = arith.divf %in, %in_2 : f32
      linalg.yield %19 : f32
    } -> tensor<2x8x4x6x8xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<2x8x4x6x8xf32>) outs(%5 : tensor<2x8x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %19 = arith.negf %in : f32
      %20 = math.exp %19 : f32
      %21 = arith.addf %20, %cst_1 : f32
      %22 = arith.divf %cst_1, %21 : f32
      linalg.yield %22 : f32
    } -> tensor<2x8x4x6x8xf32>
    return %18 : tensor<2x8x4x6x8xf32>
  }
}
