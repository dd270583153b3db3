//===- UnitWalk.cpp - The units that a block multiplies -------------------===//
// Takes a unit's number apart into taps and chunks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/UnitWalk.h"

using namespace mlir;
using namespace upweave;

UnitWalk::UnitWalk(OpBuilder &b, const StageContext &context)
    : context(context) {
  const FusedFacts &facts = context.facts;
  const BlockPlace &place = context.place;
  Int32Math m(b, context.loc);
  numUnits = m.constant(getChunkUnits());
  for (auto [i, axis] : llvm::enumerate(facts.getClassAxes())) {
    Value phase = place.phases[i];
    Value count =
        isInUnit(i) ? m.constant(1) : m.lookup(phase, axis->getTapCounts());
    tapCounts.push_back(count);
    numUnits = m.mul(numUnits, count);
    Value position = i == facts.outer.size()
                         ? m.mul(place.rowTile, context.plan.block[1])
                         : place.outerPositions[i];
    firstPositions.push_back(
        m.add(position, m.lookup(phase, axis->getFirstOffsets())));
  }
}

int64_t UnitWalk::getChunkUnits() const {
  return context.facts.getChunks() / context.plan.unitChunks;
}

SmallVector<Value, 3> UnitWalk::getTaps(OpBuilder &b, Value unit) const {
  Value rest = Int32Math(b, context.loc).div(unit, getChunkUnits());
  SmallVector<Value, 3> taps(tapCounts.size());
  for (size_t i = taps.size(); i-- > 0;) {
    // The first axis takes what is left.
    taps[i] = rest;
    if (i == 0)
      break;
    taps[i] = b.createOrFold<arith::RemUIOp>(context.loc, rest, tapCounts[i]);
    rest = b.createOrFold<arith::DivUIOp>(context.loc, rest, tapCounts[i]);
  }
  return taps;
}

UnitOrigin UnitWalk::getOrigin(OpBuilder &b, Value unit) const {
  const FusedFacts &facts = context.facts;
  Int32Math m(b, context.loc);
  UnitOrigin origin;
  origin.chunk = m.mul(m.rem(unit, getChunkUnits()), context.plan.unitChunks);
  SmallVector<Value, 3> taps = getTaps(b, unit);
  for (auto [i, axis] : llvm::enumerate(facts.getClassAxes())) {
    Value position = firstPositions[i];
    if (!isInUnit(i))
      position = m.add(position, m.mul(taps[i], axis->getOffsetStep()));
    origin.positions.push_back(position);
  }
  for (size_t i = 0; i < facts.outer.size(); ++i)
    origin.valid = m.both(
        origin.valid, m.below(origin.positions[i], facts.outer[i].inputSize));
  return origin;
}

Value UnitWalk::getFilterUnit(OpBuilder &b, Value unit) const {
  const FusedFacts &facts = context.facts;
  SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  if (llvm::all_of(axes, [](auto *axis) { return axis->isUniform(); }))
    return unit;
  Int32Math m(b, context.loc);
  SmallVector<Value, 3> taps = getTaps(b, unit);
  PackedOrder units = getFilterOrder(context.plan, facts)
                          .getInner(getTileFilterElements(context.plan, facts))
                          .getOuter(getUnitFilterElements(context.plan, facts));
  Value number = units.combine<Value>(m, [&](const Digit &digit) {
    if (digit.dim == PackedDim::kIn)
      return m.rem(unit, getChunkUnits());
    for (size_t i = 0; i < axes.size(); ++i)
      if (digit.dim == PackedDim::tap(getAxisNumber(facts, i)))
        return taps[i];
    llvm_unreachable("the digits of units are those of channels and taps");
  });
  return number ? number : m.constant(0);
}
