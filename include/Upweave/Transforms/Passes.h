//===- Passes.h - Passes of Upweave/Transforms -------------------------*- C++
//-*-===//
// Declarations generated from Passes.td, and the pipelines built from them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PASSES_H
#define UPWEAVE_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include <memory>

namespace upweave {

#define GEN_PASS_DECL
#include "Upweave/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Upweave/Transforms/Passes.h.inc"

/// The upstream canonicalizer without the pattern that forgets the stride of a
/// padded insert_slice: the only one that may see tensors.
std::unique_ptr<mlir::Pass> createSafeCanonicalizerPass();

/// The pipeline `upweave-bufferize`: from tensors to buffers, results to
/// destination arguments.
void buildBufferizePipeline(mlir::OpPassManager &pm);
void registerBufferizePipeline();

} // namespace upweave

#endif // UPWEAVE_TRANSFORMS_PASSES_H
