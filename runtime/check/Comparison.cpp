// Evaluates samples of outputs twice and compares.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Comparison.h"

#include <atomic>

namespace upweave {
namespace check {

Comparison::Comparison(const rt::BundleFile &file, const bundle::Entry &entry,
                       const std::vector<ArgumentData> &args, WorkPool &pool,
                       bool useSource)
    : pool(pool), precision(entry.precision()),
      blocks(std::make_unique<Evaluator>(file, entry, args, pool,
                                         MeaningKind::Blocks)) {
  if (!useSource)
    return;
  try {
    source = std::make_unique<Evaluator>(file, entry, args, pool,
                                         MeaningKind::Source);
  } catch (const CheckError &error) {
    whyNoSource = error.what();
  }
}

double Comparison::estimateWork(uint32_t output,
                                const std::vector<Row> &rows) const {
  Need need;
  for (const Row &row : rows)
    need += {double(row.count), 1};
  double work = blocks->estimateWork(output, need);
  if (source)
    work += source->estimateWork(output, need);
  return work;
}

double Comparison::estimateSeconds(uint32_t output,
                                   const std::vector<Row> &rows) const {
  return estimateWork(output, rows) * kSecondsPerOp / pool.threads();
}

void Comparison::evaluate(Evaluator &evaluator, uint32_t output,
                          const std::vector<Row> &rows, Value Pair::*which,
                          std::vector<Pair> &pairs,
                          const std::function<void(int64_t)> &done) {
  // Whole rows share most; where there are few, their elements are divided.
  constexpr int64_t kGrain = 16;
  const bool byRow = rows.size() >= 4 * pool.threads();
  std::vector<int64_t> starts = {0};
  for (const Row &row : rows)
    starts.push_back(starts.back() + row.count);
  auto evaluateRow = [&](size_t row, int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at)
      pairs[starts[row] + at].*which =
          evaluator.readOutput(output, rows[row].first + at);
    done(end - begin);
  };
  if (byRow)
    return evaluator.run(
        WorkPool::kOutermost, rows.size(), 1,
        [&](int64_t row, int64_t) { evaluateRow(row, 0, rows[row].count); });
  for (size_t row = 0; row < rows.size(); ++row)
    evaluator.run(
        WorkPool::kOutermost, rows[row].count, kGrain,
        [&](int64_t begin, int64_t end) { evaluateRow(row, begin, end); });
}

std::vector<Comparison::Pair> Comparison::evaluate(uint32_t output,
                                                   const std::vector<Row> &rows,
                                                   Progress *progress) {
  int64_t count = 0;
  for (const Row &row : rows)
    count += row.count;
  std::vector<Pair> pairs(count);
  std::atomic<int64_t> finished{0};
  std::mutex mutex;
  const double total = double(count) * (source ? 2 : 1);
  auto done = [&](int64_t elements) {
    const int64_t now = finished += elements;
    std::unique_lock<std::mutex> lock(mutex, std::try_to_lock);
    if (progress && lock)
      progress->update(double(now) / total);
  };
  // One after the other: what overflows is treated differently.
  evaluate(*blocks, output, rows, &Pair::blocks, pairs, done);
  if (source)
    evaluate(*source, output, rows, &Pair::source, pairs, done);
  return pairs;
}

Metric::Report Comparison::compare(uint32_t output,
                                   const std::vector<Row> &rows,
                                   const std::function<Value(int64_t)> &actual,
                                   Progress *progress) {
  const std::vector<Pair> pairs = evaluate(output, rows, progress);
  const TensorInfo &info = blocks->outputInfo(output);
  Metric metric(info.dtype, precision, info.count);
  auto pair = pairs.begin();
  for (const Row &row : rows)
    for (int64_t at = row.first; at < row.first + row.count; ++at, ++pair) {
      Value kernel = pair->blocks;
      // Float64 is no more exact than an f64 kernel: the source's own rounding
      // errors are the reference's.
      if (source && info.dtype == DType::F64 && !isUnknown(pair->source))
        kernel.e = std::max(kernel.e, pair->source.e);
      if (source)
        metric.add(at, actual(at), kernel, pair->source);
      else
        metric.add(at, actual(at), kernel);
    }
  return metric.report();
}

} // namespace check
} // namespace upweave
