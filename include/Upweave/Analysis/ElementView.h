//===- ElementView.h - One element as a view of another tensor --*- C++ -*-===//
// What an element of a tensor is in terms of a tensor that it came from,
// through slices, padding, reshapes, transposes and gathers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_ANALYSIS_ELEMENTVIEW_H
#define UPWEAVE_ANALYSIS_ELEMENTVIEW_H

#include "Upweave/Analysis/IndexExpr.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

#include <string>
#include <vector>

namespace upweave {

/// A condition on the loops: `expr >= 0`, or `expr == 0`.
struct Guard {
  enum class Kind { NonNegative, Zero };

  IndexExpr expr;
  Kind kind = Kind::NonNegative;

  bool holds(llvm::ArrayRef<int64_t> loops) const {
    int64_t value = expr.evaluate(loops);
    return kind == Kind::Zero ? value == 0 : value >= 0;
  }
  bool operator==(const Guard &other) const {
    return kind == other.kind && expr == other.expr;
  }
};

/// One element as a function of loops:
///
///     y[i] = guards(i) ? source[coords(i)] : fill
///
/// `extents` has the loops' sizes (`ShapedType::kDynamic` where not static).
/// Where all guards hold, `coords` is within `source`. Without guards `fill` is
/// null. A view without a source is the constant `fill` at every index.
///
/// Loops of dynamic extent need no bound of their own: a step that would need
/// one proves from the IR (ValueBoundsConstraintSet) that the sizes on both
/// sides are equal, or fails.
struct ElementView {
  llvm::SmallVector<int64_t> extents;
  mlir::Value source;
  llvm::SmallVector<IndexExpr> coords;
  llvm::SmallVector<Guard> guards;
  mlir::TypedAttr fill;

  /// The view of `tensor` over its own dims: y[i] = tensor[i].
  static ElementView getIdentity(mlir::Value tensor);

  /// The view `source[map(i)]` over loops of the given extents, or nothing if
  /// the map has symbols or divides by what is not constant.
  static std::optional<ElementView>
  get(llvm::ArrayRef<int64_t> extents, mlir::Value source, mlir::AffineMap map);

  bool isConstant() const { return !source; }
  bool isGuarded() const { return !guards.empty(); }

  /// True if coordinates and guards fit into 64 bits at every index, so that
  /// they may be evaluated (`IndexExpr::fits`).
  bool fits() const;

  /// Computes the source's coordinates at `loops` into `result` (of the
  /// source's rank). Returns false, with `result` untouched, where a guard
  /// fails: the element is `fill` there.
  bool evaluate(llvm::ArrayRef<int64_t> loops,
                llvm::MutableArrayRef<int64_t> result) const;

  /// The same view over new loops: loop d becomes `replacements[d]`.
  ElementView substitute(llvm::ArrayRef<IndexExpr> replacements,
                         llvm::ArrayRef<int64_t> newExtents) const;

  /// Adds `expr >= 0` or `expr == 0`. A guard that the extents prove is
  /// dropped. One that they refute makes the view the constant `fill`.
  void addGuard(const IndexExpr &expr, Guard::Kind kind);

  /// The view as the map of a block's operand: from the loops to the source's
  /// dims, each result a dim, 0, or one linearised group of dims. Nothing if
  /// the view is guarded, constant or of another form. Loops of extent 1 do not
  /// occur in the map. That the source's sizes equal those of its dims is the
  /// caller's to check.
  std::optional<mlir::AffineMap>
  getAsOperandMap(mlir::MLIRContext *context) const;

  bool operator==(const ElementView &other) const;

  void print(llvm::raw_ostream &os) const;
};

llvm::hash_code hash_value(const ElementView &view);

/// Composes `view` with the operation that defines its source, if that only
/// moves elements: insert_slice into a splat, pad, extract_slice, expand_shape,
/// collapse_shape, cast, transposes, broadcasts, copies, generics that yield an
/// input or a `tensor.extract` (perhaps under a `select`), splats. Fails, with
/// the reason in `whyNot` if given, where there is no such operation or the
/// result has no simple form.
mlir::FailureOr<ElementView> stepThroughProducer(const ElementView &view,
                                                 std::string *whyNot = nullptr);

/// Steps as far as possible, and returns all views on the way: `view` first,
/// the farthest last. Stops before a view that is constant unless
/// `throughSplats`. The reason why it went no farther goes to `whyNot`.
std::vector<ElementView> stepToFarthest(const ElementView &view,
                                        bool throughSplats = false,
                                        std::string *whyNot = nullptr);

/// The loops of `op` at the element that `view` has of `result`, as expressions
/// over the view's loops. Loops that the result's map does not name
/// (reductions) are left null: the caller gives them expressions. Nothing if
/// the map is not a projected permutation.
std::optional<llvm::SmallVector<std::optional<IndexExpr>>>
getIterationIndices(const ElementView &view, mlir::linalg::LinalgOp op,
                    mlir::OpResult result);

/// The view, over loops of the given extents, of the operand `source` that a
/// linalg operation reads through `map` when its loops have the values
/// `iteration`. Nothing if the map has symbols, divides by what is not a
/// positive constant, or leaves 64 bits.
std::optional<ElementView>
getLinalgOperandView(llvm::ArrayRef<int64_t> extents, mlir::Value source,
                     mlir::AffineMap map, llvm::ArrayRef<IndexExpr> iteration);

/// The one value of all elements of `tensor`, if it is a splat: a constant, a
/// fill or a generic that yields a constant, or a view of one.
mlir::TypedAttr getSplatValue(mlir::Value tensor);

} // namespace upweave

#endif // UPWEAVE_ANALYSIS_ELEMENTVIEW_H
