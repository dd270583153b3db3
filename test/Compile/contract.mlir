// A product that is only added to something may go unrounded, unless every
// rounding is to be kept.
// RUN: upweave-compile %s --chip=sm_89 --no-host --emit=llvm -o - | FileCheck %s --check-prefix=RELAXED
// RUN: upweave-compile %s --chip=sm_89 --no-host --emit=llvm --numerics=strict -o - | FileCheck %s --check-prefix=STRICT

//    RELAXED:   fmul contract
//    RELAXED:   fadd contract
//     STRICT:   fmul
// STRICT-NOT:   contract
func.func @affine(%x: tensor<64x4xf32>, %b: tensor<4xf32>) -> tensor<64x4xf32> {
  %e = tensor.empty() : tensor<64x4xf32>
  %y = upweave.block domain [64, 4] stored(%x : tensor<64x4xf32>)
    params(%b[d1] : tensor<4xf32>) outs(%e : tensor<64x4xf32>)
    attributes {schedule = #upweave.rows<warps = 1, lanes = 1, vector = 1, registers = 1>} {
  ^bb0(%v: f32, %w: f32):
    %p = arith.mulf %v, %w : f32
    %s = arith.addf %p, %w : f32
    %q = arith.mulf %s, %w : f32
    %t = arith.addf %q, %v : f32
    %u = arith.divf %t, %q : f32
    upweave.yield %u : f32
  }
  return %y : tensor<64x4xf32>
}
