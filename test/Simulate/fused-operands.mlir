// Operands that lie in special ways, and results of another type than the sums:
// fused kernels, simulated and compared with float64.
// RUN: upweave-check %s --precision=tf32 --inputs=normal,nan --jobs=1 --quiet | FileCheck %s

// CHECK-NOT: #upweave.{{split|direct}}
// CHECK: passed

// The bytes of the widest result decide how the filter is packed.
func.func @narrow_result(%x: tensor<1x8x4x185xf32>, %w: tensor<8x4x3x12xf32>) -> tensor<1x4x6x196xf16> {
  %e = tensor.empty() : tensor<1x4x6x196xf16>
  %0 = upweave.block domain [1, 4, 6, 196] rows [3]
    conv_transpose(%x, %w : tensor<1x8x4x185xf32>, tensor<8x4x3x12xf32>)
      #upweave.conv_transpose<strides = [1, 1]>
    outs(%e : tensor<1x4x6x196xf16>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %h = arith.truncf %n : f32 to f16
    upweave.yield %h : f16
  }
  return %0 : tensor<1x4x6x196xf16>
}

// The domain splits the channels, and a slice of a larger tensor is added.
func.func @added_slice(%x: tensor<1x8x4x8xf32>, %w: tensor<8x16x2x2xf32>, %big: tensor<1x2x16x8x16xf32>) -> tensor<1x2x8x8x16xf32> {
  %r = tensor.extract_slice %big[0, 0, 0, 0, 0] [1, 2, 8, 8, 16] [1, 1, 1, 1, 1] : tensor<1x2x16x8x16xf32> to tensor<1x2x8x8x16xf32>
  %e = tensor.empty() : tensor<1x2x8x8x16xf32>
  %0 = upweave.block domain [1, 2, 8, 8, 16]
    conv_transpose(%x, %w : tensor<1x8x4x8xf32>, tensor<8x16x2x2xf32>) #upweave.conv_transpose<strides = [2, 2]> at [d0, d1 * 8 + d2, d3, d4]
    params(%r[d0, d1, d2, d3, d4] : tensor<1x2x8x8x16xf32>)
    outs(%e : tensor<1x2x8x8x16xf32>) {
  ^bb0(%v: f32, %q: f32):
    %o = arith.addf %v, %q : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<1x2x8x8x16xf32>
}

// The result becomes a slice of a larger tensor.
func.func @slice_of_result(%x: tensor<1x8x4x8xf32>, %w: tensor<8x16x2x2xf32>) -> tensor<1x2x16x8x16xf32> {
  %c = arith.constant 1.0 : f32
  %b = tensor.empty() : tensor<1x2x16x8x16xf32>
  %big = linalg.fill ins(%c : f32) outs(%b : tensor<1x2x16x8x16xf32>) -> tensor<1x2x16x8x16xf32>
  %e = tensor.empty() : tensor<1x2x8x8x16xf32>
  %0 = upweave.block domain [1, 2, 8, 8, 16]
    conv_transpose(%x, %w : tensor<1x8x4x8xf32>, tensor<8x16x2x2xf32>) #upweave.conv_transpose<strides = [2, 2]> at [d0, d1 * 8 + d2, d3, d4]
    outs(%e : tensor<1x2x8x8x16xf32>) {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  %s = tensor.insert_slice %0 into %big[0, 0, 4, 0, 0] [1, 2, 8, 8, 16] [1, 1, 1, 1, 1] : tensor<1x2x8x8x16xf32> into tensor<1x2x16x8x16xf32>
  return %s : tensor<1x2x16x8x16xf32>
}

// A result takes the place of what another result is computed from.
func.func @in_place(%x: tensor<1x8x8xf32>, %w: tensor<8x16x2xf32>, %a: tensor<1x16x16xf32>) -> (tensor<1x16x16xf32>, tensor<1x16x16xf32>) {
  %e = tensor.empty() : tensor<1x16x16xf32>
  %p = linalg.exp ins(%a : tensor<1x16x16xf32>) outs(%e : tensor<1x16x16xf32>) -> tensor<1x16x16xf32>
  %f = tensor.empty() : tensor<1x16x16xf32>
  %0:2 = upweave.block domain [1, 16, 16]
    conv_transpose(%x, %w : tensor<1x8x8xf32>, tensor<8x16x2xf32>) #upweave.conv_transpose<strides = [2]>
    params(%p[d0, d1, d2] : tensor<1x16x16xf32>)
    outs(%p, %f : tensor<1x16x16xf32>, tensor<1x16x16xf32>) {
  ^bb0(%v: f32, %q: f32):
    %s = arith.addf %v, %q : f32
    upweave.yield %v, %s : f32, f32
  }
  return %0#0, %0#1 : tensor<1x16x16xf32>, tensor<1x16x16xf32>
}
