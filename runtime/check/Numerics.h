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

/// Exponent of the smallest normal number.
inline int minExponent(DType dtype) {
  return dtype == DType::F16 ? -14 : dtype == DType::F64 ? -1022 : -126;
}

namespace detail {
/// Of f16, bf16, f32 and f64.
inline constexpr double kRoundoff[] = {0x1p-11, 0x1p-8, 0x1p-24, 0x1p-53};
inline constexpr double kSmallestNormal[] = {0x1p-14, 0x1p-126, 0x1p-126,
                                             0x1p-1022};
inline constexpr double kUnderflow[] = {
    0x1p-25, 0x1p-126, 0x1p-126, std::numeric_limits<double>::denorm_min()};
inline constexpr double kOverflow[] = {65520, 0x1.ffp127, 0x1.ffffffp127,
                                       std::numeric_limits<double>::infinity()};
} // namespace detail

/// Largest relative error of rounding to nearest; 0 for integers.
inline double roundoff(DType dtype) {
  return isFloat(dtype) ? detail::kRoundoff[int(dtype)] : 0.0;
}

/// Whether fast paths take denormal numbers of a type for zero.
inline bool flushesDenormals(DType dtype) {
  return dtype == DType::F32 || dtype == DType::BF16;
}

inline double smallestNormal(DType dtype) {
  return isFloat(dtype) ? detail::kSmallestNormal[int(dtype)] : 0.0;
}

/// Absolute error that underflow may add: subnormal rounding for f16 and f64,
/// flushing to zero for f32 and bf16, whose fast paths do that. Half of f64's
/// smallest subnormal is no double: it counts whole.
inline double underflow(DType dtype) {
  return isFloat(dtype) ? detail::kUnderflow[int(dtype)] : 0.0;
}

/// The type that a kernel adds up sums of `dtype` in.
inline DType sumType(DType dtype) {
  return dtype == DType::F64 ? DType::F64 : DType::F32;
}

/// Magnitudes from here on round to infinity.
inline double overflowThreshold(DType dtype) {
  return detail::kOverflow[isFloat(dtype) ? int(dtype) : int(DType::F64)];
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
