//===- DimSet.h - Sets of a tile's dimensions -------------------*- C++ -*-===//
// One bit each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LAYOUT_DIMSET_H
#define UPWEAVE_LAYOUT_DIMSET_H

#include <cstdint>
#include <initializer_list>

namespace upweave {

/// A set of tile dimensions, one bit each.
using DimSet = uint32_t;

constexpr DimSet makeDimSet(std::initializer_list<unsigned> dims) {
  DimSet set = 0;
  for (unsigned dim : dims)
    set |= DimSet(1) << dim;
  return set;
}

constexpr bool hasDim(DimSet set, unsigned dim) {
  return (set >> dim & 1) != 0;
}

} // namespace upweave

#endif // UPWEAVE_LAYOUT_DIMSET_H
