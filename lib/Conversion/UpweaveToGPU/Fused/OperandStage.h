//===- OperandStage.h - Operands to shared memory ---------------*- C++ -*-===//
// Copies packed operands into a ring of stages by cp.async, with zeros where
// the input ends.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_OPERANDSTAGE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_OPERANDSTAGE_H

#include "Emission/KernelMath.h"

#include "Upweave/Schedule/FusedPlan.h"

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

/// The buffers that staging moves between: packed operands and the block's
/// shared memory, all of 32-bit words. There is no packed input where the
/// kernel takes it as it lies.
struct StageBuffers {
  mlir::Value packedInput, packedFilter, shared;
};

/// What of the input a unit starts with, as i32 values: its first chunk, and
/// positions along the class axes, which may lie outside of the input.
struct UnitOrigin {
  mlir::Value chunk;
  llvm::SmallVector<mlir::Value, 3> positions;
  /// If the positions along the outer axes are in the input; null: always.
  mlir::Value valid;
};

/// Stages units of a fused kernel. A stage is [chunk][row][column slot], then
/// the filter fragments.
class OperandStage {
public:
  OperandStage(mlir::OpBuilder &b, mlir::Location loc, const FusedFacts &facts,
               const FusedPlan &plan, const BlockPlace &place,
               const StageBuffers &buffers, mlir::Value thread);

  /// Units of this block, of type i32.
  mlir::Value getNumUnits() const { return numUnits; }

  /// Zeros in the staged columns that no copy writes, in all stages.
  void clearHalos(mlir::OpBuilder &b);

  /// Starts the copies of `unit`'s packed operands to the stage that starts at
  /// word `stage`.
  void issue(mlir::OpBuilder &b, mlir::Value unit, mlir::Value stage);

  /// Where `unit` lies in the input.
  UnitOrigin getOrigin(mlir::OpBuilder &b, mlir::Value unit);

  /// plan.getSlot of a value.
  mlir::Value getSlot(Int32Math &m, mlir::Value column);

private:
  /// One of the copies of a staged line that a thread makes.
  struct ColumnCopy {
    /// Words from the line's start, in shared memory and in packed memory.
    mlir::Value shared, packed;
    /// Null where the thread always has this copy.
    mlir::Value active;
    /// Null where the column is always in the input.
    mlir::Value inside;
  };

  void prepareUnits(mlir::OpBuilder &b);
  void prepareColumns(mlir::OpBuilder &b);
  void issueInput(mlir::OpBuilder &b, mlir::Value unit, mlir::Value stage);
  void issueFilter(mlir::OpBuilder &b, mlir::Value unit, mlir::Value stage);
  void copyPiece(mlir::OpBuilder &b, mlir::Value from, mlir::Value source,
                 mlir::Value target, mlir::Value valid);
  void copyLine(mlir::OpBuilder &b, mlir::Value row, mlir::Value line,
                mlir::Value source, mlir::Value valid);

  mlir::Location loc;
  const FusedFacts &facts;
  const FusedPlan &plan;
  BlockPlace place;
  StageBuffers buffers;
  mlir::Value thread;

  mlir::Value numUnits;
  /// Units that the block's class and channels lie behind in the filter.
  mlir::Value firstFilterUnit;
  /// First word of the image, of type index.
  mlir::Value imageWord;
  /// First row and input position of the tile along the class axes, without
  /// taps.
  llvm::SmallVector<mlir::Value, 3> firstPositions, tapCounts;
  /// The line a thread starts with.
  mlir::Value threadLine;
  llvm::SmallVector<ColumnCopy, 4> columns;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_OPERANDSTAGE_H
