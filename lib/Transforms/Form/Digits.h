//===- Digits.h - Coordinates of a block's domain ---------------*- C++ -*-===//
// Mixed-radix digits that the dimensions of tensors are written in, so that
// reshapes and broadcasts of one domain are recognised as such.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_FORM_DIGITS_H
#define UPWEAVE_LIB_TRANSFORMS_FORM_DIGITS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"

namespace upweave {

/// One coordinate, as digits of which the first counts most. No digits: the
/// constant 0 of a dimension of size 1.
using DigitList = llvm::SmallVector<unsigned, 2>;

/// One coordinate per dimension of a tensor (or loop of an operation).
using Layout = llvm::SmallVector<DigitList>;

/// A set of digits. A digit is *fixed* (a coordinate of the domain) or *free*
/// (the coordinate along a dimension that something was broadcast to; which of
/// the domain's it is turns out later). Equating two coordinates binds free
/// digits and splits digits where reshapes need it: lists held elsewhere stay
/// valid, `resolve` writes them in the digits there are by now.
class DigitSystem {
public:
  /// A coordinate of a new digit; of none if `size` is 1. Sizes may be
  /// ShapedType::kDynamic.
  DigitList create(int64_t size, bool isFree);

  /// `list` in digits that are neither split nor bound.
  DigitList resolve(llvm::ArrayRef<unsigned> list) const;

  /// Makes two coordinates equal, or fails if they cannot be; what was bound
  /// and split before the failure stays until `rollback`.
  llvm::LogicalResult equate(llvm::ArrayRef<unsigned> lhs,
                             llvm::ArrayRef<unsigned> rhs);

  /// Splits a coordinate into one for each of `sizes`, the first counting
  /// most; at most the first may be dynamic. Fails like `equate`.
  llvm::FailureOr<Layout> split(llvm::ArrayRef<unsigned> list,
                                llvm::ArrayRef<int64_t> sizes);

  int64_t getSize(unsigned digit) const { return digits[digit].size; }
  bool isFree(unsigned digit) const { return digits[digit].isFree; }

  /// True when `list` has free digits that are not bound.
  bool hasFree(llvm::ArrayRef<unsigned> list) const;

  /// True when all the digits of `coordinates` are different ones.
  bool areDisjoint(llvm::ArrayRef<DigitList> coordinates) const;

  /// A mark to roll back to; marks are taken and used like a stack.
  size_t mark() const { return trail.size(); }
  void rollback(size_t mark);

private:
  struct Digit {
    int64_t size;
    bool isFree;
    /// What it was split into or bound to.
    bool isReplaced = false;
    DigitList parts;
  };

  void replace(unsigned digit, DigitList parts);
  /// Takes a last digit of size `size` off `list` (resolved), splitting the
  /// last one there is if need be.
  llvm::FailureOr<DigitList> takeLow(DigitList &list, int64_t size);

  llvm::SmallVector<Digit> digits;
  llvm::SmallVector<unsigned> trail;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_FORM_DIGITS_H
