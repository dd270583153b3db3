// Counter-based random data.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Random.h"

namespace upweave {
namespace check {

uint64_t mixBits(uint64_t counter) {
  uint64_t z = counter + 0x9E3779B97F4A7C15ull;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ z >> 27) * 0x94D049BB133111EBull;
  return z ^ z >> 31;
}

namespace {
/// Four 16-bit uniforms in [-0.5, 0.5) have variance 4/12; sqrt(3) makes it
/// one.
double nearNormal(uint64_t bits) {
  double sum = 0;
  for (int i = 0; i < 4; ++i)
    sum += double(bits >> 16 * i & 0xffff) / 65536.0 - 0.5;
  return sum * 1.7320508075688772;
}
} // namespace

void storeRandom(void *data, DType dtype, int64_t at, int64_t index,
                 uint64_t seed) {
  constexpr int64_t kIntegerRange = 8;
  const uint64_t bits = mixBits(mixBits(seed) + uint64_t(index));
  if (isFloat(dtype))
    storeElement(data, dtype, at, nearNormal(bits), 0);
  else if (dtype == DType::I1)
    storeElement(data, dtype, at, 0, bits & 1);
  else
    storeElement(data, dtype, at, 0,
                 int64_t(bits % (2 * kIntegerRange + 1)) - kIntegerRange);
}

void fillRandom(void *data, DType dtype, int64_t count, uint64_t seed) {
  for (int64_t at = 0; at < count; ++at)
    storeRandom(data, dtype, at, at, seed);
}

} // namespace check
} // namespace upweave
