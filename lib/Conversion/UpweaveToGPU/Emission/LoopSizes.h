//===- LoopSizes.h - Sizes of the loops that a kernel walks --- -*- C++ -*-===//
// On the host, where they make the grid, and in the kernel.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_LOOPSIZES_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_LOOPSIZES_H

#include "Launch/LaunchBuilder.h"

#include "Upweave/Schedule/RowNest.h"

namespace upweave {

/// The sizes of the loops of `nest`, on the host side of `launch` and as the
/// kernel sees them.
struct LoopSizes {
  llvm::SmallVector<mlir::OpFoldResult> inKernel;
  mlir::Value hostRows;
  mlir::Value kernelRows;
};
LoopSizes passLoopSizes(LaunchBuilder &launch, BlockOp block,
                        const RowNest &nest);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_LOOPSIZES_H
