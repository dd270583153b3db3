// Blocks on stored tensors become kernels over rows: vectors, shuffles,
// shared memory, masks and loops as the row's length and direction ask for.
// RUN: upweave-opt %s --split-input-file --upweave-attach-target --upweave-select-schedule --upweave-lower-to-gpu | FileCheck %s

// A row of 64 is 16 lanes with 4 elements each; statistics take two rounds of
// 4 shuffles; gamma is loaded once, outside of the loop over tiles.
// CHECK-LABEL: func @short_rows
//       CHECK:   %[[BLOCKS:.*]] = arith.constant 16384 : index
//       CHECK:   gpu.launch_func @kernels::@short_rows_0_rows blocks in (%[[BLOCKS]],
// CHECK-LABEL: gpu.func @short_rows_0_rows
//  CHECK-SAME:   known_block_size = array<i32: 256, 1, 1>
//       CHECK:   vector.load %{{.*}} {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
//       CHECK:   scf.for
// CHECK-COUNT-4: vector.load %{{.*}} {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
//   CHECK-NOT:   vector.load
// CHECK-COUNT-16: gpu.shuffle xor
//   CHECK-NOT:   gpu.shuffle
//       CHECK:   arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK-COUNT-32: gpu.shuffle xor
//   CHECK-NOT:   gpu.shuffle
//   CHECK-NOT:   scf.if
//       CHECK:   llvm.call_intrinsic "llvm.nvvm.rsqrt.approx.ftz.f"
//       CHECK:   vector.store {{.*}} {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
//   CHECK-NOT:   scf.if
// CHECK-COUNT-3: vector.store {{.*}} {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
//   CHECK-NOT:   gpu.barrier
//       CHECK:   gpu.return
func.func @short_rows(%x: memref<64x65536x64xf32>, %g: memref<64xf32>,
                      %y: memref<64x65536x64xf32>) {
  upweave.block domain [64, 65536, 64] rows [2]
    stored(%x : memref<64x65536x64xf32>) params(%g[d2] : memref<64xf32>)
    outs(%y : memref<64x65536x64xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 16, vector = 4, registers = 4, rows_per_thread = 4, tiles_per_block = 4>} {
  ^bb0(%v: f32, %gamma: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    %o = arith.mulf %n, %gamma : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// Odd lengths go element by element; padding lanes contribute the identity,
// and only lanes inside of the row store.
// CHECK-LABEL: gpu.func @odd_rows_0_rows
//   CHECK-NOT:   vector.load
//       CHECK:   memref.load
//       CHECK:   %[[IDENTITY:.*]] = arith.constant 0xFF800000 : f32
//       CHECK:   arith.select %{{.*}}, %{{.*}}, %[[IDENTITY]] : f32
//       CHECK:   gpu.shuffle xor
//       CHECK:   arith.maximumf
//       CHECK:   scf.if
//       CHECK:     memref.store
func.func @odd_rows(%x: memref<10x7xf32>, %y: memref<10x7xf32>) {
  upweave.block domain [10, 7] rows [1] stored(%x : memref<10x7xf32>)
    outs(%y : memref<10x7xf32>) {
  ^bb0(%v: f32):
    %m = upweave.row_reduce <maximumf> %v : f32
    %o = arith.subf %v, %m : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// Rows that span warps exchange partial results through shared memory, each
// round through a buffer of its own.
// CHECK-LABEL: gpu.func @long_rows_0_rows
//  CHECK-SAME:   workgroup(%{{.*}} : memref<8xf32, #gpu.address_space<workgroup>>, %{{.*}} : memref<8xf32, #gpu.address_space<workgroup>>)
// CHECK-COUNT-5: gpu.shuffle xor
//       CHECK:   memref.store %{{.*}} : memref<8xf32, #gpu.address_space<workgroup>>
//       CHECK:   gpu.barrier
// CHECK-COUNT-8: memref.load %{{.*}} : memref<8xf32, #gpu.address_space<workgroup>>
//       CHECK:   gpu.barrier
//   CHECK-NOT:   gpu.barrier
//       CHECK:   gpu.return
func.func @long_rows(%x: memref<1000x8192xf32>, %y: memref<1000x8192xf32>) {
  upweave.block domain [1000, 8192] rows [1] stored(%x : memref<1000x8192xf32>)
    outs(%y : memref<1000x8192xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 32>} {
  ^bb0(%v: f32):
    %m = upweave.row_reduce <maximumf> %v : f32
    %d = arith.subf %v, %m : f32
    %s = upweave.row_reduce <add> %d : f32
    %o = arith.divf %d, %s : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// Rows too long for registers: a pass over memory per round of reductions, and
// one that stores. The sum, the same along the row, is stored by one thread.
// CHECK-LABEL: gpu.func @looped_rows_0_rows
//       CHECK:   scf.for {{.*}} iter_args
//       CHECK:     vector.load
//       CHECK:   gpu.barrier
//       CHECK:   scf.if
//       CHECK:     memref.store
//       CHECK:   scf.for
//   CHECK-NOT:   iter_args
//       CHECK:     vector.store
func.func @looped_rows(%x: memref<100x262144xf32>, %y: memref<100x262144xf32>,
                       %s: memref<100xf32>) {
  upweave.block domain [100, 262144] rows [1] stored(%x : memref<100x262144xf32>)
    outs(%y, %s[d0] : memref<100x262144xf32>, memref<100xf32>) {
  ^bb0(%v: f32):
    %sum = upweave.row_reduce <add> %v : f32
    %o = arith.divf %v, %sum : f32
    upweave.yield %o, %sum : f32, f32
  }
  return
}

// -----

// Rows over channels: lanes and vectors lie along the width, a row is split
// over warps, so there are no shuffles.
// CHECK-LABEL: gpu.func @channels_0_rows
//  CHECK-SAME:   workgroup(
//       CHECK:   vector.load %{{.*}} {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
//   CHECK-NOT:   gpu.shuffle
//       CHECK:   gpu.barrier
//       CHECK:   vector.store %{{.*}} {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
func.func @channels(%x: memref<32x64x4096xf32>, %y: memref<32x64x4096xf32>) {
  upweave.block domain [32, 64, 4096] rows [1] stored(%x : memref<32x64x4096xf32>)
    outs(%y : memref<32x64x4096xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return
}

// -----

// A dynamic batch: the grid is host arithmetic, the kernel gets the number of
// rows; 16-bit values are normalised in f32 and moved 8 at a time.
// CHECK-LABEL: func @dynamic
//       CHECK:   %[[N:.*]] = memref.dim %{{.*}}, %{{.*}} : memref<?x16x64xf16>
//       CHECK:   %[[ROWS:.*]] = arith.muli %[[N]], %{{.*}} : index
//       CHECK:   arith.divui
//       CHECK:   gpu.launch_func
//  CHECK-SAME:     %[[ROWS]] : index
// CHECK-LABEL: gpu.func @dynamic_0_rows
//       CHECK:   vector.load %{{.*}} {alignment = 16 : i64} : memref<?xf16>, vector<8xf16>
//       CHECK:   arith.extf %{{.*}} : f16 to f32
//       CHECK:   gpu.shuffle xor %{{.*}} : f32
//       CHECK:   arith.truncf %{{.*}} : f32 to f16
//       CHECK:   scf.if
//       CHECK:     vector.store %{{.*}} {alignment = 16 : i64} : memref<?xf16>, vector<8xf16>
func.func @dynamic(%x: memref<?x16x64xf16>, %y: memref<?x16x64xf16>) {
  upweave.block domain [?, 16, 64] rows [2] stored(%x : memref<?x16x64xf16>)
    outs(%y : memref<?x16x64xf16>) {
  ^bb0(%v: f16):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f16
    upweave.yield %n : f16
  }
  return
}

// -----

// Without collectives a block is walked as one flat loop, whatever its rank;
// what depends on a channel keeps that loop apart.
// CHECK-LABEL: gpu.func @pointwise_0_rows
//   CHECK-NOT:   arith.remui %{{.*}} : index
//       CHECK:   vector.load %{{.*}} {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
//       CHECK:   llvm.call_intrinsic "llvm.nvvm.ex2.approx.ftz.f32"
//       CHECK:   vector.store
func.func @pointwise(%x: memref<64x32x32x32xf32>, %y: memref<64x32x32x32xf32>) {
  upweave.block domain [64, 32, 32, 32] stored(%x : memref<64x32x32x32xf32>)
    outs(%y : memref<64x32x32x32xf32>) {
  ^bb0(%v: f32):
    %o = upweave.gelu <erf> %v : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// Two outs of a partial tile share a branch, whose operands all precede it.
// CHECK-LABEL: gpu.func @two_results_0_rows
//       CHECK:   scf.if
//  CHECK-NEXT:     memref.store
//  CHECK-NEXT:     memref.store
//  CHECK-NEXT:   }
func.func @two_results(%x: memref<7x5xf32>, %y: memref<7x5xf32>,
                       %z: memref<7x5xf32>) {
  upweave.block domain [7, 5] rows [1] stored(%x : memref<7x5xf32>)
    outs(%y, %z : memref<7x5xf32>, memref<7x5xf32>) {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %d = arith.subf %v, %s : f32
    upweave.yield %v, %d : f32, f32
  }
  return
}

// -----

// A slice of a larger buffer keeps that buffer's strides.
// CHECK-LABEL: gpu.func @slice_0_rows
//       CHECK:   %[[STRIDE:.*]] = arith.constant 24 : index
//  CHECK-NEXT:   arith.muli %{{.*}}, %[[STRIDE]] : index
//       CHECK:   %[[OFFSET:.*]] = arith.constant 8 : index
//  CHECK-NEXT:   %[[AT:.*]] = arith.addi %{{.*}}, %[[OFFSET]] : index
//  CHECK-NEXT:   vector.load %{{.*}}[%[[AT]]]
func.func @slice(%x: memref<64x16xf32, strided<[24, 1], offset: 8>>,
                 %y: memref<64x16xf32>) {
  upweave.block domain [64, 16] rows [1]
    stored(%x : memref<64x16xf32, strided<[24, 1], offset: 8>>)
    outs(%y : memref<64x16xf32>) {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    upweave.yield %s : f32
  }
  return
}

// -----

// A staged row: each thread copies its elements to shared memory, waits for its
// own copies, and finds them there in every pass. LayerNorm's first mean is that
// of the first half, which is waited for alone. While it stores, it copies the next
// tile's row to the slots it has read. There is no barrier but those of the
// reductions.
// CHECK-LABEL: func @staged_rows
//       CHECK:   gpu.launch_func @kernels::@staged_rows_0_rows
//  CHECK-SAME:     dynamic_shared_memory_size
// CHECK-LABEL: gpu.func @staged_rows_0_rows
//       CHECK:   gpu.dynamic_shared_memory
//       CHECK:   %[[SLOTS:.*]] = memref.view %{{.*}} to memref<4096xf32, #gpu.address_space<workgroup>>
// CHECK-COUNT-2: nvgpu.device_async_copy %{{.*}}, %[[SLOTS]][%{{.*}}], 4 {bypassL1}
//       CHECK:   nvvm.cp.async.commit.group
// CHECK-COUNT-2: nvgpu.device_async_copy
//  CHECK-NEXT:   nvvm.cp.async.commit.group
//       CHECK:   scf.for
//       CHECK:     nvvm.cp.async.wait.group 1
// CHECK-COUNT-2:   vector.load %[[SLOTS]]
//   CHECK-NOT:     vector.load
//       CHECK:     gpu.barrier
//       CHECK:     nvvm.cp.async.wait.group 0
// CHECK-COUNT-4:   vector.load %[[SLOTS]]
//   CHECK-NOT:     vector.load
//       CHECK:     gpu.barrier
//       CHECK:     vector.load %[[SLOTS]]
//       CHECK:     vector.store
//       CHECK:     scf.if
//       CHECK:       nvgpu.device_async_copy
//       CHECK:     vector.load %[[SLOTS]]
//       CHECK:     scf.if
//       CHECK:     nvvm.cp.async.commit.group
//       CHECK:     scf.if
//       CHECK:     scf.if
//       CHECK:     nvvm.cp.async.commit.group
//   CHECK-NOT:   gpu.barrier
//       CHECK:   gpu.return
func.func @staged_rows(%x: memref<1000x4096xf32>, %y: memref<1000x4096xf32>) {
  upweave.block domain [1000, 4096] rows [1] stored(%x : memref<1000x4096xf32>)
    outs(%y : memref<1000x4096xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 4, looped = true, staged = 4, rows_per_thread = 1, tiles_per_block = 4>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return
}

// -----

// Few steps stay in registers: what is not staged is loaded once, before
// anything waits.
// CHECK-LABEL: gpu.func @held_rows_0_rows
//       CHECK:   scf.for
//       CHECK:     nvgpu.device_async_copy
//       CHECK:   nvgpu.device_async_copy
//       CHECK:   vector.load %{{.*}} : memref<?xf32>
//       CHECK:   nvvm.cp.async.wait.group
//   CHECK-NOT:   vector.load %{{.*}} : memref<?xf32>
//       CHECK:   gpu.return
func.func @held_rows(%x: memref<1000x4000xf32>, %y: memref<1000x4000xf32>) {
  upweave.block domain [1000, 4000] rows [1] stored(%x : memref<1000x4000xf32>)
    outs(%y : memref<1000x4000xf32>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 256, vector = 4, registers = 4, looped = true, staged = 3, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return
}

// -----

// A small part of the row is staged: the rest is read again, first, by each pass
// that reduces, its last step with a mask. Two operands feed the reduction, one with
// elements of 2 bytes that no asynchronous copy takes; the third is read once and
// not staged.
// CHECK-LABEL: gpu.func @partly_staged_0_rows
//       CHECK:   memref.view %{{.*}} to memref<512xf16, #gpu.address_space<workgroup>>
//       CHECK:   memref.view %{{.*}} to memref<512xf32, #gpu.address_space<workgroup>>
//   CHECK-NOT:   memref.view
//       CHECK:   memref.store %{{.*}} : memref<512xf16, #gpu.address_space<workgroup>>
//       CHECK:   nvgpu.device_async_copy %{{.*}}, 1 :
//       CHECK:   scf.for {{.*}} iter_args
//   CHECK-NOT:     arith.cmpi
//       CHECK:     memref.load %{{.*}} : memref<?xf16>
//       CHECK:     scf.yield
//       CHECK:   arith.cmpi slt
//       CHECK:   nvvm.cp.async.wait.group 0
//       CHECK:   memref.load %{{.*}} : memref<512xf16, #gpu.address_space<workgroup>>
//       CHECK:   memref.store
func.func @partly_staged(%x: memref<9x65535xf16>, %r: memref<9x65535xf32>,
                         %s: memref<9x65535xf32>, %y: memref<9x65535xf32>) {
  upweave.block domain [9, 65535] rows [1] stored(%x : memref<9x65535xf16>)
    params(%r[d0, d1], %s[d0, d1] : memref<9x65535xf32>, memref<9x65535xf32>)
    outs(%y : memref<9x65535xf32>)
    attributes {schedule = #upweave.rows<warps = 4, lanes = 128, vector = 1, registers = 2, looped = true, staged = 2, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f16, %a: f32, %b: f32):
    %w = arith.extf %v : f16 to f32
    %u = arith.addf %w, %a : f32
    %m = upweave.row_reduce <add> %u : f32
    %d = arith.subf %u, %m : f32
    %o = arith.mulf %d, %b : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// Threads that hold parts of eight rows each: lanes exchange halves until each
// has one row, a thread a row combines the warps, and all read the results.
// CHECK-LABEL: gpu.func @combined_columns_0_rows
//  CHECK-SAME:   workgroup(%{{.*}} : memref<256xf32, #gpu.address_space<workgroup>>
// CHECK-COUNT-7: gpu.shuffle xor
//   CHECK-NOT:   gpu.shuffle
//       CHECK:   memref.store %{{.*}} : memref<256xf32, #gpu.address_space<workgroup>>
//       CHECK:   gpu.barrier
//       CHECK:   arith.cmpi ult
//       CHECK:   scf.if
// CHECK-COUNT-8:   memref.load %{{.*}} : memref<256xf32, #gpu.address_space<workgroup>>
//   CHECK-NOT:     memref.load
//       CHECK:     memref.store %{{.*}} : memref<256xf32, #gpu.address_space<workgroup>>
//       CHECK:   gpu.barrier
// CHECK-COUNT-8: memref.load %{{.*}} : memref<256xf32, #gpu.address_space<workgroup>>
//   CHECK-NOT:   memref.load %{{.*}} : memref<256xf32, #gpu.address_space<workgroup>>
//       CHECK:   gpu.return
func.func @combined_columns(%x: memref<2x64x4096xf16>, %y: memref<2x64x4096xf16>) {
  upweave.block domain [2, 64, 4096] rows [1] stored(%x : memref<2x64x4096xf16>)
    outs(%y : memref<2x64x4096xf16>)
    attributes {schedule = #upweave.rows<warps = 8, lanes = 64, vector = 8, registers = 8, rows_per_thread = 1, tiles_per_block = 1>} {
  ^bb0(%v: f16):
    %w = arith.extf %v : f16 to f32
    %m = upweave.row_reduce <add> %w : f32
    %o = arith.divf %w, %m : f32
    %t = arith.truncf %o : f32 to f16
    upweave.yield %t : f16
  }
  return
}
