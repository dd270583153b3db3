//===- BufferViews.h - Memrefs as places in buffers -------------*- C++ -*-===//
// Where in which of the entry's buffers a memref of the host function lies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_BUFFERVIEWS_H
#define UPWEAVE_LIB_TARGET_BUFFERVIEWS_H

#include "Upweave/Target/SizeExpr.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace upweave {

/// A memref of the host function.
struct BufferView {
  bundle::BufferKind buffer = bundle::BufferKind::Argument;
  /// Of an argument.
  unsigned argument = 0;
  /// Bytes from the buffer's start to the base pointer.
  SizeExpr base;
  /// In elements, from the base pointer.
  SizeExpr offset;
  llvm::SmallVector<SizeExpr> sizes;
  llvm::SmallVector<SizeExpr> strides;
};

/// Follows chains of views, and evaluates index arithmetic on their sizes.
class BufferViews {
public:
  explicit BufferViews(mlir::func::FuncOp func);

  /// The view that `memref` is, nothing if an op in its chain is not known to
  /// be a view with computable sizes.
  std::optional<BufferView> getView(mlir::Value memref);

  std::optional<SizeExpr> evaluate(mlir::OpFoldResult value) {
    return index.evaluate(value);
  }

private:
  using Exprs = llvm::SmallVector<SizeExpr>;

  std::optional<SizeExpr> getLeaf(mlir::Value value);
  std::optional<BufferView> compute(mlir::Value memref);
  std::optional<BufferView> getArgument(mlir::BlockArgument arg);
  std::optional<BufferView> getSubview(mlir::memref::SubViewOp op);
  std::optional<BufferView> getByteView(mlir::memref::ViewOp op);
  std::optional<BufferView>
  getReinterpreted(mlir::memref::ReinterpretCastOp op);
  std::optional<BufferView> getExpanded(mlir::memref::ExpandShapeOp op);
  std::optional<BufferView> getCollapsed(mlir::memref::CollapseShapeOp op);
  bool evaluateAll(llvm::ArrayRef<mlir::OpFoldResult> values, Exprs &result);

  mlir::func::FuncOp func;
  IndexEvaluator index;
  llvm::DenseMap<mlir::Value, std::optional<BufferView>> cache;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_BUFFERVIEWS_H
