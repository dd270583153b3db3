//===- ElementViewLinalg.h - Views through linalg operations ----*- C++ -*-===//
// One of the steps of ElementView.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_ANALYSIS_ELEMENTVIEWLINALG_H
#define UPWEAVE_LIB_ANALYSIS_ELEMENTVIEWLINALG_H

#include "Upweave/Analysis/ElementView.h"

namespace upweave::detail {

/// The step through a linalg operation that only moves elements.
mlir::FailureOr<ElementView> stepThroughLinalg(const ElementView &view,
                                               mlir::linalg::LinalgOp op,
                                               mlir::OpResult result,
                                               std::string &whyNot);

} // namespace upweave::detail

#endif // UPWEAVE_LIB_ANALYSIS_ELEMENTVIEWLINALG_H
