// Command line of upweave-run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUN_OPTIONS_H
#define UPWEAVE_RUN_OPTIONS_H

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace upweave {
namespace run {

/// What the process returns.
enum ExitCode { kOk = 0, kCheckFailed = 1, kUsageError = 2, kNoDevice = 3 };

/// Ends the program with a message on standard error.
class Failure : public std::runtime_error {
public:
  Failure(ExitCode code, const std::string &text)
      : std::runtime_error(text), code(code) {}
  const ExitCode code;
};

/// "FILE", or "ARG=FILE" with ARG a name or a number.
struct FileArgument {
  std::string argument; ///< empty: the next one in order
  std::string path;
};

struct Options {
  std::string bundle;
  std::string entry;
  std::string device = "auto"; ///< auto, gpu or host
  int gpu = 0;
  std::string image;
  std::vector<FileArgument> inputs, outputs, expected;
  std::vector<std::string> dims; ///< "N" or "NAME=N"
  uint64_t seed = 1;
  bool check = false;
  int64_t samples = 0;        ///< 0: chosen by size
  double expectTolerance = 0; ///< 0: by dtype
  double maxError = 0;        ///< 0: the bound alone
  bool prepare = false;       ///< weights once, before all launches
  bool bench = false;
  int repeat = 0; ///< 0: chosen by time
  bool describe = false, describeJson = false;
  bool quiet = false;
};

/// Parses the command line. Returns false when the program should end with
/// `exitCode` (help, version, a usage error that was printed).
bool parseOptions(int argc, char **argv, Options &options, int &exitCode);

} // namespace run
} // namespace upweave

#endif // UPWEAVE_RUN_OPTIONS_H
