//===- ConvTile.cpp - A tile of a convolution's result --------------------===//
// Coordinates, masks, loads and stores of what a thread holds of the result:
// one address an operand, constants from register to register.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/ConvTile.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace upweave;

static constexpr DimSet kAllDims = 7;

ConvTile::ConvTile(BlockOp block, const RowNest &nest, const TileLayout &layout,
                   int64_t run, EmissionPoints &points,
                   const ThreadNumbers &numbers, ArrayRef<TileLoop> loops,
                   ArrayRef<OpFoldResult> sizes)
    : block(block), nest(nest), layout(layout), run(run), points(points),
      loc(block.getLoc()), loops(loops), sizes(sizes) {
  OpBuilder &b = points.current;
  for (unsigned dim = 0; dim < layout.getRank(); ++dim) {
    Value offset = createThreadOffset(b, loc, layout, numbers, dim);
    threadOffsets.push_back(
        offset ? arith::IndexCastUIOp::create(b, loc, b.getIndexType(), offset)
               : Value());
  }
}

void ConvTile::setOperands(ArrayRef<FlatOperand> newParams,
                           ArrayRef<FlatOperand> newOuts) {
  params.assign(newParams.begin(), newParams.end());
  outs.assign(newOuts.begin(), newOuts.end());
}

/// A region that takes sums in the operands' own type gets them rounded.
void ConvTile::setAccumulators(ArrayRef<Value> values) {
  Type type = block.getProducerArg().getType();
  accumulators.clear();
  for (Value value : values) {
    if (value.getType() != type)
      value = arith::TruncFOp::create(points.current, loc, type, value);
    accumulators.push_back(value);
  }
}

//===----------------------------------------------------------------------===//
// Coordinates and masks
//===----------------------------------------------------------------------===//

Value ConvTile::getCoordinate(unsigned loop, int64_t reg, bool clamped) {
  const TileLoop &walk = loops[loop];
  OpBuilder &b = points.current;
  clamped &= walk.mayEndOutside;
  reg = walk.dim ? layout.project(reg, getDimSet(*walk.dim)) : 0;
  Value &known = coordinates[{2 * loop + clamped, reg}];
  if (known)
    return known;
  Value value = walk.first;
  if (walk.dim) {
    Value offset = IndexMath(b, loc).add(
        threadOffsets[*walk.dim],
        b.getIndexAttr(layout.getOffset(Holder::Register, *walk.dim, reg)));
    if (offset)
      value = IndexMath(b, loc).add(value,
                                    IndexMath(b, loc).mul(offset, walk.scale));
  }
  if (clamped) {
    Value last =
        IndexMath(b, loc).add(IndexMath(b, loc).toValue(sizes[loop]), -1);
    value = arith::MinSIOp::create(b, loc, value, last);
  }
  return known = value;
}

SmallVector<Value> ConvTile::getPosition(OpBuilder &b, Value reg) {
  SmallVector<Value> position;
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    Value value = walk.first;
    if (walk.dim) {
      Value offset =
          createHolderOffset(b, loc, layout, Holder::Register, reg, *walk.dim);
      if (offset)
        offset = arith::IndexCastUIOp::create(b, loc, b.getIndexType(), offset);
      if (threadOffsets[*walk.dim])
        offset = IndexMath(b, loc).add(threadOffsets[*walk.dim],
                                       offset ? OpFoldResult(offset)
                                              : OpFoldResult());
      if (offset)
        value = IndexMath(b, loc).add(
            value, IndexMath(b, loc).mul(offset, walk.scale));
    }
    if (walk.mayEndOutside) {
      Value last =
          IndexMath(b, loc).add(IndexMath(b, loc).toValue(sizes[loop]), -1);
      value = arith::MinSIOp::create(b, loc, value, last);
    }
    position.push_back(value);
  }
  return position;
}

Value ConvTile::getMask(unsigned dim, int64_t reg) {
  OpBuilder &b = points.current;
  reg = layout.project(reg, getDimSet(dim));
  for (unsigned loop = 0; loop < loops.size(); ++loop) {
    if (loops[loop].dim != dim || !loops[loop].mayEndOutside)
      continue;
    Value &mask = masks[{dim, reg}];
    if (!mask)
      mask = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                   getCoordinate(loop, reg, false),
                                   IndexMath(b, loc).toValue(sizes[loop]));
    return mask;
  }
  return nullptr;
}

Value ConvTile::getMaskAlong(DimSet dims, int64_t reg) {
  Value mask;
  for (unsigned dim = 0; dim < layout.getRank(); ++dim)
    if (hasDim(dims, dim))
      mask = IndexMath(points.current, loc).both(mask, getMask(dim, reg));
  return mask;
}

DimSet ConvTile::getIndexDims(unsigned domainDim) {
  for (auto [loop, dim] : llvm::enumerate(nest.loops))
    if (llvm::is_contained(dim.members, domainDim))
      return loops[loop].dim ? getDimSet(*loops[loop].dim) : 0;
  return 0;
}

Value ConvTile::getIndex(unsigned domainDim, int64_t reg) {
  OpBuilder &b = points.current;
  for (auto [loop, dim] : llvm::enumerate(nest.loops)) {
    auto *member = llvm::find(dim.members, domainDim);
    if (member == dim.members.end())
      continue;
    Value value = getCoordinate(loop, reg, /*clamped=*/true);
    int64_t position = member - dim.members.begin(), inner = 1;
    for (int64_t size : ArrayRef(dim.memberSizes).drop_front(position + 1))
      inner *= size;
    value = IndexMath(b, loc).div(value, inner);
    if (position > 0)
      value = IndexMath(b, loc).rem(value, dim.memberSizes[position]);
    return value;
  }
  return arith::ConstantIndexOp::create(b, loc, 0);
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

DimSet ConvTile::getDims(const FlatOperand &operand) const {
  DimSet dims = 0;
  for (auto [loop, walk] : llvm::enumerate(loops))
    if (walk.dim && operand.facts->variesAlong(loop))
      dims |= getDimSet(*walk.dim);
  return dims;
}

/// The part of an address that is the same for all registers: the tile's origin
/// and the thread's place, but for loops whose coordinates are clamped.
Value ConvTile::getBase(const FlatOperand &operand, bool clamped) {
  Value &base = bases[{operand.facts, clamped}];
  if (base)
    return base;
  OpBuilder &b = points.current;
  Value sum = IndexMath(b, loc).toValue(operand.offset);
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    if (!operand.facts->variesAlong(loop) || (clamped && walk.mayEndOutside))
      continue;
    Value first = walk.first;
    if (walk.dim && threadOffsets[*walk.dim])
      first = IndexMath(b, loc).add(
          first, IndexMath(b, loc).mul(threadOffsets[*walk.dim], walk.scale));
    sum = IndexMath(b, loc).add(
        sum, IndexMath(b, loc).mul(first, operand.steps[loop]));
  }
  return base = sum;
}

/// The address of `operand` at `reg`; with `clamped`, at the nearest element
/// there is.
Value ConvTile::getAddress(const FlatOperand &operand, int64_t reg,
                           bool clamped) {
  OpBuilder &b = points.current;
  Value address = getBase(operand, clamped);
  int64_t constant = 0;
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    if (!operand.facts->variesAlong(loop))
      continue;
    OpFoldResult step = operand.steps[loop];
    if (clamped && walk.mayEndOutside) {
      Value coordinate = getCoordinate(loop, reg, true);
      address = IndexMath(b, loc).add(address,
                                      IndexMath(b, loc).mul(coordinate, step));
      continue;
    }
    if (!walk.dim)
      continue;
    int64_t offset =
        walk.scale * layout.getOffset(Holder::Register, *walk.dim, reg);
    if (std::optional<int64_t> known = getConstantIntValue(step)) {
      constant += *known * offset;
    } else if (offset) {
      Value index = arith::ConstantIndexOp::create(b, loc, offset);
      address =
          IndexMath(b, loc).add(address, IndexMath(b, loc).mul(index, step));
    }
  }
  return IndexMath(b, loc).add(address, constant);
}

/// Elements of one access: a power of two that divides the run.
int64_t ConvTile::getWidth(const FlatOperand &operand) const {
  return std::min(operand.vector, run & -run);
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

DimSet ConvTile::getArgumentDims(unsigned arg) {
  return arg == 0 ? kAllDims : getDims(params[arg - 1]);
}

Value ConvTile::getArgument(unsigned arg, int64_t reg) {
  if (arg == 0)
    return accumulators[reg];
  const FlatOperand &operand = params[arg - 1];
  if (operand.facts->isScalar)
    return operand.buffer;
  reg = layout.project(reg, getDims(operand));
  auto known = loaded.find({arg, reg});
  if (known != loaded.end())
    return known->second;
  load(arg, reg);
  return loaded.lookup({arg, reg});
}

void ConvTile::load(unsigned arg, int64_t reg) {
  const FlatOperand &operand = params[arg - 1];
  OpBuilder &b = points.current;
  // Clamped coordinates are those of single elements.
  bool whole = !loops.back().mayEndOutside;
  int64_t width = whole && operand.facts->variesAlong(loops.size() - 1)
                      ? getWidth(operand)
                      : 1;
  int64_t first = reg - reg % width;
  Value address = getAddress(operand, first, /*clamped=*/true);
  if (width == 1) {
    loaded[{arg, reg}] =
        memref::LoadOp::create(b, loc, operand.buffer, address);
    return;
  }
  Type element = getElementTypeOrSelf(operand.buffer.getType());
  Value vector = vector::LoadOp::create(
      b, loc, VectorType::get({width}, element), operand.buffer,
      ValueRange{address}, /*nontemporal=*/false,
      llvm::MaybeAlign(width * operand.facts->elementBits / 8));
  for (int64_t i = 0; i < width; ++i)
    loaded[{arg, first + i}] = vector::ExtractOp::create(b, loc, vector, i);
}

bool ConvTile::isStoredAt(unsigned out, int64_t reg) const {
  DimSet dims = getDims(outs[out]);
  for (auto &walk : loops)
    if (walk.dim && !(dims >> *walk.dim & 1) &&
        layout.getOffset(Holder::Register, *walk.dim, reg - reg % run) != 0)
      return false;
  return true;
}

/// Which threads store `out` at the access of `reg`; null for all.
Value ConvTile::getStoreMask(const FlatOperand &out, int64_t reg) {
  OpBuilder &b = points.current;
  Value mask;
  auto require = [&](Value condition) {
    if (condition)
      mask = mask ? Value(arith::AndIOp::create(b, loc, mask, condition))
                  : condition;
  };
  auto requireZero = [&](Value number) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    require(
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, number, zero));
  };
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    if (!out.facts->variesAlong(loop)) {
      // One point of a loop that the out leaves out stores.
      if (walk.dim && threadOffsets[*walk.dim])
        requireZero(threadOffsets[*walk.dim]);
      // Of a loop of one point, phases beside it start outside.
      if (nest.loops[loop].size != 1 || walk.mayEndOutside)
        requireZero(walk.first);
    } else if (walk.dim) {
      require(getMask(*walk.dim, reg));
    } else if (walk.mayEndOutside) {
      require(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                    walk.first,
                                    IndexMath(b, loc).toValue(sizes[loop])));
    }
  }
  return mask;
}

void ConvTile::store(unsigned number, int64_t reg, ArrayRef<Value> values) {
  const FlatOperand &out = outs[number];
  bool along = out.facts->variesAlong(loops.size() - 1);
  int64_t width = along ? getWidth(out) : 1;
  if (!along)
    values = values.take_front();
  Type element = getElementTypeOrSelf(out.buffer.getType());
  for (size_t i = 0; i < values.size(); i += width) {
    Value address = getAddress(out, reg + i, /*clamped=*/false);
    OpBuilder b = points.current;
    if (Value mask = getStoreMask(out, reg + i)) {
      auto ifOp = scf::IfOp::create(points.current, loc, mask,
                                    /*withElseRegion=*/false);
      b = ifOp.getThenBodyBuilder();
    }
    if (width == 1) {
      memref::StoreOp::create(b, loc, values[i], out.buffer, address);
      continue;
    }
    Value vector = vector::FromElementsOp::create(
        b, loc, VectorType::get({width}, element), values.slice(i, width));
    vector::StoreOp::create(
        b, loc, vector, out.buffer, ValueRange{address},
        /*nontemporal=*/false,
        llvm::MaybeAlign(width * out.facts->elementBits / 8));
  }
}
