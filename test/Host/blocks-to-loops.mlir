// RUN: upweave-opt %s --split-input-file --upweave-blocks-to-loops --canonicalize --cse | FileCheck %s

// A collective is one loop over the row; what is uniform is computed once; the
// last loop stores.

// CHECK-LABEL: func.func @softmax_sum(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x64xf32>, %[[S:[a-z0-9]+]]: memref<?xf32>, %[[Y:[a-z0-9]+]]: memref<?x64xf32>
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C64:.+]] = arith.constant 64 : index
// CHECK: %[[N:.+]] = memref.dim %[[Y]], %[[C0]]
// CHECK: scf.parallel (%[[I:.+]]) = (%[[C0]]) to (%[[N]])
// CHECK: %[[SUM:.+]] = scf.for %[[J:.+]] = %[[C0]] to %[[C64]] {{.*}} iter_args(%[[ACC:.+]] = %{{.+}}) -> (f32)
// CHECK:   %[[V:.+]] = memref.load %[[X]][%[[I]], %[[J]]]
// CHECK:   %[[E:.+]] = math.exp %[[V]]
// CHECK:   %[[NEXT:.+]] = arith.addf %[[ACC]], %[[E]] fastmath<reassoc>
// CHECK:   scf.yield %[[NEXT]]
// CHECK: %[[SCALE:.+]] = memref.load %[[S]][%[[I]]]
// CHECK: %[[U:.+]] = arith.divf %[[SCALE]], %[[SUM]]
// CHECK: scf.for %[[K:.+]] = %[[C0]] to %[[C64]]
// CHECK-NOT: divf
// CHECK:   %[[R:.+]] = arith.mulf %{{.+}}, %[[U]]
// CHECK:   memref.store %[[R]], %[[Y]][%[[I]], %[[K]]]
func.func @softmax_sum(%x: memref<?x64xf32>, %s: memref<?xf32>, %y: memref<?x64xf32>) {
  upweave.block domain [?, 64] rows [1] stored(%x : memref<?x64xf32>)
      params(%s[d0] : memref<?xf32>) outs(%y : memref<?x64xf32>) {
    ^bb0(%v: f32, %scale: f32):
      %e = math.exp %v : f32
      %sum = upweave.row_reduce <add> %e : f32
      %u = arith.divf %scale, %sum : f32
      %r = arith.mulf %e, %u : f32
      upweave.yield %r : f32
  }
  return
}

// -----

// Rows over channels: neighbouring rows are computed together, in strips along
// the contiguous dimension, so that memory is read line by line. 40 are two
// strips of 20.

// CHECK-LABEL: func.func @strip(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<2x6x40xf32>, %[[Y:[a-z0-9]+]]: memref<2x6x40xf32>
// CHECK: %[[Q:.+]] = memref.alloca() {alignment = 64 : i64} : memref<20xf32>
// CHECK: %[[SUM:.+]] = memref.alloca() {alignment = 64 : i64} : memref<20xf32>
// CHECK: scf.parallel (%[[N:.+]], %[[STRIP:.+]]) = (%c0, %c0) to (%c2, %c2)
// CHECK: %[[BEGIN:.+]] = arith.muli %[[STRIP]], %c20
// CHECK: scf.for %[[A:.+]] = %c0 to %c20
// CHECK:   memref.store %{{.+}}, %[[SUM]][%[[A]]]
// CHECK: scf.for %[[C:.+]] = %c0 to %c6
// CHECK:   scf.for %[[B:.+]] = %c0 to %c20
// CHECK:     %[[AT:.+]] = arith.addi %[[BEGIN]], %[[B]]
// CHECK:     %[[OLD:.+]] = memref.load %[[SUM]][%[[B]]]
// CHECK:     %[[V:.+]] = memref.load %[[X]][%[[N]], %[[C]], %[[AT]]]
// CHECK:     %[[NEW:.+]] = arith.addf %[[OLD]], %[[V]]
// CHECK:     memref.store %[[NEW]], %[[SUM]][%[[B]]]
// CHECK: scf.for %[[D:.+]] = %c0 to %c20
// CHECK:   %[[S:.+]] = memref.load %[[SUM]][%[[D]]]
// CHECK:   %[[R:.+]] = arith.divf %{{.+}}, %[[S]]
// CHECK:   memref.store %[[R]], %[[Q]][%[[D]]]
// CHECK: scf.for %[[E:.+]] = %c0 to %c6
// CHECK:   scf.for %[[F:.+]] = %c0 to %c20
// CHECK:     memref.load %[[Q]][%[[F]]]
// CHECK-NOT: divf
// CHECK:     memref.store %{{.+}}, %[[Y]][%[[N]], %[[E]], %{{.+}}]
func.func @strip(%x: memref<2x6x40xf32>, %y: memref<2x6x40xf32>) {
  %one = arith.constant 1.0 : f32
  upweave.block domain [2, 6, 40] rows [1] stored(%x : memref<2x6x40xf32>)
      params(%one : f32) outs(%y : memref<2x6x40xf32>) {
    ^bb0(%v: f32, %unit: f32):
      %sum = upweave.row_reduce <add> %v : f32
      %q = arith.divf %unit, %sum : f32
      %r = arith.mulf %v, %q : f32
      upweave.yield %r : f32
  }
  return
}

// -----

// A convolution's line is computed in vectors to temporary rows, one for each
// phase, and delivered to the tile; the input's lines and their weights are
// packed first. The tap's phase and offset follow from its position; nothing is
// multiplied by a stuffed zero.

// CHECK-LABEL: func.func @conv(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<2x3x8xf32>, %[[W:[a-z0-9]+]]: memref<3x4x4xf32>, %[[Y:[a-z0-9]+]]: memref<2x4x16xf32>
// CHECK: %[[WEIGHTS:.+]] = memref.alloca() {{.*}} : memref<3x4xf32>
// CHECK: %[[LINES:.+]] = memref.alloca() {{.*}} : memref<3x8xf32>
// CHECK: %[[ROWS:.+]] = memref.alloca() {{.*}} : memref<2x10xf32>
// CHECK: %[[TILE:.+]] = memref.alloca() {{.*}} : memref<16xf32>
// CHECK: scf.parallel (%[[N:.+]], %[[CO:.+]]) =
// CHECK: memref.load %[[X]]
// CHECK: memref.store %{{.+}}, %[[LINES]]
// CHECK: memref.load %[[W]]
// CHECK: memref.store %{{.+}}, %[[WEIGHTS]]
// CHECK: scf.for %[[K:.+]] = %{{.+}} to %c4
// CHECK:   %[[PHASE:.+]] = arith.remui %{{.+}}, %c2
// CHECK:   %[[START:.+]] = arith.divui %{{.+}}, %c2
// CHECK:   %[[OLD:.+]] = vector.load %[[ROWS]][%[[PHASE]], %[[START]]] : memref<2x10xf32>, vector<8xf32>
// CHECK:   %[[NEW:.+]] = scf.for %[[CI:.+]] = %{{.+}} to %c3 {{.*}} iter_args(%[[SUM:.+]] = %[[OLD]])
// CHECK:     memref.load %[[WEIGHTS]][%[[CI]], %[[K]]]
// CHECK:     vector.load %[[LINES]][%[[CI]], %c0] : memref<3x8xf32>, vector<8xf32>
// CHECK:     arith.addf %{{.+}}, %[[SUM]] fastmath<contract> : vector<8xf32>
// CHECK:   vector.store %[[NEW]], %[[ROWS]][%[[PHASE]], %[[START]]]
// CHECK: memref.store %{{.+}}, %[[TILE]]
// CHECK: memref.load %[[TILE]]
// CHECK: memref.store %{{.+}}, %[[Y]]
func.func @conv(%x: memref<2x3x8xf32>, %w: memref<3x4x4xf32>, %y: memref<2x4x16xf32>) {
  upweave.block domain [2, 4, 16]
      conv_transpose(%x, %w : memref<2x3x8xf32>, memref<3x4x4xf32>)
        #upweave.conv_transpose<strides = [2], padding = [1]>
      outs(%y : memref<2x4x16xf32>) {
    ^bb0(%acc: f32):
      upweave.yield %acc : f32
  }
  return
}

// -----

// A large row is kept in the workspace, behind what was planned: each thread of
// the team has one.

// CHECK: #[[$SIZE:.+]] = affine_map<()[s0] -> (s0 * 256)>
// CHECK-LABEL: func.func @large_row(
// CHECK-SAME: %[[WS:[a-z0-9]+]]: memref<?xi8> {upweave.role = "workspace"}
// CHECK-SAME: %[[TEAM:[a-z0-9]+]]: !llvm.ptr {upweave.role = "team"}
// CHECK-SAME: upweave.thread_scratch = 320000 : i64
// CHECK-SAME: upweave.workspace_size = #[[$SIZE]]
// CHECK-DAG: %[[PLANNED:.+]] = arith.muli %{{.+}}, %c256
// CHECK-DAG: %[[NUMBER:.+]] = llvm.load %[[TEAM]] : !llvm.ptr -> i64
// CHECK-DAG: %[[THREAD:.+]] = arith.index_cast %[[NUMBER]]
// CHECK: %[[BEFORE:.+]] = arith.muli %[[THREAD]], %c320000
// CHECK: %[[BASE:.+]] = arith.addi %[[PLANNED]], %[[BEFORE]]
// CHECK-DAG: memref.view %[[WS]][%{{.+}}][] : memref<?xi8> to memref<1x40000xf32>
// CHECK-DAG: memref.view %[[WS]][%[[BASE]]][] : memref<?xi8> to memref<40000xf32>
func.func @large_row(%x: memref<?x3x40000xf32>, %w: memref<3x4x1xf32>, %y: memref<?x4x40000xf32>, %ws: memref<?xi8> {upweave.role = "workspace"})
    attributes {upweave.dynamic_dims = [array<i64: 0, 0>], upweave.workspace_size = affine_map<()[s0] -> (s0 * 256)>} {
  upweave.block domain [?, 4, 40000] rows [2]
      conv_transpose(%x, %w : memref<?x3x40000xf32>, memref<3x4x1xf32>)
        #upweave.conv_transpose<strides = [1]>
      outs(%y : memref<?x4x40000xf32>) {
    ^bb0(%acc: f32):
      %n = upweave.layer_norm %acc {eps = 1.0e-05 : f64} : f32
      upweave.yield %n : f32
  }
  return
}

// -----

// A strided copy needs no runtime library.

// CHECK-LABEL: func.func @copy(
// CHECK-NOT: memref.copy
// CHECK: linalg.generic
func.func @copy(%x: memref<4xf32>, %y: memref<4xf32, strided<[2]>>) {
  memref.copy %x, %y : memref<4xf32> to memref<4xf32, strided<[2]>>
  return
}
