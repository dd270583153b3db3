// RUN: upweave-opt %s --split-input-file --upweave-share-loops --canonicalize --cse | FileCheck %s
// RUN: upweave-opt %s --split-input-file --upweave-share-loops=min-work=1 --canonicalize --cse | FileCheck %s --check-prefix=ALL

// The running thread's part is contiguous over the outer dims; the inner one
// keeps its bounds. The second loop waits for the first.

// CHECK-LABEL: func.func @divided(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<4096x8xf32>, %[[TEAM:[a-z0-9]+]]: !llvm.ptr {upweave.role = "team"})
// CHECK-SAME: upweave.thread_scratch = 0 : i64
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.+]] = arith.constant 1 : index
// CHECK-DAG: %[[C8:.+]] = arith.constant 8 : index
// CHECK-DAG: %[[C4096:.+]] = arith.constant 4096 : index
// CHECK-DAG: %[[T64:.+]] = llvm.load %[[TEAM]] : !llvm.ptr -> i64
// CHECK-DAG: %[[T:.+]] = arith.index_cast %[[T64]] : i64 to index
// CHECK-DAG: %[[AT:.+]] = llvm.getelementptr %[[TEAM]][1]
// CHECK-DAG: %[[N64:.+]] = llvm.load %[[AT]] : !llvm.ptr -> i64
// CHECK-DAG: %[[N:.+]] = arith.index_cast %[[N64]] : i64 to index
// CHECK-DAG: %[[NEXT:.+]] = arith.addi %[[T]], %[[C1]]
// CHECK-DAG: %[[LOW:.+]] = arith.muli %[[T]], %[[C4096]]
// CHECK-DAG: %[[LOW_Q:.+]] = arith.divui %[[LOW]], %[[N]]
// CHECK-DAG: %[[BEGIN:.+]] = arith.minui %[[LOW_Q]], %[[C4096]]
// CHECK-DAG: %[[HIGH:.+]] = arith.muli %[[NEXT]], %[[C4096]]
// CHECK-DAG: %[[HIGH_Q:.+]] = arith.divui %[[HIGH]], %[[N]]
// CHECK-DAG: %[[END:.+]] = arith.minui %[[HIGH_Q]], %[[C4096]]
// CHECK: scf.for %[[I:.+]] = %[[BEGIN]] to %[[END]] step %[[C1]] {
// CHECK:   scf.for %[[J:.+]] = %[[C0]] to %[[C8]] step %[[C1]] {
// CHECK:     memref.store %{{.+}}, %[[X]][%[[I]], %[[J]]]
// CHECK: %[[FN:.+]] = llvm.load %{{.+}} : !llvm.ptr -> !llvm.ptr
// CHECK: %[[CONTEXT:.+]] = llvm.load %{{.+}} : !llvm.ptr -> !llvm.ptr
// CHECK: llvm.call %[[FN]](%[[CONTEXT]]) : !llvm.ptr, (!llvm.ptr) -> ()
// CHECK: scf.for
// CHECK-NOT: llvm.call
// CHECK: return
func.func @divided(%x: memref<4096x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %n = arith.constant 4096 : index
  %one = arith.constant 1.0 : f32
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %c8) step (%c1, %c1) {
    memref.store %one, %x[%i, %j] : memref<4096x8xf32>
  }
  linalg.fill ins(%one : f32) outs(%x : memref<4096x8xf32>)
  return
}

// -----

// Several outer dims are one range: the last of them is cut at both ends, the
// others are found by division once for each of its lines. A batch of unknown
// size is divided if there is enough to do.

// CHECK-LABEL: func.func @collapsed(
// CHECK: %[[TOTAL:.+]] = arith.muli %{{.+}}, %{{.+}} : index
// CHECK: %[[FEW:.+]] = arith.cmpi ult, %{{.+}}, %c16384
// CHECK: %[[SHARERS:.+]] = arith.select %[[FEW]], %c1, %{{.+}}
// CHECK: %[[Q:.+]] = arith.divui %{{.+}}, %[[SHARERS]]
// CHECK: %[[BEGIN:.+]] = arith.minui %[[Q]]
// CHECK: %[[END:.+]] = arith.minui
// CHECK: %[[FIRST:.+]] = arith.divui %[[BEGIN]], %c40
// CHECK: %[[LAST:.+]] = arith.ceildivui %[[END]], %c40
// CHECK: scf.for %[[LINE:.+]] = %[[FIRST]] to %[[LAST]]
// CHECK:   %[[BASE:.+]] = arith.muli %[[LINE]], %c40
// CHECK:   %[[LOW:.+]] = arith.subi %[[BEGIN]], %[[BASE]]
// CHECK:   %[[FROM:.+]] = arith.maxsi %[[LOW]], %c0
// CHECK:   %[[HIGH:.+]] = arith.subi %[[END]], %[[BASE]]
// CHECK:   %[[TO:.+]] = arith.minsi %[[HIGH]], %c40
// CHECK:   %[[J:.+]] = arith.remui %[[LINE]], %c30
// CHECK:   %[[I:.+]] = arith.divui %[[LINE]], %c30
// CHECK:   scf.for %[[K:.+]] = %[[FROM]] to %[[TO]]
// CHECK:     scf.for %[[L:.+]] = %c0 to %c4
// CHECK:       memref.store %{{.+}}, %{{.+}}[%[[I]], %[[J]], %[[K]], %[[L]]]
func.func @collapsed(%x: memref<?x30x40x4xf32>) {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%x : memref<?x30x40x4xf32>)
  return
}

// -----

// Little work and what is not parallel are the first thread's, without a
// barrier between them; who only reads waits for them.

// CHECK-LABEL: func.func @first_thread(
// CHECK: %[[IS_FIRST:.+]] = arith.cmpi eq, %{{.+}}, %c0
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK:   scf.parallel
// CHECK-NOT: llvm.call
// CHECK:   scf.for
// CHECK: }
// CHECK: llvm.call
// CHECK: %[[S:.+]] = memref.load
// CHECK: llvm.call
// CHECK: scf.for
// CHECK:   memref.store %[[S]]
// ALL-LABEL: func.func @first_thread(
// ALL-NOT: scf.parallel
// ALL: scf.for
// ALL: llvm.call
// ALL: scf.if
// ALL: return
func.func @first_thread(%x: memref<64x64xf32>, %s: memref<f32>, %y: memref<40000xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%x : memref<64x64xf32>)
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>],
      iterator_types = ["reduction", "reduction"]} ins(%x : memref<64x64xf32>) outs(%s : memref<f32>) {
    ^bb0(%a: f32, %b: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
  }
  %v = memref.load %s[] : memref<f32>
  linalg.fill ins(%v : f32) outs(%y : memref<40000xf32>)
  return
}

// -----

// Iterations that write one element twice are not divided, and where there is
// nothing to divide there is no team.

// CHECK-LABEL: func.func @same_element(
// CHECK-SAME: %{{[a-z0-9]+}}: memref<100x1000xf32>, %{{[a-z0-9]+}}: memref<1000xf32>) {
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @same_element(%x: memref<100x1000xf32>, %y: memref<1000xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
      iterator_types = ["parallel", "parallel"]} ins(%x : memref<100x1000xf32>) outs(%y : memref<1000xf32>) {
    ^bb0(%a: f32, %b: f32):
      linalg.yield %a : f32
  }
  return
}

// -----

// A loop on one thread that gives a value leaves all after it to that thread.

// CHECK-LABEL: func.func @value(
// CHECK: llvm.call
// CHECK: scf.if
// CHECK:   %[[R:.+]] = scf.for
// CHECK:   scf.parallel
// CHECK:     memref.store %[[R]]
// CHECK-NOT: llvm.call
// CHECK: return
func.func @value(%x: memref<40000xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 40000 : index
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%x : memref<40000xf32>)
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero) -> f32 {
    %v = memref.load %x[%i] : memref<40000xf32>
    memref.store %a, %x[%i] : memref<40000xf32>
    %s = arith.addf %v, %a : f32
    scf.yield %s : f32
  }
  linalg.fill ins(%r : f32) outs(%x : memref<40000xf32>)
  return
}
