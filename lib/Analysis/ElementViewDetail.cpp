//===- ElementViewDetail.cpp - Shared by the steps of ElementView ---------===//
// Views of another source, and of a constant.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ElementViewDetail.h"

using namespace mlir;

namespace upweave {

LogicalResult detail::giveUp(std::string &whyNot, const Twine &reason) {
  whyNot = reason.str();
  return failure();
}

ElementView detail::withSource(const ElementView &view, Value source,
                               ArrayRef<IndexExpr> coords) {
  ElementView result = view;
  result.source = source;
  result.coords.assign(coords.begin(), coords.end());
  for (IndexExpr &coord : result.coords)
    coord = coord.joinDigits(view.extents);
  return result;
}

LogicalResult detail::checkFill(const ElementView &view, TypedAttr fill,
                                std::string &whyNot) {
  if (view.isGuarded() && view.fill != fill)
    return giveUp(whyNot, "two different constants fill the gaps");
  return success();
}

FailureOr<ElementView> detail::withConstant(const ElementView &view,
                                            TypedAttr value,
                                            std::string &whyNot) {
  if (failed(checkFill(view, value, whyNot)))
    return failure();
  ElementView result;
  result.extents = view.extents;
  result.fill = value;
  return result;
}

} // namespace upweave
