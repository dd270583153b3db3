// RUN: upweave-opt %s --upweave-attach-target | FileCheck %s --check-prefixes=CHECK,DEFAULT
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_90 | FileCheck %s --check-prefixes=CHECK,HOPPER
// RUN: upweave-opt %s --upweave-attach-target="chip=sm_120 set=multiprocessors=84,l2_bytes=67108864" | FileCheck %s --check-prefixes=CHECK,CHANGED
// RUN: upweave-opt %s --upweave-attach-target=chip=sm_80 --upweave-attach-target=chip=sm_86 | FileCheck %s --check-prefixes=CHECK,TWICE

// Other devices' entries stay, ours is replaced.
// CHECK: dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<"max_vector_op_width" = 8 : i32>, "GPU" =
// DEFAULT-SAME: "chip" = "sm_89", "device" = "RTX 4090", "ptx_version" = 80 : i64, "multiprocessors" = 128 : i64
// DEFAULT-SAME: "shared_bytes_per_multiprocessor" = 102400 : i64, "shared_bytes_per_block" = 101376 : i64
// DEFAULT-SAME: "registers_per_thread" = 255 : i64, "threads_per_multiprocessor" = 1536 : i64, "warps_per_multiprocessor" = 48 : i64
// DEFAULT-SAME: "l2_bytes" = 75497472 : i64, "dram_bytes_per_second" = 1008000000000 : i64
// DEFAULT-SAME: "flops_f32" = 82600000000000 : i64, "flops_tf32" = 82600000000000 : i64, "flops_f16" = 165200000000000 : i64
// DEFAULT-SAME: "mma_sync_permille" = 1000 : i64, "l2_bytes_per_cycle" = 32 : i64, "load_bytes_per_cycle" = 80 : i64
// DEFAULT-SAME: "launch_cycles" = 2000 : i64, "block_latency_cycles" = 2500 : i64, "stage_latency_cycles" = 150 : i64
// DEFAULT-SAME: "strided_latency_cycles" = 1200 : i64, "load_latency_cycles" = 800 : i64
// HOPPER-SAME: "chip" = "sm_90", "device" = "H200 SXM", "ptx_version" = 80 : i64, "multiprocessors" = 132 : i64
// HOPPER-SAME: "shared_bytes_per_block" = 232448 : i64
// HOPPER-SAME: "mma_sync_permille" = 720 : i64
// CHANGED-SAME: "chip" = "sm_120", "device" = "RTX 5090", "ptx_version" = 87 : i64, "multiprocessors" = 84 : i64
// CHANGED-SAME: "l2_bytes" = 67108864 : i64
// TWICE-SAME: "chip" = "sm_86"
// TWICE-NOT: sm_80
module attributes {dlti.target_system_spec = #dlti.target_system_spec<
    "CPU" = #dlti.target_device_spec<"max_vector_op_width" = 8 : i32>>} {
}
