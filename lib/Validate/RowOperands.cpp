//===- RowOperands.cpp - Long rows, compared before they are reduced ------===//
// A tensor of the source matches if it has as many elements as the block's
// domain and agrees at every sample, in the order of the domain or of the
// producer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "RowOperands.h"

#include "Inputs.h"
#include "Random.h"

#include "llvm/ADT/STLExtras.h"

#include <atomic>

using namespace upweave::check;

namespace upweave {

static constexpr int64_t kMostSamples = 1024, kFewestSamples = 16;

namespace {
/// The block's values at sampled points, with where they might be in a tensor.
struct Samples {
  std::vector<Value> values;
  std::vector<int64_t> byDomain, byProducer;
  void resize(int64_t count) {
    values.resize(count);
    byDomain.resize(count);
    byProducer.resize(count);
  }
};
} // namespace

static Samples readSamples(Evaluator &blocks, const RowOperand &operand,
                           int64_t count, uint64_t seed) {
  int64_t points = elementCount(operand.domain);
  Samples samples;
  samples.values.resize(count);
  for (int64_t i = 0; i < count; ++i) {
    // The first and the last are where addressing goes wrong.
    int64_t linear =
        i == 0   ? 0
        : i == 1 ? points - 1
                 : int64_t(mixBits(mixBits(seed) + i) % uint64_t(points));
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
                  const std::vector<Value> &values, const RowOperand &operand) {
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
  result.operand = operand;
  double most = seconds * source.workPool().threads() / kSecondsPerOp;
  int64_t points = elementCount(operand.domain);
  int64_t count =
      std::min({points, kMostSamples, int64_t(most / operand.workOfPoint)});
  if (count < std::min(points, kFewestSamples))
    return result;
  Samples samples = readSamples(blocks, operand, count, seed);
  // The last one defined is the most finished one: it is tried first.
  for (uint32_t tensor = source.tensorCount(); tensor-- > 0;) {
    const TensorInfo &info = source.tensor(tensor);
    if (!source.isComputed(tensor) || info.count != points ||
        info.dtype != operand.dtype)
      continue;
    int64_t affordable = most / source.estimateTensor(tensor, {1, 1});
    if (affordable < std::min(points, kFewestSamples))
      continue;
    count = std::min(count, affordable);
    samples.resize(count);
    bool inDomain =
        holds(source, tensor, samples.byDomain, samples.values, operand);
    if (!inDomain &&
        !holds(source, tensor, samples.byProducer, samples.values, operand))
      continue;
    result.found = true;
    result.elements = count;
    result.tensor = tensor;
    result.byProducer = !inDomain;
    break;
  }
  return result;
}

void substitute(Comparison &comparison, const RowOperandMatch &match,
                uint64_t seed) {
  DType dtype = match.operand.dtype;
  auto make = [dtype, seed](int64_t linear) {
    return getInputElement(InputKind::Normal, dtype, linear, seed);
  };
  comparison.sourceEvaluator()->substitute(match.tensor, make);
  // The comparison may be another one, over other inputs.
  for (const RowOperand &operand :
       comparison.blocksEvaluator().findRowOperands()) {
    if (operand.step != match.operand.step ||
        operand.value != match.operand.value)
      continue;
    auto position = operand.producerPosition;
    Shape domain = operand.domain;
    bool byProducer = match.byProducer;
    comparison.blocksEvaluator().substitute(operand, [=](const int64_t *point) {
      if (byProducer)
        return make(position(point));
      int64_t linear = 0;
      for (size_t d = 0; d < domain.size(); ++d)
        linear = linear * domain[d] + point[d];
      return make(linear);
    });
    return;
  }
}

std::vector<RowOperandMatch>
matchRowOperands(Comparison &comparison,
                 const std::vector<RowOperandMatch> &known, double seconds,
                 uint64_t seed) {
  std::vector<RowOperandMatch> matches;
  std::vector<RowOperand> operands =
      comparison.blocksEvaluator().findRowOperands();
  // A block reduces one value for each of its statistics: the first one found
  // is what the others are made from.
  auto isKnown = [](const std::vector<RowOperandMatch> &list,
                    const RowOperand &operand) {
    return llvm::any_of(list, [&](const RowOperandMatch &match) {
      return match.operand.step == operand.step;
    });
  };
  for (const RowOperand &operand : operands) {
    if (isKnown(known, operand) || isKnown(matches, operand))
      continue;
    RowOperandMatch found =
        match(comparison, operand, seconds / operands.size(), seed);
    if (found.found)
      matches.push_back(std::move(found));
  }
  return matches;
}

} // namespace upweave
