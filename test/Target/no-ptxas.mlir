// UNSUPPORTED: ptxas
// RUN: upweave-opt %s --upweave-gpu-to-binary 2>&1 | FileCheck %s

// CHECK: warning: no ptxas in PATH, CUDA_HOME, CUDA_PATH, CUDA_ROOT or /usr/local/cuda: there will be PTX only
// CHECK: assembly = "
gpu.module @kernels {
  gpu.func @f(%p: memref<f32>) kernel {
    gpu.return
  }
}
