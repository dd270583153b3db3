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
    data.push_back({arg.isOutput ? nullptr : arg.data, arg.shape, {}});
  return data;
}

std::unique_ptr<Evaluator> Reference::makeSource(const Trial &trial) {
  if (!source || !obstacle.empty())
    return nullptr;
  for (const bundle::Entry *entry : *source->table().entries()) {
    if (entry->name()->str() != trial.getEntry().name()->str())
      continue;
    try {
      return std::make_unique<Evaluator>(*source, *entry, getData(trial));
    } catch (const CheckError &error) {
      obstacle = error.what();
      return nullptr;
    }
  }
  return nullptr;
}

OutputResult Reference::compareOutput(const Trial &trial, uint32_t index,
                                      const TrialArgument &output,
                                      Evaluator &blocks, Evaluator *original) {
  OutputResult result;
  result.label = output.label;
  bool sampled = options.sampleBlocks != 0;
  for (int64_t at = 0; !sampled && at < output.count; ++at)
    result.unwritten += !trial.wasWritten(output, at);
  Metric metric(output.dtype, trial.getEntry().precision());
  int64_t samples = options.samples;
  std::vector<Row> rows;
  if (!sampled) {
    rows = chooseRows(output.shape, output.count, samples, options.seed);
  } else {
    // Whatever the blocks that ran wrote, in the order of memory.
    int64_t line = output.shape.empty() ? 1 : output.shape.back();
    for (int64_t at = 0; at < output.count; at += line)
      if (trial.wasWritten(output, at))
        rows.push_back({at, std::min(line, output.count - at)});
    constexpr size_t kMostRows = 256;
    size_t most = samples ? size_t(samples) : kMostRows;
    for (size_t i = 0; rows.size() > most && i < most; ++i)
      rows[i] = rows[i * rows.size() / most];
    rows.resize(std::min(rows.size(), most));
  }
  Progress progress(fmt::format("comparing {}", output.label), options.quiet);
  for (size_t r = 0; r < rows.size(); ++r) {
    progress.update(double(r) / double(rows.size()));
    for (int64_t at = rows[r].first; at < rows[r].first + rows[r].count; ++at) {
      if (sampled && !trial.wasWritten(output, at))
        continue;
      Value reference = blocks.readOutput(index, at);
      if (original) {
        // A source that rounds to f16 in between may overflow where blocks,
        // which need not round, do not: docs/numerics.md lists that.
        check::UnknownOverflow unknown;
        Value exact = original->readOutput(index, at);
        if (std::isfinite(exact.v) && std::isfinite(exact.e)) {
          reference.v = exact.v;
          // Float64 is no more exact than an f64 kernel: the source's own
          // rounding errors are the reference's.
          if (output.dtype == DType::F64)
            reference.e = std::max(reference.e, exact.e);
        }
        reference.i = exact.i;
      }
      metric.add(at, loadElement(output.data, output.dtype, at), reference);
    }
  }
  result.report = metric.report();
  if (result.report.worst >= 0)
    result.worst = indexText(output.shape, result.report.worst);
  return result;
}

std::vector<OutputResult> Reference::compare(const Trial &trial,
                                             InputKind kind) {
  Evaluator blocks(trial.getFile(), trial.getEntry(), getData(trial));
  std::unique_ptr<Evaluator> original;
  if (isFinite(kind) && options.sampleBlocks == 0)
    original = makeSource(trial);
  std::vector<OutputResult> results;
  uint32_t index = 0;
  for (const TrialArgument &output : trial.getArguments())
    if (output.isOutput)
      results.push_back(
          compareOutput(trial, index++, output, blocks, original.get()));
  return results;
}
