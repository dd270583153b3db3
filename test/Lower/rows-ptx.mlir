// The PTX of the row kernel: 16-byte loads and stores, shuffles, approximate
// 2^x, nothing spilled.
// REQUIRES: ptxas
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule --upweave-lower-to-gpu --upweave-gpu-to-binary | FileCheck %s

// CHECK: gpu.binary @kernels
// CHECK: ld.global.nc.v4.b32
// CHECK: shfl.sync.bfly.b32
// CHECK: rsqrt.approx
// CHECK-COUNT-2: ld.global.nc.v4.b32
// CHECK: ex2.approx.ftz.f32
// CHECK: st.global.v4.b32
// CHECK-NOT: .local
func.func @kb34(%x: memref<32x64x32x64x64xf32>, %g: memref<64xf32>, %b: memref<64xf32>,
                %y: memref<32x64x32x64x64xf32>) {
  upweave.block domain [32, 64, 32, 64, 64] rows [4]
    stored(%x : memref<32x64x32x64x64xf32>)
    params(%g[d4], %b[d4] : memref<64xf32>, memref<64xf32>)
    outs(%y : memref<32x64x32x64x64xf32>) {
  ^bb0(%v: f32, %gamma: f32, %beta: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %m = arith.mulf %n, %gamma : f32
    %a = arith.addf %m, %beta : f32
    %o = upweave.gelu <erf> %a : f32
    upweave.yield %o : f32
  }
  return
}
