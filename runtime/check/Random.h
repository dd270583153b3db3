// Seeded random data, the same on every machine.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_RANDOM_H
#define UPWEAVE_CHECK_RANDOM_H

#include "Value.h"

namespace upweave {
namespace check {

/// splitmix64 (Steele, Lea, Flood 2014): 64 random bits of a counter.
uint64_t mixBits(uint64_t counter);

/// Fills `count` elements. Floats are near normal with mean 0 and deviation 1
/// (a sum of four uniforms), integers uniform in [-8, 8], i1 a coin.
void fillRandom(void *data, DType dtype, int64_t count, uint64_t seed);

/// Element `index` of that, at position `at` of `data`.
void storeRandom(void *data, DType dtype, int64_t at, int64_t index,
                 uint64_t seed);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_RANDOM_H
