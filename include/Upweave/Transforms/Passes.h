//===- Passes.h - Passes of Upweave/Transforms ------------------*- C++ -*-===//
// Declarations generated from Passes.td, and the pipelines built from them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PASSES_H
#define UPWEAVE_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

#include <memory>

namespace upweave {

/// What results may differ by from the IR as written.
enum class Numerics {
  /// Roundings to 16 bits between operations and addends that a normalisation
  /// cancels may be dropped.
  Relaxed,
  Strict,
};

#define GEN_PASS_DECL
#include "Upweave/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Upweave/Transforms/Passes.h.inc"

/// Fails, with an error at the op, if a reshape below `root` has groups that do
/// not name its dimensions in order, which upstream's verifier lets through.
mlir::LogicalResult verifyReshapes(mlir::Operation *root);

/// Takes ops below `root` apart that say themselves how they are written with
/// simpler ones (`linalg.softmax`); returns how many there were. Fails, with an
/// error, for one that cannot be.
mlir::FailureOr<unsigned> decomposeComposites(mlir::Operation *root);

/// The pipeline `upweave-raise`, stage 1: inlining without canonicalization,
/// then `upweave-raise-conv-transpose`.
void buildRaisePipeline(mlir::OpPassManager &pm);
void registerRaisePipeline();

/// The upstream canonicalizer without the pattern that forgets the stride of a
/// padded insert_slice: the only one that may see tensors.
std::unique_ptr<mlir::Pass> createSafeCanonicalizerPass();

struct FusePipelineOptions
    : public mlir::PassPipelineOptions<FusePipelineOptions> {
  Option<Numerics> numerics{
      *this, "numerics",
      llvm::cl::desc("Whether results may differ from the IR as written by "
                     "dropped roundings to 16 bits and dropped addends"),
      llvm::cl::init(Numerics::Relaxed),
      llvm::cl::values(clEnumValN(Numerics::Relaxed, "relaxed", "drop them"),
                       clEnumValN(Numerics::Strict, "strict", "keep them"))};
};

/// The pipeline `upweave-fuse`, stages 1 to 3: from linalg on tensors to blocks
/// with recognised epilogues, what is no block staying as it is.
void buildFusePipeline(mlir::OpPassManager &pm,
                       const FusePipelineOptions &options);
void registerFusePipeline();

/// The pipeline `upweave-bufferize`: from tensors to buffers, results to
/// destination arguments.
void buildBufferizePipeline(mlir::OpPassManager &pm);
void registerBufferizePipeline();

/// What stands before an entry point's name in the symbol of its host code.
inline constexpr llvm::StringLiteral kHostEntryPrefix = "upweave_host_";

/// From loops over buffers to the LLVM dialect with host entry points.
/// `expandMath` replaces common functions by polynomials; without it all come
/// from the C library.
void buildLoopsToLLVMPipeline(mlir::OpPassManager &pm, bool expandMath);

struct HostPipelineOptions
    : public mlir::PassPipelineOptions<HostPipelineOptions> {
  Option<int64_t> minWork{
      *this, "min-work",
      llvm::cl::desc("innermost iterations that a loop must have to be divided "
                     "among threads"),
      llvm::cl::init(16384)};
};

/// The pipeline `upweave-lower-to-host`: from planned functions to the LLVM
/// dialect, for the host.
void buildLowerToHostPipeline(mlir::OpPassManager &pm,
                              const HostPipelineOptions &options = {});
void registerLowerToHostPipeline();

} // namespace upweave

#endif // UPWEAVE_TRANSFORMS_PASSES_H
