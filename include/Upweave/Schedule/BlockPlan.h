//===- BlockPlan.h - Plans of blocks and their schedules --------*- C++ -*-===//
// Between a block, the facts a plan is made from, the plan, and the schedule
// attribute that records it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_BLOCKPLAN_H
#define UPWEAVE_SCHEDULE_BLOCKPLAN_H

#include "Upweave/Schedule/FusedPlan.h"
#include "Upweave/Schedule/RowNest.h"
#include "Upweave/Schedule/RowPlan.h"
#include "Upweave/Schedule/TargetDescription.h"

#include "llvm/Support/Error.h"

namespace upweave {

/// The nest that a kernel over the rows of `block` walks: without collectives
/// all dimensions are parallel.
RowNest getStoredNest(BlockOp block);

/// What the plan of a kernel over the rows of `block` depends on. For a
/// convolution: of the second kernel of its split.
RowFacts getRowFacts(BlockOp block, const RowNest &nest);

/// The arguments of the region that every pass over a row reads again: those
/// that differ from element to element and that a reduction needs.
llvm::SmallVector<unsigned> getRereadArguments(BlockOp block,
                                               const RowNest &nest);

/// A block over the rows of a stored tensor with its plan.
struct RowBlock {
  RowFacts facts;
  RowPlan plan;
  /// Thread blocks that a multiprocessor is to hold; 0 for what ptxas chooses.
  int64_t blocksPerSM = 0;

  /// What makes it illegal on the target, or nothing.
  llvm::Error verify(const RowTarget &target) const;
};

/// The schedule that says the plan of `rows`.
RowsScheduleAttr getSchedule(mlir::MLIRContext *context, const RowBlock &rows);

/// The facts and the plan of a block on a stored tensor that was scheduled.
/// Nothing is chosen: fails, with an error at the block, if its schedule is not
/// complete or not legal.
mlir::FailureOr<RowBlock> getRowBlock(BlockOp block);

/// Why a schedule that leaves out the field `missing` says no plan.
llvm::Error refuseIncomplete(llvm::StringRef missing);

/// What of a target row plans depend on.
RowTarget getRowTarget(const TargetDescription &target);

/// The atom that multiplies operands of type `element` where `precision` is
/// asked for, or the one that is more accurate; nothing if there is none.
std::optional<AtomKind> getAtom(mlir::Type element, Precision precision);

/// The precision that an atom's products have.
Precision getPrecision(AtomKind atom);

/// The convolution's part of what a fused plan depends on, or nothing if no
/// atom multiplies its elements. The shapes must have been verified.
std::optional<FusedFacts> getConvFacts(const ConvTransposeGeometry &geometry,
                                       mlir::ShapedType input,
                                       mlir::ShapedType filter,
                                       Precision precision);

/// What the plan of a fused kernel of `block`, a convolution, depends on when
/// its products are formed in `precision`. Fails, with the reason, if no fused
/// kernel takes this block.
llvm::Expected<FusedFacts> getFusedFacts(BlockOp block, Precision precision);

/// What of a target fused plans depend on.
FusedTarget getFusedTarget(const TargetDescription &target, AtomKind atom);

/// A convolution and its region in one kernel, with its plan.
struct FusedBlock {
  FusedFacts facts;
  FusedPlan plan;
  /// Thread blocks that a multiprocessor is to hold.
  int64_t blocksPerSM = 1;

  /// What makes it illegal on the target, or nothing.
  llvm::Error verify(const FusedTarget &target) const;
};

/// The schedule that says the plan of `fused`.
FusedScheduleAttr getSchedule(mlir::MLIRContext *context,
                              const FusedBlock &fused);

/// Where a schedule takes the input from, if it says so.
std::optional<FusedInput> getFusedInput(FusedScheduleAttr schedule);

/// What a schedule with a tile says of its plan, before FusedPlan::complete.
FusedPlan getFusedTile(FusedScheduleAttr schedule);

/// False if FusedPlan::complete cannot divide by the tile, which verify
/// refuses.
bool isCompletable(const FusedPlan &plan);

/// What a complete schedule says of a kernel with `facts`. The error says which
/// field is missing or not legal, and why.
llvm::Expected<FusedBlock> readFusedBlock(FusedScheduleAttr schedule,
                                          const FusedFacts &facts,
                                          const FusedTarget &target);

/// The facts and the plan of a block that was scheduled as one fused kernel.
/// Nothing is chosen: fails, with an error at the block, if its schedule is not
/// complete or not legal.
mlir::FailureOr<FusedBlock> getFusedBlock(BlockOp block);

/// Seconds that `plan` is expected to take on `target`: what the cost model
/// says, but no less than `tensors`, all that it reads and writes, take to move
/// once. Nothing if a size is dynamic.
std::optional<double> predictFusedSeconds(mlir::TypeRange tensors,
                                          const FusedFacts &facts,
                                          const FusedPlan &plan,
                                          const TargetDescription &target);

/// What a fused kernel of `block` reads and writes, but for what is packed.
llvm::SmallVector<mlir::Type> getMovedTypes(BlockOp block);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_BLOCKPLAN_H
