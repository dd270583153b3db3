// What the reference computes with: a float64 value beside a first-order error
// magnitude, or an integer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_VALUE_H
#define UPWEAVE_CHECK_VALUE_H

#include "Numerics.h"

#include <stdexcept>
#include <string>

namespace upweave {
namespace check {

/// Something the check cannot do; the text names it.
class CheckError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An element. Floats are in v; integers in i, sign-extended (i1: 0 or 1). e
/// bounds, to first order and before k, what a correct kernel may differ by; if
/// it is infinite a correct kernel may have anything, NaN and infinity
/// included.
struct Value {
  double v = 0;
  double e = 0;
  int64_t i = 0;
  /// Where e is not 0: what a correct kernel is not below, whatever e says, as
  /// zero for a square.
  double low = -std::numeric_limits<double>::infinity();
};

inline Value floatValue(double v, double e = 0) { return {v, e, 0}; }
inline Value intValue(int64_t i, double e = 0) { return {0, e, i}; }

/// The element `index` of raw memory.
Value loadElement(const void *data, DType dtype, int64_t index);
/// Rounds to nearest even and stores.
void storeElement(void *data, DType dtype, int64_t index, double v, int64_t i);
/// Bits of f16 and bf16.
double halfToDouble(uint16_t bits);
double bfloatToDouble(uint16_t bits);
uint16_t doubleToHalf(double v);
uint16_t doubleToBfloat(double v);

/// `i` wrapped to the width of an integer type.
int64_t wrapInteger(DType dtype, int64_t i);
/// Bits of an integer type; 64 for index.
int integerBits(DType dtype);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_VALUE_H
