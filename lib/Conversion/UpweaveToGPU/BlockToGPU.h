//===- BlockToGPU.h - Kernels of blocks ----------------------- -*- C++ -*-===//
// Chooses the kernel that a block's schedule says.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_BLOCKTOGPU_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_BLOCKTOGPU_H

#include "Launch/LaunchBuilder.h"

#include "Upweave/IR/Upweave.h"

namespace upweave {

/// Replaces a block on memrefs by its kernel and the launch of it. Fails, with
/// an error at the block, if its schedule is not legal for it or is of a kind
/// that takes several kernels (`split` blocks must have been split before).
mlir::LogicalResult lowerBlock(LaunchContext &context, BlockOp block);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_BLOCKTOGPU_H
