// upweave-run: runs, checks and measures a bundle.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Manifest.h"
#include "Npy.h"
#include "Run.h"

#include <cstdio>
#include <cstring>

using namespace upweave;
using namespace upweave::run;

namespace {

void writeOutputs(Runner &runner, const Options &options) {
  size_t next = 0;
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
  std::shared_ptr<const rt::BundleFile> file;
  require(rt::BundleFile::read(options.bundle.c_str(), file));
  if (options.describe) {
    const std::string text = options.describeJson ? rt::manifestJson(*file)
                                                  : rt::manifestText(*file);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  Runner runner(options, file);
  fmt::print("{}: entry {} on {}, image {}\n", options.bundle,
             rt::text(runner.entry().name()), runner.backend().name(),
             runner.program().imageName());
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

} // namespace

int main(int argc, char **argv) {
  Options options;
  int exitCode = kOk;
  if (!parseOptions(argc, argv, options, exitCode))
    return exitCode;
  try {
    return runMain(options);
  } catch (const Failure &failure) {
    fmt::print(stderr, "upweave-run: {}\n", failure.what());
    return failure.code;
  } catch (const check::CheckError &error) {
    fmt::print(stderr, "upweave-run: {}\n", error.what());
    return kUsageError;
  } catch (const std::exception &error) {
    fmt::print(stderr, "upweave-run: {}\n", error.what());
    return kUsageError;
  }
}
