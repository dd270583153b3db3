//===- TileLayout.h - Which thread holds which tile element -----*- C++ -*-===//
// Maps (register, lane, warp) to the coordinates of a thread block's tile. The
// steps of a row reduction follow from it, and where accesses to shared memory
// meet in a bank, which tests ask.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LAYOUT_TILELAYOUT_H
#define UPWEAVE_LAYOUT_TILELAYOUT_H

#include "Upweave/Layout/DimSet.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>
#include <string>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace upweave {

/// Lanes of a warp.
constexpr int64_t kWarpSize = 32;

/// What a digit of a layout counts.
enum class Holder { Register, Lane, Warp };

/// One mixed-radix digit of a register, lane or warp number: its value v in
/// [0, extent) adds `v * stride` to the coordinate along tile dimension `dim`.
struct TileDigit {
  Holder holder;
  int64_t extent;
  unsigned dim;
  int64_t stride;
};

/// How the sum over some tile dimensions is formed: `registers` values of a
/// thread (0 along the other dimensions), then exchanges with the lanes whose
/// number differs by each of `laneMasks`, then `warps` partial values through
/// shared memory.
struct ReductionSteps {
  int64_t registers = 1;
  llvm::SmallVector<int64_t, 5> laneMasks;
  int64_t warps = 1;
};

/// The layout of a tile over the registers, lanes and warps of a block. The
/// digits of each holder are listed from the fastest one; lane and warp digits
/// have extents that are powers of two.
class TileLayout {
public:
  TileLayout(unsigned rank, llvm::ArrayRef<TileDigit> digits);

  unsigned getRank() const { return rank; }
  llvm::ArrayRef<TileDigit> getDigits() const { return digits; }

  /// Product of the extents of the holder's digits.
  int64_t getCount(Holder holder) const;
  /// Size of the tile along `dim`: one more than the largest coordinate.
  int64_t getExtent(unsigned dim) const;

  /// The part of the coordinate along `dim` that `number` of `holder` adds.
  int64_t getOffset(Holder holder, unsigned dim, int64_t number) const;
  /// The coordinate along `dim`.
  int64_t getCoordinate(unsigned dim, int64_t reg, int64_t lane,
                        int64_t warp) const;
  /// The register that has `coordinates`, which only registers add to.
  int64_t getRegister(llvm::ArrayRef<int64_t> coordinates) const;
  /// The largest offset along `dim` that any lane and warp adds.
  int64_t getLargestThreadOffset(unsigned dim) const;

  /// What is wrong with the digits, or nothing: each tile element must be held
  /// exactly once.
  std::optional<std::string> verify() const;

  /// How the sum over `dims` is formed.
  ReductionSteps getReduction(DimSet dims) const;

  /// The number n such that registers [n*i, n*i + n) are consecutive along
  /// `dim` and in no other dimension.
  int64_t getContiguousRegisters(unsigned dim) const;

  /// `reg` with its digits along dimensions outside of `dims` set to zero: the
  /// register that stands for all that agree with `reg` on `dims`.
  int64_t project(int64_t reg, DimSet dims) const;
  /// The registers that stand for themselves under `project`.
  llvm::SmallVector<int64_t> getRepresentatives(DimSet dims) const;
  /// The registers that agree with `reg` on all dimensions but `dims`.
  llvm::SmallVector<int64_t> getRegistersAlong(DimSet dims, int64_t reg) const;

  /// The number of shared-memory wavefronts of one warp-wide access of
  /// `accessBytes` per lane (4, 8 or 16, at register `reg` of warp 0) to an
  /// array with `strideBytes[d]` bytes between neighbours along `d`, over the
  /// least number that so many bytes take. 1 means free of conflicts.
  int64_t getBankConflicts(llvm::ArrayRef<int64_t> strideBytes,
                           int64_t accessBytes, int64_t reg = 0) const;

  void print(llvm::raw_ostream &os) const;

private:
  unsigned rank;
  llvm::SmallVector<TileDigit> digits;
};

} // namespace upweave

#endif // UPWEAVE_LAYOUT_TILELAYOUT_H
