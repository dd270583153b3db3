//===- BlockPlan.h - Plans of blocks and their schedules ----------*- C++
//-*-===//
// Between a block, the facts a plan is made from, the plan, and the schedule
// attribute that records it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_BLOCKPLAN_H
#define UPWEAVE_SCHEDULE_BLOCKPLAN_H

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

/// The target of the module that `op` is in, or the default chip if none is
/// attached. Fails, with an error, if a wrong one is.
mlir::FailureOr<RowTarget> getAttachedRowTarget(mlir::Operation *op);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_BLOCKPLAN_H
