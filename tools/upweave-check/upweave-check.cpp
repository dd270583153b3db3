//===- upweave-check.cpp - Kernels proven without a GPU -------------------===//
// Compiles a module, simulates its launches and compares with the source.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Checker.h"
#include "Options.h"
#include "ReadModule.h"
#include "upweave/files/OutputFile.h"
#include "upweave/files/TerminalText.h"

#include "llvm/Support/InitLLVM.h"

using namespace upweave;
using check::CheckError;

namespace {

ExitCode runChecks(const CheckOptions &options, CompileResult &compiled,
                   mlir::Location loc) {
  const std::string &chip = options.compile.chips.front();
  const std::string *llvmIR = compiled.find(Stage::LLVM, chip);
  mlir::FailureOr<TargetDescription> target =
      lookupTarget(chip, [&] { return mlir::emitError(loc); });
  if (!llvmIR || mlir::failed(target))
    return kFailed;
  try {
    bool passed = Checker(options, compiled).run(*llvmIR, *target);
    if (std::string why = files::flushStandardOutput(); !why.empty())
      throw CheckError("cannot write to the standard output: " + why);
    return passed ? kPassed : kFailed;
  } catch (const CheckError &error) {
    std::fflush(stdout);
    llvm::errs() << "upweave-check: " << files::printable(error.what()) << '\n';
    return kFailed;
  }
}

ExitCode run(const CheckOptions &options) {
  ModuleReader reader("upweave-check");
  CompileFailure failure;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      reader.read(options.input, failure);
  if (!module)
    return failure == CompileFailure::Unsupported ? kUnsupported : kFailed;
  std::unique_ptr<CompileResult> compiled =
      compileModule(*module, options.compile, &failure);
  if (!compiled)
    return failure == CompileFailure::Unsupported ? kUnsupported : kFailed;
  return runChecks(options, *compiled, module->getLoc());
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  CheckOptions options;
  if (!parseOptions(argc, argv, options))
    return kUsageError;
  return run(options);
}
