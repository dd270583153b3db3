//===- OperandStage.cpp - Operands of a fused kernel to shared memory -----===//
// Which thread copies what of a unit, from where, and when it is zeros.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/OperandStage.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace upweave;

OperandStage::OperandStage(OpBuilder &b, Location loc, const FusedFacts &facts,
                           const FusedPlan &plan, const BlockPlace &place,
                           const StageBuffers &buffers, Value thread)
    : loc(loc), facts(facts), plan(plan), place(place), buffers(buffers),
      thread(thread) {
  prepareUnits(b);
  if (plan.input == FusedInput::Packed)
    prepareColumns(b);
}

/// Counts, origins and bases that hold for all of the block's units.
void OperandStage::prepareUnits(OpBuilder &b) {
  Int32Math m(b, loc);
  Value units = m.constant(facts.getChunks() / plan.unitChunks);
  Value unitClass;
  for (auto [i, axis] : llvm::enumerate(facts.getClassAxes())) {
    bool isRow = i == facts.outer.size();
    Value phase = place.phases[i];
    Value count = m.lookup(phase, axis->getTapCounts());
    if (isRow && plan.rowTapsInUnit)
      count = m.constant(1);
    tapCounts.push_back(count);
    units = m.mul(units, count);
    Value position =
        isRow ? m.mul(place.rowTile, plan.block[1]) : place.outerPositions[i];
    firstPositions.push_back(
        m.add(position, m.lookup(phase, axis->getFirstOffsets())));
    unitClass =
        m.add(unitClass ? m.mul(unitClass, axis->getStride()) : Value(), phase);
  }
  numUnits = units;
  if (facts.column.phaseClasses > 1)
    unitClass =
        m.add(m.mul(unitClass, facts.column.phaseClasses), place.columnClass);
  Value tile = m.add(m.mul(unitClass, facts.groups), place.group);
  tile = m.add(m.mul(tile, plan.getChannelTiles(facts)), place.channelTile);
  firstFilterUnit = m.mul(tile, plan.getMaxUnits(facts));
  imageWord = IndexMath(b, loc).mul(m.toIndex(place.image),
                                    FusedPlan::getPackedImageBytes(facts) / 4);
}

Value OperandStage::getSlot(Int32Math &m, Value column) {
  int64_t half = plan.getHalf();
  int64_t pad =
      plan.getSlot(half) - half - (plan.run >= 4 ? half / plan.run : 0);
  Value slot = m.add(column, m.mul(m.div(column, half), pad));
  return plan.run >= 4 ? m.add(slot, m.div(column, plan.run)) : slot;
}

/// The pieces of a line that this thread copies: those congruent to its number.
void OperandStage::prepareColumns(OpBuilder &b) {
  Int32Math m(b, loc);
  int64_t pieces = plan.getLineCopies(), lineThreads = plan.lineThreads;
  if (pieces == 0)
    return;
  threadLine = m.div(thread, lineThreads);
  Value first = m.rem(thread, lineThreads);
  Value tileColumn =
      m.add(m.mul(place.columnTile, plan.block[2]), plan.firstColumn);
  for (int64_t start = 0; start < pieces; start += lineThreads) {
    Value piece = m.add(first, start);
    Value column = m.add(m.div(piece, 2), plan.copyBegin);
    Value half = m.mul(m.rem(piece, 2), kPieceWords);
    ColumnCopy copy;
    copy.shared = m.add(m.mul(getSlot(m, column), kPositionWords), half);
    Value inInput = m.add(tileColumn, column);
    copy.packed = m.add(m.mul(inInput, kPositionWords), half);
    if (start + lineThreads > pieces)
      copy.active = m.below(piece, pieces);
    if (plan.getColumnTiles(facts) > 1)
      copy.inside = m.below(inInput, facts.column.inputSize);
    columns.push_back(copy);
  }
}

void OperandStage::clearHalos(OpBuilder &b) {
  int64_t halo = plan.stagedColumns - (plan.copyEnd - plan.copyBegin);
  int64_t lines = plan.unitChunks * plan.stagedRows;
  int64_t pieces = 2 * halo * lines * plan.stages;
  Int32Math m(b, loc);
  auto words = VectorType::get({kPieceWords}, b.getI32Type());
  Value zeros = arith::ConstantOp::create(b, loc, b.getZeroAttr(words));
  for (int64_t start = 0; start < pieces; start += plan.getThreads()) {
    OpBuilder inner = b;
    Value piece = m.add(thread, start);
    if (start + plan.getThreads() > pieces)
      inner = scf::IfOp::create(b, loc, m.below(piece, pieces),
                                /*withElseRegion=*/false)
                  .getThenBodyBuilder();
    Int32Math im(inner, loc);
    SmallVector<Value> d = im.digits(piece, {2, halo, lines, plan.stages});
    // Left of the copied columns, then right of them.
    Value column = im.select(im.below(d[1], plan.copyBegin), d[1],
                             im.add(d[1], plan.copyEnd - plan.copyBegin));
    Value word = im.add(im.mul(d[3], (plan.inputBytes + plan.filterBytes) / 4),
                        im.mul(d[2], plan.rowBytes / 4));
    word = im.add(word, im.mul(getSlot(im, column), kPositionWords));
    word = im.add(word, im.mul(d[0], kPieceWords));
    vector::StoreOp::create(inner, loc, zeros, buffers.shared,
                            ValueRange(im.toIndex(word)), /*nontemporal=*/false,
                            llvm::MaybeAlign(kPieceBytes));
  }
}

/// One cp.async of 16 bytes; zeros where `valid` (null: always) does not hold.
void OperandStage::copyPiece(OpBuilder &b, Value from, Value source,
                             Value target, Value valid) {
  Value count;
  if (valid)
    count = arith::SelectOp::create(
        b, loc, valid, arith::ConstantIndexOp::create(b, loc, kPieceWords),
        arith::ConstantIndexOp::create(b, loc, 0));
  nvgpu::DeviceAsyncCopyOp::create(
      b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), buffers.shared,
      ValueRange(target), from, ValueRange(source), b.getIndexAttr(kPieceWords),
      count, b.getUnitAttr());
}

/// The thread's copies of one line: `line` is its first word in shared memory
/// and `source` in packed memory, of type index.
void OperandStage::copyLine(OpBuilder &b, Value lineActive, Value line,
                            Value source, Value valid) {
  for (const ColumnCopy &copy : columns) {
    Int32Math outer(b, loc);
    OpBuilder inner = b;
    if (Value active = outer.both(lineActive, copy.active))
      inner = scf::IfOp::create(b, loc, active, /*withElseRegion=*/false)
                  .getThenBodyBuilder();
    Int32Math m(inner, loc);
    Value target = IndexMath(inner, loc).add(m.toIndex(copy.shared), line);
    Value from = IndexMath(inner, loc).add(m.toIndex(copy.packed), source);
    copyPiece(inner, buffers.packedInput, from, target,
              m.both(valid, copy.inside));
  }
}

UnitOrigin OperandStage::getOrigin(OpBuilder &b, Value unit) {
  Int32Math m(b, loc);
  UnitOrigin origin;
  int64_t chunkUnits = facts.getChunks() / plan.unitChunks;
  origin.chunk = m.mul(m.rem(unit, chunkUnits), plan.unitChunks);
  Value taps = m.div(unit, chunkUnits);
  // The last axis' taps are the fastest.
  SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  origin.positions.resize(axes.size());
  for (int64_t i = static_cast<int64_t>(axes.size()) - 1; i >= 0; --i) {
    Value tap = taps;
    if (i > 0) {
      tap = b.createOrFold<arith::RemUIOp>(loc, taps, tapCounts[i]);
      taps = b.createOrFold<arith::DivUIOp>(loc, taps, tapCounts[i]);
    }
    bool inUnit = axes[i] == &facts.row && plan.rowTapsInUnit;
    origin.positions[i] = firstPositions[i];
    if (!inUnit)
      origin.positions[i] =
          m.add(origin.positions[i], m.mul(tap, axes[i]->getOffsetStep()));
  }
  for (size_t i = 0; i < facts.outer.size(); ++i)
    origin.valid = m.both(
        origin.valid, m.below(origin.positions[i], facts.outer[i].inputSize));
  return origin;
}

void OperandStage::issueInput(OpBuilder &b, Value unit, Value stage) {
  if (columns.empty())
    return;
  Int32Math m(b, loc);
  UnitOrigin origin = getOrigin(b, unit);
  Value line;
  for (size_t i = 0; i < facts.outer.size(); ++i)
    line = m.add(line ? m.mul(line, facts.outer[i].inputSize) : line,
                 origin.positions[i]);
  Value firstRow = m.add(origin.positions.back(), threadLine);
  line = m.add(line ? m.mul(line, facts.row.inputSize) : line, firstRow);
  int64_t groupChunks = facts.groups * facts.getChunks();
  int64_t lineWords = facts.column.inputSize * kPositionWords;
  line = m.add(m.mul(line, groupChunks),
               m.add(m.mul(place.group, facts.getChunks()), origin.chunk));
  Value source =
      IndexMath(b, loc).add(m.toIndex(m.mul(line, lineWords)), imageWord);
  Value target = m.toIndex(m.add(stage, m.mul(threadLine, plan.rowBytes / 4)));
  int64_t linesAtOnce = plan.getThreads() / plan.lineThreads;
  for (int64_t row = 0; row < plan.stagedRows; row += linesAtOnce) {
    Value inside = m.below(m.add(firstRow, row), facts.row.inputSize);
    Value active;
    if (row + linesAtOnce > plan.stagedRows)
      active = m.below(m.add(threadLine, row), plan.stagedRows);
    for (int64_t i = 0; i < plan.unitChunks; ++i) {
      int64_t staged = (i * plan.stagedRows + row) * plan.rowBytes / 4;
      int64_t packed = (row * groupChunks + i) * lineWords;
      copyLine(b, active, IndexMath(b, loc).add(target, staged),
               IndexMath(b, loc).add(source, packed),
               m.both(origin.valid, inside));
    }
  }
}

void OperandStage::issueFilter(OpBuilder &b, Value unit, Value stage) {
  Int32Math m(b, loc);
  int64_t pieces = plan.filterBytes / kPieceBytes;
  // The looped row taps of a class have the places of the longest list.
  Value place = unit;
  int64_t chunkUnits = facts.getChunks() / plan.unitChunks;
  Value taps = m.div(unit, chunkUnits), sum;
  SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  bool exact = llvm::all_of(axes, [](auto *axis) { return axis->isUniform(); });
  if (!exact) {
    int64_t unitsOfTap = 1;
    for (int64_t i = static_cast<int64_t>(axes.size()) - 1; i >= 0; --i) {
      Value tap = taps;
      if (i > 0) {
        tap = b.createOrFold<arith::RemUIOp>(loc, taps, tapCounts[i]);
        taps = b.createOrFold<arith::DivUIOp>(loc, taps, tapCounts[i]);
      }
      sum = m.add(sum, m.mul(tap, unitsOfTap));
      bool inUnit = axes[i] == &facts.row && plan.rowTapsInUnit;
      unitsOfTap *= inUnit ? 1 : axes[i]->getMaxTaps();
    }
    place = m.add(m.mul(sum, chunkUnits), m.rem(unit, chunkUnits));
  }
  Value first = m.toIndex(m.add(firstFilterUnit, place));
  Value source = IndexMath(b, loc).mul(first, plan.filterBytes / 4);
  Value own = m.toIndex(m.mul(thread, kPieceWords));
  source = IndexMath(b, loc).add(source, own);
  Value target = IndexMath(b, loc).add(m.toIndex(stage), own);
  target = IndexMath(b, loc).add(target, plan.inputBytes / 4);
  for (int64_t start = 0; start < pieces; start += plan.getThreads()) {
    OpBuilder inner = b;
    if (start + plan.getThreads() > pieces)
      inner = scf::IfOp::create(b, loc, m.below(m.add(thread, start), pieces),
                                /*withElseRegion=*/false)
                  .getThenBodyBuilder();
    copyPiece(inner, buffers.packedFilter,
              IndexMath(inner, loc).add(source, start * kPieceWords),
              IndexMath(inner, loc).add(target, start * kPieceWords), Value());
  }
}

void OperandStage::issue(OpBuilder &b, Value unit, Value stage) {
  issueFilter(b, unit, stage);
  if (plan.input == FusedInput::Packed)
    issueInput(b, unit, stage);
}
