// GELU in any association becomes upweave.gelu, its constants the IR's own.
// RUN: upweave-opt %s --upweave-canonicalize-epilogue | FileCheck %s

// v · ((erf(v/√2) + 1) · 0.5).
// CHECK-LABEL: func @divided
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <erf> %[[V]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @divided(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %r2 = arith.constant 1.41421354 : f32
    %0 = arith.divf %v, %r2 : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.mulf %2, %half : f32
    %o = arith.mulf %v, %3 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// The root of two computed, the half at the end.
// CHECK-LABEL: func @root_in_body
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <erf> %[[V]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @root_in_body(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %two = arith.constant 2.0 : f32
    %r2 = math.sqrt %two : f32
    %0 = arith.divf %v, %r2 : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.mulf %v, %2 : f32
    %o = arith.mulf %3, %half : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// (v · 0.5) · (1 + erf(v · 1/√2)).
// CHECK-LABEL: func @half_first
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <erf> %[[V]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @half_first(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %k = arith.constant 0.707106769 : f32
    %h = arith.mulf %v, %half : f32
    %0 = arith.mulf %v, %k : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %one, %1 : f32
    %o = arith.mulf %h, %2 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// 0.5 · v · erfc(-v/√2).
// CHECK-LABEL: func @complement
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <erf> %[[V]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @complement(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %k = arith.constant -0.707106769 : f32
    %h = arith.mulf %v, %half : f32
    %0 = arith.mulf %v, %k : f32
    %1 = math.erfc %0 : f32
    %o = arith.mulf %h, %1 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// The tanh form, with a constant that is not quite √(2/π).
// CHECK-LABEL: func @tanh_power
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <tanh> %[[V]] {c0 = 0.7977{{.+}} : f64, c1 = 0.0447{{.+}} : f64} : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @tanh_power(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %c0 = arith.constant 0.797724009 : f32
    %c1 = arith.constant 4.471500e-02 : f32
    %three = arith.constant 3 : i64
    %0 = math.fpowi %v, %three : f32, i64
    %1 = arith.mulf %0, %c1 : f32
    %2 = arith.addf %v, %1 : f32
    %3 = arith.mulf %2, %c0 : f32
    %4 = math.tanh %3 : f32
    %5 = arith.addf %4, %one : f32
    %6 = arith.mulf %5, %half : f32
    %o = arith.mulf %v, %6 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// The cube as products.
// CHECK-LABEL: func @tanh_products
// CHECK: ^bb0(%[[V:.+]]: f32):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <tanh> %[[V]] {c0 = 0.7977{{.+}} : f64, c1 = 0.0447{{.+}} : f64} : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @tanh_products(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %c0 = arith.constant 0.797724009 : f32
    %c1 = arith.constant 4.471500e-02 : f32
    %v2 = arith.mulf %v, %v : f32
    %0 = arith.mulf %v2, %v : f32
    %1 = arith.mulf %0, %c1 : f32
    %2 = arith.addf %v, %1 : f32
    %3 = arith.mulf %2, %c0 : f32
    %4 = math.tanh %3 : f32
    %5 = arith.addf %4, %one : f32
    %h = arith.mulf %v, %half : f32
    %o = arith.mulf %h, %5 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// The argument is itself computed.
// CHECK-LABEL: func @of_a_sum
// CHECK: %[[W:.+]] = arith.addf
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <erf> %[[W]] : f32
// CHECK-NEXT: upweave.yield %[[O]] : f32
func.func @of_a_sum(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %r2 = arith.constant 1.41421354 : f32
    %w = arith.addf %v, %half : f32
    %0 = arith.divf %w, %r2 : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.mulf %2, %half : f32
    %o = arith.mulf %w, %3 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// erf(v/√3) is no GELU.
// CHECK-LABEL: func @other_factor
// CHECK-NOT: upweave.gelu
// CHECK: math.erf
func.func @other_factor(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %r3 = arith.constant 1.7320508 : f32
    %0 = arith.divf %v, %r3 : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.mulf %2, %half : f32
    %o = arith.mulf %v, %3 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// Nor is erf of another value than the factor.
// CHECK-LABEL: func @other_value
// CHECK-NOT: upweave.gelu
// CHECK: math.erf
func.func @other_value(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf32>)
    outs(%e : tensor<4x8xf32>) {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %half = arith.constant 0.5 : f32
    %r2 = arith.constant 1.41421354 : f32
    %w = arith.addf %v, %half : f32
    %0 = arith.divf %v, %r2 : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.mulf %2, %half : f32
    %o = arith.mulf %w, %3 : f32
    upweave.yield %o : f32
  }
  return %y : tensor<4x8xf32>
}

// In f16 the root is no exact number; it folds to the nearest one.
// CHECK-LABEL: func @half
// CHECK: ^bb0(%[[V:.+]]: f16):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <erf> %[[V]] : f16
// CHECK-NEXT: upweave.yield %[[O]] : f16
func.func @half(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %e = tensor.empty() : tensor<4x8xf16>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf16>)
    outs(%e : tensor<4x8xf16>) {
  ^bb0(%v: f16):
    %one = arith.constant 1.0 : f16
    %half = arith.constant 0.5 : f16
    %two = arith.constant 2.0 : f16
    %r2 = math.sqrt %two : f16
    %0 = arith.divf %v, %r2 : f16
    %1 = math.erf %0 : f16
    %2 = arith.addf %1, %one : f16
    %3 = arith.mulf %2, %half : f16
    %o = arith.mulf %v, %3 : f16
    upweave.yield %o : f16
  }
  return %y : tensor<4x8xf16>
}

// In f64 the root of two has all its digits; what an f32 constant lacks of it
// shows in the result, and such a function stays as it is.
// CHECK-LABEL: func @double
// CHECK: ^bb0(%[[V:.+]]: f64):
// CHECK-NEXT: %[[O:.+]] = upweave.gelu <erf> %[[V]] : f64
// CHECK-NEXT: upweave.yield %[[O]] : f64
func.func @double(%x: tensor<4x8xf64>) -> tensor<4x8xf64> {
  %e = tensor.empty() : tensor<4x8xf64>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf64>)
    outs(%e : tensor<4x8xf64>) {
  ^bb0(%v: f64):
    %one = arith.constant 1.0 : f64
    %half = arith.constant 0.5 : f64
    %r2 = arith.constant 1.4142135623730951 : f64
    %0 = arith.divf %v, %r2 : f64
    %1 = math.erf %0 : f64
    %2 = arith.addf %1, %one : f64
    %3 = arith.mulf %2, %half : f64
    %o = arith.mulf %v, %3 : f64
    upweave.yield %o : f64
  }
  return %y : tensor<4x8xf64>
}

// CHECK-LABEL: func @single_constant_in_double
// CHECK-NOT: upweave.gelu
// CHECK: math.erf
func.func @single_constant_in_double(%x: tensor<4x8xf64>) -> tensor<4x8xf64> {
  %e = tensor.empty() : tensor<4x8xf64>
  %y = upweave.block domain [4, 8]
    stored(%x : tensor<4x8xf64>)
    outs(%e : tensor<4x8xf64>) {
  ^bb0(%v: f64):
    %one = arith.constant 1.0 : f64
    %half = arith.constant 0.5 : f64
    %r2 = arith.constant 1.41421354 : f64
    %0 = arith.divf %v, %r2 : f64
    %1 = math.erf %0 : f64
    %2 = arith.addf %1, %one : f64
    %3 = arith.mulf %2, %half : f64
    %o = arith.mulf %v, %3 : f64
    upweave.yield %o : f64
  }
  return %y : tensor<4x8xf64>
}
