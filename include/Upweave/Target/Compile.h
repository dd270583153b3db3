//===- Compile.h - From a module to a bundle --------------------*- C++ -*-===//
// The whole pipeline as one call: what upweave-compile does, for any tool.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_COMPILE_H
#define UPWEAVE_TARGET_COMPILE_H

#include "Upweave/Target/BundleWriter.h"
#include "Upweave/Target/HostObject.h"
#include "Upweave/Target/Report.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <memory>
#include <string>
#include <vector>

namespace upweave {

/// The forms a module goes through, in order.
enum class Stage {
  Blocks,   ///< MLIR after stage 3
  Meaning,  ///< what the entries compute, in text
  Schedule, ///< MLIR after stage 4, per chip
  Launch,   ///< MLIR in launch form, per chip
  NVVM,     ///< MLIR with kernels in the NVVM dialect, per chip
  LLVM,     ///< LLVM IR of the kernels, per chip
  PTX,      ///< per chip
  Cubin,    ///< per chip
  Bundle    ///< everything
};

struct CompileOptions {
  /// At least one, by the names of `getKnownTargets`.
  std::vector<std::string> chips;
  /// The one entry point; empty for all public functions.
  std::string entry;
  /// Of f32 convolutions: Ieee, Tf32 or Tf32x3.
  bundle::Precision precision = bundle::Precision::Ieee;
  /// A schedule attribute without its `#upweave.`, as `split` or
  /// `fused<stages = 3>`, for the blocks of its kind (convolutions, or stored
  /// tensors) that have no schedule; fields that are left out are chosen. Empty
  /// to choose everything.
  std::string schedule;
  /// No value that the source rounds is kept wider, no addend dropped.
  bool strictNumerics = false;
  /// Where to stop.
  Stage lastStage = Stage::Bundle;
  /// Keep the text or bytes of every stage, not only of the last.
  bool keepIntermediates = false;
  /// Keep the kernels' LLVM IR in any case.
  bool keepKernelIR = false;
  /// Give the kernels the source's locations, as debug information.
  bool lineInfo = false;
  /// Make machine code, if ptxas is found.
  bool assemble = true;
  /// Make the variant that runs without a GPU.
  bool host = true;
  HostObjectOptions hostObject;
  /// Folder of the CUDA toolkit; empty to look for it.
  std::string toolkit;
  /// Name of the source for the report.
  std::string sourceName;
};

/// One form of the module. Host code has the chip "host".
struct Artifact {
  Stage stage;
  std::string chip;
  std::string bytes;
};

struct CompileResult {
  BundleWriter bundle;
  CompileReport report;
  std::vector<Artifact> artifacts;

  /// The bytes of a form, null if it was not kept.
  const std::string *find(Stage stage, llvm::StringRef chip = {}) const;
};

/// Why there is no result: something is wrong with what was given, or the
/// functions hold what Upweave does not compile (control flow, ops and types
/// without a kernel), which the error names.
enum class CompileFailure { BadInput, Unsupported };

/// Compiles the public functions of `module`, which becomes the module of
/// blocks. Errors are reported as diagnostics; the result is then null. What
/// passes remark goes to the report.
std::unique_ptr<CompileResult> compileModule(mlir::ModuleOp module,
                                             const CompileOptions &options,
                                             CompileFailure *failure = nullptr);

/// Registers what a context needs beside all dialects of MLIR.
void registerCompileDialects(mlir::DialectRegistry &registry);

/// Stages 4 and 5 for the chip attached to the module, but for serialising:
/// from blocks to launch form (pipeline `upweave-blocks-to-launch`).
void buildBlocksToLaunch(mlir::OpPassManager &pm, llvm::StringRef precision);

/// Registers the pipelines `upweave-blocks-to-launch` and
/// `upweave-compile-to-launch`.
void registerCompilePipelines();

} // namespace upweave

#endif // UPWEAVE_TARGET_COMPILE_H
