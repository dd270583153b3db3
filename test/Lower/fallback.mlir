// RUN: upweave-opt %s --split-input-file --upweave-lower-to-gpu | FileCheck %s

// A dynamic batch: its size is an argument, and the host computes the grid
// from it with index arithmetic only.
// CHECK: module attributes {gpu.container_module}
// CHECK-LABEL: func.func @elementwise(
// CHECK-SAME:    %[[X:.*]]: memref<?x64xf32>, %[[Y:.*]]: memref<?x64xf32>)
// CHECK-DAG:     %[[XB:.*]], %{{.*}}, %[[XS:.*]]:2, %{{.*}}:2 = memref.extract_strided_metadata %[[X]]
// CHECK-DAG:     %[[YB:.*]], %{{.*}}, %[[YS:.*]]:2, %{{.*}}:2 = memref.extract_strided_metadata %[[Y]]
// CHECK:         %[[N:.*]] = memref.dim %[[X]]
// CHECK:         %[[COUNT:.*]] = arith.muli %[[N]], %{{.*}} : index
// CHECK:         %[[PADDED:.*]] = arith.addi %[[COUNT]], %{{.*}} : index
// CHECK:         %[[BLOCKS:.*]] = arith.divui %[[PADDED]], %{{.*}} : index
// CHECK:         gpu.launch_func @kernels::@elementwise_0_exp blocks in (%[[BLOCKS]], %{{.*}}, %{{.*}}) threads in (%{{.*}}, %{{.*}}, %{{.*}}) args(%[[XB]] : memref<f32>, %[[XS]]#0 : index, %[[YB]] : memref<f32>, %[[YS]]#0 : index)
// CHECK-NOT:     linalg
// CHECK:       gpu.module @kernels
// CHECK:         gpu.func @elementwise_0_exp(
// CHECK-SAME:      %[[P:[a-z0-9]+]]: memref<f32> {llvm.align = 16 : i64, llvm.noalias}, %[[PN:[a-z0-9]+]]: index, %[[Q:[a-z0-9]+]]: memref<f32> {llvm.align = 16 : i64, llvm.noalias}, %[[QN:[a-z0-9]+]]: index)
// CHECK-SAME:      kernel attributes {known_block_size = array<i32: 256, 1, 1>}
// CHECK:           %[[XV:.*]] = memref.reinterpret_cast %[[P]] to offset: [0], sizes: [%[[PN]], 64], strides: [64, 1]
// CHECK:           %[[YV:.*]] = memref.reinterpret_cast %[[Q]] to offset: [0], sizes: [%[[QN]], 64], strides: [64, 1]
// CHECK:           %[[INSIDE:.*]] = arith.cmpi ult
// CHECK:           scf.if %[[INSIDE]] {
// CHECK:             %[[J:.*]] = arith.remui %[[T:.*]], %[[C64:.*]] : index
// CHECK:             %[[I:.*]] = arith.divui %[[T]], %[[C64]] : index
// CHECK:             %[[V:.*]] = memref.load %[[XV]][%[[I]], %[[J]]]
// CHECK:             %[[E:.*]] = math.exp %[[V]]
// CHECK:             memref.store %[[E]], %[[YV]][%[[I]], %[[J]]]
func.func @elementwise(%x: memref<?x64xf32>, %y: memref<?x64xf32>) {
  linalg.exp ins(%x : memref<?x64xf32>) outs(%y : memref<?x64xf32>)
  return
}

// -----

// A reduction runs in the thread, and its sum stays in a register; the order of
// threads is that of the output.
// CHECK-LABEL: gpu.func @transposed_matmul_0_generic
// CHECK:         scf.if
// CHECK:           arith.remui
// CHECK:           %[[INIT:.*]] = memref.load
// CHECK:           %[[SUM:.*]] = scf.for %{{.*}} iter_args(%[[ACC:.*]] = %[[INIT]]) -> (f32) {
// CHECK-NOT:         memref.store
// CHECK:             arith.mulf
// CHECK:             %[[NEXT:.*]] = arith.addf %{{.*}}, %[[ACC]]
// CHECK:             scf.yield %[[NEXT]]
// CHECK:           }
// CHECK:           memref.store %[[SUM]]
func.func @transposed_matmul(%a: memref<8x16xf32>, %b: memref<16x4xf32>, %c: memref<4x8xf32>) {
  linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (n, m)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x16xf32>, memref<16x4xf32>) outs(%c : memref<4x8xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %p, %acc : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Windows: an index is a sum of loops.
// CHECK-LABEL: gpu.func @conv_0_conv_2d_nchw_fchw
// CHECK-COUNT-3: scf.for
// CHECK:         %[[TWICE:.*]] = arith.muli %{{.*}}, %c2{{.*}} : index
// CHECK:         arith.addi %[[TWICE]], %{{.*}} : index
// CHECK:         memref.load
func.func @conv(%x: memref<2x3x9x9xf16>, %w: memref<4x3x3x3xf16>, %y: memref<2x4x4x4xf16>) {
  linalg.conv_2d_nchw_fchw {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>}
      ins(%x, %w : memref<2x3x9x9xf16>, memref<4x3x3x3xf16>) outs(%y : memref<2x4x4x4xf16>)
  return
}

// -----

// Captured buffers, indices and scalars; constants are cloned, a scalar that is
// computed from memory is computed again in the kernel.
// CHECK-LABEL: func.func @gather(
// CHECK-NOT:     memref.load
// CHECK-NOT:     arith.negf
// CHECK:         gpu.launch_func
// CHECK-LABEL: gpu.func @gather_0_generic
// CHECK:         %[[BETA:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[SCALE:.*]] = memref.load %{{.*}}[] : memref<f32>
// CHECK:         %[[MINUS:.*]] = arith.negf %[[SCALE]] : f32
// CHECK:         scf.if
// CHECK:           %[[ROW:.*]] = arith.index_cast %{{.*}} : i64 to index
// CHECK:           memref.load %{{.*}}[%[[ROW]], %{{.*}}] : memref<10x8xf32>
// CHECK:           arith.mulf %{{.*}}, %[[MINUS]]
// CHECK:           arith.addf %{{.*}}, %[[BETA]]
func.func @gather(%table: memref<10x8xf32>, %rows: memref<5xi64>, %scale: memref<f32>, %y: memref<5x8xf32>) {
  %beta = arith.constant 2.0 : f32
  %s = memref.load %scale[] : memref<f32>
  %minus = arith.negf %s : f32
  linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%rows : memref<5xi64>) outs(%y : memref<5x8xf32>) {
  ^bb0(%row: i64, %out: f32):
    %r = arith.index_cast %row : i64 to index
    %j = linalg.index 1 : index
    %v = memref.load %table[%r, %j] : memref<10x8xf32>
    %m = arith.mulf %v, %minus : f32
    %a = arith.addf %m, %beta : f32
    linalg.yield %a : f32
  }
  return
}

// -----

// Several outputs of several types, one of them reduced over; the sum of
// indices of a batch of any size.
// CHECK-LABEL: gpu.func @argmax_0_generic
// CHECK:         %[[R:.*]]:2 = scf.for %{{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (f32, i64)
// CHECK:         memref.store %[[R]]#0
// CHECK:         memref.store %[[R]]#1
func.func @argmax(%x: memref<?x7xf32>, %v: memref<?xf32>, %at: memref<?xi64>) {
  linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x7xf32>) outs(%v, %at : memref<?xf32>, memref<?xi64>) {
  ^bb0(%a: f32, %best: f32, %where: i64):
    %j = linalg.index 1 : index
    %j64 = arith.index_cast %j : index to i64
    %more = arith.cmpf ogt, %a, %best : f32
    %b = arith.select %more, %a, %best : f32
    %w = arith.select %more, %j64, %where : i64
    linalg.yield %b, %w : f32, i64
  }
  return
}

// -----

// A copy between views: offsets and strides that the type leaves open are
// passed, and buffers of one root that is written to may alias.
// CHECK-LABEL: gpu.func @strided_0_copy(
// CHECK-SAME:    memref<f32> {llvm.align = 16 : i64}, %[[OFFSET:[a-z0-9]+]]: index, %{{[a-z0-9]+}}: memref<f32> {llvm.align = 16 : i64})
// CHECK:         memref.reinterpret_cast %{{.*}} to offset: [%[[OFFSET]]], sizes: [4, 4], strides: [16, 2]
// CHECK:         memref.reinterpret_cast %{{.*}} to offset: [8], sizes: [4, 4], strides: [16, 1]
func.func @strided(%x: memref<32x16xf32>, %i: index) {
  %from = memref.subview %x[%i, 1] [4, 4] [1, 2] : memref<32x16xf32> to memref<4x4xf32, strided<[16, 2], offset: ?>>
  %to = memref.subview %x[0, 8] [4, 4] [1, 1] : memref<32x16xf32> to memref<4x4xf32, strided<[16, 1], offset: 8>>
  memref.copy %from, %to : memref<4x4xf32, strided<[16, 2], offset: ?>> to memref<4x4xf32, strided<[16, 1], offset: 8>>
  return
}

// -----

// Two views of the workspace at constant places are distinct.
// CHECK-LABEL: gpu.func @workspace_0_copy(
// CHECK-SAME:    memref<f16> {llvm.align = 16 : i64, llvm.noalias}, %{{[a-z0-9]+}}: memref<f16> {llvm.align = 16 : i64, llvm.noalias})
func.func @workspace(%ws: memref<?xi8>) {
  %c0 = arith.constant 0 : index
  %c256 = arith.constant 256 : index
  %a = memref.view %ws[%c0][] : memref<?xi8> to memref<16x8xf16>
  %b = memref.view %ws[%c256][] : memref<?xi8> to memref<16x8xf16>
  memref.copy %a, %b : memref<16x8xf16> to memref<16x8xf16>
  return
}

// -----

// An output whose index is no single loop: the loops that would meet in one
// element run in the thread, which loads and stores each time.
// CHECK-LABEL: gpu.func @histogram_0_generic
// CHECK:         scf.for
// CHECK:           %[[OLD:.*]] = memref.load %{{.*}} : memref<4x11xi32>
// CHECK:           %[[NEW:.*]] = arith.addi %[[OLD]], %{{.*}} : i32
// CHECK:           memref.store %[[NEW]]
func.func @histogram(%shape: memref<8x4xi32>, %y: memref<4x11xi32>) {
  linalg.generic {
      indexing_maps = [affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j + k)>],
      iterator_types = ["parallel", "reduction", "reduction"]}
      ins(%shape : memref<8x4xi32>) outs(%y : memref<4x11xi32>) {
  ^bb0(%a: i32, %c: i32):
    %n = arith.addi %c, %a : i32
    linalg.yield %n : i32
  }
  return
}
