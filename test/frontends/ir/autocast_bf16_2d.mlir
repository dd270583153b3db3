// torch/autocast_bf16_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0) -> (d0)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d3)>
module {
  func.func @main(%arg0: tensor<2x6x5x8xf32>, %arg1: tensor<6x8x4x4xf32>, %arg2: tensor<8xf32>, %arg3: tensor<16xf32>, %arg4: tensor<16xf32>) -> tensor<2x8x10x16xbf16> {
    %cst = arith.constant 0.000000e+00 : bf16
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 0.000000e+00 : f32
    %cst_2 = arith.constant 1.000000e+00 : bf16
    %cst_3 = arith.constant 2.000000e+00 : bf16
    %cst_4 = arith.constant 5.000000e-01 : bf16
    %cst_5 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_6 = arith.constant 1.600000e+01 : f64
    %cst_7 = arith.constant 1.600000e+01 : f32
    %0 = tensor.empty() : tensor<8xbf16>
    %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg2 : tensor<8xf32>) outs(%0 : tensor<8xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %41 = arith.truncf %in : f32 to bf16
      linalg.yield %41 : bf16
    } -> tensor<8xbf16>
    %2 = tensor.empty() : tensor<6x8x4x4xbf16>
    %3 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1 : tensor<6x8x4x4xf32>) outs(%2 : tensor<6x8x4x4xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %41 = arith.truncf %in : f32 to bf16
      linalg.yield %41 : bf16
    } -> tensor<6x8x4x4xbf16>
    %4 = tensor.empty() : tensor<2x6x5x8xbf16>
    %5 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x6x5x8xf32>) outs(%4 : tensor<2x6x5x8xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %41 = arith.truncf %in : f32 to bf16
      linalg.yield %41 : bf16
    } -> tensor<2x6x5x8xbf16>
    %6 = tensor.empty() : tensor<8x6x4x4xbf16>
    %7 = linalg.fill ins(%cst : bf16) outs(%6 : tensor<8x6x4x4xbf16>) -> tensor<8x6x4x4xbf16>
    %8 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%7 : tensor<8x6x4x4xbf16>) {
    ^bb0(%out: bf16):
      %41 = linalg.index 0 : index
      %42 = linalg.index 1 : index
      %43 = linalg.index 2 : index
      %44 = linalg.index 3 : index
      %45 = arith.subi %c3, %43 : index
      %46 = arith.subi %c3, %44 : index
      %extracted = tensor.extract %3[%42, %41, %45, %46] : tensor<6x8x4x4xbf16>
      linalg.yield %extracted : bf16
    } -> tensor<8x6x4x4xbf16>
    %9 = tensor.empty() : tensor<2x6x13x19xbf16>
    %10 = linalg.fill ins(%cst : bf16) outs(%9 : tensor<2x6x13x19xbf16>) -> tensor<2x6x13x19xbf16>
    %inserted_slice = tensor.insert_slice %5 into %10[0, 0, 2, 2] [2, 6, 5, 8] [1, 1, 2, 2] : tensor<2x6x5x8xbf16> into tensor<2x6x13x19xbf16>
    %11 = tensor.empty() : tensor<2x8x10x16xf32>
    %12 = tensor.empty() : tensor<8xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%1 : tensor<8xbf16>) outs(%12 : tensor<8xf32>) {
    ^bb0(%in: bf16, %out: f32):
      %41 = arith.extf %in : bf16 to f32
      linalg.yield %41 : f32
    } -> tensor<8xf32>
    %broadcasted = linalg.broadcast ins(%13 : tensor<8xf32>) outs(%11 : tensor<2x8x10x16xf32>) dimensions = [0, 2, 3] 
    %14 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %8 : tensor<2x6x13x19xbf16>, tensor<8x6x4x4xbf16>) outs(%broadcasted : tensor<2x8x10x16xf32>) -> tensor<2x8x10x16xf32>
    %15 = tensor.empty() : tensor<2x8x10x16xbf16>
    %16 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x8x10x16xf32>) outs(%15 : tensor<2x8x10x16xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %41 = arith.truncf %in : f32 to bf16
      linalg.yield %41 : bf16
    } -> tensor<2x8x10x16xbf16>
    %17 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x8x10x16xbf16>) outs(%11 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: bf16, %out: f32):
      %41 = arith.extf %in : bf16 to f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x16xf32>
    %18 = tensor.empty() : tensor<2x8x10x16xf64>
    %19 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<2x8x10x16xf32>) outs(%18 : tensor<2x8x10x16xf64>) {
    ^bb0(%in: f32, %out: f64):
      %41 = arith.extf %in : f32 to f64
      linalg.yield %41 : f64
    } -> tensor<2x8x10x16xf64>
    %20 = tensor.empty() : tensor<2x8x10x1xf64>
    %21 = linalg.fill ins(%cst_0 : f64) outs(%20 : tensor<2x8x10x1xf64>) -> tensor<2x8x10x1xf64>
    %22 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%19 : tensor<2x8x10x16xf64>) outs(%21 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %41 = arith.addf %in, %out : f64
      linalg.yield %41 : f64
    } -> tensor<2x8x10x1xf64>
    %23 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x8x10x1xf64>) outs(%20 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %41 = arith.divf %in, %cst_6 : f64
      linalg.yield %41 : f64
    } -> tensor<2x8x10x1xf64>
    %24 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19, %23 : tensor<2x8x10x16xf64>, tensor<2x8x10x1xf64>) outs(%18 : tensor<2x8x10x16xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %41 = arith.subf %in, %in_8 : f64
      linalg.yield %41 : f64
    } -> tensor<2x8x10x16xf64>
    %25 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24, %24 : tensor<2x8x10x16xf64>, tensor<2x8x10x16xf64>) outs(%18 : tensor<2x8x10x16xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %41 = arith.mulf %in, %in_8 : f64
      linalg.yield %41 : f64
    } -> tensor<2x8x10x16xf64>
    %26 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%25 : tensor<2x8x10x16xf64>) outs(%21 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %41 = arith.addf %in, %out : f64
      linalg.yield %41 : f64
    } -> tensor<2x8x10x1xf64>
    %27 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26 : tensor<2x8x10x1xf64>) outs(%20 : tensor<2x8x10x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %41 = arith.divf %in, %cst_6 : f64
      linalg.yield %41 : f64
    } -> tensor<2x8x10x1xf64>
    %28 = tensor.empty() : tensor<2x8x10x1xf32>
    %29 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x8x10x1xf64>) outs(%28 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %41 = arith.truncf %in : f64 to f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x1xf32>
    %30 = linalg.fill ins(%cst_1 : f32) outs(%28 : tensor<2x8x10x1xf32>) -> tensor<2x8x10x1xf32>
    %31 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%17 : tensor<2x8x10x16xf32>) outs(%30 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = arith.addf %in, %out : f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x1xf32>
    %32 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31 : tensor<2x8x10x1xf32>) outs(%28 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = arith.divf %in, %cst_7 : f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x1xf32>
    %33 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29 : tensor<2x8x10x1xf32>) outs(%28 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = arith.truncf %cst_5 : f64 to f32
      %42 = arith.addf %in, %41 : f32
      linalg.yield %42 : f32
    } -> tensor<2x8x10x1xf32>
    %34 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33 : tensor<2x8x10x1xf32>) outs(%28 : tensor<2x8x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = math.rsqrt %in : f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x1xf32>
    %35 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17, %32 : tensor<2x8x10x16xf32>, tensor<2x8x10x1xf32>) outs(%11 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %41 = arith.subf %in, %in_8 : f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x16xf32>
    %36 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35, %34 : tensor<2x8x10x16xf32>, tensor<2x8x10x1xf32>) outs(%11 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %41 = arith.mulf %in, %in_8 : f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x16xf32>
    %37 = linalg.generic {indexing_maps = [#map1, #map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36, %arg3 : tensor<2x8x10x16xf32>, tensor<16xf32>) outs(%11 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %41 = arith.mulf %in, %in_8 : f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x16xf32>
    %38 = linalg.generic {indexing_maps = [#map1, #map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37, %arg4 : tensor<2x8x10x16xf32>, tensor<16xf32>) outs(%11 : tensor<2x8x10x16xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %41 = arith.addf %in, %in_8 : f32
      linalg.yield %41 : f32
    } -> tensor<2x8x10x16xf32>
    %39 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38 : tensor<2x8x10x16xf32>) outs(%15 : tensor<2x8x10x16xbf16>) {
    ^bb0(%in: f32, %out: bf16):
      %41 = arith.truncf %in : f32 to bf16
      linalg.yield %41 : bf16
    } -> tensor<2x8x10x16xbf16>
    %40 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%39 : tensor<2x8x10x16xbf16>) outs(%15 : tensor<2x8x10x16xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      %41 = math.sqrt %cst_3 : bf16
      %42 = arith.divf %in, %41 : bf16
      %43 = math.erf %42 : bf16
      %44 = arith.addf %43, %cst_2 : bf16
      %45 = arith.mulf %44, %cst_4 : bf16
      %46 = arith.mulf %in, %45 : bf16
      linalg.yield %46 : bf16
    } -> tensor<2x8x10x16xbf16>
    return %40 : tensor<2x8x10x16xbf16>
  }
}
