// RUN: upweave-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(gpu.module(upweave-convert-gpu-to-nvvm))'

gpu.module @kernels {
  gpu.func @f(%p: memref<f32>) kernel {
    %v = memref.load %p[] : memref<f32>
    // expected-error @below {{'math.sin' has no instruction: run upweave-expand-math before upweave-convert-gpu-to-nvvm}}
    %s = math.sin %v : f32
    memref.store %s, %p[] : memref<f32>
    gpu.return
  }
}
