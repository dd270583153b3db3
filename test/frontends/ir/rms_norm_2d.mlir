// torch/rms_norm_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (0, d1, 0, 0)>
module {
  func.func @main(%arg0: tensor<2x6x4x6xf32>, %arg1: tensor<6x12x4x4xf32>, %arg2: tensor<12xf32>, %arg3: tensor<12xf32>) -> tensor<2x12x8x12xf32> {
    %c2_i64 = arith.constant 2 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 9.9999999999999995E-7 : f64
    %c3 = arith.constant 3 : index
    %cst_2 = arith.constant 1.200000e+01 : f32
    %0 = tensor.empty() : tensor<12x6x4x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<12x6x4x4xf32>) -> tensor<12x6x4x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<12x6x4x4xf32>) {
    ^bb0(%out: f32):
      %18 = linalg.index 0 : index
      %19 = linalg.index 1 : index
      %20 = linalg.index 2 : index
      %21 = linalg.index 3 : index
      %22 = arith.subi %c3, %20 : index
      %23 = arith.subi %c3, %21 : index
      %extracted = tensor.extract %arg1[%19, %18, %22, %23] : tensor<6x12x4x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<12x6x4x4xf32>
    %3 = tensor.empty() : tensor<2x6x11x15xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x6x11x15xf32>) -> tensor<2x6x11x15xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2, 2] [2, 6, 4, 6] [1, 1, 2, 2] : tensor<2x6x4x6xf32> into tensor<2x6x11x15xf32>
    %5 = tensor.empty() : tensor<2x12x8x12xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<12xf32>) outs(%5 : tensor<2x12x8x12xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<2x6x11x15xf32>, tensor<12x6x4x4xf32>) outs(%broadcasted : tensor<2x12x8x12xf32>) -> tensor<2x12x8x12xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x12x8x12xf32>) outs(%5 : tensor<2x12x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.fpowi %in, %c2_i64 : f32, i64
      linalg.yield %18 : f32
    } -> tensor<2x12x8x12xf32>
    %8 = tensor.empty() : tensor<2x1x8x12xf32>
    %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x1x8x12xf32>) -> tensor<2x1x8x12xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%7 : tensor<2x12x8x12xf32>) outs(%9 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.addf %in, %out : f32
      linalg.yield %18 : f32
    } -> tensor<2x1x8x12xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x1x8x12xf32>) outs(%8 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.divf %in, %cst_2 : f32
      linalg.yield %18 : f32
    } -> tensor<2x1x8x12xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x1x8x12xf32>) outs(%8 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.truncf %cst_1 : f64 to f32
      %19 = arith.addf %in, %18 : f32
      linalg.yield %19 : f32
    } -> tensor<2x1x8x12xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<2x1x8x12xf32>) outs(%8 : tensor<2x1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.rsqrt %in : f32
      linalg.yield %18 : f32
    } -> tensor<2x1x8x12xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %13 : tensor<2x12x8x12xf32>, tensor<2x1x8x12xf32>) outs(%5 : tensor<2x12x8x12xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %18 = arith.mulf %in, %in_3 : f32
      linalg.yield %18 : f32
    } -> tensor<2x12x8x12xf32>
    %expanded = tensor.expand_shape %arg3 [[0, 1, 2, 3]] output_shape [1, 12, 1, 1] : tensor<12xf32> into tensor<1x12x1x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14, %expanded : tensor<2x12x8x12xf32>, tensor<1x12x1x1xf32>) outs(%5 : tensor<2x12x8x12xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %18 = arith.mulf %in, %in_3 : f32
      linalg.yield %18 : f32
    } -> tensor<2x12x8x12xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x12x8x12xf32>) outs(%5 : tensor<2x12x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.negf %in : f32
      %19 = math.exp %18 : f32
      %20 = arith.addf %19, %cst_0 : f32
      %21 = arith.divf %cst_0, %20 : f32
      linalg.yield %21 : f32
    } -> tensor<2x12x8x12xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %16 : tensor<2x12x8x12xf32>, tensor<2x12x8x12xf32>) outs(%5 : tensor<2x12x8x12xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %18 = arith.mulf %in, %in_3 : f32
      linalg.yield %18 : f32
    } -> tensor<2x12x8x12xf32>
    return %17 : tensor<2x12x8x12xf32>
  }
}
