//===- RowWalk.cpp - A tile of numbered rows and elements -----------------===//
// Numbers taken apart into coordinates, and the addresses that follow.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/RowWalk.h"

using namespace mlir;
using namespace upweave;

RowWalk::RowWalk(const RowNest &nest, const TileLayout &layout, int64_t run,
                 EmissionPoints &points, const ThreadNumbers &numbers,
                 const LoopSizes &sizes, Location loc)
    : TileWalk(nest, layout, run, points, numbers, sizes.inKernel, loc),
      numRows(sizes.kernelRows) {}

void RowWalk::setFirstRow(Value row, bool mayEndOutside) {
  firstRow = row;
  rowsEndOutside = mayEndOutside;
}

void RowWalk::setFirstElement(Value element, bool isFull) {
  firstElement = element;
  stepIsFull = isFull;
}

void RowWalk::leaveStep() {
  TileWalk::leaveStep();
  firstElement = nullptr;
  SmallVector<Key> stale;
  for (auto &entry : coordinates)
    if (entry.first.first == kTileElementDim)
      stale.push_back(entry.first);
  for (const Key &key : stale)
    coordinates.erase(key);
  SmallVector<std::pair<const void *, Key>> staleParts;
  for (auto &entry : parts)
    if (entry.first.second.first == kTileElementDim)
      staleParts.push_back(entry.first);
  for (auto &key : staleParts)
    parts.erase(key);
}

//===----------------------------------------------------------------------===//
// Numbers and coordinates
//===----------------------------------------------------------------------===//

/// Runs along `dim` have the coordinates of their first register.
int64_t RowWalk::projectOnto(unsigned dim, int64_t reg) const {
  if (getFastDim() == dim)
    reg -= reg % run;
  return TileWalk::projectOnto(dim, reg);
}

/// True if some thread's `reg` is past the end of `dim`.
bool RowWalk::endsOutside(unsigned dim, int64_t reg) const {
  if (dim == kTileRowDim)
    return rowsEndOutside;
  if (points.inRowLoop)
    return !stepIsFull;
  return layout.getOffset(Holder::Register, dim, reg) +
             layout.getLargestThreadOffset(dim) >=
         nest.getRowLength();
}

/// The number of the row or of the element in it; with `clamped`, such that a
/// run from there on is inside.
Value RowWalk::getNumber(unsigned dim, int64_t reg, bool clamped) {
  OpBuilder b = points.at(makeDimSet({dim}));
  IndexMath m(b, loc);
  bool isRow = dim == kTileRowDim;
  Value number = m.add(isRow ? firstRow : firstElement, threadOffsets[dim]);
  number =
      m.toValue(m.add(number, layout.getOffset(Holder::Register, dim, reg)));
  if (!clamped || !endsOutside(dim, reg))
    return number;
  int64_t length = getFastDim() == dim ? run : 1;
  Value last = isRow ? m.add(numRows, -length)
                     : m.constant(nest.getRowLength() - length);
  return m.min(number, last);
}

/// Takes `number`, below `bound` (dynamic: unknown), apart into coordinates
/// along loops [begin, end); in 32 bits where they hold it, as wide divisions
/// are slow.
RowWalk::Coordinates RowWalk::delinearise(OpBuilder &b, Value number,
                                          unsigned begin, unsigned end,
                                          int64_t bound) {
  Coordinates list(end - begin);
  if (list.empty())
    return list;
  bool narrow = list.size() > 1 && !ShapedType::isDynamic(bound) &&
                bound <= std::numeric_limits<int32_t>::max();
  IndexMath wide(b, loc);
  KernelMath m(b, loc, narrow ? Type(b.getI32Type()) : b.getIndexType());
  Value rest = m.fromUnsigned(number);
  for (unsigned loop = end - 1; loop > begin; --loop) {
    Value size = m.fromUnsigned(wide.toValue(sizes[loop]));
    list[loop - begin] = wide.fromUnsigned(m.rem(rest, size));
    rest = m.div(rest, size);
  }
  list[0] = wide.fromUnsigned(rest);
  return list;
}

/// The coordinates along the loops of `dim` at the start of the run of `reg`;
/// inside of the domain also where the tile is not.
const RowWalk::Coordinates &RowWalk::getCoordinates(unsigned dim, int64_t reg) {
  reg = projectOnto(dim, reg);
  auto known = coordinates.find({dim, reg});
  if (known != coordinates.end())
    return known->second;
  OpBuilder b = points.at(makeDimSet({dim}));
  bool isRow = dim == kTileRowDim;
  Coordinates made =
      delinearise(b, getNumber(dim, reg, /*clamped=*/true), getFirstLoop(dim),
                  isRow ? nest.numParallel : nest.getNumLoops(),
                  isRow ? nest.getNumRows() : nest.getRowLength());
  return coordinates[{dim, reg}] = std::move(made);
}

Value RowWalk::getCoordinate(unsigned loop, int64_t reg) {
  unsigned dim = *getDim(loop);
  OpBuilder b = points.at(makeDimSet({dim}));
  Value start = getCoordinates(dim, reg)[loop - getFirstLoop(dim)];
  return nest.getFastLoop() == loop ? math(b).add(start, reg % run) : start;
}

//===----------------------------------------------------------------------===//
// Addresses and masks
//===----------------------------------------------------------------------===//

/// What the loops of `dim` add to the address of `operand` at the start of the
/// run of `reg`; null for nothing.
Value RowWalk::getPart(const FlatOperand &operand, unsigned dim, int64_t reg) {
  if (!hasDim(getDims(operand), dim))
    return nullptr;
  reg = projectOnto(dim, reg);
  std::pair<const void *, Key> key{operand.facts, {dim, reg}};
  if (Value known = parts.lookup(key))
    return known;
  const Coordinates &list = getCoordinates(dim, reg);
  OpBuilder b = points.at(makeDimSet({dim}));
  IndexMath m(b, loc);
  unsigned first = getFirstLoop(dim);
  Value sum;
  for (auto [i, coordinate] : llvm::enumerate(list))
    if (operand.facts->variesAlong(first + i))
      sum = m.add(sum, m.mul(coordinate, operand.steps[first + i]));
  return parts[key] = sum;
}

/// Clamped always: stores of what lies outside are masked.
Value RowWalk::getAddress(const FlatOperand &operand, int64_t reg,
                          bool /*clamped*/) {
  Value rows = getPart(operand, kTileRowDim, reg);
  Value elements = getPart(operand, kTileElementDim, reg);
  OpBuilder b = points.at(getDims(operand));
  IndexMath m(b, loc);
  return m.toValue(m.add(m.add(rows, elements), operand.offset));
}

Value RowWalk::createMask(unsigned dim, int64_t reg) {
  if (!endsOutside(dim, reg))
    return nullptr;
  Value number = getNumber(dim, reg, /*clamped=*/false);
  OpBuilder b = points.at(makeDimSet({dim}));
  IndexMath m(b, loc);
  return m.less(number,
                dim == kTileRowDim ? numRows : m.constant(nest.getRowLength()));
}

void RowWalk::forEachCondition(const FlatOperand &out, int64_t reg,
                               function_ref<void(Value)> require) {
  IndexMath m = math(points.current);
  // A loop that the out leaves out: one of its points stores.
  auto requireFirstPoints = [&](unsigned dim, unsigned end) {
    unsigned first = getFirstLoop(dim);
    for (unsigned loop = first; loop < end; ++loop)
      if (!out.facts->variesAlong(loop))
        require(m.equal(getCoordinates(dim, reg)[loop - first], 0));
  };
  require(getMask(kTileRowDim, reg));
  requireFirstPoints(kTileRowDim, nest.numParallel);
  if (hasDim(getDims(out), kTileElementDim)) {
    require(getMask(kTileElementDim, reg));
    requireFirstPoints(kTileElementDim, nest.getNumLoops());
  } else if (threadOffsets[kTileElementDim]) {
    // One thread of those that share the row.
    require(m.equal(threadOffsets[kTileElementDim], 0));
  }
}
