// Seeded inputs, each element by itself.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Inputs.h"

#include "Random.h"

#include "Arguments.h"

#include <cmath>
#include <cstring>

namespace upweave {
namespace check {

const std::array<std::pair<const char *, InputKind>, 7> &getInputKinds() {
  static constexpr std::array<std::pair<const char *, InputKind>, 7> kinds = {
      {{"normal", InputKind::Normal},
       {"wide", InputKind::Wide},
       {"large-mean", InputKind::LargeMean},
       {"constant", InputKind::Constant},
       {"denormal", InputKind::Denormal},
       {"infinite", InputKind::Infinite},
       {"nan", InputKind::NaN}}};
  return kinds;
}

bool isFinite(InputKind kind) {
  return kind != InputKind::Infinite && kind != InputKind::NaN;
}

namespace {
/// The element that takes the place of `normal` at `index`.
double choose(InputKind kind, DType dtype, double normal, int64_t index,
              uint64_t seed) {
  constexpr double kMean = 1e4, kDeviation = 256;
  constexpr uint64_t kRare = 97;
  const bool rare = mixBits(seed + uint64_t(index)) % kRare == 0;
  switch (kind) {
  case InputKind::Normal:
    return normal;
  case InputKind::Wide:
    return kDeviation * normal;
  case InputKind::LargeMean:
    return kMean + normal;
  case InputKind::Constant:
    return 1.5;
  case InputKind::Denormal:
    return std::ldexp(normal / 8, minExponent(dtype));
  case InputKind::Infinite:
    return rare ? std::copysign(INFINITY, normal) : normal;
  case InputKind::NaN:
    return rare ? std::nan("") : normal;
  }
  return normal;
}

/// The NaN with the largest payload, which careless rounding turns into zero.
void storeNaN(void *data, DType dtype, int64_t index) {
  const uint32_t bytes = rt::dtypeBytes(dtype);
  auto *element = static_cast<unsigned char *>(data) + index * bytes;
  std::memset(element, 0xff, bytes);
  element[bytes - 1] = 0x7f; // little-endian: without the sign
}

/// Makes element `index` at position `at` of `data`.
void storeInput(InputKind kind, void *data, int64_t at, DType dtype,
                int64_t index, uint64_t seed) {
  storeRandom(data, dtype, at, index, seed);
  if (kind == InputKind::Normal || !isFloat(dtype))
    return;
  const double value =
      choose(kind, dtype, loadElement(data, dtype, at).v, index, seed);
  if (std::isnan(value))
    storeNaN(data, dtype, at);
  else
    storeElement(data, dtype, at, value, 0);
}
} // namespace

void fillInput(InputKind kind, void *data, DType dtype, int64_t count,
               uint64_t seed) {
  for (int64_t i = 0; i < count; ++i)
    storeInput(kind, data, i, dtype, i, seed);
}

Value getInputElement(InputKind kind, DType dtype, int64_t index,
                      uint64_t seed) {
  unsigned char element[sizeof(double)] = {};
  storeInput(kind, element, 0, dtype, index, seed);
  return loadElement(element, dtype, 0);
}

} // namespace check
} // namespace upweave
