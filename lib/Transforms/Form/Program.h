//===- Program.h - The scalar program of a block ----------------*- C++ -*-===//
// Pulls values of a cone, and what they are computed from beside it, into one
// output element's program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_FORM_PROGRAM_H
#define UPWEAVE_LIB_TRANSFORMS_FORM_PROGRAM_H

#include "Cone.h"

#include "Upweave/Analysis/ElementView.h"
#include "Upweave/IR/Upweave.h"

#include <unordered_map>

namespace upweave {

/// The program under construction: a detached block whose first argument is the
/// producer's element and whose others are those of the params.
class RegionProgram {
public:
  /// `elementType` is the type of the producer's elements in the region.
  RegionProgram(const Cone &cone, mlir::Type elementType, mlir::Location loc);

  /// The scalar that stands for `root`, a value of the cone, at an index of the
  /// domain.
  mlir::FailureOr<mlir::Value> pull(mlir::Value root);

  llvm::ArrayRef<int64_t> getDomain() const { return domain; }
  /// The row dimensions, ascending.
  llvm::SmallVector<int64_t> getRows() const;
  llvm::ArrayRef<mlir::Value> getParams() const { return params; }
  llvm::ArrayRef<mlir::AffineMap> getParamMaps() const { return paramMaps; }
  /// The map from the domain to a value of the cone.
  mlir::AffineMap getMap(mlir::Value value) const;
  mlir::Block &getBody() { return body; }
  /// The number of linalg operations that went into the program.
  unsigned getNumFused() const { return numFused; }

private:
  using GetArgument =
      llvm::function_ref<mlir::FailureOr<mlir::Value>(mlir::OpOperand &)>;

  IndexExpr getIndex(llvm::ArrayRef<unsigned> list) const;
  llvm::SmallVector<IndexExpr> getIndices(const Layout &layout) const;

  mlir::LogicalResult pullCone(mlir::Operation *op);
  mlir::LogicalResult pullElementwise(mlir::linalg::LinalgOp op);
  mlir::LogicalResult pullReduction(mlir::linalg::LinalgOp op);
  mlir::FailureOr<mlir::Value> pullOperand(mlir::linalg::LinalgOp op,
                                           mlir::OpOperand &operand,
                                           llvm::ArrayRef<IndexExpr> iteration,
                                           unsigned depth);
  mlir::FailureOr<mlir::Value> pullView(const ElementView &view,
                                        unsigned depth);
  mlir::FailureOr<mlir::Value> pullBehind(const ElementView &view,
                                          unsigned depth);
  mlir::FailureOr<mlir::Value> pullSideOp(const ElementView &view,
                                          mlir::linalg::LinalgOp op,
                                          unsigned depth);
  mlir::FailureOr<mlir::Value> addLeaf(const ElementView &view);
  mlir::FailureOr<mlir::Value> capture(mlir::Value scalar);
  mlir::LogicalResult inlinePayload(mlir::linalg::LinalgOp op,
                                    mlir::ValueRange wanted,
                                    llvm::ArrayRef<IndexExpr> iteration,
                                    GetArgument getArgument,
                                    llvm::SmallVectorImpl<mlir::Value> &values);
  mlir::Value createIndex(const IndexExpr &index, mlir::Location loc);
  bool isWorthStoring(const ElementView &view) const;

  struct ViewHash {
    size_t operator()(const ElementView &view) const {
      return hash_value(view);
    }
  };

  const Cone &cone;
  mlir::Location loc;
  mlir::Block body;
  mlir::OpBuilder builder;
  llvm::SmallVector<int64_t> domain;
  /// The domain's dimension of each digit.
  llvm::DenseMap<unsigned, unsigned> dimOfDigit;
  llvm::DenseMap<mlir::Value, mlir::Value> scalars;
  std::unordered_map<ElementView, mlir::Value, ViewHash> sideScalars;
  llvm::DenseMap<std::pair<mlir::Value, mlir::AffineMap>, mlir::Value> leaves;
  llvm::SmallVector<mlir::Value> params;
  llvm::SmallVector<mlir::AffineMap> paramMaps;
  unsigned numFused = 0;
  /// Set when a side operand turned out to need a convolution's result: it is
  /// then left to that convolution's own block.
  bool metContraction = false;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_FORM_PROGRAM_H
