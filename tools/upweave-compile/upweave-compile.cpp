//===- upweave-compile.cpp - From linalg to a bundle ----------------------===//
// Reads a module, compiles it and writes what was asked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "ReadModule.h"
#include "upweave/files/OutputFile.h"
#include "upweave/files/TerminalText.h"

#include "Upweave/Validate/Validate.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"

#include <chrono>

using namespace mlir;
using upweave::Artifact;
using upweave::Stage;

/// Standard error, after the tool's name; names and locations in `message` come
/// from the input.
static void say(const llvm::Twine &message) {
  llvm::errs() << "upweave-compile: "
               << upweave::files::printable(message.str()) << '\n';
}

/// Says why a file could not be written.
static bool reportError(const llvm::Twine &why, llvm::StringRef path) {
  say("cannot write '" + path + "': " + why);
  return false;
}

static bool writeFile(llvm::StringRef path, llvm::StringRef bytes) {
  upweave::files::OutputFile file(path.str());
  file.write(bytes.data(), bytes.size());
  return file.commit() || reportError(file.error(), path);
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
                      llvm::StringRef folder, const std::string &input) {
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return reportError(code.message(), folder);
  for (const Artifact &artifact : result.artifacts) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, getTempName(artifact));
    if (upweave::files::isSameFile(input, path.str().str()))
      return reportError("it is the input", path);
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
    return error ? reportError(llvm::toString(std::move(error)), options.output)
                 : true;
  }
  llvm::StringRef chip = stage > Stage::Meaning
                             ? llvm::StringRef(options.compile.chips.front())
                             : llvm::StringRef();
  const std::string *bytes = result.find(stage, chip);
  if (!bytes || bytes->empty()) {
    say("there is no machine code for " + chip +
        ": no ptxas was found; name a CUDA toolkit with --toolkit, or use "
        "--emit=ptx");
    return false;
  }
  bool onTerminal = options.output == "-" && llvm::outs().is_displayed();
  if (onTerminal && stage != Stage::Cubin)
    return writeFile(options.output, upweave::files::printable(*bytes));
  return writeFile(options.output, *bytes);
}

static bool writeReport(const upweave::CompileResult &result,
                        const ToolOptions &options) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (options.report) {
    result.report.print(os);
    llvm::errs() << upweave::files::printable(text);
  }
  if (options.reportFile.empty())
    return true;
  text.clear();
  os << llvm::formatv("{0:2}", result.report.toJSON()) << '\n';
  return writeFile(options.reportFile, text);
}

/// Compares blocks and source; false if they differ.
static bool validate(upweave::CompileResult &result, const ToolOptions &options,
                     double compileSeconds) {
  constexpr double kShare = 0.2, kLeast = 2.0;
  upweave::ValidateOptions validation;
  validation.seconds = options.validateSeconds > 0
                           ? options.validateSeconds
                           : std::max(kLeast, kShare * compileSeconds);
  std::string difference = upweave::validateBundle(result.bundle, validation,
                                                   result.report.validation);
  if (difference.empty())
    return true;
  say(difference);
  say("this is a bug in Upweave, please report it with the input; nothing was "
      "written");
  return false;
}

/// Another precision than the one asked for is said to those, too, who do not
/// read the report.
static void reportGrants(const upweave::CompileReport &report) {
  llvm::MapVector<llvm::StringRef, std::vector<llvm::StringRef>> places;
  for (const upweave::ReportRemark &note : report.notes)
    if (note.id == "precision-granted")
      places[note.reason].push_back(note.location);
  for (const auto &[reason, where] : places)
    say(where.front() + ": " + reason +
        (where.size() == 1
             ? llvm::Twine()
             : " (here and at " + llvm::Twine(where.size() - 1) + " more)"));
}

/// No output may be the input or another output.
static bool checkFiles(const ToolOptions &options) {
  using upweave::files::isSameFile;
  for (const std::string *file : {&options.output, &options.reportFile})
    if (isSameFile(options.input, *file)) {
      say("'" + *file +
          "' is the input: it would be overwritten; name another "
          "file");
      return false;
    }
  if (isSameFile(options.output, options.reportFile)) {
    say("the output and the report both go to '" + options.reportFile +
        "': name another file for one");
    return false;
  }
  return true;
}

static ExitCode run(const ToolOptions &options) {
  if (!checkFiles(options))
    return kUsageError;
  auto start = std::chrono::steady_clock::now();
  upweave::CompileFailure failure;
  upweave::ModuleReader reader("upweave-compile");
  std::unique_ptr<upweave::CompileResult> result;
  OwningOpRef<ModuleOp> module = reader.read(options.input, failure);
  if (module)
    result = upweave::compileModule(*module, options.compile, &failure);
  if (!result)
    return failure == upweave::CompileFailure::Unsupported ? kUnsupported
                                                           : kInputError;
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  if (options.validate && !validate(*result, options, seconds.count()))
    return kNotValid;
  if (!options.report)
    reportGrants(result->report);
  if (!options.saveTemps.empty() &&
      !saveTemps(*result, options.saveTemps, options.input))
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
