//===- StoredRowsKernel.h - A kernel over stored rows -----------*- C++ -*-===//
// The kernel under construction: StoredRows.cpp composes it, LoopedRows.cpp is
// what it does of rows that registers do not hold.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ROWS_STOREDROWSKERNEL_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ROWS_STOREDROWSKERNEL_H

#include "Emission/BlockTile.h"
#include "Emission/ExpandRegion.h"
#include "Emission/RowWalk.h"

#include "Upweave/Schedule/BlockPlan.h"

namespace upweave {

/// The elements that a reduction is over, 0 for all.
inline int64_t getSampledElements(RowReduceOp op) {
  auto sampled = op->getAttrOfType<mlir::IntegerAttr>(kSampledAttrName);
  return sampled ? sampled.getInt() : 0;
}

/// A tile of rows.
class RowTile : public BlockTile {
public:
  explicit RowTile(std::unique_ptr<RowWalk> rows)
      : BlockTile(*rows), walk(std::move(rows)) {}

  RowWalk &getWalk() { return *walk; }
  /// Enters a step of a row, from `element` on, all of which is within the row
  /// if `isFull`.
  void setFirstElement(mlir::Value element, bool isFull,
                       const RowStage *stage = nullptr,
                       HeldLoads *held = nullptr) {
    walk->setFirstElement(element, isFull);
    enterStep(element, stage, held);
  }

private:
  std::unique_ptr<RowWalk> walk;
};

/// One kernel under construction.
class StoredRowsKernel {
public:
  StoredRowsKernel(LaunchContext &context, BlockOp block, const RowPlan &plan,
                   const RowFacts &facts);

  mlir::LogicalResult emit(int64_t wantedBlocks);

private:
  using StepEmitter =
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange)>;
  /// Steps of a row, from one element to another; null for what is not staged.
  struct Section {
    int64_t begin, end;
    const RowStage *stage;
  };
  /// What a thread has reduced so far of a row, in a few chains.
  struct Accumulator {
    RowReduceOp op;
    int64_t reg;
    llvm::SmallVector<mlir::Value> chains;
  };

  mlir::LogicalResult passOperands();
  void emitTiles();
  void emitTile();
  void prefetch();
  void emitResidentRound(unsigned round);
  void emitLoopedRound(unsigned round);
  void emitResidentStores();
  void emitLoopedStores();
  void createStage();
  void fillStage(RowTile &from);
  void copyNext(mlir::Value element, bool isFull);
  void emitStagedSteps(const RowStage *from, StepEmitter emit);
  void emitStagedStores(StepEmitter emit);
  void loadHeld();
  /// True if the steps that are not staged stay in registers.
  bool holdsRest() const { return !heldSteps.empty(); }
  std::unique_ptr<RowTile> createTile();
  bool fillsAhead() const;
  int64_t getStagedElements() const {
    return std::min(nest.getRowLength(), plan.staged * plan.getTileElements());
  }
  void finishRound(llvm::SmallVector<PartialResult> &partials);
  llvm::SmallVector<mlir::Value> getOwn(RowReduceOp op, int64_t row);
  /// Those of `outs` that have elements at the run of `reg`.
  llvm::SmallVector<unsigned> getStoredAt(int64_t reg,
                                          llvm::ArrayRef<unsigned> outs);
  void storeRun(int64_t reg, llvm::ArrayRef<unsigned> outs);
  llvm::SmallVector<Section> getSections(int64_t sampled) const;
  void reduceSection(const Section &section,
                     llvm::MutableArrayRef<Accumulator> accumulators);
  void waitForStage(const Section &section);
  llvm::SmallVector<mlir::Value>
  emitStep(const Section &section, mlir::Value element, mlir::Operation *before,
           mlir::ValueRange carried, StepEmitter emit,
           HeldLoads *held = nullptr);
  bool mayUnroll(const Section &section, int64_t steps) const;
  void emitSteps(const Section &section, StepEmitter emit,
                 llvm::SmallVector<mlir::Value> &carried);
  llvm::SmallVector<int64_t> getRows(RowReduceOp op) {
    return layout.getRepresentatives(program->getDims(op.getResult()));
  }

  BlockOp block;
  mlir::Location loc;
  RowPlan plan;
  RowNest nest;
  TileLayout layout;
  LaunchBuilder launch;
  EmissionPoints points;
  ThreadNumbers numbers;
  /// The threads that share a tile.
  BarrierScope scope = BarrierScope::block();
  LoopSizes sizes;
  FlatOperand producer;
  llvm::SmallVector<FlatOperand> params, outs;
  std::unique_ptr<RowTile> tile;
  /// The tile that the block takes next, whose rows are copied to the stage
  /// while this one's results are stored, and whether there is one.
  std::unique_ptr<RowTile> nextTile;
  mlir::Value hasNextTile;
  std::unique_ptr<RowStage> stage;
  /// Groups of copies to the stage that may be under way.
  int64_t pendingGroups = 0;
  /// Elements of a row, its first, that a reduction is over; 0 if all are over
  /// all. What is staged of them is a group of copies of its own.
  int64_t sampled = 0;
  /// What was loaded of each step that stays in registers.
  std::vector<HeldLoads> heldSteps;
  std::unique_ptr<RowProgram> program;
  std::unique_ptr<RowReduction> reduction;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ROWS_STOREDROWSKERNEL_H
