// GELU (erf): a polynomial of degree 8, of degree 5 if all that is made of it is
// rounded to 16 bits, and a factor that becomes a part of it.
// RUN: upweave-opt %s --split-input-file --upweave-attach-target --upweave-select-schedule --upweave-lower-to-gpu=contract | FileCheck %s
// RUN: upweave-opt %s --split-input-file --upweave-attach-target --upweave-select-schedule --upweave-lower-to-gpu | FileCheck %s --check-prefix=KEPT

// CHECK-LABEL: gpu.func @wide_0_rows
// CHECK-COUNT-8: math.fma
//   CHECK-NOT:   math.fma
//       CHECK:   ex2.approx
func.func @wide(%x: memref<64x4xf32>, %y: memref<64x4xf32>) {
  upweave.block domain [64, 4] stored(%x : memref<64x4xf32>) outs(%y : memref<64x4xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 1, vector = 1, registers = 1>} {
  ^bb0(%v: f32):
    %o = upweave.gelu <erf> %v : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// A type of 16 bits, and a result that is rounded to one.
// CHECK-LABEL: gpu.func @narrow_0_rows
// CHECK-COUNT-5: math.fma
//   CHECK-NOT:   math.fma
//       CHECK:   ex2.approx
// CHECK-COUNT-5: math.fma
//   CHECK-NOT:   math.fma
//       CHECK:   ex2.approx
//   CHECK-NOT:   math.fma
func.func @narrow(%x: memref<64x4xf16>, %y: memref<64x4xf16>, %z: memref<64x4xbf16>) {
  upweave.block domain [64, 4] stored(%x : memref<64x4xf16>) outs(%y, %z : memref<64x4xf16>, memref<64x4xbf16>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 1, vector = 1, registers = 1>} {
  ^bb0(%v: f16):
    %o = upweave.gelu <erf> %v : f16
    %w = arith.extf %v : f16 to f32
    %g = upweave.gelu <erf> %w : f32
    %c = arith.constant 5.0 : f32
    %p = arith.mulf %g, %c : f32
    %t = arith.truncf %p : f32 to bf16
    upweave.yield %o, %t : f16, bf16
  }
  return
}

// -----

// Of two uses one is not rounded.
// CHECK-LABEL: gpu.func @both_0_rows
// CHECK-COUNT-8: math.fma
//       CHECK:   ex2.approx
func.func @both(%x: memref<64x4xf32>, %y: memref<64x4xf32>, %z: memref<64x4xbf16>) {
  upweave.block domain [64, 4] stored(%x : memref<64x4xf32>) outs(%y, %z : memref<64x4xf32>, memref<64x4xbf16>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 1, vector = 1, registers = 1>} {
  ^bb0(%v: f32):
    %g = upweave.gelu <erf> %v : f32
    %t = arith.truncf %g : f32 to bf16
    %s = arith.addf %g, %v : f32
    upweave.yield %s, %t : f32, bf16
  }
  return
}

// -----

// 2^p takes the factor in: c0 + log2 0.5 is about -2, and 0.5 - 2^p follows.
// CHECK-LABEL: gpu.func @scaled_0_rows
//       CHECK:   %[[HALF:.*]] = arith.constant 5.000000e-01 : f32
//       CHECK:   %[[C0:.*]] = arith.constant -2.000000e+00 : f32
//  CHECK-NEXT:   {{.*}}math.fma %{{.*}}, %{{.*}}, %[[C0]]
//  CHECK-NEXT:   {{.*}}ex2.approx
//  CHECK-NEXT:   {{.*}}arith.subf %[[HALF]]
//       CHECK:   arith.mulf
//   CHECK-NOT:   arith.mulf
//       CHECK:   gpu.return
//  KEPT-LABEL: gpu.func @scaled_0_rows
//        KEPT:   ex2.approx
//        KEPT:   arith.mulf
//        KEPT:   arith.mulf
//        KEPT:   gpu.return
func.func @scaled(%x: memref<64x4xf32>, %y: memref<64x4xf32>) {
  upweave.block domain [64, 4] stored(%x : memref<64x4xf32>) outs(%y : memref<64x4xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 1, vector = 1, registers = 1>} {
  ^bb0(%v: f32):
    %c = arith.constant 0.5 : f32
    %g = upweave.gelu <erf> %v : f32
    %o = arith.mulf %g, %c : f32
    upweave.yield %o : f32
  }
  return
}

// -----

// Not factors that 2^p loses bits to, no variable ones, and no negative ones.
// CHECK-LABEL: gpu.func @factors_0_rows
//       CHECK:   ex2.approx
// CHECK-COUNT-4: arith.mulf
//   CHECK-NOT:   arith.mulf
//       CHECK:   gpu.return
func.func @factors(%x: memref<64x4xf32>, %y: memref<64x4xf32>) {
  upweave.block domain [64, 4] stored(%x : memref<64x4xf32>) outs(%y : memref<64x4xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 1, vector = 1, registers = 1>} {
  ^bb0(%v: f32):
    %c = arith.constant 2.5 : f32
    %d = arith.constant -1.0 : f32
    %g = upweave.gelu <erf> %v : f32
    %o = arith.mulf %g, %c : f32
    %p = arith.mulf %o, %v : f32
    %q = arith.mulf %p, %d : f32
    upweave.yield %q : f32
  }
  return
}
