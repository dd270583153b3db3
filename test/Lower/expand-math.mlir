// RUN: upweave-opt %s --upweave-expand-math | FileCheck %s

// f32 in f32: one exponential, no library.
// CHECK-LABEL: func @tanh
// CHECK-NOT:     math.tanh
// CHECK-NOT:     math.exp
// CHECK-NOT:     f64
// CHECK:         arith.divf
// CHECK:         math.copysign
// CHECK:         return
func.func @tanh(%x: f32) -> f32 {
  %0 = math.tanh %x : f32
  return %0 : f32
}

// Narrow types through f32.
// CHECK-LABEL: func @narrow
// CHECK:         arith.extf %{{.*}} : bf16 to f32
// CHECK-NOT:     math.exp
// CHECK:         arith.truncf %{{.*}} : f32 to bf16
func.func @narrow(%x: bf16) -> bf16 {
  %0 = math.exp %x : bf16
  return %0 : bf16
}

// Rare functions of f32 through f64.
// CHECK-LABEL: func @sine
// CHECK:         arith.extf %{{.*}} : f32 to f64
// CHECK:         scf.if
// CHECK-NOT:     math.sin
// CHECK:         arith.truncf %{{.*}} : f64 to f32
func.func @sine(%x: f32) -> f32 {
  %0 = math.sin %x : f32
  return %0 : f32
}

// What has an instruction stays.
// CHECK-LABEL: func @instructions
// CHECK:         math.absf
// CHECK:         math.floor
// CHECK:         math.roundeven
// CHECK:         math.fma
// CHECK:         math.copysign
// CHECK:         math.sqrt
// CHECK:         math.rsqrt %{{.*}} : f32
// CHECK:         math.ctpop
// CHECK:         math.isnan
func.func @instructions(%x: f32, %i: i32) -> (f32, i32, i1) {
  %0 = math.absf %x : f32
  %1 = math.floor %0 : f32
  %2 = math.roundeven %1 : f32
  %3 = math.fma %2, %x, %x : f32
  %4 = math.copysign %3, %x : f32
  %5 = math.sqrt %4 : f32
  %6 = math.rsqrt %5 : f32
  %7 = math.ctpop %i : i32
  %8 = math.isnan %6 : f32
  return %6, %7, %8 : f32, i32, i1
}

// The instruction for f64 is an approximation.
// CHECK-LABEL: func @rsqrt_f64
// CHECK:         %[[ROOT:.*]] = math.sqrt %{{.*}} : f64
// CHECK:         arith.divf %{{.*}}, %[[ROOT]] : f64
func.func @rsqrt_f64(%x: f64) -> f64 {
  %0 = math.rsqrt %x : f64
  return %0 : f64
}

// Squares are multiplications.
// CHECK-LABEL: func @square
// CHECK-SAME:    %[[X:.*]]: f32
// CHECK:         %[[S:.*]] = arith.mulf %[[X]], %[[X]] : f32
// CHECK-NEXT:    return %[[S]]
func.func @square(%x: f32) -> f32 {
  %two = arith.constant 2.0 : f32
  %0 = math.powf %x, %two : f32
  return %0 : f32
}

// CHECK-LABEL: func @vectors
// CHECK-COUNT-4: vector.extract
// CHECK:         vector.from_elements
// CHECK-NOT:     math.erf
func.func @vectors(%x: vector<4xf32>) -> vector<4xf32> {
  %0 = math.erf %x : vector<4xf32>
  return %0 : vector<4xf32>
}

// CHECK-LABEL: func @remainder
// CHECK-NOT:     arith.remf
// CHECK:         scf.while
func.func @remainder(%x: f32, %y: f32) -> f32 {
  %0 = arith.remf %x, %y : f32
  return %0 : f32
}

// CHECK-LABEL: func @both
// CHECK-NOT:     math.sin
// CHECK-NOT:     math.cos
// CHECK:         return
func.func @both(%x: f32) -> (f32, f32) {
  %s, %c = math.sincos %x : f32
  return %s, %c : f32, f32
}

// CHECK-LABEL: func @classes
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK: %[[A:.*]] = math.absf %[[X]]
// CHECK: arith.cmpf oeq, %[[A]], %{{.*}} : f32
// CHECK: %[[L:.*]] = arith.cmpf oge
// CHECK: %[[F:.*]] = arith.cmpf olt
// CHECK: arith.andi %[[L]], %[[F]]
func.func @classes(%x: f32) -> (i1, i1) {
  %0 = math.isinf %x : f32
  %1 = math.isnormal %x : f32
  return %0, %1 : i1, i1
}

// LLVM 22 makes 1 of both as bf16.
// CHECK-LABEL: func @booleans
// CHECK-SAME: (%[[B:.*]]: i1, %[[V:.*]]: vector<2xi1>)
// CHECK-DAG: %[[M:.*]] = arith.constant -1.0{{.*}} : bf16
// CHECK-DAG: %[[Z:.*]] = arith.constant 0.0{{.*}} : bf16
// CHECK: arith.select %[[B]], %[[M]], %[[Z]] : bf16
// CHECK: %[[O:.*]] = arith.constant 1.0{{.*}} : bf16
// CHECK: arith.select %[[B]], %[[O]], %{{.*}} : bf16
// CHECK-NOT: sitofp
func.func @booleans(%b: i1, %v: vector<2xi1>) -> (bf16, bf16, vector<2xf32>) {
  %0 = arith.sitofp %b : i1 to bf16
  %1 = arith.uitofp %b : i1 to bf16
  %2 = arith.sitofp %v : vector<2xi1> to vector<2xf32>
  return %0, %1, %2 : bf16, bf16, vector<2xf32>
}
