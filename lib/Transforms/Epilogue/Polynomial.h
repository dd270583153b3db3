//===- Polynomial.h - Scalars as polynomials --------------------*- C++ -*-===//
// Real polynomials over symbols and SSA values, in which spellings of one
// formula become one form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_EPILOGUE_POLYNOMIAL_H
#define UPWEAVE_LIB_TRANSFORMS_EPILOGUE_POLYNOMIAL_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

#include <map>
#include <optional>
#include <vector>

namespace upweave {

/// A product of variables, as a sorted list of their numbers. Numbers below
/// `kFirstValue` are symbols, the others stand for SSA values.
using Monomial = std::vector<unsigned>;

/// Symbols that matchers give a meaning to.
enum Symbol : unsigned {
  kBase,       ///< the value that a matcher looks at
  kMean,       ///< its mean over the row
  kMeanSquare, ///< the mean of its square
  kRecipStd,   ///< 1/sqrt(variance + eps)
  kStd,        ///< sqrt(variance + eps)
  kFunction,   ///< erf or tanh of a multiple of the base
  kFirstValue,
};

/// Σ coefficient · monomial.
class Polynomial {
public:
  static Polynomial constant(double value);
  static Polynomial variable(unsigned number);

  Polynomial operator+(const Polynomial &other) const;
  Polynomial operator*(const Polynomial &other) const;
  Polynomial operator*(double factor) const;

  /// The value, if it is constant.
  std::optional<double> getConstant() const;
  double getCoefficient(const Monomial &monomial) const;
  const std::map<Monomial, double> &getTerms() const { return terms; }
  /// True when a symbol occurs.
  bool hasSymbol() const;
  /// True when no coefficient is NaN or infinite.
  bool isFinite() const;
  /// True when all coefficients agree to `kTolerance`.
  bool isClose(const Polynomial &other) const;

  /// Relative; far below 1/L, by which an unbiased variance differs.
  static constexpr double kTolerance = 1e-6;
  /// A polynomial of more terms is not followed.
  static constexpr size_t kMaxTerms = 16;

private:
  std::map<Monomial, double> terms;
};

/// Evaluates the values of a region as polynomials. A matcher defines what some
/// values are; values computed from them by +, -, *, division by constants,
/// small powers and casts follow, all others are variables of their own: among
/// them constants that are NaN or infinite.
class Algebra {
public:
  /// `rowLength` lets constants that are the rounded row length, or its rounded
  /// reciprocal, be taken as exact. 0: no such constants.
  explicit Algebra(int64_t rowLength, bool throughTruncation)
      : rowLength(rowLength), throughTruncation(throughTruncation) {}

  void define(mlir::Value value, Polynomial polynomial) {
    known[value] = std::move(polynomial);
  }
  /// What `value` is: as defined or evaluated, a constant, or a variable.
  const Polynomial &get(mlir::Value value);
  /// True when `value` was defined or evaluated to something with a symbol.
  bool isTracked(mlir::Value value);
  /// Evaluates the result of `op`, whose operands have been; returns false if
  /// it has no tracked operand or is no such arithmetic.
  bool evaluate(mlir::Operation *op);

  mlir::Value getValue(unsigned variable) const {
    return values[variable - kFirstValue];
  }
  /// Emits a product of SSA values and a factor, of type `type`, as a factor of
  /// `value`, or as a value of its own if that is null.
  mlir::Value createProduct(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value value, const Monomial &monomial,
                            double factor, mlir::Type type) const;

private:
  std::optional<Polynomial> compute(mlir::Operation *op);
  std::optional<Polynomial> divide(const Polynomial &lhs,
                                   const Polynomial &rhs);
  double snap(double value, mlir::Type type) const;

  int64_t rowLength;
  bool throughTruncation;
  llvm::DenseMap<mlir::Value, Polynomial> known;
  std::vector<mlir::Value> values;
};

/// The value of a float constant, or of casts of one.
std::optional<double> getFloatConstant(mlir::Value value);

/// `value` as a float of type `type`.
mlir::Value convertFloat(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value value, mlir::Type type);

/// `value` behind its widening casts.
mlir::Value stripExtensions(mlir::Value value);

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_EPILOGUE_POLYNOMIAL_H
