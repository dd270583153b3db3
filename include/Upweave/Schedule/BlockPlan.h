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

/// The schedule that says `plan`, of kind `stored` or `split`.
ScheduleAttr getSchedule(mlir::MLIRContext *context, ScheduleKind kind,
                         const RowPlan &plan);

/// The plan that a schedule of kind `stored` or `split` says; what it leaves
/// out (0) is chosen as planStoredRows would. The error says which number of
/// the schedule is not legal, and why.
llvm::Expected<RowPlan> getRowPlan(ScheduleAttr schedule, const RowFacts &facts,
                                   const RowTarget &target);

/// What of a target row plans depend on.
RowTarget getRowTarget(const TargetDescription &target);

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

/// The schedule of kind `fused` that says `plan`.
ScheduleAttr getSchedule(mlir::MLIRContext *context, const FusedPlan &plan);

/// The plan that a schedule of kind `fused` says; if it leaves out the tile,
/// the predicted best. The error says what is not legal, and why.
llvm::Expected<FusedPlan> getFusedPlan(ScheduleAttr schedule,
                                       const FusedFacts &facts,
                                       const FusedTarget &target);

/// The facts and the plan of a block that was scheduled as `fused`. Fails, with
/// an error at the block, if it cannot be so.
struct FusedBlock {
  FusedFacts facts;
  FusedPlan plan;
};
mlir::FailureOr<FusedBlock> getFusedBlock(BlockOp block);

/// Seconds that `plan` is expected to take for `block` on `target`: what the
/// cost model says, but no less than its tensors take to move once. Nothing if
/// a size is dynamic.
std::optional<double> predictFusedSeconds(BlockOp block,
                                          const FusedFacts &facts,
                                          const FusedPlan &plan,
                                          const TargetDescription &target);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_BLOCKPLAN_H
