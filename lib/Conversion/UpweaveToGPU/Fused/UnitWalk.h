//===- UnitWalk.h - The units that a block multiplies -----------*- C++ -*-===//
// Where a block's tile lies, how many units it takes, and where each of them is
// in the convolution's operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_UNITWALK_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_UNITWALK_H

#include "Emission/KernelMath.h"

#include "Upweave/Schedule/FusedLayout.h"

namespace upweave {

/// Where a thread block's tile lies, as i32 values.
struct BlockPlace {
  mlir::Value image, group, channelTile, rowTile, columnTile;
  /// Positions along the outer axes; phases along these, then the row axis.
  llvm::SmallVector<mlir::Value, 2> outerPositions;
  llvm::SmallVector<mlir::Value, 3> phases;
  /// The class of the column's phases.
  mlir::Value columnClass;
};

/// What all stages of operands know: where the kernel is being emitted, its
/// plan, the block's place, the block's shared memory as words, and the
/// thread's number.
struct StageContext {
  mlir::Location loc;
  const FusedFacts &facts;
  const FusedPlan &plan;
  BlockPlace place;
  mlir::Value shared, thread;

  /// Words of a stage: the input, then the filter.
  int64_t getStageWords() const {
    return (plan.inputBytes + plan.filterBytes) / kWordBytes;
  }
};

/// What of the input a unit starts with, as i32 values: its first chunk, and
/// positions along the class axes, which may lie outside of the input.
struct UnitOrigin {
  mlir::Value chunk;
  llvm::SmallVector<mlir::Value, 3> positions;
  /// If the positions along the outer axes are in the input; null: always.
  mlir::Value valid;
};

/// The units of a block: chunks of channels at each choice of the taps that are
/// not all in a unit. The last axis' taps follow one another, then chunks.
class UnitWalk {
public:
  UnitWalk(mlir::OpBuilder &b, const StageContext &context);

  /// Units of this block, of type i32.
  mlir::Value getNumUnits() const { return numUnits; }

  /// Where `unit` lies in the input.
  UnitOrigin getOrigin(mlir::OpBuilder &b, mlir::Value unit) const;

  /// The number of `unit` among those that a tile has room for in the packed
  /// filter: taps of a class have the places of the longest list.
  mlir::Value getFilterUnit(mlir::OpBuilder &b, mlir::Value unit) const;

private:
  /// The tap along each class axis that a unit is of, from its number over
  /// chunks; 0 where all taps are in the unit.
  llvm::SmallVector<mlir::Value, 3> getTaps(mlir::OpBuilder &b,
                                            mlir::Value unit) const;
  int64_t getChunkUnits() const;
  /// True if all taps of class axis `i` are in a unit.
  bool isInUnit(size_t i) const {
    return i == context.facts.outer.size() && context.plan.heightTapsInUnit;
  }

  StageContext context;
  mlir::Value numUnits;
  /// First row and input position of the tile along the class axes, without
  /// taps, and the taps of the block's phases.
  llvm::SmallVector<mlir::Value, 3> firstPositions, tapCounts;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_UNITWALK_H
