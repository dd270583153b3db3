// RUN: upweave-opt %s --split-input-file --verify-diagnostics --upweave-lower-to-gpu
// RUN: not upweave-opt %s --split-input-file --upweave-lower-to-gpu --remarks-filter=upweave-lower 2>&1 | FileCheck %s --check-prefix=REMARK

func.func @tensors(%x: tensor<4xf32>, %y: tensor<4xf32>) {
  // expected-error @below {{'linalg.exp' works on tensors: run upweave-bufferize and upweave-plan-buffers first}}
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%y : tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @unplanned(%x: memref<4xf32>) {
  // expected-error @below {{'memref.alloc' needs memory that is not planned: run upweave-plan-buffers first}}
  %0 = memref.alloc() : memref<4xf32>
  memref.copy %x, %0 : memref<4xf32> to memref<4xf32>
  return
}

// -----

func.func @loop(%x: memref<4xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  // expected-error @below {{'scf.for' is control flow on the host, which a list of launches cannot hold: unroll it, or lower the host code with gpu-to-llvm instead}}
  scf.for %i = %c0 to %c4 step %c1 {
    memref.copy %x, %y : memref<4xf32> to memref<4xf32>
  }
  return
}

// -----

func.func @branch(%c: i1) {
  // expected-error @below {{'cf.cond_br' is control flow on the host}}
  cf.cond_br %c, ^bb1, ^bb2
^bb1:
  return
^bb2:
  return
}

// -----

func.func private @g()
func.func @call() {
  // expected-error @below {{'func.call' calls a function: inline it first}}
  call @g() : () -> ()
  return
}

// -----

func.func @result(%x: memref<4xf32>) -> memref<4xf32> {
  // expected-error @below {{'func.return' returns values: run upweave-bufferize first, which makes results destination arguments}}
  return %x : memref<4xf32>
}

// -----

func.func @complex(%x: memref<4xcomplex<f32>>, %y: memref<4xcomplex<f32>>) {
  // expected-error @below {{works on elements of type 'complex<f32>', which kernels do not support (they take f16, bf16, f32, f64, i1, i8, i16, i32, i64 and index): convert them first}}
  memref.copy %x, %y : memref<4xcomplex<f32>> to memref<4xcomplex<f32>>
  return
}

// -----

func.func @payload(%x: memref<4xf32>, %y: memref<4xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : memref<4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    // expected-error @below {{'complex.create' cannot be inside a kernel: the payload of a fallback takes scalar arith and math ops, memref.load, linalg.index and scf ops}}
    %c = complex.create %a, %a : complex<f32>
    %r = complex.re %c : complex<f32>
    linalg.yield %r : f32
  }
  return
}

// -----

func.func @softmax(%x: memref<4x4xf32>, %y: memref<4x4xf32>) {
  // expected-error @below {{'linalg.softmax' cannot become a kernel: those made are of linalg ops, memref.copy and upweave.block}}
  linalg.softmax dimension(1) ins(%x : memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  return
}

// -----

// A scalar whose buffer is overwritten before the kernel that takes it runs.
func.func @stale(%s: memref<f32>, %t: memref<f32>, %y: memref<4xf32>) {
  // expected-note @below {{loaded here}}
  %v = memref.load %s[] : memref<f32>
  memref.copy %t, %s : memref<f32> to memref<f32>
  // expected-error @below {{takes a scalar that is loaded from a buffer which is written to in between: pass the buffer as an operand instead}}
  linalg.fill ins(%v : f32) outs(%y : memref<4xf32>)
  return
}

// -----

// What no kernel takes would have to be computed on the host.
func.func @host(%x: memref<4xf32>, %n: memref<index>) {
  // expected-error @below {{'memref.load' computes a value on the host from memory or floats: only index arithmetic on sizes may stay there}}
  %size = memref.load %n[] : memref<index>
  %v = memref.subview %x[0] [%size] [1] : memref<4xf32> to memref<?xf32, strided<[1]>>
  %c = arith.constant 0.0 : f32
  linalg.fill ins(%c : f32) outs(%v : memref<?xf32, strided<[1]>>)
  return
}

// -----

func.func @layout(%x: memref<4x4xf32, affine_map<(i, j) -> (i floordiv 2, j, i mod 2)>>, %y: memref<4x4xf32>) {
  // expected-error @below {{its layout is not strided}}
  linalg.copy ins(%x : memref<4x4xf32, affine_map<(i, j) -> (i floordiv 2, j, i mod 2)>>) outs(%y : memref<4x4xf32>)
  return
}

// -----

// REMARK: remark: [Failure] refused | Category:upweave-lower {{.*}}'memref.store' stores one element from the host
func.func @element(%v: f32, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  // expected-error @below {{'memref.store' stores one element from the host, as tensor.insert and tensor.from_elements of a rank above 0 become: write them as linalg.generic}}
  memref.store %v, %y[%c0] : memref<4xf32>
  return
}
