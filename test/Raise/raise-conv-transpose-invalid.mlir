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

// -----

// Beside a dynamic batch, static sizes are not verified: here the input ends
// before the window does.
// REMARK: remark: [Missed] not-a-transposed-conv
// REMARK-SAME: an element outside of the input or of the filter is read
// CHECK-LABEL: func @outside_of_input
//       CHECK:   linalg.conv_1d_ncw_fcw
func.func @outside_of_input(%x: tensor<?x3x5xf32>, %w: tensor<4x3x4xf32>) -> tensor<?x4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x3x5xf32>
  %e = tensor.empty(%n) : tensor<?x4x6xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4x6xf32>) -> tensor<?x4x6xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<?x3x5xf32>, tensor<4x3x4xf32>) outs(%i : tensor<?x4x6xf32>) -> tensor<?x4x6xf32>
  return %y : tensor<?x4x6xf32>
}

// -----

// What cannot be enumerated is not called a mismatch.
// REMARK: remark: [Missed] too-large-to-prove
// REMARK-SAME: Reason="along dims [2] of the result, [2] of the input, [2] of the filter: 8388608 combinations of positions, of which at most 4194304 are enumerated"
// REMARK-SAME: Suggestion="write it as upweave.conv_transpose, or as several shorter ones"
// CHECK-LABEL: func @large
//       CHECK:   linalg.generic
func.func @large(%x: tensor<1x1x524295xf32>, %w: tensor<1x1x8xf32>, %i: tensor<1x1x1048576xf32>) -> tensor<1x1x1048576xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(n, f, o, c, k) -> (n, c, o floordiv 2 + k)>, affine_map<(n, f, o, c, k) -> (f, c, k)>, affine_map<(n, f, o, c, k) -> (n, f, o)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x1x524295xf32>, tensor<1x1x8xf32>) outs(%i : tensor<1x1x1048576xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x1x1048576xf32>
  return %y : tensor<1x1x1048576xf32>
}
