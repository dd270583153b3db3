// A pipelined matrix product C = A B^T, written by hand: three stages of shared
// memory filled by cp.async, TF32 fragments read and rounded one by one, one barrier a step.
// A is 32 x K, B is 16 x K, C is 32 x 16; two warps, each with 16 rows of C.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#shared = #gpu.address_space<workgroup>
module attributes {gpu.container_module} {
gpu.module @kernels {
gpu.func @gemm(%a: memref<32x64xf32> {llvm.align = 16 : i64}, %b: memref<16x64xf32> {llvm.align = 16 : i64},
               %c: memref<32x16xf32> {llvm.align = 16 : i64})
    workgroup(%sa: memref<3x32x8xf32, #shared> {llvm.align = 16 : i64},
              %sb: memref<3x16x8xf32, #shared> {llvm.align = 16 : i64})
    kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %steps = arith.constant 8 : index
  %chunk = arith.constant 8 : index
  %half = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  %tid = gpu.thread_id x
  %lane = arith.remui %tid, %c32 : index
  %warp = arith.divui %tid, %c32 : index
  %rows = arith.muli %warp, %c16 : index

  // Each thread brings 16 bytes of A; the threads of warp 0 bring B as well.
  %crow = arith.divui %tid, %c2 : index
  %cside = arith.remui %tid, %c2 : index
  %ccol = arith.muli %cside, %half : index
  %bringsB = arith.cmpi ult, %tid, %c32 : index

  scf.for %s = %c0 to %c2 step %c1 {
    %k = arith.muli %s, %chunk : index
    %col = arith.addi %k, %ccol : index
    %t = nvgpu.device_async_copy %a[%crow, %col], %sa[%s, %crow, %ccol], 4 {bypassL1} : memref<32x64xf32> to memref<3x32x8xf32, #shared>
    scf.if %bringsB {
      %u = nvgpu.device_async_copy %b[%crow, %col], %sb[%s, %crow, %ccol], 4 {bypassL1} : memref<16x64xf32> to memref<3x16x8xf32, #shared>
    }
    nvvm.cp.async.commit.group
  }

  %acc:8 = scf.for %s = %c0 to %steps step %c1
      iter_args(%d0 = %zero, %d1 = %zero, %d2 = %zero, %d3 = %zero,
                %d4 = %zero, %d5 = %zero, %d6 = %zero, %d7 = %zero)
      -> (f32, f32, f32, f32, f32, f32, f32, f32) {
    nvvm.cp.async.wait.group 1
    gpu.barrier
    // The stage that was read before the barrier is free.
    %next = arith.addi %s, %c2 : index
    %into = arith.remui %next, %c3 : index
    %more = arith.cmpi ult, %next, %steps : index
    scf.if %more {
      %k = arith.muli %next, %chunk : index
      %col = arith.addi %k, %ccol : index
      %t = nvgpu.device_async_copy %a[%crow, %col], %sa[%into, %crow, %ccol], 4 {bypassL1} : memref<32x64xf32> to memref<3x32x8xf32, #shared>
      scf.if %bringsB {
        %u = nvgpu.device_async_copy %b[%crow, %col], %sb[%into, %crow, %ccol], 4 {bypassL1} : memref<16x64xf32> to memref<3x16x8xf32, #shared>
      }
    }
    nvvm.cp.async.commit.group
    %stage = arith.remui %s, %c3 : index
    // One element a register: rows g and g + 8, k t and t + 4; rounded to nearest.
    %fg = arith.divui %lane, %c4 : index
    %ft = arith.remui %lane, %c4 : index
    %fk = arith.addi %ft, %c4 : index
    %far0 = arith.addi %rows, %fg : index
    %far1 = arith.addi %far0, %c8 : index
    %fbr1 = arith.addi %fg, %c8 : index
    %a0f = memref.load %sa[%stage, %far0, %ft] : memref<3x32x8xf32, #shared>
    %a0 = nvvm.convert.float.to.tf32 %a0f {rnd = #nvvm.fp_rnd_mode<rna>}
    %a1f = memref.load %sa[%stage, %far1, %ft] : memref<3x32x8xf32, #shared>
    %a1 = nvvm.convert.float.to.tf32 %a1f {rnd = #nvvm.fp_rnd_mode<rna>}
    %a2f = memref.load %sa[%stage, %far0, %fk] : memref<3x32x8xf32, #shared>
    %a2 = nvvm.convert.float.to.tf32 %a2f {rnd = #nvvm.fp_rnd_mode<rna>}
    %a3f = memref.load %sa[%stage, %far1, %fk] : memref<3x32x8xf32, #shared>
    %a3 = nvvm.convert.float.to.tf32 %a3f {rnd = #nvvm.fp_rnd_mode<rna>}
    %b0f = memref.load %sb[%stage, %fg, %ft] : memref<3x16x8xf32, #shared>
    %b0 = nvvm.convert.float.to.tf32 %b0f {rnd = #nvvm.fp_rnd_mode<rna>}
    %b1f = memref.load %sb[%stage, %fg, %fk] : memref<3x16x8xf32, #shared>
    %b1 = nvvm.convert.float.to.tf32 %b1f {rnd = #nvvm.fp_rnd_mode<rna>}
    %b2f = memref.load %sb[%stage, %fbr1, %ft] : memref<3x16x8xf32, #shared>
    %b2 = nvvm.convert.float.to.tf32 %b2f {rnd = #nvvm.fp_rnd_mode<rna>}
    %b3f = memref.load %sb[%stage, %fbr1, %fk] : memref<3x16x8xf32, #shared>
    %b3 = nvvm.convert.float.to.tf32 %b3f {rnd = #nvvm.fp_rnd_mode<rna>}
    %m0 = nvvm.mma.sync A[%a0, %a1, %a2, %a3] B[%b0, %b1] C[%d0, %d1, %d2, %d3]
      {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, multiplicandAPtxType = #nvvm.mma_type<tf32>, multiplicandBPtxType = #nvvm.mma_type<tf32>, shape = #nvvm.shape<m = 16, n = 8, k = 8>}
      : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %m1 = nvvm.mma.sync A[%a0, %a1, %a2, %a3] B[%b2, %b3] C[%d4, %d5, %d6, %d7]
      {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, multiplicandAPtxType = #nvvm.mma_type<tf32>, multiplicandBPtxType = #nvvm.mma_type<tf32>, shape = #nvvm.shape<m = 16, n = 8, k = 8>}
      : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %e0 = llvm.extractvalue %m0[0] : !llvm.struct<(f32, f32, f32, f32)>
    %e1 = llvm.extractvalue %m0[1] : !llvm.struct<(f32, f32, f32, f32)>
    %e2 = llvm.extractvalue %m0[2] : !llvm.struct<(f32, f32, f32, f32)>
    %e3 = llvm.extractvalue %m0[3] : !llvm.struct<(f32, f32, f32, f32)>
    %e4 = llvm.extractvalue %m1[0] : !llvm.struct<(f32, f32, f32, f32)>
    %e5 = llvm.extractvalue %m1[1] : !llvm.struct<(f32, f32, f32, f32)>
    %e6 = llvm.extractvalue %m1[2] : !llvm.struct<(f32, f32, f32, f32)>
    %e7 = llvm.extractvalue %m1[3] : !llvm.struct<(f32, f32, f32, f32)>
    scf.yield %e0, %e1, %e2, %e3, %e4, %e5, %e6, %e7 : f32, f32, f32, f32, f32, f32, f32, f32
  }

  // A lane has columns 2t and 2t + 1 of rows g and g + 8 of both tiles.
  %g = arith.divui %lane, %c4 : index
  %t = arith.remui %lane, %c4 : index
  %row0 = arith.addi %rows, %g : index
  %row1 = arith.addi %row0, %c8 : index
  %col0 = arith.muli %t, %c2 : index
  %col1 = arith.addi %col0, %c1 : index
  %col2 = arith.addi %col0, %c8 : index
  %col3 = arith.addi %col1, %c8 : index
  memref.store %acc#0, %c[%row0, %col0] : memref<32x16xf32>
  memref.store %acc#1, %c[%row0, %col1] : memref<32x16xf32>
  memref.store %acc#2, %c[%row1, %col0] : memref<32x16xf32>
  memref.store %acc#3, %c[%row1, %col1] : memref<32x16xf32>
  memref.store %acc#4, %c[%row0, %col2] : memref<32x16xf32>
  memref.store %acc#5, %c[%row0, %col3] : memref<32x16xf32>
  memref.store %acc#6, %c[%row1, %col2] : memref<32x16xf32>
  memref.store %acc#7, %c[%row1, %col3] : memref<32x16xf32>
  gpu.return
}
}
}
