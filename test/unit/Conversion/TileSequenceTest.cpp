//===- TileSequenceTest.cpp - Tests of the tiles of a block ---------------===//
// The code for one tile a block, and for several one after another.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/TileSequence.h"

#include "KernelFixture.h"

using namespace mlir;
using namespace upweave;

namespace {

class TileSequenceTest : public test::KernelFixture {
protected:
  TileSequenceTest() {
    AxisGeometry axis;
    axis.stride = 2;
    axis.paddingLow = axis.paddingHigh = 1;
    facts.height = PhasedAxis::get(axis, 32, 4);
    facts.width = PhasedAxis::get(axis, 32, 4);
    facts.batch = 8;
    facts.inputChannels = 32;
    facts.outputChannels = 64;
    plan.block = {32, 2, 16};
    plan.warp = {16, 1, 16};
    plan.complete(facts);
  }

  /// Emits a sequence whose tiles are the sum of their place's digits that
  /// differ; returns the block that holds it.
  Block *emit(const TileSequence &sequence) {
    Value numTiles = sequence.isLooped() ? index : Value();
    Block *block = nullptr;
    sequence.emit(builder, loc, numTiles, BarrierScope::block(),
                  [&](OpBuilder &b, const BlockPlace &place) {
                    block = arith::AddIOp::create(b, loc, place.image,
                                                  place.rowTile)
                                ->getBlock();
                    EXPECT_EQ(place.phases.size(), 1u);
                    EXPECT_TRUE(place.outerPositions.empty());
                  });
    return block;
  }

  FusedFacts facts;
  FusedPlan plan;
};

TEST_F(TileSequenceTest, ABlockTakesTheTileOfItsNumber) {
  TileSequence sequence(facts, plan);
  EXPECT_FALSE(sequence.isLooped());
  Block *block = emit(sequence);
  (void)print();
  EXPECT_TRUE(isa<func::FuncOp>(block->getParentOp()));
  EXPECT_EQ(count<gpu::BlockIdOp>(), 1);
  EXPECT_EQ(count<scf::ForOp>() + count<gpu::BarrierOp>(), 0);
}

TEST_F(TileSequenceTest, ABlockTakesTilesOneAfterAnother) {
  TileSequence sequence(facts, plan, /*tilesPerBlock=*/4);
  EXPECT_TRUE(sequence.isLooped());
  Block *block = emit(sequence);
  std::string text = print();
  ASSERT_EQ(count<scf::ForOp>(), 1) << text;
  auto loop = dyn_cast<scf::ForOp>(block->getParentOp());
  ASSERT_TRUE(loop) << text;
  // From the block's number on, by the number of blocks, below that of tiles.
  auto getSource = [](Value value) {
    return value.getDefiningOp<arith::IndexCastOp>().getIn();
  };
  EXPECT_TRUE(getSource(loop.getLowerBound()).getDefiningOp<gpu::BlockIdOp>());
  EXPECT_TRUE(getSource(loop.getStep()).getDefiningOp<gpu::GridDimOp>());
  EXPECT_EQ(getSource(loop.getUpperBound()), index);
  // All threads are done with a tile before the next one begins.
  EXPECT_TRUE(isa<gpu::BarrierOp>(*std::next(block->rbegin()))) << text;
}

TEST_F(TileSequenceTest, FewerBlocksTakeTheSameTiles) {
  TileSequence one(facts, plan), four(facts, plan, /*tilesPerBlock=*/4);
  Value images = arith::ConstantIndexOp::create(builder, loc, 3);
  Value tiles = one.createNumTiles(builder, loc, images);
  int64_t expected = 3 * plan.getBlocksPerImage(facts);
  EXPECT_EQ(getConstantIntValue(tiles), expected);
  EXPECT_EQ(getConstantIntValue(one.createNumBlocks(builder, loc, tiles)),
            expected);
  EXPECT_EQ(getConstantIntValue(four.createNumBlocks(builder, loc, tiles)),
            (expected + 3) / 4);
}

} // namespace
