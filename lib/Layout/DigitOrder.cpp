//===- DigitOrder.cpp - Orders of elements as mixed radix -----------------===//
// Pure arithmetic on the digits of an order: no IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Layout/DigitOrder.h"

#include <algorithm>
#include <cassert>

using namespace upweave;

DigitOrder::DigitOrder(llvm::ArrayRef<Digit> list) {
  for (const Digit &digit : list) {
    if (digit.extent == 1)
      continue;
    if (!digits.empty() && digits.back().dim == digit.dim &&
        digits.back().stride * digits.back().extent == digit.stride)
      digits.back().extent *= digit.extent;
    else
      digits.push_back(digit);
  }
}

int64_t DigitOrder::getSize() const {
  int64_t size = 1;
  for (const Digit &digit : digits)
    size *= digit.extent;
  return size;
}

unsigned DigitOrder::getNumDims() const {
  unsigned count = 0;
  for (const Digit &digit : digits)
    count = std::max(count, digit.dim + 1);
  return count;
}

std::optional<int64_t> DigitOrder::findGap(unsigned dim) const {
  llvm::SmallVector<Digit> along;
  llvm::copy_if(digits, std::back_inserter(along),
                [&](const Digit &digit) { return digit.dim == dim; });
  llvm::sort(along, [](const Digit &a, const Digit &b) {
    return a.stride < b.stride;
  });
  int64_t expected = 1;
  for (const Digit &digit : along) {
    if (digit.stride != expected)
      return expected;
    expected *= digit.extent;
  }
  return std::nullopt;
}

int64_t DigitOrder::getPlace(unsigned dim, int64_t coordinate) const {
  IntegerMath m;
  return combine<int64_t>(m, [&](const Digit &digit) -> int64_t {
    return digit.dim == dim ? coordinate / digit.stride % digit.extent : 0;
  });
}

std::pair<DigitOrder, DigitOrder> DigitOrder::cut(int64_t count) const {
  llvm::SmallVector<Digit> inner, outer;
  int64_t unit = 1;
  for (const Digit &digit : digits) {
    int64_t end = unit * digit.extent;
    if (end <= count) {
      inner.push_back(digit);
    } else if (unit >= count) {
      outer.push_back(digit);
    } else {
      int64_t part = count / unit;
      assert(unit * part == count && digit.extent % part == 0 &&
             "the cut goes through an element of a digit");
      inner.push_back({part, digit.dim, digit.stride});
      outer.push_back({digit.extent / part, digit.dim, digit.stride * part});
    }
    unit = end;
  }
  return {DigitOrder(inner), DigitOrder(outer)};
}

SlotOrder SlotOrder::get(int64_t half, int64_t run) {
  return {half, run == 2 ? 1 : 2, run >= 4 ? run : 0};
}
