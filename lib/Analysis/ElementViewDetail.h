//===- ElementViewDetail.h - Shared by the steps of ElementView -*- C++ -*-===//
// Helpers that build the view after a step.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_ANALYSIS_ELEMENTVIEWDETAIL_H
#define UPWEAVE_LIB_ANALYSIS_ELEMENTVIEWDETAIL_H

#include "Upweave/Analysis/ElementView.h"

#include "llvm/ADT/Twine.h"

namespace upweave::detail {

/// Records why a step fails.
mlir::LogicalResult giveUp(std::string &whyNot, const llvm::Twine &reason);

/// `view` with its guards, but of `source` at `coords`.
ElementView withSource(const ElementView &view, mlir::Value source,
                       llvm::ArrayRef<IndexExpr> coords);

/// The view whose every source element is `value`; fails where a guard makes
/// other elements differ from it.
mlir::FailureOr<ElementView> withConstant(const ElementView &view,
                                          mlir::TypedAttr value,
                                          std::string &whyNot);

/// Fails where `view` has gaps of another value than `fill`, which a step is
/// about to fill new ones with.
mlir::LogicalResult checkFill(const ElementView &view, mlir::TypedAttr fill,
                              std::string &whyNot);

} // namespace upweave::detail

#endif // UPWEAVE_LIB_ANALYSIS_ELEMENTVIEWDETAIL_H
