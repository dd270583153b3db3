//===- ConvTransposeRewrite.h - Write a raised convolution ------*- C++ -*-===//
// From the facts of a contraction to upweave.conv_transpose.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_RAISE_CONVTRANSPOSEREWRITE_H
#define UPWEAVE_LIB_TRANSFORMS_RAISE_CONVTRANSPOSEREWRITE_H

#include "Upweave/Analysis/ConvTransposeFacts.h"

#include "mlir/IR/Builders.h"

namespace upweave {

/// Builds what `facts` say behind their root, and returns the value that stands
/// for it: the convolution between reshapes of its operands and its result
/// (none where the dims are already its own), plus the init where that is not
/// zero.
mlir::Value createConvTranspose(mlir::OpBuilder &builder,
                                const ConvTransposeFacts &facts);

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_RAISE_CONVTRANSPOSEREWRITE_H
