//===- BlockToGPU.cpp - Kernels of blocks ---------------------------------===//
// Chooses the kernel that a block's schedule says.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BlockToGPU.h"

#include "Elementwise/DirectConv.h"
#include "Fused/FusedConv.h"
#include "Rows/StoredRows.h"

using namespace mlir;
using namespace upweave;

LogicalResult upweave::lowerBlock(LaunchContext &context, BlockOp block) {
  if (block.hasTensorSemantics())
    return block.emitError("works on tensors; bufferize before lowering");
  ScheduleAttr schedule = block.getScheduleAttr();
  if (!schedule)
    return block.emitError("has no schedule: run upweave-select-schedule, "
                           "which chooses one, before lowering");
  if (isa<SplitScheduleAttr>(schedule))
    return block.emitError(
        "schedule #upweave.split reached the lowering: run "
        "upweave-split-blocks before bufferization, or use #upweave.direct");
  if (isa<DirectScheduleAttr>(schedule) && block.hasCollectives())
    return block.emitError(
        "a convolution whose region reduces over rows is not one direct "
        "kernel: give it the schedule #upweave.split and run "
        "upweave-split-blocks before bufferization");
  LogicalResult lowered =
      isa<RowsScheduleAttr>(schedule)    ? lowerStoredRows(context, block)
      : isa<FusedScheduleAttr>(schedule) ? lowerFusedConv(context, block)
                                         : lowerDirectConv(context, block);
  if (succeeded(lowered))
    block.erase();
  return lowered;
}
