// Canonical blocks: no param that is unused, repeated, constant or the producer
// itself, no result that nobody uses; folders of the collectives; what CSE and
// dead-code elimination may do.
// RUN: upweave-opt %s --canonicalize --split-input-file | FileCheck %s
// RUN: upweave-opt %s --cse --split-input-file | FileCheck %s --check-prefix=CSE

// CHECK-LABEL: func @unused_param(
//  CHECK-SAME:   %[[X:.*]]: tensor<4xf32>, %{{.*}}: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>
//       CHECK:   upweave.block domain [4]
//  CHECK-NEXT:     stored(%[[X]] : tensor<4xf32>)
//  CHECK-NEXT:     params(%[[B]][d0] : tensor<4xf32>)
//  CHECK-NEXT:     outs(%[[X]] : tensor<4xf32>) attributes {note = 1 : i32, schedule = #upweave.rows<warps = 2>} {
//  CHECK-NEXT:   ^bb0(%[[P:.*]]: f32, %[[Q:.*]]: f32):
//  CHECK-NEXT:     %[[O:.*]] = arith.subf %[[P]], %[[Q]] : f32
//  CHECK-NEXT:     upweave.yield %[[O]] : f32
func.func @unused_param(%x: tensor<4xf32>, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>)
         params(%a[d0], %b[d0] : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>)
         attributes {note = 1 : i32, schedule = #upweave.rows<warps = 2>} {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %o = arith.subf %p, %r : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// The accumulator's type and the precision survive.
// CHECK-LABEL: func @unused_param_conv(
//       CHECK:     conv_transpose(%{{.*}}, %{{.*}} : tensor<1x2x4xf16>, tensor<2x3x1xf16>) #upweave.conv_transpose<strides = [1]>
//  CHECK-NEXT:     outs(%{{.*}} : tensor<1x3x4xf16>) attributes {precision = #upweave.precision<f16>} {
//  CHECK-NEXT:   ^bb0(%{{.*}}: f16):
func.func @unused_param_conv(%x: tensor<1x2x4xf16>, %w: tensor<2x3x1xf16>, %y: tensor<1x3x4xf16>, %s: f32)
    -> tensor<1x3x4xf16> {
  %0 = upweave.block domain [1, 3, 4] conv_transpose(%x, %w : tensor<1x2x4xf16>, tensor<2x3x1xf16>)
         #upweave.conv_transpose<strides = [1]> params(%s : f32) outs(%y : tensor<1x3x4xf16>)
         attributes {precision = #upweave.precision<f16>} {
  ^bb0(%p: f16, %q: f32):
    upweave.yield %p : f16
  }
  return %0 : tensor<1x3x4xf16>
}

// -----

// CHECK-LABEL: func @equal_params(
//  CHECK-SAME:   %[[X:.*]]: tensor<4x4xf32>, %[[A:.*]]: tensor<4x4xf32>
//       CHECK:     params(%[[A]][d0, d1], %[[A]][d1, d0] : tensor<4x4xf32>, tensor<4x4xf32>)
//       CHECK:   ^bb0(%[[P:.*]]: f32, %[[Q:.*]]: f32, %[[R:.*]]: f32):
//  CHECK-NEXT:     %[[S:.*]] = arith.addf %[[Q]], %[[Q]] : f32
//  CHECK-NEXT:     %[[T:.*]] = arith.mulf %[[S]], %[[R]] : f32
//  CHECK-NEXT:     %[[U:.*]] = arith.mulf %[[T]], %[[P]] : f32
func.func @equal_params(%x: tensor<4x4xf32>, %a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = upweave.block domain [4, 4] stored(%x : tensor<4x4xf32>)
         params(%a[d0, d1], %a[d0, d1], %a[d1, d0], %x[d0, d1]
                : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>)
         outs(%x : tensor<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32, %s: f32, %t: f32):
    %u = arith.addf %q, %r : f32
    %v = arith.mulf %u, %s : f32
    %w = arith.mulf %v, %t : f32
    upweave.yield %w : f32
  }
  return %0 : tensor<4x4xf32>
}

// -----

// A scalar and a splat are constants of the region; a constant of other values
// stays a param.
// CHECK-LABEL: func @constant_params(
//       CHECK:   %[[D:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
//       CHECK:     params(%[[D]][d0] : tensor<2xf32>)
//       CHECK:   ^bb0(%[[P:.*]]: f32, %[[Q:.*]]: f32):
//   CHECK-DAG:     %[[C:.*]] = arith.constant 3.000000e+00 : f32
//   CHECK-DAG:     %[[E:.*]] = arith.constant 5.000000e+00 : f32
//       CHECK:     %[[S:.*]] = arith.addf %[[P]], %[[C]] : f32
//       CHECK:     %[[T:.*]] = arith.mulf %[[S]], %[[E]] : f32
//       CHECK:     arith.subf %[[T]], %[[Q]] : f32
func.func @constant_params(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = arith.constant 3.0 : f32
  %e = arith.constant dense<5.0> : tensor<2xf32>
  %d = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = upweave.block domain [2] stored(%x : tensor<2xf32>)
         params(%c, %e[d0], %d[d0] : f32, tensor<2xf32>, tensor<2xf32>) outs(%x : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32, %s: f32):
    %u = arith.addf %p, %q : f32
    %v = arith.mulf %u, %r : f32
    %w = arith.subf %v, %s : f32
    upweave.yield %w : f32
  }
  return %0 : tensor<2xf32>
}

// -----

// CHECK-LABEL: func @unused_result(
//  CHECK-SAME:   %{{.*}}: tensor<4x5xf32>, %{{.*}}: tensor<4x5xf32>, %[[S:.*]]: tensor<4xf32>
//       CHECK:   %[[R:.*]] = upweave.block domain [4, 5] rows [1]
//       CHECK:     outs(%[[S]][d0] : tensor<4xf32>) {
//  CHECK-NEXT:   ^bb0(%[[P:.*]]: f32):
//  CHECK-NEXT:     %[[SUM:.*]] = upweave.row_reduce <add> %[[P]] : f32
//  CHECK-NEXT:     upweave.yield %[[SUM]] : f32
//       CHECK:   return %[[R]] : tensor<4xf32>
func.func @unused_result(%x: tensor<4x5xf32>, %y: tensor<4x5xf32>, %s: tensor<4xf32>) -> tensor<4xf32> {
  %0:2 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>)
         outs(%y, %s[d0] : tensor<4x5xf32>, tensor<4xf32>) {
  ^bb0(%p: f32):
    %sum = upweave.row_reduce <add> %p : f32
    %d = arith.subf %p, %sum : f32
    upweave.yield %d, %sum : f32, f32
  }
  return %0#1 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func @dead(
//   CHECK-NOT:   upweave
//       CHECK:   return
func.func @dead(%x: tensor<4xf32>) {
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return
}

// -----

// On buffers a block writes what it is told to: nothing is dropped.
// CHECK-LABEL: func @not_dead(
//       CHECK:   outs(%{{.*}}, %{{.*}}[d0] : memref<4x5xf32>, memref<4xf32>)
func.func @not_dead(%x: memref<4x5xf32>, %y: memref<4x5xf32>, %s: memref<4xf32>) {
  upweave.block domain [4, 5] rows [1] stored(%x : memref<4x5xf32>)
    outs(%y, %s[d0] : memref<4x5xf32>, memref<4xf32>) {
  ^bb0(%p: f32):
    %sum = upweave.row_reduce <add> %p : f32
    upweave.yield %p, %sum : f32, f32
  }
  return
}

// -----

// A reduction over rows of one element is its operand; a maximum of what is
// the same along the row, too; a sum of it is not.
// CHECK-LABEL: func @fold_reductions(
//       CHECK:   rows [1]
//       CHECK:   ^bb0(%[[P:.*]]: f32, %[[Q:.*]]: f32):
//  CHECK-NEXT:     %[[S:.*]] = upweave.row_reduce <add> %[[Q]] : f32
//  CHECK-NEXT:     %[[O:.*]] = arith.addf %[[Q]], %[[S]] : f32
//  CHECK-NEXT:     upweave.yield %[[O]] : f32
//       CHECK:   rows [1]
//       CHECK:   ^bb0(%[[R:.*]]: f32):
//  CHECK-NEXT:     upweave.yield %[[R]] : f32
func.func @fold_reductions(%x: tensor<4x5xf32>, %a: tensor<4xf32>, %y: tensor<4x1xf32>)
    -> (tensor<4x5xf32>, tensor<4x1xf32>) {
  %0 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>)
         params(%a[d0] : tensor<4xf32>) outs(%x : tensor<4x5xf32>) {
  ^bb0(%p: f32, %q: f32):
    %m = upweave.row_reduce <maximumf> %q : f32
    %s = upweave.row_reduce <add> %q : f32
    %o = arith.addf %m, %s : f32
    upweave.yield %o : f32
  }
  %1 = upweave.block domain [4, 1] rows [1] stored(%y : tensor<4x1xf32>) outs(%y : tensor<4x1xf32>) {
  ^bb0(%p: f32):
    %s = upweave.row_reduce <add> %p : f32
    upweave.yield %s : f32
  }
  return %0, %1 : tensor<4x5xf32>, tensor<4x1xf32>
}

// -----

// gelu(-0) is -0.
// CHECK-LABEL: func @fold_gelu(
//   CHECK-DAG:     %[[Z:.*]] = arith.constant -0.000000e+00 : f32
//   CHECK-DAG:     %[[O:.*]] = arith.constant 1.000000e+00 : f32
//       CHECK:     %[[G:.*]] = upweave.gelu <erf> %[[O]] : f32
//       CHECK:     upweave.yield %[[Z]], %[[G]] : f32, f32
func.func @fold_gelu(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x, %x : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%p: f32):
    %z = arith.constant -0.0 : f32
    %o = arith.constant 1.0 : f32
    %a = upweave.gelu <erf> %z : f32
    %b = upweave.gelu <erf> %o : f32
    upweave.yield %a, %b : f32, f32
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// Blocks and collectives are pure: equal ones are one.
// CSE-LABEL: func @cse(
//       CSE:   %[[B:.*]] = upweave.block
//       CSE:     %[[S:.*]] = upweave.row_reduce <add> %{{.*}} : f32
//  CSE-NEXT:     %[[T:.*]] = arith.addf %[[S]], %[[S]] : f32
//   CSE-NOT:   upweave.block
//       CSE:   return %[[B]], %[[B]]
func.func @cse(%x: tensor<4x5xf32>, %y: tensor<4x5xf32>) -> (tensor<4x5xf32>, tensor<4x5xf32>) {
  %0 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>) outs(%y : tensor<4x5xf32>) {
  ^bb0(%p: f32):
    %s = upweave.row_reduce <add> %p : f32
    %t = upweave.row_reduce <add> %p : f32
    %u = arith.addf %s, %t : f32
    upweave.yield %u : f32
  }
  %1 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>) outs(%y : tensor<4x5xf32>) {
  ^bb0(%p: f32):
    %s = upweave.row_reduce <add> %p : f32
    %t = upweave.row_reduce <add> %p : f32
    %u = arith.addf %s, %t : f32
    upweave.yield %u : f32
  }
  return %0, %1 : tensor<4x5xf32>, tensor<4x5xf32>
}

// Packed operands stay.
// CHECK-LABEL: func @packed
//       CHECK:   upweave.block
//  CHECK-NEXT:     conv_transpose
//  CHECK-NEXT:     packed(%{{.*}} : memref<512xi32>)
//  CHECK-NEXT:     outs(%{{.*}} : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<input = strided>} {
func.func @packed(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %pw: memref<512xi32>, %b: memref<4xf32>,
                  %y: memref<2x4x32xf32>) {
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    packed(%pw : memref<512xi32>)
    params(%b[d1] : memref<4xf32>)
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.fused<input = strided>} {
  ^bb0(%v: f32, %unused: f32):
    upweave.yield %v : f32
  }
  return
}
