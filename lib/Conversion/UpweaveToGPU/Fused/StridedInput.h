//===- StridedInput.h - Input as it lies to shared memory -------*- C++ -*-===//
// Loads of a unit's positions from the convolution's own input, whatever its
// strides, and the stores that stage them, between the products of another
// unit.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_STRIDEDINPUT_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_STRIDEDINPUT_H

#include "Fused/InputStage.h"

#include "Upweave/IR/Upweave.h"

namespace upweave {

/// Stages input that no kernel packed. What a thread loads of a unit stays in
/// registers while the products of another one run, then it is stored: loads
/// are one round ahead of the stores and two of the products.
class StridedInput : public InputStage {
public:
  /// `input` is the kernel's view of the convolution's input, a memref whose
  /// dimensions are `dims`.
  StridedInput(mlir::OpBuilder &b, const StageContext &context,
               const UnitWalk &units, mlir::Value input, const DataDims &dims);

  void issue(mlir::OpBuilder &, mlir::Value, mlir::Value) const override {}
  llvm::SmallVector<mlir::Value> begin(mlir::OpBuilder &b) const override;
  llvm::SmallVector<mlir::Value> advance(mlir::OpBuilder &b,
                                         llvm::ArrayRef<mlir::Value> carried,
                                         mlir::Value unit,
                                         mlir::Value nextStage) const override;

private:
  /// The thread's place in a staged row: half a position of copyVector columns.
  struct Column {
    /// Words from the row's start in shared memory, of each column.
    llvm::SmallVector<mlir::Value, 2> shared;
    /// Elements from the unit's origin, of type index.
    mlir::Value offset;
    /// Null where the thread always has this copy, or is always in the input.
    mlir::Value active, inside;
  };
  /// One copy of a thread: a column of a row (of those of the thread's line)
  /// and chunk of the unit.
  struct Copy {
    int64_t row, chunk;
    const Column *column;
  };
  /// Where a unit starts: elements from the base pointer (of type index), the
  /// thread's first row (none is below it if the unit is outside), the chunk.
  struct Unit {
    mlir::Value offset, row, chunk;
  };

  void prepareAccesses();
  void prepareView(mlir::OpBuilder &b, mlir::Value input);
  void prepareColumns(mlir::OpBuilder &b);
  void prepareCopies();
  mlir::Value getStride(mlir::OpBuilder &b, mlir::Value count,
                        int64_t dim) const;
  mlir::Value getActive(mlir::OpBuilder &b, const Copy &copy) const;
  Unit getUnit(mlir::OpBuilder &b, mlir::Value number) const;
  llvm::SmallVector<mlir::Value> load(mlir::OpBuilder &b,
                                      mlir::Value unit) const;
  void store(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> values,
             mlir::Value stage) const;
  mlir::Value loadChannel(mlir::OpBuilder &b, const Unit &unit,
                          const Copy &copy, mlir::Value origin,
                          int64_t channel) const;
  mlir::ValueRange loadCopy(mlir::OpBuilder &b, const Unit &unit,
                            const Copy &copy) const;
  void storeCopy(mlir::OpBuilder &b, const Copy &copy,
                 llvm::ArrayRef<mlir::Value> values, mlir::Value stage) const;
  bool isPadded() const;

  mlir::Location loc;
  const FusedFacts &facts;
  const FusedPlan &plan;
  const AtomInfo &atom;
  const UnitWalk &units;
  DataDims dims;

  /// The input as one dimension from its base pointer, and where it starts.
  mlir::Value flat;
  llvm::SmallVector<mlir::OpFoldResult> strides;
  mlir::OpFoldResult start;
  mlir::VectorType accessType;
  /// First channels of a copy's accesses, for the first half of a position.
  llvm::SmallVector<int64_t> accesses;
  /// Channels that the second half of a position lies behind the first.
  int64_t halfChannels = 0;
  /// The thread's first row in the tile; its half of a position, in channels.
  mlir::Value threadLine, threadHalf;
  llvm::SmallVector<Column, 4> columns;
  llvm::SmallVector<Copy> copies;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_STRIDEDINPUT_H
