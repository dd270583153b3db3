//===- RowPlan.cpp - How a stored-rows kernel is tiled --------------------===//
// The rules that choose a plan, and those that a hand-written one must keep.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/RowPlan.h"

#include "Upweave/Geometry/ConvTransposeGeometry.h"
#include "Upweave/Schedule/Occupancy.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <utility>

using namespace upweave;
using llvm::createStringError;

// The numbers below were chosen by timing every legal plan of rows of 8 to 8192
// elements, along and across, in f16 and f32 (docs/performance.md).
static constexpr int64_t kLanes = 32;
/// Tile elements that a thread may hold; 255 registers hold no more.
static constexpr int64_t kMaxElements = 128;
/// The most elements a plan gives a thread, in units of 32 bits: with addresses
/// and temporaries they leave five blocks of four warps on a multiprocessor.
static constexpr int64_t kElements = 64;
/// Elements of a thread that shares its row within a warp: one access of 16
/// bytes, or a few scalars. Rows of 16-bit elements are short of instructions
/// before they are short of bandwidth: more elements a thread are fewer
/// shuffles.
static constexpr int64_t kScalarElements = 8, kNarrowElements = 32;
/// Elements that a thread should hold by taking several rows.
static constexpr int64_t kWideRowElements = 4;
/// Row elements of a thread when its row is looped over, and the warps it then
/// takes: the rows under way are few enough for the L2 cache, which the passes
/// after the first read.
static constexpr int64_t kLoopedRegisters = 32;
static constexpr int64_t kWideLoopedWarps = 32, kNarrowLoopedWarps = 16;
/// Elements, of all operands that are read again, that a thread keeps in
/// registers between the passes where the rest of the row is staged.
static constexpr int64_t kHeldElements = 16;
/// Warps of a row beyond which it is looped over, and the elements of a thread
/// of so many warps beyond which a narrow one is.
static constexpr int64_t kMostWarpsPerRow = 8, kNarrowMostElements = 48;
/// Blocks with a staged or looped row that share a multiprocessor, so that one
/// loads while the other computes.
static constexpr int64_t kLoopedBlocks = 2;
/// Where a tile across rows is staged: the most warps of a block, the row
/// elements that each thread takes at a time, and the tile elements that fall
/// to it in all.
static constexpr int64_t kStagedWarps = 16, kStagedElements = 2;
/// The same of a block that has a multiprocessor to itself.
static constexpr int64_t kStagedWarpsAlone = 32, kStagedElementsAlone = 4;
static constexpr int64_t kStagedShare = 64;
/// Threads a row up to which narrow rows across are held in registers.
static constexpr int64_t kNarrowThreadsAcross = 8;
/// Shared memory that staged rows along leave to the cache, in which the
/// operands of all rows are.
static constexpr int64_t kCacheBytes = 32 * 1024;
/// Warps of a row across, or of one of few rows.
static constexpr int64_t kMaxWarpsPerRow = 16;
/// Warps of a block: few, so that a barrier holds up little.
static constexpr int64_t kWarps = 4;
/// Elements of an access across rows: wider ones need more threads per row.
static constexpr int64_t kAcrossVector = 4;
/// Bytes of a memory sector: neighbouring lanes fill at least one.
static constexpr int64_t kSectorBytes = 32;
/// Bytes that neighbouring lanes need not exceed: a cache line.
static constexpr int64_t kSegmentBytes = 128;

/// True for elements of 16 bits and less.
static bool isNarrow(const RowFacts &facts) { return facts.elementBytes <= 2; }

int64_t RowPlan::getLanesPerRow() const {
  if (alongRow)
    return std::min(threadsPerRow, kLanes);
  return std::max<int64_t>(threadsPerRow / warps, 1);
}

int64_t RowPlan::getWarpsPerRow() const {
  if (alongRow)
    return std::max<int64_t>(threadsPerRow / kLanes, 1);
  return std::min(threadsPerRow, warps);
}

int64_t RowPlan::getTileRows() const {
  int64_t rows =
      rowsPerThread * (kLanes / getLanesPerRow()) * (warps / getWarpsPerRow());
  return alongRow ? rows : rows * vector;
}

int64_t RowPlan::getElementsPerThread() const {
  return rowsPerThread * registers * (alongRow ? 1 : vector);
}

int64_t RowPlan::getSteps(const RowFacts &facts) const {
  return llvm::divideCeil(facts.rowLength, getTileElements());
}

int64_t RowPlan::getHeldSteps(const RowFacts &facts) const {
  int64_t rest = getSteps(facts) - staged;
  int64_t operands = llvm::divideCeil(facts.rereadBytes, facts.elementBytes);
  bool isHeld = rest < staged &&
                rest * getElementsPerThread() * operands <= kHeldElements;
  return isHeld ? rest : 0;
}

int64_t RowPlan::getStagedBytes(const RowFacts &facts) const {
  return staged * getTileElements() * getTileRows() * facts.rereadBytes;
}

int64_t RowPlan::getSampledElements(const RowFacts &facts) const {
  if (!looped)
    return 0;
  // Of a share f of the row the mean is at most sqrt((1 - f) / f) standard
  // deviations off, by whose square the variance's rounding error grows.
  int64_t share = isNarrow(facts) ? 4 : 2;
  int64_t elements = llvm::alignTo(llvm::divideCeil(facts.rowLength, share),
                                   getTileElements());
  return elements < facts.rowLength ? elements : 0;
}

int64_t RowPlan::getWantedBlocks(const RowFacts &facts,
                                 const RowTarget &target) const {
  int64_t blocks =
      std::min({kLoopedBlocks, target.warpsPerMultiprocessor / warps,
                countBlocksByShared(target.sharedBytesPerMultiprocessor,
                                    getBlockBytes(facts))});
  return looped && alongRow && blocks > 1 ? blocks : 0;
}

void RowPlan::computeSharedBytes(const RowFacts &facts) {
  sharedBytes = 0;
  if (getWarpsPerRow() > 1)
    sharedBytes =
        facts.rounds * facts.partialBytes * getTileRows() * getWarpsPerRow();
}

llvm::Error RowPlan::verify(const RowFacts &facts,
                            const RowTarget &target) const {
  if (warps < 1 || warps > target.maxWarpsPerBlock ||
      !llvm::isPowerOf2_64(warps))
    return createStringError("warps = " + llvm::Twine(warps) +
                             " must be a power of two of at most " +
                             llvm::Twine(target.maxWarpsPerBlock));
  if (!llvm::isPowerOf2_64(threadsPerRow) || getLanesPerRow() > kLanes ||
      getWarpsPerRow() > warps)
    return createStringError("lanes = " + llvm::Twine(threadsPerRow) +
                             " must be a power of two of at most " +
                             llvm::Twine(warps * kLanes) + ", the threads of " +
                             llvm::Twine(warps) + " warps");
  if (vector < 1 || facts.maxVector % vector != 0)
    return createStringError("vector = " + llvm::Twine(vector) +
                             " must divide the widest access that extents and "
                             "alignment allow, which is of " +
                             llvm::Twine(facts.maxVector) + " elements");
  if (rowsPerThread < 1 || tilesPerBlock < 1)
    return createStringError("rows_per_thread = " + llvm::Twine(rowsPerThread) +
                             " and tiles_per_block = " +
                             llvm::Twine(tilesPerBlock) + " must be positive");
  if (registers < 1 || (alongRow && registers % vector != 0))
    return createStringError(
        "registers = " + llvm::Twine(registers) +
        " must be a positive multiple of vector = " + llvm::Twine(vector));
  if (!looped && getTileElements() < facts.rowLength)
    return createStringError(
        "lanes * registers = " + llvm::Twine(getTileElements()) +
        " elements do not hold a row of " + llvm::Twine(facts.rowLength) +
        ": raise them or set looped");
  if (getElementsPerThread() > kMaxElements)
    return createStringError(
        "registers and rows make " + llvm::Twine(getElementsPerThread()) +
        " elements per thread, " + llvm::Twine(kMaxElements) +
        " is the most that fit 255 registers");
  if (sharedBytes > target.sharedBytesPerBlock)
    return createStringError("needs " + llvm::Twine(sharedBytes) +
                             " bytes of shared memory, a block has " +
                             llvm::Twine(target.sharedBytesPerBlock));
  return verifyStaged(facts, target);
}

llvm::Error RowPlan::verifyStaged(const RowFacts &facts,
                                  const RowTarget &target) const {
  if (staged == 0)
    return llvm::Error::success();
  if (!looped)
    return createStringError("staged = " + llvm::Twine(staged) +
                             ": only the steps of a looped row are staged");
  if (facts.rereadBytes == 0)
    return createStringError("staged = " + llvm::Twine(staged) +
                             ": no operand is read by more than one pass");
  if (staged < 0 || staged > getSteps(facts))
    return createStringError(
        "staged = " + llvm::Twine(staged) +
        " must be at most the steps that a row takes, which are " +
        llvm::Twine(getSteps(facts)));
  if (getBlockBytes(facts) > target.stagedBytesPerBlock)
    return createStringError(
        "needs " + llvm::Twine(getBlockBytes(facts)) +
        " bytes of shared memory, " + llvm::Twine(getStagedBytes(facts)) +
        " of them for staged = " + llvm::Twine(staged) + ", a block has " +
        llvm::Twine(target.stagedBytesPerBlock));
  return llvm::Error::success();
}

void RowPlan::print(llvm::raw_ostream &os) const {
  os << (alongRow ? "along rows" : "across rows") << ", vector " << vector
     << ", " << threadsPerRow << " threads per row, " << registers
     << " registers" << (looped ? " looped" : "");
  if (staged)
    os << ", " << staged << " steps staged";
  os << ", " << rowsPerThread << " rows per thread, " << warps << " warps, "
     << tilesPerBlock << " tiles per block, " << sharedBytes << " bytes shared";
}

/// The elements that a plan gives a thread at most.
static int64_t getElementLimit(const RowFacts &facts) {
  return kElements * 4 / std::max<int64_t>(facts.elementBytes, 4);
}

/// Lanes and registers when lanes run along the row: few elements a thread
/// within a warp, then as many as registers hold within four warps, then more
/// warps.
static void planAlongRow(RowPlan &plan, const RowFacts &facts) {
  int64_t chunks = std::max<int64_t>(facts.rowLength / plan.vector, 1);
  int64_t limit = std::max(getElementLimit(facts), plan.vector);
  int64_t preferred = isNarrow(facts)    ? kNarrowElements
                      : plan.vector == 1 ? kScalarElements
                                         : plan.vector;
  plan.threadsPerRow = 1;
  auto perThread = [&]() -> int64_t {
    return llvm::divideCeil(chunks, plan.threadsPerRow) * plan.vector;
  };
  while (perThread() > preferred && plan.threadsPerRow < kLanes)
    plan.threadsPerRow *= 2;
  while (perThread() > limit / 2 && plan.threadsPerRow < kLanes * kWarps)
    plan.threadsPerRow *= 2;
  while (perThread() > limit && plan.threadsPerRow < kLanes * kMostWarpsPerRow)
    plan.threadsPerRow *= 2;
  plan.warps = std::max(kWarps, plan.getWarpsPerRow());
  plan.registers = perThread();
  if (isNarrow(facts) && plan.warps == kMostWarpsPerRow)
    limit = std::max(std::min(limit, kNarrowMostElements), plan.vector);
  plan.looped = plan.registers > limit;
  if (!plan.looped)
    return;
  plan.registers =
      std::max(kLoopedRegisters / plan.vector, int64_t(1)) * plan.vector;
  plan.warps = isNarrow(facts) ? kNarrowLoopedWarps : kWideLoopedWarps;
  plan.threadsPerRow = kLanes * plan.warps;
}

/// Steps of the plan's tile that fit when `blocks` of it share a
/// multiprocessor.
static int64_t getStagedSteps(const RowPlan &plan, const RowFacts &facts,
                              const RowTarget &target, int64_t blocks) {
  RowPlan one = plan;
  one.staged = 1;
  one.computeSharedBytes(facts);
  int64_t bytes = std::min(
      target.stagedBytesPerBlock,
      getSharedBytesOfEach(target.sharedBytesPerMultiprocessor, blocks));
  int64_t step = one.getStagedBytes(facts), left = bytes - one.sharedBytes;
  if (step == 0 || left < step)
    return 0;
  return std::min(left / step, plan.getSteps(facts));
}

namespace {
/// How rows along are kept between the passes: the warps of a block, the rows
/// that each thread takes parts of, the accesses of 16 bytes that it makes of
/// each at a time, the blocks that share a multiprocessor, the bytes of its
/// shared memory that they leave to the cache, and whether some steps may stay
/// in registers.
struct StagedForm {
  int64_t warps, rows, accesses, blocks, spareBytes;
  bool mayHold, onlyNarrow;
};
} // namespace

/// The fastest first. What all rows need (gamma, beta) is read from the L2
/// cache, once for the rows that a thread has at a time: two, if they fit.
static constexpr StagedForm kStagedForms[] = {
    {16, 2, 1, 2, 0, /*mayHold=*/true, /*onlyNarrow=*/false},
    {16, 1, 2, 2, 64 * 1024, /*mayHold=*/false, /*onlyNarrow=*/true},
    {32, 2, 2, 1, 0, /*mayHold=*/false, /*onlyNarrow=*/true},
    {32, 2, 1, 1, 0, /*mayHold=*/true, /*onlyNarrow=*/false},
    {32, 1, 2, 1, 0, /*mayHold=*/true, /*onlyNarrow=*/false},
};
/// What is left for the others: as much as two blocks have, of wide elements
/// one block.
static constexpr StagedForm kPartlyStagedForms[] = {
    {16, 1, 2, 2, kCacheBytes, /*mayHold=*/true, /*onlyNarrow=*/true},
    {32, 1, 2, 1, kCacheBytes, /*mayHold=*/true, /*onlyNarrow=*/false},
};

/// A plan of `form` for the rows of a looped one, if it keeps at least `most` /
/// 4 of them.
static bool stageAs(const StagedForm &form, RowPlan &plan,
                    const RowFacts &facts, const RowTarget &target,
                    int64_t most) {
  constexpr int64_t kAccessBytes = 16;
  if ((form.onlyNarrow && !isNarrow(facts)) ||
      form.warps > target.maxWarpsPerBlock ||
      form.warps * form.blocks > target.warpsPerMultiprocessor)
    return false;
  RowPlan staged = plan;
  staged.warps = form.warps;
  staged.threadsPerRow = kLanes * form.warps;
  staged.rowsPerThread = form.rows;
  int64_t registers = form.accesses * kAccessBytes / facts.elementBytes;
  staged.registers =
      std::max(registers / plan.vector, int64_t(1)) * plan.vector;
  RowTarget rest = target;
  rest.sharedBytesPerMultiprocessor -= form.spareBytes;
  staged.staged = getStagedSteps(staged, facts, rest, form.blocks);
  int64_t steps = staged.getSteps(facts), kept = staged.staged;
  if (form.mayHold)
    kept += staged.getHeldSteps(facts);
  if (4 * kept < most * steps)
    return false;
  plan = staged;
  return true;
}

/// Keeps looped rows in shared memory and registers, or most of each.
static void stageAlongRow(RowPlan &plan, const RowFacts &facts,
                          const RowTarget &target) {
  for (const StagedForm &form : kStagedForms)
    if (stageAs(form, plan, facts, target, /*most=*/4))
      return;
  for (const StagedForm &form : kPartlyStagedForms)
    if (stageAs(form, plan, facts, target, /*most=*/2))
      return;
}

/// Bytes that neighbouring lanes of a plan across rows access together.
static int64_t getSegmentBytes(const RowPlan &plan, const RowFacts &facts) {
  return kLanes / plan.getLanesPerRow() * plan.vector * facts.elementBytes;
}

/// A plan that keeps whole rows in shared memory, with as wide a segment of
/// neighbouring rows as fits when `blocks` share a multiprocessor; false if
/// that is less than `leastBytes`.
static bool stageAcrossRow(RowPlan &plan, const RowFacts &facts,
                           const RowTarget &target, int64_t blocks,
                           int64_t leastBytes) {
  constexpr int64_t kLeastCopy = 4;
  if (facts.rereadBytes == 0 || plan.vector * facts.elementBytes < kLeastCopy)
    return false;
  RowPlan staged = plan;
  staged.looped = true;
  staged.registers = blocks == 1 ? kStagedElementsAlone : kStagedElements;
  for (int64_t lanes = 1; lanes <= kLanes; lanes *= 2) {
    int64_t share = kStagedShare * lanes / staged.vector;
    staged.warps = std::clamp<int64_t>(
        llvm::PowerOf2Ceil(facts.rowLength / std::max<int64_t>(share, 1)),
        kWarps, blocks == 1 ? kStagedWarpsAlone : kStagedWarps);
    staged.threadsPerRow = lanes * staged.warps;
    int64_t bytes = getSegmentBytes(staged, facts);
    if (bytes > kSegmentBytes)
      continue;
    if (bytes < leastBytes)
      return false;
    staged.staged = staged.getSteps(facts);
    if (getStagedSteps(staged, facts, target, blocks) < staged.staged)
      continue;
    plan = staged;
    return true;
  }
  return false;
}

/// Lanes, warps and registers when lanes run along a parallel dimension: a
/// thread holds as many elements as its registers, and the fewest warps that
/// leave neighbouring lanes wide segments share the rest of the row. Rows that
/// need more are kept in shared memory.
static void planAcrossRow(RowPlan &plan, const RowFacts &facts,
                          const RowTarget &target) {
  int64_t limit = getElementLimit(facts), widest = plan.vector;
  plan.vector = std::min(plan.vector, kAcrossVector);
  plan.threadsPerRow = 1;
  auto elements = [&]() -> int64_t {
    return llvm::divideCeil(facts.rowLength, plan.threadsPerRow) * plan.vector;
  };
  while (elements() > limit && plan.threadsPerRow < facts.rowLength)
    plan.threadsPerRow *= 2;
  plan.registers = llvm::divideCeil(facts.rowLength, plan.threadsPerRow);
  auto fits = [&](int64_t warps, int64_t bytes) {
    plan.warps = warps;
    return plan.threadsPerRow <= warps * kLanes &&
           getSegmentBytes(plan, facts) >= bytes;
  };
  RowPlan staged = plan;
  staged.vector = widest;
  auto stage = [&](int64_t blocks, int64_t bytes) {
    if (!stageAcrossRow(staged, facts, target, blocks, bytes))
      return false;
    plan = staged;
    return true;
  };
  if (isNarrow(facts) &&
      ((plan.threadsPerRow <= kNarrowThreadsAcross &&
        fits(kWarps, 2 * kSectorBytes)) ||
       stage(kLoopedBlocks, 2 * kSectorBytes) ||
       fits(kWarps, 2 * kSectorBytes) || fits(2 * kWarps, kSectorBytes) ||
       stage(1, 2 * kSectorBytes) || stage(kLoopedBlocks, kSectorBytes)))
    return;
  for (int64_t bytes = kSegmentBytes; bytes >= kSectorBytes; bytes /= 2)
    for (int64_t warps = kWarps; warps <= kMaxWarpsPerRow; warps *= 2)
      if (fits(warps, bytes))
        return;
  if (stage(1, kSectorBytes))
    return;
  plan.looped = true;
  plan.warps = plan.threadsPerRow = kMaxWarpsPerRow;
  plan.registers = std::max<int64_t>(kLoopedRegisters / plan.vector, 1);
}

void upweave::completeRowPlan(RowPlan &plan, const RowFacts &facts,
                              const RowTarget &target) {
  int64_t wanted = isNarrow(facts) ? kNarrowElements : kWideRowElements;
  if (!plan.looped)
    plan.rowsPerThread = llvm::PowerOf2Ceil(
        plan.alongRow ? llvm::divideCeil(wanted, plan.registers) : 1);
  auto getBlocks = [&] {
    return static_cast<int64_t>(
        llvm::divideCeil(facts.numRows, plan.getTileRows()));
  };
  // Rows whose number is known at launch only are taken to be many.
  if (facts.numRows != kDynamicSize)
    while (plan.rowsPerThread > 1 && getBlocks() < 2 * target.multiprocessors)
      plan.rowsPerThread /= 2;
  plan.computeSharedBytes(facts);
  while (plan.sharedBytes > target.sharedBytesPerBlock &&
         plan.rowsPerThread > 1) {
    plan.rowsPerThread /= 2;
    plan.computeSharedBytes(facts);
  }
}

/// True if the rows are too few to give every multiprocessor two blocks.
static bool isStarved(const RowPlan &plan, const RowFacts &facts,
                      const RowTarget &target) {
  return facts.numRows != kDynamicSize &&
         facts.numRows * plan.threadsPerRow <
             2 * target.multiprocessors * plan.warps * kLanes;
}

/// Few rows take more threads each, and smaller blocks.
static void spreadFewRows(RowPlan &plan, const RowFacts &facts,
                          const RowTarget &target) {
  while (plan.warps > std::max<int64_t>(plan.getWarpsPerRow(), 2) &&
         isStarved(plan, facts, target))
    plan.warps /= 2;
  while (!plan.looped && isStarved(plan, facts, target) &&
         plan.registers > plan.vector &&
         plan.threadsPerRow < kLanes * kMaxWarpsPerRow) {
    plan.threadsPerRow *= 2;
    plan.registers =
        llvm::divideCeil(std::max<int64_t>(facts.rowLength / plan.vector, 1),
                         plan.threadsPerRow) *
        plan.vector;
    plan.warps = std::max(plan.warps, plan.getWarpsPerRow());
  }
}

RowPlan upweave::planStoredRows(const RowFacts &facts,
                                const RowTarget &target) {
  RowPlan plan;
  plan.alongRow = facts.alongRow;
  plan.vector = facts.maxVector;
  if (facts.alongRow)
    planAlongRow(plan, facts);
  else
    planAcrossRow(plan, facts, target);
  // Narrower vectors across rows make smaller tiles.
  plan.computeSharedBytes(facts);
  while (plan.sharedBytes > target.sharedBytesPerBlock && plan.vector > 1 &&
         !plan.alongRow) {
    plan.vector /= 2;
    planAcrossRow(plan, facts, target);
    plan.computeSharedBytes(facts);
  }
  if (plan.alongRow)
    spreadFewRows(plan, facts, target);
  if (plan.alongRow && plan.looped)
    stageAlongRow(plan, facts, target);
  completeRowPlan(plan, facts, target);
  return plan;
}
