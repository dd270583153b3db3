// torch-mlir 20261001 with torch 2.15.0. Stride 1 in three dimensions, the input
// cropped by one extract_slice.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
module {
  func.func @main(%arg0: tensor<1x3x6x5x7xf32>, %arg1: tensor<3x4x2x2x2xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>) -> tensor<1x4x3x2x4xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 1.000000e-05 : f64
    %c1 = arith.constant 1 : index
    %cst_4 = arith.constant 4.000000e+00 : f64
    %cst_5 = arith.constant 4.000000e+00 : f32
    %cst_6 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<4x3x2x2x2xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x3x2x2x2xf32>) -> tensor<4x3x2x2x2xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x2x2x2xf32>) {
    ^bb0(%out: f32):
      %27 = linalg.index 0 : index
      %28 = linalg.index 1 : index
      %29 = linalg.index 2 : index
      %30 = linalg.index 3 : index
      %31 = linalg.index 4 : index
      %32 = arith.subi %c1, %29 : index
      %33 = arith.subi %c1, %30 : index
      %34 = arith.subi %c1, %31 : index
      %extracted = tensor.extract %arg1[%28, %27, %32, %33, %34] : tensor<3x4x2x2x2xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x3x2x2x2xf32>
    %extracted_slice = tensor.extract_slice %arg0[0, 0, 1, 1, 1] [1, 3, 4, 3, 5] [1, 1, 1, 1, 1] : tensor<1x3x6x5x7xf32> to tensor<1x3x4x3x5xf32>
    %3 = tensor.empty() : tensor<1x4x3x2x4xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<4xf32>) outs(%3 : tensor<1x4x3x2x4xf32>) dimensions = [0, 2, 3, 4] 
    %4 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%extracted_slice, %2 : tensor<1x3x4x3x5xf32>, tensor<4x3x2x2x2xf32>) outs(%broadcasted : tensor<1x4x3x2x4xf32>) -> tensor<1x4x3x2x4xf32>
    %5 = tensor.empty() : tensor<1x4x3x2x4xf64>
    %6 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%4 : tensor<1x4x3x2x4xf32>) outs(%5 : tensor<1x4x3x2x4xf64>) {
    ^bb0(%in: f32, %out: f64):
      %27 = arith.extf %in : f32 to f64
      linalg.yield %27 : f64
    } -> tensor<1x4x3x2x4xf64>
    %7 = tensor.empty() : tensor<1x4x3x2x1xf64>
    %8 = linalg.fill ins(%cst_0 : f64) outs(%7 : tensor<1x4x3x2x1xf64>) -> tensor<1x4x3x2x1xf64>
    %9 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%6 : tensor<1x4x3x2x4xf64>) outs(%8 : tensor<1x4x3x2x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.addf %in, %out : f64
      linalg.yield %27 : f64
    } -> tensor<1x4x3x2x1xf64>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<1x4x3x2x1xf64>) outs(%7 : tensor<1x4x3x2x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.divf %in, %cst_4 : f64
      linalg.yield %27 : f64
    } -> tensor<1x4x3x2x1xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %10 : tensor<1x4x3x2x4xf64>, tensor<1x4x3x2x1xf64>) outs(%5 : tensor<1x4x3x2x4xf64>) {
    ^bb0(%in: f64, %in_7: f64, %out: f64):
      %27 = arith.subf %in, %in_7 : f64
      linalg.yield %27 : f64
    } -> tensor<1x4x3x2x4xf64>
    %12 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %11 : tensor<1x4x3x2x4xf64>, tensor<1x4x3x2x4xf64>) outs(%5 : tensor<1x4x3x2x4xf64>) {
    ^bb0(%in: f64, %in_7: f64, %out: f64):
      %27 = arith.mulf %in, %in_7 : f64
      linalg.yield %27 : f64
    } -> tensor<1x4x3x2x4xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%12 : tensor<1x4x3x2x4xf64>) outs(%8 : tensor<1x4x3x2x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.addf %in, %out : f64
      linalg.yield %27 : f64
    } -> tensor<1x4x3x2x1xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<1x4x3x2x1xf64>) outs(%7 : tensor<1x4x3x2x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %27 = arith.divf %in, %cst_4 : f64
      linalg.yield %27 : f64
    } -> tensor<1x4x3x2x1xf64>
    %15 = tensor.empty() : tensor<1x4x3x2x1xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<1x4x3x2x1xf64>) outs(%15 : tensor<1x4x3x2x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %27 = arith.truncf %in : f64 to f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x1xf32>
    %17 = linalg.fill ins(%cst : f32) outs(%15 : tensor<1x4x3x2x1xf32>) -> tensor<1x4x3x2x1xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%4 : tensor<1x4x3x2x4xf32>) outs(%17 : tensor<1x4x3x2x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.addf %in, %out : f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x1xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<1x4x3x2x1xf32>) outs(%15 : tensor<1x4x3x2x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.divf %in, %cst_5 : f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<1x4x3x2x1xf32>) outs(%15 : tensor<1x4x3x2x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.truncf %cst_3 : f64 to f32
      %28 = arith.addf %in, %27 : f32
      linalg.yield %28 : f32
    } -> tensor<1x4x3x2x1xf32>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<1x4x3x2x1xf32>) outs(%15 : tensor<1x4x3x2x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = math.rsqrt %in : f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%4, %19 : tensor<1x4x3x2x4xf32>, tensor<1x4x3x2x1xf32>) outs(%3 : tensor<1x4x3x2x4xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %27 = arith.subf %in, %in_7 : f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x4xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %21 : tensor<1x4x3x2x4xf32>, tensor<1x4x3x2x1xf32>) outs(%3 : tensor<1x4x3x2x4xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %27 = arith.mulf %in, %in_7 : f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x4xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23, %arg3 : tensor<1x4x3x2x4xf32>, tensor<4xf32>) outs(%3 : tensor<1x4x3x2x4xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %27 = arith.mulf %in, %in_7 : f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x4xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%24, %arg4 : tensor<1x4x3x2x4xf32>, tensor<4xf32>) outs(%3 : tensor<1x4x3x2x4xf32>) {
    ^bb0(%in: f32, %in_7: f32, %out: f32):
      %27 = arith.addf %in, %in_7 : f32
      linalg.yield %27 : f32
    } -> tensor<1x4x3x2x4xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<1x4x3x2x4xf32>) outs(%3 : tensor<1x4x3x2x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %27 = arith.divf %in, %cst_6 : f32
      %28 = math.erf %27 : f32
      %29 = arith.addf %28, %cst_1 : f32
      %30 = arith.mulf %29, %cst_2 : f32
      %31 = arith.mulf %in, %30 : f32
      linalg.yield %31 : f32
    } -> tensor<1x4x3x2x4xf32>
    return %26 : tensor<1x4x3x2x4xf32>
  }
}
