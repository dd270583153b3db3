//===- upweave-compile.cpp - From linalg to a bundle ----------------------===//
// Reads a module, compiles it and writes what was asked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "Upweave/Validate/Validate.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

#include <chrono>

using namespace mlir;
using upweave::Artifact;
using upweave::Stage;

/// Says why a file could not be written.
static bool reportError(llvm::Error error, llvm::StringRef path) {
  llvm::errs() << "upweave-compile: cannot write '" << path
               << "': " << llvm::toString(std::move(error)) << '\n';
  return false;
}

static bool writeFile(llvm::StringRef path, llvm::StringRef bytes) {
  llvm::Error error = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    os << bytes;
    return llvm::Error::success();
  });
  return error ? reportError(std::move(error), path) : true;
}

/// The file name of a kept form: "sm_89.launch.mlir".
static std::string getTempName(const Artifact &artifact) {
  static const char *const suffixes[] = {
      "blocks.mlir", "meaning.txt", "schedule.mlir", "launch.mlir",
      "nvvm.mlir",   "ll",          "ptx",           "cubin"};
  bool host = artifact.chip == "host";
  std::string suffix = suffixes[static_cast<int>(artifact.stage)];
  if (host)
    suffix = artifact.stage == Stage::Cubin ? "so" : "llvm.mlir";
  return artifact.chip.empty() ? suffix : artifact.chip + "." + suffix;
}

static bool saveTemps(const upweave::CompileResult &result,
                      llvm::StringRef folder) {
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return reportError(llvm::errorCodeToError(code), folder);
  for (const Artifact &artifact : result.artifacts) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, getTempName(artifact));
    if (!writeFile(path, artifact.bytes))
      return false;
  }
  return true;
}

/// Writes the bundle, or the form that was asked for.
static bool writeOutput(upweave::CompileResult &result,
                        const ToolOptions &options) {
  Stage stage = options.compile.lastStage;
  if (stage == Stage::Bundle) {
    llvm::Error error = result.bundle.write(options.output);
    return error ? reportError(std::move(error), options.output) : true;
  }
  llvm::StringRef chip = stage > Stage::Meaning
                             ? llvm::StringRef(options.compile.chips.front())
                             : llvm::StringRef();
  const std::string *bytes = result.find(stage, chip);
  if (!bytes || bytes->empty()) {
    llvm::errs() << "upweave-compile: there is no machine code for " << chip
                 << ": no ptxas was found; name a CUDA toolkit with --toolkit, "
                    "or use --emit=ptx\n";
    return false;
  }
  return writeFile(options.output, *bytes);
}

static bool writeReport(const upweave::CompileResult &result,
                        const ToolOptions &options) {
  if (options.report)
    result.report.print(llvm::errs());
  if (options.reportFile.empty())
    return true;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::formatv("{0:2}", result.report.toJSON()) << '\n';
  return writeFile(options.reportFile, text);
}

/// Compares blocks and source; false if they differ.
static bool validate(upweave::CompileResult &result,
                     const ToolOptions &options, double compileSeconds) {
  constexpr double kShare = 0.2, kLeast = 2.0;
  upweave::ValidateOptions validation;
  validation.seconds = options.validateSeconds > 0
                           ? options.validateSeconds
                           : std::max(kLeast, kShare * compileSeconds);
  std::string difference = upweave::validateBundle(result.bundle, validation,
                                                   result.report.validation);
  if (difference.empty())
    return true;
  llvm::errs() << "upweave-compile: " << difference
               << "\nupweave-compile: this is a bug in Upweave, please report "
                  "it with the input; nothing was written\n";
  return false;
}

static ExitCode run(const ToolOptions &options) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> file =
      openInputFile(options.input, &message);
  if (!file) {
    llvm::errs() << "upweave-compile: " << message << '\n';
    return kInputError;
  }
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  upweave::registerCompileDialects(registry);
  MLIRContext context(registry);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return kInputError;
  auto start = std::chrono::steady_clock::now();
  upweave::CompileFailure failure;
  std::unique_ptr<upweave::CompileResult> result =
      upweave::compileModule(*module, options.compile, &failure);
  if (!result)
    return failure == upweave::CompileFailure::Unsupported ? kUnsupported
                                                           : kInputError;
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  if (options.validate && !validate(*result, options, seconds.count()))
    return kNotValid;
  if (!options.saveTemps.empty() && !saveTemps(*result, options.saveTemps))
    return kInputError;
  if (!writeOutput(*result, options) || !writeReport(*result, options))
    return kInputError;
  return kSuccess;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  ToolOptions options;
  if (!parseOptions(argc, argv, options))
    return kUsageError;
  return run(options);
}
