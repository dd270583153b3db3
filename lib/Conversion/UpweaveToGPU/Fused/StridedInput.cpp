//===- StridedInput.cpp - Input as it lies to shared memory ---------------===//
// Which thread loads what of a unit, when, and how it is rounded and written as
// the positions that packed input has, too.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/StridedInput.h"

#include "Emission/KernelMath.h"
#include "Fused/OperandBits.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;
using namespace upweave;

//===----------------------------------------------------------------------===//
// What holds for all units
//===----------------------------------------------------------------------===//

StridedInput::StridedInput(OpBuilder &b, const StageContext &context,
                           const UnitWalk &units, Value input,
                           const DataDims &dims)
    : InputStage(context), loc(context.loc), facts(context.facts),
      plan(context.plan), atom(getAtomInfo(facts.atom)), units(units),
      dims(dims) {
  prepareAccesses();
  prepareView(b, input);
  int64_t width = atom.getPieceElements() /
                  static_cast<int64_t>(accesses.size()) * plan.copyVector;
  accessType = VectorType::get(
      {width}, cast<MemRefType>(flat.getType()).getElementType());
  prepareColumns(b);
  prepareCopies();
}

/// The widest accesses that take neighbouring channels, which start alike in
/// both halves of a position.
void StridedInput::prepareAccesses() {
  int64_t count = atom.getPieceElements();
  halfChannels = atom.getInputChannel(count) - atom.getInputChannel(0);
  int64_t width = facts.channelsContiguous ? facts.inputVector : 1;
  SmallVector<int64_t> channels;
  for (int64_t i = 0; i < count; ++i)
    channels.push_back(atom.getInputChannel(i));
  llvm::sort(channels);
  auto fits = [&] {
    for (int64_t i = 0; i < count; i += width)
      if (channels[i] % width != 0 || halfChannels % width != 0 ||
          channels[i + width - 1] != channels[i] + width - 1)
        return false;
    return true;
  };
  while (!fits())
    width /= 2;
  for (int64_t i = 0; i < count; i += width)
    accesses.push_back(channels[i]);
}

/// True if the last chunk has channels that the input has not.
bool StridedInput::isPadded() const {
  return facts.inputChannels % atom.getChunkChannels() != 0;
}

void StridedInput::prepareView(OpBuilder &b, Value input) {
  auto type = cast<MemRefType>(input.getType());
  Value base = input;
  start = b.getIndexAttr(0);
  if (auto cast = input.getDefiningOp<memref::ReinterpretCastOp>()) {
    base = cast.getSource();
    strides = cast.getMixedStrides();
    start = cast.getMixedOffsets().front();
  }
  Value size = arith::ConstantIndexOp::create(
      b, loc, std::numeric_limits<int64_t>::max());
  flat = memref::ReinterpretCastOp::create(
      b, loc, MemRefType::get({ShapedType::kDynamic}, type.getElementType()),
      base, OpFoldResult(b.getIndexAttr(0)), ArrayRef<OpFoldResult>{size},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
}

/// `count` (of i32, may be negative) times the stride of `dim`.
Value StridedInput::getStride(OpBuilder &b, Value count, int64_t dim) const {
  return IndexMath(b, loc).mul(Int32Math(b, loc).toIndex(count), strides[dim]);
}

void StridedInput::prepareColumns(OpBuilder &b) {
  Int32Math m(b, loc);
  int64_t pieces = plan.getLineCopies(), lineThreads = plan.lineThreads;
  threadLine = m.div(context.thread, lineThreads);
  Value first = m.rem(context.thread, lineThreads);
  threadHalf = m.mul(m.rem(first, 2), halfChannels);
  Value tileColumn =
      m.add(m.mul(context.place.columnTile, plan.block[2]), plan.firstPosition);
  int64_t dim = dims.spatial.back();
  for (int64_t begin = 0; begin < pieces; begin += lineThreads) {
    Value piece = m.add(first, begin);
    Value staged =
        m.add(m.mul(m.div(piece, 2), plan.copyVector), plan.copyBegin);
    Column column;
    for (int64_t i = 0; i < plan.copyVector; ++i)
      column.shared.push_back(m.add(
          m.mul(plan.getSlots().getSlot(m, m.add(staged, i)), kPositionWords),
          m.mul(m.rem(first, 2), kPieceWords)));
    Value inInput = m.add(tileColumn, staged);
    column.offset = getStride(b, inInput, dim);
    if (!isPadded())
      column.offset = IndexMath(b, loc).add(
          column.offset, getStride(b, threadHalf, dims.channel));
    if (dims.spatial.size() > 1)
      column.offset = IndexMath(b, loc).add(
          column.offset, getStride(b, threadLine, dims.spatial.rbegin()[1]));
    if (begin + lineThreads > pieces)
      column.active = m.below(piece, pieces);
    if (plan.getWidthTiles(facts) > 1)
      column.inside = m.below(inInput, facts.width.inputSize);
    columns.push_back(column);
  }
}

void StridedInput::prepareCopies() {
  int64_t linesAtOnce = plan.getThreads() / plan.lineThreads;
  for (int64_t row = 0; row < plan.stagedLines; row += linesAtOnce)
    for (int64_t chunk = 0; chunk < plan.unitChunks; ++chunk)
      for (const Column &column : columns)
        copies.push_back({row, chunk, &column});
}

//===----------------------------------------------------------------------===//
// One copy
//===----------------------------------------------------------------------===//

/// True if the thread has the copy; null: always.
Value StridedInput::getActive(OpBuilder &b, const Copy &copy) const {
  Int32Math m(b, loc);
  Value active = copy.column->active;
  if (copy.row + plan.getThreads() / plan.lineThreads > plan.stagedLines)
    active =
        m.both(m.below(m.add(threadLine, copy.row), plan.stagedLines), active);
  return active;
}

/// The access at `channel` of the copy whose channel 0 lies at `origin`. What a
/// chunk has beyond the input's channels is zeros.
Value StridedInput::loadChannel(OpBuilder &b, const Unit &unit,
                                const Copy &copy, Value origin,
                                int64_t channel) const {
  Int32Math m(b, loc);
  Value valid, offset;
  if (isPadded()) {
    Value inChunk = m.add(threadHalf, channel);
    Value inGroup = m.add(
        m.mul(m.add(unit.chunk, copy.chunk), atom.getChunkChannels()), inChunk);
    valid = m.below(inGroup, facts.inputChannels);
    offset =
        getStride(b, m.select(valid, inChunk, m.constant(0)), dims.channel);
  } else {
    offset = IndexMath(b, loc).mul(
        arith::ConstantIndexOp::create(b, loc, channel), strides[dims.channel]);
  }
  Value word = IndexMath(b, loc).add(origin, offset);
  int64_t bytes = accessType.getNumElements() * atom.elementBytes;
  Value value =
      vector::LoadOp::create(b, loc, accessType, flat, ValueRange(word),
                             /*nontemporal=*/false, llvm::MaybeAlign(bytes));
  if (!valid)
    return value;
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(accessType));
  return arith::SelectOp::create(b, loc, valid, value, zero);
}

/// Zeros where the copy lies outside of the input, or is not the thread's.
ValueRange StridedInput::loadCopy(OpBuilder &b, const Unit &unit,
                                  const Copy &copy) const {
  Int32Math m(b, loc);
  Value inside = m.below(m.add(unit.row, copy.row), facts.height.inputSize);
  inside = m.both(inside, m.both(getActive(b, copy), copy.column->inside));
  SmallVector<Type> types(accesses.size(), accessType);
  auto ifOp = scf::IfOp::create(b, loc, types, inside, /*withElseRegion=*/true);
  OpBuilder then = OpBuilder::atBlockEnd(ifOp.thenBlock());
  Value origin = IndexMath(then, loc).add(unit.offset, copy.column->offset);
  auto shift = [&](int64_t count, int64_t dim) {
    if (count)
      origin = IndexMath(then, loc).add(
          origin,
          IndexMath(then, loc).mul(
              arith::ConstantIndexOp::create(then, loc, count), strides[dim]));
  };
  if (dims.spatial.size() > 1)
    shift(copy.row, dims.spatial.rbegin()[1]);
  shift(copy.chunk * atom.getChunkChannels(), dims.channel);
  SmallVector<Value> values;
  for (int64_t channel : accesses)
    values.push_back(loadChannel(then, unit, copy, origin, channel));
  scf::YieldOp::create(then, loc, values);
  OpBuilder otherwise = OpBuilder::atBlockEnd(ifOp.elseBlock());
  Value zero =
      arith::ConstantOp::create(otherwise, loc, b.getZeroAttr(accessType));
  scf::YieldOp::create(otherwise, loc,
                       SmallVector<Value>(accesses.size(), zero));
  return ifOp.getResults();
}

/// Rounds the copy and writes it where packed input lies, too.
void StridedInput::storeCopy(OpBuilder &b, const Copy &copy,
                             ArrayRef<Value> values, Value stage) const {
  OpBuilder inner = b;
  if (Value active = getActive(b, copy))
    inner = scf::IfOp::create(b, loc, active, /*withElseRegion=*/false)
                .getThenBodyBuilder();
  Int32Math m(inner, loc);
  int64_t line =
      (copy.chunk * plan.stagedLines + copy.row) * plan.lineBytes / 4;
  Value lineStart = m.add(stage, m.mul(threadLine, plan.lineBytes / 4));
  int64_t width =
      atom.getPieceElements() / static_cast<int64_t>(accesses.size());
  for (int64_t column = 0; column < plan.copyVector; ++column) {
    SmallVector<Value> elements;
    for (int64_t i = 0; i < atom.getPieceElements(); ++i) {
      int64_t channel = atom.getInputChannel(i);
      for (auto [first, value] : llvm::zip_equal(accesses, values))
        if (channel >= first && channel < first + width)
          elements.push_back(vector::ExtractOp::create(
              inner, loc, value, channel - first + column));
    }
    for (Value &element : elements)
      element = createOperandBits(inner, loc, atom, element);
    Value word = m.add(lineStart, copy.column->shared[column]);
    word = IndexMath(inner, loc).add(m.toIndex(word), line);
    storePiece(inner, loc, elements, context.shared, word);
  }
}

//===----------------------------------------------------------------------===//
// One unit
//===----------------------------------------------------------------------===//

StridedInput::Unit StridedInput::getUnit(OpBuilder &b, Value number) const {
  Int32Math m(b, loc);
  UnitOrigin origin = units.getOrigin(b, number);
  Unit unit;
  unit.chunk = origin.chunk;
  unit.offset = IndexMath(b, loc).toValue(start);
  auto add = [&](Value count, int64_t dim) {
    unit.offset = IndexMath(b, loc).add(unit.offset, getStride(b, count, dim));
  };
  add(context.place.image, dims.batch);
  Value channel = m.mul(origin.chunk, atom.getChunkChannels());
  add(m.add(channel, m.mul(context.place.group, facts.inputChannels)),
      dims.channel);
  // A convolution along one axis has no row.
  size_t axes = dims.spatial.size() - 1;
  size_t skipped = origin.positions.size() - axes;
  for (size_t axis = 0; axis < axes; ++axis)
    add(origin.positions[skipped + axis], dims.spatial[axis]);
  Value valid = m.both(origin.valid, m.below(number, units.getNumUnits()));
  unit.row = m.select(valid, m.add(origin.positions.back(), threadLine),
                      m.constant(std::numeric_limits<int32_t>::min()));
  return unit;
}

SmallVector<Value> StridedInput::load(OpBuilder &b, Value number) const {
  Unit unit = getUnit(b, number);
  SmallVector<Value> values;
  for (const Copy &copy : copies)
    llvm::append_range(values, loadCopy(b, unit, copy));
  return values;
}

void StridedInput::store(OpBuilder &b, ArrayRef<Value> values,
                         Value stage) const {
  for (const Copy &copy : copies) {
    storeCopy(b, copy, values.take_front(accesses.size()), stage);
    values = values.drop_front(accesses.size());
  }
}

SmallVector<Value> StridedInput::begin(OpBuilder &b) const {
  Int32Math m(b, loc);
  // Both loads first: they take a block's first latency together.
  SmallVector<Value> first = load(b, m.constant(0));
  SmallVector<Value> second = load(b, m.constant(1));
  store(b, first, m.constant(0));
  return second;
}

SmallVector<Value> StridedInput::advance(OpBuilder &b, ArrayRef<Value> carried,
                                         Value unit, Value nextStage) const {
  store(b, carried, nextStage);
  return load(b, Int32Math(b, loc).add(unit, 2));
}
