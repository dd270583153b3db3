//===- TileSequence.h - Which tiles a thread block takes --------*- C++ -*-===//
// The tiles of a fused kernel by number, the places they stand for, and how
// many of them a block takes one after another.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_TILESEQUENCE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_TILESEQUENCE_H

#include "Emission/BarrierScope.h"
#include "Fused/UnitWalk.h"

namespace upweave {

/// The tiles of a fused kernel, numbered such that those that read the same
/// input run together: tiles of channels, then phases are nearest. A block
/// takes the tile of its own number or, of several, every so many-eth as there
/// are blocks, so that neighbours still run together.
class TileSequence {
public:
  using TileEmitter =
      llvm::function_ref<void(mlir::OpBuilder &, const BlockPlace &)>;

  TileSequence(const FusedFacts &facts, const FusedPlan &plan,
               int64_t tilesPerBlock = 1)
      : facts(facts), plan(plan), tilesPerBlock(tilesPerBlock) {}

  /// True if a block takes several tiles: it then needs to know how many there
  /// are.
  bool isLooped() const { return tilesPerBlock > 1; }

  /// The number of tiles of `images` images, and of the blocks that take them;
  /// on the host.
  mlir::Value createNumTiles(mlir::OpBuilder &host, mlir::Location loc,
                             mlir::Value images) const;
  mlir::Value createNumBlocks(mlir::OpBuilder &host, mlir::Location loc,
                              mlir::Value numTiles) const;

  /// Emits the tiles of this block by `emitTile`, which gets a builder and the
  /// place of the tile. `numTiles`, of type index, is that of all blocks; null
  /// unless the sequence is looped. The threads of a tile, which are `scope`,
  /// wait for each other between two tiles: they use the same shared memory.
  void emit(mlir::OpBuilder &b, mlir::Location loc, mlir::Value numTiles,
            const BarrierScope &scope, TileEmitter emitTile) const;

private:
  BlockPlace createPlace(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value number) const;

  const FusedFacts &facts;
  const FusedPlan &plan;
  int64_t tilesPerBlock;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_TILESEQUENCE_H
