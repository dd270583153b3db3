//===- DigitOrderTest.cpp - Orders of elements as mixed radix -------------===//
// Encoding and decoding undo one another, in parts and as a whole.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Layout/Atom.h"
#include "Upweave/Layout/PackedOrder.h"

#include "gtest/gtest.h"

#include <set>
#include <tuple>

using namespace upweave;

namespace {
/// Each element has one number, and each number one element.
void expectBijection(const DigitOrder &order) {
  IntegerMath m;
  unsigned dims = order.getNumDims();
  std::set<std::vector<int64_t>> seen;
  for (int64_t number = 0; number < order.getSize(); ++number) {
    llvm::SmallVector<int64_t> at = order.decode(m, number, dims);
    for (unsigned dim = 0; dim < dims; ++dim)
      ASSERT_LT(at[dim], order.getExtent(dim));
    ASSERT_EQ(order.encode(m, llvm::ArrayRef<int64_t>(at)), number);
    seen.insert(std::vector<int64_t>(at.begin(), at.end()));
  }
  EXPECT_EQ(static_cast<int64_t>(seen.size()), order.getSize());
}

const DigitOrder kOrder({{2, 0, 8},
                         {2, 1, 4},
                         {4, 1, 1},
                         {8, 0, 1},
                         {3, 0, 16},
                         {5, 2, 1},
                         {2, 1, 8}});
} // namespace

TEST(DigitOrderTest, EncodesWhatItDecodes) {
  for (unsigned dim = 0; dim < 3; ++dim)
    EXPECT_FALSE(kOrder.findGap(dim));
  EXPECT_EQ(kOrder.getExtent(0), 48);
  EXPECT_EQ(kOrder.getExtent(1), 16);
  EXPECT_EQ(kOrder.getExtent(2), 5);
  expectBijection(kOrder);
}

TEST(DigitOrderTest, NeighboursThatCountOnAreOneDigit) {
  DigitOrder order({{4, 0, 1}, {1, 1, 1}, {3, 0, 4}, {2, 1, 1}});
  EXPECT_EQ(order, DigitOrder({{12, 0, 1}, {2, 1, 1}}));
  EXPECT_EQ(order.getDigits().size(), 2u);
}

TEST(DigitOrderTest, PlacesAddUp) {
  IntegerMath m;
  int64_t coordinates[] = {37, 11, 3};
  EXPECT_EQ(kOrder.getPlace(0, 37) + kOrder.getPlace(1, 11) +
                kOrder.getPlace(2, 3),
            kOrder.encode(m, llvm::ArrayRef<int64_t>(coordinates)));
}

/// Cut at any number that ends or divides a digit, inner and outer numbers make
/// up the whole one.
TEST(DigitOrderTest, CutsMakeUpTheWhole) {
  IntegerMath m;
  for (int64_t cut : {1, 2, 4, 8, 16, 128, 384, 1920, 3840}) {
    DigitOrder inner = kOrder.getInner(cut), outer = kOrder.getOuter(cut);
    ASSERT_EQ(inner.getSize(), cut);
    ASSERT_EQ(inner.getSize() * outer.getSize(), kOrder.getSize());
    for (int64_t number = 0; number < kOrder.getSize(); number += 7) {
      llvm::SmallVector<int64_t> at = outer.decode(m, number / cut, 3);
      llvm::SmallVector<int64_t> rest = inner.decode(m, number % cut, 3);
      llvm::SmallVector<int64_t> all = kOrder.decode(m, number, 3);
      for (unsigned dim = 0; dim < 3; ++dim)
        EXPECT_EQ(at[dim] + rest[dim], all[dim]) << cut << " " << number;
    }
  }
}

TEST(DigitOrderTest, FindsGaps) {
  EXPECT_EQ(DigitOrder({{2, 0, 2}}).findGap(0), 1);
  EXPECT_EQ(DigitOrder({{2, 0, 1}, {2, 0, 4}}).findGap(0), 2);
  EXPECT_EQ(DigitOrder({{2, 0, 1}, {2, 1, 1}, {2, 0, 1}}).findGap(0), 2);
  EXPECT_FALSE(DigitOrder({{2, 0, 1}}).findGap(7));
}

TEST(PackedOrderTest, NamesOfDimensions) {
  for (unsigned dim = 0; dim < PackedDim::count(6); ++dim)
    EXPECT_EQ(PackedDim::parseName(PackedDim::getName(dim)), dim);
  EXPECT_EQ(PackedDim::getName(PackedDim::tap(0)), "width_tap");
  EXPECT_EQ(PackedDim::getName(PackedDim::phase(2)), "depth_phase");
  EXPECT_EQ(PackedDim::getName(PackedDim::position(4)), "position4");
  EXPECT_FALSE(PackedDim::parseName("columns"));
}

namespace {
constexpr AtomKind kKinds[] = {AtomKind::FMA, AtomKind::TF32, AtomKind::F16,
                               AtomKind::BF16};

/// The elements, by channel, column and depth, that registers of lanes hold.
std::multiset<std::tuple<int64_t, int64_t, int64_t>>
getHeld(const TileLayout &layout) {
  std::multiset<std::tuple<int64_t, int64_t, int64_t>> held;
  for (int64_t lane = 0; lane < kWarpSize; ++lane)
    for (int64_t reg = 0; reg < layout.getCount(Holder::Register); ++reg)
      held.insert({layout.getCoordinate(kAtomChannelDim, reg, lane, 0),
                   layout.getCoordinate(kAtomColumnDim, reg, lane, 0),
                   layout.getCoordinate(kAtomDepthDim, reg, lane, 0)});
  return held;
}
} // namespace

TEST(AtomTest, MemoryHoldsEachElementOnce) {
  for (AtomKind kind : kKinds) {
    const AtomInfo &atom = getAtomInfo(kind);
    EXPECT_EQ(atom.filter.order.getSize() * atom.elementBytes, kFragmentBytes);
    EXPECT_EQ(atom.input.order.getSize() * atom.elementBytes, kPositionBytes);
    EXPECT_EQ(atom.filter.order.getExtent(kAtomChannelDim), kAtomChannels);
    EXPECT_EQ(atom.input.order.getExtent(kAtomDepthDim),
              atom.getChunkChannels());
    expectBijection(atom.filter.order);
    expectBijection(atom.input.order);
  }
}

/// Results are held once. Of an operand with as many registers as elements no
/// lane has the same; else all lanes whose results need an element have it.
TEST(AtomTest, LanesHoldWhatTheirResultsNeed) {
  for (AtomKind kind : kKinds) {
    const AtomInfo &atom = getAtomInfo(kind);
    EXPECT_FALSE(atom.result.verify());
    std::set<int64_t> depths;
    for (const auto *operand : {&atom.filter, &atom.input}) {
      auto held = getHeld(operand->held);
      for (const auto &element : held)
        EXPECT_EQ(held.count(element), 1u) << atom.name.str();
      for (auto [channel, column, depth] : held)
        depths.insert(depth);
      EXPECT_EQ(static_cast<int64_t>(depths.size()), atom.getChunkChannels());
    }
  }
}

/// The rows and columns of lane 4g + t of mma.sync.m16n8k8 and m16n8k16, as the
/// PTX manual has them.
TEST(AtomTest, TensorCoresHoldWhatTheManualSays) {
  const AtomInfo &tf32 = getAtomInfo(AtomKind::TF32);
  const AtomInfo &half = getAtomInfo(AtomKind::F16);
  for (int64_t lane = 0; lane < kWarpSize; ++lane) {
    int64_t g = lane / 4, t = lane % 4;
    for (int64_t i = 0; i < 4; ++i) {
      const TileLayout &a = tf32.filter.held;
      EXPECT_EQ(a.getCoordinate(kAtomChannelDim, i, lane, 0), g + i % 2 * 8);
      EXPECT_EQ(a.getCoordinate(kAtomDepthDim, i, lane, 0), t + i / 2 * 4);
      const TileLayout &c = tf32.result;
      EXPECT_EQ(c.getCoordinate(kAtomChannelDim, i, lane, 0), g + i / 2 * 8);
      EXPECT_EQ(c.getCoordinate(kAtomColumnDim, i, lane, 0), 2 * t + i % 2);
    }
    for (int64_t i = 0; i < 8; ++i) {
      const TileLayout &a = half.filter.held;
      EXPECT_EQ(a.getCoordinate(kAtomChannelDim, i, lane, 0),
                g + i / 2 % 2 * 8);
      EXPECT_EQ(a.getCoordinate(kAtomDepthDim, i, lane, 0),
                2 * t + i % 2 + i / 4 * 8);
    }
    for (int64_t i = 0; i < 4; ++i) {
      const TileLayout &b = half.input.held;
      EXPECT_EQ(b.getCoordinate(kAtomColumnDim, i, lane, 0), g);
      EXPECT_EQ(b.getCoordinate(kAtomDepthDim, i, lane, 0),
                2 * t + i % 2 + i / 2 * 8);
    }
  }
}
