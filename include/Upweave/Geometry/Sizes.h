//===- Sizes.h - Products of sizes ------------------------------*- C++ -*-===//
// Sizes come from IR that nobody verified: their products are checked here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_GEOMETRY_SIZES_H
#define UPWEAVE_GEOMETRY_SIZES_H

#include "Upweave/Geometry/ConvTransposeGeometry.h"

#include "llvm/Support/MathExtras.h"

namespace upweave {

/// What a product of sizes is that does not fit into 64 bits: more elements
/// than there are.
constexpr int64_t kHugeSize = std::numeric_limits<int64_t>::max();

/// The product of two sizes, none of which is negative: kDynamicSize if one of
/// them is, kHugeSize if it does not fit.
inline int64_t multiplySizes(int64_t lhs, int64_t rhs) {
  if (lhs == kDynamicSize || rhs == kDynamicSize)
    return kDynamicSize;
  int64_t product;
  return llvm::MulOverflow(lhs, rhs, product) ? kHugeSize : product;
}

} // namespace upweave

#endif // UPWEAVE_GEOMETRY_SIZES_H
