// RUN: upweave-opt %s --split-input-file --allow-unregistered-dialect --verify-diagnostics --upweave-plan-buffers

// expected-error @below {{function 'tensors' has branches or results: run upweave-bufferize first; an entry point must be straight-line code}}
func.func @tensors(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{function 'planned' has a workspace argument already}}
func.func @planned(%w: memref<?xi8> {upweave.role = "workspace"}) {
  return
}

// -----

// expected-note @below {{this size is unknown before launch}}
func.func @data_dependent(%n: index) {
  // expected-error @below {{the size of a buffer of type 'memref<?xf32>' does not follow from the arguments' sizes: only the batch may be dynamic}}
  %a = memref.alloc(%n) : memref<?xf32>
  "test.use"(%a) : (memref<?xf32>) -> ()
  return
}

// -----

func.func @control_flow(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // expected-error @below {{cannot place a buffer that is allocated inside 'scf.for': an entry point must be straight-line code}}
    %a = memref.alloc() : memref<4xf32>
    "test.use"(%a) : (memref<4xf32>) -> ()
  }
  return
}

// -----

func.func @vectors() {
  // expected-error @below {{cannot place a buffer of type 'memref<4xvector<4xf32>>' in the workspace: its elements must be integers, floats or indices, its layout the identity}}
  %a = memref.alloc() : memref<4xvector<4xf32>>
  "test.use"(%a) : (memref<4xvector<4xf32>>) -> ()
  return
}

// -----

memref.global "private" @state : memref<4xf32> = dense<0.0>
func.func @mutable_global() {
  // expected-error @below {{global 'state' is no constant with a known value: only constants can be kept with the program}}
  %a = memref.get_global @state : memref<4xf32>
  "test.use"(%a) : (memref<4xf32>) -> ()
  return
}

// -----

func.func @prepared_of_batch(%x: memref<?xf32>, %n: index) {
  // expected-error @below {{cannot place a buffer of type 'memref<?xf32>' in the prepared buffer: its size must be static}}
  %a = memref.alloc(%n) {upweave.prepared} : memref<?xf32>
  linalg.exp ins(%x : memref<?xf32>) outs(%a : memref<?xf32>)
  return
}

// -----

func.func @too_large() {
  // expected-error @below {{a buffer of type 'memref<4611686018427387904x4xf32>' is too large: it takes more than 70368744177664 bytes}}
  %a = memref.alloc() : memref<4611686018427387904x4xf32>
  "test.use"(%a) : (memref<4611686018427387904x4xf32>) -> ()
  return
}

// -----

func.func @size_of_no_dimension(%x: memref<?x4xf32>) attributes {upweave.dynamic_dims = [array<i64: 0, 0>]} {
  %c7 = arith.constant 7 : index
  // expected-note @below {{this size is unknown before launch}}
  %n = memref.dim %x, %c7 : memref<?x4xf32>
  // expected-error @below {{the size of a buffer of type 'memref<?xf32>' does not follow from the arguments' sizes}}
  %a = memref.alloc(%n) : memref<?xf32>
  "test.use"(%a) : (memref<?xf32>) -> ()
  return
}
