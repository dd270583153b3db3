// Composite ops are taken apart, and work on no elements is dropped.
// RUN: upweave-opt %s --upweave-simplify-source | FileCheck %s

// CHECK-LABEL: func.func @softmax(
// CHECK-NOT: linalg.softmax
// CHECK: arith.maxnumf
// CHECK: math.exp
// CHECK: arith.divf
func.func @softmax(%x: tensor<2x?xf32>) -> tensor<2x?xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c1 : tensor<2x?xf32>
  %e = tensor.empty(%n) : tensor<2x?xf32>
  %y = linalg.softmax dimension(1) ins(%x : tensor<2x?xf32>) outs(%e : tensor<2x?xf32>) -> tensor<2x?xf32>
  return %y : tensor<2x?xf32>
}

// CHECK-LABEL: func.func @no_channels(
// CHECK-SAME: %{{.+}}: tensor<2x0x5xf32>, %{{.+}}: tensor<3x0x3xf32>, %[[INIT:.+]]: tensor<2x3x5xf32>
// CHECK-NOT: linalg
// CHECK: return %[[INIT]]
func.func @no_channels(%x: tensor<2x0x5xf32>, %w: tensor<3x0x3xf32>, %init: tensor<2x3x5xf32>) -> tensor<2x3x5xf32> {
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %z : f32
  } : tensor<2x0x5xf32> to tensor<2x0x7xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%p, %w : tensor<2x0x7xf32>, tensor<3x0x3xf32>) outs(%init : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}

// CHECK-LABEL: func.func @views(
// CHECK-SAME: %[[X:.+]]: tensor<2x3xf32>, %{{.+}}: tensor<0x3xf32>
// CHECK: %[[Z:.+]] = arith.constant 5.0
// CHECK: %[[E:.+]] = tensor.empty() : tensor<2x3xf32>
// CHECK: %[[F:.+]] = linalg.fill ins(%[[Z]] : f32) outs(%[[E]]
// CHECK: return %[[X]], %[[F]]
func.func @views(%x: tensor<2x3xf32>, %n: tensor<0x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %z = arith.constant 5.0 : f32
  %i = tensor.insert_slice %n into %x[1, 0] [0, 3] [1, 1] : tensor<0x3xf32> into tensor<2x3xf32>
  %p = tensor.pad %n low[1, 0] high[1, 0] {
  ^bb0(%a: index, %b: index):
    tensor.yield %z : f32
  } : tensor<0x3xf32> to tensor<2x3xf32>
  return %i, %p : tensor<2x3xf32>, tensor<2x3xf32>
}
