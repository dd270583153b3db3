//===- Report.h - What the compiler did, for people and tools ---*- C++ -*-===//
// Blocks with their kernels and resources, what did not fuse and why, and the
// time a target cannot go below.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_REPORT_H
#define UPWEAVE_TARGET_REPORT_H

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace upweave {

/// Version of the JSON report: bumped when a field changes its meaning.
constexpr int64_t kReportVersion = 1;

/// One kernel on one chip; -1 is unknown (no ptxas).
struct ReportKernel {
  std::string symbol;
  std::string chip;
  int64_t threads = 0;
  int64_t registers = -1;
  int64_t spillBytes = -1;
  /// Static and dynamic shared memory of a block.
  int64_t sharedBytes = -1;
  int64_t blocksPerSM = -1;
};

/// One block after stage 3.
struct ReportBlock {
  std::string entry;
  std::string location;
  std::string producer; ///< "conv_transpose" or "stored"
  std::vector<int64_t> rows;
  std::string precision; ///< "ieee", ...; "none" without a convolution
  /// (chip, schedule) for each chip.
  std::vector<std::pair<std::string, std::string>> schedules;
  /// (chip, seconds) for each chip on which the block is one fused kernel of
  /// known size: what the cost model expects.
  std::vector<std::pair<std::string, double>> predictions;
  std::vector<ReportKernel> kernels;
};

/// An op that is no block: one kernel an op.
struct ReportFallback {
  std::string entry;
  std::string location;
  ReportKernel kernel;
};

struct ReportRemark {
  std::string location;
  std::string id;
  std::string reason;
};

/// What one entry moves and computes at least: arguments once, products without
/// zeros, at the peak rate of the precision they are formed in. Nothing where
/// the batch is dynamic.
struct ReportFloor {
  std::string entry;
  std::string chip;
  std::string device;
  double bytes = 0, flops = 0;
  /// Seconds: the larger of bytes over bandwidth and flops over the peak rate.
  double seconds = 0;
  /// Seconds that the cost model expects of the entry's kernels; 0 if they are
  /// not all fused ones.
  double predicted = 0;
};

struct ReportImage {
  std::string kind; ///< "cubin", "ptx" or "host"
  std::string target;
  int64_t bytes = 0;
};

/// What was compared of the blocks with the source, before anything was
/// written.
struct ReportValidation {
  bool ran = false;
  int64_t elements = 0; ///< compared, over all inputs
  int64_t unknown = 0; ///< of which nothing is known, as their rounding is lost
  /// Of rows too long to reduce: values that they reduce, found in the source.
  int64_t operandElements = 0;
  /// Outputs with such rows, compared where what the rows reduce is replaced by
  /// made-up values in source and blocks alike.
  std::vector<std::string> shortened;
  /// What was not compared, and why.
  std::vector<std::string> leftOut;
};

struct CompileReport {
  std::string source;
  std::string precision;
  std::string numerics;
  std::string upweaveVersion, llvmVersion, ptxasVersion;
  std::vector<std::string> entries;
  std::vector<ReportBlock> blocks;
  std::vector<ReportFallback> fallbacks;
  std::vector<ReportRemark> missed;
  /// Other remarks: what passes did and how.
  std::vector<ReportRemark> notes;
  std::vector<ReportFloor> floors;
  std::vector<ReportImage> images;
  /// What may differ from the source program, in sentences.
  std::vector<std::string> differences;
  ReportValidation validation;

  void print(llvm::raw_ostream &os) const;
  llvm::json::Value toJSON() const;
};

} // namespace upweave

#endif // UPWEAVE_TARGET_REPORT_H
