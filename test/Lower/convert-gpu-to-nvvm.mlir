// RUN: upweave-opt %s --pass-pipeline='builtin.module(gpu.module(upweave-convert-gpu-to-nvvm))' | FileCheck %s
// RUN: upweave-opt %s --pass-pipeline='builtin.module(gpu.module(upweave-convert-gpu-to-nvvm{index-bitwidth=32}))' | FileCheck %s --check-prefix=NARROW

gpu.module @kernels {
  // Dynamic shared memory is external, so that the launch sets its size.
  // CHECK: llvm.mlir.global external @__dynamic_shmem{{.*}}() {addr_space = 3 : i32{{.*}}} : !llvm.array<0 x i8>

  // Maxima and minima are instructions, in every float type.
  // CHECK-LABEL: llvm.func @extremes(
  // CHECK:         llvm.intr.maximum(%{{.*}}) : (f32, f32) -> f32
  // CHECK:         llvm.intr.minimum(%{{.*}}) : (f32, f32) -> f32
  // CHECK:         llvm.intr.maxnum(%{{.*}}) : (f32, f32) -> f32
  // CHECK:         llvm.intr.minnum(%{{.*}}) : (f64, f64) -> f64
  // CHECK-NOT:     __nv_
  gpu.func @extremes(%p: memref<f32>, %q: memref<f64>, %u: f32, %v: f32, %w: f64, %z: f64) kernel {
    %a = arith.maximumf %u, %v : f32
    %b = arith.minimumf %a, %u : f32
    %c = arith.maxnumf %b, %v : f32
    %d = arith.minnumf %w, %z : f64
    memref.store %c, %p[] : memref<f32>
    memref.store %d, %q[] : memref<f64>
    gpu.return
  }

  // Bare pointers keep their attributes; index is i64 or i32.
  // CHECK-LABEL: llvm.func @roots(
  // CHECK-SAME:    %{{[a-z0-9]+}}: !llvm.ptr {llvm.align = 16 : i64, llvm.noalias}, %{{[a-z0-9]+}}: i64)
  // CHECK-SAME:    nvvm.kernel
  // CHECK:         llvm.call_intrinsic "llvm.nvvm.sqrt.rn.f"
  // CHECK:         llvm.call_intrinsic "llvm.nvvm.rsqrt.approx.f"
  // CHECK:         llvm.intr.sqrt(%{{.*}}) : (f64) -> f64
  // CHECK:         llvm.intr.fabs
  // CHECK:         llvm.intr.copysign
  // CHECK-NOT:     __nv_
  // CHECK-NOT:     unrealized
  // NARROW-LABEL: llvm.func @roots(
  // NARROW-SAME:    %{{[a-z0-9]+}}: !llvm.ptr {llvm.align = 16 : i64, llvm.noalias}, %{{[a-z0-9]+}}: i32)
  gpu.func @roots(%p: memref<f32> {llvm.align = 16 : i64, llvm.noalias}, %i: index) kernel {
    %x = memref.reinterpret_cast %p to offset: [0], sizes: [%i], strides: [1] : memref<f32> to memref<?xf32>
    %v = memref.load %x[%i] : memref<?xf32>
    %a = math.sqrt %v : f32
    %b = math.rsqrt %a : f32
    %w = arith.extf %b : f32 to f64
    %c = math.sqrt %w : f64
    %d = arith.truncf %c : f64 to f32
    %e = math.absf %d : f32
    %f = math.copysign %e, %v : f32
    memref.store %f, %x[%i] : memref<?xf32>
    gpu.return
  }

  gpu.func @shared(%p: memref<f32>) kernel {
    %c0 = arith.constant 0 : index
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %tile = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32xf32, #gpu.address_space<workgroup>>
    %t = gpu.thread_id x
    %v = memref.load %p[] : memref<f32>
    memref.store %v, %tile[%t] : memref<32xf32, #gpu.address_space<workgroup>>
    gpu.barrier
    %w = memref.load %tile[%c0] : memref<32xf32, #gpu.address_space<workgroup>>
    memref.store %w, %p[] : memref<f32>
    gpu.return
  }
}
