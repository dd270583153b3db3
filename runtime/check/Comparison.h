// Outputs against the two references: the source's meaning and the blocks'.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_COMPARISON_H
#define UPWEAVE_CHECK_COMPARISON_H

#include "Evaluator.h"
#include "Metric.h"
#include "Sampling.h"

namespace upweave {
namespace check {

/// What an ordinary processor takes for one scalar op of the references.
inline constexpr double kSecondsPerOp = 30e-9;

/// Both references of an entry for one set of inputs. The source says what is
/// meant; the blocks, which kernels follow, bound what a kernel may err by; and
/// the two have to agree.
class Comparison {
public:
  /// The inputs' data and the pool must outlive it. Without `useSource`, for
  /// inputs on which a source may differ by what docs/numerics.md lists, the
  /// blocks are the one reference. Throws CheckError for what neither can do.
  Comparison(const rt::BundleFile &file, const bundle::Entry &entry,
             const std::vector<ArgumentData> &args, WorkPool &pool,
             bool useSource = true);

  /// Why the source is not compared with, if so: what it has that has no
  /// evaluation. Empty if it is.
  const std::string &obstacle() const { return whyNoSource; }
  bool hasSource() const { return source != nullptr; }
  DType outputType(uint32_t output) const {
    return blocks->outputInfo(output).dtype;
  }

  /// About how many scalar ops both references of `rows` take.
  double estimateWork(uint32_t output, const std::vector<Row> &rows) const;
  /// The same in seconds on the pool's threads.
  double estimateSeconds(uint32_t output, const std::vector<Row> &rows) const;

  /// The two evaluators; the source's is null where it has none.
  Evaluator *sourceEvaluator() { return source.get(); }
  Evaluator &blocksEvaluator() { return *blocks; }

  /// The references of elements.
  struct Pair {
    Value source, blocks;
  };
  /// Computes the elements of `rows` of output `output` by all threads;
  /// `progress`, which may be null, is told how far it is.
  std::vector<Pair> evaluate(uint32_t output, const std::vector<Row> &rows,
                             Progress *progress);

  /// Compares the elements of `rows`. `actual` gives what was computed.
  Metric::Report compare(uint32_t output, const std::vector<Row> &rows,
                         const std::function<Value(int64_t)> &actual,
                         Progress *progress);

private:
  void evaluate(Evaluator &evaluator, uint32_t output,
                const std::vector<Row> &rows, Value Pair::*which,
                std::vector<Pair> &pairs,
                const std::function<void(int64_t)> &done);

  WorkPool &pool;
  Precision precision;
  std::unique_ptr<Evaluator> source, blocks;
  std::string whyNoSource;
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_COMPARISON_H
