//===- BlockTile.cpp - The elements of a thread block's tile --------------===//
// What a region starts from at a tile's registers: operands, that are loaded,
// and coordinates. The stores are in TileStores.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/BlockTile.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace upweave;

void BlockTile::setOperands(ArrayRef<FlatOperand> newParams,
                            ArrayRef<FlatOperand> newOuts) {
  params.assign(newParams.begin(), newParams.end());
  outs.assign(newOuts.begin(), newOuts.end());
}

//===----------------------------------------------------------------------===//
// Steps of a row
//===----------------------------------------------------------------------===//

void BlockTile::enterStep(Value firstElement, const RowStage *newStage,
                          HeldLoads *newHeld) {
  stepStart = firstElement;
  stage = newStage;
  held = newHeld;
}

void BlockTile::leaveStep() {
  walk.leaveStep();
  stepStart = nullptr;
  stage = nullptr;
  held = nullptr;
  SmallVector<std::pair<unsigned, int64_t>> stale;
  for (auto &entry : loaded)
    if (points.isPerStep(walk.getDims(*getOperand(entry.first.first))))
      stale.push_back(entry.first);
  for (auto &key : stale)
    loaded.erase(key);
}

void BlockTile::copyToStage(const RowStage &to) {
  OpBuilder &b = points.current;
  const TileLayout &layout = walk.getLayout();
  for (int64_t reg = 0; reg < layout.getCount(Holder::Register);
       reg += walk.getRun())
    for (unsigned arg : to.getArguments()) {
      const FlatOperand &operand = *getOperand(arg);
      forEachAccess(operand, reg, [&](int64_t i, Value at) {
        StageSlot slot = to.getSlot(b, arg, reg + i, stepStart);
        to.copy(b, arg, operand.buffer, at, slot);
      });
    }
}

//===----------------------------------------------------------------------===//
// Coordinates
//===----------------------------------------------------------------------===//

Value BlockTile::getMask(DimSet dims, int64_t reg) {
  Value mask;
  for (unsigned dim = 0; dim < walk.getLayout().getRank(); ++dim)
    if (hasDim(dims, dim))
      mask = IndexMath(points.current, loc).both(mask, walk.getMask(dim, reg));
  return mask;
}

Value BlockTile::maskOperand(RowReduceOp op, DimSet dims, int64_t reg,
                             Value value) {
  Value mask = getMask(dims, reg);
  if (!mask)
    return value;
  OpBuilder &b = points.current;
  Value identity = arith::ConstantOp::create(
      b, loc, getReduceIdentity(op.getKind(), value.getType()));
  return arith::SelectOp::create(b, loc, mask, value, identity);
}

DimSet BlockTile::getIndexDims(unsigned domainDim) {
  for (auto [loop, dim] : llvm::enumerate(walk.getNest().loops))
    if (llvm::is_contained(dim.members, domainDim)) {
      std::optional<unsigned> along = walk.getDim(loop);
      return along ? makeDimSet({*along}) : 0;
    }
  return 0;
}

Value BlockTile::getIndex(unsigned domainDim, int64_t reg) {
  OpBuilder b = points.at(getIndexDims(domainDim));
  IndexMath m(b, loc);
  for (auto [loop, dim] : llvm::enumerate(walk.getNest().loops)) {
    auto *member = llvm::find(dim.members, domainDim);
    if (member == dim.members.end())
      continue;
    int64_t position = member - dim.members.begin(), inner = 1;
    for (int64_t size : ArrayRef(dim.memberSizes).drop_front(position + 1))
      inner *= size;
    Value value = m.div(walk.getCoordinate(loop, reg), inner);
    return position > 0 ? m.rem(value, dim.memberSizes[position]) : value;
  }
  return m.constant(0);
}

//===----------------------------------------------------------------------===//
// Loads
//===----------------------------------------------------------------------===//

const FlatOperand *BlockTile::getOperand(unsigned arg) const {
  if (arg == 0)
    return producer ? &*producer : nullptr;
  return &params[arg - 1];
}

DimSet BlockTile::getArgumentDims(unsigned arg) {
  if (const FlatOperand *operand = getOperand(arg))
    return walk.getDims(*operand);
  return makeDimSet({walk.getLayout().getRank()}) - 1;
}

Value BlockTile::getArgument(unsigned arg, int64_t reg) {
  const FlatOperand *operand = getOperand(arg);
  if (!operand)
    return producerValue(reg);
  if (operand->facts->isScalar)
    return operand->buffer;
  reg = walk.getLayout().project(reg, walk.getDims(*operand));
  if (Value value = getLoads(*operand).lookup({arg, reg}))
    return value;
  load(*operand, arg, reg);
  return getLoads(*operand).lookup({arg, reg});
}

/// Where what was loaded of `operand` is kept.
HeldLoads &BlockTile::getLoads(const FlatOperand &operand) {
  return held && walk.getDims(operand) & points.rowDims ? *held : loaded;
}

Value BlockTile::advance(OpBuilder &b, const FlatOperand &operand,
                         Value address, int64_t i) {
  if (i == 0)
    return address;
  IndexMath m(b, loc);
  OpFoldResult step = operand.steps[*walk.getNest().getFastLoop()];
  return m.add(address, m.mul(m.constant(i), step));
}

void BlockTile::forEachAccess(const FlatOperand &operand, int64_t reg,
                              function_ref<void(int64_t, Value)> visit) {
  Value address = walk.getAddress(operand, reg, /*clamped=*/true);
  int64_t width = walk.getAccessWidth(operand, /*clamped=*/true);
  int64_t unit = walk.getUnit(operand, /*clamped=*/true);
  // What does not vary along the run is accessed once.
  if (walk.getFastStep(operand) == 0)
    unit = 1;
  OpBuilder b = points.at(walk.getDims(operand));
  for (int64_t i = 0; i < unit; i += width)
    visit(i, advance(b, operand, address, i));
}

/// Loads the unit of `reg`. Addresses outside of the tile's part of the domain
/// were moved into it: no load needs a mask.
void BlockTile::load(const FlatOperand &operand, unsigned arg, int64_t reg) {
  const TileLayout &layout = walk.getLayout();
  DimSet dims = walk.getDims(operand);
  int64_t width = walk.getAccessWidth(operand, /*clamped=*/true);
  int64_t unit = walk.getUnit(operand, /*clamped=*/true);
  int64_t first = reg - reg % unit;
  OpBuilder b = points.at(dims);
  HeldLoads &loads = getLoads(operand);
  auto set = [&](int64_t i, Value value) {
    loads[{arg, layout.project(first + i, dims)}] = value;
  };
  auto loadAccess = [&](int64_t i, Value buffer, Value at) {
    if (width == 1)
      return set(i, memref::LoadOp::create(b, loc, buffer, at));
    Value vector = vector::LoadOp::create(
        b, loc, VectorType::get({width}, operand.getElementType()), buffer,
        ValueRange{at}, /*nontemporal=*/false, operand.getAlignment(width));
    for (int64_t j = 0; j < width; ++j)
      set(i + j, vector::ExtractOp::create(b, loc, vector, j));
  };
  bool isSame = walk.getFastStep(operand) == 0;
  if (stage && stage->holds(arg)) {
    for (int64_t i = 0; i < (isSame ? 1 : unit); i += width) {
      StageSlot slot = stage->getSlot(b, arg, first + i, stepStart);
      loadAccess(i, slot.buffer, slot.index);
    }
  } else {
    forEachAccess(operand, first, [&](int64_t i, Value at) {
      loadAccess(i, operand.buffer, at);
    });
  }
  if (isSame)
    for (int64_t i = 1; i < unit; ++i)
      set(i, loads.lookup({arg, layout.project(first, dims)}));
}
