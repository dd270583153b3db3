// Compares an output with its reference, element by element.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Metric.h"

namespace upweave {
namespace check {

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
  const bool floats = isFloat(dtype);
  const double y = floats ? actual.v : double(actual.i);
  const double ref = floats ? reference.v : double(reference.i);
  if (!std::isfinite(y) || !std::isfinite(ref))
    return addSpecial(index, y, ref);
  if (!std::isfinite(reference.e)) {
    ++state.unbounded;
    ++state.failures;
    return keepWorst(index, INFINITY, y, ref, reference.e);
  }
  // The difference of integers is exact in 64 bits, not in a double.
  const double difference =
      floats
          ? std::fabs(y - ref)
          : (actual.i == reference.i ? 0 : std::max(1.0, std::fabs(y - ref)));
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

Metric::Report Metric::report() const {
  Report result = state;
  result.k = k;
  auto quotient = [](double a, double b) {
    return a == 0 ? 0 : b == 0 ? INFINITY : a / b;
  };
  result.maxRelative = quotient(maxDifference, maxReference);
  result.normRelative =
      std::sqrt(quotient(squaredDifference, squaredReference));
  int64_t loose = 0;
  for (double error : errors)
    loose += error > 0.1 * maxReference && maxReference > 0;
  result.looseShare =
      result.compared ? double(loose) / double(result.compared) : 0;
  return result;
}

} // namespace check
} // namespace upweave
