//===- Options.h - Command line of upweave-check ----------------*- C++ -*-===//
// Reads what to compile, how to run it and what to compare.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_OPTIONS_H
#define UPWEAVE_CHECK_OPTIONS_H

#include "CheckOptions.h"

/// What the process returns.
enum ExitCode {
  kPassed = 0,
  kFailed = 1, ///< a check failed, or the input is wrong
  kUsageError = 2,
  kUnsupported = 3
};

/// Parses the command line; false, after saying why, if it is wrong.
bool parseOptions(int argc, char **argv, CheckOptions &options);

#endif // UPWEAVE_CHECK_OPTIONS_H
