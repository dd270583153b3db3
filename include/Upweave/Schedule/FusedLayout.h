//===- FusedLayout.h - Where a fused kernel's elements lie ------*- C++ -*-===//
// The layouts that follow from a fused plan: of the tile over threads, and of
// the operands in packed memory. No IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_FUSEDLAYOUT_H
#define UPWEAVE_SCHEDULE_FUSEDLAYOUT_H

#include "Upweave/Layout/PackedOrder.h"
#include "Upweave/Layout/TileLayout.h"
#include "Upweave/Schedule/FusedPlan.h"

namespace upweave {

/// Dimensions of a block's tile: channels, row positions, and results along the
/// column axis.
constexpr unsigned kTileChannelDim = 0, kTileHeightDim = 1, kTileWidthDim = 2;

/// The layout of a block's tile over accumulators, lanes and warps: each thread
/// holds, of each product of fragments, what the atom says, of all phases. A
/// position along the column is run-digit + run * lane + lanes * run *
/// (fragment / run) + half * (odd column of the fragment).
TileLayout getFusedLayout(const FusedPlan &plan, const FusedFacts &facts);

/// The order of the packed filter, fragment by fragment: [phases][class][group]
/// [channel tile][taps of the outer axes][height tap, if units are of one]
/// [units][chunks of a unit][height tap, if they are in the unit][width tap]
/// [fragments of channels][the fragment].
PackedOrder getFilterOrder(const FusedPlan &plan, const FusedFacts &facts);

/// The order of a packed image: [outer axes][height][group][chunk][width]
/// [position].
PackedOrder getInputOrder(const FusedFacts &facts);

/// The number, from the innermost, of class axis `i` of `facts`.
inline unsigned getAxisNumber(const FusedFacts &facts, size_t i) {
  return static_cast<unsigned>(1 + facts.outer.size() - i);
}

/// Elements of the filter that a unit takes, and a thread block in all.
int64_t getUnitFilterElements(const FusedPlan &plan, const FusedFacts &facts);
int64_t getTileFilterElements(const FusedPlan &plan, const FusedFacts &facts);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_FUSEDLAYOUT_H
