// A pipelined matrix product C = A B^T, written by hand: three stages of shared
// memory filled by cp.async, f16 fragments by ldmatrix, one barrier a step.
// A is 32 x K, B is 16 x K, C is 32 x 16; two warps, each with 16 rows of C.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#shared = #gpu.address_space<workgroup>
module attributes {gpu.container_module} {
gpu.module @kernels {
gpu.func @gemm(%a: memref<32x128xf16> {llvm.align = 16 : i64}, %b: memref<16x128xf16> {llvm.align = 16 : i64},
               %c: memref<32x16xf32> {llvm.align = 16 : i64})
    workgroup(%sa: memref<3x32x16xf16, #shared> {llvm.align = 16 : i64},
              %sb: memref<3x16x16xf16, #shared> {llvm.align = 16 : i64})
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
  %chunk = arith.constant 16 : index
  %half = arith.constant 8 : index
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
    %t = nvgpu.device_async_copy %a[%crow, %col], %sa[%s, %crow, %ccol], 8 {bypassL1} : memref<32x128xf16> to memref<3x32x16xf16, #shared>
    scf.if %bringsB {
      %u = nvgpu.device_async_copy %b[%crow, %col], %sb[%s, %crow, %ccol], 8 {bypassL1} : memref<16x128xf16> to memref<3x16x16xf16, #shared>
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
      %t = nvgpu.device_async_copy %a[%crow, %col], %sa[%into, %crow, %ccol], 8 {bypassL1} : memref<32x128xf16> to memref<3x32x16xf16, #shared>
      scf.if %bringsB {
        %u = nvgpu.device_async_copy %b[%crow, %col], %sb[%into, %crow, %ccol], 8 {bypassL1} : memref<16x128xf16> to memref<3x16x16xf16, #shared>
      }
    }
    nvvm.cp.async.commit.group
    %stage = arith.remui %s, %c3 : index
    // A by four matrices: rows 0-7 and 8-15 of k 0-7, then of k 8-15.
    %l16 = arith.remui %lane, %c16 : index
    %arow = arith.addi %rows, %l16 : index
    %aside = arith.divui %lane, %c16 : index
    %acol = arith.muli %aside, %c8 : index
    %af = nvgpu.ldmatrix %sa[%stage, %arow, %acol] {numTiles = 4 : i32, transpose = false} : memref<3x32x16xf16, #shared> -> vector<4x2xf16>
    // B by four: k 0-7 and 8-15 of columns 0-7, then of columns 8-15.
    %l8 = arith.remui %lane, %c8 : index
    %bhalf = arith.muli %aside, %c8 : index
    %brow = arith.addi %l8, %bhalf : index
    %lside = arith.divui %lane, %c8 : index
    %bside = arith.remui %lside, %c2 : index
    %bcol = arith.muli %bside, %c8 : index
    %bf = nvgpu.ldmatrix %sb[%stage, %brow, %bcol] {numTiles = 4 : i32, transpose = false} : memref<3x16x16xf16, #shared> -> vector<4x2xf16>
    %a0 = vector.extract %af[0] : vector<2xf16> from vector<4x2xf16>
    %a1 = vector.extract %af[1] : vector<2xf16> from vector<4x2xf16>
    %a2 = vector.extract %af[2] : vector<2xf16> from vector<4x2xf16>
    %a3 = vector.extract %af[3] : vector<2xf16> from vector<4x2xf16>
    %b0 = vector.extract %bf[0] : vector<2xf16> from vector<4x2xf16>
    %b1 = vector.extract %bf[1] : vector<2xf16> from vector<4x2xf16>
    %b2 = vector.extract %bf[2] : vector<2xf16> from vector<4x2xf16>
    %b3 = vector.extract %bf[3] : vector<2xf16> from vector<4x2xf16>
    %m0 = nvvm.mma.sync A[%a0, %a1, %a2, %a3] B[%b0, %b1] C[%d0, %d1, %d2, %d3]
      {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, shape = #nvvm.shape<m = 16, n = 8, k = 16>}
      : (vector<2xf16>, vector<2xf16>, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %m1 = nvvm.mma.sync A[%a0, %a1, %a2, %a3] B[%b2, %b3] C[%d4, %d5, %d6, %d7]
      {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, shape = #nvvm.shape<m = 16, n = 8, k = 16>}
      : (vector<2xf16>, vector<2xf16>, f32) -> !llvm.struct<(f32, f32, f32, f32)>
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
