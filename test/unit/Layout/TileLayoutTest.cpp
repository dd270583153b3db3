//===- TileLayoutTest.cpp - Tests of TileLayout ---------------------------===//
// Coordinates, reduction steps, runs and bank conflicts of tile layouts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Layout/TileLayout.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <set>

using namespace upweave;

namespace {

constexpr unsigned kRow = 0, kElement = 1;

/// Rows of 64 elements: 16 lanes of 4 elements, two rows a warp, 4 row
/// registers, 8 warps.
TileLayout shortRows() {
  return TileLayout(2, {{Holder::Register, 4, kElement, 1},
                        {Holder::Register, 4, kRow, 16},
                        {Holder::Lane, 16, kElement, 4},
                        {Holder::Lane, 2, kRow, 1},
                        {Holder::Warp, 8, kRow, 2}});
}

/// The accumulator of mma.m16n8: rows g and g+8, columns 2t and 2t+1.
TileLayout mmaAccumulator() {
  return TileLayout(2, {{Holder::Register, 2, kElement, 1},
                        {Holder::Register, 2, kRow, 8},
                        {Holder::Lane, 4, kElement, 2},
                        {Holder::Lane, 8, kRow, 1}});
}

TEST(TileLayoutTest, EachElementIsHeldOnce) {
  TileLayout layout = shortRows();
  EXPECT_EQ(layout.verify(), std::nullopt);
  EXPECT_EQ(layout.getExtent(kRow), 64);
  EXPECT_EQ(layout.getExtent(kElement), 64);
  std::set<std::pair<int64_t, int64_t>> seen;
  for (int64_t warp = 0; warp < layout.getCount(Holder::Warp); ++warp)
    for (int64_t lane = 0; lane < kWarpSize; ++lane)
      for (int64_t reg = 0; reg < layout.getCount(Holder::Register); ++reg)
        seen.insert({layout.getCoordinate(kRow, reg, lane, warp),
                     layout.getCoordinate(kElement, reg, lane, warp)});
  EXPECT_EQ(seen.size(), 64u * 64u);
  EXPECT_EQ(seen.rbegin()->first, 63);
}

TEST(TileLayoutTest, ReductionStepsOfAnMmaAccumulator) {
  TileLayout layout = mmaAccumulator();
  ReductionSteps along = layout.getReduction(makeDimSet({kElement}));
  EXPECT_EQ(along.registers, 2);
  EXPECT_EQ(along.laneMasks, (llvm::SmallVector<int64_t, 5>{1, 2}));
  EXPECT_EQ(along.warps, 1);
  ReductionSteps across = layout.getReduction(makeDimSet({kRow}));
  EXPECT_EQ(across.laneMasks, (llvm::SmallVector<int64_t, 5>{4, 8, 16}));
}

TEST(TileLayoutTest, ReductionStepsAcrossWarps) {
  TileLayout layout(2, {{Holder::Register, 8, kElement, 256},
                        {Holder::Lane, 32, kElement, 1},
                        {Holder::Warp, 8, kElement, 32},
                        {Holder::Warp, 2, kRow, 1}});
  EXPECT_EQ(layout.verify(), std::nullopt);
  ReductionSteps steps = layout.getReduction(makeDimSet({kElement}));
  EXPECT_EQ(steps.registers, 8);
  EXPECT_EQ(steps.laneMasks, (llvm::SmallVector<int64_t, 5>{1, 2, 4, 8, 16}));
  EXPECT_EQ(steps.warps, 8);
}

/// Channels 0 to 31, rows 0 to 3 and columns 0 to 15, as a fused convolution
/// has them: two of each a thread, and warps along channels and rows.
TileLayout channelsRowsColumns() {
  constexpr unsigned kChannel = 0, kPosition = 1, kColumn = 2;
  return TileLayout(3, {{Holder::Register, 2, kColumn, 1},
                        {Holder::Register, 2, kColumn, 8},
                        {Holder::Register, 2, kChannel, 8},
                        {Holder::Register, 2, kPosition, 1},
                        {Holder::Lane, 4, kColumn, 2},
                        {Holder::Lane, 8, kChannel, 1},
                        {Holder::Warp, 2, kPosition, 2},
                        {Holder::Warp, 2, kChannel, 16}});
}

TEST(TileLayoutTest, ReducesChannelsAndColumnsTogether) {
  constexpr unsigned kChannel = 0, kPosition = 1, kColumn = 2;
  TileLayout layout = channelsRowsColumns();
  EXPECT_EQ(layout.verify(), std::nullopt);
  DimSet both = makeDimSet({kChannel}) | makeDimSet({kColumn});
  ReductionSteps steps = layout.getReduction(both);
  EXPECT_EQ(steps.registers, 8);
  EXPECT_EQ(steps.laneMasks, (llvm::SmallVector<int64_t, 5>{1, 2, 4, 8, 16}));
  EXPECT_EQ(steps.warps, 2);
  EXPECT_EQ(layout.getRegistersAlong(both, 11),
            (llvm::SmallVector<int64_t>{8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(layout.getRegistersAlong(both, 0),
            (llvm::SmallVector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  // The registers that stand for the sums are those of the row positions.
  EXPECT_EQ(layout.getRepresentatives(~both),
            (llvm::SmallVector<int64_t>{0, 8}));
  // All elements of a row position are summed, each once.
  EXPECT_EQ(steps.registers * (1 << steps.laneMasks.size()) * steps.warps,
            layout.getExtent(kChannel) * layout.getExtent(kColumn));
  ReductionSteps none = layout.getReduction(0);
  EXPECT_EQ(none.registers, 1);
  EXPECT_TRUE(none.laneMasks.empty());
  EXPECT_EQ(none.warps, 1);
  EXPECT_EQ(layout.getReduction(makeDimSet({kPosition})).registers, 2);
}

TEST(TileLayoutTest, RegistersOfARow) {
  TileLayout layout = shortRows();
  EXPECT_EQ(layout.getContiguousRegisters(kElement), 4);
  EXPECT_EQ(layout.getContiguousRegisters(kRow), 1);
  EXPECT_EQ(layout.project(7, 1u << kRow), 4);
  EXPECT_EQ(layout.project(7, 1u << kElement), 3);
  EXPECT_EQ(layout.project(7, 0), 0);
  EXPECT_EQ(layout.getRepresentatives(1u << kRow),
            (llvm::SmallVector<int64_t>{0, 4, 8, 12}));
  EXPECT_EQ(layout.getRegistersAlong(makeDimSet({kElement}), 9),
            (llvm::SmallVector<int64_t>{8, 9, 10, 11}));
  EXPECT_EQ(layout.getLargestThreadOffset(kElement), 60);
}

TEST(TileLayoutTest, RegisterExtentsNeedNotBePowersOfTwo) {
  TileLayout layout(1,
                    {{Holder::Register, 3, 0, 32}, {Holder::Lane, 32, 0, 1}});
  EXPECT_EQ(layout.verify(), std::nullopt);
  EXPECT_EQ(layout.getExtent(0), 96);
  EXPECT_EQ(layout.getCoordinate(0, 2, 5, 0), 69);
}

TEST(TileLayoutTest, RefusesLayoutsThatAreNotOneToOne) {
  TileLayout gap(1, {{Holder::Register, 2, 0, 64}, {Holder::Lane, 32, 0, 1}});
  EXPECT_EQ(gap.verify(),
            "dimension 0 has a digit of stride 64 where 32 is due");
  TileLayout lanes(1, {{Holder::Lane, 16, 0, 1}});
  EXPECT_EQ(lanes.verify(), "the lane digits count 16 lanes, a warp has 32");
  TileLayout three(1, {{Holder::Lane, 32, 0, 1}, {Holder::Warp, 3, 0, 32}});
  EXPECT_EQ(three.verify(), "warp digit of extent 3 is not a power of two");
}

TEST(TileLayoutTest, BankConflicts) {
  // Lane l reads word l: free. Lane l reads word 32 * l: all on one bank.
  TileLayout lanes(1, {{Holder::Lane, 32, 0, 1}});
  EXPECT_EQ(lanes.getBankConflicts({4}, 4), 1);
  EXPECT_EQ(lanes.getBankConflicts({128}, 4), 32);
  EXPECT_EQ(lanes.getBankConflicts({132}, 4), 1);
  EXPECT_EQ(lanes.getBankConflicts({16}, 16), 1);
  EXPECT_EQ(lanes.getBankConflicts({32}, 16), 2);
  // All lanes read one word: a broadcast.
  EXPECT_EQ(lanes.getBankConflicts({0}, 4), 1);
}

TEST(TileLayoutTest, Prints) {
  std::string text;
  llvm::raw_string_ostream os(text);
  mmaAccumulator().print(os);
  EXPECT_EQ(text, "tile 16x8, register [2 of d1 by 1, 2 of d0 by 8], "
                  "lane [4 of d1 by 2, 8 of d0 by 1], warp []");
}

} // namespace
