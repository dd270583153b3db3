//===- MathExpansion.h - Which math ops have instructions -------*- C++ -*-===//
// What upweave-expand-math leaves and what it rewrites, for those who emit
// kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CONVERSION_MATHEXPANSION_H
#define UPWEAVE_CONVERSION_MATHEXPANSION_H

#include "mlir/IR/Operation.h"

namespace upweave {

/// True if `op` needs no expansion: it is no math op (nor arith.remf), or one
/// that NVPTX has instructions for at this type.
bool hasInstruction(mlir::Operation *op);

/// Replaces a math op (or arith.remf) by arithmetic that only uses ops with
/// instructions; an error by name if there is no expansion for it.
mlir::LogicalResult expandMathOp(mlir::Operation *op);

} // namespace upweave

#endif // UPWEAVE_CONVERSION_MATHEXPANSION_H
