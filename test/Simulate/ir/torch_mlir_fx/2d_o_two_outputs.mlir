// torch-mlir 20261001 with torch 2.15.0. ConvTranspose2d, LayerNorm over the last
// axis, GELU, two results.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d3)>
module {
  func.func @main(%arg0: tensor<2x3x4x5xf32>, %arg1: tensor<3x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<10xf32>, %arg4: tensor<10xf32>) -> (tensor<2x4x8x10xf32>, tensor<2x4x8x10xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 0.69999999999999996 : f64
    %cst_4 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_5 = arith.constant 1.000000e+01 : f64
    %cst_6 = arith.constant 1.000000e+01 : f32
    %cst_7 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<4x3x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x4x4xf32>) -> tensor<4x3x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4xf32>) {
    ^bb0(%out: f32):
      %30 = linalg.index 0 : index
      %31 = linalg.index 1 : index
      %32 = linalg.index 2 : index
      %33 = linalg.index 3 : index
      %34 = arith.subi %c3, %32 : index
      %35 = arith.subi %c3, %33 : index
      %extracted = tensor.extract %arg1[%31, %30, %34, %35] : tensor<3x4x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x4x4xf32>
    %3 = tensor.empty() : tensor<2x3x11x13xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x11x13xf32>) -> tensor<2x3x11x13xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 3, 4, 5] [1, 1, 2, 2] : tensor<2x3x4x5xf32> into tensor<2x3x11x13xf32>
    %5 = tensor.empty() : tensor<2x4x8x10xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%5 : tensor<2x4x8x10xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x3x11x13xf32>, tensor<4x3x4x4xf32>) outs(%broadcasted : tensor<2x4x8x10xf32>) -> tensor<2x4x8x10xf32>
    %7 = tensor.empty() : tensor<2x4x8x10xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x4x8x10xf32>) outs(%7 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f32, %out: f64):
      %30 = arith.extf %in : f32 to f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x10xf64>
    %9 = tensor.empty() : tensor<2x4x8x1xf64>
    %10 = linalg.fill ins(%cst_0 : f64) outs(%9 : tensor<2x4x8x1xf64>) -> tensor<2x4x8x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8 : tensor<2x4x8x10xf64>) outs(%10 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.addf %in, %out : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x4x8x1xf64>) outs(%9 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.divf %in, %cst_5 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %12 : tensor<2x4x8x10xf64>, tensor<2x4x8x1xf64>) outs(%7 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %30 = arith.subf %in, %in_8 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x10xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %13 : tensor<2x4x8x10xf64>, tensor<2x4x8x10xf64>) outs(%7 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %30 = arith.mulf %in, %in_8 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x10xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%14 : tensor<2x4x8x10xf64>) outs(%10 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.addf %in, %out : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x8x1xf64>) outs(%9 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %30 = arith.divf %in, %cst_5 : f64
      linalg.yield %30 : f64
    } -> tensor<2x4x8x1xf64>
    %17 = tensor.empty() : tensor<2x4x8x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x4x8x1xf64>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %30 = arith.truncf %in : f64 to f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %19 = linalg.fill ins(%cst : f32) outs(%17 : tensor<2x4x8x1xf32>) -> tensor<2x4x8x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<2x4x8x10xf32>) outs(%19 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.addf %in, %out : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x4x8x1xf32>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_6 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x4x8x1xf32>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.truncf %cst_4 : f64 to f32
      %31 = arith.addf %in, %30 : f32
      linalg.yield %31 : f32
    } -> tensor<2x4x8x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x4x8x1xf32>) outs(%17 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = math.rsqrt %in : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %21 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %30 = arith.subf %in, %in_8 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24, %23 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %30 = arith.mulf %in, %in_8 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25, %arg3 : tensor<2x4x8x10xf32>, tensor<10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %30 = arith.mulf %in, %in_8 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26, %arg4 : tensor<2x4x8x10xf32>, tensor<10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %30 = arith.addf %in, %in_8 : f32
      linalg.yield %30 : f32
    } -> tensor<2x4x8x10xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.divf %in, %cst_7 : f32
      %31 = math.erf %30 : f32
      %32 = arith.addf %31, %cst_1 : f32
      %33 = arith.mulf %32, %cst_2 : f32
      %34 = arith.mulf %in, %33 : f32
      linalg.yield %34 : f32
    } -> tensor<2x4x8x10xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%28 : tensor<2x4x8x10xf32>) outs(%5 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %30 = arith.truncf %cst_3 : f64 to f32
      %31 = arith.mulf %in, %30 : f32
      linalg.yield %31 : f32
    } -> tensor<2x4x8x10xf32>
    return %29, %28 : tensor<2x4x8x10xf32>, tensor<2x4x8x10xf32>
  }
}
