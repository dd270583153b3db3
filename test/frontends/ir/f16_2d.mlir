// torch/f16_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0) -> (d0)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d3)>
module {
  func.func @main(%arg0: tensor<2x6x5x8xf16>, %arg1: tensor<6x8x4x4xf16>, %arg2: tensor<8xf16>, %arg3: tensor<16xf16>, %arg4: tensor<16xf16>) -> tensor<2x8x10x16xf16> {
    %cst = arith.constant 0.000000e+00 : f16
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 0.000000e+00 : f32
    %cst_2 = arith.constant 1.000000e+00 : f16
    %cst_3 = arith.constant 2.000000e+00 : f16
    %cst_4 = arith.constant 5.000000e-01 : f16
    %cst_5 = arith.constant 0.69999999999999996 : f64
    %cst_6 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_7 = arith.constant 1.600000e+01 : f64
    %cst_8 = arith.constant 1.600000e+01 : f32
    %0 = tensor.empty() : tensor<8x6x4x4xf16>
    %1 = linalg.fill ins(%cst : f16) outs(%0 : tensor<8x6x4x4xf16>) -> tensor<8x6x4x4xf16>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<8x6x4x4xf16>) {
    ^bb0(%out: f16):
      %36 = linalg.index 0 : index
      %37 = linalg.index 1 : index
      %38 = linalg.index 2 : index
      %39 = linalg.index 3 : index
      %40 = arith.subi %c3, %38 : index
      %41 = arith.subi %c3, %39 : index
      %extracted = tensor.extract %arg1[%37, %36, %40, %41] : tensor<6x8x4x4xf16>
      linalg.yield %extracted : f16
    } -> tensor<8x6x4x4xf16>
    %3 = tensor.empty() : tensor<2x6x13x19xf16>
    %4 = linalg.fill ins(%cst : f16) outs(%3 : tensor<2x6x13x19xf16>) -> tensor<2x6x13x19xf16>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 6, 5, 8] [1, 1, 2, 2] : tensor<2x6x5x8xf16> into tensor<2x6x13x19xf16>
    %5 = tensor.empty() : tensor<2x8x10x16xf32>
    %6 = tensor.empty() : tensor<8xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel"]} ins(%arg2 : tensor<8xf16>) outs(%6 : tensor<8xf32>) {
    ^bb0(%in: f16, %out: f32):
      %36 = arith.extf %in : f16 to f32
      linalg.yield %36 : f32
    } -> tensor<8xf32>
    %broadcasted = linalg.broadcast ins(%7 : tensor<8xf32>) outs(%5 : tensor<2x8x10x16xf32>) dimensions = [0, 2, 3] 
    %8 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x6x13x19xf16>, tensor<8x6x4x4xf16>) outs(%broadcasted : tensor<2x8x10x16xf32>) -> tensor<2x8x10x16xf32>
    %9 = tensor.empty() : tensor<2x8x10x16xf16>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8 : tensor<2x8x10x16xf32>) outs(%9 : tensor<2x8x10x16xf16>) {
    ^bb0(%in: f32, %out: f16):
      %36 = arith.truncf %in : f32 to f16
      linalg.yield %36 : f16
    } -> tensor<2x8x10x16xf16>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x8x10x16xf16>) outs(%5 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f16, %out: f32):
      %36 = arith.extf %in : f16 to f32
      linalg.yield %36 : f32
    } -> tensor<2x8x10x16xf32>
    %12 = tensor.empty() : tensor<2x8x10x16xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x8x10x16xf32>) outs(%12 : tensor<2x8x10x16xf64>) {
    ^bb0(%in: f32, %out: f64):
      %36 = arith.extf %in : f32 to f64
      linalg.yield %36 : f64
    } -> tensor<2x8x10x16xf64>
    %14 = tensor.empty() : tensor<2x8x10x1xf64>
    %15 = linalg.fill ins(%cst_0 : f64) outs(%14 : tensor<2x8x10x1xf64>) -> tensor<2x8x10x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%13 : tensor<2x8x10x16xf64>) outs(%15 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %36 = arith.addf %in, %out : f64
      linalg.yield %36 : f64
    } -> tensor<2x8x10x1xf64>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x8x10x1xf64>) outs(%14 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %36 = arith.divf %in, %cst_7 : f64
      linalg.yield %36 : f64
    } -> tensor<2x8x10x1xf64>
    %18 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %17 : tensor<2x8x10x16xf64>, tensor<2x8x10x1xf64>) outs(%12 : tensor<2x8x10x16xf64>) {
    ^bb0(%in: f64, %in_9: f64, %out: f64):
      %36 = arith.subf %in, %in_9 : f64
      linalg.yield %36 : f64
    } -> tensor<2x8x10x16xf64>
    %19 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %18 : tensor<2x8x10x16xf64>, tensor<2x8x10x16xf64>) outs(%12 : tensor<2x8x10x16xf64>) {
    ^bb0(%in: f64, %in_9: f64, %out: f64):
      %36 = arith.mulf %in, %in_9 : f64
      linalg.yield %36 : f64
    } -> tensor<2x8x10x16xf64>
    %20 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%19 : tensor<2x8x10x16xf64>) outs(%15 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %36 = arith.addf %in, %out : f64
      linalg.yield %36 : f64
    } -> tensor<2x8x10x1xf64>
    %21 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x8x10x1xf64>) outs(%14 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %36 = arith.divf %in, %cst_7 : f64
      linalg.yield %36 : f64
    } -> tensor<2x8x10x1xf64>
    %22 = tensor.empty() : tensor<2x8x10x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x8x10x1xf64>) outs(%22 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %36 = arith.truncf %in : f64 to f32
      linalg.yield %36 : f32
    } -> tensor<2x8x10x1xf32>
    %24 = linalg.fill ins(%cst_1 : f32) outs(%22 : tensor<2x8x10x1xf32>) -> tensor<2x8x10x1xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%11 : tensor<2x8x10x16xf32>) outs(%24 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.addf %in, %out : f32
      linalg.yield %36 : f32
    } -> tensor<2x8x10x1xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<2x8x10x1xf32>) outs(%22 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.divf %in, %cst_8 : f32
      linalg.yield %36 : f32
    } -> tensor<2x8x10x1xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x8x10x1xf32>) outs(%22 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.truncf %cst_6 : f64 to f32
      %37 = arith.addf %in, %36 : f32
      linalg.yield %37 : f32
    } -> tensor<2x8x10x1xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x8x10x1xf32>) outs(%22 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = math.rsqrt %in : f32
      linalg.yield %36 : f32
    } -> tensor<2x8x10x1xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %26 : tensor<2x8x10x16xf32>, tensor<2x8x10x1xf32>) outs(%5 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %36 = arith.subf %in, %in_9 : f32
      linalg.yield %36 : f32
    } -> tensor<2x8x10x16xf32>
    %30 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29, %28 : tensor<2x8x10x16xf32>, tensor<2x8x10x1xf32>) outs(%5 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %36 = arith.mulf %in, %in_9 : f32
      linalg.yield %36 : f32
    } -> tensor<2x8x10x16xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %arg3 : tensor<2x8x10x16xf32>, tensor<16xf16>) outs(%5 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_9: f16, %out: f32):
      %36 = arith.extf %in_9 : f16 to f32
      %37 = arith.mulf %in, %36 : f32
      linalg.yield %37 : f32
    } -> tensor<2x8x10x16xf32>
    %32 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %arg4 : tensor<2x8x10x16xf32>, tensor<16xf16>) outs(%5 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_9: f16, %out: f32):
      %36 = arith.extf %in_9 : f16 to f32
      %37 = arith.addf %in, %36 : f32
      linalg.yield %37 : f32
    } -> tensor<2x8x10x16xf32>
    %33 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32 : tensor<2x8x10x16xf32>) outs(%9 : tensor<2x8x10x16xf16>) {
    ^bb0(%in: f32, %out: f16):
      %36 = arith.truncf %in : f32 to f16
      linalg.yield %36 : f16
    } -> tensor<2x8x10x16xf16>
    %34 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33 : tensor<2x8x10x16xf16>) outs(%9 : tensor<2x8x10x16xf16>) {
    ^bb0(%in: f16, %out: f16):
      %36 = math.sqrt %cst_3 : f16
      %37 = arith.divf %in, %36 : f16
      %38 = math.erf %37 : f16
      %39 = arith.addf %38, %cst_2 : f16
      %40 = arith.mulf %39, %cst_4 : f16
      %41 = arith.mulf %in, %40 : f16
      linalg.yield %41 : f16
    } -> tensor<2x8x10x16xf16>
    %35 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34 : tensor<2x8x10x16xf16>) outs(%9 : tensor<2x8x10x16xf16>) {
    ^bb0(%in: f16, %out: f16):
      %36 = arith.truncf %cst_5 : f64 to f16
      %37 = arith.mulf %in, %36 : f16
      linalg.yield %37 : f16
    } -> tensor<2x8x10x16xf16>
    return %35 : tensor<2x8x10x16xf16>
  }
}
