// The direct convolution visits the taps of an output's phase only, channels
// innermost, with f32 sums.
// RUN: upweave-opt %s --split-input-file --upweave-lower-to-gpu | FileCheck %s

// K = 4, S = 2: each output has two taps, k0 = phase and k0 + 2.
// CHECK-LABEL: gpu.func @strided_0_direct
//       CHECK:   %[[PHASE:.*]] = arith.remui %{{.*}} : index
//       CHECK:   arith.divsi
//       CHECK:   %[[TWO:.*]] = arith.constant 2 : index
//       CHECK:   scf.for %[[TAP:.*]] = %{{.*}} to %[[TWO]]
//       CHECK:     arith.cmpi ult
//       CHECK:     scf.if
//       CHECK:       %[[C:.*]] = arith.constant 3 : index
//       CHECK:       scf.for %{{.*}} = %{{.*}} to %[[C]]
//       CHECK:         math.fma %{{.*}} : f32
//       CHECK:   memref.store
func.func @strided(%x: memref<2x3x16xf32>, %w: memref<3x4x4xf32>, %y: memref<2x4x32xf32>) {
  upweave.block domain [2, 4, 32]
    conv_transpose(%x, %w : memref<2x3x16xf32>, memref<3x4x4xf32>)
      #upweave.conv_transpose<strides = [2], padding = [1]>
    outs(%y : memref<2x4x32xf32>) attributes {schedule = #upweave.direct} {
  ^bb0(%v: f32):
    upweave.yield %v : f32
  }
  return
}

// -----

// Groups divide the channels; 16-bit operands are multiplied in f32; the
// region is applied to the sum.
// CHECK-LABEL: gpu.func @grouped_0_direct
//       CHECK:   arith.divui
//       CHECK:   scf.for
//       CHECK:     %[[X:.*]] = arith.extf %{{.*}} : f16 to f32
//       CHECK:     %[[W:.*]] = arith.extf %{{.*}} : f16 to f32
//       CHECK:     math.fma %[[X]], %[[W]], %{{.*}} : f32
//       CHECK:   %[[V:.*]] = arith.addf
//       CHECK:   %[[R:.*]] = arith.truncf %[[V]] : f32 to f16
//       CHECK:   memref.store %[[R]]
func.func @grouped(%x: memref<?x8x9xf16>, %w: memref<8x3x5xf16>, %b: memref<6xf32>,
                   %y: memref<?x6x13xf16>) {
  upweave.block domain [?, 6, 13]
    conv_transpose(%x, %w : memref<?x8x9xf16>, memref<8x3x5xf16>)
      #upweave.conv_transpose<strides = [1], groups = 2>
    params(%b[d1] : memref<6xf32>)
    outs(%y : memref<?x6x13xf16>) attributes {schedule = #upweave.direct} {
  ^bb0(%v: f32, %bias: f32):
    %a = arith.addf %v, %bias : f32
    %o = arith.truncf %a : f32 to f16
    upweave.yield %o : f16
  }
  return
}
