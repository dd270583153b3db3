//===- BlockToGPU.h - Kernels of blocks ---------------------------*- C++
//-*-===//
// The kernels that upweave.block becomes: rows of a stored tensor, the fused
// and the direct convolution.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CONVERSION_UPWEAVETOGPU_BLOCKTOGPU_H
#define UPWEAVE_CONVERSION_UPWEAVETOGPU_BLOCKTOGPU_H

#include "Upweave/Conversion/LaunchBuilder.h"
#include "Upweave/Schedule/BlockPlan.h"

namespace upweave {

/// Replaces a block on memrefs by its kernel and the launch of it. Fails, with
/// an error at the block, if its schedule is not legal for it or is of a kind
/// that takes several kernels (`split` blocks must have been split before).
mlir::LogicalResult lowerBlock(LaunchContext &context, BlockOp block);

/// The kernel of a block on a stored tensor, tiled by `plan`.
mlir::LogicalResult lowerStoredRows(LaunchContext &context, BlockOp block,
                                    const RowPlan &plan,
                                    const RowTarget &target);

/// The kernel of a convolution whose region has no collective: a thread an
/// output element, each over the taps of its own phase.
mlir::LogicalResult lowerDirectConv(LaunchContext &context, BlockOp block);

/// The kernel of a convolution and its region, over operands that
/// upweave-pack-operands added.
mlir::LogicalResult lowerFusedConv(LaunchContext &context, BlockOp block);

/// Replaces a packing of operands by its kernel and the launch of it.
mlir::LogicalResult lowerPack(LaunchContext &context, PackOp op);

/// The sizes of the loops of `nest`, on the host side of `launch` and as the
/// kernel sees them.
struct LoopSizes {
  llvm::SmallVector<mlir::OpFoldResult> inKernel;
  mlir::Value hostRows;
  mlir::Value kernelRows;
};
LoopSizes passLoopSizes(LaunchBuilder &launch, BlockOp block,
                        const RowNest &nest);

/// `value` / `divisor`, rounded up, of host indices.
mlir::Value createCeilDiv(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value value, int64_t divisor);

} // namespace upweave

#endif // UPWEAVE_CONVERSION_UPWEAVETOGPU_BLOCKTOGPU_H
