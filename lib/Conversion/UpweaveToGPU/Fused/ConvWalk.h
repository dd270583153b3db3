//===- ConvWalk.h - A tile of a convolution's result ------------*- C++ -*-===//
// Channels, row positions and results along the column: each loop of the nest
// goes by steps of its own from where the tile starts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_CONVWALK_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_CONVWALK_H

#include "Emission/TileWalk.h"

#include "Upweave/Schedule/FusedLayout.h"

namespace upweave {

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

/// Walks loops by steps. A unit is one access, at one address an operand that
/// constants lead away from, register by register; where a loop may end
/// outside, clamped units are single elements.
class ConvWalk : public TileWalk {
public:
  /// `loops` has one entry for each loop of `nest`.
  ConvWalk(const RowNest &nest, const TileLayout &layout, int64_t run,
           EmissionPoints &points, const ThreadNumbers &numbers,
           llvm::ArrayRef<TileLoop> loops,
           llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Location loc);

  /// Coordinates along the loops of the nest at register `reg`, of type i32, or
  /// at the nearest element there is.
  llvm::SmallVector<mlir::Value> getPosition(mlir::OpBuilder &b,
                                             mlir::Value reg);

  std::optional<unsigned> getDim(unsigned loop) const override {
    return loops[loop].dim;
  }
  mlir::Value getCoordinate(unsigned loop, int64_t reg) override {
    return getCoordinate(loop, reg, /*clamped=*/true);
  }
  int64_t getAccessWidth(const FlatOperand &operand,
                         bool clamped) const override;
  int64_t getUnit(const FlatOperand &operand, bool clamped) const override {
    return getAccessWidth(operand, clamped);
  }
  mlir::Value getAddress(const FlatOperand &operand, int64_t reg,
                         bool clamped) override;

protected:
  mlir::Value createMask(unsigned dim, int64_t reg) override;
  void forEachCondition(const FlatOperand &out, int64_t reg,
                        llvm::function_ref<void(mlir::Value)> require) override;

private:
  /// Moves `value`, a coordinate along `loop`, to the last one there is.
  mlir::Value clamp(mlir::OpBuilder &b, unsigned loop, mlir::Value value);
  mlir::Value getCoordinate(unsigned loop, int64_t reg, bool clamped);
  mlir::Value getBase(const FlatOperand &operand, bool clamped);

  llvm::SmallVector<TileLoop> loops;
  llvm::DenseMap<std::pair<unsigned, int64_t>, mlir::Value> coordinates;
  llvm::DenseMap<std::pair<const void *, unsigned>, mlir::Value> bases;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_CONVWALK_H
