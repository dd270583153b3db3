// upweave-run: runs, checks and measures a bundle.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Manifest.h"
#include "Npy.h"
#include "Run.h"
#include "upweave/files/OutputFile.h"
#include "upweave/files/TerminalText.h"

#include <cstdio>
#include <cstring>

using namespace upweave;
using namespace upweave::run;

namespace {

/// Writing an output must not take away what was read, or another output.
void checkOutputFiles(const Options &options) {
  std::vector<std::string> read = {options.bundle}, written;
  for (const auto *files : {&options.inputs, &options.expected})
    for (const FileArgument &file : *files)
      read.push_back(file.path);
  for (const FileArgument &file : options.outputs) {
    for (const std::string &other : read)
      if (files::isSameFile(other, file.path))
        throw Failure(kUsageError,
                      fmt::format("--out '{}' would overwrite '{}', which is "
                                  "read: name another file",
                                  file.path, other));
    for (const std::string &other : written)
      if (files::isSameFile(other, file.path))
        throw Failure(kUsageError,
                      fmt::format("two outputs go to '{}': name another file "
                                  "for one",
                                  file.path));
    written.push_back(file.path);
  }
}

void writeOutputs(Runner &runner, const Options &options) {
  size_t next = 0;
  std::fflush(stdout); // an array may go there, too
  for (const FileArgument &file : options.outputs) {
    const Argument &output = runner.find(file.argument, /*output=*/true, next);
    if (output.contiguous) {
      check::writeNpy(file.path, output.dtype, output.shape,
                      output.host.data());
      continue;
    }
    const uint32_t element = rt::dtypeBytes(output.dtype);
    std::vector<unsigned char> dense(output.count * element);
    for (int64_t at = 0; at < output.count; ++at)
      std::memcpy(dense.data() + at * element,
                  output.host.data() + output.position(at) * element, element);
    check::writeNpy(file.path, output.dtype, output.shape, dense.data());
  }
}

int runMain(const Options &options) {
  checkOutputFiles(options);
  std::shared_ptr<const rt::BundleFile> file;
  require(rt::BundleFile::read(options.bundle.c_str(), file));
  if (options.describe) {
    const std::string text = options.describeJson
                                 ? rt::manifestJson(*file)
                                 : files::printable(rt::manifestText(*file));
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  Runner runner(options, file);
  fmt::print("{}: entry {} on {}, image {}\n", options.bundle,
             files::printableName(rt::text(runner.entry().name())),
             runner.backend().name(), runner.program().imageName());
  std::fflush(stdout);
  runner.runOnce(/*poison=*/0xFF);
  bool passed = true;
  if (options.check || !options.expected.empty())
    passed = checkOutputs(runner, options);
  writeOutputs(runner, options);
  if (options.bench)
    benchmark(runner, options);
  return passed ? kOk : kCheckFailed;
}

/// Says why the program ends, in text of which a terminal obeys nothing.
int fail(const char *why, ExitCode code) {
  // fmt's print throws where the standard error takes nothing either.
  std::fputs(("upweave-run: " + files::printable(why) + "\n").c_str(), stderr);
  return code;
}

/// What runs, and that its output arrived.
int runAndFlush(const Options &options) {
  const int code = runMain(options);
  const std::string error = files::flushStandardOutput();
  if (error.empty())
    return code;
  throw Failure(kUsageError, "cannot write to the standard output: " + error);
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  int exitCode = kOk;
  if (!parseOptions(argc, argv, options, exitCode))
    return exitCode;
  try {
    return runAndFlush(options);
  } catch (const Failure &failure) {
    return fail(failure.what(), failure.code);
  } catch (const std::exception &error) {
    return fail(error.what(), kUsageError);
  }
}
