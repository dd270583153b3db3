// Element types in memory, and integer widths.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Value.h"

#include <cstring>

namespace upweave {
namespace check {

namespace {
template <typename T> T loadAs(const void *data, int64_t index) {
  T value;
  std::memcpy(&value, static_cast<const char *>(data) + index * sizeof(T),
              sizeof(T));
  return value;
}
template <typename T> void storeAs(void *data, int64_t index, T value) {
  std::memcpy(static_cast<char *>(data) + index * sizeof(T), &value, sizeof(T));
}

/// Bits of a 16-bit float with `fraction` fraction bits and exponent bias
/// `bias`: round to nearest even.
uint16_t roundTo16(double v, int fraction, int bias) {
  const uint16_t sign = std::signbit(v) ? 0x8000 : 0;
  const uint16_t infinity = uint16_t(0x7fff >> fraction << fraction);
  if (std::isnan(v))
    return sign | infinity | uint16_t(1 << (fraction - 1));
  v = std::fabs(v);
  if (v == 0)
    return sign;
  const int minimum = 1 - bias;
  const int exponent =
      std::isinf(v) ? bias + 1 : std::max(std::ilogb(v), minimum);
  if (exponent > bias)
    return sign | infinity;
  // Significand in units of the last place; nearbyint rounds to even.
  const double scaled = std::nearbyint(std::ldexp(v, fraction - exponent));
  // A carry out of the fraction moves into the exponent by itself.
  const auto bits =
      uint32_t(scaled) + (uint32_t(exponent - minimum) << fraction);
  return sign | uint16_t(std::min<uint32_t>(bits, infinity));
}
} // namespace

double halfToDouble(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double v = exponent == 31 ? (fraction ? NAN : INFINITY)
             : exponent     ? std::ldexp(1024 + fraction, exponent - 25)
                            : std::ldexp(fraction, -24);
  return bits & 0x8000 ? -v : v;
}

double bfloatToDouble(uint16_t bits) {
  const uint32_t wide = uint32_t(bits) << 16;
  float v;
  std::memcpy(&v, &wide, sizeof(v));
  return v;
}

uint16_t doubleToHalf(double v) { return roundTo16(v, 10, 15); }
uint16_t doubleToBfloat(double v) { return roundTo16(v, 7, 127); }

Value loadElement(const void *data, DType dtype, int64_t index) {
  switch (dtype) {
  case DType::F16:
    return floatValue(halfToDouble(loadAs<uint16_t>(data, index)));
  case DType::BF16:
    return floatValue(bfloatToDouble(loadAs<uint16_t>(data, index)));
  case DType::F32:
    return floatValue(loadAs<float>(data, index));
  case DType::F64:
    return floatValue(loadAs<double>(data, index));
  case DType::I1:
    return intValue(loadAs<uint8_t>(data, index) != 0);
  case DType::I8:
    return intValue(loadAs<int8_t>(data, index));
  case DType::I16:
    return intValue(loadAs<int16_t>(data, index));
  case DType::I32:
    return intValue(loadAs<int32_t>(data, index));
  default:
    return intValue(loadAs<int64_t>(data, index));
  }
}

void storeElement(void *data, DType dtype, int64_t index, double v, int64_t i) {
  switch (dtype) {
  case DType::F16:
    return storeAs(data, index, doubleToHalf(v));
  case DType::BF16:
    return storeAs(data, index, doubleToBfloat(v));
  case DType::F32:
    return storeAs(data, index, float(v));
  case DType::F64:
    return storeAs(data, index, v);
  case DType::I1:
    return storeAs(data, index, uint8_t(i & 1));
  case DType::I8:
    return storeAs(data, index, int8_t(i));
  case DType::I16:
    return storeAs(data, index, int16_t(i));
  case DType::I32:
    return storeAs(data, index, int32_t(i));
  default:
    return storeAs(data, index, i);
  }
}

int integerBits(DType dtype) {
  switch (dtype) {
  case DType::I1:
    return 1;
  case DType::I8:
    return 8;
  case DType::I16:
    return 16;
  case DType::I32:
    return 32;
  default:
    return 64;
  }
}

int64_t wrapInteger(DType dtype, int64_t i) {
  const int bits = integerBits(dtype);
  if (bits == 1)
    return i & 1;
  const int shift = 64 - bits;
  return int64_t(uint64_t(i) << shift) >> shift;
}

} // namespace check
} // namespace upweave
