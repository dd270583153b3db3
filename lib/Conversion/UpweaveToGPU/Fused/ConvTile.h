//===- ConvTile.h - A tile of a convolution's result --------------*- C++
//-*-===//
// The accumulators of a fused convolution as the leaves of its block's region,
// with operands and results at the same places.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_CONVTILE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_CONVTILE_H

#include "Emission/TileOperands.h"

namespace upweave {

/// Dimensions of the tile: channels, row positions, and results along the
/// column axis.
constexpr unsigned kTileChannelDim = 0, kTileRowPositionDim = 1,
                   kTileColumnDim = 2;

/// How a loop of a convolution's nest is walked: coordinate = first + scale *
/// (offset of thread and register along the tile's `dim`).
struct TileLoop {
  /// The coordinate at the tile's origin, of type index.
  mlir::Value first;
  /// The tile's dimension, or none: the coordinate is `first`.
  std::optional<unsigned> dim;
  int64_t scale = 1;
  /// True if the tile may end past the loop's size.
  bool mayEndOutside = false;
};

/// Leaves and results of a fused kernel's program.
class ConvTile : public ProgramLeaves {
public:
  /// `loops` has one entry for each loop of `nest`, `run` registers are
  /// consecutive along the column.
  ConvTile(BlockOp block, const RowNest &nest, const TileLayout &layout,
           int64_t run, EmissionPoints &points, const ThreadNumbers &numbers,
           llvm::ArrayRef<TileLoop> loops,
           llvm::ArrayRef<mlir::OpFoldResult> sizes);

  void setOperands(llvm::ArrayRef<FlatOperand> newParams,
                   llvm::ArrayRef<FlatOperand> newOuts);
  /// The sums, by register.
  void setAccumulators(llvm::ArrayRef<mlir::Value> values);

  /// Coordinates along the loops of the nest at register `reg`, of type i32, or
  /// at the nearest element there is.
  llvm::SmallVector<mlir::Value> getPosition(mlir::OpBuilder &b,
                                             mlir::Value reg);

  /// True where `reg` lies within the result along tile dimension `dim`; null
  /// if it always does.
  mlir::Value getMask(unsigned dim, int64_t reg);
  /// The same along all of `dims`.
  mlir::Value getMaskAlong(DimSet dims, int64_t reg);

  /// Stores a run of out `out` from register `reg` on.
  void store(unsigned out, int64_t reg, llvm::ArrayRef<mlir::Value> values);
  /// True if out `out` has elements at `reg` at all.
  bool isStoredAt(unsigned out, int64_t reg) const;

  DimSet getArgumentDims(unsigned arg) override;
  mlir::Value getArgument(unsigned arg, int64_t reg) override;
  DimSet getIndexDims(unsigned domainDim) override;
  mlir::Value getIndex(unsigned domainDim, int64_t reg) override;

private:
  DimSet getDims(const FlatOperand &operand) const;
  mlir::Value getCoordinate(unsigned loop, int64_t reg, bool clamped);
  mlir::Value getAddress(const FlatOperand &operand, int64_t reg, bool clamped);
  mlir::Value getBase(const FlatOperand &operand, bool clamped);
  int64_t getWidth(const FlatOperand &operand) const;
  void load(unsigned arg, int64_t reg);
  mlir::Value getStoreMask(const FlatOperand &out, int64_t reg);

  BlockOp block;
  const RowNest &nest;
  const TileLayout &layout;
  int64_t run;
  EmissionPoints &points;
  mlir::Location loc;
  llvm::SmallVector<TileLoop> loops;
  llvm::SmallVector<mlir::OpFoldResult> sizes;
  /// The thread's offsets along the tile's dimensions, of type index; null for
  /// none.
  llvm::SmallVector<mlir::Value, 3> threadOffsets;
  llvm::SmallVector<FlatOperand> params, outs;
  llvm::SmallVector<mlir::Value> accumulators;
  llvm::DenseMap<std::pair<unsigned, int64_t>, mlir::Value> loaded, masks,
      coordinates;
  llvm::DenseMap<std::pair<const void *, unsigned>, mlir::Value> bases;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_CONVTILE_H
