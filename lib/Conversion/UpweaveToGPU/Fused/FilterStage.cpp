//===- FilterStage.cpp - The packed filter to shared memory ---------------===//
// Which thread copies which piece of a unit's fragments, and from where.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/FilterStage.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

void upweave::createPieceCopy(OpBuilder &b, Location loc, Value from,
                              Value source, Value shared, Value target,
                              Value valid) {
  Value count;
  if (valid)
    count = arith::SelectOp::create(
        b, loc, valid, arith::ConstantIndexOp::create(b, loc, kPieceWords),
        arith::ConstantIndexOp::create(b, loc, 0));
  nvgpu::DeviceAsyncCopyOp::create(
      b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), shared,
      ValueRange(target), from, ValueRange(source), b.getIndexAttr(kPieceWords),
      count, b.getUnitAttr());
}

FilterStage::FilterStage(OpBuilder &b, const StageContext &context,
                         const UnitWalk &units, Value packed)
    : context(context), units(units), packed(packed) {
  Int32Math m(b, context.loc);
  PackedOrder tiles =
      getFilterOrder(context.plan, context.facts)
          .getOuter(getTileFilterElements(context.plan, context.facts));
  Value tile = tiles.combine<Value>(
      m, [&](const Digit &digit) { return getTileDigit(digit.dim); });
  firstUnit = m.mul(tile ? tile : m.constant(0),
                    context.plan.getMaxUnits(context.facts));
}

/// The block's place along a dimension of the packed filter whose digit is
/// slower than all of a tile.
Value FilterStage::getTileDigit(unsigned dim) const {
  const BlockPlace &place = context.place;
  if (dim == PackedDim::kOut)
    return place.channelTile;
  if (dim == PackedDim::kGroup)
    return place.group;
  if (dim == PackedDim::kPhaseClass)
    return place.columnClass;
  for (size_t i = 0; i < place.phases.size(); ++i)
    if (dim == PackedDim::phase(getAxisNumber(context.facts, i)))
      return place.phases[i];
  llvm_unreachable("a tile has all taps and channels of its phases");
}

void FilterStage::issue(OpBuilder &b, Value unit, Value stage) const {
  Location loc = context.loc;
  const FusedPlan &plan = context.plan;
  Int32Math m(b, loc);
  int64_t pieces = plan.filterBytes / kPieceBytes, threads = plan.getThreads();
  Value first = m.toIndex(m.add(firstUnit, units.getFilterUnit(b, unit)));
  Value source = IndexMath(b, loc).mul(first, plan.filterBytes / kWordBytes);
  Value own = m.toIndex(m.mul(context.thread, kPieceWords));
  source = IndexMath(b, loc).add(source, own);
  Value target = IndexMath(b, loc).add(m.toIndex(stage), own);
  target = IndexMath(b, loc).add(target, plan.inputBytes / kWordBytes);
  for (int64_t start = 0; start < pieces; start += threads) {
    OpBuilder inner = b;
    if (start + threads > pieces)
      inner = scf::IfOp::create(b, loc,
                                m.below(m.add(context.thread, start), pieces),
                                /*withElseRegion=*/false)
                  .getThenBodyBuilder();
    createPieceCopy(inner, loc, packed,
                    IndexMath(inner, loc).add(source, start * kPieceWords),
                    context.shared,
                    IndexMath(inner, loc).add(target, start * kPieceWords),
                    /*valid=*/Value());
  }
}
