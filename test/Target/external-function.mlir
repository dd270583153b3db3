// PTX that calls what is not in it loads nowhere.
// RUN: not upweave-opt %s --upweave-serialize 2>&1 | FileCheck %s

// CHECK: error: kernels call '__nv_sinf', which is not in the module: nothing is linked to kernels, so every function must be expanded (upweave-expand-math)
gpu.module @kernels {
  llvm.func @__nv_sinf(f32) -> f32
  llvm.func @f(%p: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
    %v = llvm.load %p : !llvm.ptr -> f32
    %s = llvm.call @__nv_sinf(%v) : (f32) -> f32
    llvm.store %s, %p : f32, !llvm.ptr
    llvm.return
  }
}
