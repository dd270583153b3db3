//===- ChoosePlan.cpp - Plans where a schedule leaves fields out ----------===//
// Obeys what is written of a schedule and chooses the rest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ChoosePlan.h"

using namespace mlir;
using namespace upweave;

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Sets the written fields of the tile, with the rows and tiles of a small one.
static void applyTile(RowPlan &plan, RowsScheduleAttr written) {
  auto set = [](int64_t &field, int64_t value) {
    if (value)
      field = value;
  };
  set(plan.warps, written.getWarps());
  set(plan.threadsPerRow, written.getLanes());
  set(plan.vector, written.getVector());
  if (int64_t elements = written.getRegisters())
    plan.registers =
        plan.alongRow ? elements : std::max<int64_t>(elements / plan.vector, 1);
  plan.looped = written.getLooped();
  plan.staged = written.getStaged();
  plan.rowsPerThread = plan.tilesPerBlock = 1;
}

llvm::Expected<RowBlock> upweave::chooseRows(RowsScheduleAttr written,
                                             const RowFacts &facts,
                                             const RowTarget &target) {
  RowPlan plan = planStoredRows(facts, target);
  if (written &&
      (written.getWarps() || written.getLanes() || written.getVector() ||
       written.getRegisters() || written.getLooped())) {
    applyTile(plan, written);
    // What is not legal now is not made so, and cannot be divided by.
    plan.computeSharedBytes(facts);
    if (llvm::Error error = plan.verify(facts, target))
      return error;
    completeRowPlan(plan, facts, target);
  }
  if (written && written.getRowsPerThread())
    plan.rowsPerThread = written.getRowsPerThread();
  if (written && written.getTilesPerBlock())
    plan.tilesPerBlock = written.getTilesPerBlock();
  plan.computeSharedBytes(facts);
  int64_t blocks = written ? written.getBlocksPerSM() : 0;
  RowBlock rows{facts, plan, blocks};
  if (llvm::Error error = rows.verify(target))
    return error;
  if (!blocks)
    rows.blocksPerSM = plan.getWantedBlocks(facts, target);
  return rows;
}

//===----------------------------------------------------------------------===//
// Fused kernels
//===----------------------------------------------------------------------===//

/// Takes a written tile's input from where it is faster.
static void chooseInput(FusedPlan &plan, const FusedFacts &facts,
                        const FusedTarget &target) {
  plan.input = FusedInput::Packed;
  plan.complete(facts);
  auto isLegal = [&](const FusedPlan &complete) {
    return !llvm::errorToBool(complete.verify(facts, target));
  };
  if (!isLegal(plan))
    return;
  FusedPlan strided = plan;
  strided.input = FusedInput::Strided;
  strided.complete(facts);
  if (isLegal(strided) && predictFusedCycles(strided, facts, target) <
                              predictFusedCycles(plan, facts, target))
    plan = strided;
}

/// The plan of a written tile.
static FusedPlan completeTile(FusedScheduleAttr written,
                              const FusedFacts &facts,
                              const FusedTarget &target) {
  FusedPlan plan = getFusedTile(written);
  if (written.getInput() == InputStaging::Chosen && isCompletable(plan))
    chooseInput(plan, facts, target);
  else if (isCompletable(plan))
    plan.complete(facts);
  return plan;
}

llvm::Expected<FusedBlock> upweave::chooseFused(FusedScheduleAttr written,
                                                const FusedFacts &facts,
                                                const FusedTarget &target) {
  FusedPlan plan;
  if (written && !written.getBlock().empty()) {
    plan = completeTile(written, facts, target);
  } else {
    llvm::Expected<FusedPlan> found = planFused(
        facts, target, written ? getFusedInput(written) : std::nullopt);
    if (!found)
      return llvm::createStringError("no tile fits: " +
                                     llvm::toString(found.takeError()));
    plan = *found;
    if (written && written.getStages()) {
      plan.stages = written.getStages();
      plan.complete(facts);
    }
  }
  FusedBlock fused{facts, plan, written ? written.getBlocksPerSM() : 0};
  if (llvm::Error error = fused.verify(target))
    return error;
  if (!fused.blocksPerSM)
    fused.blocksPerSM = std::max<int64_t>(
        plan.getBlocksPerSM(target, estimateFusedRegisters(plan, facts)), 1);
  return fused;
}
