// Constants that are NaN or infinite are in no formula that is recognised, and
// comparisons with them decide nothing: what is computed is what was written.
// RUN: upweave-opt %s --upweave-fuse | FileCheck %s
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=erf_of_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=erf_of_infinity --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=erf_beside_infinity --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=tanh_of_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=tanh_of_linear_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=tanh_of_infinity --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=tanh_without_ratio --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=times_zero --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=plain --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=eps_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=eps_infinite --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=eps_negative_zero --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=divisor_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=divisor_infinite --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=divisor_zero --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=clamp_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=sum_from_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=addend_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=addend_infinite --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// RUN: upweave-test-equiv %s --passes='upweave-fuse' --entry=max_from_nan --tol=1e-3 | FileCheck %s --check-prefix=EQUIV
// EQUIV: results agree

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// erf(v / NaN) is no erf(v / sqrt(2)).
// CHECK-LABEL: func @erf_of_nan
// CHECK: upweave.block
// CHECK-NOT: upweave.gelu
func.func @erf_of_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %c = arith.constant 0x7FC00000 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %d = arith.divf %v, %c : f32
    %f1 = math.erf %d : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    linalg.yield %g : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A step function.
// CHECK-LABEL: func @erf_of_infinity
// CHECK: upweave.block
// CHECK-NOT: upweave.gelu
func.func @erf_of_infinity(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %c = arith.constant 0x7F800000 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %d = arith.mulf %v, %c : f32
    %f1 = math.erf %d : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    linalg.yield %g : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// An infinity that is added and subtracted leaves NaN.
// CHECK-LABEL: func @erf_beside_infinity
// CHECK: upweave.block
// CHECK-NOT: upweave.gelu
func.func @erf_beside_infinity(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %i = arith.constant 0x7F800000 : f32
  %c = arith.constant 0.707106769 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %q = arith.mulf %v, %c : f32
    %w = arith.addf %v, %i : f32
    %u = arith.subf %w, %i : f32
    %r = arith.mulf %u, %c : f32
    %d = arith.addf %r, %z : f32
    %f1 = math.erf %d : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    linalg.yield %g : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// tanh of NaN.
// CHECK-LABEL: func @tanh_of_nan
// CHECK: upweave.block
// CHECK-NOT: upweave.gelu
func.func @tanh_of_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %linear = arith.constant 0.797884583 : f32
  %cubic = arith.constant 0x7FC00000 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %v2 = arith.mulf %v, %v : f32
    %v3 = arith.mulf %v2, %v : f32
    %t = arith.mulf %v3, %cubic : f32
    %l = arith.mulf %v, %linear : f32
    %d = arith.addf %l, %t : f32
    %f1 = math.tanh %d : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    linalg.yield %g : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// tanh of NaN.
// CHECK-LABEL: func @tanh_of_linear_nan
// CHECK: upweave.block
// CHECK-NOT: upweave.gelu
func.func @tanh_of_linear_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %linear = arith.constant 0x7FC00000 : f32
  %cubic = arith.constant 0.0356774069 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %v2 = arith.mulf %v, %v : f32
    %v3 = arith.mulf %v2, %v : f32
    %t = arith.mulf %v3, %cubic : f32
    %l = arith.mulf %v, %linear : f32
    %d = arith.addf %l, %t : f32
    %f1 = math.tanh %d : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    linalg.yield %g : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// tanh of an infinity.
// CHECK-LABEL: func @tanh_of_infinity
// CHECK: upweave.block
// CHECK-NOT: upweave.gelu
func.func @tanh_of_infinity(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %linear = arith.constant 0.797884583 : f32
  %cubic = arith.constant 0x7F800000 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %v2 = arith.mulf %v, %v : f32
    %v3 = arith.mulf %v2, %v : f32
    %t = arith.mulf %v3, %cubic : f32
    %l = arith.mulf %v, %linear : f32
    %d = arith.addf %l, %t : f32
    %f1 = math.tanh %d : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    linalg.yield %g : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// c1 = cubic / linear is no f32.
// CHECK-LABEL: func @tanh_without_ratio
// CHECK: upweave.block
// CHECK-NOT: upweave.gelu
func.func @tanh_without_ratio(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %linear = arith.constant 1.0e-38 : f32
  %cubic = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %v2 = arith.mulf %v, %v : f32
    %v3 = arith.mulf %v2, %v : f32
    %t = arith.mulf %v3, %cubic : f32
    %l = arith.mulf %v, %linear : f32
    %d = arith.addf %l, %t : f32
    %f1 = math.tanh %d : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    linalg.yield %g : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// 0 times what overflows is NaN, not a term that vanishes.
// CHECK-LABEL: func @times_zero
// CHECK: upweave.block
// CHECK: arith.mulf %{{.+}}, %cst{{.*}}
func.func @times_zero(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %c = arith.constant 0.707106769 : f32
  %c3 = arith.constant 1.0e+30 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.subf %a, %b : f32
    %q = arith.mulf %v, %c : f32
    %f1 = math.erf %q : f32
    %p = arith.addf %f1, %one : f32
    %h = arith.mulf %v, %half : f32
    %g = arith.mulf %h, %p : f32
    %big = arith.mulf %v, %c3 : f32
    %i = arith.mulf %big, %c3 : f32
    %n = arith.mulf %i, %z : f32
    %r = arith.addf %g, %n : f32
    linalg.yield %r : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// With finite constants, it is recognised.
// CHECK-LABEL: func @plain
// CHECK: upweave.block
// CHECK: upweave.layer_norm
func.func @plain(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// An epsilon of NaN.
// CHECK-LABEL: func @eps_nan
// CHECK: upweave.block
// CHECK-NOT: upweave.layer_norm
func.func @eps_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant 0x7FC00000 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// An infinite epsilon: all zeros.
// CHECK-LABEL: func @eps_infinite
// CHECK: upweave.block
// CHECK-NOT: upweave.layer_norm
func.func @eps_infinite(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant 0x7F800000 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// An epsilon of -0.
// CHECK-LABEL: func @eps_negative_zero
// CHECK: upweave.block
// CHECK: upweave.layer_norm
func.func @eps_negative_zero(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant -0.0 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A mean by NaN.
// CHECK-LABEL: func @divisor_nan
// CHECK: upweave.block
// CHECK-NOT: upweave.layer_norm
func.func @divisor_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 0x7FC00000 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A mean by infinity is 0.
// CHECK-LABEL: func @divisor_infinite
// CHECK: upweave.block
// CHECK-NOT: upweave.layer_norm
func.func @divisor_infinite(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 0x7F800000 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A mean by 0.
// CHECK-LABEL: func @divisor_zero
// CHECK: upweave.block
// CHECK-NOT: upweave.layer_norm
func.func @divisor_zero(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 0.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A variance that is clamped by NaN is NaN.
// CHECK-LABEL: func @clamp_nan
// CHECK: upweave.block
// CHECK-NOT: upweave.layer_norm
func.func @clamp_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0x7FC00000 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.maximumf %var, %other : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A sum that starts from NaN.
// CHECK-LABEL: func @sum_from_nan
// CHECK: upweave.block
// CHECK-NOT: upweave.layer_norm
func.func @sum_from_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0x7FC00000 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// NaN is not subtracted again with the mean.
// CHECK-LABEL: func @addend_nan
// CHECK: upweave.block
// CHECK: arith.addf
func.func @addend_nan(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0x7FC00000 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %other : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// Nor is infinity.
// CHECK-LABEL: func @addend_infinite
// CHECK: upweave.block
// CHECK: arith.addf
func.func @addend_infinite(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 8.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %other = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %sum0 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) dimensions = [1]
  %v = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %sum0 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    %t = arith.addf %s, %other : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%v : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %c = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%v, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %n : f32
    %d = arith.subf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.mulf %a, %a : f32
    %t = arith.addf %s, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %var = arith.divf %b, %n : f32
    %var1 = arith.addf %var, %zero : f32
    %s = arith.addf %var1, %eps : f32
    %r = math.rsqrt %s : f32
    %t = arith.mulf %a, %r : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The identity of maxnum is a NaN; one that maximumf starts from stays.
// CHECK-LABEL: func @max_from_nan
// CHECK: arith.maximumf
func.func @max_from_nan(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %n = arith.constant 0x7FC00000 : f32
  %e1 = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%n : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.reduce { arith.maximumf } ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  return %r : tensor<4xf32>
}
