//===- Passes.td - Passes of Upweave/Target ----------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_PASSES
#define UPWEAVE_TARGET_PASSES

include "mlir/Pass/PassBase.td"

def Serialize : Pass<"upweave-serialize", "mlir::ModuleOp"> {
  let summary = "Compile gpu.modules of NVVM kernels to gpu.binary ops";
  let description = [{
    Each gpu.module, converted by `upweave-convert-gpu-to-nvvm`, is compiled for
    every chip and replaced by a gpu.binary that holds, per chip, machine code
    (with what registers and memory each kernel takes) and PTX. ptxas is looked
    for in `toolkit`, PATH, `$CUDA_HOME`, `$CUDA_PATH`, `$CUDA_ROOT` and
    /usr/local/cuda; without it there is PTX only, and a warning.

    ```mlir
    gpu.module @kernels { llvm.func @f_0_copy(...) attributes {nvvm.kernel} }
    ```
    becomes
    ```mlir
    gpu.binary @kernels [
      #gpu.object<#nvvm.target<chip = "sm_89", ...>, kernels = <[
        #gpu.kernel_metadata<"f_0_copy", ..., metadata = {registers = 10 : i64,
          shared_bytes = 0 : i64, ...}>]>, bin = "...">,
      #gpu.object<#nvvm.target<chip = "sm_89", ...>, assembly = "...">]
    ```

    The bytes are the same from run to run. An unknown chip, a toolkit without
    ptxas and a call of a function that is not in the module are errors.
  }];
  let options = [
    ListOption<"chips", "chips", "std::string",
               "Chips to compile for (default: the one of the module's target "
               "description, else sm_89)">,
    Option<"toolkit", "toolkit", "std::string", "\"\"",
           "Folder of the CUDA toolkit (default: looked for); none for PTX "
           "only">
  ];
}

#endif // UPWEAVE_TARGET_PASSES
