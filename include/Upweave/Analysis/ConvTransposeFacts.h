//===- ConvTransposeFacts.h - Contractions that are convolutions ---*- C++
//-*-===//
// Finds out whether a contraction, with the views before and after it, is a
// transposed convolution, by enumerating what contributes to what.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_ANALYSIS_CONVTRANSPOSEFACTS_H
#define UPWEAVE_ANALYSIS_CONVTRANSPOSEFACTS_H

#include "Upweave/Analysis/ElementView.h"
#include "Upweave/Geometry/ConvTransposeGeometry.h"

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

/// How a tensor's dims are merged into those of the convolution: a group of
/// consecutive dims becomes one dim, an empty group a new dim of size 1. Empty
/// groups come last.
using DimGroups = llvm::SmallVector<llvm::SmallVector<int64_t, 2>, 5>;

/// Why a contraction is not raised: a stable id, and the first condition that
/// failed, with its values.
struct ConvTransposeMismatch {
  std::string id;
  std::string reason;
};

/// What is known of a contraction that is a transposed convolution.
struct ConvTransposeFacts {
  Contraction contraction;
  /// The last pure view of the contraction's result: what is replaced.
  mlir::Value root;
  /// The operations from the contraction's result to the root.
  llvm::SmallVector<mlir::Operation *> outputViews;
  mlir::Value input;
  mlir::Value filter;
  DimGroups inputGroups;
  DimGroups filterGroups;
  DimGroups resultGroups;
  /// In terms of the grouped dims.
  ConvTransposeGeometry geometry;
  /// The init does not hold zeros: it is to be added.
  bool addsInit = false;
};

/// The facts of `contraction`; what is in its way goes to `mismatch`.
std::optional<ConvTransposeFacts>
analyzeConvTranspose(Contraction contraction, ConvTransposeMismatch &mismatch);

/// True if `value` is +0, -0 or an integer 0.
bool isZeroOfAnySign(mlir::TypedAttr value);

} // namespace upweave

#endif // UPWEAVE_ANALYSIS_CONVTRANSPOSEFACTS_H
