//===- PackToGPU.h - The kernels that pack operands ----------- -*- C++ -*-===//
// What upweave.pack becomes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKTOGPU_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKTOGPU_H

#include "Launch/LaunchBuilder.h"

#include "Upweave/IR/Upweave.h"

namespace upweave {

/// Replaces a packing of operands by its kernel and the launch of it.
mlir::LogicalResult lowerPack(LaunchContext &context, PackOp op);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKTOGPU_H
