// A division by a constant is a multiplication and a correction of the rest; by
// a power of two the multiplication alone. Others stay divisions.
// RUN: upweave-opt %s --split-input-file --upweave-attach-target --upweave-select-schedule --upweave-lower-to-gpu | FileCheck %s

// CHECK-LABEL: gpu.func @sixth_0_rows
//   CHECK-NOT:   arith.divf
//       CHECK:   %[[R:.*]] = arith.constant 0.166666672 : f32
//       CHECK:   %[[Q:.*]] = arith.mulf %[[X:.*]], %[[R]] : f32
//       CHECK:   %[[REST:.*]] = math.fma %[[Q]], %{{.*}}, %[[X]] : f32
//       CHECK:   %[[Y:.*]] = math.fma %[[REST]], %[[R]], %[[Q]] : f32
//       CHECK:   arith.select %{{.*}}, %[[Y]], %[[Q]] : f32
func.func @sixth(%x: memref<4x8xf32>, %y: memref<4x8xf32>) {
  upweave.block domain [4, 8] stored(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) {
  ^bb0(%v: f32):
    %c = arith.constant 6.0 : f32
    %q = arith.divf %v, %c : f32
    upweave.yield %q : f32
  }
  return
}

// -----

// CHECK-LABEL: gpu.func @quarter_0_rows
//   CHECK-NOT:   math.fma
//       CHECK:   %[[R:.*]] = arith.constant 2.500000e-01 : f32
//       CHECK:   arith.mulf %{{.*}}, %[[R]] : f32
//   CHECK-NOT:   math.fma
//       CHECK:   gpu.return
func.func @quarter(%x: memref<4x8xf32>, %y: memref<4x8xf32>) {
  upweave.block domain [4, 8] stored(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) {
  ^bb0(%v: f32):
    %c = arith.constant 4.0 : f32
    %q = arith.divf %v, %c : f32
    upweave.yield %q : f32
  }
  return
}

// -----

// CHECK-LABEL: gpu.func @others_0_rows
//       CHECK:   arith.divf
//       CHECK:   arith.divf
func.func @others(%x: memref<4x1xf32>, %y: memref<4x1xf32>) {
  upweave.block domain [4, 1] stored(%x : memref<4x1xf32>) outs(%y : memref<4x1xf32>) {
  ^bb0(%v: f32):
    %c = arith.constant 1.0e-30 : f32
    %q = arith.divf %v, %c : f32
    %o = arith.divf %c, %q : f32
    upweave.yield %o : f32
  }
  return
}
