//===- FusedCost.cpp - The cost model of fused convolutions ---------------===//
// Predicts a tiling's time from what it issues, reads and stages, and chooses
// the tiling of least time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/FusedPlan.h"
#include "Upweave/Schedule/Occupancy.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace upweave;

// What kernels issue, whatever they run on; instructions of a scheduler. What
// depends on the device is in its target's description.
/// Of a unit beside its products and copies: addresses, waits, the barrier.
static constexpr double kUnitInstructions = 80;
/// Of a copied piece of 16 bytes.
static constexpr double kCopyInstructions = 3;
/// Of an accumulator in the region: statistics, activation, store.
static constexpr double kResultInstructions = 24;
/// Of an accumulator that is stored alone, because rows are not aligned, in
/// units of the above: the fewer columns a warp has, the more parts of sectors.
static constexpr double kUnalignedResult = 3.5, kUnalignedPositions = 9;
/// What a block's barriers leave of a multiprocessor's issue slots when no
/// other block fills them.
static constexpr double kLoneBlockShare = 0.88;
/// Products by FMA: each thread's share of a fragment's, and the share of issue
/// slots that they get beside loads.
static constexpr double kAtomProducts = 16 * 8 * 8 / 32.0;
static constexpr double kProductShare = 0.72;
/// What products by FMA take where a warp has one fragment of channels, or of
/// columns, only: what is read of the other operand is soon used up.
static constexpr double kNarrowProducts = 1.25;
static constexpr int64_t kSchedulers = 4;
/// Of a copy of strided input: addresses and masks; a load and the zeros in its
/// place; an element that is rounded to TF32, and a pair of halves that are put
/// in one word.
static constexpr double kStridedInstructions = 5, kLoadInstructions = 2,
                        kRoundInstructions = 3, kPairInstructions = 1;
/// Registers of the filter fragment that is being multiplied, and the next.
static constexpr int64_t kFilterRegisters = 8;
/// The largest tiles that are tried.
static constexpr int64_t kMaxWarps = 16, kMaxWarpPositions = 64,
                         kMaxWarpChannels = 64, kMaxChannelWarps = 4;

namespace {
/// What a warp does in one unit.
struct UnitWork {
  double atoms = 0;
  /// Shared-memory wavefronts of fragment loads.
  double wavefronts = 0;
  /// Registers of input fragments that are live together.
  int64_t fragmentRegisters = 0;
};
} // namespace

/// Offsets, from a lane's first position, that its fragments are read at.
static int64_t countOffsets(const FusedPlan &plan, const FusedFacts &facts) {
  llvm::SmallSet<int64_t, 32> offsets;
  for (int64_t atom = 0; atom < plan.getWidthAtoms(); ++atom)
    for (const auto &list : facts.width.taps)
      for (const Tap &tap : list)
        offsets.insert(plan.getAtomPosition(atom) + tap.offset);
  return offsets.size();
}

static UnitWork getUnitWork(const FusedPlan &plan, const FusedFacts &facts) {
  UnitWork work;
  int64_t filterLoads = plan.unitChunks * plan.heightTaps * plan.widthTaps *
                        plan.getChannelAtoms();
  work.atoms =
      static_cast<double>(filterLoads * plan.getWidthAtoms() * plan.warp[1]);
  int64_t rows =
      std::min(plan.warp[1] * plan.heightTaps,
               plan.warp[1] + (plan.heightTaps - 1) * plan.heightTapStep);
  int64_t offsets = countOffsets(plan, facts);
  const AtomCosts &costs = getAtomInfo(facts.atom).costs;
  int64_t inputLoads = plan.unitChunks * rows * offsets;
  work.wavefronts = static_cast<double>(costs.inputWavefronts * inputLoads +
                                        costs.filterWavefronts * filterLoads);
  work.fragmentRegisters = plan.warp[1] * offsets * costs.inputRegisters +
                           offsets * costs.aheadRegisters + kFilterRegisters;
  return work;
}

/// Accesses of one copy of strided input.
static int64_t getAccesses(const FusedPlan &plan, const FusedFacts &facts) {
  int64_t elements = kPieceBytes / getAtomInfo(facts.atom).elementBytes;
  return facts.channelsContiguous
             ? std::max<int64_t>(elements / facts.inputVector, 1)
             : elements;
}

/// Instructions of a thread that stage a unit's input.
static double getInputInstructions(const FusedPlan &plan,
                                   const FusedFacts &facts) {
  if (plan.input == FusedInput::Packed)
    return static_cast<double>(plan.inputBytes) / kPieceBytes /
           static_cast<double>(plan.getThreads()) * kCopyInstructions;
  double elements = static_cast<double>(plan.copyVector * kPieceBytes /
                                        getAtomInfo(facts.atom).elementBytes);
  double convert = 0;
  const AtomInfo &atom = getAtomInfo(facts.atom);
  if (atom.roundsToTF32)
    convert = kRoundInstructions * elements;
  else if (atom.elementBytes < kWordBytes && !facts.channelsContiguous)
    convert = kPairInstructions * elements / 2;
  return static_cast<double>(plan.getThreadCopies()) *
         (kLoadInstructions * static_cast<double>(getAccesses(plan, facts)) +
          static_cast<double>(plan.copyVector) + convert +
          kStridedInstructions);
}

/// Wavefronts of a block that stage a unit's input, in and out of shared memory
/// and the level-1 cache.
static double getInputWavefronts(const FusedPlan &plan,
                                 const FusedFacts &facts) {
  if (plan.input == FusedInput::Packed)
    return static_cast<double>(plan.inputBytes) / 128;
  double copies =
      static_cast<double>(plan.getThreadCopies() * plan.getNumWarps());
  double bytes = static_cast<double>(plan.copyVector * kPieceBytes /
                                     getAccesses(plan, facts));
  // Neighbouring lanes that write every other column meet in the banks.
  double conflicts = plan.copyVector > 1 ? 2 : 1;
  return copies * (static_cast<double>(getAccesses(plan, facts)) *
                       std::max(bytes * 32 / 128, 1.0) +
                   static_cast<double>(plan.copyVector) * 4 * conflicts);
}

/// Bytes that a unit's input takes from the level-2 cache, in whole sectors.
static double getInputBytes(const FusedPlan &plan, const FusedFacts &facts) {
  constexpr int64_t kSectorBytes = 32;
  if (plan.input == FusedInput::Packed || facts.channelsContiguous)
    return static_cast<double>(plan.inputBytes);
  const AtomInfo &atom = getAtomInfo(facts.atom);
  int64_t run = (plan.copyEnd - plan.copyBegin) * atom.elementBytes;
  int64_t channels =
      std::min(plan.unitChunks * atom.getChunkChannels(), facts.inputChannels);
  return static_cast<double>(
      channels * plan.stagedLines *
      static_cast<int64_t>(llvm::alignTo(run, kSectorBytes)));
}

/// Cycles that packing the input takes. The filter is packed in either case.
static double predictPackCycles(const FusedPlan &plan, const FusedFacts &facts,
                                const FusedTarget &target, double images) {
  if (plan.input == FusedInput::Strided)
    return 0;
  double bytes = static_cast<double>(FusedPlan::getPackedImageBytes(facts));
  return target.launchCycles + 2 * images * bytes / target.bytesPerCycle;
}

int64_t upweave::estimateFusedRegisters(const FusedPlan &plan,
                                        const FusedFacts &facts) {
  return plan.getAccumulators(facts) + plan.getHeldRegisters(facts) +
         getUnitWork(plan, facts).fragmentRegisters +
         getAtomInfo(facts.atom).costs.otherRegisters;
}

/// The most column fragments that are read and will be read again, while one
/// row tap's products are formed in the order of MainLoop.
static int64_t countLiveOffsets(const FusedPlan &plan,
                                const FusedFacts &facts) {
  llvm::SmallVector<int64_t> reads;
  for (const auto &list : facts.width.taps)
    for (const Tap &tap : list)
      for (int64_t atom = 0; atom < plan.getWidthAtoms(); ++atom)
        reads.push_back(plan.getAtomPosition(atom) + tap.offset);
  llvm::DenseMap<int64_t, size_t> last;
  for (auto [i, read] : llvm::enumerate(reads))
    last[read] = i;
  llvm::SmallDenseSet<int64_t> live;
  size_t most = 0;
  for (auto [i, read] : llvm::enumerate(reads)) {
    live.insert(read);
    most = std::max<size_t>(most, live.size());
    if (last[read] == i)
      live.erase(read);
  }
  return most;
}

/// What estimateFusedRegisters would be if no fragment were kept for longer
/// than it is needed, nor read ahead.
static int64_t getLeastRegisters(const FusedPlan &plan,
                                 const FusedFacts &facts) {
  const AtomCosts &costs = getAtomInfo(facts.atom).costs;
  bool rowsOverlap = plan.heightTaps > 1 && plan.heightTapStep < plan.warp[1];
  int64_t live =
      rowsOverlap ? countOffsets(plan, facts) : countLiveOffsets(plan, facts);
  return plan.getAccumulators(facts) +
         plan.warp[1] * live * costs.inputRegisters + kFilterRegisters +
         costs.otherRegisters;
}

/// Units of a block, with the taps that phases have on average.
static double countUnits(const FusedPlan &plan, const FusedFacts &facts) {
  double units =
      static_cast<double>(std::max<int64_t>(plan.getMaxUnits(facts), 1));
  for (const PhasedAxis *axis : facts.getClassAxes()) {
    if (axis == &facts.height && plan.heightTapsInUnit)
      continue;
    double taps = 0;
    for (int64_t count : axis->getTapCounts())
      taps += static_cast<double>(count);
    units *= taps / std::max<double>(1, axis->getMaxTaps() * axis->getStride());
  }
  return units;
}

/// Cycles that a unit of one of `resident` blocks takes of a multiprocessor.
static double predictUnitCycles(const FusedPlan &plan, const FusedFacts &facts,
                                const FusedTarget &target, double resident) {
  UnitWork work = getUnitWork(plan, facts);
  double warps = static_cast<double>(plan.getNumWarps());
  bool isNarrow = plan.getChannelAtoms() == 1 || plan.getWidthAtoms() == 1;
  double atomIssue =
      getAtomInfo(facts.atom).unit == ProductUnit::FMA
          ? kAtomProducts / kProductShare * (isNarrow ? kNarrowProducts : 1)
          : 16 * 8 * getAtomInfo(facts.atom).getChunkChannels() * kSchedulers /
                target.atomRate;
  double filterBytes = static_cast<double>(plan.filterBytes);
  double inputBytes = getInputBytes(plan, facts);
  double copies = filterBytes / kPieceBytes / plan.getThreads();
  double issue = warps / kSchedulers *
                 (work.atoms * atomIssue + copies * kCopyInstructions +
                  getInputInstructions(plan, facts) + kUnitInstructions);
  double wavefronts = warps * work.wavefronts + filterBytes / 128 +
                      getInputWavefronts(plan, facts);
  double bytes = (filterBytes + inputBytes) / target.l2BytesPerCycle;
  // As many units as there are more stages hide it.
  double wait = target.stageLatency / static_cast<double>(plan.stages - 1);
  if (plan.input == FusedInput::Packed)
    return std::max({issue, wavefronts, bytes}) + wait;
  return std::max({issue, wavefronts, bytes, target.loadLatency / resident}) +
         wait + inputBytes / target.loadBytesPerCycle;
}

double upweave::predictFusedCycles(const FusedPlan &plan,
                                   const FusedFacts &facts,
                                   const FusedTarget &target) {
  double results = static_cast<double>(plan.getNumWarps()) / kSchedulers *
                   kResultInstructions *
                   static_cast<double>(plan.getAccumulators(facts));
  if (!facts.hasAlignedLines())
    results *= 1 + kUnalignedResult +
               kUnalignedPositions / static_cast<double>(plan.getWidthAtoms());
  double resident = static_cast<double>(std::max<int64_t>(
      1, plan.getBlocksPerSM(target, estimateFusedRegisters(plan, facts))));
  double block = countUnits(plan, facts) *
                     predictUnitCycles(plan, facts, target, resident) +
                 results;
  if (resident == 1)
    block /= kLoneBlockShare;
  // Blocks of a multiprocessor hide one another's latency: until the first
  // stage is there.
  double stagedBytes = static_cast<double>(plan.inputBytes + plan.filterBytes);
  double latency = target.blockLatency + stagedBytes / target.l2BytesPerCycle;
  if (plan.input == FusedInput::Strided)
    latency += target.stridedLatency;
  latency /= resident;
  double images = facts.batch == kDynamicSize
                      ? 64
                      : static_cast<double>(std::max<int64_t>(facts.batch, 1));
  double blocks = images * static_cast<double>(plan.getBlocksPerImage(facts));
  double perSM = blocks / static_cast<double>(target.multiprocessors);
  // A last wave that is not full takes as long as one.
  double waves = perSM / resident;
  waves = std::max(waves, 0.5 * (waves + std::ceil(waves)));
  return predictPackCycles(plan, facts, target, images) +
         std::max(waves * resident, 1.0) * (block + latency);
}

/// The most stages that leave room for as many blocks on a multiprocessor as
/// registers allow, which are two at least; two stages if there are not so
/// many.
static void chooseStages(FusedPlan &plan, const FusedFacts &facts,
                         const FusedTarget &target) {
  constexpr int64_t kMaxStages = 4, kMaxBlocks = 4;
  // Beside the stages, for reductions.
  constexpr int64_t kReserve = 1024;
  plan.stages = 2;
  plan.complete(facts);
  int64_t stage = std::max<int64_t>(plan.inputBytes + plan.filterBytes, 1);
  int64_t registers = estimateFusedRegisters(plan, facts);
  int64_t blocks = std::clamp<int64_t>(
      countBlocksByRegisters(target.registersPerMultiprocessor,
                             plan.getThreads(), registers),
      2, kMaxBlocks);
  int64_t share =
      getSharedBytesOfEach(target.sharedBytesPerMultiprocessor, blocks) -
      kReserve;
  plan.stages = std::clamp<int64_t>(share / stage, 2, kMaxStages);
  plan.complete(facts);
}

/// What keeps a block from holding whole rows, if no tile does.
static std::string explainRows(const FusedFacts &facts) {
  bool columns = facts.reduces(kPlanWidth);
  int64_t size = columns ? facts.width.resultSize : facts.outputChannels;
  int64_t units = columns ? facts.width.getPositions() : facts.outputChannels;
  return ("rows of " + llvm::Twine(size) + " elements are " +
          llvm::Twine(units) + (columns ? " column positions" : " channels") +
          ", a block of " +
          llvm::Twine(columns ? kMaxWarps : kMaxChannelWarps) +
          " warps along them holds at most " +
          llvm::Twine(columns ? kMaxWarps * kMaxWarpPositions
                              : kMaxChannelWarps * kMaxWarpChannels))
      .str();
}

static bool holdsRows(const FusedPlan &plan, const FusedFacts &facts) {
  return (!facts.reduces(kPlanWidth) || plan.getWidthTiles(facts) == 1) &&
         (!facts.reduces(kPlanChannel) || plan.getChannelTiles(facts) == 1);
}

static bool isSensible(const FusedPlan &plan, const FusedFacts &facts) {
  auto wasteful = [](int64_t tile, int64_t size, int64_t unit) {
    return tile >= 2 * static_cast<int64_t>(llvm::alignTo(size, unit));
  };
  return !wasteful(plan.block[0], facts.outputChannels, kAtomChannels) &&
         !wasteful(plan.block[1], facts.height.getPositions(), 1) &&
         !wasteful(plan.block[2], facts.width.getPositions(), kAtomPositions);
}

/// Warps along the three dimensions and chunks of a unit, by number: 1 to 4 of
/// channels, 1 to 8 of rows, of columns what a row needs; 1 to 8 chunks.
static constexpr int64_t kShapes = 3 * 4 * 4;
static void shapeBlock(FusedPlan &plan, const FusedFacts &facts,
                       int64_t shape) {
  static_assert(kMaxChannelWarps == 1 << 2, "three numbers of warps");
  plan.block[0] = plan.warp[0] << (shape % 3);
  plan.block[1] = plan.warp[1] << (shape / 3 % 4);
  plan.block[2] = plan.warp[2];
  if (facts.reduces(kPlanWidth))
    while (plan.block[2] < facts.width.getPositions())
      plan.block[2] *= 2;
  plan.unitChunks = int64_t(1) << (shape / 12);
}

namespace {
/// Tries tiles and keeps the one of least predicted time.
class FusedSearch {
public:
  FusedSearch(const FusedFacts &facts, const FusedTarget &target,
              std::optional<FusedInput> input)
      : facts(facts), target(target), input(input) {}

  using Estimate = int64_t(const FusedPlan &, const FusedFacts &);
  /// Tries all tiles; `estimate` gives the registers of a thread.
  void run(llvm::function_ref<Estimate> estimate);

  std::optional<FusedPlan> best;
  /// Why the first tile that was refused was. The smallest come first: what
  /// they exceed is exceeded least.
  std::string whyNot;

private:
  llvm::Error refuse(const FusedPlan &plan, int64_t registers);
  void consider(FusedPlan plan, llvm::function_ref<Estimate> estimate);

  const FusedFacts &facts;
  const FusedTarget &target;
  /// The only input to try.
  std::optional<FusedInput> input;
  double least = std::numeric_limits<double>::max();
};
} // namespace

llvm::Error FusedSearch::refuse(const FusedPlan &plan, int64_t registers) {
  if (llvm::Error error = plan.verify(facts, target))
    return error;
  int64_t most =
      std::min(target.registersPerThread,
               target.registersPerMultiprocessor / plan.getThreads());
  if (registers <= most)
    return llvm::Error::success();
  return llvm::createStringError(
      "a thread would need " + llvm::Twine(registers) +
      " registers, of a block of " + llvm::Twine(plan.getThreads()) +
      " threads it has " + llvm::Twine(most));
}

void FusedSearch::consider(FusedPlan plan,
                           llvm::function_ref<Estimate> estimate) {
  if (!isSensible(plan, facts) || !holdsRows(plan, facts))
    return;
  chooseStages(plan, facts, target);
  if (llvm::Error error = refuse(plan, estimate(plan, facts))) {
    std::string why = llvm::toString(std::move(error));
    if (whyNot.empty())
      whyNot = std::move(why);
    return;
  }
  double cycles = predictFusedCycles(plan, facts, target);
  if (cycles < least) {
    least = cycles;
    best = plan;
  }
}

void FusedSearch::run(llvm::function_ref<Estimate> estimate) {
  int64_t chunks = facts.getChunks();
  for (int64_t channels : {16, 32, 64})
    for (int64_t rows : {1, 2, 4})
      for (int64_t columns : {8, 16, 24, 32, 48, 64})
        for (int64_t shape = 0; shape < kShapes; ++shape) {
          FusedPlan plan;
          plan.warp = {channels, rows, columns};
          shapeBlock(plan, facts, shape);
          if (plan.getNumWarps() > kMaxWarps || chunks % plan.unitChunks != 0)
            continue;
          for (FusedInput from : {FusedInput::Packed, FusedInput::Strided}) {
            plan.input = from;
            if (from == input.value_or(from))
              consider(plan, estimate);
          }
        }
}

llvm::Expected<FusedPlan> upweave::planFused(const FusedFacts &facts,
                                             const FusedTarget &target,
                                             std::optional<FusedInput> input) {
  FusedSearch search(facts, target, input);
  search.run(estimateFusedRegisters);
  // Long filters along wide rows leave no room to keep what is read, still less
  // to hold what is loaded of strided input.
  if (!search.best && input != FusedInput::Strided) {
    FusedSearch tight(facts, target, FusedInput::Packed);
    tight.run(getLeastRegisters);
    search.best = tight.best;
  }
  if (search.best)
    return *search.best;
  return llvm::createStringError(search.whyNot.empty() ? explainRows(facts)
                                                       : search.whyNot);
}
