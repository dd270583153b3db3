//===- HostRowProgram.h - A block's program over one row --------*- C++ -*-===//
// Private to the host lowering: the region of a block as loops over a row.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_HOST_HOSTROWPROGRAM_H
#define UPWEAVE_LIB_TRANSFORMS_HOST_HOSTROWPROGRAM_H

#include "HostLoops.h"

#include "Upweave/IR/Upweave.h"

#include "llvm/ADT/MapVector.h"

namespace upweave {

/// Neighbouring rows that are computed together: `size` indices of the parallel
/// dimension `dim` from `begin` on, `width` of them at most. Loops over a strip
/// are innermost, so that rows whose elements lie apart in memory, but side by
/// side with those of the next row, are still read line by line.
struct RowStrip {
  int64_t dim = -1; ///< -1: one row.
  int64_t width = 1;
  mlir::Value begin, size;
};

/// Emits the program of a block for one row (one index on the parallel dims) or
/// a strip of rows.
/// Row-uniform values are computed once. Each collective is one loop over the
/// row, in which its operand is computed anew from the producer's value and the
/// params; so nothing but the producer's row is ever stored. The last loop
/// computes the yielded values and stores them.
class HostRowProgram {
public:
  /// Loads the producer's value at a domain index.
  using ProducerLoad = std::function<mlir::Value(
      mlir::OpBuilder &, llvm::ArrayRef<mlir::Value> dims)>;

  /// `dims` holds the index on the parallel dims, null for row dims and that of
  /// the strip.
  HostRowProgram(BlockOp block, llvm::ArrayRef<mlir::Value> dims,
                 ProducerLoad load, RowStrip strip, ScratchMemory &scratch);

  /// Fails with a diagnostic where there is no memory for a strip's values.
  llvm::LogicalResult emit(mlir::OpBuilder &builder);

private:
  /// Values known at one place: for the whole row (see Statistics), or for one
  /// element.
  using Values = llvm::DenseMap<mlir::Value, mlir::Value>;
  using ValueList = llvm::SmallVector<mlir::Value>;
  /// A value for the whole row; of a strip a buffer with one for each row.
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
  ValueList createStatistics(mlir::OpBuilder &builder, LayerNormOp op,
                             mlir::Value sum, mlir::Value squares,
                             mlir::Value m0);
  mlir::Value createGelu(mlir::OpBuilder &builder, GeluOp op, mlir::Value v);
  /// Loops over the row; `body` gets the complete domain index and the values
  /// carried from element to element.
  ValueList overRow(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> init,
                    llvm::function_ref<ValueList(mlir::OpBuilder &,
                                                 llvm::ArrayRef<mlir::Value>,
                                                 llvm::ArrayRef<mlir::Value>)>
                        body);
  /// The values that `body` computes of those in `from`, for each row.
  ValueList perRow(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> from,
                   llvm::ArrayRef<mlir::Type> types,
                   llvm::function_ref<ValueList(mlir::OpBuilder &,
                                                llvm::ArrayRef<mlir::Value>)>
                       body);
  void overStrip(mlir::OpBuilder &builder,
                 llvm::function_ref<void(mlir::OpBuilder &)> body);
  void evaluateUniform(mlir::OpBuilder &builder, mlir::Operation &op);
  mlir::Value createBuffer(mlir::Type type);
  mlir::Value read(mlir::OpBuilder &builder, mlir::Value value);
  void write(mlir::OpBuilder &builder, mlir::Value value, mlir::Value buffer);
  bool isStrip() const { return strip.dim >= 0; }

  BlockOp block;
  mlir::Location loc;
  llvm::SmallVector<mlir::Value> dims;
  ProducerLoad load;
  RowStrip strip;
  ScratchMemory &scratch;
  mlir::Value lane; ///< Inside of a loop over the strip: the row's number.
  bool hasMemory = true;
  Values uniform;
  llvm::DenseMap<mlir::Operation *, Statistics> statistics;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_HOST_HOSTROWPROGRAM_H
