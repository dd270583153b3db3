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
  LogicalResult lowered = failure();
  ScheduleAttr schedule = block.getScheduleAttr();
  if (!block.isConv()) {
    lowered = lowerStoredRows(context, block);
  } else if (schedule && schedule.getKind() == ScheduleKind::Fused) {
    lowered = lowerFusedConv(context, block);
  } else if (schedule && schedule.getKind() != ScheduleKind::Direct) {
    return block.emitError("schedule of kind '")
           << stringifyScheduleKind(schedule.getKind())
           << "' reached the lowering: run upweave-split-blocks before "
              "bufferization, or use 'direct'";
  } else if (block.hasCollectives()) {
    return block.emitError(
        "a convolution whose region reduces over rows is not one direct "
        "kernel: give it a schedule of kind 'split' and run "
        "upweave-split-blocks before bufferization");
  } else {
    lowered = lowerDirectConv(context, block);
  }
  if (succeeded(lowered))
    block.erase();
  return lowered;
}
