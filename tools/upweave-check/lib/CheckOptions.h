//===- CheckOptions.h - What to compile, run and compare --------*- C++ -*-===//
// The choices that a check has.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_CHECKOPTIONS_H
#define UPWEAVE_CHECK_CHECKOPTIONS_H

#include "Inputs.h"

#include "Upweave/Simulator/Simulator.h"
#include "Upweave/Target/Compile.h"

using upweave::check::getInputKinds;
using upweave::check::InputKind;

struct CheckOptions {
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
  bool counts = false;       ///< say what accesses cost
  bool quiet = false;
};

#endif // UPWEAVE_CHECK_CHECKOPTIONS_H
