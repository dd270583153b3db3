//===- TileSequence.cpp - Which tiles a thread block takes ----------------===//
// Takes a tile's number apart, and loops over the numbers of a block.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/TileSequence.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

Value TileSequence::createNumTiles(OpBuilder &host, Location loc,
                                   Value images) const {
  return IndexMath(host, loc).mul(images, plan.getBlocksPerImage(facts));
}

Value TileSequence::createNumBlocks(OpBuilder &host, Location loc,
                                    Value numTiles) const {
  return IndexMath(host, loc).ceilDiv(numTiles, tilesPerBlock);
}

BlockPlace TileSequence::createPlace(OpBuilder &b, Location loc,
                                     Value number) const {
  SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  SmallVector<int64_t> sizes{plan.getChannelTiles(facts),
                             facts.width.phaseClasses};
  for (const PhasedAxis *axis : llvm::reverse(axes))
    sizes.push_back(axis->getStride());
  sizes.push_back(plan.getWidthTiles(facts));
  sizes.push_back(plan.getHeightTiles(facts));
  for (const PhasedAxis &axis : llvm::reverse(facts.outer))
    sizes.push_back(axis.getPositions());
  sizes.push_back(facts.groups);
  sizes.push_back(1); // The image takes what is left.
  SmallVector<Value> d = Int32Math(b, loc).digits(number, sizes);
  BlockPlace made;
  size_t numAxes = axes.size(), numOuter = facts.outer.size();
  made.channelTile = d[0];
  made.columnClass = d[1];
  for (size_t i = 0; i < numAxes; ++i)
    made.phases.push_back(d[numAxes + 1 - i]);
  made.columnTile = d[numAxes + 2];
  made.rowTile = d[numAxes + 3];
  for (size_t i = 0; i < numOuter; ++i)
    made.outerPositions.push_back(d[numAxes + 3 + numOuter - i]);
  made.group = d[numAxes + numOuter + 4];
  made.image = d[numAxes + numOuter + 5];
  return made;
}

void TileSequence::emit(OpBuilder &b, Location loc, Value numTiles,
                        const BarrierScope &scope, TileEmitter emitTile) const {
  Int32Math m(b, loc);
  Value block = m.fromIndex(gpu::BlockIdOp::create(b, loc, gpu::Dimension::x));
  if (!isLooped()) {
    emitTile(b, createPlace(b, loc, block));
    return;
  }
  Value blocks = m.fromIndex(gpu::GridDimOp::create(b, loc, gpu::Dimension::x));
  auto loop = scf::ForOp::create(b, loc, block, m.fromIndex(numTiles), blocks);
  OpBuilder body(loop.getBody()->getTerminator());
  emitTile(body, createPlace(body, loc, loop.getInductionVar()));
  // A last barrier that nothing follows costs less than to tell the last tile.
  scope.synchronise(body, loc);
}
