// What is not raised keeps its form and says why, once, with the values.
// RUN: upweave-opt %s --split-input-file --upweave-raise-conv-transpose | FileCheck %s
// RUN: upweave-opt %s --split-input-file --upweave-raise-conv-transpose -o /dev/null \
// RUN:   --remark-format=emitRemark --remarks-filter-missed=upweave-raise 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: remark: [Missed] non-zero-fill | Category:upweave-raise
// REMARK-SAME: Reason="the gaps of the input hold 1.000000e+00 : f32, not 0: they would have to be zeros"
// REMARK-SAME: 'linalg.conv_1d_ncw_fcw' is not raised
// CHECK-LABEL: func @stuffed_with_ones
//       CHECK:   linalg.conv_1d_ncw_fcw
//   CHECK-NOT:   upweave
func.func @stuffed_with_ones(%x: tensor<2x3x4xf32>, %w: tensor<4x3x4xf32>) -> tensor<2x4x4xf32> {
  %one = arith.constant dense<1.0> : tensor<2x3x7xf32>
  %s = tensor.insert_slice %x into %one[0, 0, 0] [2, 3, 4] [1, 1, 2] : tensor<2x3x4xf32> into tensor<2x3x7xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x4xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%s, %w : tensor<2x3x7xf32>, tensor<4x3x4xf32>) outs(%i : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// -----

// REMARK: remark: [Missed] dynamic-spatial-size
// REMARK-SAME: Reason="dims [2] of the result, [2] of the input, [2] of the filter have dynamic sizes; only the batch may be dynamic"
// REMARK-SAME: Suggestion="give the spatial and channel sizes as static ones"
// CHECK-LABEL: func @dynamic_width
//       CHECK:   linalg.conv_1d_ncw_fcw
func.func @dynamic_width(%x: tensor<2x3x?xf32>, %w: tensor<4x3x4xf32>, %i: tensor<2x4x?xf32>) -> tensor<2x4x?xf32> {
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%x, %w : tensor<2x3x?xf32>, tensor<4x3x4xf32>) outs(%i : tensor<2x4x?xf32>) -> tensor<2x4x?xf32>
  return %y : tensor<2x4x?xf32>
}

// -----

// A convolution that skips inputs goes the other way.
// REMARK: remark: [Missed] not-a-transposed-conv
// REMARK-SAME: Reason="along dims [2] of the result, [2] of the input, [2] of the filter: the 12 products of 9 inputs and 3 filter positions over 4 outputs are no S*i + L*k = o + P"
// CHECK-LABEL: func @strided
//       CHECK:   linalg.conv_1d_ncw_fcw
func.func @strided(%x: tensor<2x3x9xf32>, %w: tensor<4x3x3xf32>) -> tensor<2x4x4xf32> {
  %i = arith.constant dense<0.0> : tensor<2x4x4xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<2> : vector<1xi64>}
    ins(%x, %w : tensor<2x3x9xf32>, tensor<4x3x3xf32>) outs(%i : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// -----

// The result is mirrored: no stride is negative.
// REMARK: remark: [Missed] not-a-transposed-conv
// REMARK-SAME: the input is read backwards (stride -1)
// CHECK-LABEL: func @mirrored
//       CHECK:   linalg.generic
func.func @mirrored(%x: tensor<2x3x6xf32>, %w: tensor<4x3x3xf32>) -> tensor<2x4x4xf32> {
  %i = arith.constant dense<0.0> : tensor<2x4x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, f, o, c, k) -> (n, c, 5 - o - k)>, affine_map<(n, f, o, c, k) -> (f, c, k)>, affine_map<(n, f, o, c, k) -> (n, f, o)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%x, %w : tensor<2x3x6xf32>, tensor<4x3x3xf32>) outs(%i : tensor<2x4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// -----

// Both channel loops pair up, but in another order in the input and the filter.
// REMARK: remark: [Missed] not-a-transposed-conv
// REMARK-SAME: the factors' channels differ in order or number along dims [] of the result, [1, 2] of the input, [1, 2] of the filter
// CHECK-LABEL: func @swapped_channels
//       CHECK:   linalg.generic
func.func @swapped_channels(%x: tensor<2x3x5x6xf32>, %w: tensor<4x5x3x3xf32>) -> tensor<2x4x4xf32> {
  %i = arith.constant dense<0.0> : tensor<2x4x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, f, o, c, d, k) -> (n, c, d, o + k)>, affine_map<(n, f, o, c, d, k) -> (f, d, c, k)>, affine_map<(n, f, o, c, d, k) -> (n, f, o)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<2x3x5x6xf32>, tensor<4x5x3x3xf32>) outs(%i : tensor<2x4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// REMARK-NOT: remark:
