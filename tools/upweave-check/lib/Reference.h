//===- Reference.h - Outputs against the source's meaning -------*- C++ -*-===//
// Compares a trial's outputs with float64 values of the original function.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CHECK_REFERENCE_H
#define UPWEAVE_CHECK_REFERENCE_H

#include "Trial.h"

#include "Evaluator.h"
#include "Metric.h"

/// How one output compares.
struct OutputResult {
  std::string label;
  upweave::check::Metric::Report report;
  int64_t unwritten = 0; ///< elements that no kernel stored
  std::string worst;     ///< index of the worst element
};

/// The values that outputs must have. The value is that of the source, before
/// anything was done to it; the error that a kernel may make is that of the
/// blocks, by the numerics contract. Of inputs that are not finite, and of
/// samples, the blocks' own value is the reference.
class Reference {
public:
  /// `source` may be null: then the blocks are the reference.
  Reference(const CheckOptions &options,
            std::shared_ptr<const upweave::rt::BundleFile> source)
      : options(options), source(std::move(source)) {}

  /// Compares all outputs of a trial that ran. Throws CheckError for what
  /// cannot be evaluated.
  std::vector<OutputResult> compare(const Trial &trial, InputKind kind);

  /// Why the source was not compared with, if so: what it has that has no
  /// evaluation.
  const std::string &getObstacle() const { return obstacle; }

private:
  std::unique_ptr<upweave::check::Evaluator> makeSource(const Trial &trial);
  OutputResult compareOutput(const Trial &trial, uint32_t index,
                             const TrialArgument &output,
                             upweave::check::Evaluator &blocks,
                             upweave::check::Evaluator *original);

  const CheckOptions &options;
  std::shared_ptr<const upweave::rt::BundleFile> source;
  std::string obstacle;
};

#endif // UPWEAVE_CHECK_REFERENCE_H
