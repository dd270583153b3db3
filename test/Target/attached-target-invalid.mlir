// RUN: upweave-opt %s --split-input-file --verify-diagnostics=only-expected --upweave-serialize

// expected-error @below {{unknown chip 'sm_70': known chips are sm_80}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
    "GPU" = #dlti.target_device_spec<"chip" = "sm_70">>} {
  gpu.module @kernels {
  }
}

// -----

// expected-error @below {{target description: 'chip' is missing, it must be one of sm_80}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
    "GPU" = #dlti.target_device_spec<"l2_bytes" = 5 : i64>>} {
  gpu.module @kernels {
  }
}

// -----

// expected-error @below {{target description: 'l2_bytes' is "big", it must be an integer}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
    "GPU" = #dlti.target_device_spec<"chip" = "sm_80", "l2_bytes" = "big">>} {
  gpu.module @kernels {
  }
}

// -----

// expected-error @below {{the module has no target description: run upweave-attach-target{chip=...} first}}
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
    "CPU" = #dlti.target_device_spec<"chip" = "sm_80">>} {
  gpu.module @kernels {
  }
}
