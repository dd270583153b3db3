//===- ConvWalk.cpp - A tile of a convolution's result --------------------===//
// Coordinates, addresses and masks of what a thread holds of the result: one
// address an operand, constants from register to register.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/ConvWalk.h"

using namespace mlir;
using namespace upweave;

ConvWalk::ConvWalk(const RowNest &nest, const TileLayout &layout, int64_t run,
                   EmissionPoints &points, const ThreadNumbers &numbers,
                   ArrayRef<TileLoop> loops, ArrayRef<OpFoldResult> sizes,
                   Location loc)
    : TileWalk(nest, layout, run, points, numbers, sizes, loc), loops(loops) {}

//===----------------------------------------------------------------------===//
// Coordinates
//===----------------------------------------------------------------------===//

Value ConvWalk::clamp(OpBuilder &b, unsigned loop, Value value) {
  IndexMath m(b, loc);
  return m.min(value, m.add(m.toValue(sizes[loop]), -1));
}

Value ConvWalk::getCoordinate(unsigned loop, int64_t reg, bool clamped) {
  const TileLoop &walk = loops[loop];
  OpBuilder &b = points.current;
  IndexMath m(b, loc);
  clamped &= walk.mayEndOutside;
  reg = walk.dim ? projectOnto(*walk.dim, reg) : 0;
  Value &known = coordinates[{2 * loop + clamped, reg}];
  if (known)
    return known;
  Value value = walk.first;
  if (walk.dim) {
    Value offset = m.add(threadOffsets[*walk.dim],
                         layout.getOffset(Holder::Register, *walk.dim, reg));
    value = m.add(value, m.mul(offset, walk.scale));
  }
  return known = clamped ? clamp(b, loop, value) : value;
}

SmallVector<Value> ConvWalk::getPosition(OpBuilder &b, Value reg) {
  IndexMath m(b, loc);
  SmallVector<Value> position;
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    Value value = walk.first;
    if (walk.dim) {
      Value offset = m.fromUnsigned(
          createHolderOffset(b, loc, layout, Holder::Register, reg, *walk.dim));
      offset = m.add(threadOffsets[*walk.dim], offset);
      value = m.add(value, m.mul(offset, walk.scale));
    }
    position.push_back(walk.mayEndOutside ? clamp(b, loop, value) : value);
  }
  return position;
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

/// Clamped coordinates are those of single elements.
int64_t ConvWalk::getAccessWidth(const FlatOperand &operand,
                                 bool clamped) const {
  if (clamped && loops.back().mayEndOutside)
    return 1;
  return TileWalk::getAccessWidth(operand, clamped);
}

/// The part of an address that is the same for all registers: the tile's origin
/// and the thread's place, but for loops whose coordinates are clamped.
Value ConvWalk::getBase(const FlatOperand &operand, bool clamped) {
  Value &base = bases[{operand.facts, clamped}];
  if (base)
    return base;
  IndexMath m(points.current, loc);
  Value sum = m.toValue(operand.offset);
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    if (!operand.facts->variesAlong(loop) || (clamped && walk.mayEndOutside))
      continue;
    Value first = walk.first;
    if (walk.dim)
      first = m.add(first, m.mul(threadOffsets[*walk.dim], walk.scale));
    sum = m.add(sum, m.mul(first, operand.steps[loop]));
  }
  return base = sum;
}

Value ConvWalk::getAddress(const FlatOperand &operand, int64_t reg,
                           bool clamped) {
  IndexMath m(points.current, loc);
  Value address = getBase(operand, clamped);
  int64_t constant = 0;
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    if (!operand.facts->variesAlong(loop))
      continue;
    OpFoldResult step = operand.steps[loop];
    if (clamped && walk.mayEndOutside) {
      address = m.add(address, m.mul(getCoordinate(loop, reg, true), step));
      continue;
    }
    if (!walk.dim)
      continue;
    int64_t offset =
        walk.scale * layout.getOffset(Holder::Register, *walk.dim, reg);
    if (std::optional<int64_t> known = getConstantIntValue(step))
      constant += *known * offset;
    else if (offset)
      address = m.add(address, m.mul(m.constant(offset), step));
  }
  return m.add(address, constant);
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

Value ConvWalk::createMask(unsigned dim, int64_t reg) {
  IndexMath m(points.current, loc);
  for (auto [loop, walk] : llvm::enumerate(loops))
    if (walk.dim == dim && walk.mayEndOutside)
      return m.less(getCoordinate(loop, reg, /*clamped=*/false),
                    m.toValue(sizes[loop]));
  return nullptr;
}

void ConvWalk::forEachCondition(const FlatOperand &out, int64_t reg,
                                function_ref<void(Value)> require) {
  IndexMath m(points.current, loc);
  for (auto [loop, walk] : llvm::enumerate(loops)) {
    if (!out.facts->variesAlong(loop)) {
      // One point of a loop that the out leaves out stores.
      if (walk.dim && threadOffsets[*walk.dim])
        require(m.equal(threadOffsets[*walk.dim], 0));
      // Of a loop of one point, phases beside it start outside.
      if (nest.loops[loop].size != 1 || walk.mayEndOutside)
        require(m.equal(walk.first, 0));
    } else if (walk.dim) {
      require(getMask(*walk.dim, reg));
    } else if (walk.mayEndOutside) {
      require(m.less(walk.first, m.toValue(sizes[loop])));
    }
  }
}
