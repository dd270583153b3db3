//===- Reference.h - Outputs against the source's meaning -------*- C++ -*-===//
// Compares a trial's outputs with float64 values of the original function.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_REFERENCE_H
#define UPWEAVE_CHECK_REFERENCE_H

#include "Trial.h"

#include "Comparison.h"

/// How one output compares.
struct OutputResult {
  std::string label;
  upweave::check::Metric::Report report;
  int64_t unwritten = 0; ///< elements that no kernel stored
  std::string worst;     ///< index of the worst element
};

/// The values that outputs must have: docs/numerics.md. Of inputs that are not
/// finite the blocks' meaning alone is the reference.
class Reference {
public:
  explicit Reference(const CheckOptions &options)
      : options(options), pool(options.threads) {}

  /// Compares all outputs of a trial that ran. Throws CheckError for what
  /// cannot be evaluated.
  std::vector<OutputResult> compare(const Trial &trial, InputKind kind);

  /// Why the source was not compared with, if so: what it has that has no
  /// evaluation.
  const std::string &getObstacle() const { return obstacle; }

private:
  OutputResult compareOutput(const Trial &trial, uint32_t index,
                             const TrialArgument &output,
                             upweave::check::Comparison &comparison);

  const CheckOptions &options;
  upweave::check::WorkPool pool;
  std::string obstacle;
};

#endif // UPWEAVE_CHECK_REFERENCE_H
