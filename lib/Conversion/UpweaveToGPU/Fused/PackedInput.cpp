//===- PackedInput.cpp - Packed input to shared memory --------------------===//
// Which thread copies what of a unit, from where, and when it is zeros.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/PackedInput.h"

#include "Emission/KernelMath.h"
#include "Fused/FilterStage.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

PackedInput::PackedInput(OpBuilder &b, const StageContext &context,
                         const UnitWalk &units, Value packed)
    : InputStage(context), units(units), packed(packed),
      lineWords(context.facts.width.inputSize * kPositionWords) {
  PackedOrder order = getInputOrder(context.facts);
  int64_t bytes = getAtomInfo(context.facts.atom).elementBytes;
  lines = order.getOuter(lineWords * kWordBytes / bytes);
  imageWord = IndexMath(b, context.loc)
                  .mul(Int32Math(b, context.loc).toIndex(context.place.image),
                       order.getSize() * bytes / kWordBytes);
  prepareColumns(b);
}

/// The pieces of a line that this thread copies: those congruent to its number.
void PackedInput::prepareColumns(OpBuilder &b) {
  const FusedPlan &plan = context.plan;
  Int32Math m(b, context.loc);
  int64_t pieces = plan.getLineCopies(), lineThreads = plan.lineThreads;
  if (pieces == 0)
    return;
  threadLine = m.div(context.thread, lineThreads);
  Value first = m.rem(context.thread, lineThreads);
  Value tileColumn =
      m.add(m.mul(context.place.columnTile, plan.block[2]), plan.firstPosition);
  for (int64_t start = 0; start < pieces; start += lineThreads) {
    Value piece = m.add(first, start);
    Value column = m.add(m.div(piece, 2), plan.copyBegin);
    Value half = m.mul(m.rem(piece, 2), kPieceWords);
    ColumnCopy copy;
    copy.shared =
        m.add(m.mul(plan.getSlots().getSlot(m, column), kPositionWords), half);
    Value inInput = m.add(tileColumn, column);
    copy.packed = m.add(m.mul(inInput, kPositionWords), half);
    if (start + lineThreads > pieces)
      copy.active = m.below(piece, pieces);
    if (plan.getWidthTiles(context.facts) > 1)
      copy.inside = m.below(inInput, context.facts.width.inputSize);
    columns.push_back(copy);
  }
}

/// The thread's copies of one line: `line` is its first word in shared memory
/// and `source` in packed memory, of type index.
void PackedInput::copyLine(OpBuilder &b, Value lineActive, Value line,
                           Value source, Value valid) const {
  Location loc = context.loc;
  for (const ColumnCopy &copy : columns) {
    Int32Math outer(b, loc);
    OpBuilder inner = b;
    if (Value active = outer.both(lineActive, copy.active))
      inner = scf::IfOp::create(b, loc, active, /*withElseRegion=*/false)
                  .getThenBodyBuilder();
    Int32Math m(inner, loc);
    Value target = IndexMath(inner, loc).add(m.toIndex(copy.shared), line);
    Value from = IndexMath(inner, loc).add(m.toIndex(copy.packed), source);
    createPieceCopy(inner, loc, packed, from, context.shared, target,
                    m.both(valid, copy.inside));
  }
}

/// The number of the line at `row` of a unit's first chunk. A row outside of
/// the input has a number, too: nothing is copied from there.
Value PackedInput::getLine(Int32Math &m, const UnitOrigin &origin,
                           Value row) const {
  const FusedFacts &facts = context.facts;
  int64_t linesOfRow = getLinesOfRow(), rows = facts.height.inputSize;
  Value outer =
      lines.getOuter(linesOfRow * rows)
          .combine<Value>(m, [&](const Digit &digit) {
            size_t i = 0;
            while (digit.dim != PackedDim::position(getAxisNumber(facts, i)))
              ++i;
            return origin.positions[i];
          });
  Value inRow =
      lines.getInner(linesOfRow).combine<Value>(m, [&](const Digit &digit) {
        return digit.dim == PackedDim::kIn ? origin.chunk : context.place.group;
      });
  row = outer ? m.add(m.mul(outer, rows), row) : row;
  return m.add(m.mul(row, linesOfRow), inRow);
}

void PackedInput::issue(OpBuilder &b, Value unit, Value stage) const {
  if (columns.empty())
    return;
  Location loc = context.loc;
  const FusedPlan &plan = context.plan;
  const FusedFacts &facts = context.facts;
  Int32Math m(b, loc);
  UnitOrigin origin = units.getOrigin(b, unit);
  Value firstRow = m.add(origin.positions.back(), threadLine);
  Value source = IndexMath(b, loc).add(
      m.toIndex(m.mul(getLine(m, origin, firstRow), lineWords)), imageWord);
  int64_t rowWords = plan.lineBytes / kWordBytes;
  Value target = m.toIndex(m.add(stage, m.mul(threadLine, rowWords)));
  int64_t linesAtOnce = plan.getThreads() / plan.lineThreads;
  for (int64_t row = 0; row < plan.stagedLines; row += linesAtOnce) {
    Value inside = m.below(m.add(firstRow, row), facts.height.inputSize);
    Value active;
    if (row + linesAtOnce > plan.stagedLines)
      active = m.below(m.add(threadLine, row), plan.stagedLines);
    for (int64_t i = 0; i < plan.unitChunks; ++i) {
      int64_t staged = (i * plan.stagedLines + row) * rowWords;
      int64_t from = (row * getLinesOfRow() + i) * lineWords;
      copyLine(b, active, IndexMath(b, loc).add(target, staged),
               IndexMath(b, loc).add(source, from),
               m.both(origin.valid, inside));
    }
  }
}
