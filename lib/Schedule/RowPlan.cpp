//===- RowPlan.cpp - How a stored-rows kernel is tiled --------------------===//
// The rules that choose a plan, and those that a hand-written one must keep.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/RowPlan.h"

#include "Upweave/Geometry/ConvTransposeGeometry.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <utility>

using namespace upweave;

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
/// before they are short of bandwidth: more elements a thread are fewer shuffles.
static constexpr int64_t kScalarElements = 8, kNarrowElements = 32;
/// Elements that a thread should hold by taking several rows.
static constexpr int64_t kWideRowElements = 4;
/// Row elements of a thread when its row is looped over, and the warps it then
/// takes: the rows under way are few enough for the L2 cache, which the passes
/// after the first read.
static constexpr int64_t kLoopedRegisters = 32;
static constexpr int64_t kWideLoopedWarps = 32, kNarrowLoopedWarps = 16;
/// Warps of a row beyond which a row is looped over instead.
static constexpr int64_t kMaxWarpsPerRow = 16;
/// Warps of a block: few, so that a barrier holds up little.
static constexpr int64_t kWarps = 4;
/// Elements of an access across rows: wider ones need more threads per row.
static constexpr int64_t kAcrossVector = 4;
/// Bytes of a memory sector: neighbouring lanes fill at least one.
static constexpr int64_t kSectorBytes = 32;

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

void RowPlan::computeSharedBytes(const RowFacts &facts) {
  sharedBytes = 0;
  if (getWarpsPerRow() > 1)
    sharedBytes =
        facts.rounds * facts.partialBytes * getTileRows() * getWarpsPerRow();
}

std::optional<std::string> RowPlan::verify(const RowFacts &facts,
                                           const RowTarget &target) const {
  auto message = [](const llvm::Twine &text) { return text.str(); };
  if (warps < 1 || warps > target.maxWarpsPerBlock ||
      !llvm::isPowerOf2_64(warps))
    return message("warps = " + llvm::Twine(warps) +
                   " must be a power of two of at most " +
                   llvm::Twine(target.maxWarpsPerBlock));
  if (!llvm::isPowerOf2_64(threadsPerRow) || getLanesPerRow() > kLanes ||
      getWarpsPerRow() > warps)
    return message("lanes = " + llvm::Twine(threadsPerRow) +
                   " must be a power of two of at most " +
                   llvm::Twine(warps * kLanes) + ", the threads of " +
                   llvm::Twine(warps) + " warps");
  if (vector < 1 || facts.maxVector % vector != 0)
    return message("vector = " + llvm::Twine(vector) +
                   " must divide the widest access that extents and "
                   "alignment allow, which is of " +
                   llvm::Twine(facts.maxVector) + " elements");
  if (rowsPerThread < 1 || tilesPerBlock < 1)
    return message("tile = [" + llvm::Twine(rowsPerThread) + ", " +
                   llvm::Twine(tilesPerBlock) +
                   "] (rows per thread, tiles per block) must be positive");
  if (registers < 1 || (alongRow && registers % vector != 0))
    return message(
        "registers = " + llvm::Twine(registers) +
        " must be a positive multiple of vector = " + llvm::Twine(vector));
  if (!looped && getTileElements() < facts.rowLength)
    return message("lanes * registers = " + llvm::Twine(getTileElements()) +
                   " elements do not hold a row of " +
                   llvm::Twine(facts.rowLength) + ": raise them or set looped");
  if (getElementsPerThread() > kMaxElements)
    return message("registers and rows make " +
                   llvm::Twine(getElementsPerThread()) +
                   " elements per thread, " + llvm::Twine(kMaxElements) +
                   " is the most that fit 255 registers");
  if (sharedBytes > target.sharedBytesPerBlock)
    return message("needs " + llvm::Twine(sharedBytes) +
                   " bytes of shared memory, a block has " +
                   llvm::Twine(target.sharedBytesPerBlock));
  return std::nullopt;
}

void RowPlan::print(llvm::raw_ostream &os) const {
  os << (alongRow ? "along rows" : "across rows") << ", vector " << vector
     << ", " << threadsPerRow << " threads per row, " << registers
     << " registers" << (looped ? " looped" : "") << ", " << rowsPerThread
     << " rows per thread, " << warps << " warps, " << tilesPerBlock
     << " tiles per block, " << sharedBytes << " bytes shared";
}

/// True for elements of 16 bits and less.
static bool isNarrow(const RowFacts &facts) { return facts.elementBytes <= 2; }

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
  while (perThread() > limit && plan.threadsPerRow < kLanes * kMaxWarpsPerRow)
    plan.threadsPerRow *= 2;
  plan.warps = std::max(kWarps, plan.getWarpsPerRow());
  plan.registers = perThread();
  plan.looped = plan.registers > limit;
  if (!plan.looped)
    return;
  plan.registers =
      std::max(kLoopedRegisters / plan.vector, int64_t(1)) * plan.vector;
  plan.warps = isNarrow(facts) ? kNarrowLoopedWarps : kWideLoopedWarps;
  plan.threadsPerRow = kLanes * plan.warps;
}

/// Bytes that neighbouring lanes of a plan across rows access together.
static int64_t getSegmentBytes(const RowPlan &plan, const RowFacts &facts) {
  return kLanes / plan.getLanesPerRow() * plan.vector * facts.elementBytes;
}

/// Lanes, warps and registers when lanes run along a parallel dimension: a
/// thread holds as many elements as its registers, and the fewest warps that
/// leave neighbouring lanes two sectors, or one, share the rest of the row.
static void planAcrossRow(RowPlan &plan, const RowFacts &facts) {
  int64_t limit = getElementLimit(facts);
  plan.vector = std::min(plan.vector, kAcrossVector);
  plan.threadsPerRow = 1;
  auto elements = [&]() -> int64_t {
    return llvm::divideCeil(facts.rowLength, plan.threadsPerRow) * plan.vector;
  };
  while (elements() > limit && plan.threadsPerRow < facts.rowLength)
    plan.threadsPerRow *= 2;
  plan.registers = llvm::divideCeil(facts.rowLength, plan.threadsPerRow);
  constexpr std::pair<int64_t, int64_t> kChoices[] = {
      {kWarps, 2 * kSectorBytes},
      {2 * kWarps, 2 * kSectorBytes},
      {2 * kWarps, kSectorBytes},
      {kMaxWarpsPerRow, kSectorBytes}};
  for (auto [warps, bytes] : kChoices) {
    plan.warps = warps;
    if (plan.threadsPerRow <= warps * kLanes &&
        getSegmentBytes(plan, facts) >= bytes)
      return;
  }
  plan.looped = true;
  plan.warps = plan.threadsPerRow = kMaxWarpsPerRow;
  plan.registers = std::max<int64_t>(kLoopedRegisters / plan.vector, 1);
}

void upweave::completeRowPlan(RowPlan &plan, const RowFacts &facts,
                              const RowTarget &target) {
  int64_t wanted = isNarrow(facts) ? kNarrowElements : kWideRowElements;
  plan.rowsPerThread = llvm::PowerOf2Ceil(
      plan.alongRow ? llvm::divideCeil(wanted, plan.registers) : 1);
  plan.tilesPerBlock = 1;
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
    planAcrossRow(plan, facts);
  // Narrower vectors across rows make smaller tiles.
  plan.computeSharedBytes(facts);
  while (plan.sharedBytes > target.sharedBytesPerBlock && plan.vector > 1 &&
         !plan.alongRow) {
    plan.vector /= 2;
    planAcrossRow(plan, facts);
    plan.computeSharedBytes(facts);
  }
  if (plan.alongRow)
    spreadFewRows(plan, facts, target);
  completeRowPlan(plan, facts, target);
  return plan;
}
