// torch/rms_norm_rows_1d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#map2 = affine_map<(d0, d1, d2) -> (0, 0, d2)>
module {
  func.func @main(%arg0: tensor<2x6x16xf32>, %arg1: tensor<6x5x4xf32>, %arg2: tensor<5xf32>, %arg3: tensor<32xf32>) -> tensor<2x5x32xf32> {
    %c2_i64 = arith.constant 2 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 9.9999999999999995E-7 : f64
    %c3 = arith.constant 3 : index
    %cst_2 = arith.constant 3.200000e+01 : f32
    %0 = tensor.empty() : tensor<5x6x4xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<5x6x4xf32>) -> tensor<5x6x4xf32>
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel"]} outs(%1 : tensor<5x6x4xf32>) {
    ^bb0(%out: f32):
      %18 = linalg.index 0 : index
      %19 = linalg.index 1 : index
      %20 = linalg.index 2 : index
      %21 = arith.subi %c3, %20 : index
      %extracted = tensor.extract %arg1[%19, %18, %21] : tensor<6x5x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<5x6x4xf32>
    %3 = tensor.empty() : tensor<2x6x35xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x6x35xf32>) -> tensor<2x6x35xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %4[0, 0, 2] [2, 6, 16] [1, 1, 2] : tensor<2x6x16xf32> into tensor<2x6x35xf32>
    %5 = tensor.empty() : tensor<2x5x32xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<5xf32>) outs(%5 : tensor<2x5x32xf32>) dimensions = [0, 2] 
    %6 = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>} ins(%inserted_slice, %2 : tensor<2x6x35xf32>, tensor<5x6x4xf32>) outs(%broadcasted : tensor<2x5x32xf32>) -> tensor<2x5x32xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6 : tensor<2x5x32xf32>) outs(%5 : tensor<2x5x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.fpowi %in, %c2_i64 : f32, i64
      linalg.yield %18 : f32
    } -> tensor<2x5x32xf32>
    %8 = tensor.empty() : tensor<2x5x1xf32>
    %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%7 : tensor<2x5x32xf32>) outs(%9 : tensor<2x5x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.addf %in, %out : f32
      linalg.yield %18 : f32
    } -> tensor<2x5x1xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10 : tensor<2x5x1xf32>) outs(%8 : tensor<2x5x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.divf %in, %cst_2 : f32
      linalg.yield %18 : f32
    } -> tensor<2x5x1xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%11 : tensor<2x5x1xf32>) outs(%8 : tensor<2x5x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.truncf %cst_1 : f64 to f32
      %19 = arith.addf %in, %18 : f32
      linalg.yield %19 : f32
    } -> tensor<2x5x1xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12 : tensor<2x5x1xf32>) outs(%8 : tensor<2x5x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = math.rsqrt %in : f32
      linalg.yield %18 : f32
    } -> tensor<2x5x1xf32>
    %14 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6, %13 : tensor<2x5x32xf32>, tensor<2x5x1xf32>) outs(%5 : tensor<2x5x32xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %18 = arith.mulf %in, %in_3 : f32
      linalg.yield %18 : f32
    } -> tensor<2x5x32xf32>
    %expanded = tensor.expand_shape %arg3 [[0, 1, 2]] output_shape [1, 1, 32] : tensor<32xf32> into tensor<1x1x32xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14, %expanded : tensor<2x5x32xf32>, tensor<1x1x32xf32>) outs(%5 : tensor<2x5x32xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %18 = arith.mulf %in, %in_3 : f32
      linalg.yield %18 : f32
    } -> tensor<2x5x32xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%15 : tensor<2x5x32xf32>) outs(%5 : tensor<2x5x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %18 = arith.negf %in : f32
      %19 = math.exp %18 : f32
      %20 = arith.addf %19, %cst_0 : f32
      %21 = arith.divf %cst_0, %20 : f32
      linalg.yield %21 : f32
    } -> tensor<2x5x32xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%15, %16 : tensor<2x5x32xf32>, tensor<2x5x32xf32>) outs(%5 : tensor<2x5x32xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %18 = arith.mulf %in, %in_3 : f32
      linalg.yield %18 : f32
    } -> tensor<2x5x32xf32>
    return %17 : tensor<2x5x32xf32>
  }
}
