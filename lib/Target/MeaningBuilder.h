//===- MeaningBuilder.h - State of a meaning's extraction -------*- C++ -*-===//
// The tensors known so far with their shapes, and a visitor for each kind of
// op.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_MEANINGBUILDER_H
#define UPWEAVE_LIB_TARGET_MEANINGBUILDER_H

#include "Upweave/IR/Upweave.h"
#include "Upweave/Target/Meaning.h"
#include "Upweave/Target/SizeExpr.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

namespace upweave {

/// Builds the meaning of one function, see `extractMeaning`.
class MeaningBuilder {
public:
  MeaningBuilder(mlir::func::FuncOp func, bundle::Precision requested,
                 ConstantPool &pool);

  mlir::LogicalResult run();

  EntryMeaning meaning;

private:
  using Shape = llvm::SmallVector<SizeExpr>;

  // Tensors.
  std::optional<SizeExpr> getLeaf(mlir::Value value);
  unsigned addTensor(mlir::Type element, Shape shape,
                     bundle::TensorSource source);
  /// A tensor that the step to come defines.
  unsigned define(mlir::Value value, Shape shape);
  /// The sizes that the type gives, 0 for dynamic ones; none for a scalar.
  static Shape getStaticShape(mlir::Type type);
  /// The tensor that a value is; a scalar constant or a number made from sizes
  /// is filled in.
  std::optional<unsigned> find(mlir::Value value);
  std::optional<unsigned> findScalar(mlir::Value value);
  const Shape &getShape(mlir::Value value) { return shapes[tensors[value]]; }
  void defineArguments();
  mlir::LogicalResult defineConstant(mlir::Operation *op,
                                     mlir::ElementsAttr value);
  /// Notes that two sizes are equal.
  void unify(const SizeExpr &a, const SizeExpr &b);

  // Steps. A visitor that returns false leaves the op to `visitOpaque`, and
  // has then changed nothing.
  template <typename StepT> void addStep(StepT step, mlir::Location loc) {
    auto table = std::make_unique<bundle::StepT>();
    table->op.Set(std::move(step));
    table->location = describeLocation(loc);
    if (when)
      table->when = when->toTable();
    meaning.table->steps.push_back(std::move(table));
  }
  static std::unique_ptr<bundle::FillValueT> getFillValue(mlir::Attribute attr);
  /// The fill value that a scalar is: a constant or a tensor of rank 0.
  std::unique_ptr<bundle::FillValueT> getFillValue(mlir::Value scalar);
  std::unique_ptr<bundle::OperandT> getOperand(unsigned tensor,
                                               mlir::AffineMap map);
  /// Evaluates sizes or offsets.
  bool evaluate(llvm::ArrayRef<mlir::OpFoldResult> values, Shape &result);

  mlir::LogicalResult visit(mlir::Operation *op);
  bool visitEmpty(mlir::tensor::EmptyOp op);
  bool visitFill(mlir::Value scalar, mlir::Value result, Shape shape);
  bool visitPad(mlir::tensor::PadOp op);
  bool visitExtractSlice(mlir::tensor::ExtractSliceOp op);
  bool visitInsertSlice(mlir::tensor::InsertSliceOp op);
  bool visitConcat(mlir::tensor::ConcatOp op);
  bool visitReshape(mlir::Operation *op, Shape shape);
  bool visitExpandShape(mlir::tensor::ExpandShapeOp op);
  bool visitCollapseShape(mlir::tensor::CollapseShapeOp op);
  bool visitScalar(mlir::Operation *op);
  bool visitGenerate(mlir::tensor::GenerateOp op);
  bool visitIf(mlir::scf::IfOp op);
  /// Visits what is computed only if `condition` is 1.
  mlir::LogicalResult visitArm(mlir::Region &arm, const SizeExpr &condition);
  void visitOpaque(mlir::Operation *op);
  bool visitLinalg(mlir::linalg::LinalgOp op);
  bool visitBlock(BlockOp op);
  /// The loop sizes of a linalg op, from its operands' shapes.
  bool getLoopSizes(mlir::linalg::LinalgOp op, Shape &sizes);
  void setPrecision(mlir::Type element, bundle::Precision &precision,
                    double *unitError);

  mlir::func::FuncOp func;
  bundle::Precision requested;
  ConstantPool &pool;
  llvm::DenseMap<mlir::Value, unsigned> tensors;
  std::vector<Shape> shapes; // one per tensor
  IndexEvaluator index;
  /// The condition on sizes under which the steps to come are there.
  std::optional<SizeExpr> when;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_MEANINGBUILDER_H
