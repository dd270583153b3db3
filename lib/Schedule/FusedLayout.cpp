//===- FusedLayout.cpp - Where a fused kernel's elements lie --------------===//
// The atom's layouts, spread over a tile and over all taps and channels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/FusedLayout.h"

#include "llvm/ADT/STLExtras.h"

using namespace upweave;

/// The atom's digits of `holder`, along the tile: of a product's columns the
/// first parity is the first half of a warp's, and the others are runs.
static void appendAtomDigits(llvm::SmallVectorImpl<TileDigit> &digits,
                             Holder holder, const FusedPlan &plan,
                             const FusedFacts &facts) {
  int64_t stride = facts.width.getStride();
  const TileLayout &result = getAtomInfo(facts.atom).result;
  for (const TileDigit &digit : result.getDigits()) {
    if (digit.holder != holder)
      continue;
    if (digit.dim == kAtomChannelDim)
      digits.push_back({holder, digit.extent, kTileChannelDim, digit.stride});
    else if (digit.stride == 1)
      digits.push_back(
          {holder, digit.extent, kTileWidthDim, plan.getHalf() * stride});
    else
      digits.push_back({holder, digit.extent, kTileWidthDim,
                        plan.run * digit.stride / 2 * stride});
  }
}

TileLayout upweave::getFusedLayout(const FusedPlan &plan,
                                   const FusedFacts &facts) {
  int64_t s = facts.width.getStride(), run = plan.run;
  llvm::SmallVector<TileDigit> digits{
      {Holder::Register, facts.width.getPhases(), kTileWidthDim, 1},
      {Holder::Register, run, kTileWidthDim, s},
      {Holder::Register, plan.getWidthAtoms() / run, kTileWidthDim,
       kAtomQuarters * run * s}};
  appendAtomDigits(digits, Holder::Register, plan, facts);
  digits.push_back({Holder::Register, plan.getChannelAtoms(), kTileChannelDim,
                    kAtomChannels});
  digits.push_back({Holder::Register, plan.warp[1], kTileHeightDim, 1});
  appendAtomDigits(digits, Holder::Lane, plan, facts);
  digits.push_back(
      {Holder::Warp, plan.getWarps(1), kTileHeightDim, plan.warp[1]});
  digits.push_back(
      {Holder::Warp, plan.getWarps(0), kTileChannelDim, plan.warp[0]});
  digits.push_back(
      {Holder::Warp, plan.getWarps(2), kTileWidthDim, plan.warp[2] * s});
  return TileLayout(3, digits);
}

/// The digits of a fragment, or of a position, as those of a packed operand.
static void appendMemoryDigits(llvm::SmallVectorImpl<Digit> &digits,
                               const DigitOrder &order) {
  for (const Digit &digit : order.getDigits())
    digits.push_back(
        {digit.extent,
         digit.dim == kAtomDepthDim ? PackedDim::kIn : PackedDim::kOut,
         digit.stride});
}

PackedOrder upweave::getFilterOrder(const FusedPlan &plan,
                                    const FusedFacts &facts) {
  const AtomInfo &atom = getAtomInfo(facts.atom);
  int64_t chunk = atom.getChunkChannels();
  unsigned rowTap = PackedDim::tap(1);
  llvm::SmallVector<Digit> digits;
  appendMemoryDigits(digits, atom.filter.order);
  digits.push_back(
      {plan.block[0] / kAtomChannels, PackedDim::kOut, kAtomChannels});
  digits.push_back({plan.widthTaps, PackedDim::tap(0), 1});
  if (plan.heightTapsInUnit)
    digits.push_back({plan.heightTaps, rowTap, 1});
  digits.push_back({plan.unitChunks, PackedDim::kIn, chunk});
  digits.push_back({facts.getChunks() / plan.unitChunks, PackedDim::kIn,
                    chunk * plan.unitChunks});
  if (!plan.heightTapsInUnit)
    digits.push_back({facts.height.getMaxTaps(), rowTap, 1});
  for (size_t i = facts.outer.size(); i-- > 0;)
    digits.push_back({facts.outer[i].getMaxTaps(),
                      PackedDim::tap(getAxisNumber(facts, i)), 1});
  digits.push_back(
      {plan.getChannelTiles(facts), PackedDim::kOut, plan.block[0]});
  digits.push_back({facts.groups, PackedDim::kGroup, 1});
  digits.push_back({facts.width.phaseClasses, PackedDim::kPhaseClass, 1});
  llvm::SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  for (size_t i = axes.size(); i-- > 0;)
    digits.push_back(
        {axes[i]->getStride(), PackedDim::phase(getAxisNumber(facts, i)), 1});
  return PackedOrder(digits);
}

PackedOrder upweave::getInputOrder(const FusedFacts &facts) {
  const AtomInfo &atom = getAtomInfo(facts.atom);
  llvm::SmallVector<Digit> digits;
  appendMemoryDigits(digits, atom.input.order);
  digits.push_back({facts.width.inputSize, PackedDim::position(0), 1});
  digits.push_back(
      {facts.getChunks(), PackedDim::kIn, atom.getChunkChannels()});
  digits.push_back({facts.groups, PackedDim::kGroup, 1});
  llvm::SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  for (size_t i = axes.size(); i-- > 0;)
    digits.push_back(
        {axes[i]->inputSize, PackedDim::position(getAxisNumber(facts, i)), 1});
  return PackedOrder(digits);
}

int64_t upweave::getUnitFilterElements(const FusedPlan &plan,
                                       const FusedFacts &facts) {
  return plan.filterBytes / getAtomInfo(facts.atom).elementBytes;
}

int64_t upweave::getTileFilterElements(const FusedPlan &plan,
                                       const FusedFacts &facts) {
  return plan.getMaxUnits(facts) * getUnitFilterElements(plan, facts);
}
