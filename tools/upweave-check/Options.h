//===- Options.h - Command line of upweave-check ----------------*- C++ -*-===//
// What to compile, how to run it and what to compare.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_OPTIONS_H
#define UPWEAVE_CHECK_OPTIONS_H

#include "Inputs.h"

#include "Upweave/Simulator/Simulator.h"
#include "Upweave/Target/Compile.h"

/// What the process returns.
enum ExitCode {
  kPassed = 0,
  kFailed = 1, ///< a check failed, or the input is wrong
  kUsageError = 2,
  kUnsupported = 3
};

struct ToolOptions {
  std::string input;
  upweave::CompileOptions compile;
  std::vector<InputKind> inputs;
  std::vector<upweave::sim::ThreadOrder> orders;
  upweave::sim::MmaSums sums = upweave::sim::MmaSums::Ascending;
  std::vector<std::string> dims; ///< "N" or "NAME=N"
  uint64_t seed = 1;
  uint64_t sampleBlocks = 0; ///< 0: all
  int64_t samples = 0;       ///< rows to compare; 0: by size
  unsigned threads = 0;      ///< 0: one a processor
  double maxError = 0;       ///< 0: the bound alone
  bool quiet = false;
};

/// Parses the command line; false, after saying why, if it is wrong.
bool parseOptions(int argc, char **argv, ToolOptions &options);

#endif // UPWEAVE_CHECK_OPTIONS_H
