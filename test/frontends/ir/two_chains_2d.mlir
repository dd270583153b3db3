// torch/two_chains_2d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d1, 0, 0)>
module {
  func.func @main(%arg0: tensor<1x8x3x4xf32>, %arg1: tensor<8x6x2x2xf32>, %arg2: tensor<6xf32>, %arg3: tensor<6xf32>, %arg4: tensor<6xf32>, %arg5: tensor<6x4x2x2xf32>, %arg6: tensor<4xf32>) -> tensor<1x4x12x16xf32> {
    %c2_i64 = arith.constant 2 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 5.000000e-01 : f32
    %cst_2 = arith.constant 9.9999999999999995E-7 : f64
    %c1 = arith.constant 1 : index
    %cst_3 = arith.constant 6.000000e+00 : f32
    %cst_4 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<6x8x2x2xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<6x8x2x2xf32>) -> tensor<6x8x2x2xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<6x8x2x2xf32>) {
    ^bb0(%out: f32):
      %29 = linalg.index 0 : index
      %30 = linalg.index 1 : index
      %31 = linalg.index 2 : index
      %32 = linalg.index 3 : index
      %33 = arith.subi %c1, %31 : index
      %34 = arith.subi %c1, %32 : index
      %extracted = tensor.extract %arg1[%30, %29, %33, %34] : tensor<8x6x2x2xf32>
      linalg.yield %extracted : f32
    } -> tensor<6x8x2x2xf32>
    %3 = tensor.empty() : tensor<1x8x7x9xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<1x8x7x9xf32>) -> tensor<1x8x7x9xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 1, 1] [1, 8, 3, 4] [1, 1, 2, 2] : tensor<1x8x3x4xf32> into tensor<1x8x7x9xf32>
    %5 = tensor.empty() : tensor<1x6x6x8xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<6xf32>) outs(%5 : tensor<1x6x6x8xf32>) dimensions = [0, 2, 3] 
    %6 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice, %2 : tensor<1x8x7x9xf32>, tensor<6x8x2x2xf32>) outs(%broadcasted : tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
    %7 = tensor.empty() : tensor<1x1x6x8xf32>
    %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<1x1x6x8xf32>) -> tensor<1x1x6x8xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%6 : tensor<1x6x6x8xf32>) outs(%8 : tensor<1x1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.addf %in, %out : f32
      linalg.yield %29 : f32
    } -> tensor<1x1x6x8xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<1x1x6x8xf32>) outs(%7 : tensor<1x1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.divf %in, %cst_3 : f32
      linalg.yield %29 : f32
    } -> tensor<1x1x6x8xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %10 : tensor<1x6x6x8xf32>, tensor<1x1x6x8xf32>) outs(%5 : tensor<1x6x6x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %29 = arith.subf %in, %in_8 : f32
      linalg.yield %29 : f32
    } -> tensor<1x6x6x8xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<1x6x6x8xf32>) outs(%5 : tensor<1x6x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = math.fpowi %in, %c2_i64 : f32, i64
      linalg.yield %29 : f32
    } -> tensor<1x6x6x8xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%12 : tensor<1x6x6x8xf32>) outs(%8 : tensor<1x1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.addf %in, %out : f32
      linalg.yield %29 : f32
    } -> tensor<1x1x6x8xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<1x1x6x8xf32>) outs(%7 : tensor<1x1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.divf %in, %cst_3 : f32
      linalg.yield %29 : f32
    } -> tensor<1x1x6x8xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<1x1x6x8xf32>) outs(%7 : tensor<1x1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.truncf %cst_2 : f64 to f32
      %30 = arith.addf %in, %29 : f32
      linalg.yield %30 : f32
    } -> tensor<1x1x6x8xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<1x1x6x8xf32>) outs(%7 : tensor<1x1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = math.sqrt %in : f32
      linalg.yield %29 : f32
    } -> tensor<1x1x6x8xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %16 : tensor<1x6x6x8xf32>, tensor<1x1x6x8xf32>) outs(%5 : tensor<1x6x6x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %29 = arith.divf %in, %in_8 : f32
      linalg.yield %29 : f32
    } -> tensor<1x6x6x8xf32>
    %expanded = tensor.expand_shape %arg3 [[0, 1, 2]] output_shape [6, 1, 1] : tensor<6xf32> into tensor<6x1x1xf32>
    %18 = linalg.generic {indexing_maps = [#map2, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded, %17 : tensor<6x1x1xf32>, tensor<1x6x6x8xf32>) outs(%5 : tensor<1x6x6x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %29 = arith.mulf %in, %in_8 : f32
      linalg.yield %29 : f32
    } -> tensor<1x6x6x8xf32>
    %expanded_5 = tensor.expand_shape %arg4 [[0, 1, 2]] output_shape [6, 1, 1] : tensor<6xf32> into tensor<6x1x1xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %expanded_5 : tensor<1x6x6x8xf32>, tensor<6x1x1xf32>) outs(%5 : tensor<1x6x6x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %29 = arith.addf %in, %in_8 : f32
      linalg.yield %29 : f32
    } -> tensor<1x6x6x8xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19 : tensor<1x6x6x8xf32>) outs(%5 : tensor<1x6x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.divf %in, %cst_4 : f32
      %30 = math.erf %29 : f32
      %31 = arith.addf %30, %cst_0 : f32
      %32 = arith.mulf %31, %cst_1 : f32
      %33 = arith.mulf %in, %32 : f32
      linalg.yield %33 : f32
    } -> tensor<1x6x6x8xf32>
    %21 = tensor.empty() : tensor<4x6x2x2xf32>
    %22 = linalg.fill ins(%cst : f32) outs(%21 : tensor<4x6x2x2xf32>) -> tensor<4x6x2x2xf32>
    %23 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%22 : tensor<4x6x2x2xf32>) {
    ^bb0(%out: f32):
      %29 = linalg.index 0 : index
      %30 = linalg.index 1 : index
      %31 = linalg.index 2 : index
      %32 = linalg.index 3 : index
      %33 = arith.subi %c1, %31 : index
      %34 = arith.subi %c1, %32 : index
      %extracted = tensor.extract %arg5[%30, %29, %33, %34] : tensor<6x4x2x2xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x6x2x2xf32>
    %24 = tensor.empty() : tensor<1x6x13x17xf32>
    %25 = linalg.fill ins(%cst : f32) outs(%24 : tensor<1x6x13x17xf32>) -> tensor<1x6x13x17xf32>
    %inserted_slice_6 = tensor.insert_slice %20 into %25[0, 0, 1, 1] [1, 6, 6, 8] [1, 1, 2, 2] : tensor<1x6x6x8xf32> into tensor<1x6x13x17xf32>
    %26 = tensor.empty() : tensor<1x4x12x16xf32>
    %broadcasted_7 = linalg.broadcast ins(%arg6 : tensor<4xf32>) outs(%26 : tensor<1x4x12x16xf32>) dimensions = [0, 2, 3] 
    %27 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%inserted_slice_6, %23 : tensor<1x6x13x17xf32>, tensor<4x6x2x2xf32>) outs(%broadcasted_7 : tensor<1x4x12x16xf32>) -> tensor<1x4x12x16xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<1x4x12x16xf32>) outs(%26 : tensor<1x4x12x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %29 = arith.divf %in, %cst_4 : f32
      %30 = math.erf %29 : f32
      %31 = arith.addf %30, %cst_0 : f32
      %32 = arith.mulf %31, %cst_1 : f32
      %33 = arith.mulf %in, %32 : f32
      linalg.yield %33 : f32
    } -> tensor<1x4x12x16xf32>
    return %28 : tensor<1x4x12x16xf32>
  }
}
