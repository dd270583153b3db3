// torch-mlir 20261001 with torch 2.15.0, TOSA lowered by mlir-opt 22.1. Sub-pixel
// form: a convolution to stride * stride times the channels, depth to space, the bias
// before the crop.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 2 blocks
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (0, 0, 0, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map4 = affine_map<(d0, d1, d2, d3) -> (0, 0, 0, 0)>
module {
  func.func @main(%arg0: tensor<2x3x4x5xf32>, %arg1: tensor<3x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<10xf32>, %arg4: tensor<10xf32>) -> tensor<2x4x8x10xf32> {
    %c1 = arith.constant 1 : index
    %cst = arith.constant 0.000000e+00 : f64
    %cst_0 = arith.constant 0.000000e+00 : f32
    %cst_1 = arith.constant dense<0.000000e+00> : tensor<16xf32>
    %cst_2 = arith.constant dense<1.000000e-01> : tensor<1x1x1x1xf64>
    %cst_3 = arith.constant dense<1.000000e-01> : tensor<1x1x1x1xf32>
    %cst_4 = arith.constant dense<9.99999974E-6> : tensor<1x1x1x1xf32>
    %cst_5 = arith.constant dense<1.000000e+00> : tensor<1x1x1x1xf32>
    %cst_6 = arith.constant dense<5.000000e-01> : tensor<1x1x1x1xf32>
    %cst_7 = arith.constant dense<0.707106769> : tensor<1x1x1x1xf32>
    %0 = tensor.empty() : tensor<2x4x5x3xf32>
    %transposed = linalg.transpose ins(%arg0 : tensor<2x3x4x5xf32>) outs(%0 : tensor<2x4x5x3xf32>) permutation = [0, 2, 3, 1] 
    %1 = tensor.empty() : tensor<4x4x4x3xf32>
    %transposed_8 = linalg.transpose ins(%arg1 : tensor<3x4x4x4xf32>) outs(%1 : tensor<4x4x4x3xf32>) permutation = [1, 2, 3, 0] 
    %expanded = tensor.expand_shape %transposed_8 [[0], [1, 2], [3, 4], [5]] output_shape [4, 2, 2, 2, 2, 3] : tensor<4x4x4x3xf32> into tensor<4x2x2x2x2x3xf32>
    %2 = tensor.empty() : tensor<2x2x4x2x2x3xf32>
    %transposed_9 = linalg.transpose ins(%expanded : tensor<4x2x2x2x2x3xf32>) outs(%2 : tensor<2x2x4x2x2x3xf32>) permutation = [2, 4, 0, 1, 3, 5] 
    %collapsed = tensor.collapse_shape %transposed_9 [[0, 1, 2], [3], [4], [5]] : tensor<2x2x4x2x2x3xf32> into tensor<16x2x2x3xf32>
    %3 = tensor.empty() : tensor<16x2x2x3xf32>
    %4 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%3 : tensor<16x2x2x3xf32>) {
    ^bb0(%out: f32):
      %38 = linalg.index 0 : index
      %39 = linalg.index 1 : index
      %40 = arith.subi %c1, %39 : index
      %41 = linalg.index 2 : index
      %42 = linalg.index 3 : index
      %extracted = tensor.extract %collapsed[%38, %40, %41, %42] : tensor<16x2x2x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<16x2x2x3xf32>
    %5 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%3 : tensor<16x2x2x3xf32>) {
    ^bb0(%out: f32):
      %38 = linalg.index 0 : index
      %39 = linalg.index 1 : index
      %40 = linalg.index 2 : index
      %41 = arith.subi %c1, %40 : index
      %42 = linalg.index 3 : index
      %extracted = tensor.extract %4[%38, %39, %41, %42] : tensor<16x2x2x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<16x2x2x3xf32>
    %padded = tensor.pad %transposed low[0, 1, 1, 0] high[0, 1, 1, 0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
      tensor.yield %cst_0 : f32
    } : tensor<2x4x5x3xf32> to tensor<2x6x7x3xf32>
    %6 = tensor.empty() : tensor<2x5x6x16xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_1 : tensor<16xf32>) outs(%6 : tensor<2x5x6x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x5x6x16xf32>
    %8 = linalg.conv_2d_nhwc_fhwc {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%padded, %5 : tensor<2x6x7x3xf32>, tensor<16x2x2x3xf32>) outs(%7 : tensor<2x5x6x16xf32>) -> tensor<2x5x6x16xf32>
    %expanded_10 = tensor.expand_shape %8 [[0], [1], [2], [3, 4, 5]] output_shape [2, 5, 6, 2, 2, 4] : tensor<2x5x6x16xf32> into tensor<2x5x6x2x2x4xf32>
    %9 = tensor.empty() : tensor<2x5x2x6x2x4xf32>
    %transposed_11 = linalg.transpose ins(%expanded_10 : tensor<2x5x6x2x2x4xf32>) outs(%9 : tensor<2x5x2x6x2x4xf32>) permutation = [0, 1, 3, 2, 4, 5] 
    %collapsed_12 = tensor.collapse_shape %transposed_11 [[0], [1, 2], [3, 4], [5]] : tensor<2x5x2x6x2x4xf32> into tensor<2x10x12x4xf32>
    %expanded_13 = tensor.expand_shape %arg2 [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
    %10 = tensor.empty() : tensor<2x10x12x4xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_12, %expanded_13 : tensor<2x10x12x4xf32>, tensor<1x1x1x4xf32>) outs(%10 : tensor<2x10x12x4xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.addf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x10x12x4xf32>
    %extracted_slice = tensor.extract_slice %11[0, 1, 1, 0] [2, 8, 10, 4] [1, 1, 1, 1] : tensor<2x10x12x4xf32> to tensor<2x8x10x4xf32>
    %12 = tensor.empty() : tensor<2x4x8x10xf32>
    %transposed_14 = linalg.transpose ins(%extracted_slice : tensor<2x8x10x4xf32>) outs(%12 : tensor<2x4x8x10xf32>) permutation = [0, 3, 1, 2] 
    %13 = tensor.empty() : tensor<2x4x8x10xf64>
    %14 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%transposed_14 : tensor<2x4x8x10xf32>) outs(%13 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f32, %out: f64):
      %38 = arith.extf %in : f32 to f64
      linalg.yield %38 : f64
    } -> tensor<2x4x8x10xf64>
    %15 = tensor.empty() : tensor<2x4x8xf64>
    %16 = linalg.fill ins(%cst : f64) outs(%15 : tensor<2x4x8xf64>) -> tensor<2x4x8xf64>
    %reduced = linalg.reduce ins(%14 : tensor<2x4x8x10xf64>) outs(%16 : tensor<2x4x8xf64>) dimensions = [3] 
      (%in: f64, %init: f64) {
        %38 = arith.addf %in, %init : f64
        linalg.yield %38 : f64
      }
    %expanded_15 = tensor.expand_shape %reduced [[0], [1], [2, 3]] output_shape [2, 4, 8, 1] : tensor<2x4x8xf64> into tensor<2x4x8x1xf64>
    %17 = tensor.empty() : tensor<2x4x8x1xf64>
    %18 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_15, %cst_2 : tensor<2x4x8x1xf64>, tensor<1x1x1x1xf64>) outs(%17 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %in_22: f64, %out: f64):
      %38 = arith.mulf %in, %in_22 : f64
      linalg.yield %38 : f64
    } -> tensor<2x4x8x1xf64>
    %19 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14, %18 : tensor<2x4x8x10xf64>, tensor<2x4x8x1xf64>) outs(%13 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_22: f64, %out: f64):
      %38 = arith.subf %in, %in_22 : f64
      linalg.yield %38 : f64
    } -> tensor<2x4x8x10xf64>
    %20 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19, %19 : tensor<2x4x8x10xf64>, tensor<2x4x8x10xf64>) outs(%13 : tensor<2x4x8x10xf64>) {
    ^bb0(%in: f64, %in_22: f64, %out: f64):
      %38 = arith.mulf %in, %in_22 : f64
      linalg.yield %38 : f64
    } -> tensor<2x4x8x10xf64>
    %reduced_16 = linalg.reduce ins(%20 : tensor<2x4x8x10xf64>) outs(%16 : tensor<2x4x8xf64>) dimensions = [3] 
      (%in: f64, %init: f64) {
        %38 = arith.addf %in, %init : f64
        linalg.yield %38 : f64
      }
    %expanded_17 = tensor.expand_shape %reduced_16 [[0], [1], [2, 3]] output_shape [2, 4, 8, 1] : tensor<2x4x8xf64> into tensor<2x4x8x1xf64>
    %21 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_17, %cst_2 : tensor<2x4x8x1xf64>, tensor<1x1x1x1xf64>) outs(%17 : tensor<2x4x8x1xf64>) {
    ^bb0(%in: f64, %in_22: f64, %out: f64):
      %38 = arith.mulf %in, %in_22 : f64
      linalg.yield %38 : f64
    } -> tensor<2x4x8x1xf64>
    %22 = tensor.empty() : tensor<2x4x8x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x4x8x1xf64>) outs(%22 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %38 = arith.truncf %in : f64 to f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x1xf32>
    %24 = tensor.empty() : tensor<2x4x8xf32>
    %25 = linalg.fill ins(%cst_0 : f32) outs(%24 : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %reduced_18 = linalg.reduce ins(%transposed_14 : tensor<2x4x8x10xf32>) outs(%25 : tensor<2x4x8xf32>) dimensions = [3] 
      (%in: f32, %init: f32) {
        %38 = arith.addf %in, %init : f32
        linalg.yield %38 : f32
      }
    %expanded_19 = tensor.expand_shape %reduced_18 [[0], [1], [2, 3]] output_shape [2, 4, 8, 1] : tensor<2x4x8xf32> into tensor<2x4x8x1xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_19, %cst_3 : tensor<2x4x8x1xf32>, tensor<1x1x1x1xf32>) outs(%22 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.mulf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x1xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23, %cst_4 : tensor<2x4x8x1xf32>, tensor<1x1x1x1xf32>) outs(%22 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.addf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x1xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x4x8x1xf32>) outs(%22 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %38 = math.rsqrt %in : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x1xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%transposed_14, %26 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.subf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %30 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29, %28 : tensor<2x4x8x10xf32>, tensor<2x4x8x1xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.mulf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %expanded_20 = tensor.expand_shape %arg3 [[0, 1, 2, 3]] output_shape [1, 1, 1, 10] : tensor<10xf32> into tensor<1x1x1x10xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %expanded_20 : tensor<2x4x8x10xf32>, tensor<1x1x1x10xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.mulf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %expanded_21 = tensor.expand_shape %arg4 [[0, 1, 2, 3]] output_shape [1, 1, 1, 10] : tensor<10xf32> into tensor<1x1x1x10xf32>
    %32 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %expanded_21 : tensor<2x4x8x10xf32>, tensor<1x1x1x10xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.addf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %33 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %cst_7 : tensor<2x4x8x10xf32>, tensor<1x1x1x1xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.mulf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %34 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33 : tensor<2x4x8x10xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %38 = math.erf %in : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %35 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34, %cst_5 : tensor<2x4x8x10xf32>, tensor<1x1x1x1xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.addf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %36 = linalg.generic {indexing_maps = [#map4, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_6, %35 : tensor<1x1x1x1xf32>, tensor<2x4x8x10xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.mulf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    %37 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %36 : tensor<2x4x8x10xf32>, tensor<2x4x8x10xf32>) outs(%12 : tensor<2x4x8x10xf32>) {
    ^bb0(%in: f32, %in_22: f32, %out: f32):
      %38 = arith.mulf %in, %in_22 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x10xf32>
    return %37 : tensor<2x4x8x10xf32>
  }
}
