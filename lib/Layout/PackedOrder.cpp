//===- PackedOrder.cpp - The order of a packed operand --------------------===//
// Names of its dimensions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Layout/PackedOrder.h"

#include "llvm/ADT/StringRef.h"

using namespace upweave;

static constexpr llvm::StringLiteral kPlain[] = {"out", "in", "group",
                                                 "phase_class"};
static constexpr llvm::StringLiteral kAxes[] = {"width", "height", "depth"};
static constexpr llvm::StringLiteral kKinds[] = {"tap", "phase", "position"};
static constexpr unsigned kNumPlain = std::size(kPlain),
                          kNumKinds = std::size(kKinds),
                          kNumAxes = std::size(kAxes);

std::string PackedDim::getName(unsigned dim) {
  if (dim < kNumPlain)
    return kPlain[dim].str();
  unsigned axis = (dim - kNumPlain) / kNumKinds;
  std::string kind = kKinds[(dim - kNumPlain) % kNumKinds].str();
  return axis < kNumAxes ? kAxes[axis].str() + "_" + kind
                         : kind + std::to_string(axis);
}

std::optional<unsigned> PackedDim::parseName(llvm::StringRef name) {
  // No convolution has more axes than this.
  constexpr unsigned kMostAxes = 16;
  for (unsigned dim = 0; dim < count(kMostAxes); ++dim)
    if (getName(dim) == name)
      return dim;
  return std::nullopt;
}
