// Without a toolkit there is PTX, and a warning that says so.
// RUN: upweave-opt %s --upweave-gpu-to-binary=toolkit=none -o %t.mlir 2>%t.log
// RUN: FileCheck %s --check-prefix=WARNING < %t.log
// RUN: FileCheck %s < %t.mlir

// WARNING: warning: toolkit is 'none': there will be PTX only, which the driver compiles when it is loaded; registers and spills are not known
// CHECK:      gpu.binary @kernels [#gpu.object<#nvvm.target<O = 3, chip = "sm_89", features = "+ptx80">, assembly = "
// CHECK-SAME: .visible .entry f(
// CHECK-SAME: .maxntid 128
// CHECK-SAME: ld.global.nc.b32
// CHECK-SAME: sqrt.rn.f32
// CHECK-NOT:  bin =
gpu.module @kernels {
  gpu.func @f(%p: memref<f32> {llvm.noalias, llvm.align = 16 : i64}, %q: memref<f32> {llvm.noalias, llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
    %v = memref.load %p[] : memref<f32>
    %s = math.sqrt %v : f32
    memref.store %s, %q[] : memref<f32>
    gpu.return
  }
}
