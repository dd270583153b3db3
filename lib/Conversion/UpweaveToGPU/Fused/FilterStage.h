//===- FilterStage.h - The packed filter to shared memory -------*- C++ -*-===//
// Copies a unit's fragments by cp.async.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_FILTERSTAGE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_FILTERSTAGE_H

#include "Fused/UnitWalk.h"

namespace upweave {

/// Emits one cp.async of kPieceBytes from word `source` of `from` to word
/// `target` of shared memory, both of type index; of zeros where `valid` (null:
/// always) does not hold.
void createPieceCopy(mlir::OpBuilder &b, mlir::Location loc, mlir::Value from,
                     mlir::Value source, mlir::Value shared, mlir::Value target,
                     mlir::Value valid);

/// Stages the filter of a fused kernel, which lies packed in memory unit by
/// unit.
class FilterStage {
public:
  FilterStage(mlir::OpBuilder &b, const StageContext &context,
              const UnitWalk &units, mlir::Value packed);

  /// Starts the copies of `unit`'s fragments to the stage that starts at word
  /// `stage`.
  void issue(mlir::OpBuilder &b, mlir::Value unit, mlir::Value stage) const;

private:
  mlir::Value getTileDigit(unsigned dim) const;

  StageContext context;
  const UnitWalk &units;
  mlir::Value packed;
  /// Units that the block's tile lies behind in the filter.
  mlir::Value firstUnit;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_FILTERSTAGE_H
