//===- Reference.cpp - Outputs against the source's meaning ---------------===//
// Compares a trial's outputs with float64 values of the original function.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include <fmt/format.h>

using namespace upweave;
using namespace upweave::check;

static std::vector<ArgumentData> getData(const Trial &trial) {
  std::vector<ArgumentData> data;
  for (const TrialArgument &arg : trial.getArguments())
    data.push_back({arg.isOutput ? nullptr : arg.data, arg.shape, {}, nullptr});
  return data;
}

/// Whatever the blocks that ran wrote, in the order of memory, up to `samples`
/// lines (0: some).
static std::vector<Row> getWrittenRows(const Trial &trial,
                                       const TrialArgument &output,
                                       int64_t samples) {
  constexpr int64_t kMostRows = 256;
  std::vector<Row> rows;
  int64_t line = output.shape.empty() ? 1 : output.shape.back();
  for (int64_t first = 0; first < output.count; first += line)
    for (int64_t at = first; at < std::min(first + line, output.count); ++at) {
      if (!trial.wasWritten(output, at))
        continue;
      if (!rows.empty() && rows.back().first + rows.back().count == at &&
          at != first)
        ++rows.back().count;
      else
        rows.push_back({at, 1});
    }
  size_t most = samples ? samples : kMostRows;
  for (size_t i = 0; rows.size() > most && i < most; ++i)
    rows[i] = rows[i * rows.size() / most];
  rows.resize(std::min(rows.size(), most));
  return rows;
}

OutputResult Reference::compareOutput(const Trial &trial, uint32_t index,
                                      const TrialArgument &output,
                                      Comparison &comparison) {
  OutputResult result;
  result.label = output.label;
  bool sampled = options.sampleBlocks != 0;
  for (int64_t at = 0; !sampled && at < output.count; ++at)
    result.unwritten += !trial.wasWritten(output, at);
  std::vector<Row> rows = sampled
                              ? getWrittenRows(trial, output, options.samples)
                              : chooseRows(output.shape, output.count,
                                           options.samples, options.seed);
  Progress progress(fmt::format("comparing {}", output.label), options.quiet);
  result.report = comparison.compare(
      index, rows,
      [&](int64_t at) { return loadElement(output.data, output.dtype, at); },
      &progress);
  if (result.report.worst >= 0)
    result.worst = indexText(output.shape, result.report.worst);
  return result;
}

std::vector<OutputResult> Reference::compare(const Trial &trial,
                                             InputKind kind) {
  Comparison comparison(trial.getFile(), trial.getEntry(), getData(trial), pool,
                        isFinite(kind));
  obstacle = comparison.obstacle();
  std::vector<OutputResult> results;
  uint32_t index = 0;
  for (const TrialArgument &output : trial.getArguments())
    if (output.isOutput)
      results.push_back(compareOutput(trial, index++, output, comparison));
  return results;
}
