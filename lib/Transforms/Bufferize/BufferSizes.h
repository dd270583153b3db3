//===- BufferSizes.h - Sizes as expressions of argument sizes ---*- C++ -*-===//
// Private to buffer planning: byte sizes over the function's dynamic dims.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_BUFFERIZE_BUFFERSIZES_H
#define UPWEAVE_LIB_TRANSFORMS_BUFFERIZE_BUFFERSIZES_H

#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"

namespace upweave {

/// The size of a buffer: `bytes` times the product of `factors`, which are
/// expressions over the function's dynamic dims without a constant factor, in
/// a fixed order. So two sizes with equal factors compare as integers.
struct BufferSize {
  int64_t bytes = 0;
  llvm::SmallVector<mlir::AffineExpr> factors;
};

/// Reads index arithmetic on the sizes of a function's arguments as affine
/// expressions over its dynamic dims, and writes such expressions as IR.
class ArgumentSizes {
public:
  explicit ArgumentSizes(mlir::func::FuncOp func);

  /// `value` as an expression, null if it depends on anything but the sizes of
  /// arguments.
  mlir::AffineExpr getExpr(mlir::Value value) const;

  /// The size of an allocation, or failure with a diagnostic on it.
  mlir::FailureOr<BufferSize> getSize(mlir::memref::AllocOp alloc) const;

  /// IR that computes `expr` from `memref.dim` of the arguments; each
  /// expression is computed once, so `builder` must always stand at one place
  /// that dominates all uses.
  mlir::Value materialize(mlir::OpBuilder &builder, mlir::AffineExpr expr);

private:
  /// The size of dim `dim` of `buffer`, an argument or a view of one.
  mlir::AffineExpr getDim(mlir::Value buffer, int64_t dim) const;
  mlir::AffineExpr getArgumentDim(mlir::BlockArgument arg, int64_t dim) const;
  mlir::Value create(mlir::OpBuilder &builder, mlir::AffineExpr expr);

  mutable mlir::func::FuncOp func; // An op is a handle; reading is not const.
  llvm::SmallVector<ArgDim> dims;
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> values;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_BUFFERIZE_BUFFERSIZES_H
