//===- RowPlanTest.cpp - Tests of row plans -------------------------------===//
// What planStoredRows chooses over the range of row lengths, and what verify
// refuses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KnownTarget.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace upweave;

namespace {

RowFacts layerNormFacts(int64_t rowLength, int64_t numRows) {
  RowFacts facts;
  facts.rowLength = rowLength;
  facts.numRows = numRows;
  facts.alongRow = true;
  facts.maxVector = rowLength % 4 == 0 ? 4 : rowLength % 2 == 0 ? 2 : 1;
  facts.rounds = 2;
  facts.partialBytes = 8;
  return facts;
}

/// The RTX 4090's limits.
RowTarget makeTarget() { return getRowTarget(getKnownTarget("sm_89")); }

std::string print(const RowPlan &plan) {
  std::string text;
  llvm::raw_string_ostream os(text);
  plan.print(os);
  return text;
}

/// Why the plan is illegal; "" if it is legal.
std::string explain(const RowPlan &plan, const RowFacts &facts,
                    const RowTarget &target) {
  return llvm::toString(plan.verify(facts, target));
}

TEST(RowPlanTest, ShortRowsShareAWarp) {
  RowPlan plan = planStoredRows(layerNormFacts(64, 1 << 22), makeTarget());
  EXPECT_EQ(print(plan),
            "along rows, vector 4, 16 threads per row, 4 registers, 1 rows per "
            "thread, 4 warps, 1 tiles per block, 0 bytes shared");
  EXPECT_EQ(plan.getTileRows(), 8);
}

TEST(RowPlanTest, NarrowElementsAreManyToAThread) {
  RowFacts facts = layerNormFacts(96, 1 << 22);
  facts.elementBytes = 2;
  facts.maxVector = 8;
  RowPlan plan = planStoredRows(facts, makeTarget());
  EXPECT_EQ(print(plan),
            "along rows, vector 8, 4 threads per row, 24 registers, 2 rows per "
            "thread, 4 warps, 1 tiles per block, 0 bytes shared");
}

TEST(RowPlanTest, LongRowsSpanWarps) {
  RowPlan plan = planStoredRows(layerNormFacts(8192, 1 << 14), makeTarget());
  EXPECT_FALSE(plan.looped);
  EXPECT_EQ(plan.getWarpsPerRow(), 4);
  EXPECT_EQ(plan.registers, 64);
  EXPECT_EQ(plan.sharedBytes, 2 * 8 * 4);
}

TEST(RowPlanTest, LongerRowsAreLooped) {
  RowPlan plan = planStoredRows(layerNormFacts(65536, 1 << 14), makeTarget());
  EXPECT_TRUE(plan.looped);
  EXPECT_EQ(plan.getTileElements(), 32 * 1024);
}

/// The H200's limits.
RowTarget largeTarget() { return getRowTarget(getKnownTarget("sm_90")); }

TEST(RowPlanTest, RowsAcrossAreStagedIfNarrowAndLong) {
  RowFacts facts = layerNormFacts(1024, 1 << 18);
  facts.alongRow = false;
  facts.elementBytes = facts.rereadBytes = 2;
  facts.maxVector = 8;
  RowPlan plan = planStoredRows(facts, largeTarget());
  EXPECT_EQ(
      print(plan),
      "across rows, vector 8, 128 threads per row, 2 registers looped, 4 "
      "steps staged, 1 rows per thread, 16 warps, 1 tiles per block, 8192 "
      "bytes shared");
  // Two blocks share a multiprocessor.
  EXPECT_LT(2 * plan.getBlockBytes(facts), 228 * 1024);
  // Without the memory for it, the row is in registers.
  RowTarget small = makeTarget();
  small.stagedBytesPerBlock = small.sharedBytesPerMultiprocessor = 48 * 1024;
  plan = planStoredRows(facts, small);
  EXPECT_EQ(plan.staged, 0);
  EXPECT_FALSE(plan.looped);
  // Wide ones are in registers, with whole cache lines.
  facts.elementBytes = facts.rereadBytes = 4;
  facts.maxVector = 4;
  plan = planStoredRows(facts, largeTarget());
  EXPECT_FALSE(plan.looped);
  EXPECT_EQ(32 / plan.getLanesPerRow() * plan.vector * 4, 128);
}

TEST(RowPlanTest, LongRowsAreStaged) {
  RowFacts facts = layerNormFacts(65536, 1 << 14);
  facts.rereadBytes = 4;
  // An eighth is left over for the registers.
  RowPlan plan = planStoredRows(facts, largeTarget());
  EXPECT_EQ(plan.staged, 7);
  EXPECT_EQ(plan.getHeldSteps(facts), 1);
  EXPECT_EQ(plan.rowsPerThread, 1);
  EXPECT_EQ(plan.getWantedBlocks(facts, largeTarget()), 0);
  EXPECT_EQ(plan.getSampledElements(facts), 32768);
  // A small part of the row is not worth it.
  EXPECT_EQ(planStoredRows(facts, makeTarget()).staged, 0);
  // Two rows of narrow elements fit.
  facts.elementBytes = facts.rereadBytes = 2;
  facts.maxVector = 8;
  plan = planStoredRows(facts, largeTarget());
  EXPECT_EQ(plan.staged, 7);
  EXPECT_EQ(plan.getHeldSteps(facts), 1);
  EXPECT_EQ(plan.rowsPerThread, 2);
  EXPECT_EQ(plan.getSampledElements(facts), 16384);
  // Few rows are not taken together.
  facts.numRows = 300;
  EXPECT_EQ(planStoredRows(facts, largeTarget()).rowsPerThread, 1);
}

TEST(RowPlanTest, ShorterRowsShareAMultiprocessor) {
  RowFacts facts = layerNormFacts(20000, 1 << 14);
  facts.elementBytes = facts.rereadBytes = 2;
  facts.maxVector = 8;
  RowPlan plan = planStoredRows(facts, largeTarget());
  EXPECT_EQ(plan.warps, 16);
  EXPECT_EQ(plan.rowsPerThread, 2);
  EXPECT_EQ(plan.getWantedBlocks(facts, largeTarget()), 2);
  EXPECT_EQ(plan.staged, plan.getSteps(facts));
  facts.rowLength = 40000;
  plan = planStoredRows(facts, largeTarget());
  EXPECT_EQ(plan.warps, 16);
  EXPECT_EQ(plan.rowsPerThread, 1);
  EXPECT_EQ(plan.getWantedBlocks(facts, largeTarget()), 2);
  // A row that is read by one pass only has nothing to keep.
  facts.rereadBytes = 0;
  plan = planStoredRows(facts, largeTarget());
  EXPECT_EQ(plan.staged, 0);
  EXPECT_EQ(plan.getHeldSteps(facts), 0);
}

TEST(RowPlanTest, FewStepsAreHeld) {
  RowFacts facts = layerNormFacts(4096, 1 << 14);
  facts.rereadBytes = 4;
  RowPlan plan;
  plan.vector = plan.registers = 4;
  plan.warps = 4;
  plan.threadsPerRow = 128;
  plan.looped = true;
  auto held = [&](int64_t staged) {
    plan.staged = staged;
    return plan.getHeldSteps(facts);
  };
  EXPECT_EQ(held(8), 0);
  EXPECT_EQ(held(7), 1);
  EXPECT_EQ(held(5), 3);
  // Of as many as are staged, none.
  EXPECT_EQ(held(4), 0);
  // 3 * 4 elements of two operands are too many.
  facts.rereadBytes = 8;
  EXPECT_EQ(held(6), 2);
  EXPECT_EQ(held(5), 0);
  // And so are those of two rows.
  facts.rereadBytes = 4;
  plan.rowsPerThread = 2;
  EXPECT_EQ(held(6), 2);
  EXPECT_EQ(held(5), 0);
}

TEST(RowPlanTest, NarrowRowsAcrossPreferWideSegmentsToSharing) {
  RowFacts facts = layerNormFacts(2048, 1 << 18);
  facts.alongRow = false;
  facts.elementBytes = facts.rereadBytes = 2;
  facts.maxVector = 8;
  RowPlan plan = planStoredRows(facts, largeTarget());
  EXPECT_EQ(plan.staged, plan.getSteps(facts));
  EXPECT_EQ(plan.warps, 32);
  EXPECT_EQ(32 / plan.getLanesPerRow() * plan.vector * facts.elementBytes, 64);
}

TEST(RowPlanTest, RowsAcrossTheContiguousDirectionGoToWarps) {
  RowFacts facts = layerNormFacts(64, 1 << 20);
  facts.alongRow = false;
  RowPlan plan = planStoredRows(facts, makeTarget());
  EXPECT_EQ(plan.getLanesPerRow(), 1);
  EXPECT_EQ(plan.vector, 4);
  EXPECT_GT(plan.getWarpsPerRow(), 1);
  EXPECT_EQ(explain(plan, facts, makeTarget()), "");
}

TEST(RowPlanTest, FewRowsGetSmallBlocks) {
  RowPlan few = planStoredRows(layerNormFacts(64, 256), makeTarget());
  RowPlan many = planStoredRows(layerNormFacts(64, 1 << 22), makeTarget());
  EXPECT_LT(few.getTileRows(), many.getTileRows());
  // And long ones more threads.
  few = planStoredRows(layerNormFacts(2048, 64), makeTarget());
  many = planStoredRows(layerNormFacts(2048, 1 << 16), makeTarget());
  EXPECT_GT(few.threadsPerRow, many.threadsPerRow);
}

TEST(RowPlanTest, RowsAcrossKeepSectorsWhole) {
  RowFacts facts = layerNormFacts(1024, 1 << 20);
  facts.alongRow = false;
  facts.elementBytes = 2;
  facts.maxVector = 8;
  RowPlan plan = planStoredRows(facts, makeTarget());
  EXPECT_EQ(plan.warps, 8);
  EXPECT_EQ(32 / plan.getLanesPerRow() * plan.vector * facts.elementBytes, 32);
  EXPECT_FALSE(plan.looped);
}

TEST(RowPlanTest, EveryPlanIsLegal) {
  for (bool alongRow : {true, false})
    for (int64_t length = 1; length <= 70000; length += length / 7 + 1)
      for (int64_t vector : {1, 2, 4, 8, 16}) {
        if (alongRow && length % vector != 0)
          continue;
        for (int64_t rows : {int64_t(1), int64_t(1000), int64_t(1) << 24}) {
          RowFacts facts = layerNormFacts(length, rows);
          facts.alongRow = alongRow;
          facts.maxVector = vector;
          facts.elementBytes = facts.rereadBytes = 16 / vector;
          for (const RowTarget &target : {makeTarget(), largeTarget()}) {
            RowPlan plan = planStoredRows(facts, target);
            EXPECT_EQ(explain(plan, facts, target), "")
                << length << " " << vector << " " << rows << ": "
                << print(plan);
          }
        }
      }
}

TEST(RowPlanTest, RefusesWithNumbers) {
  RowFacts facts = layerNormFacts(64, 1024);
  RowTarget target = makeTarget();
  RowPlan plan = planStoredRows(facts, target);
  plan.registers = 2;
  EXPECT_EQ(explain(plan, facts, target),
            "registers = 2 must be a positive multiple of vector = 4");
  plan = planStoredRows(facts, target);
  plan.threadsPerRow = 8;
  EXPECT_EQ(explain(plan, facts, target),
            "lanes * registers = 32 elements do not hold a row of 64: raise "
            "them or set looped");
  plan = planStoredRows(facts, target);
  plan.vector = 8;
  EXPECT_EQ(explain(plan, facts, target),
            "vector = 8 must divide the widest access that extents and "
            "alignment allow, which is of 4 elements");
  plan = planStoredRows(facts, target);
  plan.rowsPerThread = 64;
  EXPECT_EQ(explain(plan, facts, target),
            "registers and rows make 256 elements per thread, 128 is the most "
            "that fit 255 registers");
}

} // namespace
