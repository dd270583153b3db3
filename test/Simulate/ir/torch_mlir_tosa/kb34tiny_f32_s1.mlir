// torch-mlir 20261001 with torch 2.15.0, TOSA lowered by mlir-opt 22.1. Three
// dimensions: each axis expanded, padded, collapsed and sliced before a plain
// convolution.
// RUN: upweave-check --quiet --jobs=1 %s | FileCheck %s
// CHECK: main: {{[0-9]+}} launches for sm_89, 1 blocks
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (0, 0, 0, 0, d4)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (0, 0, 0, 0, 0)>
module {
  func.func @main(%arg0: tensor<2x3x2x3x4xf32>, %arg1: tensor<3x4x4x4x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>) -> tensor<2x4x4x6x8xf32> {
    %c3 = arith.constant 3 : index
    %cst = arith.constant 0.000000e+00 : f64
    %cst_0 = arith.constant 0.000000e+00 : f32
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    %cst_1 = arith.constant dense<1.250000e-01> : tensor<1x1x1x1x1xf64>
    %cst_2 = arith.constant dense<1.250000e-01> : tensor<1x1x1x1x1xf32>
    %cst_3 = arith.constant dense<9.99999974E-6> : tensor<1x1x1x1x1xf32>
    %cst_4 = arith.constant dense<1.000000e+00> : tensor<1x1x1x1x1xf32>
    %cst_5 = arith.constant dense<5.000000e-01> : tensor<1x1x1x1x1xf32>
    %cst_6 = arith.constant dense<0.707106769> : tensor<1x1x1x1x1xf32>
    %0 = tensor.empty() : tensor<2x2x3x4x3xf32>
    %transposed = linalg.transpose ins(%arg0 : tensor<2x3x2x3x4xf32>) outs(%0 : tensor<2x2x3x4x3xf32>) permutation = [0, 2, 3, 4, 1] 
    %1 = tensor.empty() : tensor<4x4x4x4x3xf32>
    %transposed_7 = linalg.transpose ins(%arg1 : tensor<3x4x4x4x4xf32>) outs(%1 : tensor<4x4x4x4x3xf32>) permutation = [1, 2, 3, 4, 0] 
    %2 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x4x4x4x3xf32>) {
    ^bb0(%out: f32):
      %35 = linalg.index 0 : index
      %36 = linalg.index 1 : index
      %37 = arith.subi %c3, %36 : index
      %38 = linalg.index 2 : index
      %39 = linalg.index 3 : index
      %40 = linalg.index 4 : index
      %extracted = tensor.extract %transposed_7[%35, %37, %38, %39, %40] : tensor<4x4x4x4x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x4x4x4x3xf32>
    %3 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x4x4x4x3xf32>) {
    ^bb0(%out: f32):
      %35 = linalg.index 0 : index
      %36 = linalg.index 1 : index
      %37 = linalg.index 2 : index
      %38 = arith.subi %c3, %37 : index
      %39 = linalg.index 3 : index
      %40 = linalg.index 4 : index
      %extracted = tensor.extract %2[%35, %36, %38, %39, %40] : tensor<4x4x4x4x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x4x4x4x3xf32>
    %4 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%1 : tensor<4x4x4x4x3xf32>) {
    ^bb0(%out: f32):
      %35 = linalg.index 0 : index
      %36 = linalg.index 1 : index
      %37 = linalg.index 2 : index
      %38 = linalg.index 3 : index
      %39 = arith.subi %c3, %38 : index
      %40 = linalg.index 4 : index
      %extracted = tensor.extract %3[%35, %36, %37, %39, %40] : tensor<4x4x4x4x3xf32>
      linalg.yield %extracted : f32
    } -> tensor<4x4x4x4x3xf32>
    %expanded = tensor.expand_shape %transposed [[0], [1, 2], [3], [4], [5]] output_shape [2, 2, 1, 3, 4, 3] : tensor<2x2x3x4x3xf32> into tensor<2x2x1x3x4x3xf32>
    %padded = tensor.pad %expanded low[%c0, %c0, %c0, %c0, %c0, %c0] high[%c0, %c0, %c1, %c0, %c0, %c0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index, %arg10: index):
      tensor.yield %cst_0 : f32
    } : tensor<2x2x1x3x4x3xf32> to tensor<2x2x2x3x4x3xf32>
    %collapsed = tensor.collapse_shape %padded [[0], [1, 2], [3], [4], [5]] : tensor<2x2x2x3x4x3xf32> into tensor<2x4x3x4x3xf32>
    %extracted_slice = tensor.extract_slice %collapsed[0, 0, 0, 0, 0] [2, 3, 3, 4, 3] [1, 1, 1, 1, 1] : tensor<2x4x3x4x3xf32> to tensor<2x3x3x4x3xf32>
    %expanded_8 = tensor.expand_shape %extracted_slice [[0], [1], [2, 3], [4], [5]] output_shape [2, 3, 3, 1, 4, 3] : tensor<2x3x3x4x3xf32> into tensor<2x3x3x1x4x3xf32>
    %padded_9 = tensor.pad %expanded_8 low[%c0, %c0, %c0, %c0, %c0, %c0] high[%c0, %c0, %c0, %c1, %c0, %c0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index, %arg10: index):
      tensor.yield %cst_0 : f32
    } : tensor<2x3x3x1x4x3xf32> to tensor<2x3x3x2x4x3xf32>
    %collapsed_10 = tensor.collapse_shape %padded_9 [[0], [1], [2, 3], [4], [5]] : tensor<2x3x3x2x4x3xf32> into tensor<2x3x6x4x3xf32>
    %extracted_slice_11 = tensor.extract_slice %collapsed_10[0, 0, 0, 0, 0] [2, 3, 5, 4, 3] [1, 1, 1, 1, 1] : tensor<2x3x6x4x3xf32> to tensor<2x3x5x4x3xf32>
    %expanded_12 = tensor.expand_shape %extracted_slice_11 [[0], [1], [2], [3, 4], [5]] output_shape [2, 3, 5, 4, 1, 3] : tensor<2x3x5x4x3xf32> into tensor<2x3x5x4x1x3xf32>
    %padded_13 = tensor.pad %expanded_12 low[%c0, %c0, %c0, %c0, %c0, %c0] high[%c0, %c0, %c0, %c0, %c1, %c0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index, %arg10: index):
      tensor.yield %cst_0 : f32
    } : tensor<2x3x5x4x1x3xf32> to tensor<2x3x5x4x2x3xf32>
    %collapsed_14 = tensor.collapse_shape %padded_13 [[0], [1], [2], [3, 4], [5]] : tensor<2x3x5x4x2x3xf32> into tensor<2x3x5x8x3xf32>
    %extracted_slice_15 = tensor.extract_slice %collapsed_14[0, 0, 0, 0, 0] [2, 3, 5, 7, 3] [1, 1, 1, 1, 1] : tensor<2x3x5x8x3xf32> to tensor<2x3x5x7x3xf32>
    %padded_16 = tensor.pad %extracted_slice_15 low[%c0, %c2, %c2, %c2, %c0] high[%c0, %c2, %c2, %c2, %c0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index):
      tensor.yield %cst_0 : f32
    } : tensor<2x3x5x7x3xf32> to tensor<2x7x9x11x3xf32>
    %5 = tensor.empty() : tensor<4x4x4x3x4xf32>
    %transposed_17 = linalg.transpose ins(%4 : tensor<4x4x4x4x3xf32>) outs(%5 : tensor<4x4x4x3x4xf32>) permutation = [1, 2, 3, 4, 0] 
    %6 = tensor.empty() : tensor<2x4x6x8x4xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg2 : tensor<4xf32>) outs(%6 : tensor<2x4x6x8x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x8x4xf32>
    %8 = linalg.conv_3d_ndhwc_dhwcf {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%padded_16, %transposed_17 : tensor<2x7x9x11x3xf32>, tensor<4x4x4x3x4xf32>) outs(%7 : tensor<2x4x6x8x4xf32>) -> tensor<2x4x6x8x4xf32>
    %9 = tensor.empty() : tensor<2x4x4x6x8xf32>
    %transposed_18 = linalg.transpose ins(%8 : tensor<2x4x6x8x4xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) permutation = [0, 4, 1, 2, 3] 
    %10 = tensor.empty() : tensor<2x4x4x6x8xf64>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%transposed_18 : tensor<2x4x4x6x8xf32>) outs(%10 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f32, %out: f64):
      %35 = arith.extf %in : f32 to f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x8xf64>
    %12 = tensor.empty() : tensor<2x4x4x6xf64>
    %13 = linalg.fill ins(%cst : f64) outs(%12 : tensor<2x4x4x6xf64>) -> tensor<2x4x4x6xf64>
    %reduced = linalg.reduce ins(%11 : tensor<2x4x4x6x8xf64>) outs(%13 : tensor<2x4x4x6xf64>) dimensions = [4] 
      (%in: f64, %init: f64) {
        %35 = arith.addf %in, %init : f64
        linalg.yield %35 : f64
      }
    %expanded_19 = tensor.expand_shape %reduced [[0], [1], [2], [3, 4]] output_shape [2, 4, 4, 6, 1] : tensor<2x4x4x6xf64> into tensor<2x4x4x6x1xf64>
    %14 = tensor.empty() : tensor<2x4x4x6x1xf64>
    %15 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_19, %cst_1 : tensor<2x4x4x6x1xf64>, tensor<1x1x1x1x1xf64>) outs(%14 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %in_26: f64, %out: f64):
      %35 = arith.mulf %in, %in_26 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x1xf64>
    %16 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %15 : tensor<2x4x4x6x8xf64>, tensor<2x4x4x6x1xf64>) outs(%10 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f64, %in_26: f64, %out: f64):
      %35 = arith.subf %in, %in_26 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x8xf64>
    %17 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16, %16 : tensor<2x4x4x6x8xf64>, tensor<2x4x4x6x8xf64>) outs(%10 : tensor<2x4x4x6x8xf64>) {
    ^bb0(%in: f64, %in_26: f64, %out: f64):
      %35 = arith.mulf %in, %in_26 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x8xf64>
    %reduced_20 = linalg.reduce ins(%17 : tensor<2x4x4x6x8xf64>) outs(%13 : tensor<2x4x4x6xf64>) dimensions = [4] 
      (%in: f64, %init: f64) {
        %35 = arith.addf %in, %init : f64
        linalg.yield %35 : f64
      }
    %expanded_21 = tensor.expand_shape %reduced_20 [[0], [1], [2], [3, 4]] output_shape [2, 4, 4, 6, 1] : tensor<2x4x4x6xf64> into tensor<2x4x4x6x1xf64>
    %18 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_21, %cst_1 : tensor<2x4x4x6x1xf64>, tensor<1x1x1x1x1xf64>) outs(%14 : tensor<2x4x4x6x1xf64>) {
    ^bb0(%in: f64, %in_26: f64, %out: f64):
      %35 = arith.mulf %in, %in_26 : f64
      linalg.yield %35 : f64
    } -> tensor<2x4x4x6x1xf64>
    %19 = tensor.empty() : tensor<2x4x4x6x1xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x4x4x6x1xf64>) outs(%19 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %35 = arith.truncf %in : f64 to f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %21 = tensor.empty() : tensor<2x4x4x6xf32>
    %22 = linalg.fill ins(%cst_0 : f32) outs(%21 : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %reduced_22 = linalg.reduce ins(%transposed_18 : tensor<2x4x4x6x8xf32>) outs(%22 : tensor<2x4x4x6xf32>) dimensions = [4] 
      (%in: f32, %init: f32) {
        %35 = arith.addf %in, %init : f32
        linalg.yield %35 : f32
      }
    %expanded_23 = tensor.expand_shape %reduced_22 [[0], [1], [2], [3, 4]] output_shape [2, 4, 4, 6, 1] : tensor<2x4x4x6xf32> into tensor<2x4x4x6x1xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_23, %cst_2 : tensor<2x4x4x6x1xf32>, tensor<1x1x1x1x1xf32>) outs(%19 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.mulf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20, %cst_3 : tensor<2x4x4x6x1xf32>, tensor<1x1x1x1x1xf32>) outs(%19 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.addf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x4x4x6x1xf32>) outs(%19 : tensor<2x4x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = math.rsqrt %in : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x1xf32>
    %26 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%transposed_18, %23 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x1xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.subf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26, %25 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x1xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.mulf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %expanded_24 = tensor.expand_shape %arg3 [[0, 1, 2, 3, 4]] output_shape [1, 1, 1, 1, 8] : tensor<8xf32> into tensor<1x1x1x1x8xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%27, %expanded_24 : tensor<2x4x4x6x8xf32>, tensor<1x1x1x1x8xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.mulf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %expanded_25 = tensor.expand_shape %arg4 [[0, 1, 2, 3, 4]] output_shape [1, 1, 1, 1, 8] : tensor<8xf32> into tensor<1x1x1x1x8xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map2, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%28, %expanded_25 : tensor<2x4x4x6x8xf32>, tensor<1x1x1x1x8xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.addf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %30 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%29, %cst_6 : tensor<2x4x4x6x8xf32>, tensor<1x1x1x1x1xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.mulf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%30 : tensor<2x4x4x6x8xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = math.erf %in : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %32 = linalg.generic {indexing_maps = [#map, #map4, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%31, %cst_4 : tensor<2x4x4x6x8xf32>, tensor<1x1x1x1x1xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.addf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %33 = linalg.generic {indexing_maps = [#map4, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%cst_5, %32 : tensor<1x1x1x1x1xf32>, tensor<2x4x4x6x8xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.mulf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    %34 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%29, %33 : tensor<2x4x4x6x8xf32>, tensor<2x4x4x6x8xf32>) outs(%9 : tensor<2x4x4x6x8xf32>) {
    ^bb0(%in: f32, %in_26: f32, %out: f32):
      %35 = arith.mulf %in, %in_26 : f32
      linalg.yield %35 : f32
    } -> tensor<2x4x4x6x8xf32>
    return %34 : tensor<2x4x4x6x8xf32>
  }
}
