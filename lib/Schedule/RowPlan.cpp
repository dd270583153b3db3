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

using namespace upweave;

static constexpr int64_t kLanes = 32;
/// Values that a thread may keep for its part of a row, so that with
/// addresses and temporaries nothing spills at 16 warps (128 registers).
static constexpr int64_t kMaxValues = 80;
/// Tile elements that a thread may hold; 255 registers hold no more.
static constexpr int64_t kMaxElements = 128;
/// Row elements of a thread when its row is looped over.
static constexpr int64_t kLoopedRegisters = 16;
/// Warps of a row beyond which a row is looped over instead.
static constexpr int64_t kMaxWarpsPerRow = 16;
/// Warps of a block that has rows enough.
static constexpr int64_t kWarps = 8;
/// Accesses of one operand that a thread should have in flight.
static constexpr int64_t kAccessesInFlight = 4;
/// The most accesses of a thread before its row is given more threads.
static constexpr int64_t kMaxAccesses = 8;
/// Elements of a thread whose vectors lie across rows.
static constexpr int64_t kAcrossElements = 32;
/// Bytes of a memory sector: neighbouring lanes fill at least one.
static constexpr int64_t kSectorBytes = 32;
/// Row tiles a block takes when there are plenty, so that what it loads once
/// (values that vary along the row only) is used often.
static constexpr int64_t kTilesPerBlock = 4;
/// Blocks per multiprocessor to leave before blocks take several tiles.
static constexpr int64_t kBlocksPerMultiprocessor = 16;

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

/// The share of a row that a thread may keep in registers.
static int64_t getRegisterLimit(const RowFacts &facts) {
  return kMaxValues / std::max<int64_t>(facts.valuesPerElement, 1);
}

/// Lanes and registers when lanes run along the row.
static void planAlongRow(RowPlan &plan, const RowFacts &facts) {
  int64_t chunks = std::max<int64_t>(facts.rowLength / plan.vector, 1);
  int64_t limit = std::max(getRegisterLimit(facts), plan.vector);
  int64_t preferred =
      std::min(limit, std::max(kMaxAccesses * plan.vector, kLoopedRegisters));
  plan.threadsPerRow = std::min<int64_t>(kLanes, llvm::PowerOf2Ceil(chunks));
  auto perThread = [&]() -> int64_t {
    return llvm::divideCeil(chunks, plan.threadsPerRow) * plan.vector;
  };
  while (perThread() > preferred && plan.threadsPerRow < kLanes * kWarps)
    plan.threadsPerRow *= 2;
  while (perThread() > limit && plan.threadsPerRow < kLanes * kMaxWarpsPerRow)
    plan.threadsPerRow *= 2;
  plan.warps = std::max(kWarps, plan.getWarpsPerRow());
  plan.registers = perThread();
  plan.looped = plan.registers > limit;
  if (plan.looped)
    plan.registers =
        std::max(std::min(limit, kLoopedRegisters) / plan.vector, int64_t(1)) *
        plan.vector;
}

/// Lanes, warps and registers when lanes run along a parallel dimension. A
/// row is spread over warps first, then over lanes as long as the others fill
/// sectors; narrower accesses come in between.
static void planAcrossRow(RowPlan &plan, const RowFacts &facts) {
  int64_t limit = std::min(getRegisterLimit(facts), kAcrossElements);
  auto elements = [&]() -> int64_t {
    return llvm::divideCeil(facts.rowLength, plan.threadsPerRow) * plan.vector;
  };
  plan.threadsPerRow = 1;
  while (elements() > limit && plan.threadsPerRow < kMaxWarpsPerRow &&
         plan.threadsPerRow < facts.rowLength)
    plan.threadsPerRow *= 2;
  plan.warps = std::max(kWarps, plan.threadsPerRow);
  while (elements() > limit &&
         plan.vector * facts.elementBytes * kLanes > 2 * kSectorBytes &&
         plan.vector > 1)
    plan.vector /= 2;
  while (elements() > limit && plan.threadsPerRow < facts.rowLength &&
         plan.vector * facts.elementBytes * kLanes >
             kSectorBytes * plan.threadsPerRow / plan.warps &&
         plan.threadsPerRow / plan.warps < kLanes / 4)
    plan.threadsPerRow *= 2;
  plan.registers = llvm::divideCeil(facts.rowLength, plan.threadsPerRow);
  plan.looped = elements() > limit;
  if (plan.looped)
    plan.registers = std::max<int64_t>(kLoopedRegisters / plan.vector, 1);
}

void upweave::completeRowPlan(RowPlan &plan, const RowFacts &facts,
                              const RowTarget &target) {
  int64_t accesses =
      plan.alongRow ? plan.registers / plan.vector : plan.registers;
  plan.rowsPerThread =
      std::max<int64_t>(kAccessesInFlight / std::max<int64_t>(accesses, 1), 1);
  plan.tilesPerBlock = 1;
  auto getBlocks = [&] {
    return static_cast<int64_t>(
        llvm::divideCeil(facts.numRows, plan.getTileRows()));
  };
  // Rows whose number is known at launch only are taken to be many.
  if (facts.numRows != kDynamicSize)
    while (plan.rowsPerThread > 1 && getBlocks() < 2 * target.multiprocessors)
      plan.rowsPerThread /= 2;
  bool plenty = facts.numRows == kDynamicSize ||
                getBlocks() >= kTilesPerBlock * kBlocksPerMultiprocessor *
                                   target.multiprocessors;
  if (plenty && facts.valuesPerElement > 1 && !plan.looped)
    plan.tilesPerBlock = kTilesPerBlock;
  plan.computeSharedBytes(facts);
  while (plan.sharedBytes > target.sharedBytesPerBlock &&
         plan.rowsPerThread > 1) {
    plan.rowsPerThread /= 2;
    plan.computeSharedBytes(facts);
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
  while (plan.warps > std::max<int64_t>(plan.getWarpsPerRow(), 2) &&
         facts.numRows != kDynamicSize && plan.alongRow &&
         facts.numRows * plan.threadsPerRow <
             2 * target.multiprocessors * plan.warps * kLanes)
    plan.warps /= 2;
  completeRowPlan(plan, facts, target);
  return plan;
}
