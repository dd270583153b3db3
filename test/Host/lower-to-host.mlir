// RUN: upweave-opt %s --upweave-lower-to-host | FileCheck %s

// One C entry point; all else is internal. No call of a library is left but
// what the C library has, nor an f16 or bf16 operation but conversions.

// CHECK: llvm.func internal @f(
// CHECK-NOT: llvm.fadd {{.*}} : bf16
// CHECK-NOT: llvm.fptrunc {{.*}} : f32 to bf16
// CHECK-NOT: llvm.intr.exp
// CHECK: llvm.func internal @_mlir_ciface_f(
// CHECK-NOT: upweave.role
// CHECK: llvm.func @upweave_host_f(%[[ARGS:.+]]: !llvm.ptr) {
// CHECK-NEXT: %[[A0:.+]] = llvm.getelementptr %[[ARGS]][0] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
// CHECK-NEXT: %[[P0:.+]] = llvm.load %[[A0]] : !llvm.ptr -> !llvm.ptr
// CHECK-NEXT: %[[A1:.+]] = llvm.getelementptr %[[ARGS]][1]
// CHECK-NEXT: %[[P1:.+]] = llvm.load %[[A1]]
// CHECK-NEXT: llvm.call @_mlir_ciface_f(%[[P0]], %[[P1]])
// CHECK-NEXT: llvm.return
func.func @f(%x: memref<4x8xbf16>, %y: memref<4x8xbf16> {upweave.role = "result"}) {
  upweave.block domain [4, 8] stored(%x : memref<4x8xbf16>) outs(%y : memref<4x8xbf16>) {
    ^bb0(%v: bf16):
      %s = arith.addf %v, %v : bf16
      %e = math.exp %s : bf16
      upweave.yield %e : bf16
  }
  return
}
