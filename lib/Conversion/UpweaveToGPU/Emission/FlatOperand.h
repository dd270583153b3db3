//===- FlatOperand.h - A buffer as a kernel addresses it --------*- C++ -*-===//
// An operand of a block as elements from its base pointer, with a step for each
// loop of the block's nest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_FLATOPERAND_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_FLATOPERAND_H

#include "Launch/LaunchBuilder.h"

#include "Upweave/Schedule/RowNest.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/Alignment.h"

namespace upweave {

/// A buffer as a kernel addresses it: elements from its base pointer.
struct FlatOperand {
  const NestOperand *facts = nullptr;
  /// memref<?xT> at the base pointer, or the value of a scalar operand.
  mlir::Value buffer;
  mlir::OpFoldResult offset;
  /// Elements per step of each loop of the nest.
  llvm::SmallVector<mlir::OpFoldResult, 6> steps;
  /// Elements of one access.
  int64_t vector = 1;

  mlir::Type getElementType() const {
    return mlir::getElementTypeOrSelf(buffer.getType());
  }
  /// The alignment of an access of `width` elements.
  llvm::MaybeAlign getAlignment(int64_t width) const {
    return llvm::MaybeAlign(width * facts->elementBits / 8);
  }

  /// Passes `operand` of `block` to the kernel of `launch` and takes its steps
  /// apart by `map`, from the block's domain.
  static mlir::FailureOr<FlatOperand>
  pass(LaunchBuilder &launch, BlockOp block, mlir::Value operand,
       mlir::AffineMap map, const RowNest &nest, const NestOperand &facts,
       Access access);
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_FLATOPERAND_H
