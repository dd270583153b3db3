//===- TileWalk.cpp - How a tile lies along the loops of a nest -----------===//
// What is the same however the loops are walked: threads, masks, widths.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/TileWalk.h"

using namespace mlir;
using namespace upweave;

TileWalk::TileWalk(const RowNest &nest, const TileLayout &layout, int64_t run,
                   EmissionPoints &points, const ThreadNumbers &numbers,
                   ArrayRef<OpFoldResult> sizes, Location loc)
    : nest(nest), layout(layout), run(run), points(points), loc(loc),
      sizes(sizes) {
  OpBuilder &b = points.current;
  for (unsigned dim = 0; dim < layout.getRank(); ++dim)
    threadOffsets.push_back(
        math(b).fromUnsigned(createThreadOffset(b, loc, layout, numbers, dim)));
}

DimSet TileWalk::getDims(const FlatOperand &operand) const {
  DimSet dims = 0;
  for (unsigned loop = 0; loop < nest.getNumLoops(); ++loop)
    if (std::optional<unsigned> dim = getDim(loop))
      if (operand.facts->variesAlong(loop))
        dims |= makeDimSet({*dim});
  return dims;
}

int64_t TileWalk::getFastStep(const FlatOperand &operand) const {
  std::optional<unsigned> fast = nest.getFastLoop();
  return fast ? operand.facts->steps[*fast] : 0;
}

int64_t TileWalk::getAccessWidth(const FlatOperand &operand,
                                 bool /*clamped*/) const {
  // Accesses are powers of two.
  return getFastStep(operand) == 1 ? std::min(operand.vector, run & -run) : 1;
}

int64_t TileWalk::projectOnto(unsigned dim, int64_t reg) const {
  return layout.project(reg, makeDimSet({dim}));
}

Value TileWalk::getMask(unsigned dim, int64_t reg) {
  reg = projectOnto(dim, reg);
  auto known = masks.find({dim, reg});
  if (known != masks.end())
    return known->second;
  Value mask = createMask(dim, reg);
  return masks[{dim, reg}] = mask;
}

Value TileWalk::getStoreMask(const FlatOperand &out, int64_t reg) {
  Value mask;
  forEachCondition(out, reg, [&](Value condition) {
    mask = math(points.current).both(mask, condition);
  });
  return mask;
}

/// Of a dimension that an out leaves out, its first register stores.
bool TileWalk::isStoredAt(const FlatOperand &out, int64_t reg) const {
  DimSet dims = getDims(out);
  for (unsigned dim = 0; dim < layout.getRank(); ++dim)
    if (!hasDim(dims, dim) &&
        layout.getOffset(Holder::Register, dim, reg - reg % run) != 0)
      return false;
  return true;
}

void TileWalk::leaveStep() {
  SmallVector<std::pair<unsigned, int64_t>> stale;
  for (auto &entry : masks)
    if (points.isPerStep(makeDimSet({entry.first.first})))
      stale.push_back(entry.first);
  for (auto &key : stale)
    masks.erase(key);
}
