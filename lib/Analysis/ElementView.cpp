//===- ElementView.cpp - One element as a view of another tensor ----------===//
// Building, evaluating and converting views; steps are in ElementViewStep.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Analysis/ElementView.h"

#include "Upweave/Geometry/Sizes.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace upweave {

ElementView ElementView::getIdentity(Value tensor) {
  ElementView view;
  view.source = tensor;
  llvm::append_range(view.extents,
                     cast<ShapedType>(tensor.getType()).getShape());
  for (size_t dim = 0; dim < view.extents.size(); ++dim)
    view.coords.push_back(IndexExpr::getLoop(dim));
  return view;
}

std::optional<ElementView> ElementView::get(ArrayRef<int64_t> extents,
                                            Value source, AffineMap map) {
  SmallVector<IndexExpr> loops;
  for (size_t loop = 0; loop < extents.size(); ++loop)
    loops.push_back(IndexExpr::getLoop(loop));
  return getLinalgOperandView(extents, source, map, loops);
}

bool ElementView::fits() const {
  return llvm::all_of(coords,
                      [&](const IndexExpr &e) { return e.fits(extents); }) &&
         llvm::all_of(guards, [&](const Guard &guard) {
           return guard.expr.fits(extents);
         });
}

bool ElementView::evaluate(ArrayRef<int64_t> loops,
                           MutableArrayRef<int64_t> result) const {
  for (const Guard &guard : guards)
    if (!guard.holds(loops))
      return false;
  for (auto [coord, value] : llvm::zip_equal(coords, result))
    value = coord.evaluate(loops);
  return true;
}

ElementView ElementView::substitute(ArrayRef<IndexExpr> replacements,
                                    ArrayRef<int64_t> newExtents) const {
  ElementView view;
  view.extents.assign(newExtents.begin(), newExtents.end());
  view.source = source;
  view.fill = fill;
  for (const IndexExpr &coord : coords)
    view.coords.push_back(coord.substitute(replacements, newExtents));
  for (const Guard &guard : guards)
    view.addGuard(guard.expr.substitute(replacements, newExtents), guard.kind);
  return view;
}

void ElementView::addGuard(const IndexExpr &expr, Guard::Kind kind) {
  if (isConstant())
    return;
  IndexRange range = expr.getRange(extents);
  bool isZero = kind == Guard::Kind::Zero;
  bool refuted = range.high < 0 || (isZero && range.low > 0);
  bool proven = range.low >= 0 && (!isZero || range.high == 0);
  if (refuted) {
    source = Value();
    coords.clear();
    guards.clear();
    return;
  }
  Guard guard{expr, kind};
  if (!proven && !llvm::is_contained(guards, guard))
    guards.push_back(guard);
}

/// `expr` as a dim, 0 or a linearised group of dims, or null.
static AffineExpr getOperandMapResult(const IndexExpr &expr,
                                      ArrayRef<int64_t> extents,
                                      MLIRContext *context) {
  if (!expr.isValid() || expr.getConstantPart() != 0)
    return nullptr;
  SmallVector<IndexExpr::Term> digits;
  for (const IndexExpr::Term &term : expr.getTerms()) {
    if (term.kind != IndexExpr::AtomKind::Loop)
      return nullptr;
    if (extents[term.operand] != 1)
      digits.push_back(term);
  }
  llvm::sort(digits, [](const IndexExpr::Term &a, const IndexExpr::Term &b) {
    return a.factor < b.factor;
  });
  AffineExpr sum = getAffineConstantExpr(0, context);
  int64_t expected = 1;
  for (const IndexExpr::Term &term : digits) {
    if (term.factor != expected)
      return nullptr;
    sum = getAffineDimExpr(term.operand, context) * term.factor + sum;
    // A digit above one of unknown size cannot be in place.
    int64_t extent = extents[term.operand];
    expected = multiplySizes(expected, extent);
  }
  return sum;
}

std::optional<AffineMap>
ElementView::getAsOperandMap(MLIRContext *context) const {
  if (isConstant() || isGuarded())
    return std::nullopt;
  SmallVector<AffineExpr> results;
  for (const IndexExpr &coord : coords) {
    AffineExpr result = getOperandMapResult(coord, extents, context);
    if (!result)
      return std::nullopt;
    results.push_back(result);
  }
  return AffineMap::get(extents.size(), /*symbolCount=*/0, results, context);
}

bool ElementView::operator==(const ElementView &other) const {
  return source == other.source && fill == other.fill &&
         extents == other.extents && coords == other.coords &&
         guards == other.guards;
}

llvm::hash_code hash_value(const ElementView &view) {
  llvm::hash_code hash = llvm::hash_combine(
      view.source, view.fill,
      llvm::hash_combine_range(view.extents.begin(), view.extents.end()));
  for (const IndexExpr &coord : view.coords)
    hash = llvm::hash_combine(hash, hash_value(coord));
  for (const Guard &guard : view.guards)
    hash = llvm::hash_combine(hash, hash_value(guard.expr));
  return hash;
}

void ElementView::print(llvm::raw_ostream &os) const {
  llvm::ListSeparator separator(" and ");
  for (const Guard &guard : guards) {
    os << separator;
    guard.expr.print(os);
    os << (guard.kind == Guard::Kind::Zero ? " == 0" : " >= 0");
  }
  if (isGuarded())
    os << " ? ";
  if (isConstant()) {
    os << fill;
    return;
  }
  os << "source[";
  llvm::ListSeparator comma;
  for (const IndexExpr &coord : coords) {
    os << comma;
    coord.print(os);
  }
  os << "]";
  if (isGuarded())
    os << " : " << fill;
}

std::optional<SmallVector<std::optional<IndexExpr>>>
getIterationIndices(const ElementView &view, linalg::LinalgOp op,
                    OpResult result) {
  AffineMap map = op.getIndexingMapMatchingResult(result);
  if (!map.isProjectedPermutation() ||
      map.getNumResults() != view.coords.size())
    return std::nullopt;
  SmallVector<std::optional<IndexExpr>> iteration(op.getNumLoops());
  for (auto [expr, coord] : llvm::zip_equal(map.getResults(), view.coords))
    iteration[cast<AffineDimExpr>(expr).getPosition()] = coord;
  return iteration;
}

std::optional<ElementView> getLinalgOperandView(ArrayRef<int64_t> extents,
                                                Value source, AffineMap map,
                                                ArrayRef<IndexExpr> iteration) {
  ElementView view;
  view.source = source;
  view.extents.assign(extents.begin(), extents.end());
  for (AffineExpr result : map.getResults()) {
    std::optional<IndexExpr> coord = IndexExpr::get(result, iteration, extents);
    if (!coord)
      return std::nullopt;
    view.coords.push_back(*coord);
  }
  if (!view.fits())
    return std::nullopt;
  return view;
}

} // namespace upweave
