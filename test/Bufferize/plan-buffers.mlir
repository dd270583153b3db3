// RUN: upweave-opt %s --split-input-file --allow-unregistered-dialect --upweave-plan-buffers --canonicalize --cse | FileCheck %s --enable-var-scope

// Three buffers of which only two are alive at a time: the third takes the
// first one's place.

// CHECK: #[[$SIZE1:.+]] = affine_map<() -> (1024)>
// CHECK-LABEL: func.func @reuse(
// CHECK-SAME: %[[CONSTANTS:[a-z0-9]+]]: memref<?xi8> {upweave.role = "constants"},
// CHECK-SAME: %[[WORKSPACE:[a-z0-9]+]]: memref<?xi8> {upweave.role = "workspace"})
// CHECK-SAME: upweave.workspace_size = #[[$SIZE1]]
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C512:.+]] = arith.constant 512 : index
// CHECK: %[[A:.+]] = memref.view %[[WORKSPACE]][%[[C0]]][] : memref<?xi8> to memref<100xf32>
// CHECK: %[[B:.+]] = memref.view %[[WORKSPACE]][%[[C512]]][] : memref<?xi8> to memref<100xf32>
// CHECK: linalg.exp ins(%{{.+}}) outs(%[[A]] :
// CHECK: linalg.exp ins(%[[A]] : {{.*}}) outs(%[[B]] :
// CHECK: linalg.exp ins(%[[B]] : {{.*}}) outs(%[[A]] :
// CHECK: linalg.exp ins(%[[A]]
func.func @reuse(%x: memref<100xf32>, %y: memref<100xf32>) attributes {upweave.dynamic_dims = []} {
  %a = memref.alloc() : memref<100xf32>
  %b = memref.alloc() : memref<100xf32>
  %c = memref.alloc() : memref<100xf32>
  linalg.exp ins(%x : memref<100xf32>) outs(%a : memref<100xf32>)
  linalg.exp ins(%a : memref<100xf32>) outs(%b : memref<100xf32>)
  linalg.exp ins(%b : memref<100xf32>) outs(%c : memref<100xf32>)
  linalg.exp ins(%c : memref<100xf32>) outs(%y : memref<100xf32>)
  memref.dealloc %a : memref<100xf32>
  return
}

// -----

// A view keeps its buffer alive.

// CHECK: #[[$SIZE2:.+]] = affine_map<() -> (768)>
// CHECK-LABEL: func.func @views(
// CHECK-SAME: upweave.workspace_size = #[[$SIZE2]]
func.func @views(%x: memref<64xf32>, %y: memref<4x16xf32>) attributes {upweave.dynamic_dims = []} {
  %a = memref.alloc() : memref<64xf32>
  linalg.exp ins(%x : memref<64xf32>) outs(%a : memref<64xf32>)
  %v = memref.expand_shape %a [[0, 1]] output_shape [4, 16] : memref<64xf32> into memref<4x16xf32>
  %b = memref.alloc() : memref<64xf32>
  linalg.exp ins(%x : memref<64xf32>) outs(%b : memref<64xf32>)
  %c = memref.alloc() : memref<64xf32>
  linalg.exp ins(%b : memref<64xf32>) outs(%c : memref<64xf32>)
  linalg.exp ins(%v : memref<4x16xf32>) outs(%y : memref<4x16xf32>)
  return
}

// -----

// Sizes follow the batch. What is a multiple of 256 bytes for any batch shares
// one part of the workspace; the rest is rounded up for the batch at hand. The
// sizes of results count as the inputs' where they are known.

// CHECK: #[[$SIZE3:.+]] = affine_map<()[s0] -> (s0 * 768 + ((s0 * 4) ceildiv 256) * 256)>
// CHECK-LABEL: func.func @batch(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x64xf32>
// CHECK-SAME: upweave.workspace_size = #[[$SIZE3]]
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C512:.+]] = arith.constant 512 : index
// CHECK-DAG: %[[C768:.+]] = arith.constant 768 : index
// CHECK: %[[N:.+]] = memref.dim %[[X]], %[[C0]]
// CHECK-DAG: %[[AT:.+]] = arith.muli %[[N]], %[[C512]]
// CHECK-DAG: %[[END:.+]] = arith.muli %[[N]], %[[C768]]
// CHECK: memref.view %{{.+}}[%[[AT]]][%[[N]]] : memref<?xi8> to memref<?x64xf32>
// CHECK: memref.view %{{.+}}[%[[C0]]][%[[N]]] : memref<?xi8> to memref<?x64xf64>
// CHECK: memref.view %{{.+}}[%[[END]]][%[[N]]] : memref<?xi8> to memref<?xf32>
func.func @batch(%x: memref<?x64xf32>, %y: memref<?x64xf32> {upweave.role = "result", upweave.shape = affine_map<()[s0] -> (s0, 64)>})
    attributes {upweave.dynamic_dims = [array<i64: 0, 0>]} {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?x64xf32>
  %m = memref.dim %y, %c0 : memref<?x64xf32>
  %a = memref.alloc(%n) : memref<?x64xf32>
  %b = memref.alloc(%m) : memref<?x64xf64>
  %c = memref.alloc(%n) : memref<?xf32>
  "test.use"(%a, %b, %c, %y) : (memref<?x64xf32>, memref<?x64xf64>, memref<?xf32>, memref<?x64xf32>) -> ()
  return
}

// -----

// Sums and products of dynamic sizes.

// CHECK: #[[$SIZE4:.+]] = affine_map<()[s0, s1] -> (((s1 * (s0 * 4)) ceildiv 256) * 256 + (((s0 + s1) * 8) ceildiv 256) * 256)>
// CHECK-LABEL: func.func @arithmetic(
// CHECK-SAME: upweave.workspace_size = #[[$SIZE4]]
func.func @arithmetic(%x: memref<?x?xf32>, %y: memref<4xf32>) attributes {upweave.dynamic_dims = [array<i64: 0, 0>, array<i64: 0, 1>]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?x?xf32>
  %m = memref.dim %x, %c1 : memref<?x?xf32>
  %s = arith.addi %n, %m : index
  %a = memref.alloc(%m, %n) : memref<?x?xf32>
  %b = memref.alloc(%s) : memref<?xi64>
  "test.use"(%a, %b) : (memref<?x?xf32>, memref<?xi64>) -> ()
  return
}

// -----

// Equal constants are kept once, and functions share them.

// CHECK: module attributes {upweave.constants = [
// CHECK-SAME: {offset = 0 : i64, value = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>},
// CHECK-SAME: {offset = 256 : i64, value = dense<0.000000e+00> : tensor<80xf32>},
// CHECK-SAME: {offset = 768 : i64, value = dense_resource<w> : tensor<2xi32>}]}
// CHECK-NOT: memref.global
// CHECK-LABEL: func.func @constants(
// CHECK-SAME: %[[CONSTANTS:[a-z0-9]+]]: memref<?xi8> {upweave.role = "constants"}
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C256:.+]] = arith.constant 256 : index
// CHECK-DAG: %[[C768:.+]] = arith.constant 768 : index
// CHECK-DAG: %[[A:.+]] = memref.view %[[CONSTANTS]][%[[C0]]][] : memref<?xi8> to memref<2xf32>
// CHECK-DAG: %[[Z:.+]] = memref.view %[[CONSTANTS]][%[[C256]]][] : memref<?xi8> to memref<80xf32>
// CHECK-DAG: %[[W:.+]] = memref.view %[[CONSTANTS]][%[[C768]]][] : memref<?xi8> to memref<2xi32>
// CHECK: "test.use"(%[[A]], %[[A]], %[[Z]], %[[W]], %[[W]])
memref.global "private" constant @a : memref<2xf32> = dense<[1.0, 2.0]>
memref.global "private" constant @b : memref<2xf32> = dense<[1.0, 2.0]>
memref.global "private" constant @z : memref<80xf32> = dense<0.0>
memref.global "private" constant @w : memref<2xi32> = dense_resource<w>
memref.global "private" constant @v : memref<2xi32> = dense_resource<v>
func.func @constants(%x: memref<4xf32>) attributes {upweave.dynamic_dims = []} {
  %a = memref.get_global @a : memref<2xf32>
  %b = memref.get_global @b : memref<2xf32>
  %z = memref.get_global @z : memref<80xf32>
  %w = memref.get_global @w : memref<2xi32>
  %v = memref.get_global @v : memref<2xi32>
  "test.use"(%a, %b, %z, %w, %v) : (memref<2xf32>, memref<2xf32>, memref<80xf32>, memref<2xi32>, memref<2xi32>) -> ()
  return
}
// CHECK-LABEL: func.func @shares(
// CHECK: %[[C256:.+]] = arith.constant 256 : index
// CHECK: memref.view %{{.+}}[%[[C256]]][] : memref<?xi8> to memref<80xf32>
func.func @shares(%x: memref<4xf32>) attributes {upweave.dynamic_dims = []} {
  %z = memref.get_global @z : memref<80xf32>
  "test.use"(%z) : (memref<80xf32>) -> ()
  return
}
{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000100000002000000",
      v: "0x040000000100000002000000"
    }
  }
#-}

// -----

// Sizes of views of arguments follow from the arguments' too: nine frames a
// batch are one dim, and two again.

// CHECK-DAG: #[[$FRAMES:.+]] = affine_map<()[s0] -> ({{.*}}s0 * 36{{.*}})>
// CHECK-LABEL: func.func @view_sizes(
// CHECK-SAME: upweave.workspace_size = #[[$FRAMES]]
func.func @view_sizes(%x: memref<?x9x1xf32>, %y: memref<?x9x1xf32>)
    attributes {upweave.dynamic_dims = [array<i64: 0, 0>]} {
  %c0 = arith.constant 0 : index
  %c9 = arith.constant 9 : index
  %v = memref.collapse_shape %x [[0, 1], [2]] : memref<?x9x1xf32> into memref<?x1xf32>
  %n = memref.dim %v, %c0 : memref<?x1xf32>
  %a = memref.alloc(%n) : memref<?x1xf32>
  linalg.exp ins(%v : memref<?x1xf32>) outs(%a : memref<?x1xf32>)
  %b = arith.divsi %n, %c9 : index
  %e = memref.expand_shape %a [[0, 1], [2]] output_shape [%b, 9, 1] : memref<?x1xf32> into memref<?x9x1xf32>
  linalg.exp ins(%e : memref<?x9x1xf32>) outs(%y : memref<?x9x1xf32>)
  return
}

// -----

// What is prepared has a buffer of its own, which nothing shares.

// CHECK-LABEL: func.func @prepared(
// CHECK-SAME: %[[WORKSPACE:[a-z0-9]+]]: memref<?xi8> {upweave.role = "workspace"}, %[[PREPARED:[a-z0-9]+]]: memref<?xi8> {upweave.role = "prepared"})
// CHECK-SAME: upweave.prepared_size = 1024 : i64
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C512:.+]] = arith.constant 512 : index
// CHECK: %[[A:.+]] = memref.view %[[PREPARED]][%[[C0]]][] : memref<?xi8> to memref<100xf32>
// CHECK: %[[B:.+]] = memref.view %[[WORKSPACE]][%[[C0]]][] : memref<?xi8> to memref<100xf32>
// CHECK: %[[C:.+]] = memref.view %[[PREPARED]][%[[C512]]][] : memref<?xi8> to memref<100xf32>
// CHECK: linalg.exp ins(%{{.+}}) outs(%[[A]] :
// CHECK: linalg.exp ins(%[[A]] : {{.*}}) outs(%[[B]] :
// CHECK: linalg.exp ins(%{{.+}}) outs(%[[C]] :
func.func @prepared(%x: memref<100xf32>, %y: memref<100xf32>) attributes {upweave.dynamic_dims = []} {
  %a = memref.alloc() {upweave.prepared} : memref<100xf32>
  %b = memref.alloc() : memref<100xf32>
  %c = memref.alloc() {upweave.prepared} : memref<100xf32>
  linalg.exp ins(%x : memref<100xf32>) outs(%a : memref<100xf32>)
  linalg.exp ins(%a : memref<100xf32>) outs(%b : memref<100xf32>)
  linalg.exp ins(%x : memref<100xf32>) outs(%c : memref<100xf32>)
  linalg.add ins(%b, %c : memref<100xf32>, memref<100xf32>) outs(%y : memref<100xf32>)
  memref.dealloc %a : memref<100xf32>
  return
}

// -----

// The size of a buffer is asked of a view of another one, which is placed first.

// CHECK-LABEL: func.func @size_of_view(
// CHECK: %[[N:.+]] = memref.dim %{{.+}}, %{{.+}} : memref<?x4xf32>
// CHECK: memref.view %{{.+}}[%{{.+}}][%[[N]]] : memref<?xi8> to memref<?x4x2xf32>
// CHECK: memref.view %{{.+}}[%{{.+}}][%[[N]]] : memref<?xi8> to memref<?x8xf32>
func.func @size_of_view(%x: memref<?x4xf32>) attributes {upweave.dynamic_dims = [array<i64: 0, 0>]} {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?x4xf32>
  %a = memref.alloc(%n) : memref<?x4x2xf32>
  "test.use"(%a) : (memref<?x4x2xf32>) -> ()
  %v = memref.collapse_shape %a [[0], [1, 2]] : memref<?x4x2xf32> into memref<?x8xf32>
  %m = memref.dim %v, %c0 : memref<?x8xf32>
  %b = memref.alloc(%m) : memref<?x8xf32>
  "test.use"(%b) : (memref<?x8xf32>) -> ()
  return
}
