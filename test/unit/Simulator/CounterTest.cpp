//===- CounterTest.cpp - Wavefronts and sectors ---------------------------===//
// What accesses of a warp cost, by the stride between its lanes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "AccessCounter.h"
#include "BlockRunner.h"

#include <gtest/gtest.h>

using namespace upweave::sim;

namespace {

/// One access of a warp whose lanes are `stride` bytes apart.
AccessCounts countAccess(uint64_t stride, uint32_t bytes, bool shared,
                         uint32_t lanes = 32) {
  AccessCounter counter;
  Site site = {"load", "", 0};
  counter.start(1);
  for (uint32_t lane = 0; lane < lanes; ++lane)
    counter.add(site, lane, lane * stride, bytes, shared, false);
  counter.finish();
  EXPECT_EQ(counter.getCounts().size(), 1u);
  return counter.getCounts().begin()->second;
}

TEST(Wavefronts, OneForNeighbours) {
  EXPECT_EQ(countAccess(4, 4, true).transactions, 1u);
  EXPECT_EQ(countAccess(0, 4, true).transactions, 1u); // all read one word
  EXPECT_EQ(countAccess(2, 2, true).transactions, 1u); // two lanes a word
}

TEST(Wavefronts, BankConflicts) {
  AccessCounts two = countAccess(8, 4, true);
  EXPECT_EQ(two.transactions, 2u);
  EXPECT_EQ(two.ideal, 1u);
  EXPECT_EQ(countAccess(128, 4, true).transactions, 32u);
  EXPECT_EQ(countAccess(132, 4, true).transactions, 1u); // padded rows
}

TEST(Wavefronts, WideAccessesGoInPhases) {
  AccessCounts eight = countAccess(8, 8, true);
  EXPECT_EQ(eight.transactions, 2u);
  EXPECT_EQ(eight.ideal, 2u);
  AccessCounts sixteen = countAccess(16, 16, true);
  EXPECT_EQ(sixteen.transactions, 4u);
  EXPECT_EQ(sixteen.ideal, 4u);
  EXPECT_EQ(countAccess(32, 16, true).transactions, 8u);
}

TEST(Sectors, WholeOnesAreIdeal) {
  AccessCounts whole = countAccess(4, 4, false);
  EXPECT_EQ(whole.transactions, 4u);
  EXPECT_EQ(whole.ideal, 4u);
  AccessCounts strided = countAccess(64, 4, false);
  EXPECT_EQ(strided.transactions, 32u);
  EXPECT_EQ(strided.ideal, 4u);
}

TEST(Counter, LanesThatStayAwayAreCountedAtTheEnd) {
  AccessCounts some = countAccess(4, 4, true, 7);
  EXPECT_EQ(some.accesses, 1u);
  EXPECT_EQ(some.transactions, 1u);
}

TEST(Counter, PairsTheNthAccessesOfLanes) {
  AccessCounter counter;
  Site site = {"load", "", 0};
  counter.start(1);
  // Lane by lane, as fibers run: each twice.
  for (uint32_t lane = 0; lane < 32; ++lane)
    for (uint32_t round = 0; round < 2; ++round)
      counter.add(site, lane, round * 4096 + lane * 4, 4, true, false);
  counter.finish();
  EXPECT_EQ(counter.getCounts().begin()->second.accesses, 2u);
  EXPECT_EQ(counter.getCounts().begin()->second.transactions, 2u);
}

TEST(Counter, KeepsBothSidesOfACopyApart) {
  AccessCounter counter;
  Site site = {"cp.async", "", 0};
  counter.start(1);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    counter.add(site, lane, lane * 64, 16, false, false);
    counter.add(site, lane, lane * 16, 16, true, true);
  }
  counter.finish();
  EXPECT_EQ(counter.getCounts().size(), 2u);
}

} // namespace
