// Compares an output with its reference, element by element.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Metric.h"

#include <fmt/format.h>

namespace upweave {
namespace check {

/// Whether `finite`, wrong by k e, rounds to the infinity `other`.
static bool mayOverflowTo(const Value &finite, double other, DType dtype,
                          double k) {
  return std::isfinite(finite.v) && std::isinf(other) &&
         std::copysign(1.0, other) * finite.v + k * finite.e >=
             overflowThreshold(dtype);
}

/// Whether an error went wrong: beside a NaN there is nothing that it could
/// bound.
static bool isLost(const Value &reference) {
  return std::isnan(reference.e) && !std::isnan(reference.v);
}

bool agree(const Value &a, const Value &b, DType dtype, Precision precision) {
  if (isLost(a) || isLost(b))
    return false;
  if (isUnknown(a) || isUnknown(b))
    return true;
  const double k = tolerance(precision);
  if (!isFloat(dtype)) // exact in 64 bits, not in a double
    return a.i == b.i || std::max(1.0, std::fabs(double(a.i) - double(b.i))) <=
                             k * (a.e + b.e);
  if (std::isnan(a.v) || std::isnan(b.v))
    return std::isnan(a.v) && std::isnan(b.v);
  if (a.v == b.v || mayOverflowTo(a, b.v, dtype, k) ||
      mayOverflowTo(b, a.v, dtype, k))
    return true;
  if (std::isinf(a.v) || std::isinf(b.v))
    return false;
  const double larger = std::max(std::fabs(a.v), std::fabs(b.v));
  return std::fabs(a.v - b.v) <= k * (a.e + b.e) + halfUlp(dtype, larger);
}

void Metric::keepWorst(int64_t index, double ratio, double y, double ref,
                       double e) {
  if (state.worst >= 0 && !(ratio > state.maxRatio))
    return;
  state.maxRatio = ratio;
  state.worst = index;
  state.worstActual = y;
  state.worstReference = ref;
  state.worstError = e;
}

void Metric::addSpecial(int64_t index, double y, double ref) {
  if ((std::isnan(y) && std::isnan(ref)) || y == ref)
    return;
  ++state.specials;
  ++state.failures;
  keepWorst(index, INFINITY, y, ref, 0);
}

void Metric::add(int64_t index, const Value &actual, const Value &reference) {
  ++state.compared;
  if (isUnknown(reference)) {
    ++state.unknown;
    return;
  }
  const bool floats = isFloat(dtype);
  const double y = floats ? actual.v : double(actual.i);
  const double ref = floats ? reference.v : double(reference.i);
  if (isLost(reference)) {
    ++state.unbounded;
    ++state.failures;
    return keepWorst(index, INFINITY, y, ref, reference.e);
  }
  if (!std::isfinite(y) || !std::isfinite(ref))
    return addSpecial(index, y, ref);
  // The difference of integers is exact in 64 bits, not in a double.
  const double difference =
      floats
          ? std::fabs(y - ref)
          : (actual.i == reference.i ? 0 : std::max(1.0, std::fabs(y - ref)));
  const double k = state.k;
  const double bound = k * reference.e + halfUlp(dtype, ref);
  const double ratio = difference == 0 ? 0
                       : bound == 0    ? INFINITY
                                       : difference / bound;
  if (ratio > 1)
    ++state.failures;
  keepWorst(index, ratio, y, ref, reference.e);
  maxDifference = std::max(maxDifference, difference);
  maxReference = std::max(maxReference, std::fabs(ref));
  squaredDifference += difference * difference;
  squaredReference += ref * ref;
  errors.push_back(k * reference.e);
}

void Metric::add(int64_t index, const Value &actual, const Value &blocks,
                 const Value &source) {
  const size_t before = errors.size();
  add(index, actual, blocks);
  // Where the source's own rounding leaves little, that must be said.
  if (isUnknown(source) && !isUnknown(blocks)) {
    ++state.unknown;
    errors.resize(before); // counted
  } else if (errors.size() > before) {
    errors.back() = std::max(errors.back(), state.k * source.e);
  }
  if (agree(source, blocks, dtype, precision))
    return;
  if (state.disagreements++)
    return;
  state.firstDisagreement = index;
  const bool floats = isFloat(dtype);
  state.source = floats ? source.v : double(source.i);
  state.blocks = floats ? blocks.v : double(blocks.i);
  state.sourceError = source.e;
  state.blocksError = blocks.e;
}

Metric::Report Metric::report() const {
  Report result = state;
  result.elements = elements;
  auto quotient = [](double a, double b) {
    return a == 0 ? 0 : b == 0 ? INFINITY : a / b;
  };
  result.maxRelative = quotient(maxDifference, maxReference);
  result.normRelative =
      std::sqrt(quotient(squaredDifference, squaredReference));
  int64_t loose = state.unknown;
  for (double error : errors)
    loose += error > 0.1 * maxReference && maxReference > 0;
  result.looseShare =
      result.compared ? double(loose) / double(result.compared) : 0;
  return result;
}

std::vector<std::string> Metric::Report::notes() const {
  std::vector<std::string> notes;
  if (elements == 0)
    notes.push_back("0 elements: nothing to compare");
  else if (isVacuous())
    notes.push_back("no element was compared");
  if (disagreements)
    notes.push_back(fmt::format(
        "source and blocks disagree in {} elements, first in element {}: the "
        "source has {:.9g} (e = {:.3g}), the blocks {:.9g} (e = {:.3g})",
        disagreements, firstDisagreement, source, sourceError, blocks,
        blocksError));
  if (unknown)
    notes.push_back(fmt::format(
        "nothing is known of {:.3g} % of the elements: rounding as the source "
        "is written could make any value of them",
        100 * double(unknown) / double(compared)));
  return notes;
}

} // namespace check
} // namespace upweave
