// torch-mlir 20261001 with torch 2.15.0. RMSNorm over channels, GELU.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d1, 0, 0)>
module {
  func.func @main(%arg0: tensor<2x3x4x5xf32>, %arg1: tensor<3x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>) -> tensor<2x4x8x10xf32> {
    %c2_i64 = arith.constant 2 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 5.000000e-01 : f32
    %cst_2 = arith.constant 0.69999999999999996 : f64
    %cst_3 = arith.constant 9.9999999999999995E-7 : f64
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 4.000000e+00 : f32
    %cst_5 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<4x3x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4xf32>) {
    ^bb0(%out: f32):
      %18 = linalg.index 0 : index
      %19 = linalg.index 1 : index
      %20 = linalg.index 2 : index
      %21 = linalg.index 3 : index
      %22 = arith.subi %c3, %20 : index
      %23 = arith.subi %c3, %21 : index
      %extracted = tensor.extract %arg1[%19, %18, %22, %23] : tensor<3x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4xf32>
    %3 = tensor.empty() : tensor<2x3x11x13xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x11x13xf32>) -> tensor<2x3x11x13xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 3, 4, 5] [1, 1, 2, 2] : tensor<2x3x4x5xf32> into tensor<2x3x11x13xf32>
    %5 = tensor.empty() : tensor<2x4x8x10xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%5 : tensor<2x4x8x10xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x3x11x13xf32>, tensor<4x3x4x4xf32>) outs(%broadcasted : tensor<2x4x8x10xf32>) -> tensor<2x4x8x10xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.fpowi %in, %c2_i64 : f32, i64
      linalg.yield %18 : f32
    } -> tensor<2x4x8x10xf32>
    %8 = tensor.empty() : tensor<2x1x8x10xf32>
    %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x1x8x10xf32>) -> tensor<2x1x8x10xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%7 : tensor<2x4x8x10xf32>) outs(%9 : tensor<2x1x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.addf %in, %out : f32
      linalg.yield %18 : f32
    } -> tensor<2x1x8x10xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x1x8x10xf32>) outs(%8 : tensor<2x1x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.divf %in, %cst_4 : f32
      linalg.yield %18 : f32
    } -> tensor<2x1x8x10xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x1x8x10xf32>) outs(%8 : tensor<2x1x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.truncf %cst_3 : f64 to f32
      %19 = arith.addf %in, %18 : f32
      linalg.yield %19 : f32
    } -> tensor<2x1x8x10xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<2x1x8x10xf32>) outs(%8 : tensor<2x1x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.rsqrt %in : f32
      linalg.yield %18 : f32
    } -> tensor<2x1x8x10xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %13 : tensor<2x4x8x10xf32>, tensor<2x1x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %18 = arith.mulf %in, %in_6 : f32
      linalg.yield %18 : f32
    } -> tensor<2x4x8x10xf32>
    %expanded = tensor.expand_shape %arg3 [[0, 1, 2]] output_shape [4, 1, 1] : tensor<4xf32> into tensor<4x1x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14, %expanded : tensor<2x4x8x10xf32>, tensor<4x1x1xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %18 = arith.mulf %in, %in_6 : f32
      linalg.yield %18 : f32
    } -> tensor<2x4x8x10xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.divf %in, %cst_5 : f32
      %19 = math.erf %18 : f32
      %20 = arith.addf %19, %cst_0 : f32
      %21 = arith.mulf %20, %cst_1 : f32
      %22 = arith.mulf %in, %21 : f32
      linalg.yield %22 : f32
    } -> tensor<2x4x8x10xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.truncf %cst_2 : f64 to f32
      %19 = arith.mulf %in, %18 : f32
      linalg.yield %19 : f32
    } -> tensor<2x4x8x10xf32>
    return %17 : tensor<2x4x8x10xf32>
  }
}
