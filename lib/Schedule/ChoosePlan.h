//===- ChoosePlan.h - Plans where a schedule leaves fields out --*- C++ -*-===//
// Completes what is written of a schedule by searching plans. For selection
// alone: what runs after it reads complete schedules (BlockPlan.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SCHEDULE_CHOOSEPLAN_H
#define UPWEAVE_LIB_SCHEDULE_CHOOSEPLAN_H

#include "Upweave/Schedule/BlockPlan.h"

namespace upweave {

/// The plan of a kernel over rows with `facts`: of the fields that `written`
/// (may be null) has, the others chosen as planStoredRows would. The error says
/// which number is not legal, and why.
llvm::Expected<RowBlock> chooseRows(RowsScheduleAttr written,
                                    const RowFacts &facts,
                                    const RowTarget &target);

/// The plan of a fused kernel with `facts`: of the fields that `written` (may
/// be null) has, the others by least predicted time. The error says what is not
/// legal, and why, or why no tile fits.
llvm::Expected<FusedBlock> chooseFused(FusedScheduleAttr written,
                                       const FusedFacts &facts,
                                       const FusedTarget &target);

} // namespace upweave

#endif // UPWEAVE_LIB_SCHEDULE_CHOOSEPLAN_H
