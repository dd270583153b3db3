// A product that is only added to something may go unrounded where that is
// asked for; one that is used twice, and all of them otherwise, are kept.
// RUN: upweave-opt %s --upweave-attach-target --upweave-select-schedule --upweave-lower-to-gpu=contract | FileCheck %s
// RUN: upweave-opt %s --upweave-attach-target --upweave-select-schedule --upweave-lower-to-gpu | FileCheck %s --check-prefix=KEPT

// CHECK-LABEL: gpu.func @affine
//       CHECK:   arith.mulf %{{.*}}, %[[B:.*]] fastmath<contract> : f32
//       CHECK:   arith.addf %{{.*}} fastmath<contract> : f32
//       CHECK:   %[[TWICE:.*]] = arith.mulf %{{[^ ]*}}, %{{[^ ]*}} : f32
//       CHECK:   arith.addf %[[TWICE]], %{{[^ ]*}} : f32
//   KEPT-NOT:   contract
func.func @affine(%x: memref<64x4xf32>, %b: memref<4xf32>, %y: memref<64x4xf32>) {
  upweave.block domain [64, 4] stored(%x : memref<64x4xf32>)
    params(%b[d1] : memref<4xf32>) outs(%y : memref<64x4xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 1, vector = 1, registers = 1>} {
  ^bb0(%v: f32, %w: f32):
    %p = arith.mulf %v, %w : f32
    %s = arith.addf %p, %w : f32
    %q = arith.mulf %s, %w : f32
    %t = arith.addf %q, %v : f32
    %u = arith.divf %t, %q : f32
    upweave.yield %u : f32
  }
  return
}
