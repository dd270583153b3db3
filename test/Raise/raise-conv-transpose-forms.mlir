// The same algorithm on other layouts and spellings: groups, channels last,
// generics, f16 with f32 sums, depth to space, and what is no convolution.
// RUN: upweave-opt %s --split-input-file --upweave-raise-conv-transpose | FileCheck %s

// Groups by reshapes around a convolution of its own kind.
// CHECK-LABEL: func @groups
//  CHECK-SAME:   (%[[X:.*]]: tensor<2x4x4x5xf32>, %[[W:.*]]: tensor<6x2x3x3xf32>)
//       CHECK:   %[[Y:.*]] = upweave.conv_transpose <strides = [1, 1], padding = [2, 2], reversed = [1, 1], groups = 2, filter_groups = output, dims = [b, c, 0, 1] x [o, i, 0, 1] -> [b, c, 0, 1]> ins(%[[X]], %[[W]] :
//       CHECK:   return %[[Y]]
func.func @groups(%x: tensor<2x4x4x5xf32>, %w: tensor<6x2x3x3xf32>) -> tensor<2x6x2x3xf32> {
  %xe = tensor.expand_shape %x [[0], [1, 2], [3], [4]] output_shape [2, 2, 2, 4, 5] : tensor<2x4x4x5xf32> into tensor<2x2x2x4x5xf32>
  %we = tensor.expand_shape %w [[0, 1], [2], [3], [4]] output_shape [2, 3, 2, 3, 3] : tensor<6x2x3x3xf32> into tensor<2x3x2x3x3xf32>
  %i = arith.constant dense<0.0> : tensor<2x2x3x2x3xf32>
  %y = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%xe, %we : tensor<2x2x2x4x5xf32>, tensor<2x3x2x3x3xf32>) outs(%i : tensor<2x2x3x2x3xf32>) -> tensor<2x2x3x2x3xf32>
  %c = tensor.collapse_shape %y [[0], [1, 2], [3], [4]] : tensor<2x2x3x2x3xf32> into tensor<2x6x2x3xf32>
  return %c : tensor<2x6x2x3xf32>
}

// -----

// The same, whose result and operands keep the groups as dims of their own.
// CHECK-LABEL: func @group_dims
//       CHECK:   tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2], [3], [4]] : tensor<2x2x2x4x5xf32> into tensor<2x4x4x5xf32>
//       CHECK:   tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2], [3], [4]] : tensor<2x3x2x3x3xf32> into tensor<6x2x3x3xf32>
//       CHECK:   %[[Y:.*]] = upweave.conv_transpose {{.*}}groups = 2, filter_groups = output
//       CHECK:   %[[E:.*]] = tensor.expand_shape %[[Y]] {{\[\[}}0], [1, 2], [3], [4]] output_shape [2, 2, 3, 2, 3]
//       CHECK:   return %[[E]]
func.func @group_dims(%x: tensor<2x2x2x4x5xf32>, %w: tensor<2x3x2x3x3xf32>) -> tensor<2x2x3x2x3xf32> {
  %i = arith.constant dense<0.0> : tensor<2x2x3x2x3xf32>
  %y = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%x, %w : tensor<2x2x2x4x5xf32>, tensor<2x3x2x3x3xf32>) outs(%i : tensor<2x2x3x2x3xf32>) -> tensor<2x2x3x2x3xf32>
  return %y : tensor<2x2x3x2x3xf32>
}

// -----

// One channel a group: the filter has no input channels.
// CHECK-LABEL: func @depthwise
//       CHECK:   %[[W:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0], [1], [2, 3]] output_shape [3, 3, 3, 1]
//       CHECK:   upweave.conv_transpose <strides = [1, 1], padding = [2, 2], reversed = [1, 1], groups = 3, dims = [b, c, 0, 1] x [i, 0, 1, o] -> [b, c, 0, 1]> ins(%{{.*}}, %[[W]] :
func.func @depthwise(%x: tensor<2x3x4x5xf32>, %w: tensor<3x3x3xf32>) -> tensor<2x3x2x3xf32> {
  %i = arith.constant dense<0.0> : tensor<2x3x2x3xf32>
  %y = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
    ins(%x, %w : tensor<2x3x4x5xf32>, tensor<3x3x3xf32>) outs(%i : tensor<2x3x2x3xf32>) -> tensor<2x3x2x3xf32>
  return %y : tensor<2x3x2x3xf32>
}

// -----

// Channels last; a reversal that is an indexing map; f16 products, f32 sums.
// CHECK-LABEL: func @channels_last_f16
//       CHECK:   upweave.conv_transpose <strides = [2], padding = [1], dims = [b, 0, c] x [0, i, o] -> [b, 0, c]> ins(%{{.*}}, %{{.*}} : tensor<2x4x3xf16>, tensor<4x3x5xf16>) outs(%{{.*}} : tensor<2x8x5xf32>)
func.func @channels_last_f16(%x: tensor<2x4x3xf16>, %w: tensor<4x3x5xf16>) -> tensor<2x8x5xf32> {
  %z = arith.constant dense<0.0> : tensor<2x11x3xf16>
  %s = tensor.insert_slice %x into %z[0, 2, 0] [2, 4, 3] [1, 2, 1] : tensor<2x4x3xf16> into tensor<2x11x3xf16>
  %0 = tensor.empty() : tensor<4x3x5xf16>
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (-d0 + 3, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
                       iterator_types = ["parallel", "parallel", "parallel"]} ins(%w : tensor<4x3x5xf16>) outs(%0 : tensor<4x3x5xf16>) {
  ^bb0(%in: f16, %out: f16):
    linalg.yield %in : f16
  } -> tensor<4x3x5xf16>
  %i = arith.constant dense<0.0> : tensor<2x8x5xf32>
  %y = linalg.conv_1d_nwc_wcf {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%s, %f : tensor<2x11x3xf16>, tensor<4x3x5xf16>) outs(%i : tensor<2x8x5xf32>) -> tensor<2x8x5xf32>
  return %y : tensor<2x8x5xf32>
}

// -----

// Products in f64 of f32 data: the casts come first.
// CHECK-LABEL: func @wide_products
//       CHECK:   %[[X:.*]] = linalg.generic
//       CHECK:     arith.extf %{{.*}} : f32 to f64
//       CHECK:   %[[W:.*]] = linalg.generic
//       CHECK:     arith.extf %{{.*}} : f32 to f64
//       CHECK:   upweave.conv_transpose {{.*}} ins(%[[X]], %[[W]] : tensor<2x3x6xf64>, tensor<4x3x3xf64>)
func.func @wide_products(%x: tensor<2x3x6xf32>, %w: tensor<4x3x3xf32>) -> tensor<2x4x4xf64> {
  %i = arith.constant dense<0.0> : tensor<2x4x4xf64>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%x, %w : tensor<2x3x6xf32>, tensor<4x3x3xf32>) outs(%i : tensor<2x4x4xf64>) -> tensor<2x4x4xf64>
  return %y : tensor<2x4x4xf64>
}

// -----

// A matmul to stride x stride positions, then depth to space: kernel = stride.
// The loops of the reduction are the channels alone.
// CHECK-LABEL: func @depth_to_space
//  CHECK-SAME:   (%[[X:.*]]: tensor<2x6x3xf32>, %[[W:.*]]: tensor<3x2x5xf32>)
//       CHECK:   %[[Y:.*]] = upweave.conv_transpose <strides = [2], dims = [b, 0, c] x [i, 0, o] -> [b, 0, c]> ins(%[[X]], %[[W]] : tensor<2x6x3xf32>, tensor<3x2x5xf32>)
//       CHECK:   return %[[Y]] : tensor<2x12x5xf32>
func.func @depth_to_space(%x: tensor<2x6x3xf32>, %w: tensor<3x2x5xf32>) -> tensor<2x12x5xf32> {
  %i = arith.constant dense<0.0> : tensor<2x6x2x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, h, p, o, c) -> (n, h, c)>, affine_map<(n, h, p, o, c) -> (c, p, o)>, affine_map<(n, h, p, o, c) -> (n, h, p, o)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
    ins(%x, %w : tensor<2x6x3xf32>, tensor<3x2x5xf32>) outs(%i : tensor<2x6x2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x6x2x5xf32>
  %c = tensor.collapse_shape %y [[0], [1, 2], [3]] : tensor<2x6x2x5xf32> into tensor<2x12x5xf32>
  return %c : tensor<2x12x5xf32>
}

// -----

// The gradient's spelling: a guarded gather at (o + 1 - k) / 2.
// CHECK-LABEL: func @guarded_gather
//  CHECK-SAME:   (%[[X:.*]]: tensor<2x3x4xf32>, %[[W:.*]]: tensor<3x5x4xf32>)
//       CHECK:   upweave.conv_transpose <strides = [2], padding = [1]> ins(%[[X]], %[[W]] :
func.func @guarded_gather(%x: tensor<2x3x4xf32>, %w: tensor<3x5x4xf32>) -> tensor<2x5x8xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %0 = tensor.empty() : tensor<2x3x8x4xf32>
  %g = linalg.generic {indexing_maps = [affine_map<(n, c, o, k) -> (n, c, o, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    outs(%0 : tensor<2x3x8x4xf32>) {
  ^bb0(%out: f32):
    %n = linalg.index 0 : index
    %c = linalg.index 1 : index
    %o = linalg.index 2 : index
    %k = linalg.index 3 : index
    %p = arith.addi %o, %c1 : index
    %d = arith.subi %p, %k : index
    %q = arith.divsi %d, %c2 : index
    %r = arith.remsi %d, %c2 : index
    %exact = arith.cmpi eq, %r, %c0 : index
    %low = arith.cmpi sge, %q, %c0 : index
    %high = arith.cmpi slt, %q, %c4 : index
    %both = arith.andi %low, %high : i1
    %in = arith.andi %both, %exact : i1
    %e = tensor.extract %x[%n, %c, %q] : tensor<2x3x4xf32>
    %v = arith.select %in, %e, %zero : f32
    linalg.yield %v : f32
  } -> tensor<2x3x8x4xf32>
  %i = arith.constant dense<0.0> : tensor<2x5x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, f, o, c, k) -> (n, c, o, k)>, affine_map<(n, f, o, c, k) -> (c, f, k)>, affine_map<(n, f, o, c, k) -> (n, f, o)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%g, %w : tensor<2x3x8x4xf32>, tensor<3x5x4xf32>) outs(%i : tensor<2x5x8xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x5x8xf32>
  return %y : tensor<2x5x8xf32>
}

// -----

// A transpose after the convolution is the result's order; the bias follows it.
// CHECK-LABEL: func @transposed_result
//       CHECK:   %[[Y:.*]] = upweave.conv_transpose {{.*}}-> [b, 0, c]>
//       CHECK:   %[[B:.*]] = linalg.transpose ins(%{{.*}} : tensor<2x4x4xf32>) outs(%{{.*}}) permutation = [0, 2, 1]
//       CHECK:   linalg.generic {{.*}} ins(%[[Y]], %[[B]] :
func.func @transposed_result(%x: tensor<2x3x6xf32>, %w: tensor<4x3x3xf32>, %bias: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%x, %w : tensor<2x3x6xf32>, tensor<4x3x3xf32>) outs(%bias : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %e = tensor.empty() : tensor<2x4x4xf32>
  %t = linalg.transpose ins(%y : tensor<2x4x4xf32>) outs(%e : tensor<2x4x4xf32>) permutation = [0, 2, 1]
  return %t : tensor<2x4x4xf32>
}

// -----

// Flattening a result merges its axes: it stays behind the convolution.
// CHECK-LABEL: func @flattened
//       CHECK:   %[[Y:.*]] = upweave.conv_transpose
//       CHECK:   tensor.collapse_shape %[[Y]] {{\[\[}}0], [1, 2]]
func.func @flattened(%x: tensor<2x3x6xf32>, %w: tensor<4x3x3xf32>) -> tensor<2x16xf32> {
  %i = arith.constant dense<0.0> : tensor<2x4x4xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
    ins(%x, %w : tensor<2x3x6xf32>, tensor<4x3x3xf32>) outs(%i : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %c = tensor.collapse_shape %y [[0], [1, 2]] : tensor<2x4x4xf32> into tensor<2x16xf32>
  return %c : tensor<2x16xf32>
}

// -----

// Neither a matmul nor a sum of squares is one, and neither was missed.
// CHECK-LABEL: func @no_convolution
//   CHECK-NOT:   upweave.conv_transpose
//       CHECK:   linalg.matmul
//       CHECK:   linalg.generic
//   CHECK-NOT:   upweave.conv_transpose
//       CHECK:   return
func.func @no_convolution(%a: tensor<8x4xf32>, %b: tensor<4x8xf32>) -> tensor<8xf32> {
  %i = arith.constant dense<0.0> : tensor<8x8xf32>
  %m = linalg.matmul ins(%a, %b : tensor<8x4xf32>, tensor<4x8xf32>) outs(%i : tensor<8x8xf32>) -> tensor<8x8xf32>
  %j = arith.constant dense<0.0> : tensor<8xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>],
                       iterator_types = ["parallel", "reduction"]}
    ins(%m, %m : tensor<8x8xf32>, tensor<8x8xf32>) outs(%j : tensor<8xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %p = arith.mulf %x, %y : f32
    %q = arith.addf %acc, %p : f32
    linalg.yield %q : f32
  } -> tensor<8xf32>
  return %s : tensor<8xf32>
}
