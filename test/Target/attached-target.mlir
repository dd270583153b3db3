// Without chips= the module's description decides, hand-written figures
// included.
// RUN: upweave-opt %s --split-input-file --upweave-gpu-to-binary 2>/dev/null | FileCheck %s

// CHECK: gpu.binary @kernels
// CHECK-SAME: .version 8.2\0A.target sm_90
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
    "GPU" = #dlti.target_device_spec<"chip" = "sm_90", "ptx_version" = 82 : i64>>} {
  gpu.module @kernels {
    gpu.func @f(%p: memref<f32>) kernel {
      gpu.return
    }
  }
}

// -----

// CHECK: gpu.binary @kernels
// CHECK-SAME: .version 8.0\0A.target sm_89
gpu.module @kernels {
  gpu.func @f(%p: memref<f32>) kernel {
    gpu.return
  }
}
