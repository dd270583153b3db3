//===- TileLayout.cpp - Which thread holds which tile element -------------===//
// Pure arithmetic on the digits of a layout: no IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Layout/TileLayout.h"

#include "Upweave/Layout/DigitOrder.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace upweave;

static llvm::StringRef getName(Holder holder) {
  switch (holder) {
  case Holder::Register:
    return "register";
  case Holder::Lane:
    return "lane";
  case Holder::Warp:
    return "warp";
  }
  return "";
}

TileLayout::TileLayout(unsigned rank, llvm::ArrayRef<TileDigit> list)
    : rank(rank) {
  for (const TileDigit &digit : list)
    if (digit.extent != 1)
      digits.push_back(digit);
}

int64_t TileLayout::getCount(Holder holder) const {
  int64_t count = 1;
  for (const TileDigit &digit : digits)
    if (digit.holder == holder)
      count *= digit.extent;
  return count;
}

int64_t TileLayout::getExtent(unsigned dim) const {
  return getDigitsExtent(digits, dim);
}

int64_t TileLayout::getOffset(Holder holder, unsigned dim,
                              int64_t number) const {
  int64_t offset = 0;
  for (const TileDigit &digit : digits) {
    if (digit.holder != holder)
      continue;
    if (digit.dim == dim)
      offset += (number % digit.extent) * digit.stride;
    number /= digit.extent;
  }
  return offset;
}

int64_t TileLayout::getCoordinate(unsigned dim, int64_t reg, int64_t lane,
                                  int64_t warp) const {
  return getOffset(Holder::Register, dim, reg) +
         getOffset(Holder::Lane, dim, lane) +
         getOffset(Holder::Warp, dim, warp);
}

int64_t TileLayout::getRegister(llvm::ArrayRef<int64_t> coordinates) const {
  int64_t reg = 0, unit = 1;
  for (const TileDigit &digit : digits) {
    if (digit.holder != Holder::Register)
      continue;
    reg += coordinates[digit.dim] / digit.stride % digit.extent * unit;
    unit *= digit.extent;
  }
  return reg;
}

int64_t TileLayout::getLargestThreadOffset(unsigned dim) const {
  int64_t largest = 0;
  for (const TileDigit &digit : digits)
    if (digit.holder != Holder::Register && digit.dim == dim)
      largest += (digit.extent - 1) * digit.stride;
  return largest;
}

std::optional<std::string> TileLayout::verify() const {
  int64_t held = 1, size = 1;
  for (const TileDigit &digit : digits) {
    if (digit.dim >= rank)
      return "digit of dimension " + std::to_string(digit.dim) +
             " in a tile of rank " + std::to_string(rank);
    if (digit.extent < 1 || digit.stride < 1)
      return "digit of extent " + std::to_string(digit.extent) +
             " and stride " + std::to_string(digit.stride) +
             ": both must be positive";
    if (digit.holder != Holder::Register && !llvm::isPowerOf2_64(digit.extent))
      return (getName(digit.holder) + " digit of extent " +
              llvm::Twine(digit.extent) + " is not a power of two")
          .str();
    held *= digit.extent;
  }
  if (getCount(Holder::Lane) != kWarpSize)
    return "the lane digits count " + std::to_string(getCount(Holder::Lane)) +
           " lanes, a warp has " + std::to_string(kWarpSize);
  for (unsigned dim = 0; dim < rank; ++dim)
    size *= getExtent(dim);
  // Along each dimension, digits sorted by stride must follow on one another.
  for (unsigned dim = 0; dim < rank; ++dim) {
    llvm::SmallVector<TileDigit> along;
    for (const TileDigit &digit : digits)
      if (digit.dim == dim)
        along.push_back(digit);
    std::sort(along.begin(), along.end(),
              [](const TileDigit &a, const TileDigit &b) {
                return a.stride < b.stride;
              });
    int64_t expected = 1;
    for (const TileDigit &digit : along) {
      if (digit.stride != expected)
        return "dimension " + std::to_string(dim) + " has a digit of stride " +
               std::to_string(digit.stride) + " where " +
               std::to_string(expected) + " is due";
      expected *= digit.extent;
    }
  }
  if (held != size)
    return "holds " + std::to_string(held) + " elements of a tile of " +
           std::to_string(size);
  return std::nullopt;
}

ReductionSteps TileLayout::getReduction(DimSet dims) const {
  ReductionSteps steps;
  int64_t lane = 1;
  for (const TileDigit &digit : digits) {
    bool along = hasDim(dims, digit.dim);
    if (digit.holder == Holder::Register && along)
      steps.registers *= digit.extent;
    if (digit.holder == Holder::Warp && along)
      steps.warps *= digit.extent;
    if (digit.holder != Holder::Lane)
      continue;
    for (int64_t bit = 1; along && bit < digit.extent; bit *= 2)
      steps.laneMasks.push_back(lane * bit);
    lane *= digit.extent;
  }
  return steps;
}

int64_t TileLayout::getContiguousRegisters(unsigned dim) const {
  int64_t run = 1;
  for (const TileDigit &digit : digits) {
    if (digit.holder != Holder::Register)
      continue;
    if (digit.dim != dim || digit.stride != run)
      break;
    run *= digit.extent;
  }
  return run;
}

int64_t TileLayout::project(int64_t reg, DimSet dims) const {
  int64_t projected = 0, unit = 1;
  for (const TileDigit &digit : digits) {
    if (digit.holder != Holder::Register)
      continue;
    if (hasDim(dims, digit.dim))
      projected += (reg % digit.extent) * unit;
    reg /= digit.extent;
    unit *= digit.extent;
  }
  return projected;
}

llvm::SmallVector<int64_t> TileLayout::getRepresentatives(DimSet dims) const {
  llvm::SmallVector<int64_t> registers;
  for (int64_t reg = 0, e = getCount(Holder::Register); reg < e; ++reg)
    if (project(reg, dims) == reg)
      registers.push_back(reg);
  return registers;
}

llvm::SmallVector<int64_t> TileLayout::getRegistersAlong(DimSet dims,
                                                         int64_t reg) const {
  DimSet others = ~dims;
  llvm::SmallVector<int64_t> registers;
  for (int64_t other = 0, e = getCount(Holder::Register); other < e; ++other)
    if (project(other, others) == project(reg, others))
      registers.push_back(other);
  return registers;
}

int64_t TileLayout::getBankConflicts(llvm::ArrayRef<int64_t> strideBytes,
                                     int64_t accessBytes, int64_t reg) const {
  // A wavefront serves 32 banks of 4 bytes, so wide accesses go in phases of
  // 128 bytes: half warps for 8 bytes, quarter warps for 16.
  constexpr int64_t kBanks = 32, kBankBytes = 4;
  int64_t lanesAtOnce = kBanks * kBankBytes / std::max(accessBytes, kBankBytes);
  int64_t worst = 1;
  for (int64_t first = 0; first < kWarpSize; first += lanesAtOnce) {
    llvm::SmallVector<llvm::DenseSet<int64_t>> words(kBanks);
    for (int64_t lane = first; lane < first + lanesAtOnce; ++lane) {
      int64_t address = 0;
      for (unsigned dim = 0; dim < rank; ++dim)
        address += strideBytes[dim] * getCoordinate(dim, reg, lane, 0);
      for (int64_t byte = 0; byte < accessBytes; byte += kBankBytes) {
        int64_t word = (address + byte) / kBankBytes;
        words[word % kBanks].insert(word);
      }
    }
    for (const llvm::DenseSet<int64_t> &bank : words)
      worst = std::max<int64_t>(worst, bank.size());
  }
  return worst;
}

void TileLayout::print(llvm::raw_ostream &os) const {
  os << "tile ";
  for (unsigned dim = 0; dim < rank; ++dim)
    os << (dim ? "x" : "") << getExtent(dim);
  for (Holder holder : {Holder::Register, Holder::Lane, Holder::Warp}) {
    os << ", " << getName(holder) << " [";
    llvm::ListSeparator separator;
    for (const TileDigit &digit : digits)
      if (digit.holder == holder)
        os << separator << digit.extent << " of d" << digit.dim << " by "
           << digit.stride;
    os << "]";
  }
}
