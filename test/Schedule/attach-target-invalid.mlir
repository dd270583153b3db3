// RUN: not upweave-opt %s --upweave-attach-target=chip=sm_75 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: not upweave-opt %s --upweave-attach-target=chip=rtx4090 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not upweave-opt %s --upweave-attach-target=set=registers=3 2>&1 | FileCheck %s --check-prefix=KEY
// RUN: not upweave-opt %s --upweave-attach-target=set=l2_bytes=0 2>&1 | FileCheck %s --check-prefix=VALUE
// RUN: not upweave-opt %s --upweave-attach-target=set=l2_bytes=big 2>&1 | FileCheck %s --check-prefix=TEXT

// CHIP: error: unknown chip 'sm_75': known chips are sm_80, sm_86, sm_89, sm_90, sm_100, sm_120
// NAME: error: unknown chip 'rtx4090': known chips are sm_80
// KEY: error: unknown key 'registers' in the target description: known keys are ptx_version, multiprocessors,
// VALUE: error: target description: 'l2_bytes' is 0, it must be positive
// TEXT: error: 'l2_bytes=big' is no figure of a target: write key=integer
module {}
