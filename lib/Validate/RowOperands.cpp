//===- RowOperands.cpp - Long rows, compared before they are reduced ------===//
// A tensor of the source matches if it has as many elements as the block's
// domain and agrees at every sample, in the order of the domain or of the
// producer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "RowOperands.h"

#include "Random.h"

#include "llvm/ADT/STLExtras.h"

#include <atomic>

using namespace upweave::check;

namespace upweave {

static constexpr double kSecondsPerOp = 30e-9;
static constexpr int64_t kMostSamples = 1024;

namespace {
/// The block's values at sampled points, with where they might be in a tensor.
struct Samples {
  std::vector<Value> values;
  std::vector<int64_t> byDomain, byProducer;
};
} // namespace

static Samples readSamples(Evaluator &blocks, const RowOperand &operand,
                           int64_t count, uint64_t seed) {
  int64_t points = elementCount(operand.domain);
  Samples samples;
  samples.values.resize(count);
  for (int64_t i = 0; i < count; ++i) {
    // The first and the last are where addressing goes wrong.
    int64_t linear = i == 0   ? 0
                     : i == 1 ? points - 1
                              : int64_t(mixBits(mixBits(seed) + i) %
                                        uint64_t(points));
    samples.byDomain.push_back(linear);
    Shape point(operand.domain.size());
    unravel(linear, operand.domain, point.data());
    samples.byProducer.push_back(operand.producerPosition(point.data()));
  }
  blocks.run(WorkPool::kOutermost, count, 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Shape point(operand.domain.size());
      unravel(samples.byDomain[i], operand.domain, point.data());
      samples.values[i] = operand.read(point.data());
    }
  });
  return samples;
}

static bool holds(Evaluator &source, uint32_t tensor,
                  const std::vector<int64_t> &positions,
                  const std::vector<Value> &values,
                  const RowOperand &operand) {
  // A wrong tensor is found out by the first few.
  constexpr int64_t kGrain = 4;
  std::atomic<bool> agreed{true};
  source.run(WorkPool::kOutermost, positions.size(), kGrain,
             [&](int64_t begin, int64_t end) {
               for (int64_t i = begin; i < end && agreed; ++i)
                 if (!agree(source.read(tensor, positions[i]), values[i],
                            operand.dtype, operand.precision))
                   agreed = false;
             });
  return agreed;
}

static RowOperandMatch match(Comparison &comparison, const RowOperand &operand,
                             double seconds, uint64_t seed) {
  Evaluator &source = *comparison.sourceEvaluator();
  Evaluator &blocks = comparison.blocksEvaluator();
  RowOperandMatch result;
  result.where = operand.where;
  double most = seconds * source.workPool().threads() / kSecondsPerOp;
  int64_t points = elementCount(operand.domain);
  int64_t count = std::min({points, kMostSamples,
                            int64_t(most / 4 / operand.workOfPoint)});
  if (count < 1)
    return result;
  Samples samples = readSamples(blocks, operand, count, seed);
  // The last one defined is the most finished one: it is tried first.
  for (uint32_t tensor = source.tensorCount(); tensor-- > 0;) {
    const TensorInfo &info = source.tensor(tensor);
    if (!source.isComputed(tensor) || info.count != points ||
        info.dtype != operand.dtype ||
        source.estimateTensor(tensor, {double(count), double(count)}) > most)
      continue;
    if (holds(source, tensor, samples.byDomain, samples.values, operand) ||
        holds(source, tensor, samples.byProducer, samples.values, operand)) {
      result.found = true;
      result.elements = count;
      break;
    }
  }
  return result;
}

std::vector<RowOperandMatch> matchRowOperands(Comparison &comparison,
                                              double seconds, uint64_t seed) {
  std::vector<RowOperandMatch> matches;
  if (!comparison.hasSource())
    return matches;
  std::vector<RowOperand> operands =
      comparison.blocksEvaluator().findRowOperands();
  for (const RowOperand &operand : operands) {
    // A block reduces one value for each of its statistics.
    bool known = llvm::any_of(matches, [&](const RowOperandMatch &match) {
      return match.where == operand.where && match.found;
    });
    if (!known)
      matches.push_back(
          match(comparison, operand, seconds / operands.size(), seed));
  }
  return matches;
}

} // namespace upweave
