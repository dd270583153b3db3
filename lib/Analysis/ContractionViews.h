//===- ContractionViews.h - A contraction's factors as views ----*- C++ -*-===//
// Over the loops of what it is replaced by.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_ANALYSIS_CONTRACTIONVIEWS_H
#define UPWEAVE_LIB_ANALYSIS_CONTRACTIONVIEWS_H

#include "Upweave/Analysis/ElementView.h"

namespace upweave {

/// root[r] = Σ over the reduction loops of input · filter, with both factors as
/// views over all loops: first one loop for each dim of the root, then the
/// reduction loops.
struct ContractionViews {
  mlir::Value root;
  ElementView input;
  ElementView filter;

  int64_t getNumResultDims() const {
    return mlir::cast<mlir::ShapedType>(root.getType()).getRank();
  }
};

/// The three tensors, as indices of arrays.
enum TensorIndex { kResult = 0, kInput = 1, kFilter = 2 };

} // namespace upweave

#endif // UPWEAVE_LIB_ANALYSIS_CONTRACTIONVIEWS_H
