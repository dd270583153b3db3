// The numbers of the numerics contract: unit roundoffs, the error units of sums
// and contractions, and the tolerance k. docs/numerics.md derives them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_NUMERICS_H
#define UPWEAVE_CHECK_NUMERICS_H

#include "upweave/bundle_generated.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace upweave {
namespace check {

using bundle::DType;
using bundle::Precision;

/// k of the metric |y - ref| <= k e + half an ulp, one a precision.
inline double tolerance(Precision precision) {
  switch (precision) {
  case Precision::Tf32: // e bounds each product already
    return 4;
  case Precision::None:
  case Precision::Ieee:
  case Precision::Tf32x3:
  case Precision::F16:
  case Precision::BF16:
    return 8;
  }
  return 8;
}

/// The largest tolerance; tells which comparisons are too close to call.
inline constexpr double kMaxTolerance = 8;

inline bool isFloat(DType dtype) { return dtype <= DType::F64; }

/// Significant bits of a floating-point type, the hidden one included.
inline int precisionBits(DType dtype) {
  switch (dtype) {
  case DType::F16:
    return 11;
  case DType::BF16:
    return 8;
  case DType::F32:
    return 24;
  default:
    return 53;
  }
}

/// Largest relative error of rounding to nearest; 0 for integers.
inline double roundoff(DType dtype) {
  return isFloat(dtype) ? std::ldexp(1.0, -precisionBits(dtype)) : 0.0;
}

/// Exponent of the smallest normal number.
inline int minExponent(DType dtype) {
  return dtype == DType::F16 ? -14 : dtype == DType::F64 ? -1022 : -126;
}

/// Absolute error that underflow may add: subnormal rounding for f16 and f64,
/// flushing to zero for f32 and bf16, whose fast paths do that. Half of f64's
/// smallest subnormal is no double: it counts whole.
inline double underflow(DType dtype) {
  if (!isFloat(dtype))
    return 0;
  if (dtype == DType::F64)
    return std::numeric_limits<double>::denorm_min();
  const bool flushes = dtype != DType::F16;
  return std::ldexp(1.0,
                    minExponent(dtype) - (flushes ? 0 : precisionBits(dtype)));
}

/// Magnitudes from here on round to infinity.
inline double overflowThreshold(DType dtype) {
  const int maxExponent = 1 - minExponent(dtype);
  return std::ldexp(2.0 - std::ldexp(1.0, -precisionBits(dtype)), maxExponent);
}

/// Half the distance between neighbours of `dtype` around `value`.
inline double halfUlp(DType dtype, double value) {
  if (!isFloat(dtype) || !std::isfinite(value))
    return 0;
  const int exponent = value == 0
                           ? minExponent(dtype)
                           : std::max(std::ilogb(value), minExponent(dtype));
  return std::ldexp(1.0, exponent - precisionBits(dtype));
}

/// Unit of a sum of `count` terms in `dtype`, relative to the sum of their
/// magnitudes: rounding errors add up like a random walk, whose length grows
/// with the root. The divisor leaves sequential sums of like-signed terms some
/// room.
inline double sumUnit(DType dtype, double count) {
  return roundoff(dtype) * std::max(1.0, std::sqrt(count) / 6);
}

/// Unit of a contraction of `count` products accumulated in `dtype`, relative
/// to the contraction of magnitudes.
inline double contractionUnit(Precision precision, DType dtype, double count) {
  // Tensor cores cut off where an FMA rounds.
  constexpr double kTensorCore = 2;
  switch (precision) {
  case Precision::Tf32: // two operands of 11 bits
    return 0x1p-10 + kTensorCore * sumUnit(DType::F32, count);
  case Precision::Tf32x3: // the dropped product of the two low parts
    return 0x1p-21 + kTensorCore * sumUnit(DType::F32, count);
  case Precision::F16:
  case Precision::BF16: // products are exact in f32
    return kTensorCore * sumUnit(DType::F32, count);
  default:
    return sumUnit(dtype, count);
  }
}

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_NUMERICS_H
