// RUN: upweave-opt %s --upweave-expand-host-math | FileCheck %s

// f64 to f16 rounds once: first to odd in f32.

// CHECK-LABEL: func.func @narrow(
// CHECK-SAME: %[[X:.+]]: f64
// CHECK: %[[NEAR:.+]] = arith.truncf %[[X]] : f64 to f32
// CHECK: %[[BACK:.+]] = arith.extf %[[NEAR]] : f32 to f64
// CHECK: %[[EXACT:.+]] = arith.cmpf ueq, %[[BACK]], %[[X]]
// CHECK: %[[ODD:.+]] = arith.ori
// CHECK: %[[BITS:.+]] = arith.select %[[EXACT]], %{{.+}}, %[[ODD]]
// CHECK: %[[F:.+]] = arith.bitcast %[[BITS]] : i32 to f32
// CHECK: %[[R:.+]] = arith.truncf %[[F]] : f32 to f16
// CHECK: return %[[R]]
func.func @narrow(%x: f64) -> f16 {
  %0 = arith.truncf %x : f64 to f16
  return %0 : f16
}

// CHECK-LABEL: func.func @functions(
// CHECK-NOT: math.erf
// CHECK-NOT: math.exp
// CHECK-NOT: math.tanh
// CHECK: %[[SIN:.+]] = math.sin
// CHECK: math.exp %{{.+}} : f64
func.func @functions(%x: f32, %d: f64) -> (f32, f32, f32, f32, f64) {
  %0 = math.erf %x : f32
  %1 = math.exp %x : f32
  %2 = math.tanh %x : f32
  %3 = math.sin %x : f32
  %4 = math.exp %d : f64
  return %0, %1, %2, %3, %4 : f32, f32, f32, f32, f64
}

// Integers become f16 and bf16 with one rounding: through f64.

// CHECK-LABEL: func.func @integers(
// CHECK-SAME: %[[I:.+]]: i64, %[[J:.+]]: i8
// CHECK: arith.andi %[[I]], %c4095_i64
// CHECK: arith.cmpi ult
// CHECK-NEXT: %[[X:.+]] = arith.select %{{.+}}, %[[I]], %{{.+}} : i64
// CHECK: arith.sitofp %[[X]] : i64 to f64
// CHECK: arith.truncf %{{.+}} : f32 to bf16
// CHECK: arith.uitofp %[[J]] : i8 to f64
// CHECK: arith.truncf %{{.+}} : f32 to f16
func.func @integers(%i: i64, %j: i8) -> (bf16, f16) {
  %0 = arith.sitofp %i : i64 to bf16
  %1 = arith.uitofp %j : i8 to f16
  return %0, %1 : bf16, f16
}

// CHECK-LABEL: func.func @fma(
// CHECK: math.fma %{{.+}}, %{{.+}}, %{{.+}} : f32
// CHECK: math.fma %{{.+}}, %{{.+}}, %{{.+}} : vector<4xf32>
// CHECK: math.fma %{{.+}}, %{{.+}}, %{{.+}} : f64
func.func @fma(%x: f16, %v: vector<4xbf16>, %d: f64) -> (f16, vector<4xbf16>, f64) {
  %0 = math.fma %x, %x, %x : f16
  %1 = math.fma %v, %v, %v : vector<4xbf16>
  %2 = math.fma %d, %d, %d : f64
  return %0, %1, %2 : f16, vector<4xbf16>, f64
}

// CHECK-LABEL: func.func @isinf(
// CHECK-SAME: %[[X:.+]]: f32
// CHECK: %[[A:.+]] = math.absf %[[X]]
// CHECK: arith.cmpf oeq, %[[A]], %{{.+}} : f32
func.func @isinf(%x: f32) -> i1 {
  %0 = math.isinf %x : f32
  return %0 : i1
}
