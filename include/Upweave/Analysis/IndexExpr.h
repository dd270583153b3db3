//===- IndexExpr.h - Index arithmetic over bounded loops --------*- C++ -*-===//
// Sums of loops, quotients and remainders with constant factors, simplified by
// the loops' ranges (mixed-radix digits) and fast to evaluate.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_ANALYSIS_INDEXEXPR_H
#define UPWEAVE_ANALYSIS_INDEXEXPR_H

#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <optional>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace upweave {

/// The values an expression may take, both ends included. An end that is not
/// known is the least or the largest int64_t.
struct IndexRange {
  int64_t low;
  int64_t high;
};

/// constant + Σ factor · atom, where an atom is a loop, `inner floordiv c` or
/// `inner mod c` (c > 1; floor division, so the remainder is in [0, c)).
///
/// Values are immutable and kept in one normal form (sorted terms, no zero
/// factor), so equality is structural. Functions that simplify take the loops'
/// extents: loop d runs over [0, extents[d]), where a negative extent (such as
/// `ShapedType::kDynamic`) stands for one that is not known.
///
/// The numbers come from IR that nobody verified. An expression whose constants
/// left 64 bits, or that divides by less than 1, is *invalid*, and so is all
/// that is computed from it: it has no constant, no loop and no known range,
/// and must not be evaluated. What is kept is asked for `fits`.
class IndexExpr {
public:
  enum class AtomKind { Loop, FloorDiv, Mod };

  struct Term {
    int64_t factor;
    AtomKind kind;
    /// The loop's number, or the divisor.
    int64_t operand;
    /// What is divided; null for a loop.
    std::shared_ptr<const IndexExpr> inner;
  };

  /// The constant 0.
  IndexExpr() = default;
  static IndexExpr getInvalid();
  static IndexExpr getConstant(int64_t value);
  static IndexExpr getLoop(int64_t loop);
  static IndexExpr getTerm(const Term &term);

  /// `expr floordiv divisor` and `expr mod divisor`; invalid unless the divisor
  /// is positive.
  static IndexExpr getFloorDiv(const IndexExpr &expr, int64_t divisor,
                               llvm::ArrayRef<int64_t> extents);
  static IndexExpr getMod(const IndexExpr &expr, int64_t divisor,
                          llvm::ArrayRef<int64_t> extents);

  /// `expr` with its dims replaced by `dims`; nothing if it has symbols, or
  /// divides or multiplies by what is not constant.
  static std::optional<IndexExpr> get(mlir::AffineExpr expr,
                                      llvm::ArrayRef<IndexExpr> dims,
                                      llvm::ArrayRef<int64_t> extents);

  IndexExpr operator+(const IndexExpr &other) const;
  IndexExpr operator-(const IndexExpr &other) const;
  IndexExpr operator*(int64_t factor) const;
  IndexExpr operator+(int64_t constant) const;
  IndexExpr operator-(int64_t constant) const {
    return *this - getConstant(constant);
  }

  bool isValid() const { return valid; }
  /// True if the expression is valid and neither it nor a part of it leaves 64
  /// bits anywhere: `evaluate` is right then. Loops of unknown extent are taken
  /// to be short enough.
  bool fits(llvm::ArrayRef<int64_t> extents) const;

  int64_t getConstantPart() const { return constant; }
  llvm::ArrayRef<Term> getTerms() const { return terms; }
  /// The value, if the expression depends on no loop.
  std::optional<int64_t> getAsConstant() const;
  /// The loop, if the expression is just that loop.
  std::optional<int64_t> getAsLoop() const;

  /// The value at `loops`, one number for each loop, if the expression `fits`.
  int64_t evaluate(llvm::ArrayRef<int64_t> loops) const;

  /// An interval that holds all values: exact for digits of distinct loops.
  IndexRange getRange(llvm::ArrayRef<int64_t> extents) const;

  /// Each loop d replaced by `replacements[d]`, an expression over new loops
  /// with `extents`.
  IndexExpr substitute(llvm::ArrayRef<IndexExpr> replacements,
                       llvm::ArrayRef<int64_t> extents) const;

  /// Sets the bits of the loops that occur; `used` must be large enough.
  void collectLoops(llvm::SmallBitVector &used) const;

  /// Joins digits of one number again: c·(e floordiv c) + e mod c is e. The
  /// other functions that take extents do this themselves.
  IndexExpr joinDigits(llvm::ArrayRef<int64_t> extents) const;

  /// How many terms there are at all depths.
  unsigned getSize() const;

  mlir::AffineExpr getAsAffine(mlir::MLIRContext *context) const;

  bool operator==(const IndexExpr &other) const;
  bool operator!=(const IndexExpr &other) const { return !(*this == other); }

  void print(llvm::raw_ostream &os) const;

private:
  void addTerm(const Term &term);

  int64_t constant = 0;
  bool valid = true;
  llvm::SmallVector<Term, 2> terms;
};

llvm::hash_code hash_value(const IndexExpr &expr);

} // namespace upweave

#endif // UPWEAVE_ANALYSIS_INDEXEXPR_H
