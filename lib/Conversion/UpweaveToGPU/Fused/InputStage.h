//===- InputStage.h - A fused kernel stages its input -----------*- C++ -*-===//
// The interface that staging has for the loop over units, whatever the input is
// taken from.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_INPUTSTAGE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_INPUTSTAGE_H

#include "Fused/UnitWalk.h"

namespace upweave {

/// Stages the input of units. A stage is [chunk][row][column slot] of
/// positions; all implementations write the same bytes.
///
/// The loop over units calls `issue` for a unit some stages ahead, where
/// asynchronous copies start; `begin` before the loop and `advance` in each
/// round, behind the barrier, with values that are carried from round to round.
class InputStage {
public:
  explicit InputStage(const StageContext &context) : context(context) {}
  virtual ~InputStage() = default;

  /// Zeros in the staged columns that no copy writes, in all stages.
  void clearHalos(mlir::OpBuilder &b) const;

  /// Starts the copies of `unit`, which there is, to the stage that starts at
  /// word `stage`.
  virtual void issue(mlir::OpBuilder &b, mlir::Value unit,
                     mlir::Value stage) const = 0;

  /// What is loaded before the loop, and the values that the first round gets.
  virtual llvm::SmallVector<mlir::Value> begin(mlir::OpBuilder &b) const = 0;

  /// Stores what a round before loaded to `nextStage`, the stage of unit + 1;
  /// the values for the next round.
  virtual llvm::SmallVector<mlir::Value>
  advance(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> carried,
          mlir::Value unit, mlir::Value nextStage) const = 0;

protected:
  StageContext context;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_INPUTSTAGE_H
