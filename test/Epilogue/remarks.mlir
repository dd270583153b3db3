// What the pass says: a dropped addend, and statistics that it computes as
// written.
// RUN: upweave-opt %s --upweave-canonicalize-epilogue --remarks-filter="upweave-.*" 2>&1 >/dev/null | FileCheck %s

// CHECK: uniform-addend-dropped{{.+}}an addend that is equal along the row is not added
// CHECK-SAME: numerics=strict keeps it
func.func @dropped(%x: tensor<2x4x8xf32>, %b: tensor<4xf32>) -> tensor<2x4x8xf32> {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %y = upweave.block domain [2, 4, 8] rows [2]
    stored(%x : tensor<2x4x8xf32>)
    params(%b[d1] : tensor<4xf32>)
    outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%v: f32, %bias: f32):
    %s = arith.addf %v, %bias : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %y : tensor<2x4x8xf32>
}

// CHECK: statistics-as-written{{.+}}it is computed in f64, as written
func.func @double(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %w = arith.extf %v : f32 to f64
    %s = upweave.row_reduce <add> %w : f64
    %d = arith.subf %w, %s : f64
    %o = arith.truncf %d : f64 to f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// CHECK: statistics-as-written{{.+}}loses digits, as written
func.func @squares(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %y = upweave.block domain [4, 8] rows [1]
    stored(%x : tensor<4x8xf32>)
    outs(%e[d0] : tensor<4xf32>) {
  ^bb0(%v: f32):
    %n = arith.constant 8.0 : f32
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %n : f32
    %v2 = arith.mulf %v, %v : f32
    %s2 = upweave.row_reduce <add> %v2 : f32
    %q = arith.divf %s2, %n : f32
    %m2 = arith.mulf %m, %m : f32
    %var = arith.subf %q, %m2 : f32
    upweave.yield %var : f32
  }
  return %y : tensor<4xf32>
}
