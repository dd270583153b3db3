//===- Ptxas.cpp - Run NVIDIA's assembler ---------------------------------===//
// Finding ptxas, running it, and reading its report.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Ptxas.h"

#include "upweave/files/OutputFile.h"
#include "upweave/files/TemporaryFiles.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace mlir;

namespace upweave {

namespace {

/// Where a toolkit is when nobody says otherwise.
constexpr StringLiteral kUsualToolkit = "/usr/local/cuda";
/// The name of no toolkit at all.
constexpr StringLiteral kNoToolkit = "none";
constexpr StringLiteral kPTXOnly =
    "there will be PTX only, which the driver compiles when it is loaded; "
    "registers and spills are not known";
constexpr StringLiteral kVariables[] = {"CUDA_HOME", "CUDA_PATH", "CUDA_ROOT"};

/// ptxas in `folder` or its bin folder, or an empty string.
std::string ptxasIn(StringRef folder) {
  for (StringRef inner : {"bin", ""}) {
    SmallString<128> path(folder);
    llvm::sys::path::append(path, inner, "ptxas");
    if (llvm::sys::fs::can_execute(path))
      return path.str().str();
  }
  return {};
}

std::string readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// Runs a program; what it writes to either stream lands in `output`.
LogicalResult runProgram(StringRef program, ArrayRef<StringRef> arguments,
                         const files::TemporaryDirectory &folder,
                         std::string &output, EmitError emitError) {
  const std::string log = folder.file("log");
  SmallVector<StringRef> all{program};
  all.append(arguments.begin(), arguments.end());
  std::optional<StringRef> redirects[] = {StringRef(""), log, log};
  std::string message;
  int status = llvm::sys::ExecuteAndWait(program, all, /*Env=*/std::nullopt,
                                         redirects, /*SecondsToWait=*/0,
                                         /*MemoryLimit=*/0, &message);
  output = readFile(log);
  if (status == 0)
    return success();
  return emitError() << program << " failed with status " << status << ": "
                     << (message.empty() ? output : message);
}

/// "13.0.88" out of "Cuda compilation tools, release 13.0, V13.0.88".
std::string parseVersion(StringRef text) {
  llvm::Regex version("V([0-9]+\\.[0-9]+\\.[0-9]+)");
  SmallVector<StringRef> matches;
  return version.match(text, &matches) ? matches[1].str() : "unknown";
}

/// The number in front of `what` in a line of the report, or 0.
int64_t numberBefore(StringRef line, StringRef what) {
  size_t at = line.find(what);
  if (at == StringRef::npos)
    return 0;
  StringRef text = line.take_front(at).rtrim();
  text =
      text.take_back(text.size() - (text.find_last_not_of("0123456789") + 1));
  int64_t value = 0;
  return text.getAsInteger(10, value) ? 0 : value;
}

} // namespace

FailureOr<std::string> findPtxas(StringRef toolkit, Location loc) {
  if (toolkit == kNoToolkit) {
    emitWarning(loc) << "toolkit is '" << kNoToolkit << "': " << kPTXOnly;
    return std::string();
  }
  if (!toolkit.empty()) {
    std::string path = ptxasIn(toolkit);
    if (path.empty())
      return emitError(loc) << "toolkit '" << toolkit
                            << "' holds no ptxas: name the folder of a CUDA "
                               "toolkit";
    return path;
  }
  if (auto path = llvm::sys::findProgramByName("ptxas"))
    return *path;
  for (StringRef variable : kVariables)
    if (const char *folder = std::getenv(variable.data()))
      if (std::string path = ptxasIn(folder); !path.empty())
        return path;
  if (std::string path = ptxasIn(kUsualToolkit); !path.empty())
    return path;
  emitWarning(loc) << "no ptxas in PATH, CUDA_HOME, CUDA_PATH, CUDA_ROOT or "
                   << kUsualToolkit << ": " << kPTXOnly;
  return std::string();
}

std::vector<KernelResources> parsePtxasReport(StringRef report) {
  std::vector<KernelResources> kernels;
  llvm::Regex entry("Compiling entry function '([^']*)'");
  SmallVector<StringRef> lines;
  report.split(lines, '\n');
  for (StringRef line : lines) {
    SmallVector<StringRef> matches;
    if (entry.match(line, &matches)) {
      kernels.emplace_back();
      kernels.back().name = matches[1].str();
      continue;
    }
    if (kernels.empty())
      continue;
    KernelResources &kernel = kernels.back();
    if (line.contains("bytes stack frame")) {
      kernel.stackBytes = numberBefore(line, "bytes stack frame");
      kernel.spillStoreBytes = numberBefore(line, "bytes spill stores");
      kernel.spillLoadBytes = numberBefore(line, "bytes spill loads");
    } else if (line.contains("Used ")) {
      kernel.registers = numberBefore(line, "registers");
      kernel.sharedBytes = numberBefore(line, "bytes smem");
    }
  }
  return kernels;
}

/// Kernels in the order they have in the PTX, whatever ptxas's is.
static void sortLikePTX(std::vector<KernelResources> &kernels, StringRef ptx) {
  llvm::sort(kernels, [&](const KernelResources &a, const KernelResources &b) {
    return ptx.find((".entry " + a.name + "(")) <
           ptx.find((".entry " + b.name + "("));
  });
}

LogicalResult runPtxas(StringRef ptxas, StringRef chip, int optLevel,
                       SerializedModule &module, EmitError emitError) {
  files::TemporaryDirectory folder;
  if (!folder.error().empty())
    return emitError() << folder.error();
  std::string version;
  if (failed(runProgram(ptxas, {"--version"}, folder, version, emitError)))
    return failure();
  module.ptxasVersion = parseVersion(version);

  const std::string input = folder.file("kernels.ptx");
  const std::string output = folder.file("kernels.cubin");
  files::OutputFile file(input);
  file.write(module.ptx.data(), module.ptx.size());
  if (!file.commit())
    return emitError() << "cannot write " << input << ": " << file.error();
  std::string level = "-O" + std::to_string(optLevel), report;
  if (failed(runProgram(ptxas,
                        {"-arch", chip, level, "-v", input, "-o", output},
                        folder, report, emitError)))
    return failure();
  module.cubin = readFile(output);
  module.kernels = parsePtxasReport(report);
  sortLikePTX(module.kernels, module.ptx);
  return success();
}

} // namespace upweave
