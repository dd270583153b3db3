// torch-mlir 20261001 with torch 2.15.0. ConvTranspose3d, LayerNorm over the last
// axis, GELU, a scale, all bf16.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0) -> (d0)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
module {
  func.func @main(%arg0: tensor<2x3x2x3x4xbf16>, %arg1: tensor<3x4x4x4x4xbf16>, %arg2: tensor<4xbf16>, %arg3: tensor<8xbf16>, %arg4: tensor<8xbf16>) -> tensor<2x4x4x6x8xbf16> {
    %cst = arith.constant 0.000000e+00 : bf16
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 0.000000e+00 : f32
    %cst_2 = arith.constant 1.000000e+00 : bf16
    %cst_3 = arith.constant 2.000000e+00 : bf16
    %cst_4 = arith.constant 5.000000e-01 : bf16
    %cst_5 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_6 = arith.constant 8.000000e+00 : f64
    %cst_7 = arith.constant 8.000000e+00 : f32
    %0 = tensor.empty() : tensor<4x3x4x4x4xbf16>
    %1 = linalg.fill ins(%cst : bf16) outs(%0 : tensor<4x3x4x4x4xbf16>) -> tensor<4x3x4x4x4xbf16>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x3x4x4x4xbf16>) {
    ^bb0(%out: bf16):
      %35 = linalg.index 0 : index
      %36 = linalg.index 1 : index
      %37 = linalg.index 2 : index
      %38 = linalg.index 3 : index
      %39 = linalg.index 4 : index
      %40 = arith.subi %c3, %37 : index
      %41 = arith.subi %c3, %38 : index
      %42 = arith.subi %c3, %39 : index
      %extracted = tensor.extract %arg1[%36, %35, %40, %41, %42] : tensor<3x4x4x4x4xbf16>
      linalg.yield %extracted : bf16
    } -> tensor<4x3x4x4x4xbf16>
    %3 = tensor.empty() : tensor<2x3x7x9x11xbf16>
    %4 = linalg.fill ins(%cst : bf16) outs(%3 : tensor<2x3x7x9x11xbf16>) -> tensor<2x3x7x9x11xbf16>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2, 2] [2, 3, 2, 3, 4] [1, 1, 2, 2, 2] : tensor<2x3x2x3x4xbf16> into tensor<2x3x7x9x11xbf16>
    %5 = tensor.empty() : tensor<2x4x4x6x8xf32>
    %6 = tensor.empty() : tensor<4xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel"]} ins(%arg2 : tensor<4xbf16>) outs(%6 : tensor<4xf32>) {
    ^bb0(%in: bf16, %out: f32):
      %35 = arith.extf %in : bf16 to f32
      linalg.yield %35 : f32
    } -> tensor<4xf32>
    %broadcasted = linalg.broadcast ins(%7 : tensor<4xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) dimensions = [0, 2, 3, 4] 
    %8 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%inserted_slice, %2 : tensor<2x3x7x9x11xbf16>, tensor<4x3x4x4x4xbf16>) outs(%broadcasted : tensor<2x4x4x6x8xf32>) -> tensor<2x4x4x6x8xf32>
    %9 = tensor.empty() : tensor<2x4x4x6x8xbf16>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8 : tensor<2x4x4x6x8xf32>) outs(%9 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %35 = arith.truncf %in : f32 to bf16
      linalg.yield %35 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x4x4x6x8xbf16>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: bf16, %out: f32):
      %35 = arith.extf %in : bf16 to f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %12 = tensor.empty() : tensor<2x4x4x6x8xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x4x4x6x8xf32>) outs(%12 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f32, %out: f64):
      %35 = arith.extf %in : f32 to f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x8xf64>
    %14 = tensor.empty() : tensor<2x4x4x6x1xf64>
    %15 = linalg.fill ins(%cst_0 : f64) outs(%14 : tensor<2x4x4x6x1xf64>) -> tensor<2x4x4x6x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13 : tensor<2x4x4x6x8xf64>) outs(%15 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.addf %in, %out : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x1xf64>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x4x4x6x1xf64>) outs(%14 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.divf %in, %cst_6 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x1xf64>
    %18 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %17 : tensor<2x4x4x6x8xf64>, tensor<2x4x4x6x1xf64>) outs(%12 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %35 = arith.subf %in, %in_8 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x8xf64>
    %19 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %18 : tensor<2x4x4x6x8xf64>, tensor<2x4x4x6x8xf64>) outs(%12 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %35 = arith.mulf %in, %in_8 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x8xf64>
    %20 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%19 : tensor<2x4x4x6x8xf64>) outs(%15 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.addf %in, %out : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x1xf64>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x4x4x6x1xf64>) outs(%14 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %35 = arith.divf %in, %cst_6 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x1xf64>
    %22 = tensor.empty() : tensor<2x4x4x6x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x4x4x6x1xf64>) outs(%22 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %35 = arith.truncf %in : f64 to f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %24 = linalg.fill ins(%cst_1 : f32) outs(%22 : tensor<2x4x4x6x1xf32>) -> tensor<2x4x4x6x1xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%11 : tensor<2x4x4x6x8xf32>) outs(%24 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.addf %in, %out : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<2x4x4x6x1xf32>) outs(%22 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.divf %in, %cst_7 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x4x6x1xf32>) outs(%22 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = arith.truncf %cst_5 : f64 to f32
      %36 = arith.addf %in, %35 : f32
      linalg.yield %36 : f32
    } -> tensor<2x4x4x6x1xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x4x4x6x1xf32>) outs(%22 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = math.rsqrt %in : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %26 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x1xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %35 = arith.subf %in, %in_8 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %30 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%29, %28 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x1xf32>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %35 = arith.mulf %in, %in_8 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%30, %arg3 : tensor<2x4x4x6x8xf32>, tensor<8xbf16>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_8: bf16, %out: f32):
      %35 = arith.extf %in_8 : bf16 to f32
      %36 = arith.mulf %in, %35 : f32
      linalg.yield %36 : f32
    } -> tensor<2x4x4x6x8xf32>
    %32 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%31, %arg4 : tensor<2x4x4x6x8xf32>, tensor<8xbf16>) outs(%5 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_8: bf16, %out: f32):
      %35 = arith.extf %in_8 : bf16 to f32
      %36 = arith.addf %in, %35 : f32
      linalg.yield %36 : f32
    } -> tensor<2x4x4x6x8xf32>
    %33 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%32 : tensor<2x4x4x6x8xf32>) outs(%9 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %35 = arith.truncf %in : f32 to bf16
      linalg.yield %35 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    %34 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%33 : tensor<2x4x4x6x8xbf16>) outs(%9 : tensor<2x4x4x6x8xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %35 = math.sqrt %cst_3 : bf16
      %36 = arith.divf %in, %35 : bf16
      %37 = math.erf %36 : bf16
      %38 = arith.addf %37, %cst_2 : bf16
      %39 = arith.mulf %38, %cst_4 : bf16
      %40 = arith.mulf %in, %39 : bf16
      linalg.yield %40 : bf16
    } -> tensor<2x4x4x6x8xbf16>
    return %34 : tensor<2x4x4x6x8xbf16>
  }
}
