//===- Arithmetic.cpp - Approximate and mixed-precision arithmetic --------===//
// Values of the instructions that no processor of the host has.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Instructions.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"

#include <cmath>

using namespace llvm;

namespace upweave {
namespace sim {

//===----------------------------------------------------------------------===//
// Approximations
//===----------------------------------------------------------------------===//

// Largest errors by the PTX ISA 8.8, "Floating Point Instructions".
namespace {
constexpr double kEx2Relative = 0x1p-22;
constexpr double kLg2Absolute = 0x1p-22; // relative outside of (0.5, 2)
constexpr double kRcpRelative = 0x1p-23;
constexpr double kRsqrtRelative = 0x1.8p-23; // 2^-22.4, rounded down
constexpr double kSqrtRelative = 0x1p-23;
constexpr double kTanhRelative = 0x1p-11;
constexpr double kSinAbsolute = 0x1p-20;
constexpr double kRsqrtDoubleRelative = 0x1.5p-48; // documented: 2^-47.9

/// A number in [-1, 1] that depends on `bits` and `seed` alone (splitmix64).
double getError(uint64_t bits, uint64_t seed) {
  uint64_t z = bits + seed * 0x9e3779b97f4a7c15ull + 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  z ^= z >> 31;
  return double(int64_t(z)) * 0x1p-63;
}

float flushed(float x, bool flush) {
  return flush && std::fabs(x) < 0x1p-126f ? std::copysign(0.0f, x) : x;
}

/// `exact` with an error that leaves room for the final rounding.
float perturb(double exact, double bound, float x, bool flush, uint64_t seed) {
  if (exact == 0 || !std::isfinite(exact))
    return static_cast<float>(exact);
  double room = bound - std::fabs(exact) * 0x1p-24;
  double error = getError(llvm::bit_cast<uint32_t>(x), seed);
  return flushed(static_cast<float>(exact + error * std::max(room, 0.0)),
                 flush);
}
} // namespace

float approximateEx2(float x, bool flush, uint64_t seed) {
  x = flushed(x, flush);
  double exact = std::exp2(double(x));
  return perturb(exact, exact * kEx2Relative, x, flush, seed);
}

float approximateLg2(float x, bool flush, uint64_t seed) {
  x = flushed(x, flush);
  double exact = std::log2(double(x));
  double bound =
      x > 0.5f && x < 2.0f ? kLg2Absolute : std::fabs(exact) * kLg2Absolute;
  return perturb(exact, bound, x, flush, seed);
}

float approximateRcp(float x, bool flush, uint64_t seed) {
  x = flushed(x, flush);
  double exact = 1.0 / double(x);
  return perturb(exact, std::fabs(exact) * kRcpRelative, x, flush, seed);
}

float approximateRsqrt(float x, bool flush, uint64_t seed) {
  x = flushed(x, flush);
  double exact = 1.0 / std::sqrt(double(x));
  return perturb(exact, std::fabs(exact) * kRsqrtRelative, x, flush, seed);
}

float approximateSqrt(float x, bool flush, uint64_t seed) {
  x = flushed(x, flush);
  double exact = std::sqrt(double(x));
  return perturb(exact, exact * kSqrtRelative, x, flush, seed);
}

float approximateTanh(float x, uint64_t seed) {
  double exact = std::tanh(double(x));
  float value =
      perturb(exact, std::fabs(exact) * kTanhRelative, x, false, seed);
  return std::fmin(1.0f, std::fmax(-1.0f, value)) + (x != x ? x : 0.0f);
}

float approximateSin(float x, bool flush, uint64_t seed) {
  x = flushed(x, flush);
  return perturb(std::sin(double(x)), kSinAbsolute, x, flush, seed);
}

float approximateCos(float x, bool flush, uint64_t seed) {
  x = flushed(x, flush);
  return perturb(std::cos(double(x)), kSinAbsolute, x, flush, seed);
}

double approximateRsqrtDouble(double x, uint64_t seed) {
  double exact = 1.0 / std::sqrt(x);
  if (exact == 0 || !std::isfinite(exact))
    return exact;
  double error = getError(llvm::bit_cast<uint64_t>(x), seed);
  return exact + exact * error * kRsqrtDoubleRelative;
}

//===----------------------------------------------------------------------===//
// Narrow types
//===----------------------------------------------------------------------===//

namespace {
constexpr uint32_t kSignBit = 0x80000000u, kInfinity = 0x7f800000u;
constexpr uint32_t kCanonicalNaN = 0x7fffffffu;
constexpr uint32_t kTF32Dropped = 0x1fffu; ///< 13 bits of the mantissa

bool isNaN(uint32_t bits) { return (bits & ~kSignBit) > kInfinity; }

uint16_t convert(APFloat value, const fltSemantics &semantics) {
  bool losesInfo;
  value.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return static_cast<uint16_t>(value.bitcastToAPInt().getZExtValue());
}
} // namespace

uint32_t roundToTF32(uint32_t bits) {
  if (isNaN(bits))
    return kCanonicalNaN & ~kTF32Dropped;
  if ((bits & ~kSignBit) == kInfinity)
    return bits;
  return (bits + (kTF32Dropped + 1) / 2) & ~kTF32Dropped;
}

uint32_t truncateToTF32(uint32_t bits) {
  uint32_t kept = bits & ~kTF32Dropped;
  // A NaN whose payload is cut off would turn into an infinity.
  return isNaN(bits) && !isNaN(kept) ? kCanonicalNaN & ~kTF32Dropped : kept;
}

float halfToFloat(uint16_t bits) {
  uint32_t exponent = bits >> 10 & 0x1f, mantissa = bits & 0x3ff;
  float magnitude;
  if (exponent == 0x1f)
    magnitude = mantissa ? std::nanf("") : INFINITY;
  else if (exponent == 0)
    magnitude = std::ldexp(float(mantissa), -24);
  else
    magnitude = llvm::bit_cast<float>((exponent + 112) << 23 | mantissa << 13);
  return bits & 0x8000 ? -magnitude : magnitude;
}

float bfloatToFloat(uint16_t bits) {
  return llvm::bit_cast<float>(uint32_t(bits) << 16);
}

uint16_t floatToBfloat(float value) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  if (isNaN(bits))
    return 0x7fff;
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

uint16_t floatToHalf(float value) {
  return convert(APFloat(value), APFloat::IEEEhalf());
}
uint16_t doubleToHalf(double value) {
  return convert(APFloat(value), APFloat::IEEEhalf());
}
uint16_t doubleToBfloat(double value) {
  return convert(APFloat(value), APFloat::BFloat());
}

//===----------------------------------------------------------------------===//
// Sums of an mma
//===----------------------------------------------------------------------===//

/// `value`, cut off towards zero to 24 significant bits.
static float truncateToFloat(double value) {
  if (value == 0 || !std::isfinite(value))
    return static_cast<float>(value);
  int exponent = std::ilogb(value);
  double unit = std::ldexp(1.0, exponent - 23);
  return static_cast<float>(std::trunc(value / unit) * unit);
}

static float addTruncated(float c, const double *products, unsigned count) {
  int largest = std::numeric_limits<int>::min();
  bool finite = std::isfinite(c);
  double plain = c;
  auto consider = [&](double term) {
    finite &= std::isfinite(term);
    if (term != 0 && std::isfinite(term))
      largest = std::max(largest, std::ilogb(term));
  };
  consider(c);
  for (unsigned k = 0; k < count; ++k) {
    consider(products[k]);
    plain += products[k];
  }
  if (!finite || largest == std::numeric_limits<int>::min())
    return static_cast<float>(plain);
  // All terms at the scale of the largest, bits below its last are cut off;
  // the sum of what is left is exact.
  double unit = std::ldexp(1.0, largest - 23);
  double sum = std::trunc(c / unit);
  for (unsigned k = 0; k < count; ++k)
    sum += std::trunc(products[k] / unit);
  return truncateToFloat(sum * unit);
}

float addProducts(float c, const double *products, unsigned count,
                  MmaSums sums) {
  if (sums == MmaSums::Truncated)
    return addTruncated(c, products, count);
  for (unsigned k = 0; k < count; ++k)
    c = static_cast<float>(c + products[k]);
  return c;
}

} // namespace sim
} // namespace upweave
