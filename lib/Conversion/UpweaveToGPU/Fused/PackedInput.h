//===- PackedInput.h - Packed input to shared memory ------------*- C++ -*-===//
// Copies positions that a launch before packed, by cp.async.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKEDINPUT_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKEDINPUT_H

#include "Fused/InputStage.h"

namespace upweave {

/// Stages packed input: a thread copies some pieces of each line.
class PackedInput : public InputStage {
public:
  PackedInput(mlir::OpBuilder &b, const StageContext &context,
              const UnitWalk &units, mlir::Value packed);

  void issue(mlir::OpBuilder &b, mlir::Value unit,
             mlir::Value stage) const override;
  llvm::SmallVector<mlir::Value> begin(mlir::OpBuilder &) const override {
    return {};
  }
  llvm::SmallVector<mlir::Value> advance(mlir::OpBuilder &,
                                         llvm::ArrayRef<mlir::Value>,
                                         mlir::Value,
                                         mlir::Value) const override {
    return {};
  }

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

  void prepareColumns(mlir::OpBuilder &b);
  /// Lines of one row: the chunks of all groups.
  int64_t getLinesOfRow() const {
    return context.facts.groups * context.facts.getChunks();
  }
  mlir::Value getLine(Int32Math &m, const UnitOrigin &origin,
                      mlir::Value row) const;
  void copyLine(mlir::OpBuilder &b, mlir::Value lineActive, mlir::Value line,
                mlir::Value source, mlir::Value valid) const;

  const UnitWalk &units;
  mlir::Value packed;
  /// The order of lines: what is faster are the columns of one row and chunk.
  PackedOrder lines;
  int64_t lineWords;
  /// First word of the image, of type index.
  mlir::Value imageWord;
  /// The line a thread starts with.
  mlir::Value threadLine;
  llvm::SmallVector<ColumnCopy, 4> columns;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_PACKEDINPUT_H
