// torch-mlir 20261001 with torch 2.15.0. An ordinary convolution: a transposed one
// with stride 1.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d3)>
module {
  func.func @main(%arg0: tensor<2x3x8x10xf32>, %arg1: tensor<4x3x3x3xf32>, %arg2: tensor<4xf32>, %arg3: tensor<10xf32>, %arg4: tensor<10xf32>) -> tensor<2x4x8x10xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 0.69999999999999996 : f64
    %cst_4 = arith.constant 1.000000e-05 : f64
    %cst_5 = arith.constant 1.000000e+01 : f64
    %cst_6 = arith.constant 1.000000e+01 : f32
    %cst_7 = arith.constant 1.41421354 : f32
    %padded = tensor.pad %arg0 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
      tensor.yield %cst : f32
    } : tensor<2x3x8x10xf32> to tensor<2x3x10x12xf32>
    %0 = tensor.empty() : tensor<2x4x8x10xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%0 : tensor<2x4x8x10xf32>) dimensions = [0, 2, 3] 
    %1 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded, %arg1 : tensor<2x3x10x12xf32>, tensor<4x3x3x3xf32>) outs(%broadcasted : tensor<2x4x8x10xf32>) -> tensor<2x4x8x10xf32>
    %2 = tensor.empty() : tensor<2x4x8x10xf64>
    %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1 : tensor<2x4x8x10xf32>) outs(%2 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f32, %out: f64):
      %25 = arith.extf %in : f32 to f64
      linalg.yield %25 : f64
    } -> tensor<2x4x8x10xf64>
    %4 = tensor.empty() : tensor<2x4x8x1xf64>
    %5 = linalg.fill ins(%cst_0 : f64) outs(%4 : tensor<2x4x8x1xf64>) -> tensor<2x4x8x1xf64>
    %6 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%3 : tensor<2x4x8x10xf64>) outs(%5 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %25 = arith.addf %in, %out : f64
      linalg.yield %25 : f64
    } -> tensor<2x4x8x1xf64>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x4x8x1xf64>) outs(%4 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %25 = arith.divf %in, %cst_5 : f64
      linalg.yield %25 : f64
    } -> tensor<2x4x8x1xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %7 : tensor<2x4x8x10xf64>, tensor<2x4x8x1xf64>) outs(%2 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %25 = arith.subf %in, %in_8 : f64
      linalg.yield %25 : f64
    } -> tensor<2x4x8x10xf64>
    %9 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %8 : tensor<2x4x8x10xf64>, tensor<2x4x8x10xf64>) outs(%2 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %25 = arith.mulf %in, %in_8 : f64
      linalg.yield %25 : f64
    } -> tensor<2x4x8x10xf64>
    %10 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%9 : tensor<2x4x8x10xf64>) outs(%5 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %25 = arith.addf %in, %out : f64
      linalg.yield %25 : f64
    } -> tensor<2x4x8x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x4x8x1xf64>) outs(%4 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %25 = arith.divf %in, %cst_5 : f64
      linalg.yield %25 : f64
    } -> tensor<2x4x8x1xf64>
    %12 = tensor.empty() : tensor<2x4x8x1xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x4x8x1xf64>) outs(%12 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %25 = arith.truncf %in : f64 to f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x1xf32>
    %14 = linalg.fill ins(%cst : f32) outs(%12 : tensor<2x4x8x1xf32>) -> tensor<2x4x8x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%1 : tensor<2x4x8x10xf32>) outs(%14 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %25 = arith.addf %in, %out : f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x1xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x4x8x1xf32>) outs(%12 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %25 = arith.divf %in, %cst_6 : f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x1xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x4x8x1xf32>) outs(%12 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %25 = arith.truncf %cst_4 : f64 to f32
      %26 = arith.addf %in, %25 : f32
      linalg.yield %26 : f32
    } -> tensor<2x4x8x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<2x4x8x1xf32>) outs(%12 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %25 = math.rsqrt %in : f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x1xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %16 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%0 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %25 = arith.subf %in, %in_8 : f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x10xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19, %18 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%0 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %25 = arith.mulf %in, %in_8 : f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x10xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20, %arg3 : tensor<2x4x8x10xf32>, tensor<10xf32>) outs(%0 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %25 = arith.mulf %in, %in_8 : f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x10xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21, %arg4 : tensor<2x4x8x10xf32>, tensor<10xf32>) outs(%0 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %25 = arith.addf %in, %in_8 : f32
      linalg.yield %25 : f32
    } -> tensor<2x4x8x10xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x4x8x10xf32>) outs(%0 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %25 = arith.divf %in, %cst_7 : f32
      %26 = math.erf %25 : f32
      %27 = arith.addf %26, %cst_1 : f32
      %28 = arith.mulf %27, %cst_2 : f32
      %29 = arith.mulf %in, %28 : f32
      linalg.yield %29 : f32
    } -> tensor<2x4x8x10xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x8x10xf32>) outs(%0 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %25 = arith.truncf %cst_3 : f64 to f32
      %26 = arith.mulf %in, %25 : f32
      linalg.yield %26 : f32
    } -> tensor<2x4x8x10xf32>
    return %24 : tensor<2x4x8x10xf32>
  }
}
