// A toolkit that is not there is an error, an unknown chip too; a call that
// cannot be resolved is refused by the function's name.
// RUN: not upweave-opt %s --upweave-gpu-to-binary="chips=sm_89 toolkit=%t.nowhere" 2>&1 | FileCheck %s --check-prefix=TOOLKIT
// RUN: not upweave-opt %s --upweave-gpu-to-binary=chips=sm_89,sm_75 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: not upweave-opt %s --upweave-gpu-to-binary="index-bitwidth=16" 2>&1 | FileCheck %s --check-prefix=BITS

// TOOLKIT: error: toolkit '{{.*}}.nowhere' holds no ptxas: name the folder of a CUDA toolkit
// CHIP: error: unknown chip 'sm_75': known chips are sm_80, sm_86, sm_89, sm_90, sm_100, sm_120
// BITS: error: index-bitwidth is 16, it must be 32 or 64
gpu.module @kernels {
  gpu.func @f(%p: memref<f32>) kernel {
    gpu.return
  }
}
