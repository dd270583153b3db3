//===- Passes.td - Passes of Upweave/Schedule --------------*- tablegen -*-===//
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
    Stores what is known of a chip (its limits, bandwidths and peak rates, and
    what the cost model of fused kernels takes beside them) as
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
    Option<"chip", "chip", "std::string", "::upweave::kDefaultChip.str()",
           "Chip to describe, as ptxas spells it">,
    ListOption<"figures", "set", "std::string",
               "Figures to change, as key=integer (bytes, bytes or operations "
               "a second, cycles, thousandths, counts)">
  ];
  let dependentDialects = ["mlir::DLTIDialect"];
}

def SelectSchedule : Pass<"upweave-select-schedule", "mlir::ModuleOp"> {
  let summary = "Choose how each block runs on the attached target";
  let description = [{
    Gives every block a schedule for the target that `upweave-attach-target`
    wrote on the module, and every convolution the precision it runs in:

    ```mlir
    %y = upweave.block domain [4, 16, 64] rows [2] stored(%x : ...) ... { ... }
    // becomes, for sm_89
    %y = upweave.block domain [4, 16, 64] rows [2] stored(%x : ...) ...
      attributes {schedule = #upweave.rows<warps = 2, lanes = 16, vector = 4,
                                           registers = 4, rows_per_thread = 1,
                                           tiles_per_block = 1>} { ... }
    ```

    A stored tensor is walked by rows (`rows`); a convolution runs with its
    region in one kernel (`fused`) where a tile of the result holds whole rows,
    else as two (`split`): the convolution, then its rows from memory. Where
    elements have a type that no fused kernel takes, each is summed by a thread
    (`direct`). An analysis remark, `schedule-selected`, explains the choice,
    and another, `not-fused`, says which limit was met. A schedule that is there
    already is obeyed, its missing fields filled in, or refused with an error
    that names the field. Every schedule is complete then: what packs and lowers
    blocks reads it, and chooses nothing.

    `precision` is what f32 convolutions are asked to run in; f16 and bf16 data
    have their own. What a block's kernel cannot do is granted as `ieee`, which
    is more accurate, and the remark `precision-granted` says so.
  }];
  let options = [
    Option<"precision", "precision", "std::string", "\"ieee\"",
           "Products of f32 convolutions: ieee, tf32 or tf32x3">
  ];
  let statistics = [
    Statistic<"numStored", "stored", "Blocks over stored rows">,
    Statistic<"numDirect", "direct", "Convolutions a thread an element">,
    Statistic<"numSplit", "split", "Convolutions in two kernels">,
    Statistic<"numFused", "fused", "Convolutions in fused kernels">
  ];
  let dependentDialects = ["upweave::UpweaveDialect"];
}

#endif // UPWEAVE_SCHEDULE_PASSES
