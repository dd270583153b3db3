//===- Contraction.h - Multiply-and-add over loops --------------*- C++ -*-===//
// Linalg operations whose payload multiplies two elements and adds, and why one
// is no transposed convolution.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_ANALYSIS_CONTRACTION_H
#define UPWEAVE_ANALYSIS_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>
#include <string>

namespace upweave {

/// A factor of a contraction: an operand, and the casts that the payload
/// applies to its elements, first to last.
struct ContractionFactor {
  mlir::OpOperand *operand = nullptr;
  llvm::SmallVector<mlir::Operation *, 1> casts;
};

/// out[...] += a[...] * b[...] over the loops of a linalg operation.
struct Contraction {
  mlir::linalg::LinalgOp op;
  ContractionFactor input;
  ContractionFactor filter;

  /// The operation with a multiply-and-add payload over two tensors, or
  /// nothing. Which factor is the filter is told by the indexing maps: an
  /// input is read at sums of loops.
  static std::optional<Contraction> match(mlir::linalg::LinalgOp op);

  mlir::Value getInit() { return op.getDpsInitOperand(0)->get(); }
  mlir::Value getResult() { return op->getResult(0); }
  /// True for a named convolution and for maps that no matmul has.
  bool isConvolutionLike();
};

/// Why a contraction is not raised: a stable id, and the first condition that
/// failed, with its values.
struct ConvTransposeMismatch {
  std::string id;
  std::string reason;
};

/// True if `value` is +0, -0 or an integer 0.
bool isZeroOfAnySign(mlir::TypedAttr value);

} // namespace upweave

#endif // UPWEAVE_ANALYSIS_CONTRACTION_H
