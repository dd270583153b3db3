//===- Passes.h - Passes of Upweave/Target ----------------------*- C++ -*-===//
// Declarations generated from Passes.td, and the pipelines built from them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_PASSES_H
#define UPWEAVE_TARGET_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassOptions.h"

namespace upweave {

#define GEN_PASS_DECL
#include "Upweave/Target/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Upweave/Target/Passes.h.inc"

/// Options of the pipeline upweave-gpu-to-binary.
struct GPUToBinaryOptions
    : public mlir::PassPipelineOptions<GPUToBinaryOptions> {
  ListOption<std::string> chips{
      *this, "chips",
      llvm::cl::desc("Chips to compile for (default: the one of the module's "
                     "target description, else sm_89)")};
  Option<std::string> toolkit{
      *this, "toolkit",
      llvm::cl::desc("Folder of the CUDA toolkit (default: looked for); none "
                     "for PTX only"),
      llvm::cl::init("")};
  Option<unsigned> indexBitwidth{
      *this, "index-bitwidth",
      llvm::cl::desc("Bits of an index in kernels: 64 or 32"),
      llvm::cl::init(64)};
};

/// Kernels as stage 5 leaves them to the LLVM and NVVM dialects.
void buildKernelsToNVVM(mlir::OpPassManager &pm, unsigned indexBitwidth = 64);

/// Stage 6: kernels to gpu.binary ops.
void buildGPUToBinary(mlir::OpPassManager &pm,
                      const GPUToBinaryOptions &options);

/// Registers the pipeline upweave-gpu-to-binary.
void registerGPUToBinary();

} // namespace upweave

#endif // UPWEAVE_TARGET_PASSES_H
