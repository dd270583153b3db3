// Rules that single loop values out, and positions as sums of loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LoopRanges.h"

#include <algorithm>
#include <numeric>

namespace upweave {
namespace check {

namespace {
/// The lowest and the highest of base + sum of coefficients[l] * loop l; false
/// if one of them, or a part of the sum, overflows.
bool findExtent(int64_t base, const Shape &coefficients, const Shape &sizes,
                int64_t &low, int64_t &high) {
  low = high = base;
  for (size_t l = 0; l < sizes.size(); ++l) {
    int64_t reach;
    if (__builtin_mul_overflow(coefficients[l],
                               std::max<int64_t>(sizes[l] - 1, 0), &reach))
      return false;
    int64_t &end = reach < 0 ? low : high;
    if (__builtin_add_overflow(end, reach, &end))
      return false;
  }
  return true;
}
} // namespace

LoopRanges::LoopRanges(const Shape &sizes, std::vector<uint32_t> free)
    : sizes(sizes), freeLoops(std::move(free)) {
  for (uint32_t loop : freeLoops) {
    all.emplace_back(sizes[loop]);
    std::iota(all.back().begin(), all.back().end(), int64_t(0));
  }
}

void LoopRanges::addFactor(const MappedTensor &operand, ZeroMask zeros) {
  nothing |= zeros.all;
  for (uint32_t d = 0; d < operand.map.results(); ++d) {
    if (zeros.dims[d].empty())
      continue;
    Rule rule;
    rule.free = -1;
    int64_t low, high;
    if (!operand.map.linearForm(d, rule.base, rule.coefficients) ||
        !findExtent(rule.base, rule.coefficients, sizes, low, high))
      continue;
    int found = 0;
    for (size_t f = 0; f < freeLoops.size(); ++f)
      if (rule.coefficients[freeLoops[f]] != 0) {
        rule.free = int(f);
        ++found;
      }
    rule.zeros = std::move(zeros.dims[d]);
    if (found <= 1)
      rules.push_back(std::move(rule));
  }
}

bool LoopRanges::isZero(const Rule &rule, const int64_t *loops,
                        int64_t value) const {
  int64_t at = rule.base;
  for (size_t l = 0; l < sizes.size(); ++l)
    at += rule.coefficients[l] *
          (rule.free >= 0 && l == freeLoops[rule.free] ? value : loops[l]);
  // Who reads outside says so.
  return at >= 0 && at < int64_t(rule.zeros.size()) && rule.zeros[at];
}

bool LoopRanges::find(const int64_t *loops, Lists &lists,
                      std::vector<std::vector<int64_t>> &storage) const {
  if (nothing)
    return false;
  lists.clear();
  storage.assign(freeLoops.size(), {});
  for (const std::vector<int64_t> &list : all)
    lists.push_back(&list);
  for (const Rule &rule : rules) {
    if (rule.free < 0) {
      if (isZero(rule, loops, 0))
        return false;
      continue;
    }
    std::vector<int64_t> kept;
    for (int64_t value : *lists[rule.free])
      if (!isZero(rule, loops, value))
        kept.push_back(value);
    storage[rule.free] = std::move(kept);
    lists[rule.free] = &storage[rule.free];
  }
  return std::none_of(lists.begin(), lists.end(),
                      [](const auto *list) { return list->empty(); });
}

double LoopRanges::expected() const {
  if (nothing)
    return 0;
  double count = 1;
  for (const std::vector<int64_t> &list : all)
    count *= double(list.size());
  for (const Rule &rule : rules) {
    const double zeros =
        double(std::count(rule.zeros.begin(), rule.zeros.end(), true));
    count *= 1 - zeros / double(rule.zeros.size());
  }
  return std::max(1.0, count);
}

bool LinearPosition::find(const Evaluator &evaluator,
                          const MappedTensor &operand, const Shape &sizes,
                          LinearPosition &position) {
  const TensorInfo &info = evaluator.tensor(operand.tensor);
  position.base = 0;
  position.steps.assign(sizes.size(), 0);
  for (uint32_t d = 0; d < operand.map.results(); ++d) {
    int64_t base;
    Shape coefficients;
    if (!operand.map.linearForm(d, base, coefficients))
      return false;
    int64_t low, high;
    if (!findExtent(base, coefficients, sizes, low, high) || low < 0 ||
        high >= info.shape[d])
      return false;
    // Within the tensor nothing overflows; a loop of one value stays where it
    // is.
    for (size_t l = 0; l < sizes.size(); ++l)
      if (sizes[l] > 1)
        position.steps[l] += coefficients[l] * info.strides[d];
    position.base += base * info.strides[d];
  }
  return true;
}

int64_t LinearPosition::at(const int64_t *loops) const {
  int64_t position = base;
  for (size_t l = 0; l < steps.size(); ++l)
    position += steps[l] * loops[l];
  return position;
}

} // namespace check
} // namespace upweave
