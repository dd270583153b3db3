//===- ResultStore.cpp - Stores of a row tile -----------------------------===//
// Writes a tile's results: vectors where possible, masked at the tile's ends,
// and what is the same along a row once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/KernelMath.h"
#include "Emission/TileOperands.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace upweave;

static constexpr DimSet kElements = getDimSet(kTileElementDim);

bool TileOperands::isStoredAt(unsigned out, int64_t reg) const {
  if (getDims(outs[out]) & kElements)
    return true;
  int64_t first = reg - reg % run;
  return layout.getOffset(Holder::Register, kTileElementDim, first) == 0;
}

/// Which threads store `out` at the run of `reg`; null for all.
Value TileOperands::getStoreMask(const FlatOperand &out, int64_t reg) {
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
  if (rowsEndOutside) {
    Value number = getRowNumber(reg, /*clamped=*/false);
    require(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, number,
                                  numRows));
  }
  // A loop that the out leaves out: one of its points stores.
  for (unsigned loop = 0; loop < nest.numParallel; ++loop)
    if (!out.facts->variesAlong(loop))
      requireZero(getCoordinates(kTileRowDim, reg)[loop]);
  if (!(getDims(out) & kElements)) {
    // One thread of those that share the row.
    if (threadElement)
      requireZero(threadElement);
    return mask;
  }
  require(getElementMask(reg));
  for (unsigned loop = nest.numParallel; loop < nest.getNumLoops(); ++loop)
    if (!out.facts->variesAlong(loop))
      requireZero(
          getCoordinates(kTileElementDim, reg)[loop - nest.numParallel]);
  return mask;
}

/// Stores a run of `out` from `address` on.
void TileOperands::storeRun(OpBuilder &b, const FlatOperand &out, int64_t reg,
                            Value address, ArrayRef<Value> values) {
  std::optional<unsigned> fast = nest.getFastLoop();
  int64_t step = fast ? out.facts->steps[*fast] : 0;
  if (step == 0)
    values = values.take_front();
  int64_t count = values.size();
  int64_t width = step == 1 ? std::min(count, out.vector) : 1;
  Type element = getElementTypeOrSelf(out.buffer.getType());
  for (int64_t i = 0; i < count; i += width) {
    Value at = address;
    if (i > 0)
      at = IndexMath(b, loc).add(
          at, IndexMath(b, loc).mul(arith::ConstantIndexOp::create(b, loc, i),
                                    out.steps[*fast]));
    if (width == 1) {
      memref::StoreOp::create(b, loc, values[i], out.buffer, at);
      continue;
    }
    Value vector = vector::FromElementsOp::create(
        b, loc, VectorType::get({width}, element), values.slice(i, width));
    vector::StoreOp::create(
        b, loc, vector, out.buffer, ValueRange{at}, /*nontemporal=*/false,
        llvm::MaybeAlign(width * out.facts->elementBits / 8));
  }
}

void TileOperands::store(int64_t reg, ArrayRef<unsigned> which,
                         ArrayRef<SmallVector<Value>> values) {
  // Addresses and masks come before all branches: a branch that a later out
  // shares must not precede what that out needs.
  SmallVector<Value> addresses, masks;
  DenseMap<int64_t, Value> known;
  for (unsigned number : which) {
    const FlatOperand &out = outs[number];
    addresses.push_back(getAddress(out, reg));
    bool whole =
        llvm::all_of(llvm::seq(0u, nest.getNumLoops()), [&](unsigned loop) {
          return out.facts->variesAlong(loop);
        });
    int64_t kind = whole ? -1 : static_cast<int64_t>(number);
    auto mask = known.find(kind);
    if (mask == known.end())
      mask = known.insert({kind, getStoreMask(out, reg)}).first;
    masks.push_back(mask->second);
  }
  // Outs that are masked alike share a branch.
  llvm::MapVector<Value, OpBuilder> places;
  for (auto [i, number] : llvm::enumerate(which)) {
    if (!masks[i]) {
      storeRun(points.current, outs[number], reg, addresses[i], values[i]);
      continue;
    }
    auto place = places.find(masks[i]);
    if (place == places.end()) {
      auto ifOp = scf::IfOp::create(points.current, loc, masks[i],
                                    /*withElseRegion=*/false);
      place = places.insert({masks[i], ifOp.getThenBodyBuilder()}).first;
    }
    storeRun(place->second, outs[number], reg, addresses[i], values[i]);
  }
}
