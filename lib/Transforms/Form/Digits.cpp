//===- Digits.cpp - Coordinates of a block's domain -----------------------===//
// Unification of coordinates written in mixed-radix digits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Digits.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace upweave;

DigitList DigitSystem::create(int64_t size, bool isFree) {
  if (size == 1)
    return {};
  digits.push_back({size, isFree, /*isReplaced=*/false, /*parts=*/{}});
  return {static_cast<unsigned>(digits.size() - 1)};
}

DigitList DigitSystem::resolve(ArrayRef<unsigned> list) const {
  DigitList result;
  SmallVector<unsigned> stack(llvm::reverse(list));
  while (!stack.empty()) {
    unsigned digit = stack.pop_back_val();
    if (digits[digit].isReplaced)
      stack.append(digits[digit].parts.rbegin(), digits[digit].parts.rend());
    else
      result.push_back(digit);
  }
  return result;
}

void DigitSystem::replace(unsigned digit, DigitList parts) {
  digits[digit].isReplaced = true;
  digits[digit].parts = std::move(parts);
  trail.push_back(digit);
}

void DigitSystem::rollback(size_t mark) {
  while (trail.size() > mark) {
    Digit &digit = digits[trail.pop_back_val()];
    digit.isReplaced = false;
    digit.parts.clear();
  }
}

LogicalResult DigitSystem::equate(ArrayRef<unsigned> lhs,
                                  ArrayRef<unsigned> rhs) {
  DigitList a = resolve(lhs), b = resolve(rhs);
  // From the digits that count least; `a` and `b` are kept resolved.
  while (!a.empty() && !b.empty()) {
    unsigned x = a.back(), y = b.back();
    if (x == y) {
      a.pop_back();
      b.pop_back();
      continue;
    }
    int64_t sizeX = digits[x].size, sizeY = digits[y].size;
    if (sizeX == sizeY) {
      if (!digits[x].isFree && !digits[y].isFree)
        return failure();
      if (digits[x].isFree)
        replace(x, {y});
      else
        replace(y, {x});
    } else if (digits[x].isFree && a.size() == 1 &&
               (ShapedType::isDynamic(sizeX) || sizeX == 0)) {
      replace(x, b);
    } else if (digits[y].isFree && b.size() == 1 &&
               (ShapedType::isDynamic(sizeY) || sizeY == 0)) {
      replace(y, a);
    } else {
      if (ShapedType::isDynamic(sizeX) || ShapedType::isDynamic(sizeY))
        return failure();
      unsigned larger = sizeX > sizeY ? x : y;
      int64_t low = std::min(sizeX, sizeY), high = std::max(sizeX, sizeY);
      if (low == 0 || high % low != 0)
        return failure();
      bool isFree = digits[larger].isFree;
      DigitList parts = create(high / low, isFree);
      parts.append(create(low, isFree));
      replace(larger, std::move(parts));
    }
    a = resolve(a);
    b = resolve(b);
  }
  return success(a.empty() && b.empty());
}

FailureOr<DigitList> DigitSystem::takeLow(DigitList &list, int64_t size) {
  DigitList taken;
  if (ShapedType::isDynamic(size))
    return failure();
  while (size != 1) {
    if (list.empty())
      return failure();
    unsigned digit = list.back();
    int64_t have = digits[digit].size;
    if (ShapedType::isDynamic(have) || have == 0 || size == 0)
      return failure();
    if (size % have == 0) {
      taken.insert(taken.begin(), digit);
      list.pop_back();
      size /= have;
      continue;
    }
    if (have % size != 0)
      return failure();
    bool isFree = digits[digit].isFree;
    DigitList parts = create(have / size, isFree);
    parts.append(create(size, isFree));
    list.back() = parts[0];
    taken.insert(taken.begin(), parts[1]);
    replace(digit, std::move(parts));
    size = 1;
  }
  return taken;
}

FailureOr<Layout> DigitSystem::split(ArrayRef<unsigned> list,
                                     ArrayRef<int64_t> sizes) {
  DigitList rest = resolve(list);
  Layout result(sizes.size());
  // The highest coordinate that is not a unit one takes what is left, which
  // may be of dynamic size.
  const int64_t *top = llvm::find_if(sizes, [](int64_t s) { return s != 1; });
  for (int64_t i = static_cast<int64_t>(sizes.size()) - 1; i >= 0; --i) {
    if (&sizes[i] == top) {
      result[i] = rest;
      rest.clear();
      break;
    }
    FailureOr<DigitList> low = takeLow(rest, sizes[i]);
    if (failed(low))
      return failure();
    result[i] = *low;
  }
  if (!rest.empty())
    return failure();
  return result;
}

bool DigitSystem::hasFree(ArrayRef<unsigned> list) const {
  return llvm::any_of(resolve(list),
                      [&](unsigned digit) { return digits[digit].isFree; });
}

bool DigitSystem::areDisjoint(ArrayRef<DigitList> coordinates) const {
  llvm::SmallSet<unsigned, 8> seen;
  for (const DigitList &list : coordinates)
    for (unsigned digit : resolve(list))
      if (!seen.insert(digit).second)
        return false;
  return true;
}
