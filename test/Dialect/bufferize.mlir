// One-shot bufferization: a block writes its out's buffer and shares it with an
// operand only where every row reads what it alone overwrites.
// RUN: upweave-opt %s --split-input-file \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func @conv_transpose(
//  CHECK-SAME:   %[[X:.*]]: memref<1x2x4xf32>, %[[W:.*]]: memref<2x3x1xf32>, %[[Y:.*]]: memref<1x3x4xf32>
//       CHECK:   upweave.conv_transpose <strides = [1]> ins(%[[X]], %[[W]] : memref<1x2x4xf32>, memref<2x3x1xf32>) outs(%[[Y]] : memref<1x3x4xf32>)
//       CHECK:   return %[[Y]]
func.func @conv_transpose(%x: tensor<1x2x4xf32>, %w: tensor<2x3x1xf32>, %y: tensor<1x3x4xf32>) -> tensor<1x3x4xf32> {
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x2x4xf32>, tensor<2x3x1xf32>) outs(%y : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %0 : tensor<1x3x4xf32>
}

// -----

// A convolution reads its input at many places: never in place.
// CHECK-LABEL: func @conv_transpose_same(
//  CHECK-SAME:   %[[X:.*]]: memref<1x2x4xf32>, %[[W:.*]]: memref<2x2x1xf32>
//       CHECK:   %[[Y:.*]] = memref.alloc()
//       CHECK:   outs(%[[Y]] : memref<1x2x4xf32>)
func.func @conv_transpose_same(%x: tensor<1x2x4xf32>, %w: tensor<2x2x1xf32>) -> tensor<1x2x4xf32> {
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<1x2x4xf32>, tensor<2x2x1xf32>) outs(%x : tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}

// -----

// CHECK-LABEL: func @block_conv(
//  CHECK-SAME:   %[[X:.*]]: memref<?x8x32xf32>, %[[W:.*]]: memref<8x16x4xf32>, %[[B:.*]]: memref<16xf32>, %[[S:.*]]: f32, %[[Y:.*]]: memref<?x16x64xf32>
//   CHECK-NOT:   memref.alloc
//       CHECK:   upweave.block domain [?, 16, 64] rows [2]
//  CHECK-NEXT:     conv_transpose(%[[X]], %[[W]] : memref<?x8x32xf32>, memref<8x16x4xf32>) #upweave.conv_transpose<strides = [2], padding = [1]>
//  CHECK-NEXT:     params(%[[B]][d1], %[[S]] : memref<16xf32>, f32)
//  CHECK-NEXT:     outs(%[[Y]] : memref<?x16x64xf32>) attributes {note = "kept", precision = #upweave.precision<ieee>} {
//       CHECK:     upweave.layer_norm
//       CHECK:   return %[[Y]]
func.func @block_conv(%x: tensor<?x8x32xf32>, %w: tensor<8x16x4xf32>, %bias: tensor<16xf32>, %s: f32,
                      %init: tensor<?x16x64xf32>) -> tensor<?x16x64xf32> {
  %y = upweave.block domain [?, 16, 64] rows [2]
         conv_transpose(%x, %w : tensor<?x8x32xf32>, tensor<8x16x4xf32>)
           #upweave.conv_transpose<strides = [2], padding = [1]>
         params(%bias[d1], %s : tensor<16xf32>, f32) outs(%init : tensor<?x16x64xf32>)
         attributes {precision = #upweave.precision<ieee>, note = "kept"} {
  ^bb0(%acc: f32, %b: f32, %t: f32):
    %v = arith.addf %acc, %b : f32
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %t : f32
    upweave.yield %o : f32
  }
  return %y : tensor<?x16x64xf32>
}

// -----

// In place: stored producer, param and out under one map.
// CHECK-LABEL: func @in_place(
//  CHECK-SAME:   %[[X:.*]]: memref<4x5xf32>
//   CHECK-NOT:   memref.alloc
//       CHECK:   stored(%[[X]] : memref<4x5xf32>)
//  CHECK-NEXT:   params(%[[X]][d0, d1] : memref<4x5xf32>)
//  CHECK-NEXT:   outs(%[[X]] : memref<4x5xf32>)
func.func @in_place(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %0 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>)
         params(%x[d0, d1] : tensor<4x5xf32>) outs(%x : tensor<4x5xf32>) {
  ^bb0(%p: f32, %q: f32):
    %n = upweave.layer_norm %p {eps = 1.0e-05 : f64} : f32
    %o = arith.addf %n, %q : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<4x5xf32>
}

// -----

// Another map reads what another row writes.
// CHECK-LABEL: func @transposed(
//  CHECK-SAME:   %[[X:.*]]: memref<4x4xf32>
//       CHECK:   %[[Y:.*]] = memref.alloc()
//       CHECK:   outs(%[[Y]][d1, d0] : memref<4x4xf32>)
func.func @transposed(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = upweave.block domain [4, 4] stored(%x : tensor<4x4xf32>) outs(%x[d1, d0] : tensor<4x4xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  return %0 : tensor<4x4xf32>
}

// -----

// A value of the whole row is read by all of the row.
// CHECK-LABEL: func @statistics(
//  CHECK-SAME:   %[[X:.*]]: memref<4x5xf32>, %[[S:.*]]: memref<4xf32>
//       CHECK:   %[[Y:.*]] = memref.alloc()
//       CHECK:   params(%[[S]][d0] : memref<4xf32>)
//  CHECK-NEXT:   outs(%[[Y]][d0] : memref<4xf32>)
func.func @statistics(%x: tensor<4x5xf32>, %s: tensor<4xf32>) -> tensor<4xf32> {
  %0 = upweave.block domain [4, 5] rows [1] stored(%x : tensor<4x5xf32>)
         params(%s[d0] : tensor<4xf32>) outs(%s[d0] : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32):
    %d = arith.subf %p, %q : f32
    %m = upweave.row_reduce <maximumf> %d : f32
    upweave.yield %m : f32
  }
  return %0 : tensor<4xf32>
}

// -----

// The input is read again later.
// CHECK-LABEL: func @read_later(
//  CHECK-SAME:   %[[X:.*]]: memref<4xf32>
//       CHECK:   %[[Y:.*]] = memref.alloc()
//       CHECK:   outs(%[[Y]] : memref<4xf32>)
//       CHECK:   return %[[Y]], %[[X]]
func.func @read_later(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%p: f32):
    %o = arith.addf %p, %p : f32
    upweave.yield %o : f32
  }
  return %0, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

// Two outs with one init are two buffers.
// CHECK-LABEL: func @same_init(
//  CHECK-SAME:   %[[X:.*]]: memref<4xf32>, %[[Y:.*]]: memref<4xf32>
//       CHECK:   %[[Z:.*]] = memref.alloc()
//       CHECK:   outs({{%arg1, %alloc|%alloc, %arg1}} : memref<4xf32>, memref<4xf32>)
func.func @same_init(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = upweave.block domain [4] stored(%x : tensor<4xf32>) outs(%y, %y : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%p: f32):
    %a = arith.addf %p, %p : f32
    %b = arith.mulf %p, %p : f32
    upweave.yield %a, %b : f32, f32
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
}
