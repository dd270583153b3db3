//===- HostLoops.h - Loop nests and map application -------------*- C++ -*-===//
// Private to the host lowering: small builders for loops over domain dims.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_HOST_HOSTLOOPS_H
#define UPWEAVE_LIB_TRANSFORMS_HOST_HOSTLOOPS_H

#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"

namespace upweave {

/// An index constant.
mlir::Value createIndex(mlir::OpBuilder &builder, mlir::Location loc,
                        int64_t value);

/// The results of `map` at domain index `dims`; null entries of `dims` must not
/// occur in the map.
llvm::SmallVector<mlir::Value> applyMap(mlir::OpBuilder &builder,
                                        mlir::Location loc, mlir::AffineMap map,
                                        llvm::ArrayRef<mlir::Value> dims);

/// Emits nested sequential loops 0..sizes[i] around `body`, outermost first,
/// carrying `init`; returns what the nest yields. Without sizes the body is
/// emitted once, in place. The builder ends up after the nest.
llvm::SmallVector<mlir::Value>
createLoopNest(mlir::OpBuilder &builder, mlir::Location loc,
               llvm::ArrayRef<mlir::Value> sizes,
               llvm::ArrayRef<mlir::Value> init,
               llvm::function_ref<llvm::SmallVector<mlir::Value>(
                   mlir::OpBuilder &, llvm::ArrayRef<mlir::Value> indices,
                   llvm::ArrayRef<mlir::Value> carried)>
                   body);

/// `value` converted to the float type `type` by extension or rounding.
mlir::Value castFloat(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, mlir::Type type);

/// A float constant of type `type`.
mlir::Value createFloat(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Type type, double value);

/// Memory for one row's intermediate values: small buffers on the stack at the
/// function's start, until it holds enough, the others behind the planned part
/// of the workspace, where each thread of the team has a part of its own.
/// Blocks run one after the other, so they share the latter.
class ScratchMemory {
public:
  explicit ScratchMemory(mlir::func::FuncOp func);

  /// To be called before the buffers of another block are asked for.
  void startBlock() { used = 0; }

  /// A buffer of static shape, or failure with a diagnostic where it is large
  /// and the function has no workspace.
  mlir::FailureOr<mlir::Value> get(mlir::Location loc, mlir::MemRefType type);

  /// Records on the function what a thread needs of the workspace.
  void finish();

private:
  mlir::Value createThreadBase(mlir::OpBuilder &builder, mlir::Location loc);

  mlir::func::FuncOp func;
  int64_t onStack = 0;
  int64_t used = 0;
  int64_t largest = 0;
  /// Where the thread's part of the workspace starts, in bytes; null until a
  /// buffer is in it.
  mlir::Value threadBase;
  /// The size of that part, known when all buffers are.
  mlir::arith::ConstantIndexOp threadBytes;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_HOST_HOSTLOOPS_H
