// torch-mlir 20261001 with torch 2.15.0. Softmax over channels, GELU.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>
module {
  func.func @main(%arg0: tensor<2x3x4x5xf32>, %arg1: tensor<3x4x4x4xf32>, %arg2: tensor<4xf32>) -> tensor<2x4x8x10xf32> {
    %c0_i64 = arith.constant 0 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 0.69999999999999996 : f64
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<4x3x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4xf32>) {
    ^bb0(%out: f32):
      %20 = linalg.index 0 : index
      %21 = linalg.index 1 : index
      %22 = linalg.index 2 : index
      %23 = linalg.index 3 : index
      %24 = arith.subi %c3, %22 : index
      %25 = arith.subi %c3, %23 : index
      %extracted = tensor.extract %arg1[%21, %20, %24, %25] : tensor<3x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4xf32>
    %3 = tensor.empty() : tensor<2x3x11x13xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x11x13xf32>) -> tensor<2x3x11x13xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 3, 4, 5] [1, 1, 2, 2] : tensor<2x3x4x5xf32> into tensor<2x3x11x13xf32>
    %5 = tensor.empty() : tensor<2x4x8x10xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%5 : tensor<2x4x8x10xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x3x11x13xf32>, tensor<4x3x4x4xf32>) outs(%broadcasted : tensor<2x4x8x10xf32>) -> tensor<2x4x8x10xf32>
    %7 = tensor.empty() : tensor<2x8x10xi64>
    %8 = linalg.fill ins(%c0_i64 : i64) outs(%7 : tensor<2x8x10xi64>) -> tensor<2x8x10xi64>
    %9 = tensor.empty() : tensor<2x8x10xf32>
    %10 = linalg.fill ins(%cst_0 : f32) outs(%9 : tensor<2x8x10xf32>) -> tensor<2x8x10xf32>
    %11:2 = linalg.generic {indexing_maps = [#map, #map1, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%6 : tensor<2x4x8x10xf32>) outs(%10, %8 : tensor<2x8x10xf32>, tensor<2x8x10xi64>) {
    ^bb0(%in: f32, %out: f32, %out_5: i64):
      %20 = linalg.index 1 : index
      %21 = arith.index_cast %20 : index to i64
      %22 = arith.maximumf %in, %out : f32
      %23 = arith.cmpf ogt, %in, %out : f32
      %24 = arith.select %23, %21, %out_5 : i64
      linalg.yield %22, %24 : f32, i64
    } -> (tensor<2x8x10xf32>, tensor<2x8x10xi64>)
    %expanded = tensor.expand_shape %11#0 [[0, 1], [2], [3]] output_shape [2, 1, 8, 10] : tensor<2x8x10xf32> into tensor<2x1x8x10xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %expanded : tensor<2x4x8x10xf32>, tensor<2x1x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %20 = arith.subf %in, %in_5 : f32
      linalg.yield %20 : f32
    } -> tensor<2x4x8x10xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %20 = math.exp %in : f32
      linalg.yield %20 : f32
    } -> tensor<2x4x8x10xf32>
    %14 = tensor.empty() : tensor<2x1x8x10xf32>
    %15 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x1x8x10xf32>) -> tensor<2x1x8x10xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%13 : tensor<2x4x8x10xf32>) outs(%15 : tensor<2x1x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %20 = arith.addf %in, %out : f32
      linalg.yield %20 : f32
    } -> tensor<2x1x8x10xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %16 : tensor<2x4x8x10xf32>, tensor<2x1x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %20 = arith.divf %in, %in_5 : f32
      linalg.yield %20 : f32
    } -> tensor<2x4x8x10xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %20 = arith.divf %in, %cst_4 : f32
      %21 = math.erf %20 : f32
      %22 = arith.addf %21, %cst_1 : f32
      %23 = arith.mulf %22, %cst_2 : f32
      %24 = arith.mulf %in, %23 : f32
      linalg.yield %24 : f32
    } -> tensor<2x4x8x10xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %20 = arith.truncf %cst_3 : f64 to f32
      %21 = arith.mulf %in, %20 : f32
      linalg.yield %21 : f32
    } -> tensor<2x4x8x10xf32>
    return %19 : tensor<2x4x8x10xf32>
  }
}
