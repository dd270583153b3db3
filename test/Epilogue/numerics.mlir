// What numerics=strict keeps.
// RUN: upweave-opt %s --upweave-canonicalize-epilogue | FileCheck %s --check-prefixes=CHECK,RELAXED
// RUN: upweave-opt %s --upweave-canonicalize-epilogue=numerics=strict | FileCheck %s --check-prefixes=CHECK,STRICT

// A bias per channel is equal along the row, and so is a statistic.
// CHECK-LABEL: func @uniform_addend
// RELAXED: stored(%{{.+}} : tensor<2x4x8xf32>)
// RELAXED-NEXT: outs
// RELAXED-NEXT: ^bb0(%[[V:.+]]: f32):
// RELAXED-NEXT: upweave.layer_norm %[[V]] {{.+}}
// STRICT: params(%{{.+}}[d1] : tensor<4xf32>)
// STRICT: %[[S:.+]] = arith.addf
// STRICT-NEXT: upweave.layer_norm %[[S]]
func.func @uniform_addend(%x: tensor<2x4x8xf32>, %b: tensor<4xf32>) -> tensor<2x4x8xf32> {
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

// An addend that varies along the row, or a sum that is used elsewhere, stays.
// CHECK-LABEL: func @other_addend
// CHECK: %[[A:.+]] = arith.addf
// CHECK-NEXT: %[[S:.+]] = arith.addf %[[A]]
// CHECK-NEXT: upweave.layer_norm %[[S]]
func.func @other_addend(%x: tensor<2x4x8xf32>, %b: tensor<4xf32>, %w: tensor<8xf32>) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %e1 = tensor.empty() : tensor<2x4x8xf32>
  %y:2 = upweave.block domain [2, 4, 8] rows [2]
    stored(%x : tensor<2x4x8xf32>)
    params(%b[d1], %w[d2] : tensor<4xf32>, tensor<8xf32>)
    outs(%e, %e1 : tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  ^bb0(%v: f32, %bias: f32, %along: f32):
    %a = arith.addf %v, %along : f32
    %s = arith.addf %a, %bias : f32
    %n = upweave.layer_norm %s {eps = 1.0e-05 : f64} : f32
    upweave.yield %n, %s : f32, f32
  }
  return %y#0, %y#1 : tensor<2x4x8xf32>, tensor<2x4x8xf32>
}

// A value that was rounded only because it went through memory.
// CHECK-LABEL: func @round_trip
// RELAXED: ^bb0(%[[V:.+]]: f32):
// RELAXED-NEXT: upweave.layer_norm %[[V]] {{.+}} : f32
// STRICT: %[[T:.+]] = arith.truncf %{{.+}} : f32 to bf16
// STRICT-NEXT: %[[W:.+]] = arith.extf %[[T]] : bf16 to f32
// STRICT-NEXT: upweave.layer_norm %[[W]] {{.+}} : f32
func.func @round_trip(%x: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %y = upweave.block domain [2, 4, 8] rows [2]
    stored(%x : tensor<2x4x8xf32>)
    outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%v: f32):
    %t = arith.truncf %v : f32 to bf16
    %w = arith.extf %t : bf16 to f32
    %n = upweave.layer_norm %w {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %y : tensor<2x4x8xf32>
}

// Rounding one f64 operation on f32 values to f32 is the f32 operation; two in a
// row are not.
// CHECK-LABEL: func @detour
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-DAG: %[[C:.+]] = arith.constant 2.500000e-01 : f32
// CHECK: %[[P:.+]] = arith.mulf %[[V]], %[[C]] : f32
// CHECK: arith.mulf %{{.+}}, %{{.+}} : f64
// CHECK: arith.addf %{{.+}}, %{{.+}} : f64
func.func @detour(%x: tensor<2x4x8xf32>) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  %e = tensor.empty() : tensor<2x4x8xf32>
  %e1 = tensor.empty() : tensor<2x4x8xf32>
  %y:2 = upweave.block domain [2, 4, 8]
    stored(%x : tensor<2x4x8xf32>)
    outs(%e, %e1 : tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  ^bb0(%v: f32):
    %q = arith.constant 0.25 : f64
    %t = arith.constant 0.1 : f64
    %w = arith.extf %v : f32 to f64
    %p = arith.mulf %w, %q : f64
    %a = arith.truncf %p : f64 to f32
    %r = arith.mulf %w, %t : f64
    %s = arith.addf %r, %w : f64
    %b = arith.truncf %s : f64 to f32
    upweave.yield %a, %b : f32, f32
  }
  return %y#0, %y#1 : tensor<2x4x8xf32>, tensor<2x4x8xf32>
}

// A constant over an f64 value that is no wide f32: the division stays.
// CHECK-LABEL: func @wide_division
// CHECK: %[[S:.+]] = upweave.row_reduce <add> %{{.+}} : f64
// CHECK-NEXT: %[[Q:.+]] = arith.divf %{{.+}}, %[[S]] : f64
// CHECK-NEXT: %[[T:.+]] = arith.truncf %[[Q]] : f64 to f32
// CHECK-NEXT: upweave.yield %[[T]]
func.func @wide_division(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %e = tensor.empty() : tensor<2x8xf32>
  %y = upweave.block domain [2, 8] rows [1]
    stored(%x : tensor<2x8xf32>)
    outs(%e : tensor<2x8xf32>) {
  ^bb0(%v: f32):
    %c = arith.constant 8.0 : f64
    %w = arith.extf %v : f32 to f64
    %s = upweave.row_reduce <add> %w : f64
    %q = arith.divf %c, %s : f64
    %t = arith.truncf %q : f64 to f32
    upweave.yield %t : f32
  }
  return %y : tensor<2x8xf32>
}
