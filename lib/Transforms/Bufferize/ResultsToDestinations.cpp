//===- ResultsToDestinations.cpp - Results become arguments ---------------===//
// Turns the tensors that an entry point returns into buffers it is given.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_RESULTSTODESTINATIONS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace upweave;

/// Refuses a function whose results have no destination.
static LogicalResult checkResults(func::FuncOp func) {
  for (auto [index, type] : llvm::enumerate(func.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return func.emitError("result #")
             << index << " of function '" << func.getSymName() << "' has type "
             << type
             << ": only ranked tensors can be results; return a scalar as a "
                "tensor of rank 0";
    if (tensor.getEncoding())
      return func.emitError("result #")
             << index << " of function '" << func.getSymName()
             << "' has the encoding " << tensor.getEncoding()
             << ": only tensors without an encoding can be results";
  }
  return success();
}

/// The dynamic sizes of the function's own arguments, in order.
static SmallVector<ArgDim> collectDynamicDims(func::FuncOp func) {
  SmallVector<ArgDim> dims;
  for (BlockArgument arg : func.getArguments()) {
    auto type = dyn_cast<ShapedType>(arg.getType());
    if (!type || !type.hasRank())
      continue;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        dims.emplace_back(arg.getArgNumber(), dim);
  }
  return dims;
}

/// The size of `value` along `dim` as an expression of the arguments' dynamic
/// sizes `dims`, or null where bounds analysis finds none.
static AffineExpr deriveSize(Value value, int64_t dim, ArrayRef<ArgDim> dims) {
  auto stop = [](Value v, std::optional<int64_t>, ValueBoundsConstraintSet &) {
    return isa<BlockArgument>(v);
  };
  AffineMap map;
  ValueDimList operands;
  if (failed(ValueBoundsConstraintSet::computeBound(
          map, operands, presburger::BoundType::EQ, {value, dim}, stop)) ||
      map.getNumResults() != 1)
    return {};
  SmallVector<AffineExpr> replacements;
  for (auto [operand, operandDim] : operands) {
    auto arg = dyn_cast<BlockArgument>(operand);
    const ArgDim *it = dims.end();
    if (arg && operandDim)
      it = llvm::find(dims, ArgDim(arg.getArgNumber(), *operandDim));
    if (it == dims.end())
      return {};
    replacements.push_back(
        getAffineSymbolExpr(it - dims.begin(), value.getContext()));
  }
  ArrayRef<AffineExpr> all(replacements);
  return map.getResult(0).replaceDimsAndSymbols(
      all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
}

/// The shapes of the returned values as maps over the dynamic sizes. A size
/// that cannot be derived from the inputs becomes a dynamic size of its own:
/// that of the result's argument, appended to `dims`.
static SmallVector<AffineMap> deriveShapes(func::ReturnOp ret,
                                           unsigned numInputs,
                                           SmallVector<ArgDim> &dims) {
  MLIRContext *context = ret.getContext();
  SmallVector<SmallVector<AffineExpr>> shapes;
  for (auto [index, value] : llvm::enumerate(ret.getOperands())) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<AffineExpr> &sizes = shapes.emplace_back();
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      AffineExpr size;
      if (!type.isDynamicDim(dim))
        size = getAffineConstantExpr(type.getDimSize(dim), context);
      else
        size = deriveSize(value, dim, dims);
      if (!size) {
        dims.emplace_back(numInputs + index, dim);
        size = getAffineSymbolExpr(dims.size() - 1, context);
      }
      sizes.push_back(size);
    }
  }
  SmallVector<AffineMap> maps;
  for (ArrayRef<AffineExpr> sizes : shapes)
    maps.push_back(AffineMap::get(0, dims.size(), sizes, context));
  return maps;
}

/// Gives every use its own `tensor.empty`, so that the one that leads to a
/// destination can be replaced without the others.
static void separateEmpties(func::FuncOp func) {
  SmallVector<tensor::EmptyOp> empties;
  func.walk([&](tensor::EmptyOp op) { empties.push_back(op); });
  for (tensor::EmptyOp empty : empties) {
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : empty->getUses())
      uses.push_back(&use);
    for (OpOperand *use : ArrayRef(uses).drop_front(uses.empty() ? 0 : 1)) {
      OpBuilder builder(empty);
      use->set(builder.clone(*empty)->getResult(0));
    }
  }
}

/// Walks up the reshapes that `value` is the end of, and gives `destination`
/// the shape of their start, so that whatever computes the value can write it
/// in place. A reshape to dynamic sizes ends the walk.
static Value stripReshapes(OpBuilder &entry, Value value, Value &destination) {
  while (Operation *op = value.getDefiningOp()) {
    Location loc = op->getLoc();
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
      destination = memref::CollapseShapeOp::create(
          entry, loc, destination, expand.getReassociationIndices());
      value = expand.getSrc();
      continue;
    }
    auto collapse = dyn_cast<tensor::CollapseShapeOp>(op);
    if (!collapse || !collapse.getSrcType().hasStaticShape())
      break;
    destination = memref::ExpandShapeOp::create(
        entry, loc, collapse.getSrcType().getShape(), destination,
        collapse.getReassociationIndices());
    value = collapse.getSrc();
  }
  return value;
}

/// Rewrites one entry point; `numResults` counts what became an argument.
static LogicalResult convert(func::FuncOp func, Pass::Statistic &numResults) {
  if (failed(checkResults(func)))
    return failure();
  SmallVector<func::ReturnOp> returns(func.getOps<func::ReturnOp>());
  if (returns.size() != 1)
    return func.emitError("function '")
           << func.getSymName() << "' has " << returns.size()
           << " returns: an entry point must be straight-line code with one";
  MLIRContext *context = func.getContext();
  unsigned numInputs = func.getNumArguments();
  SmallVector<ArgDim> dims = collectDynamicDims(func);
  SmallVector<AffineMap> shapes = deriveShapes(returns[0], numInputs, dims);
  setDynamicDims(func, dims);
  for (BlockArgument arg : func.getArguments())
    if (isa<TensorType>(arg.getType()))
      func.setArgAttr(arg.getArgNumber(),
                      bufferization::BufferizationDialect::kWritableAttrName,
                      BoolAttr::get(context, false));

  separateEmpties(func);
  OpBuilder builder(returns[0]);
  OpBuilder entry = OpBuilder::atBlockBegin(&func.getBody().front());
  for (auto [value, shape] :
       llvm::zip_equal(returns[0].getOperands(), shapes)) {
    auto tensor = cast<RankedTensorType>(value.getType());
    unsigned index = func.getNumArguments();
    if (failed(func.insertArgument(
            index, MemRefType::get(tensor.getShape(), tensor.getElementType()),
            {}, value.getLoc())))
      return failure();
    func.setArgAttr(index, kRoleAttr, builder.getStringAttr(kResultRole));
    func.setArgAttr(index, kShapeAttr, AffineMapAttr::get(shape));
    Value destination = func.getArgument(index);
    Value source = stripReshapes(entry, value, destination);
    bufferization::MaterializeInDestinationOp::create(
        builder, returns[0].getLoc(), /*result=*/Type(), source, destination,
        /*restrict=*/true, /*writable=*/true);
    ++numResults;
  }
  returns[0].getOperandsMutable().clear();
  return func.eraseResults(llvm::BitVector(func.getNumResults(), true));
}

namespace {
struct ResultsToDestinationsPass
    : upweave::impl::ResultsToDestinationsBase<ResultsToDestinationsPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (isEntryPoint(func) && failed(convert(func, numResults)))
        return signalPassFailure();
  }
};
} // namespace
