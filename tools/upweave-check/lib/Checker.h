//===- Checker.h - All checks of a compiled module --------------*- C++ -*-===//
// Runs every entry on every kind of inputs and says what went wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_CHECKER_H
#define UPWEAVE_CHECK_CHECKER_H

#include "Reference.h"

#include <cstdio>

/// Checks the entries of one compiled module.
class Checker {
public:
  /// Of `compiled`, whose bundle is used up.
  /// Says on `out` what is found. Throws CheckError.
  Checker(const CheckOptions &options, upweave::CompileResult &compiled,
          std::FILE *out = stdout);

  /// Simulates `llvmIR`, the kernels of the compiled module; false if a check
  /// failed.
  bool run(const std::string &llvmIR, const upweave::TargetDescription &target);

private:
  bool checkEntry(SimulatedDevice &device, const upweave::bundle::Entry &entry);
  bool tryInputs(SimulatedDevice &device, Trial &trial, InputKind kind,
                 upweave::sim::ThreadOrder order);
  bool checkPrepared(SimulatedDevice &device, Trial &trial);
  bool checkBits(const Trial &trial, upweave::sim::ThreadOrder order);
  bool print(const OutputResult &result, const Trial &trial, InputKind kind,
             upweave::sim::ThreadOrder order);
  void describe(const Trial &trial);
  void printCounts(const SimulatedDevice &device);

  const CheckOptions &options;
  std::shared_ptr<const upweave::rt::BundleFile> file;
  Reference reference;
  std::FILE *out;
  /// Outputs of the first run on normal inputs.
  std::vector<std::string> firstBits;
  upweave::sim::ThreadOrder firstOrder = upweave::sim::ThreadOrder::Forward;
};

#endif // UPWEAVE_CHECK_CHECKER_H
