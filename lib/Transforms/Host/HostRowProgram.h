//===- HostRowProgram.h - A block's program over one row ----------*- C++
//-*-===//
// Private to the host lowering: the region of a block as loops over a row.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_HOST_HOSTROWPROGRAM_H
#define UPWEAVE_LIB_TRANSFORMS_HOST_HOSTROWPROGRAM_H

#include "HostLoops.h"

#include "Upweave/IR/Upweave.h"

#include "llvm/ADT/MapVector.h"

namespace upweave {

/// Emits the program of a block for one row (one index on the parallel dims).
/// Row-uniform values are computed once. Each collective is one loop over the
/// row, in which its operand is computed anew from the producer's value and the
/// params; so nothing but the producer's row is ever stored. The last loop
/// computes the yielded values and stores them.
class HostRowProgram {
public:
  /// Loads the producer's value at a domain index.
  using ProducerLoad = std::function<mlir::Value(
      mlir::OpBuilder &, llvm::ArrayRef<mlir::Value> dims)>;

  /// `dims` holds the index on the parallel dims, null for row dims.
  HostRowProgram(BlockOp block, llvm::ArrayRef<mlir::Value> dims,
                 ProducerLoad load);

  void emit(mlir::OpBuilder &builder);

private:
  /// Values known at one place: for the whole row, or for one element.
  using Values = llvm::DenseMap<mlir::Value, mlir::Value>;
  struct Statistics {
    mlir::Value mean, scale; ///< In the statistics' type.
  };

  mlir::Value evaluate(mlir::OpBuilder &builder, mlir::Value value,
                       llvm::ArrayRef<mlir::Value> at, Values &known);
  mlir::Value evaluateOp(mlir::OpBuilder &builder, mlir::Operation *op,
                         llvm::ArrayRef<mlir::Value> at, Values &known);
  mlir::Value loadArgument(mlir::OpBuilder &builder, mlir::BlockArgument arg,
                           llvm::ArrayRef<mlir::Value> at);
  void emitReduce(mlir::OpBuilder &builder, RowReduceOp op);
  void emitStatistics(mlir::OpBuilder &builder, LayerNormOp op);
  mlir::Value createGelu(mlir::OpBuilder &builder, GeluOp op, mlir::Value v);
  /// Loops over the row; `body` gets the complete domain index.
  llvm::SmallVector<mlir::Value>
  overRow(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> init,
          llvm::function_ref<llvm::SmallVector<mlir::Value>(
              mlir::OpBuilder &, llvm::ArrayRef<mlir::Value>,
              llvm::ArrayRef<mlir::Value>)>
              body);

  BlockOp block;
  mlir::Location loc;
  llvm::SmallVector<mlir::Value> dims;
  ProducerLoad load;
  Values uniform;
  llvm::DenseMap<mlir::Operation *, Statistics> statistics;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_HOST_HOSTROWPROGRAM_H
