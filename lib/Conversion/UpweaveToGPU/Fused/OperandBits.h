//===- OperandBits.h - Elements as products take them -----------*- C++ -*-===//
// Rounds operands and writes pieces of positions and fragments, to packed
// memory and to shared memory alike.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_OPERANDBITS_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_OPERANDBITS_H

#include "Upweave/Schedule/FusedPlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace upweave {

/// The bits that products take of `element`: TF32 rounded to nearest (NaN and
/// infinities stay what they are), else as it is.
inline mlir::Value createOperandBits(mlir::OpBuilder &b, mlir::Location loc,
                                     const AtomInfo &atom,
                                     mlir::Value element) {
  if (atom.roundsToTF32)
    return mlir::NVVM::ConvertFloatToTF32Op::create(
        b, loc, b.getI32Type(), element,
        mlir::NVVM::FPRoundingModeAttr::get(b.getContext(),
                                            mlir::NVVM::FPRoundingMode::RNA));
  return mlir::arith::BitcastOp::create(
      b, loc, b.getIntegerType(atom.elementBytes * 8), element);
}

/// Stores the bits of a piece's elements at `word`, of type index, of a buffer
/// of 32-bit words.
inline void storePiece(mlir::OpBuilder &b, mlir::Location loc,
                       llvm::ArrayRef<mlir::Value> elements, mlir::Value buffer,
                       mlir::Value word) {
  auto type = mlir::VectorType::get({static_cast<int64_t>(elements.size())},
                                    elements.front().getType());
  mlir::Value bits =
      mlir::vector::FromElementsOp::create(b, loc, type, elements);
  auto words = mlir::VectorType::get({kPieceBytes / 4}, b.getI32Type());
  if (type != words)
    bits = mlir::vector::BitCastOp::create(b, loc, words, bits);
  mlir::vector::StoreOp::create(b, loc, bits, buffer, mlir::ValueRange(word),
                                /*nontemporal=*/false,
                                llvm::MaybeAlign(kPieceBytes));
}

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_OPERANDBITS_H
