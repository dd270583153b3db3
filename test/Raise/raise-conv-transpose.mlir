// Zero-stuffed, cropped, flipped, padded and plain convolutions become
// upweave.conv_transpose; what they were made of is gone.
// RUN: upweave-opt %s --split-input-file --upweave-raise-conv-transpose | FileCheck %s

// A flip and a swap of the filter, zeros between the inputs, and a bias as init.
// CHECK-LABEL: func @stuffed_1d
//  CHECK-SAME:   (%[[X:.*]]: tensor<2x3x7xf32>, %[[W:.*]]: tensor<3x5x4xf32>, %[[BIAS:.*]]: tensor<5xf32>)
//   CHECK-NOT:   tensor.insert_slice
//       CHECK:   %[[B:.*]] = linalg.broadcast ins(%[[BIAS]]
//   CHECK-NOT:   linalg.conv
//       CHECK:   %[[Y:.*]] = upweave.conv_transpose <strides = [2], padding = [1]> ins(%[[X]], %[[W]] : tensor<2x3x7xf32>, tensor<3x5x4xf32>) outs(%{{.*}} : tensor<2x5x14xf32>)
//       CHECK:   %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[Y]], %[[B]] :
//       CHECK:     arith.addf
//       CHECK:   return %[[SUM]]
func.func @stuffed_1d(%x: tensor<2x3x7xf32>, %w: tensor<3x5x4xf32>, %bias: tensor<5xf32>) -> tensor<2x5x14xf32> {
  %zero = arith.constant 0.0 : f32
  %c3 = arith.constant 3 : index
  %0 = tensor.empty() : tensor<5x3x4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%0 : tensor<5x3x4xf32>) {
  ^bb0(%out: f32):
    %o = linalg.index 0 : index
    %i = linalg.index 1 : index
    %k = linalg.index 2 : index
    %r = arith.subi %c3, %k : index
    %e = tensor.extract %w[%i, %o, %r] : tensor<3x5x4xf32>
    linalg.yield %e : f32
  } -> tensor<5x3x4xf32>
  %1 = tensor.empty() : tensor<2x3x17xf32>
  %z = linalg.fill ins(%zero : f32) outs(%1 : tensor<2x3x17xf32>) -> tensor<2x3x17xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 2] [2, 3, 7] [1, 1, 2] : tensor<2x3x7xf32> into tensor<2x3x17xf32>
  %2 = tensor.empty() : tensor<2x5x14xf32>
  %b = linalg.broadcast ins(%bias : tensor<5xf32>) outs(%2 : tensor<2x5x14xf32>) dimensions = [0, 2]
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%s, %f : tensor<2x3x17xf32>, tensor<5x3x4xf32>) outs(%b : tensor<2x5x14xf32>) -> tensor<2x5x14xf32>
  return %y : tensor<2x5x14xf32>
}

// -----

// Dynamic batch: the inserted size and the stuffed one are proven equal. An init
// of zeros is not added. Dilation and the filter's own order stay in the
// attribute.
// CHECK-LABEL: func @dynamic_batch_dilated
//   CHECK-NOT:   linalg
//       CHECK:   upweave.conv_transpose <strides = [2, 2], padding = [2, 2], dilations = [2, 2], reversed = [1, 1], dims = [b, c, 0, 1] x [o, i, 0, 1] -> [b, c, 0, 1]> ins(%{{.*}}, %{{.*}} : tensor<?x3x4x5xf32>, tensor<4x3x4x4xf32>) outs(%{{.*}} : tensor<?x4x9x11xf32>)
//   CHECK-NOT:   linalg
func.func @dynamic_batch_dilated(%x: tensor<?x3x4x5xf32>, %w: tensor<4x3x4x4xf32>) -> tensor<?x4x9x11xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x3x4x5xf32>
  %0 = tensor.empty(%n) : tensor<?x3x15x17xf32>
  %z = linalg.fill ins(%zero : f32) outs(%0 : tensor<?x3x15x17xf32>) -> tensor<?x3x15x17xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 4, 4] [%n, 3, 4, 5] [1, 1, 2, 2] : tensor<?x3x4x5xf32> into tensor<?x3x15x17xf32>
  %1 = tensor.empty(%n) : tensor<?x4x9x11xf32>
  %i = linalg.fill ins(%zero : f32) outs(%1 : tensor<?x4x9x11xf32>) -> tensor<?x4x9x11xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<2> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%s, %w : tensor<?x3x15x17xf32>, tensor<4x3x4x4xf32>) outs(%i : tensor<?x4x9x11xf32>) -> tensor<?x4x9x11xf32>
  return %y : tensor<?x4x9x11xf32>
}

// -----

// Output padding is what the high side has more.
// CHECK-LABEL: func @output_padding_3d
//       CHECK:   upweave.conv_transpose <strides = [2, 2, 2], padding = [1, 1, 1], output_padding = [1, 1, 1], reversed = [1, 1, 1]
func.func @output_padding_3d(%x: tensor<1x3x3x2x4xf32>, %w: tensor<4x3x3x3x3xf32>) -> tensor<1x4x6x4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<1x3x8x6x10xf32>
  %z = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x3x8x6x10xf32>) -> tensor<1x3x8x6x10xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 1, 1, 1] [1, 3, 3, 2, 4] [1, 1, 2, 2, 2] : tensor<1x3x3x2x4xf32> into tensor<1x3x8x6x10xf32>
  %1 = tensor.empty() : tensor<1x4x6x4x8xf32>
  %i = linalg.fill ins(%zero : f32) outs(%1 : tensor<1x4x6x4x8xf32>) -> tensor<1x4x6x4x8xf32>
  %y = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>}
    ins(%s, %w : tensor<1x3x8x6x10xf32>, tensor<4x3x3x3x3xf32>) outs(%i : tensor<1x4x6x4x8xf32>) -> tensor<1x4x6x4x8xf32>
  return %y : tensor<1x4x6x4x8xf32>
}

// -----

// Padding beyond the filter's reach: the stuffed input is cropped.
// CHECK-LABEL: func @crop
//       CHECK:   upweave.conv_transpose <strides = [2], padding = [3], reversed = [1], dims = [b, c, 0] x [o, i, 0] -> [b, c, 0]> ins(%{{.*}}, %{{.*}} : tensor<2x3x7xf32>, tensor<4x3x3xf32>)
func.func @crop(%x: tensor<2x3x7xf32>, %w: tensor<4x3x3xf32>) -> tensor<2x4x9xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x13xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 0] [2, 3, 7] [1, 1, 2] : tensor<2x3x7xf32> into tensor<2x3x13xf32>
  %c = tensor.extract_slice %s[0, 0, 1] [2, 3, 11] [1, 1, 1] : tensor<2x3x13xf32> to tensor<2x3x11xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x9xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%c, %w : tensor<2x3x11xf32>, tensor<4x3x3xf32>) outs(%i : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  return %y : tensor<2x4x9xf32>
}

// -----

// A plain convolution has stride 1 and its own filter order.
// CHECK-LABEL: func @plain
//       CHECK:   upweave.conv_transpose <strides = [1, 1], padding = [1, 1], reversed = [1, 1], dims = [b, c, 0, 1] x [o, i, 0, 1] -> [b, c, 0, 1]> ins(%{{.*}}, %{{.*}} : tensor<2x3x8x10xf32>, tensor<4x3x3x3xf32>)
func.func @plain(%x: tensor<2x3x8x10xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<2x4x8x10xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<2x3x8x10xf32> to tensor<2x3x10x12xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x8x10xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%p, %w : tensor<2x3x10x12xf32>, tensor<4x3x3x3xf32>) outs(%i : tensor<2x4x8x10xf32>) -> tensor<2x4x8x10xf32>
  return %y : tensor<2x4x8x10xf32>
}

// -----

// Two filter positions in steps of three: every third output has no product.
// CHECK-LABEL: func @gap
//       CHECK:   upweave.conv_transpose <strides = [3], reversed = [1], dims = [b, c, 0] x [o, i, 0] -> [b, c, 0]> ins(%{{.*}}, %{{.*}} : tensor<2x3x7xf32>, tensor<5x3x2xf32>) outs(%{{.*}} : tensor<2x5x20xf32>)
func.func @gap(%x: tensor<2x3x7xf32>, %w: tensor<5x3x2xf32>) -> tensor<2x5x20xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x21xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 1] [2, 3, 7] [1, 1, 3] : tensor<2x3x7xf32> into tensor<2x3x21xf32>
  %i = arith.constant dense<0.0> : tensor<2x5x20xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%s, %w : tensor<2x3x21xf32>, tensor<5x3x2xf32>) outs(%i : tensor<2x5x20xf32>) -> tensor<2x5x20xf32>
  return %y : tensor<2x5x20xf32>
}

// -----

// Rows and columns stuffed one after the other.
// CHECK-LABEL: func @two_inserts
//   CHECK-NOT:   tensor.insert_slice
//       CHECK:   upweave.conv_transpose <strides = [2, 2], padding = [3, 3], reversed = [1, 1], dims = [b, c, 0, 1] x [o, i, 0, 1] -> [b, c, 0, 1]> ins(%{{.*}}, %{{.*}} : tensor<2x3x4x5xf32>,
func.func @two_inserts(%x: tensor<2x3x4x5xf32>, %w: tensor<4x3x4x4xf32>) -> tensor<2x4x4x6xf32> {
  %z0 = arith.constant dense<0.0> : tensor<2x3x7x5xf32>
  %z1 = arith.constant dense<0.0> : tensor<2x3x7x9xf32>
  %s0 = tensor.insert_slice %x into %z0[0, 0, 0, 0] [2, 3, 4, 5] [1, 1, 2, 1] : tensor<2x3x4x5xf32> into tensor<2x3x7x5xf32>
  %s1 = tensor.insert_slice %s0 into %z1[0, 0, 0, 0] [2, 3, 7, 5] [1, 1, 1, 2] : tensor<2x3x7x5xf32> into tensor<2x3x7x9xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x4x6xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%s1, %w : tensor<2x3x7x9xf32>, tensor<4x3x4x4xf32>) outs(%i : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
  return %y : tensor<2x4x4x6xf32>
}

// -----

// The padding of one input position before the stuffing is two outputs of it:
// what upstream's canonicalization of this very IR forgets.
// CHECK-LABEL: func @pad_before
//   CHECK-NOT:   tensor.pad
//       CHECK:   upweave.conv_transpose <strides = [2], padding = [-1], reversed = [1], dims = [b, c, 0] x [o, i, 0] -> [b, c, 0]> ins(%{{.*}}, %{{.*}} : tensor<1x3x5xf32>, tensor<4x3x4xf32>)
func.func @pad_before(%x: tensor<1x3x5xf32>, %w: tensor<4x3x4xf32>) -> tensor<1x4x14xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<1x3x5xf32> to tensor<1x3x7xf32>
  %z = arith.constant dense<0.0> : tensor<1x3x17xf32>
  %s = tensor.insert_slice %p into %z[0, 0, 2] [1, 3, 7] [1, 1, 2] : tensor<1x3x7xf32> into tensor<1x3x17xf32>
  %i = arith.constant dense<0.0> : tensor<1x4x14xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%s, %w : tensor<1x3x17xf32>, tensor<4x3x4xf32>) outs(%i : tensor<1x4x14xf32>) -> tensor<1x4x14xf32>
  return %y : tensor<1x4x14xf32>
}

// -----

// A filter of one position along an axis with a stride and padding.
// CHECK-LABEL: func @unit_filter
//   CHECK-NOT:   tensor.insert_slice
//       CHECK:   upweave.conv_transpose <strides = [2, 2], padding = [0, 2], reversed = [0, 1], dims = [b, c, 0, 1] x [o, i, 0, 1] -> [b, c, 0, 1]> ins(%{{.*}}, %{{.*}} : tensor<2x3x4x5xf32>, tensor<4x3x1x3xf32>)
func.func @unit_filter(%x: tensor<2x3x4x5xf32>, %w: tensor<4x3x1x3xf32>) -> tensor<2x4x7x7xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x7x9xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 0, 0] [2, 3, 4, 5] [1, 1, 2, 2] : tensor<2x3x4x5xf32> into tensor<2x3x7x9xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x7x7xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%s, %w : tensor<2x3x7x9xf32>, tensor<4x3x1x3xf32>) outs(%i : tensor<2x4x7x7xf32>) -> tensor<2x4x7x7xf32>
  return %y : tensor<2x4x7x7xf32>
}

// -----

// One output along an axis: nothing of the result tells it from channels.
// CHECK-LABEL: func @one_output
//   CHECK-NOT:   tensor.insert_slice
//       CHECK:   upweave.conv_transpose <strides = [2, 2], padding = [{{.*}}], reversed = [1, 1], dims = [b, c, 0, 1] x [o, i, 0, 1] -> [b, c, 0, 1]> ins(%{{.*}}, %{{.*}} : tensor<2x3x3x5xf32>, tensor<4x3x5x3xf32>)
func.func @one_output(%x: tensor<2x3x3x5xf32>, %w: tensor<4x3x5x3xf32>) -> tensor<2x4x1x7xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x5x9xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 0, 0] [2, 3, 3, 5] [1, 1, 2, 2] : tensor<2x3x3x5xf32> into tensor<2x3x5x9xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x1x7xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%s, %w : tensor<2x3x5x9xf32>, tensor<4x3x5x3xf32>) outs(%i : tensor<2x4x1x7xf32>) -> tensor<2x4x1x7xf32>
  return %y : tensor<2x4x1x7xf32>
}

// -----

// The only output along the second axis is padding: the input is never read.
// CHECK-LABEL: func @beside_the_input
//       CHECK:   %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : tensor<2x3x4x2xf32>
//       CHECK:   upweave.conv_transpose {{.*}} ins(%[[ZERO]],
func.func @beside_the_input(%x: tensor<2x3x4x1xf32>, %w: tensor<4x3x2x1xf32>) -> tensor<2x4x3x1xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x4x2xf32>
  %p = tensor.insert_slice %x into %z[0, 0, 0, 0] [2, 3, 4, 1] [1, 1, 1, 1] : tensor<2x3x4x1xf32> into tensor<2x3x4x2xf32>
  %s = tensor.extract_slice %p[0, 0, 0, 1] [2, 3, 4, 1] [1, 1, 1, 1] : tensor<2x3x4x2xf32> to tensor<2x3x4x1xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x3x1xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%s, %w : tensor<2x3x4x1xf32>, tensor<4x3x2x1xf32>) outs(%i : tensor<2x4x3x1xf32>) -> tensor<2x4x3x1xf32>
  return %y : tensor<2x4x3x1xf32>
}

// -----

// One input element along each spatial axis: its position is a constant. Padded,
// it leads to one of three outputs; beside a filter of two, to the only one.
// CHECK-LABEL: func @one_input
//   CHECK-NOT:   tensor.insert_slice
//       CHECK:   upweave.conv_transpose {{.*}} ins(%{{.*}}, %{{.*}} : tensor<2x3x1x1xf32>, tensor<4x3x1x2xf32>)
func.func @one_input(%x: tensor<2x3x1x1xf32>, %w: tensor<4x3x1x2xf32>) -> tensor<2x4x3x1xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x3x2xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 1, 0] [2, 3, 1, 1] [1, 1, 1, 1] : tensor<2x3x1x1xf32> into tensor<2x3x3x2xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x3x1xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%s, %w : tensor<2x3x3x2xf32>, tensor<4x3x1x2xf32>) outs(%i : tensor<2x4x3x1xf32>) -> tensor<2x4x3x1xf32>
  return %y : tensor<2x4x3x1xf32>
}

// -----

// Slices may count backwards: the input is stuffed from its end on.
// CHECK-LABEL: func @insert_backwards
func.func @insert_backwards(%x: tensor<2x3x4xf32>, %w: tensor<4x3x4xf32>) -> tensor<2x4x6xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x9xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 7] [2, 3, 4] [1, 1, -2] : tensor<2x3x4xf32> into tensor<2x3x9xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x6xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%s, %w : tensor<2x3x9xf32>, tensor<4x3x4xf32>) outs(%i : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// A slice flips the filter.
// CHECK-LABEL: func @flip_by_slice
// CHECK: upweave.conv_transpose
func.func @flip_by_slice(%x: tensor<2x3x9xf32>, %w: tensor<4x3x4xf32>) -> tensor<2x4x6xf32> {
  %s = tensor.extract_slice %w[0, 0, 3] [4, 3, 4] [1, 1, -1] : tensor<4x3x4xf32> to tensor<4x3x4xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x6xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%x, %s : tensor<2x3x9xf32>, tensor<4x3x4xf32>) outs(%i : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// All elements are written to one place: nothing says which stays.
// CHECK-LABEL: func @insert_to_one_place
// CHECK: tensor.insert_slice
func.func @insert_to_one_place(%x: tensor<2x3x4xf32>, %w: tensor<4x3x4xf32>) -> tensor<2x4x6xf32> {
  %z = arith.constant dense<0.0> : tensor<2x3x9xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 7] [2, 3, 4] [1, 1, 0] : tensor<2x3x4xf32> into tensor<2x3x9xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x6xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%s, %w : tensor<2x3x9xf32>, tensor<4x3x4xf32>) outs(%i : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// One element is read for all.
// CHECK-LABEL: func @repeat_by_slice
func.func @repeat_by_slice(%x: tensor<2x3x9xf32>, %w: tensor<4x3x4xf32>) -> tensor<2x4x6xf32> {
  %s = tensor.extract_slice %w[0, 0, 3] [4, 3, 4] [1, 1, 0] : tensor<4x3x4xf32> to tensor<4x3x4xf32>
  %i = arith.constant dense<0.0> : tensor<2x4x6xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%x, %s : tensor<2x3x9xf32>, tensor<4x3x4xf32>) outs(%i : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// The result is collapsed to rank 0.
// CHECK-LABEL: func @one_scalar
// CHECK: upweave.conv_transpose
// CHECK: tensor.collapse_shape %{{.+}} [] : tensor<1x1x1xf32> into tensor<f32>
func.func @one_scalar(%x: tensor<1x1x2xf32>, %w: tensor<1x1x3xf32>) -> tensor<f32> {
  %i = arith.constant dense<0.0> : tensor<1x1x1xf32>
  %z = arith.constant dense<0.0> : tensor<1x1x3xf32>
  %s = tensor.insert_slice %x into %z[0, 0, 0] [1, 1, 2] [1, 1, 2] : tensor<1x1x2xf32> into tensor<1x1x3xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%s, %w : tensor<1x1x3xf32>, tensor<1x1x3xf32>) outs(%i : tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %r = tensor.collapse_shape %y [] : tensor<1x1x1xf32> into tensor<f32>
  return %r : tensor<f32>
}

// -----

// The filter is flipped as k - 3 instead of 3 - k, outside of its bounds: that
// is left to the gather.
// CHECK-LABEL: func @outside_of_filter
// CHECK: %[[F:.+]] = linalg.generic
// CHECK: upweave.conv_transpose {{.*}} ins(%{{.+}}, %[[F]] :
func.func @outside_of_filter(%x: tensor<1x1x4xf32>, %w: tensor<1x1x4xf32>) -> tensor<1x1x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<1x1x11xf32>
  %c3 = arith.constant 3 : index
  %e = tensor.empty() : tensor<1x1x4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%e : tensor<1x1x4xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = linalg.index 2 : index
    %s = arith.subi %k, %c3 : index
    %v = tensor.extract %w[%j, %i, %s] : tensor<1x1x4xf32>
    linalg.yield %v : f32
  } -> tensor<1x1x4xf32>
  %s = tensor.insert_slice %x into %zero[0, 0, 2] [1, 1, 4] [1, 1, 2] : tensor<1x1x4xf32> into tensor<1x1x11xf32>
  %i = arith.constant dense<0.0> : tensor<1x1x8xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%s, %f : tensor<1x1x11xf32>, tensor<1x1x4xf32>) outs(%i : tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
  return %y : tensor<1x1x8xf32>
}

// -----

// k * 2^124 leaves 64 bits: the gather is left alone.
// CHECK-LABEL: func @overflow
// CHECK: %[[F:.+]] = linalg.generic
// CHECK: upweave.conv_transpose {{.*}} ins(%{{.+}}, %[[F]] :
func.func @overflow(%x: tensor<1x1x7xf32>, %w: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %large = arith.constant 4611686018427387904 : index
  %e = tensor.empty() : tensor<1x1x4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%e : tensor<1x1x4xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = linalg.index 2 : index
    %p = arith.muli %k, %large : index
    %q = arith.muli %p, %large : index
    %s = arith.addi %k, %q : index
    %v = tensor.extract %w[%j, %i, %s] : tensor<1x1x4xf32>
    linalg.yield %v : f32
  } -> tensor<1x1x4xf32>
  %i = arith.constant dense<0.0> : tensor<1x1x4xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%x, %f : tensor<1x1x7xf32>, tensor<1x1x4xf32>) outs(%i : tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %y : tensor<1x1x4xf32>
}

// -----

// In 2 bits, k + 1 is 1, -2, -1, 0: the input is read at 3, 0, 1, 2.
// CHECK-LABEL: func @wraps_around
// CHECK: %[[X:.+]] = linalg.generic
// CHECK: upweave.conv_transpose {{.*}} ins(%[[X]],
func.func @wraps_around(%x: tensor<1x1x8xf32>, %w: tensor<1x1x2xf32>) -> tensor<1x1x3xf32> {
  %one = arith.constant 1 : i2
  %c2 = arith.constant 2 : index
  %e = tensor.empty() : tensor<1x1x4xf32>
  %g = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%e : tensor<1x1x4xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = linalg.index 2 : index
    %n = arith.index_cast %k : index to i2
    %m = arith.addi %n, %one : i2
    %s = arith.index_cast %m : i2 to index
    %t = arith.addi %s, %c2 : index
    %v = tensor.extract %x[%i, %j, %t] : tensor<1x1x8xf32>
    linalg.yield %v : f32
  } -> tensor<1x1x4xf32>
  %i = arith.constant dense<0.0> : tensor<1x1x3xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%g, %w : tensor<1x1x4xf32>, tensor<1x1x2xf32>) outs(%i : tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}

// -----

// Axes that are too long to enumerate are read off the form of their views.
// CHECK-LABEL: func @long_stuffed
// CHECK: upweave.conv_transpose <strides = [8], padding = [4]> ins(%{{.+}}, %{{.+}} : tensor<1x2x131072xf32>, tensor<2x3x16xf32>)
// CHECK-NOT: linalg.conv
func.func @long_stuffed(%x: tensor<1x2x131072xf32>, %w: tensor<2x3x16xf32>) -> tensor<1x3x1048576xf32> {
  %c15 = arith.constant 15 : index
  %zero = arith.constant 0.0 : f32
  %we = tensor.empty() : tensor<3x2x16xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%we : tensor<3x2x16xf32>) {
  ^bb0(%out: f32):
    %o = linalg.index 0 : index
    %i = linalg.index 1 : index
    %k = linalg.index 2 : index
    %s = arith.subi %c15, %k : index
    %v = tensor.extract %w[%i, %o, %s] : tensor<2x3x16xf32>
    linalg.yield %v : f32
  } -> tensor<3x2x16xf32>
  %se = tensor.empty() : tensor<1x2x1048591xf32>
  %sz = linalg.fill ins(%zero : f32) outs(%se : tensor<1x2x1048591xf32>) -> tensor<1x2x1048591xf32>
  %s = tensor.insert_slice %x into %sz[0, 0, 11] [1, 2, 131072] [1, 1, 8] : tensor<1x2x131072xf32> into tensor<1x2x1048591xf32>
  %ye = tensor.empty() : tensor<1x3x1048576xf32>
  %yz = linalg.fill ins(%zero : f32) outs(%ye : tensor<1x3x1048576xf32>) -> tensor<1x3x1048576xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%s, %f : tensor<1x2x1048591xf32>, tensor<3x2x16xf32>) outs(%yz : tensor<1x3x1048576xf32>) -> tensor<1x3x1048576xf32>
  return %y : tensor<1x3x1048576xf32>
}

// CHECK-LABEL: func @long_dilated
// CHECK: upweave.conv_transpose <strides = [1], padding = [11], dilations = [2], output_padding = [1], reversed = [1], dims = [b, c, 0] x [o, i, 0] -> [b, c, 0]> ins(%{{.+}}, %{{.+}} : tensor<1x1x1048576xf32>
// CHECK-NOT: linalg.conv
func.func @long_dilated(%x: tensor<1x1x1048576xf32>, %w: tensor<1x1x8xf32>) -> tensor<1x1x1048569xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 3] high[0, 0, 4] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<1x1x1048576xf32> to tensor<1x1x1048583xf32>
  %ye = tensor.empty() : tensor<1x1x1048569xf32>
  %yz = linalg.fill ins(%zero : f32) outs(%ye : tensor<1x1x1048569xf32>) -> tensor<1x1x1048569xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<2> : vector<1xi64>, strides = dense<1> : vector<1xi64>} ins(%p, %w : tensor<1x1x1048583xf32>, tensor<1x1x8xf32>) outs(%yz : tensor<1x1x1048569xf32>) -> tensor<1x1x1048569xf32>
  return %y : tensor<1x1x1048569xf32>
}

// Many channels and positions are plain identities.
// CHECK-LABEL: func @long_batch
// CHECK: upweave.conv_transpose
func.func @long_batch(%x: tensor<5000000x1x3xf32>, %w: tensor<1x1x2xf32>) -> tensor<5000000x1x2xf32> {
  %zero = arith.constant 0.0 : f32
  %ye = tensor.empty() : tensor<5000000x1x2xf32>
  %yz = linalg.fill ins(%zero : f32) outs(%ye : tensor<5000000x1x2xf32>) -> tensor<5000000x1x2xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<5000000x1x3xf32>, tensor<1x1x2xf32>) outs(%yz : tensor<5000000x1x2xf32>) -> tensor<5000000x1x2xf32>
  return %y : tensor<5000000x1x2xf32>
}
