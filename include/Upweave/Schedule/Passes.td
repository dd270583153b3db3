//===- Passes.td - Passes of Upweave/Schedule ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_PASSES
#define UPWEAVE_SCHEDULE_PASSES

include "mlir/Pass/PassBase.td"

def AttachTarget : Pass<"upweave-attach-target", "mlir::ModuleOp"> {
  let summary = "Write the description of a GPU on the module";
  let description = [{
    Stores what is known of a chip (its limits, bandwidths and peak rates) as
    the `"GPU"` entry of the module's `dlti.target_system_spec`, where the
    passes that depend on a target read it:

    ```mlir
    // upweave-attach-target{chip=sm_89}
    module attributes {dlti.target_system_spec = #dlti.target_system_spec<
      "GPU" = #dlti.target_device_spec<
        "chip" = "sm_89", "device" = "RTX 4090", "ptx_version" = 80 : i64,
        "multiprocessors" = 128 : i64, ...>>} {
    }
    ```

    The entry may be written by hand: only `"chip"` is needed, and a figure
    that is not written down is the table's. `set` changes figures of the
    table, e.g. for another part with the same chip.
  }];
  let options = [
    Option<"chip", "chip", "std::string", "\"sm_89\"",
           "Chip to describe, as ptxas spells it">,
    ListOption<"figures", "set", "std::string",
               "Figures to change, as key=integer (bytes, bytes a second, "
               "operations a second, counts)">
  ];
  let dependentDialects = ["mlir::DLTIDialect"];
}

#endif // UPWEAVE_SCHEDULE_PASSES
