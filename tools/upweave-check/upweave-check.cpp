//===- upweave-check.cpp - Kernels proven without a GPU -------------------===//
// Compiles a module, simulates its launches and compares with the source.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Checker.h"
#include "Options.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

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
    return Checker(options, compiled).run(*llvmIR, *target) ? kPassed : kFailed;
  } catch (const CheckError &error) {
    std::fflush(stdout);
    llvm::errs() << "upweave-check: " << error.what() << '\n';
    return kFailed;
  }
}

ExitCode run(const CheckOptions &options) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> input =
      mlir::openInputFile(options.input, &message);
  if (!input) {
    llvm::errs() << "upweave-check: " << message << '\n';
    return kFailed;
  }
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerCompileDialects(registry);
  mlir::MLIRContext context(registry);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(input), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler handler(sources, &context);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  if (!module)
    return kFailed;
  CompileFailure failure;
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
