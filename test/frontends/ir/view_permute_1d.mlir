// torch/view_permute_1d.py as torch-mlir 20261001 with torch 2.15.0 exports it.
// RUN: %python %S/../check.py %s
// RUN: upweave-check --quiet --jobs=1 %s
#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#map2 = affine_map<(d0, d1, d2) -> (d2)>
module {
  func.func @main(%arg0: tensor<2x10x6xf32>, %arg1: tensor<6x8x4xf32>, %arg2: tensor<8xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>) -> tensor<2x20x2x4xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant 1.000000e-05 : f64
    %c3 = arith.constant 3 : index
    %cst_4 = arith.constant 8.000000e+00 : f64
    %cst_5 = arith.constant 8.000000e+00 : f32
    %cst_6 = arith.constant 1.41421354 : f32
    %0 = tensor.empty() : tensor<2x6x10xf32>
    %transposed = linalg.transpose ins(%arg0 : tensor<2x10x6xf32>) outs(%0 : tensor<2x6x10xf32>) permutation = [0, 2, 1] 
    %1 = tensor.empty() : tensor<8x6x4xf32>
    %2 = linalg.fill ins(%cst : f32) outs(%1 : tensor<8x6x4xf32>) -> tensor<8x6x4xf32>
    %3 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel"]} outs(%2 : tensor<8x6x4xf32>) {
    ^bb0(%out: f32):
      %31 = linalg.index 0 : index
      %32 = linalg.index 1 : index
      %33 = linalg.index 2 : index
      %34 = arith.subi %c3, %33 : index
      %extracted = tensor.extract %arg1[%32, %31, %34] : tensor<6x8x4xf32>
      linalg.yield %extracted : f32
    } -> tensor<8x6x4xf32>
    %4 = tensor.empty() : tensor<2x6x23xf32>
    %5 = linalg.fill ins(%cst : f32) outs(%4 : tensor<2x6x23xf32>) -> tensor<2x6x23xf32>
    %inserted_slice = tensor.insert_slice %transposed into %5[0, 0, 2] [2, 6, 10] [1, 1, 2] : tensor<2x6x10xf32> into tensor<2x6x23xf32>
    %6 = tensor.empty() : tensor<2x8x20xf32>
    %broadcasted = linalg.broadcast ins(%arg2 : tensor<8xf32>) outs(%6 : tensor<2x8x20xf32>) dimensions = [0, 2] 
    %7 = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>} ins(%inserted_slice, %3 : tensor<2x6x23xf32>, tensor<8x6x4xf32>) outs(%broadcasted : tensor<2x8x20xf32>) -> tensor<2x8x20xf32>
    %8 = tensor.empty() : tensor<2x20x8xf32>
    %transposed_7 = linalg.transpose ins(%7 : tensor<2x8x20xf32>) outs(%8 : tensor<2x20x8xf32>) permutation = [0, 2, 1] 
    %9 = tensor.empty() : tensor<2x20x8xf64>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed_7 : tensor<2x20x8xf32>) outs(%9 : tensor<2x20x8xf64>) {
    ^bb0(%in: f32, %out: f64):
      %31 = arith.extf %in : f32 to f64
      linalg.yield %31 : f64
    } -> tensor<2x20x8xf64>
    %11 = tensor.empty() : tensor<2x20x1xf64>
    %12 = linalg.fill ins(%cst_0 : f64) outs(%11 : tensor<2x20x1xf64>) -> tensor<2x20x1xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%10 : tensor<2x20x8xf64>) outs(%12 : tensor<2x20x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %31 = arith.addf %in, %out : f64
      linalg.yield %31 : f64
    } -> tensor<2x20x1xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%13 : tensor<2x20x1xf64>) outs(%11 : tensor<2x20x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %31 = arith.divf %in, %cst_4 : f64
      linalg.yield %31 : f64
    } -> tensor<2x20x1xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10, %14 : tensor<2x20x8xf64>, tensor<2x20x1xf64>) outs(%9 : tensor<2x20x8xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %31 = arith.subf %in, %in_8 : f64
      linalg.yield %31 : f64
    } -> tensor<2x20x8xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%15, %15 : tensor<2x20x8xf64>, tensor<2x20x8xf64>) outs(%9 : tensor<2x20x8xf64>) {
    ^bb0(%in: f64, %in_8: f64, %out: f64):
      %31 = arith.mulf %in, %in_8 : f64
      linalg.yield %31 : f64
    } -> tensor<2x20x8xf64>
    %17 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%16 : tensor<2x20x8xf64>) outs(%12 : tensor<2x20x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %31 = arith.addf %in, %out : f64
      linalg.yield %31 : f64
    } -> tensor<2x20x1xf64>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17 : tensor<2x20x1xf64>) outs(%11 : tensor<2x20x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %31 = arith.divf %in, %cst_4 : f64
      linalg.yield %31 : f64
    } -> tensor<2x20x1xf64>
    %19 = tensor.empty() : tensor<2x20x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%18 : tensor<2x20x1xf64>) outs(%19 : tensor<2x20x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %31 = arith.truncf %in : f64 to f32
      linalg.yield %31 : f32
    } -> tensor<2x20x1xf32>
    %21 = linalg.fill ins(%cst : f32) outs(%19 : tensor<2x20x1xf32>) -> tensor<2x20x1xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%transposed_7 : tensor<2x20x8xf32>) outs(%21 : tensor<2x20x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = arith.addf %in, %out : f32
      linalg.yield %31 : f32
    } -> tensor<2x20x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%22 : tensor<2x20x1xf32>) outs(%19 : tensor<2x20x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = arith.divf %in, %cst_5 : f32
      linalg.yield %31 : f32
    } -> tensor<2x20x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%20 : tensor<2x20x1xf32>) outs(%19 : tensor<2x20x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = arith.truncf %cst_3 : f64 to f32
      %32 = arith.addf %in, %31 : f32
      linalg.yield %32 : f32
    } -> tensor<2x20x1xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%24 : tensor<2x20x1xf32>) outs(%19 : tensor<2x20x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = math.rsqrt %in : f32
      linalg.yield %31 : f32
    } -> tensor<2x20x1xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed_7, %23 : tensor<2x20x8xf32>, tensor<2x20x1xf32>) outs(%8 : tensor<2x20x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %31 = arith.subf %in, %in_8 : f32
      linalg.yield %31 : f32
    } -> tensor<2x20x8xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%26, %25 : tensor<2x20x8xf32>, tensor<2x20x1xf32>) outs(%8 : tensor<2x20x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %31 = arith.mulf %in, %in_8 : f32
      linalg.yield %31 : f32
    } -> tensor<2x20x8xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%27, %arg3 : tensor<2x20x8xf32>, tensor<8xf32>) outs(%8 : tensor<2x20x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %31 = arith.mulf %in, %in_8 : f32
      linalg.yield %31 : f32
    } -> tensor<2x20x8xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%28, %arg4 : tensor<2x20x8xf32>, tensor<8xf32>) outs(%8 : tensor<2x20x8xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %31 = arith.addf %in, %in_8 : f32
      linalg.yield %31 : f32
    } -> tensor<2x20x8xf32>
    %30 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%29 : tensor<2x20x8xf32>) outs(%8 : tensor<2x20x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = arith.divf %in, %cst_6 : f32
      %32 = math.erf %31 : f32
      %33 = arith.addf %32, %cst_1 : f32
      %34 = arith.mulf %33, %cst_2 : f32
      %35 = arith.mulf %in, %34 : f32
      linalg.yield %35 : f32
    } -> tensor<2x20x8xf32>
    %expanded = tensor.expand_shape %30 [[0], [1], [2, 3]] output_shape [2, 20, 2, 4] : tensor<2x20x8xf32> into tensor<2x20x2x4xf32>
    return %expanded : tensor<2x20x2x4xf32>
  }
}
