//===- Options.h - Command line of upweave-compile --------------*- C++ -*-===//
// What the user asked for, checked.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TOOLS_COMPILE_OPTIONS_H
#define UPWEAVE_TOOLS_COMPILE_OPTIONS_H

#include "Upweave/Target/Compile.h"

#include <string>

/// The exit codes of upweave-compile.
enum ExitCode {
  kSuccess = 0,
  kInputError = 1,
  kUsageError = 2,
  kUnsupported = 3,
  kNotValid = 4
};

struct ToolOptions {
  std::string input;
  std::string output;
  std::string saveTemps;
  bool report = false;
  std::string reportFile;
  /// Compare the blocks with the source before anything is written.
  bool validate = false;
  /// What that may take; 0 lets the time of compiling decide.
  double validateSeconds = 0;
  upweave::CompileOptions compile;
};

/// Reads the command line. On a usage error says what is wrong and returns
/// false. `--help` and `--version` end the process with success.
bool parseOptions(int argc, char **argv, ToolOptions &options);

#endif // UPWEAVE_TOOLS_COMPILE_OPTIONS_H
