//===- SizeExpr.h - Sizes and offsets as the bundle writes them -*- C++ -*-===//
// Integer expressions over argument sizes and loop coordinates, and the reading
// of index arithmetic in IR as such expressions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_SIZEEXPR_H
#define UPWEAVE_TARGET_SIZEEXPR_H

#include "upweave/bundle_generated.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace upweave {

/// A number that is known once the arguments' sizes (and, in index maps, the
/// loop coordinates) are: the compiler's form of the bundle's `Expr`.
/// Operators fold constants and neutral elements.
class SizeExpr {
public:
  SizeExpr(int64_t constant = 0);

  /// The size of dimension `dim` of argument `arg`.
  static SizeExpr getDim(unsigned arg, unsigned dim);
  /// The coordinate of loop (or domain dimension) `loop`.
  static SizeExpr getLoop(unsigned loop);
  /// `a op b` for an operator from ExprOp::Add on.
  static SizeExpr get(bundle::ExprOp op, const SizeExpr &a, const SizeExpr &b);

  /// The value of a constant.
  std::optional<int64_t> getConstant() const;
  /// The argument and the dimension of a plain size.
  std::optional<bundle::DimRef> getDimRef() const;
  /// True if no subtraction and no negative constant is in the expression, so
  /// that it cannot be negative.
  bool isNonNegative() const;

  bool operator==(const SizeExpr &other) const;
  bool operator!=(const SizeExpr &other) const { return !(*this == other); }

  std::unique_ptr<bundle::ExprT> toTable() const;

private:
  std::vector<bundle::ExprNode> nodes;
};

inline SizeExpr operator+(const SizeExpr &a, const SizeExpr &b) {
  return SizeExpr::get(bundle::ExprOp::Add, a, b);
}
inline SizeExpr operator-(const SizeExpr &a, const SizeExpr &b) {
  return SizeExpr::get(bundle::ExprOp::Sub, a, b);
}
inline SizeExpr operator*(const SizeExpr &a, const SizeExpr &b) {
  return SizeExpr::get(bundle::ExprOp::Mul, a, b);
}

/// Prints an expression of the table: `arg0.dim1 * 4 + d2`.
void printExpr(const bundle::ExprT &expr, llvm::raw_ostream &os);

/// `expr` with the given dims and symbols put in.
SizeExpr getSizeExpr(mlir::AffineExpr expr, llvm::ArrayRef<SizeExpr> dims,
                     llvm::ArrayRef<SizeExpr> symbols = {});

/// One expression of the loops for each result of an index map.
std::vector<std::unique_ptr<bundle::ExprT>> getMapTable(mlir::AffineMap map);

/// The same for a list of expressions.
std::vector<std::unique_ptr<bundle::ExprT>>
getExprTable(llvm::ArrayRef<SizeExpr> exprs);

/// Reads index arithmetic (arith and affine ops on sizes) as expressions;
/// comparisons are 0 or 1.
/// Divisions round as the op says; signed ones are read where the dividend
/// cannot be negative.
class IndexEvaluator {
public:
  /// What the evaluator asks for values that no arithmetic op defines.
  using LeafFn = std::function<std::optional<SizeExpr>(mlir::Value)>;

  explicit IndexEvaluator(LeafFn leaf) : leaf(std::move(leaf)) {}

  /// The value as an expression, nothing if it is more than arithmetic on
  /// leaves.
  std::optional<SizeExpr> evaluate(mlir::Value value);

  /// The same for a constant or a value.
  std::optional<SizeExpr> evaluate(mlir::OpFoldResult value);

private:
  std::optional<SizeExpr> compute(mlir::Value value);
  std::optional<SizeExpr> computeCompare(mlir::Operation *op);
  std::optional<SizeExpr> computeSelect(mlir::Operation *op);
  std::optional<SizeExpr> computeBinary(mlir::Operation *op,
                                        bundle::ExprOp kind);
  std::optional<SizeExpr> computeAffine(mlir::Operation *op,
                                        mlir::AffineMap map,
                                        bundle::ExprOp combine);

  LeafFn leaf;
  llvm::DenseMap<mlir::Value, std::optional<SizeExpr>> cache;
};

} // namespace upweave

#endif // UPWEAVE_TARGET_SIZEEXPR_H
