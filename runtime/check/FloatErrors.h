// What an error of an argument can lead to: the helpers of the floating-point
// ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_FLOATERRORS_H
#define UPWEAVE_CHECK_FLOATERRORS_H

#include "ScalarProgram.h"

namespace upweave {
namespace check {

/// Error from an input: derivative times error. None is none whatever the
/// derivative, and what is unknown stays so.
inline double passed(double derivative, double e) {
  return e == 0 || std::isinf(e) ? e : std::fabs(derivative) * e;
}

/// What a kernel's value is at least, whatever its errors; -Inf if unknown.
inline double surelyAbove(const Value &a) { return a.e == 0 ? a.v : a.low; }

/// The least and the most that a kernel may have where the reference has `a`.
inline double lowest(const Value &a, double k = kMaxTolerance) {
  return a.e == 0 ? a.v : std::max(a.v - k * a.e, std::min(a.low, a.v));
}
inline double highest(const Value &a, double k = kMaxTolerance) {
  return a.e == 0 ? a.v : a.v + k * a.e;
}
inline bool mayBeZero(const Value &a) {
  return lowest(a) <= 0 && highest(a) >= 0;
}

/// `a` as an argument of an instruction that takes a denormal for zero, which
/// it may be within its error.
Value flushed(DType dtype, Value a);

/// Sets the value that no kernel's result is below, but for rounding.
Value bounded(DType dtype, Value result, double low);

/// The error of f(a) = y over all that k e allows `a`, for each k there is. A
/// derivative says nothing of this where it changes along the way.
template <typename Function>
double measured(const Value &a, double y, Function f) {
  double e = 0;
  for (const double k : {tolerance(Precision::Tf32), kMaxTolerance})
    for (const double x : {lowest(a, k), highest(a, k)})
      e = std::max(e, std::fabs(f(x) - y) / k);
  return e;
}

/// The error of a product of two values with errors, that of second order
/// included, which is all there is where both are zero.
inline double productError(const Value &a, const Value &b) {
  return passed(b.v, a.e) + passed(a.v, b.e) + kMaxTolerance * passed(a.e, b.e);
}

/// Functions of one argument, square roots and GELU among them.
Value applyFunction(const Op &op, const Value &a);
/// PowF and FPowI.
Value applyPower(const Op &op, const Value *in);
Value applyAtan2(const Op &op, const Value *in);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_FLOATERRORS_H
