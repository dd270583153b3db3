//===- Inputs.cpp - Inputs of a trial -------------------------------------===//
// Seeded inputs: ordinary ones, and those on which kernels go wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Inputs.h"

#include "Arguments.h"
#include "Random.h"

#include <cmath>
#include <cstring>

using namespace upweave;
using namespace upweave::check;

static constexpr std::pair<const char *, InputKind> kKinds[] = {
    {"normal", InputKind::Normal},
    {"wide", InputKind::Wide},
    {"large-mean", InputKind::LargeMean},
    {"constant", InputKind::Constant},
    {"denormal", InputKind::Denormal},
    {"infinite", InputKind::Infinite},
    {"nan", InputKind::NaN}};

llvm::ArrayRef<std::pair<const char *, InputKind>> getInputKinds() {
  return kKinds;
}

bool isFinite(InputKind kind) {
  return kind != InputKind::Infinite && kind != InputKind::NaN;
}

/// The element that takes the place of `normal` at `index`.
static double choose(InputKind kind, DType dtype, double normal, int64_t index,
                     uint64_t seed) {
  constexpr double kMean = 1e4, kDeviation = 256;
  constexpr uint64_t kRare = 97;
  bool rare = mixBits(seed + index) % kRare == 0;
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
static void storeNaN(void *data, DType dtype, int64_t index) {
  uint32_t bytes = rt::dtypeBytes(dtype);
  auto *element = static_cast<unsigned char *>(data) + index * bytes;
  std::memset(element, 0xff, bytes);
  element[bytes - 1] = 0x7f; // little-endian: without the sign
}

void fillInput(InputKind kind, void *data, DType dtype, int64_t count,
               uint64_t seed) {
  fillRandom(data, dtype, count, seed);
  if (kind == InputKind::Normal || !isFloat(dtype))
    return;
  for (int64_t i = 0; i < count; ++i) {
    double value = choose(kind, dtype, loadElement(data, dtype, i).v, i, seed);
    if (std::isnan(value))
      storeNaN(data, dtype, i);
    else
      storeElement(data, dtype, i, value, 0);
  }
}
