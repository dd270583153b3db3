//===- FusedConv.h - A convolution with its region ------------ -*- C++ -*-===//
// What a convolution whose schedule is `fused` becomes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_FUSEDCONV_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_FUSEDCONV_H

#include "Launch/LaunchBuilder.h"

#include "Upweave/IR/Upweave.h"

namespace upweave {

/// The kernel of a convolution and its region, over operands that
/// upweave-pack-operands added.
mlir::LogicalResult lowerFusedConv(LaunchContext &context, BlockOp block);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_FUSEDCONV_H
