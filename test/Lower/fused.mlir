// The fused kernel of a small tile: stages, products, rows, stores.
// RUN: upweave-opt %s --split-input-file --upweave-pack-operands --upweave-plan-buffers --upweave-lower-to-gpu | FileCheck %s

// A launch packs each operand.
// CHECK-LABEL: func @rows
//       CHECK:   gpu.launch_func @kernels::@rows_0_pack_input
//       CHECK:   gpu.launch_func @kernels::@rows_1_pack_filter
//       CHECK:   gpu.launch_func @kernels::@rows_2_fused
//  CHECK-SAME:     threads in (%c64
//  CHECK-SAME:     dynamic_shared_memory_size

// CHECK-LABEL: gpu.func @rows_0_pack_input
//       CHECK:   scf.if
//       CHECK:     nvvm.convert.float.to.tf32 %{{.*}} {rnd = #nvvm.fp_rnd_mode<rna>}
//       CHECK:     vector.store %{{.*}} {alignment = 16 : i64} : memref<{{.*}}xi32{{.*}}>, vector<4xi32>
// CHECK-LABEL: gpu.func @rows_1_pack_filter
//       CHECK:   nvvm.convert.float.to.tf32
//       CHECK:   vector.store

// Two warps hold a row: their sums meet in shared memory. 32 results of a row
// are 16 positions, 8 of each warp, two phases of each.
// CHECK-LABEL: gpu.func @rows_2_fused
//       CHECK:   gpu.dynamic_shared_memory
//       CHECK:   nvgpu.device_async_copy %{{.*}}, 4
//       CHECK:   nvgpu.device_async_create_group
//       CHECK:   scf.for
//       CHECK:     nvgpu.device_async_wait %{{.*}} {numGroups = 1 : i32}
//       CHECK:     gpu.barrier
//       CHECK:     scf.if
//       CHECK:       nvgpu.device_async_copy
//       CHECK:     vector.load %{{.*}} {alignment = 16 : i64} {{.*}} vector<4xi32>
//       CHECK:     vector.load %{{.*}} {alignment = 8 : i64} {{.*}} vector<2xi32>
// CHECK-COUNT-4:     nvvm.mma.sync
//   CHECK-NOT:     nvvm.mma.sync
//       CHECK:     scf.yield
//       CHECK:   gpu.shuffle  xor %{{.*}}, %c1_i32
//       CHECK:   gpu.shuffle  xor %{{.*}}, %c2_i32
//       CHECK:   gpu.barrier
//       CHECK:   arith.subf
//       CHECK:   scf.if
//       CHECK:     vector.store %{{.*}} {alignment = 8 : i64} {{.*}} vector<2xf32>
func.func @rows(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<2x4x32xf32>) {
  upweave.block domain [2, 4, 32] rows [2]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 8 columns, chunks = 1, stages = 3, input = packed, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %o = arith.subf %v, %s : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// f16 operands in pairs, k = 16; bf16 likewise as words; sums in f32.
// CHECK-LABEL: gpu.func @halves_2_fused
//       CHECK:   llvm.bitcast %{{.*}} : i32 to vector<2xf16>
//       CHECK:   nvvm.mma.sync {{.*}}shape = #nvvm.shape<m = 16, n = 8, k = 16>
//       CHECK:   arith.addf %{{.*}} : f32
//       CHECK:   arith.truncf %{{.*}} : f32 to f16
func.func @halves(%x: memref<2x16x16xf16>, %w: memref<16x16x4xf16>, %b: memref<16xf32>, %y: memref<2x16x32xf16>) {
  upweave.block domain [2, 16, 32]
    conv_transpose(%x, %w : memref<2x16x16xf16>, memref<16x16x4xf16>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    params(%b[d1] : memref<16xf32>)
    outs(%y : memref<2x16x32xf16>)
    attributes {precision = #upweave.precision<f16>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%v: f32, %bias: f32):
    %a = arith.addf %v, %bias : f32
    %o = arith.truncf %a : f32 to f16
    upweave.yield %o : f16
  }
  return
}

// -----

// IEEE products are multiply-adds on the same tile.
// CHECK-LABEL: gpu.func @exact_2_fused
//   CHECK-NOT:   nvvm.mma.sync
//       CHECK:   math.fma
func.func @exact(%x: memref<2x8x16xf32>, %w: memref<8x16x4xf32>, %y: memref<2x16x32xf32>) {
  upweave.block domain [2, 16, 32]
    conv_transpose(%x, %w : memref<2x8x16xf32>, memref<8x16x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x16x32xf32>)
    attributes {precision = #upweave.precision<ieee>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = packed, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

// Strided input: pairs of columns are loaded where they are in the input, else
// are zeros, and stay in registers for a unit; then each column's channels are
// rounded and stored, 16 bytes at a time. Two units are loaded ahead of the loop.
// CHECK-LABEL: gpu.func @strided_1_fused
//       CHECK:   nvgpu.device_async_copy
//       CHECK:   scf.if %{{.*}} -> (vector<2xf32>, vector<2xf32>, vector<2xf32>, vector<2xf32>) {
// CHECK-COUNT-4:     vector.load %{{.*}} {alignment = 8 : i64} {{.*}} vector<2xf32>
//       CHECK:   } else {
//       CHECK:   %[[SECOND:.*]]:4 = scf.if
// CHECK-COUNT-8:   nvvm.convert.float.to.tf32
//       CHECK:   vector.store %{{.*}} {alignment = 16 : i64} {{.*}} vector<4xi32>
//       CHECK:   scf.for {{.*}} = %[[SECOND]]#0
//       CHECK:     nvgpu.device_async_wait
//       CHECK:     gpu.barrier
// CHECK-COUNT-8:     nvvm.convert.float.to.tf32
//       CHECK:     %[[NEXT:.*]]:4 = scf.if
//       CHECK:     nvvm.mma.sync
//       CHECK:     scf.yield {{.*}}%[[NEXT]]#0, %[[NEXT]]#1, %[[NEXT]]#2, %[[NEXT]]#3
func.func @strided(%x: memref<2x32x16xf32>, %w: memref<32x16x4xf32>, %y: memref<2x16x32xf32>) {
  upweave.block domain [2, 16, 32]
    conv_transpose(%x, %w : memref<2x32x16xf32>, memref<32x16x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x16x32xf32>)
    attributes {precision = #upweave.precision<tf32>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = strided, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

// Where channels lie side by side, four of them are one access.
// CHECK-LABEL: gpu.func @last_1_fused
//       CHECK:   scf.if
// CHECK-COUNT-2:     vector.load %{{.*}} {alignment = 8 : i64} {{.*}} vector<4xf16>
//       CHECK:   } else {
func.func @last(%x: memref<2x16x32xf16>, %w: memref<32x16x4xf16>, %y: memref<2x32x16xf16>) {
  upweave.block domain [2, 32, 16]
    conv_transpose(%x, %w : memref<2x16x32xf16>, memref<32x16x4xf16>)
      #upweave.conv_transpose<strides = [2], padding = [1], dims = [b, 0, c] x [i, o, 0] -> [b, 0, c]>
    outs(%y : memref<2x32x16xf16>)
    attributes {precision = #upweave.precision<f16>,
                schedule = #upweave.fused<block = 16 channels x 1 rows x 16 columns, warp = 16 channels x 1 rows x 16 columns, chunks = 1, stages = 2, input = strided, blocks_per_sm = 2>} {
  ^bb0(%v: f32):
    %o = arith.truncf %v : f32 to f16
    upweave.yield %o : f16
  }
  return
}
