// The size of a result is that of its init.
// RUN: upweave-opt %s --resolve-ranked-shaped-type-result-dims --canonicalize | FileCheck %s

// CHECK-LABEL: func @block(
//  CHECK-SAME:   %[[X:.*]]: tensor<?x4xf32>, %[[INIT:.*]]: tensor<4x?xf32>
//       CHECK:   %[[C:.*]] = arith.constant 1 : index
//       CHECK:   %[[D:.*]] = tensor.dim %[[INIT]], %[[C]] : tensor<4x?xf32>
//       CHECK:   return %[[D]] : index
func.func @block(%x: tensor<?x4xf32>, %init: tensor<4x?xf32>) -> index {
  %c1 = arith.constant 1 : index
  %0 = upweave.block domain [?, 4] stored(%x : tensor<?x4xf32>) outs(%init[d1, d0] : tensor<4x?xf32>) {
  ^bb0(%p: f32):
    upweave.yield %p : f32
  }
  %d = tensor.dim %0, %c1 : tensor<4x?xf32>
  return %d : index
}

// CHECK-LABEL: func @conv_transpose(
//  CHECK-SAME:   %[[INIT:[a-z0-9]*]]: tensor<?x3x4xf32>)
//       CHECK:   %[[C:.*]] = arith.constant 0 : index
//       CHECK:   %[[D:.*]] = tensor.dim %[[INIT]], %[[C]] : tensor<?x3x4xf32>
//       CHECK:   return %[[D]] : index
func.func @conv_transpose(%x: tensor<?x2x4xf32>, %w: tensor<2x3x1xf32>, %init: tensor<?x3x4xf32>) -> index {
  %c0 = arith.constant 0 : index
  %0 = upweave.conv_transpose #upweave.conv_transpose<strides = [1]>
         ins(%x, %w : tensor<?x2x4xf32>, tensor<2x3x1xf32>) outs(%init : tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %d = tensor.dim %0, %c0 : tensor<?x3x4xf32>
  return %d : index
}
