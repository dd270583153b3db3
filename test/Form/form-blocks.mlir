// Forming: chains behind a convolution and chains over stored tensors.
// RUN: upweave-opt %s --upweave-form-blocks --split-input-file | FileCheck %s

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#channel = affine_map<(d0, d1, d2) -> (d1)>
#stat = affine_map<(d0, d1, d2) -> (d0, d1, 0)>

// A bias per channel, a keepdim mean, and the difference to it: one block, with
// a dynamic batch.
// CHECK-LABEL: func @keepdim
// CHECK-SAME: (%[[X:.+]]: tensor<?x3x4xf32>, %[[W:.+]]: tensor<3x4x4xf32>, %[[B:.+]]: tensor<4xf32>)
// CHECK: %[[E:.+]] = tensor.empty(%{{.+}}) : tensor<?x4x8xf32>
// CHECK: upweave.block domain [?, 4, 8] rows [2]
// CHECK-NEXT: conv_transpose(%[[X]], %[[W]] : {{.+}}) #upweave.conv_transpose<strides = [2], padding = [1]>
// CHECK-NEXT: params(%[[B]][d1] : tensor<4xf32>)
// CHECK-NEXT: outs(%[[E]] : tensor<?x4x8xf32>) {
// CHECK-NEXT: ^bb0(%[[ACC:.+]]: f32, %[[BIAS:.+]]: f32):
// CHECK-NEXT: %[[V:.+]] = arith.addf %[[ACC]], %[[BIAS]] : f32
// CHECK-NEXT: %[[S:.+]] = upweave.row_reduce <add> %[[V]] : f32
// CHECK-NEXT: %[[C:.+]] = arith.constant 8.0
// CHECK-NEXT: %[[M:.+]] = arith.divf %[[S]], %[[C]] : f32
// CHECK-NEXT: %[[D:.+]] = arith.subf %[[V]], %[[M]] : f32
// CHECK-NEXT: upweave.yield %[[D]] : f32
// CHECK-NOT: linalg
func.func @keepdim(%x: tensor<?x3x4xf32>, %w: tensor<3x4x4xf32>, %b: tensor<4xf32>) -> tensor<?x4x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %eight = arith.constant 8.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x3x4xf32>
  %e = tensor.empty(%n) : tensor<?x4x8xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<?x3x4xf32>, tensor<3x4x4xf32>) outs(%e : tensor<?x4x8xf32>) -> tensor<?x4x8xf32>
  %v = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%c, %b : tensor<?x4x8xf32>, tensor<4xf32>) outs(%e : tensor<?x4x8xf32>) {
  ^bb0(%in: f32, %in_b: f32, %out: f32):
    %0 = arith.addf %in, %in_b : f32
    linalg.yield %0 : f32
  } -> tensor<?x4x8xf32>
  %es = tensor.empty(%n) : tensor<?x4x1xf32>
  %init = linalg.fill ins(%zero : f32) outs(%es : tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %s = linalg.generic {indexing_maps = [#id, #stat], iterator_types = ["parallel", "parallel", "reduction"]} ins(%v : tensor<?x4x8xf32>) outs(%init : tensor<?x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  } -> tensor<?x4x1xf32>
  %y = linalg.generic {indexing_maps = [#id, #stat, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%v, %s : tensor<?x4x8xf32>, tensor<?x4x1xf32>) outs(%e : tensor<?x4x8xf32>) {
  ^bb0(%in: f32, %in_s: f32, %out: f32):
    %0 = arith.divf %in_s, %eight : f32
    %1 = arith.subf %in, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?x4x8xf32>
  return %y : tensor<?x4x8xf32>
}

// -----

// A leftover convolution is a block with an identity region.
// CHECK-LABEL: func @alone
// CHECK: upweave.block domain [1, 2, 8]{{$}}
// CHECK: ^bb0(%[[ACC:.+]]: f32):
// CHECK-NEXT: upweave.yield %[[ACC]] : f32
func.func @alone(%x: tensor<1x3x4xf32>, %w: tensor<3x2x4xf32>) -> tensor<1x2x8xf32> {
  %e = tensor.empty() : tensor<1x2x8xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<1x3x4xf32>, tensor<3x2x4xf32>) outs(%e : tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
  return %c : tensor<1x2x8xf32>
}

// -----

// The size of a result is not a use of its elements.
// CHECK-LABEL: func @size
// CHECK-COUNT-1: upweave.block
// CHECK: math.tanh
// CHECK-NOT: upweave.block
func.func @size(%x: tensor<?x3x4xf32>, %w: tensor<3x2x4xf32>, %n: index) -> tensor<?x2x8xf32> {
  %c0 = arith.constant 0 : index
  %e = tensor.empty(%n) : tensor<?x2x8xf32>
  %c = upweave.conv_transpose <strides = [2], padding = [1]> ins(%x, %w : tensor<?x3x4xf32>, tensor<3x2x4xf32>) outs(%e : tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  %m = tensor.dim %c, %c0 : tensor<?x2x8xf32>
  %em = tensor.empty(%m) : tensor<?x2x8xf32>
  %y = linalg.tanh ins(%c : tensor<?x2x8xf32>) outs(%em : tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  return %y : tensor<?x2x8xf32>
}
