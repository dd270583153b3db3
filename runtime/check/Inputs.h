// Seeded inputs: ordinary ones, and those on which kernels go wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_INPUTS_H
#define UPWEAVE_CHECK_INPUTS_H

#include "Value.h"

#include <array>
#include <utility>

namespace upweave {
namespace check {

/// What the data (the largest floating-point input) is filled with. Other
/// inputs are ordinary.
enum class InputKind {
  Normal,    ///< near normal, mean 0 and deviation 1
  Wide,      ///< a deviation of 256: exponentials of differences overflow
  LargeMean, ///< a mean of 10^4 deviations
  Constant,  ///< every row constant: one value for all elements
  Denormal,  ///< below the smallest normal number of the type
  Infinite,  ///< one element in 97 is an infinity
  NaN        ///< one element in 97 is a NaN, all bits of its payload set
};

/// Names and kinds, in the order in which they are tried.
const std::array<std::pair<const char *, InputKind>, 7> &getInputKinds();

/// Whether outputs for such inputs are compared with the source as it stands:
/// a source that multiplies stuffed zeros makes NaN of infinities, which no
/// transposed convolution does.
bool isFinite(InputKind kind);

/// Fills `count` elements at `data`.
void fillInput(InputKind kind, void *data, DType dtype, int64_t count,
               uint64_t seed);

/// Element `index` of what `fillInput` fills in.
Value getInputElement(InputKind kind, DType dtype, int64_t index,
                      uint64_t seed);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_INPUTS_H
