//===- TileWalk.h - How a tile lies along the loops of a nest ---*- C++ -*-===//
// Coordinates, addresses and masks of a tile's elements: what depends on how
// the loops of a block's nest are walked.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_TILEWALK_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_TILEWALK_H

#include "Emission/FlatOperand.h"
#include "Emission/KernelMath.h"
#include "Emission/RowProgram.h"
#include "Emission/RowReduction.h"

namespace upweave {

/// Where a tile's elements lie. Registers come in runs, which are consecutive
/// along the contiguous direction, and are addressed in units: registers of a
/// run that are inside of the domain together, so that one address and one mask
/// do for all of them.
class TileWalk {
public:
  /// `run` registers are consecutive along the nest's fast loop. `sizes` has
  /// the size of each loop of the nest, of type index.
  TileWalk(const RowNest &nest, const TileLayout &layout, int64_t run,
           EmissionPoints &points, const ThreadNumbers &numbers,
           llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Location loc);
  virtual ~TileWalk() = default;

  const RowNest &getNest() const { return nest; }
  const TileLayout &getLayout() const { return layout; }
  int64_t getRun() const { return run; }
  EmissionPoints &getPoints() { return points; }
  mlir::Location getLoc() const { return loc; }

  /// The tile's dimension along which the coordinate of `loop` differs; none
  /// if it is the same in all of the tile.
  virtual std::optional<unsigned> getDim(unsigned loop) const = 0;
  /// The tile's dimensions along which the element of `operand` differs.
  DimSet getDims(const FlatOperand &operand) const;

  /// The coordinate along `loop` at `reg`, or that of the nearest element there
  /// is.
  virtual mlir::Value getCoordinate(unsigned loop, int64_t reg) = 0;

  /// Elements that `operand` steps by along a run; 0 if it is the same for all
  /// of it.
  int64_t getFastStep(const FlatOperand &operand) const;
  /// Elements of one access to `operand`; with `clamped`, to the elements
  /// nearest to the tile's.
  virtual int64_t getAccessWidth(const FlatOperand &operand,
                                 bool clamped) const;
  /// Registers of a unit.
  virtual int64_t getUnit(const FlatOperand &operand, bool clamped) const = 0;
  /// The address of `operand` at `reg`, where a unit starts. With `clamped` it
  /// is that of the nearest unit there is, so that what lies outside can be
  /// loaded without a mask.
  virtual mlir::Value getAddress(const FlatOperand &operand, int64_t reg,
                                 bool clamped) = 0;

  /// True where `reg` is inside of the domain along the tile's `dim`; null if
  /// it always is.
  mlir::Value getMask(unsigned dim, int64_t reg);
  /// True in the threads that store `out` at `reg`, where a unit starts: each
  /// element by one thread. Null for all threads.
  mlir::Value getStoreMask(const FlatOperand &out, int64_t reg);
  /// False if no thread stores `out` at the run of `reg`.
  bool isStoredAt(const FlatOperand &out, int64_t reg) const;

  /// Forgets what belongs to a step of a loop over rows.
  virtual void leaveStep();

protected:
  /// The mask itself; null if no thread's `reg` is outside along `dim`.
  virtual mlir::Value createMask(unsigned dim, int64_t reg) = 0;
  /// Calls `require` with the conditions of a store mask. An absent condition
  /// holds.
  virtual void
  forEachCondition(const FlatOperand &out, int64_t reg,
                   llvm::function_ref<void(mlir::Value)> require) = 0;
  /// The register that has the coordinate of `reg` along `dim`.
  virtual int64_t projectOnto(unsigned dim, int64_t reg) const;
  IndexMath math(mlir::OpBuilder &b) const { return IndexMath(b, loc); }

  const RowNest &nest;
  const TileLayout &layout;
  int64_t run;
  EmissionPoints &points;
  mlir::Location loc;
  llvm::SmallVector<mlir::OpFoldResult> sizes;
  /// The thread's offset along each dimension of the tile, of type index; null
  /// for none.
  llvm::SmallVector<mlir::Value, 3> threadOffsets;

private:
  llvm::DenseMap<std::pair<unsigned, int64_t>, mlir::Value> masks;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_TILEWALK_H
