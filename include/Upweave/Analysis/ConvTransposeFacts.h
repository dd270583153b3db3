//===- ConvTransposeFacts.h - Contractions as convolutions ------*- C++ -*-===//
// Finds out whether a contraction, with the views before and after it, is a
// transposed convolution, by enumerating what contributes to what.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_ANALYSIS_CONVTRANSPOSEFACTS_H
#define UPWEAVE_ANALYSIS_CONVTRANSPOSEFACTS_H

#include "Upweave/Analysis/Contraction.h"
#include "Upweave/Geometry/ConvTransposeGeometry.h"

#include <optional>

namespace upweave {

/// How a tensor's dims are merged into those of the convolution: a group of
/// consecutive dims becomes one dim, an empty group a new dim of size 1. Empty
/// groups come last.
using DimGroups = llvm::SmallVector<llvm::SmallVector<int64_t, 2>, 5>;

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

} // namespace upweave

#endif // UPWEAVE_ANALYSIS_CONVTRANSPOSEFACTS_H
