// One output along an axis with a stride: the blocks of its other phases have
// none, and must not store theirs in its place.
// RUN: upweave-check --quiet --jobs=1 --schedule="fused<input = packed>" %s | FileCheck %s
// RUN: upweave-check --quiet --jobs=1 --schedule="fused<input = strided>" %s | FileCheck %s

// CHECK: row: {{[0-9]+}} launches for sm_89, 1 blocks
// CHECK-NEXT: #upweave.fused<
// CHECK: outer: {{[0-9]+}} launches for sm_89, 1 blocks
// CHECK-NEXT: #upweave.fused<
func.func @row(%x: tensor<2x4x4x9xf32>, %w: tensor<16x4x6x1xf32>) -> tensor<2x16x1x25xf32> {
  %e = tensor.empty() : tensor<2x16x1x25xf32>
  %0 = upweave.block domain [2, 16, 1, 25]
         conv_transpose(%x, %w : tensor<2x4x4x9xf32>, tensor<16x4x6x1xf32>) #upweave.conv_transpose<strides = [2, 3], padding = [6, 0], output_padding = [1, 0], reversed = [1, 0], dims = [b, c, 0, 1] x [o, i, 0, 1] -> [b, c, 0, 1]>
         outs(%e : tensor<2x16x1x25xf32>) {
       ^bb0(%v: f32):
         upweave.yield %v : f32
       }
  return %0 : tensor<2x16x1x25xf32>
}

func.func @outer(%x: tensor<2x4x2x3x5xf32>, %w: tensor<8x4x4x2x2xf32>) -> tensor<2x8x1x6x10xf32> {
  %e = tensor.empty() : tensor<2x8x1x6x10xf32>
  %0 = upweave.block domain [2, 8, 1, 6, 10]
         conv_transpose(%x, %w : tensor<2x4x2x3x5xf32>, tensor<8x4x4x2x2xf32>) #upweave.conv_transpose<strides = [2, 2, 2], padding = [3, 0, 0], output_padding = [1, 0, 0], dims = [b, c, 0, 1, 2] x [o, i, 0, 1, 2] -> [b, c, 0, 1, 2]>
         outs(%e : tensor<2x8x1x6x10xf32>) {
       ^bb0(%v: f32):
         upweave.yield %v : f32
       }
  return %0 : tensor<2x8x1x6x10xf32>
}
