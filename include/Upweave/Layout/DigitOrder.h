//===- DigitOrder.h - Orders of elements as mixed radix ---------*- C++ -*-===//
// The place of an element in memory as digits, each of which counts one of its
// coordinates: read, written and taken apart over integers or emitted values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LAYOUT_DIGITORDER_H
#define UPWEAVE_LAYOUT_DIGITORDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace upweave {

/// One digit of a number in mixed radix: its value v in [0, extent) adds
/// `v * stride` to the coordinate along `dim`.
struct Digit {
  int64_t extent;
  unsigned dim;
  int64_t stride;

  bool operator==(const Digit &other) const {
    return extent == other.extent && dim == other.dim && stride == other.stride;
  }
};

inline llvm::hash_code hash_value(const Digit &digit) {
  return llvm::hash_combine(digit.extent, digit.dim, digit.stride);
}

/// One more than the largest coordinate along `dim` that `digits` count to.
template <typename Digits>
int64_t getDigitsExtent(const Digits &digits, unsigned dim) {
  int64_t last = 0;
  for (const auto &digit : digits)
    if (digit.dim == dim)
      last += (digit.extent - 1) * digit.stride;
  return last + 1;
}

/// Arithmetic on integers under the names that kernels' arithmetic has, for the
/// templates below.
struct IntegerMath {
  int64_t constant(int64_t value) const { return value; }
  int64_t add(int64_t x, int64_t y) const { return x + y; }
  int64_t mul(int64_t x, int64_t y) const { return x * y; }
  int64_t div(int64_t x, int64_t y) const { return x / y; }
  int64_t rem(int64_t x, int64_t y) const { return x % y; }
};

/// An order of the elements of a box: the number of an element is made of
/// digits, the fastest first, and each coordinate is the sum of what the digits
/// of its dimension count. Neighbouring digits that count on are one.
///
/// `Math` is IntegerMath or emits i32 arithmetic with the same names; a null
/// value of it stands for 0.
class DigitOrder {
public:
  DigitOrder() = default;
  explicit DigitOrder(llvm::ArrayRef<Digit> digits);

  llvm::ArrayRef<Digit> getDigits() const { return digits; }
  /// Number of elements.
  int64_t getSize() const;
  /// Coordinates along `dim`: what its digits count to.
  int64_t getExtent(unsigned dim) const { return getDigitsExtent(digits, dim); }
  /// One more than the largest dimension that a digit counts.
  unsigned getNumDims() const;

  /// The stride that a digit of `dim` should have and none has, or nothing:
  /// they must count on from one another, from 1. An order is a bijection if no
  /// dimension has a gap.
  std::optional<int64_t> findGap(unsigned dim) const;

  /// The order of `count` elements that lie together, and the order of such
  /// groups. `count` must end a digit or divide it.
  DigitOrder getInner(int64_t count) const { return cut(count).first; }
  DigitOrder getOuter(int64_t count) const { return cut(count).second; }

  /// The number of the element at `coordinate` along `dim` and at 0 along all
  /// others. Numbers of elements are the sums of such.
  int64_t getPlace(unsigned dim, int64_t coordinate) const;

  /// The number whose digits have the values that `getValue(digit)` gives.
  template <typename Number, typename Math, typename GetValue>
  Number combine(Math &m, GetValue getValue) const {
    Number number = Number();
    for (const Digit &digit : llvm::reverse(digits)) {
      Number value = getValue(digit);
      number = number ? m.add(m.mul(number, digit.extent), value) : value;
    }
    return number;
  }

  /// The number of the element at `coordinates`, by dimension. Dimensions that
  /// no digit counts are not looked at.
  template <typename Number, typename Math>
  Number encode(Math &m, llvm::ArrayRef<Number> coordinates) const {
    return combine<Number>(m, [&](const Digit &digit) -> Number {
      Number value = coordinates[digit.dim];
      if (!value)
        return value;
      if (!isLast(digit))
        value = m.rem(value, digit.stride * digit.extent);
      return m.div(value, digit.stride);
    });
  }

  /// The values of the digits of `number`; the last takes what is left.
  template <typename Number, typename Math>
  llvm::SmallVector<Number> split(Math &m, Number number) const {
    llvm::SmallVector<Number> values;
    for (size_t i = 0; i < digits.size(); ++i) {
      bool isLast = i + 1 == digits.size();
      values.push_back(isLast ? number : m.rem(number, digits[i].extent));
      if (!isLast)
        number = m.div(number, digits[i].extent);
    }
    return values;
  }

  /// The coordinates of element `number`, for `numDims` dimensions.
  template <typename Number, typename Math>
  llvm::SmallVector<Number> decode(Math &m, Number number,
                                   unsigned numDims) const {
    llvm::SmallVector<Number> coordinates(numDims, m.constant(0));
    llvm::SmallVector<bool> isKnown(numDims, false);
    llvm::SmallVector<Number> values = split(m, number);
    for (auto [digit, value] : llvm::zip_equal(digits, values)) {
      Number &sum = coordinates[digit.dim];
      Number part = m.mul(value, digit.stride);
      sum = isKnown[digit.dim] ? m.add(part, sum) : part;
      isKnown[digit.dim] = true;
    }
    return coordinates;
  }

  bool operator==(const DigitOrder &other) const {
    return digits == other.digits;
  }

private:
  std::pair<DigitOrder, DigitOrder> cut(int64_t count) const;
  /// True if no digit counts more of the same dimension: no coordinate is
  /// beyond.
  bool isLast(const Digit &digit) const {
    return llvm::none_of(digits, [&](const Digit &other) {
      return other.dim == digit.dim && other.stride > digit.stride;
    });
  }

  llvm::SmallVector<Digit, 12> digits;
};

inline llvm::hash_code hash_value(const DigitOrder &order) {
  return llvm::hash_combine_range(order.getDigits());
}

/// Where a staged column lies in its line of shared memory, in positions: `pad`
/// positions are left out at each `half`, and one at each `run` if there are
/// long runs, such that the lanes of a fragment read from different banks.
struct SlotOrder {
  int64_t half = 1, pad = 0;
  /// 0: nothing is left out at runs.
  int64_t run = 0;

  /// The slots of a warp that holds `half` columns of each parity, in runs of
  /// `run` neighbours a lane.
  static SlotOrder get(int64_t half, int64_t run);

  template <typename Number, typename Math>
  Number getSlot(Math &m, Number column) const {
    Number slot = m.add(column, m.mul(m.div(column, half), pad));
    return run ? m.add(slot, m.div(column, run)) : slot;
  }
};

} // namespace upweave

#endif // UPWEAVE_LAYOUT_DIGITORDER_H
