// A split schedule becomes two blocks with a buffer between them.
// RUN: upweave-opt %s --upweave-split-blocks | FileCheck %s

// CHECK-LABEL: func @split
//  CHECK-SAME:   %[[X:.*]]: tensor<?x3x16xf32>, %[[W:.*]]: tensor<3x4x4xf32>, %[[B:.*]]: tensor<4xf32>, %[[E:.*]]: tensor<?x4x32xf32>
//       CHECK:   %[[N:.*]] = tensor.dim %[[X]], %{{.*}} : tensor<?x3x16xf32>
//       CHECK:   %[[INIT:.*]] = tensor.empty(%[[N]]) : tensor<?x4x32xf32>
//       CHECK:   %[[C:.*]] = upweave.block domain [?, 4, 32]
//  CHECK-NEXT:     conv_transpose(%[[X]], %[[W]]
//  CHECK-NEXT:     outs(%[[INIT]] : tensor<?x4x32xf32>)
//  CHECK-SAME:     precision = #upweave.precision<ieee>, schedule = #upweave.direct}
//  CHECK-NEXT:   ^bb0(%[[ACC:.*]]: f32):
//  CHECK-NEXT:     upweave.yield %[[ACC]] : f32
//       CHECK:   %[[Y:.*]] = upweave.block domain [?, 4, 32] rows [2]
//  CHECK-NEXT:     stored(%[[C]] : tensor<?x4x32xf32>)
//  CHECK-NEXT:     params(%[[B]][d1] : tensor<4xf32>)
//  CHECK-NEXT:     outs(%[[E]] : tensor<?x4x32xf32>)
//  CHECK-SAME:     schedule = #upweave.rows<warps = 4, lanes = 8, vector = 4, registers = 4, looped = true, staged = 1>}
//       CHECK:     upweave.layer_norm
//       CHECK:   return %[[Y]]
func.func @split(%x: tensor<?x3x16xf32>, %w: tensor<3x4x4xf32>, %b: tensor<4xf32>,
                 %e: tensor<?x4x32xf32>) -> tensor<?x4x32xf32> {
  %0 = upweave.block domain [?, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<?x3x16xf32>, tensor<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    params(%b[d1] : tensor<4xf32>)
    outs(%e : tensor<?x4x32xf32>)
    attributes {precision = #upweave.precision<ieee>,
                schedule = #upweave.split<convolution = #upweave.direct, rows = <warps = 4, lanes = 8, vector = 4, registers = 4, looped = true, staged = 1>>} {
  ^bb0(%v: f32, %bias: f32):
    %a = arith.addf %v, %bias : f32
    %n = upweave.layer_norm %a {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<?x4x32xf32>
}

// Other blocks stay as they are.
// CHECK-LABEL: func @not_split
//       CHECK:   upweave.block
//   CHECK-NOT:   upweave.block domain
func.func @not_split(%x: tensor<8x16xf32>, %e: tensor<8x16xf32>) -> tensor<8x16xf32> {
  %0 = upweave.block domain [8, 16] rows [1] stored(%x : tensor<8x16xf32>)
    outs(%e : tensor<8x16xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<8x16xf32>
}

// A region that takes sums in f16 gets them so from the first block, too.
// CHECK-LABEL: func @narrow_sums
//       CHECK:   %[[INIT:.*]] = tensor.empty() : tensor<1x4x32xf16>
//       CHECK:     outs(%[[INIT]] : tensor<1x4x32xf16>)
//       CHECK:   ^bb0(%[[ACC:.*]]: f16):
//  CHECK-NEXT:     upweave.yield %[[ACC]] : f16
func.func @narrow_sums(%x: tensor<1x3x16xf16>, %w: tensor<3x4x4xf16>, %e: tensor<1x4x32xf32>) -> tensor<1x4x32xf32> {
  %0 = upweave.block domain [1, 4, 32] rows [2]
    conv_transpose(%x, %w : tensor<1x3x16xf16>, tensor<3x4x4xf16>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%e : tensor<1x4x32xf32>) attributes {schedule = #upweave.split} {
  ^bb0(%v: f16):
    %f = arith.extf %v : f16 to f32
    %n = upweave.layer_norm %f {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %0 : tensor<1x4x32xf32>
}
