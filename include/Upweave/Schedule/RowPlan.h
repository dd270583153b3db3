//===- RowPlan.h - How a stored-rows kernel is tiled ------------*- C++ -*-===//
// Chooses lanes, vectors, registers and warps of a kernel that walks the rows
// of a stored tensor. Pure data: printable, and tested without IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_ROWPLAN_H
#define UPWEAVE_SCHEDULE_ROWPLAN_H

#include "llvm/Support/Error.h"

#include <cstdint>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace upweave {

/// What the plan of a stored-rows kernel depends on.
struct RowFacts {
  /// Elements of a row; 1 without row dimensions.
  int64_t rowLength = 1;
  /// Number of rows; kDynamicSize if known at launch only.
  int64_t numRows = 1;
  /// True if the contiguous direction is along the row, false if it is along a
  /// parallel dimension.
  bool alongRow = true;
  /// The widest access, in elements, along the contiguous direction.
  int64_t maxVector = 1;
  /// Bytes of one element of the producer.
  int64_t elementBytes = 4;
  /// Bytes, for each element of a row, of all operands that every pass over the
  /// row reads again; 0 if there is nothing to keep between passes.
  int64_t rereadBytes = 0;
  /// Bytes of all partial results of one round of reductions, for one row.
  int64_t partialBytes = 0;
  /// Rounds of reductions, each of which needs the one before.
  int64_t rounds = 0;
};

/// The part of a target that the plan depends on (getRowTarget).
struct RowTarget {
  int64_t multiprocessors = 0;
  /// For partial results, which are in static shared memory.
  int64_t sharedBytesPerBlock = 0;
  /// For partial results and staged rows together.
  int64_t stagedBytesPerBlock = 0;
  int64_t sharedBytesPerMultiprocessor = 0;
  int64_t maxWarpsPerBlock = 0;
  int64_t warpsPerMultiprocessor = 0;
};

/// The tiling of a stored-rows kernel. A thread block holds a tile of rows x
/// row elements; each thread has `rowsPerThread` x `registers` of them
/// (times `vector` rows when the vector runs along a parallel dimension).
struct RowPlan {
  bool alongRow = true;
  /// Elements of one access, along the contiguous direction.
  int64_t vector = 1;
  /// Threads that share a row: lanes of a warp up to 32, then whole warps.
  int64_t threadsPerRow = 32;
  /// Row elements that a thread holds at a time.
  int64_t registers = 1;
  /// Rows that a thread holds parts of (groups of `vector` rows when not
  /// along the row).
  int64_t rowsPerThread = 1;
  /// Warps of a thread block.
  int64_t warps = 4;
  /// Row tiles that a thread block takes one after another.
  int64_t tilesPerBlock = 1;
  /// True if a row takes several steps of threadsPerRow * registers elements.
  bool looped = false;
  /// Steps of a looped row that stay in shared memory between the passes. Each
  /// thread reads what it wrote itself, so that no barrier is needed.
  int64_t staged = 0;
  /// Bytes of shared memory for partial results; 0 if no row spans warps.
  int64_t sharedBytes = 0;

  int64_t getLanesPerRow() const;
  int64_t getWarpsPerRow() const;
  /// Rows and row elements of a block's tile.
  int64_t getTileRows() const;
  int64_t getTileElements() const { return threadsPerRow * registers; }
  /// Tile elements a thread holds.
  int64_t getElementsPerThread() const;

  /// Steps that a row takes.
  int64_t getSteps(const RowFacts &facts) const;
  /// Steps that stay in registers between the passes: those that are not
  /// staged, if most are and the others are few.
  int64_t getHeldSteps(const RowFacts &facts) const;
  /// Bytes of shared memory that the staged steps of a tile take.
  int64_t getStagedBytes(const RowFacts &facts) const;
  /// Blocks that a multiprocessor should hold, for which ptxas must do with
  /// fewer registers a thread; 0 for what ptxas chooses.
  int64_t getWantedBlocks(const RowFacts &facts, const RowTarget &target) const;
  /// Elements of a looped row, a multiple of a step's, that LayerNorm takes its
  /// first mean from; 0 for all.
  int64_t getSampledElements(const RowFacts &facts) const;
  /// The bytes of all shared memory of a block.
  int64_t getBlockBytes(const RowFacts &facts) const {
    return sharedBytes + getStagedBytes(facts);
  }

  /// Fails where the plan is illegal for the facts and the target, and says
  /// which number is.
  llvm::Error verify(const RowFacts &facts, const RowTarget &target) const;
  /// The part of verify that is about staged steps.
  llvm::Error verifyStaged(const RowFacts &facts,
                           const RowTarget &target) const;
  /// Fills `sharedBytes` from the rest.
  void computeSharedBytes(const RowFacts &facts);
  void print(llvm::raw_ostream &os) const;
};

/// The plan of a kernel over rows with `facts` on `target`: rows in registers
/// if they fit, 16-byte accesses, several in flight per thread, and enough
/// blocks for every multiprocessor.
RowPlan planStoredRows(const RowFacts &facts, const RowTarget &target);

/// Chooses what a schedule does not say - rows per thread (of a looped plan at
/// most those it has) and tiles per block - for a plan whose other fields are
/// set.
void completeRowPlan(RowPlan &plan, const RowFacts &facts,
                     const RowTarget &target);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_ROWPLAN_H
