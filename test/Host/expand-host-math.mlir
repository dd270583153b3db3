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
