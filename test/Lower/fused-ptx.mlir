// The PTX of fused kernels: fragments by mma.sync, operands by cp.async of 16
// bytes, rows by shuffles within quads, results by 16-byte stores. What ptxas
// makes of them is checked in Compile/fused.test.
// REQUIRES: ptxas
// DEFINE: %{lower} = --upweave-pack-operands --upweave-plan-buffers --upweave-lower-to-gpu --upweave-gpu-to-binary
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=tf32 %{lower} | FileCheck %s --check-prefixes=CHECK,TF32
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=ieee %{lower} | FileCheck %s --check-prefixes=CHECK,FMA
// RUN: sed 's/input = packed/input = strided/' %s | upweave-opt --upweave-attach-target=chip=sm_89 --upweave-select-schedule=precision=tf32 %{lower} | FileCheck %s --check-prefix=STRIDED

// Strided input comes by loads of two columns, and is rounded by the kernel itself.
// STRIDED: .entry kb34_1_fused
// STRIDED: ld.global.nc.v2.b32
// STRIDED: cvt.rna.tf32.f32
// STRIDED: st.shared.v4.b32
// STRIDED: mma.sync

// CHECK: gpu.binary @kernels
// CHECK: .entry kb34_0_pack_input
// TF32: cvt.rna.tf32.f32
// FMA-NOT: cvt.rna
// CHECK: st.global.v4.b32
// CHECK: .entry kb34_1_pack_filter
// TF32: cvt.rna.tf32.f32
// FMA-NOT: cvt.rna
// CHECK: st.global.v4.b32
// CHECK: .entry kb34_2_fused
// CHECK: cp.async.cg.shared.global [%{{[^]]*}}], [%{{[^]]*}}], 16
// CHECK-DAG: cp.async.commit_group
// CHECK-DAG: cp.async.wait_group
// CHECK-DAG: bar.sync
// TF32-DAG: mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32
// FMA-DAG: fma.rn.f32
// CHECK: shfl.sync.bfly.b32
// CHECK: rsqrt.approx
// CHECK: ex2.approx.ftz.f32
// CHECK: st.global.v4.b32
func.func @kb34(%x: memref<32x32x16x32x32xf32>, %w: memref<32x64x4x4x4xf32>,
                %g: memref<64xf32>, %b: memref<64xf32>, %y: memref<32x64x32x64x64xf32>) {
  upweave.block domain [32, 64, 32, 64, 64] rows [4]
    conv_transpose(%x, %w : memref<32x32x16x32x32xf32>, memref<32x64x4x4x4xf32>)
      #upweave.conv_transpose<strides = [2, 2, 2], padding = [1, 1, 1]>
    params(%g[d4], %b[d4] : memref<64xf32>, memref<64xf32>)
    outs(%y : memref<32x64x32x64x64xf32>) attributes {schedule = #upweave.fused<input = packed>} {
  ^bb0(%v: f32, %gamma: f32, %beta: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %m = arith.mulf %n, %gamma : f32
    %a = arith.addf %m, %beta : f32
    %o = upweave.gelu <erf> %a : f32
    upweave.yield %o : f32
  }
  return
}
