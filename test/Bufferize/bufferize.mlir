// RUN: upweave-opt %s --split-input-file --upweave-bufferize | FileCheck %s --enable-var-scope

// The block of the reference workload writes its result where the caller wants
// it: nothing is allocated and nothing copied.

// CHECK-LABEL: func.func @chain(
// CHECK-SAME: %[[X:arg[0-9]+]]: memref<?x8x32xf32>,
// CHECK-SAME: %[[W:arg[0-9]+]]: memref<8x16x4xf32>,
// CHECK-SAME: %[[B:arg[0-9]+]]: memref<16xf32>,
// CHECK-SAME: %[[OUT:arg[0-9]+]]: memref<?x16x64xf32>
// CHECK-SAME: upweave.role = "result"
// CHECK-SAME: upweave.shape = affine_map<()[s0] -> (s0, 16, 64)>
// CHECK-SAME: upweave.dynamic_dims = [array<i64: 0, 0>]
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: upweave.block
// CHECK: conv_transpose(%[[X]], %[[W]]
// CHECK: params(%[[B]]
// CHECK: outs(%[[OUT]]
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: return{{$}}
func.func @chain(%x: tensor<?x8x32xf32>, %w: tensor<8x16x4xf32>, %bias: tensor<16xf32>) -> tensor<?x16x64xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8x32xf32>
  %init = tensor.empty(%n) : tensor<?x16x64xf32>
  %y = upweave.block domain [?, 16, 64] rows [2]
      conv_transpose(%x, %w : tensor<?x8x32xf32>, tensor<8x16x4xf32>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      params(%bias[d1] : tensor<16xf32>)
      outs(%init : tensor<?x16x64xf32>) {
    ^bb0(%acc: f32, %b: f32):
      %v = arith.addf %acc, %b : f32
      %m = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
      upweave.yield %m : f32
  }
  return %y : tensor<?x16x64xf32>
}

// -----

// An intermediate needs a buffer of its own, even when the first stage's empty
// tensor is the same value as the last stage's.

// CHECK-LABEL: func.func @two_stages(
// CHECK-SAME: %[[X:arg[0-9]+]]: memref<4x8xf32>, %[[OUT:arg[0-9]+]]: memref<8x4xf32>
// CHECK: %[[TMP:.+]] = memref.alloc()
// CHECK-NOT: memref.alloc
// CHECK: linalg.exp ins(%[[X]] : memref<4x8xf32>) outs(%[[TMP]] : memref<4x8xf32>)
// CHECK: linalg.transpose ins(%[[TMP]]
// CHECK-SAME: outs(%[[OUT]]
// CHECK-NOT: memref.copy
// CHECK: return{{$}}
func.func @two_stages(%x: tensor<4x8xf32>) -> tensor<8x4xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %f = tensor.empty() : tensor<8x4xf32>
  %0 = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.transpose ins(%0 : tensor<4x8xf32>) outs(%f : tensor<8x4xf32>) permutation = [1, 0]
  return %1 : tensor<8x4xf32>
}

// -----

// A result that is an argument, or that is returned twice, is copied; an input
// is never written.

// CHECK-LABEL: func.func @aliases(
// CHECK-SAME: %[[X:arg[0-9]+]]: memref<4xf32>,
// CHECK-SAME: %[[OUT0:arg[0-9]+]]: memref<4xf32> {{{[^}]*}}},
// CHECK-SAME: %[[OUT1:arg[0-9]+]]: memref<4xf32> {{{[^}]*}}},
// CHECK-SAME: %[[OUT2:arg[0-9]+]]: memref<4xf32> {{{[^}]*}}})
// CHECK: linalg.exp ins(%[[X]] : memref<4xf32>) outs(%[[OUT0]] : memref<4xf32>)
// CHECK: memref.copy %[[OUT0]], %[[OUT1]]
// CHECK: memref.copy %[[X]], %[[OUT2]]
func.func @aliases(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %0, %0, %x : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @input_is_read_only(
// CHECK-SAME: %[[X:arg[0-9]+]]: memref<4xf32>, %[[OUT:arg[0-9]+]]: memref<4xf32>
// CHECK: %[[TMP:.+]] = memref.alloc()
// CHECK: linalg.exp ins(%[[X]] : memref<4xf32>) outs(%[[TMP]] : memref<4xf32>)
// CHECK: memref.copy %[[TMP]], %[[OUT]]
func.func @input_is_read_only(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Tensors are not canonicalized with the pattern that folds a padded tensor
// into a strided insert_slice and forgets the stride.

// CHECK-LABEL: func.func @strided_insert_of_pad(
// CHECK: %[[PAD:.+]] = memref.alloc() {{.*}} : memref<4xf32>
// CHECK: %[[STRIDED:.+]] = memref.subview %{{.+}}[1] [4] [2]
// CHECK: memref.copy %[[PAD]], %[[STRIDED]]
func.func @strided_insert_of_pad(%x: tensor<2xf32>) -> tensor<9xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<2xf32> to tensor<4xf32>
  %e = tensor.empty() : tensor<9xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%e : tensor<9xf32>) -> tensor<9xf32>
  %r = tensor.insert_slice %pad into %fill[1] [4] [2] : tensor<4xf32> into tensor<9xf32>
  return %r : tensor<9xf32>
}

// -----

// A size that does not follow from the inputs is that of the result's buffer.

// CHECK-LABEL: func.func @unknown_size(
// CHECK-SAME: upweave.shape = affine_map<()[s0, s1] -> (s1)>
// CHECK-SAME: upweave.dynamic_dims = [array<i64: 0, 0>, array<i64: 1, 0>]
func.func @unknown_size(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %nn = arith.muli %n, %n : index
  %e = tensor.empty(%nn) : tensor<?xf32>
  %one = arith.constant 1.0 : f32
  %0 = linalg.fill ins(%one : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// A private function is no entry point.

// CHECK-LABEL: func.func private @helper(
// CHECK-NOT: upweave.role
// CHECK: return %{{.*}} : f32
func.func private @helper(%x: f32) -> f32 {
  return %x : f32
}

// -----

// A reshape before the return is none: what computes the value writes it where
// the caller wants it.

// CHECK-LABEL: func.func @reshaped(
// CHECK-SAME: %[[X:arg[0-9]+]]: memref<?x8xf32>, %[[OUT:arg[0-9]+]]: memref<?x2x4xf32>
// CHECK: %[[FLAT:.+]] = memref.collapse_shape %[[OUT]] {{\[\[}}0], [1, 2]] : memref<?x2x4xf32> into memref<?x8xf32>
// CHECK-NOT: memref.copy
// CHECK: linalg.exp ins(%[[X]] : memref<?x8xf32>) outs(%[[FLAT]] : memref<?x8xf32>)
// CHECK-NOT: memref.copy
// CHECK: return{{$}}
func.func @reshaped(%x: tensor<?x8xf32>) -> tensor<?x2x4xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = linalg.exp ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = tensor.expand_shape %0 [[0], [1, 2]] output_shape [%n, 2, 4] : tensor<?x8xf32> into tensor<?x2x4xf32>
  return %1 : tensor<?x2x4xf32>
}

// -----

// CHECK-LABEL: func.func @collapsed(
// CHECK-SAME: %[[X:arg[0-9]+]]: memref<2x4xf32>, %[[OUT:arg[0-9]+]]: memref<8xf32>
// CHECK: %[[GRID:.+]] = memref.expand_shape %[[OUT]] {{\[\[}}0, 1]] output_shape [2, 4] : memref<8xf32> into memref<2x4xf32>
// CHECK: linalg.exp ins(%[[X]] : memref<2x4xf32>) outs(%[[GRID]] : memref<2x4xf32>)
// CHECK-NOT: memref.copy
// CHECK: return{{$}}
func.func @collapsed(%x: tensor<2x4xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<2x4xf32>
  %0 = linalg.exp ins(%x : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<2x4xf32> into tensor<8xf32>
  return %1 : tensor<8xf32>
}
