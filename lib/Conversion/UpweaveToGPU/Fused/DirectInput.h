//===- DirectInput.h - The input of a fused kernel as it lies ---*- C++ -*-===//
// Loads of a unit's positions from the convolution's own input, whatever its
// strides, and the stores that stage them, between the products of another
// unit.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_DIRECTINPUT_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_DIRECTINPUT_H

#include "Fused/OperandStage.h"

#include "Upweave/IR/Upweave.h"

namespace upweave {

/// Stages input that no kernel packed. What a thread loads of a unit stays in
/// registers while the products of another one run, then it is stored.
class DirectInput {
public:
  /// `input` is the kernel's view of the convolution's input, a memref whose
  /// dimensions are `dims`.
  DirectInput(mlir::OpBuilder &b, mlir::Location loc, const FusedFacts &facts,
              const FusedPlan &plan, const BlockPlace &place,
              OperandStage &stage, mlir::Value input, const DataDims &dims,
              mlir::Value shared, mlir::Value thread);

  /// What the thread stages of `unit`; zeros if there is no such unit.
  llvm::SmallVector<mlir::Value> load(mlir::OpBuilder &b, mlir::Value unit);

  /// Writes what `load` gave to the stage that starts at word `stage`.
  void store(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> values,
             mlir::Value stage);

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

  void prepareView(mlir::OpBuilder &b, mlir::Value input);
  void prepareColumns(mlir::OpBuilder &b, mlir::Value thread);
  void prepareCopies();
  mlir::Value getStride(mlir::OpBuilder &b, mlir::Value count, int64_t dim);
  mlir::Value getActive(mlir::OpBuilder &b, const Copy &copy);
  Unit getUnit(mlir::OpBuilder &b, mlir::Value number);
  mlir::Value loadChannel(mlir::OpBuilder &b, const Unit &unit,
                          const Copy &copy, mlir::Value origin,
                          int64_t channel);
  mlir::ValueRange loadCopy(mlir::OpBuilder &b, const Unit &unit,
                            const Copy &copy);
  void storeCopy(mlir::OpBuilder &b, const Copy &copy,
                 llvm::ArrayRef<mlir::Value> values, mlir::Value stage);
  int64_t getElements() const { return kPieceBytes / atom.elementBytes; }
  bool isPadded() const;

  mlir::Location loc;
  const FusedFacts &facts;
  const FusedPlan &plan;
  const AtomInfo &atom;
  BlockPlace place;
  OperandStage &operands;
  DataDims dims;
  mlir::Value shared;

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

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_DIRECTINPUT_H
