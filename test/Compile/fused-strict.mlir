// A product of the source is rounded before a row's sum takes it, if numerics are strict.
// RUN: upweave-compile %s --chip=sm_89 --precision=tf32 --no-host --emit=llvm -o - | FileCheck %s
// RUN: upweave-compile %s --chip=sm_89 --precision=tf32 --no-host --emit=llvm --numerics=strict -o - | FileCheck %s --check-prefix=STRICT

// CHECK: llvm.nvvm.mma
// CHECK: llvm.fma.f32
// STRICT: llvm.nvvm.mma
// STRICT-NOT: llvm.fma.f32


func.func @squares(%x: tensor<1x8x4x32xf32>, %w: tensor<8x16x1x1xf32>) -> tensor<1x16x4x32xf32> {
  %e = tensor.empty() : tensor<1x16x4x32xf32>
  %0 = upweave.block domain [1, 16, 4, 32] rows [3]
    conv_transpose(%x, %w : tensor<1x8x4x32xf32>, tensor<8x16x1x1xf32>) #upweave.conv_transpose<strides = [1, 1]>
    outs(%e : tensor<1x16x4x32xf32>) attributes {schedule = #upweave.fused<block = 16 channels x 1 rows x 32 columns, warp = 16 channels x 1 rows x 32 columns, chunks = 1>} {
  ^bb0(%v: f32):
    %sq = arith.mulf %v, %v : f32
    %ss = upweave.row_reduce <add> %sq : f32
    %o = arith.mulf %v, %ss : f32
    upweave.yield %o : f32
  }
  return %0 : tensor<1x16x4x32xf32>
}
