//===- FusedPlanTest.cpp - Tests of fused plans ---------------------------===//
// Layouts that follow from a tiling, what the cost model chooses, and what
// verify refuses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KnownTarget.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <random>
#include <set>

using namespace upweave;

namespace {

AxisGeometry makeAxis(int64_t stride, int64_t padding) {
  AxisGeometry axis;
  axis.stride = stride;
  axis.paddingLow = axis.paddingHigh = padding;
  return axis;
}

/// KernelBench 34: 32 to 64 channels, filter 4, stride 2, rows of 64.
FusedFacts makeFacts(AtomKind atom, int64_t batch = 32) {
  FusedFacts facts;
  AxisGeometry axis = makeAxis(2, 1);
  facts.outer.push_back(PhasedAxis::get(axis, 16, 4));
  facts.height = PhasedAxis::get(axis, 32, 4);
  facts.width = PhasedAxis::get(axis, 32, 4);
  facts.batch = batch;
  facts.inputChannels = 32;
  facts.outputChannels = 64;
  facts.atom = atom;
  facts.reduced = makeDimSet({kPlanWidth});
  return facts;
}

/// An RTX 4090, where tensor cores do TF32 at the rate of the FMA units.
FusedTarget makeTarget() {
  return getFusedTarget(getKnownTarget("sm_89"), AtomKind::TF32);
}

/// What planFused finds; the reason for nothing goes to `whyNot`.
std::optional<FusedPlan>
findPlan(const FusedFacts &facts, const FusedTarget &target,
         std::string &whyNot, std::optional<FusedInput> input = std::nullopt) {
  llvm::Expected<FusedPlan> plan = planFused(facts, target, input);
  if (plan)
    return *plan;
  whyNot = llvm::toString(plan.takeError());
  return std::nullopt;
}

TEST(FusedPlanTest, PhasesHaveTapsOfEqualSteps) {
  PhasedAxis axis = PhasedAxis::get(makeAxis(2, 1), 32, 4);
  EXPECT_EQ(axis.getStride(), 2);
  EXPECT_EQ(axis.resultSize, 64);
  EXPECT_EQ(axis.getPositions(), 32);
  EXPECT_TRUE(axis.isUniform());
  EXPECT_EQ(axis.getOffsetStep(), 1);
  EXPECT_EQ(axis.getFilterStep(), -2);
  EXPECT_EQ(axis.getFirstOffsets(), (llvm::SmallVector<int64_t>{-1, 0}));
  EXPECT_EQ(axis.getFirstFilters(), (llvm::SmallVector<int64_t>{3, 2}));
  EXPECT_FALSE(PhasedAxis::get(makeAxis(2, 1), 32, 3).isUniform());
}

/// What docs/fused.md says is fused: rows along the column of at most 512
/// elements, whatever the other sizes.
TEST(FusedPlanTest, EveryShapeHasAPlan) {
  std::mt19937 random(1);
  auto choose = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  auto makeRandomAxis = [&](int64_t most, int64_t &filterSize) {
    for (;;) {
      AxisGeometry axis =
          makeAxis(choose(0, 3) ? choose(1, 8) : choose(1, 100), 0);
      filterSize = choose(1, 4 * axis.stride + 3);
      axis.dilation = choose(1, 4);
      axis.paddingLow = choose(-3, filterSize);
      axis.paddingHigh = choose(-3, filterSize);
      axis.outputPadding = choose(0, axis.stride - 1);
      PhasedAxis phased =
          PhasedAxis::get(axis, choose(1, most / axis.stride + 1), filterSize);
      if (phased.resultSize >= 1 && phased.resultSize <= most)
        return std::make_pair(axis, phased);
    }
  };
  FusedTarget target = makeTarget();
  for (int trial = 0; trial < 3000; ++trial) {
    FusedFacts facts;
    int64_t filterSize = 1;
    if (choose(0, 2) > 0)
      facts.outer.push_back(makeRandomAxis(40, filterSize).second);
    if (choose(0, 1) > 0)
      facts.height = makeRandomAxis(200, filterSize).second;
    auto [axis, column] = makeRandomAxis(512, filterSize);
    facts.width = column;
    facts.batch = choose(1, 8);
    facts.groups = choose(1, 4);
    facts.inputChannels = choose(1, 600);
    facts.outputChannels = choose(1, 600);
    facts.atom = static_cast<AtomKind>(choose(0, 3));
    facts.resultBytes = choose(0, 1) ? 4 : 2;
    facts.divideWidth(axis, filterSize);
    if (choose(0, 1) && facts.width.phaseClasses == 1) {
      facts.reduced = makeDimSet({kPlanWidth});
      facts.rounds = 2;
      facts.partialBytes = 8;
    }
    // Filters of gigabytes are not what is asked for here.
    FusedPlan least;
    least.block = least.warp = {64, 1, 8};
    least.complete(facts);
    if (least.getPackedFilterBytes(facts) > int64_t(1) << 31)
      continue;
    std::string whyNot;
    EXPECT_TRUE(findPlan(facts, target, whyNot))
        << whyNot << ": stride " << axis.stride << ", filter " << filterSize
        << ", dilation " << axis.dilation << ", rows of " << column.resultSize
        << (facts.reduced ? " reduced" : "");
  }
}

/// Facts of a convolution along one axis alone.
FusedFacts makeLine(AtomKind atom, AxisGeometry axis, int64_t filterSize) {
  FusedFacts facts;
  facts.atom = atom;
  facts.inputChannels = facts.outputChannels = 16;
  facts.width = PhasedAxis::get(axis, 32, filterSize);
  facts.divideWidth(axis, filterSize);
  return facts;
}

TEST(FusedPlanTest, ManyPhasesAreDivided) {
  // As many as a thread has sums for stay together.
  EXPECT_EQ(makeLine(AtomKind::TF32, makeAxis(32, 0), 64).width.phaseClasses,
            1);
  EXPECT_EQ(makeLine(AtomKind::FMA, makeAxis(16, 0), 32).width.phaseClasses, 1);
  EXPECT_EQ(makeLine(AtomKind::FMA, makeAxis(32, 0), 64).width.phaseClasses, 4);
  // 37 phases have no divisor but 1.
  EXPECT_EQ(makeLine(AtomKind::TF32, makeAxis(37, 0), 37).width.phaseClasses,
            37);
  // What no number of classes helps stays as it is.
  EXPECT_EQ(makeLine(AtomKind::TF32, makeAxis(1, 0), 200).width.phaseClasses,
            1);
  EXPECT_EQ(makeLine(AtomKind::TF32, makeAxis(2, 0), 900).width.phaseClasses,
            1);
}

TEST(FusedPlanTest, ClassesHaveTheTapsOfTheirPhases) {
  AxisGeometry axis = makeAxis(40, 13);
  axis.dilation = 3;
  FusedFacts facts = makeLine(AtomKind::TF32, axis, 30);
  const PhasedAxis &column = facts.width;
  EXPECT_EQ(column.getPhases(), 8);
  EXPECT_EQ(column.getStride(), 40);
  EXPECT_EQ(facts.getClasses(), 5);
  EXPECT_TRUE(facts.readsOutside());
  for (int64_t phase = 0; phase < 40; ++phase) {
    llvm::SmallVector<Tap> taps;
    for (const Tap &tap : column.taps[phase % 8]) {
      int64_t reach = tap.filterIndex + phase / 8 * 8;
      if (reach >= 0 && reach % 3 == 0 && reach / 3 < 30)
        taps.push_back({reach / 3, tap.offset});
    }
    EXPECT_EQ(taps, axis.getTaps(phase, 30)) << phase;
  }
}

/// The lanes of a half warp, which is served at once, read 32 bytes each at
/// four positions: no two may be of the same bank.
TEST(FusedPlanTest, SlotsOfAFragmentDifferInTheirBanks) {
  for (int64_t atoms : {1, 2, 3, 4, 6, 8})
    for (int64_t run : {1, 2, 4, 8}) {
      if (atoms % run != 0)
        continue;
      FusedPlan plan;
      plan.warp = {16, 1, atoms * kAtomPositions};
      plan.run = run;
      int64_t free = 0, all = 0;
      for (int64_t offset = 0; offset <= plan.getHalf() - 4 * run; ++offset)
        for (int64_t pair : {0, 2}) {
          std::set<int64_t> banks;
          for (int64_t quarter : {pair, pair + 1})
            for (int64_t parity : {0, 1})
              banks.insert(plan.getSlot(run * quarter + offset +
                                        parity * plan.getHalf()) %
                           4);
          free += banks.size() == 4;
          ++all;
        }
      EXPECT_EQ(free, all) << atoms << " atoms, runs of " << run;
    }
}

TEST(FusedPlanTest, SlotsAreDistinct) {
  FusedPlan plan;
  plan.warp = {16, 1, 32};
  for (int64_t run : {1, 2, 4}) {
    plan.run = run;
    for (int64_t p = 1; p < 100; ++p)
      EXPECT_GT(plan.getSlot(p), plan.getSlot(p - 1));
  }
}

TEST(FusedPlanTest, TwoBlocksShareAMultiprocessor) {
  std::string whyNot;
  FusedFacts facts = makeFacts(AtomKind::TF32);
  std::optional<FusedPlan> plan =
      findPlan(facts, makeTarget(), whyNot, FusedInput::Packed);
  ASSERT_TRUE(plan);
  std::string text;
  llvm::raw_string_ostream os(text);
  plan->print(os);
  EXPECT_EQ(text, "tile 32x8x32 (channels x rows x columns), 4 warps of "
                  "32x2x32, units of 1 chunks and all row taps, 2 stages, "
                  "37120 bytes shared, input packed");
  EXPECT_EQ(plan->getAccumulators(facts), 128);
  EXPECT_LE(plan->sharedBytes, 49 * 1024);
  EXPECT_EQ(plan->getBlocksPerSM(makeTarget(), 255), 2);
  EXPECT_EQ(plan->getBlocksPerImage(facts), 2 * 4 * 4 * 16);
  EXPECT_EQ(plan->getPackedFilterBytes(facts), 4 * 64 * 32 * 16 * 4);
  EXPECT_EQ(FusedPlan::getPackedImageBytes(facts), 32 * 16 * 32 * 32 * 4);
}

TEST(FusedPlanTest, OneImageTakesSmallerTiles) {
  std::string whyNot;
  FusedFacts facts = makeFacts(AtomKind::TF32, /*batch=*/1);
  std::optional<FusedPlan> plan = findPlan(facts, makeTarget(), whyNot);
  ASSERT_TRUE(plan);
  EXPECT_GE(plan->getBlocksPerImage(facts), makeTarget().multiprocessors);
}

/// An H200, whose tensor cores leave few issue slots to anything else.
FusedTarget makeHopper() {
  return getFusedTarget(getKnownTarget("sm_90"), AtomKind::TF32);
}

/// Each figure of the description that the cost model takes counts.
TEST(FusedPlanTest, MeasuredFiguresCount) {
  FusedFacts facts = makeFacts(AtomKind::TF32);
  std::string whyNot;
  using Target = TargetDescription;
  auto predict = [&](const Target &target, FusedInput input) {
    FusedTarget fused = getFusedTarget(target, facts.atom);
    std::optional<FusedPlan> plan =
        findPlan(facts, getFusedTarget(getKnownTarget("sm_90"), facts.atom),
                 whyNot, input);
    return predictFusedCycles(*plan, facts, fused);
  };
  struct Figure {
    int64_t Target::*member;
    FusedInput input;
  };
  for (Figure figure :
       {Figure{&Target::launchCycles, FusedInput::Packed},
        Figure{&Target::blockLatencyCycles, FusedInput::Packed},
        Figure{&Target::stageLatencyCycles, FusedInput::Packed},
        Figure{&Target::stridedLatencyCycles, FusedInput::Strided},
        Figure{&Target::loadLatencyCycles, FusedInput::Strided}}) {
    Target slow = getKnownTarget("sm_90");
    slow.*figure.member *= 8;
    EXPECT_GT(predict(slow, figure.input),
              predict(getKnownTarget("sm_90"), figure.input));
  }
  for (Figure figure :
       {Figure{&Target::mmaSyncPermille, FusedInput::Packed},
        Figure{&Target::l2BytesPerCycle, FusedInput::Packed},
        Figure{&Target::loadBytesPerCycle, FusedInput::Strided}}) {
    Target slow = getKnownTarget("sm_90");
    slow.*figure.member /= 8;
    EXPECT_GT(predict(slow, figure.input),
              predict(getKnownTarget("sm_90"), figure.input));
  }
}

FusedPlan makeDirect(const FusedFacts &facts, std::array<int64_t, 3> block,
                     std::array<int64_t, 3> warp) {
  FusedPlan plan;
  plan.block = block;
  plan.warp = warp;
  plan.input = FusedInput::Strided;
  plan.complete(facts);
  return plan;
}

TEST(FusedPlanTest, BothInputsAreStagedAlike) {
  FusedFacts facts = makeFacts(AtomKind::TF32);
  facts.inputVector = 4;
  FusedPlan direct = makeDirect(facts, {64, 4, 32}, {64, 1, 32});
  FusedPlan packed = direct;
  packed.input = FusedInput::Packed;
  packed.complete(facts);
  EXPECT_EQ(direct.sharedBytes, packed.sharedBytes);
  EXPECT_EQ(direct.copyBegin, 1);
  EXPECT_EQ(direct.copyEnd, 33);
  // Pairs of the 32 columns, in two halves: a row is one warp's, four of the
  // five rows are staged at once.
  EXPECT_EQ(direct.copyVector, 2);
  EXPECT_EQ(packed.copyVector, 1);
  EXPECT_EQ(direct.getLineCopies(), 32);
  EXPECT_EQ(direct.lineThreads, 32);
  EXPECT_EQ(direct.getThreadCopies(), 2);
  // Two columns of four channels each.
  EXPECT_EQ(direct.getHeldRegisters(facts), 2 * 8);
  EXPECT_EQ(packed.getHeldRegisters(facts), 0);
  EXPECT_EQ(estimateFusedRegisters(direct, facts),
            estimateFusedRegisters(packed, facts) + 16);
}

TEST(FusedPlanTest, ColumnsAreLoadedTogetherWhereTheyAreAligned) {
  FusedFacts facts = makeFacts(AtomKind::F16);
  facts.inputVector = 8;
  FusedPlan plan = makeDirect(facts, {64, 4, 32}, {64, 1, 32});
  EXPECT_EQ(plan.copyVector, 2);
  EXPECT_EQ(plan.getHeldRegisters(facts), 2 * 8);
  // Rows at any element: each half alone in a register.
  facts.inputVector = 1;
  plan.complete(facts);
  EXPECT_EQ(plan.copyVector, 1);
  EXPECT_EQ(plan.getThreadCopies(), 3);
  EXPECT_EQ(plan.getHeldRegisters(facts), 3 * 8);
  // Tiles of columns that start one before a pair.
  facts.inputVector = 8;
  plan = makeDirect(facts, {64, 8, 16}, {64, 2, 16});
  EXPECT_EQ(plan.getWidthTiles(facts), 2);
  EXPECT_EQ(plan.copyVector, 1);
  // Channels side by side are loaded together instead.
  facts.channelsContiguous = true;
  plan = makeDirect(facts, {64, 4, 32}, {64, 1, 32});
  EXPECT_EQ(plan.copyVector, 1);
  EXPECT_EQ(plan.getHeldRegisters(facts), 3 * 4);
}

TEST(FusedPlanTest, InputIsPackedWhereItIsStagedOften) {
  std::string whyNot;
  FusedFacts facts = makeFacts(AtomKind::TF32);
  facts.inputVector = 4;
  // Filter 4, stride 2: 18 times, in products that take few issue slots.
  std::optional<FusedPlan> plan = findPlan(facts, makeHopper(), whyNot);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->input, FusedInput::Packed);
  plan = findPlan(facts, makeHopper(), whyNot, FusedInput::Strided);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->input, FusedInput::Strided);
  // Filter 2, stride 2: twice.
  facts.outer.clear();
  facts.height = facts.width = PhasedAxis::get(makeAxis(2, 0), 64, 2);
  facts.reduced = 0;
  facts.inputChannels = 256;
  facts.batch = 16;
  plan = findPlan(facts, makeHopper(), whyNot);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->input, FusedInput::Strided);
}

/// A launch for a few tiles' input is what they take themselves.
TEST(FusedPlanTest, SmallInputIsNotPacked) {
  std::string whyNot;
  FusedFacts facts = makeFacts(AtomKind::TF32, /*batch=*/1);
  facts.outer.clear();
  for (const FusedTarget &target : {makeTarget(), makeHopper()}) {
    std::optional<FusedPlan> plan = findPlan(facts, target, whyNot);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->input, FusedInput::Strided);
  }
}

/// Where no register is left, none holds loads of the input.
TEST(FusedPlanTest, TilesThatBarelyFitTakePackedInput) {
  std::string whyNot;
  FusedFacts facts;
  facts.width = PhasedAxis::get(makeAxis(1, 8), 512, 16);
  facts.inputChannels = facts.outputChannels = 16;
  facts.atom = AtomKind::TF32;
  facts.reduced = makeDimSet({kPlanWidth});
  std::optional<FusedPlan> plan = findPlan(facts, makeTarget(), whyNot);
  ASSERT_TRUE(plan) << whyNot;
  EXPECT_EQ(plan->input, FusedInput::Packed);
  EXPECT_FALSE(findPlan(facts, makeTarget(), whyNot, FusedInput::Strided));
  EXPECT_NE(whyNot.find("a thread would need"), std::string::npos) << whyNot;
}

TEST(FusedPlanTest, RowsSpanWarps) {
  std::string whyNot;
  FusedFacts facts = makeFacts(AtomKind::TF32);
  facts.width = PhasedAxis::get(makeAxis(2, 1), 256, 4);
  std::optional<FusedPlan> plan = findPlan(facts, makeTarget(), whyNot);
  ASSERT_TRUE(plan) << whyNot;
  EXPECT_EQ(plan->block[2], 256);
  EXPECT_GT(plan->getWarps(2), 1);
}

TEST(FusedPlanTest, RowsThatDoNotFitAreRefused) {
  std::string whyNot;
  FusedFacts facts = makeFacts(AtomKind::TF32);
  facts.width = PhasedAxis::get(makeAxis(2, 1), 1 << 14, 4);
  EXPECT_FALSE(findPlan(facts, makeTarget(), whyNot));
  EXPECT_NE(whyNot, "");
}

/// Along one of the two dimensions that a block holds whole rows of.
TEST(FusedPlanTest, OtherReductionsAreRefused) {
  FusedFacts facts = makeFacts(AtomKind::TF32);
  facts.outputChannels = 16;
  for (DimSet reduced :
       {makeDimSet({kPlanHeight}), makeDimSet({kPlanChannel, kPlanWidth}),
        makeDimSet({kPlanHeight, kPlanWidth})}) {
    facts.reduced = reduced;
    std::string whyNot;
    EXPECT_FALSE(findPlan(facts, makeTarget(), whyNot));
    EXPECT_EQ(whyNot, "its rows are neither along the last spatial axis nor "
                      "along the channels");
  }
}

/// Rows of 95 elements are stored one by one: neighbouring lanes hold
/// neighbouring positions, and a warp holds whole rows.
TEST(FusedPlanTest, UnalignedRowsAreStoredByWideWarps) {
  std::string whyNot;
  FusedFacts facts = makeFacts(AtomKind::TF32);
  facts.reduced = 0;
  facts.width = PhasedAxis::get(makeAxis(2, 1), 48, 3);
  EXPECT_EQ(facts.width.resultSize, 95);
  EXPECT_FALSE(facts.hasAlignedLines());
  std::optional<FusedPlan> plan = findPlan(facts, makeTarget(), whyNot);
  ASSERT_TRUE(plan) << whyNot;
  EXPECT_EQ(plan->run, 1);
  EXPECT_EQ(plan->warp[2], 48);
}

TEST(FusedPlanTest, UnevenRowTapsAreLoopedOver) {
  FusedFacts facts = makeFacts(AtomKind::TF32);
  facts.height = PhasedAxis::get(makeAxis(2, 1), 32, 3);
  FusedPlan plan;
  plan.block = {32, 8, 32};
  plan.warp = {32, 2, 32};
  plan.complete(facts);
  EXPECT_FALSE(plan.heightTapsInUnit);
  EXPECT_EQ(plan.stagedLines, 8);
  EXPECT_EQ(plan.getMaxUnits(facts), 4 * 2 * 2);
}

} // namespace
