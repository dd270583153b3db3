//===- MeaningSteps.cpp - Tensor and scalar ops as steps ------------------===//
// The visitors of tensor dialect ops, fills and scalars outside of bodies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "MeaningBuilder.h"
#include "MeaningProgram.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;

namespace upweave {

//===----------------------------------------------------------------------===//
// Parts of steps
//===----------------------------------------------------------------------===//

std::unique_ptr<bundle::FillValueT>
MeaningBuilder::getFillValue(Attribute attr) {
  auto fill = std::make_unique<bundle::FillValueT>();
  if (auto number = dyn_cast_or_null<FloatAttr>(attr))
    fill->value = number.getValueAsDouble();
  else if (auto number = dyn_cast_or_null<IntegerAttr>(attr))
    fill->integer = number.getType().isInteger(1)
                        ? number.getValue().getZExtValue()
                        : number.getValue().getSExtValue();
  return fill;
}

std::unique_ptr<bundle::FillValueT> MeaningBuilder::getFillValue(Value scalar) {
  Attribute attr;
  if (matchPattern(scalar, m_Constant(&attr)))
    return getFillValue(attr);
  std::optional<unsigned> tensor = find(scalar);
  if (!tensor)
    return nullptr;
  auto fill = std::make_unique<bundle::FillValueT>();
  fill->scalar = *tensor;
  return fill;
}

std::unique_ptr<bundle::OperandT> MeaningBuilder::getOperand(unsigned tensor,
                                                             AffineMap map) {
  auto operand = std::make_unique<bundle::OperandT>();
  operand->tensor = tensor;
  operand->map = getMapTable(map);
  return operand;
}

bool MeaningBuilder::evaluate(ArrayRef<OpFoldResult> values, Shape &result) {
  for (OpFoldResult value : values) {
    std::optional<SizeExpr> expr = index.evaluate(value);
    if (!expr)
      return false;
    result.push_back(*expr);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Tensor ops
//===----------------------------------------------------------------------===//

bool MeaningBuilder::visitEmpty(tensor::EmptyOp op) {
  Shape shape;
  if (!evaluate(op.getMixedSizes(), shape))
    return false;
  // Nobody may depend on what an empty tensor holds: a NaN tells who does.
  bundle::FillStepT fill;
  fill.value = std::make_unique<bundle::FillValueT>();
  fill.value->value = std::numeric_limits<double>::quiet_NaN();
  fill.result = define(op.getResult(), std::move(shape));
  addStep(std::move(fill), op.getLoc());
  return true;
}

bool MeaningBuilder::visitFill(Value scalar, Value result, Shape shape) {
  bundle::FillStepT fill;
  fill.value = getFillValue(scalar);
  if (!fill.value)
    return false;
  fill.result = define(result, std::move(shape));
  addStep(std::move(fill), result.getLoc());
  return true;
}

bool MeaningBuilder::visitPad(tensor::PadOp op) {
  Value padding = op.getConstantPaddingValue();
  Shape low, high;
  if (!padding || !tensors.count(op.getSource()) ||
      !evaluate(op.getMixedLowPad(), low) ||
      !evaluate(op.getMixedHighPad(), high))
    return false;
  bundle::PadStepT pad;
  pad.value = getFillValue(padding);
  if (!pad.value)
    return false;
  Shape shape = getShape(op.getSource());
  for (auto [i, size] : llvm::enumerate(shape))
    size = size + low[i] + high[i];
  pad.source = tensors[op.getSource()];
  pad.low = getExprTable(low);
  pad.result = define(op.getResult(), std::move(shape));
  addStep(std::move(pad), op.getLoc());
  return true;
}

/// The unit dimensions of the box that the smaller tensor does not have.
static std::vector<uint32_t> getDropped(const llvm::SmallBitVector &dropped) {
  return std::vector<uint32_t>(dropped.set_bits_begin(),
                               dropped.set_bits_end());
}

bool MeaningBuilder::visitExtractSlice(tensor::ExtractSliceOp op) {
  Shape offsets, sizes, strides;
  if (!tensors.count(op.getSource()) ||
      !evaluate(op.getMixedOffsets(), offsets) ||
      !evaluate(op.getMixedSizes(), sizes) ||
      !evaluate(op.getMixedStrides(), strides))
    return false;
  bundle::ExtractSliceStepT slice;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  Shape shape;
  for (auto [i, size] : llvm::enumerate(sizes))
    if (!dropped[i])
      shape.push_back(size);
  slice.source = tensors[op.getSource()];
  slice.offsets = getExprTable(offsets);
  slice.sizes = getExprTable(sizes);
  slice.strides = getExprTable(strides);
  slice.dropped = getDropped(dropped);
  slice.result = define(op.getResult(), std::move(shape));
  addStep(std::move(slice), op.getLoc());
  return true;
}

bool MeaningBuilder::visitInsertSlice(tensor::InsertSliceOp op) {
  Shape offsets, sizes, strides;
  if (!tensors.count(op.getSource()) || !tensors.count(op.getDest()) ||
      !evaluate(op.getMixedOffsets(), offsets) ||
      !evaluate(op.getMixedSizes(), sizes) ||
      !evaluate(op.getMixedStrides(), strides))
    return false;
  bundle::InsertSliceStepT slice;
  slice.source = tensors[op.getSource()];
  slice.dest = tensors[op.getDest()];
  slice.offsets = getExprTable(offsets);
  slice.sizes = getExprTable(sizes);
  slice.strides = getExprTable(strides);
  slice.dropped = getDropped(op.getDroppedDims());
  slice.result = define(op.getResult(), Shape(getShape(op.getDest())));
  addStep(std::move(slice), op.getLoc());
  return true;
}

/// Each operand is inserted into what the ones before it filled.
bool MeaningBuilder::visitConcat(tensor::ConcatOp op) {
  if (!llvm::all_of(op.getInputs(),
                    [&](Value input) { return tensors.count(input); }))
    return false;
  Shape shape = getShape(op.getInputs().front());
  SizeExpr &total = shape[op.getDim()];
  for (Value input : op.getInputs().drop_front())
    total = total + getShape(input)[op.getDim()];
  bundle::FillStepT fill;
  fill.value = std::make_unique<bundle::FillValueT>();
  fill.value->value = std::numeric_limits<double>::quiet_NaN();
  fill.result = define(op.getResult(), shape);
  addStep(std::move(fill), op.getLoc());
  Shape offsets(shape.size(), 0), strides(shape.size(), 1);
  for (Value input : op.getInputs()) {
    Shape sizes = getShape(input);
    bundle::InsertSliceStepT slice;
    slice.source = tensors[input];
    slice.dest = tensors[op.getResult()];
    slice.offsets = getExprTable(offsets);
    slice.sizes = getExprTable(sizes);
    slice.strides = getExprTable(strides);
    slice.result = define(op.getResult(), shape);
    addStep(std::move(slice), op.getLoc());
    offsets[op.getDim()] = offsets[op.getDim()] + sizes[op.getDim()];
  }
  return true;
}

bool MeaningBuilder::visitReshape(Operation *op, Shape shape) {
  if (!tensors.count(op->getOperand(0)))
    return false;
  bundle::ReshapeStepT reshape;
  reshape.source = tensors[op->getOperand(0)];
  reshape.result = define(op->getResult(0), std::move(shape));
  addStep(std::move(reshape), op->getLoc());
  return true;
}

bool MeaningBuilder::visitExpandShape(tensor::ExpandShapeOp op) {
  Shape shape;
  return evaluate(op.getMixedOutputShape(), shape) &&
         visitReshape(op, std::move(shape));
}

bool MeaningBuilder::visitCollapseShape(tensor::CollapseShapeOp op) {
  if (!tensors.count(op.getSrc()))
    return false;
  Shape source = getShape(op.getSrc()), shape;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    SizeExpr size = 1;
    for (int64_t dim : group)
      size = size * source[dim];
    shape.push_back(size);
  }
  return visitReshape(op, std::move(shape));
}

//===----------------------------------------------------------------------===//
// Any op
//===----------------------------------------------------------------------===//

void MeaningBuilder::visitOpaque(Operation *op) {
  bundle::OpaqueStepT opaque;
  opaque.name = op->getName().getStringRef().str();
  for (Value operand : op->getOperands()) {
    auto known = tensors.find(operand);
    if (known != tensors.end())
      opaque.inputs.push_back(known->second);
  }
  for (Value result : op->getResults()) {
    Shape shape = getStaticShape(result.getType());
    for (Value operand : op->getOperands())
      if (operand.getType() == result.getType() && tensors.count(operand))
        shape = getShape(operand);
    opaque.results.push_back(define(result, std::move(shape)));
  }
  addStep(std::move(opaque), op->getLoc());
}

/// True for types that the tables have a name for.
static bool isKnownType(Type type) {
  return getBundleType(getElementTypeOrSelf(type)).has_value();
}

LogicalResult MeaningBuilder::visit(Operation *op) {
  Attribute constant;
  if (op->getNumResults() == 1 &&
      matchPattern(op->getResult(0), m_Constant(&constant))) {
    auto elements = dyn_cast<ElementsAttr>(constant);
    if (elements && isKnownType(elements.getType()))
      return defineConstant(op, elements);
    if (!elements)
      return success(); // a scalar, filled in where it is used
  }
  bool done = llvm::all_of(op->getResultTypes(), isKnownType);
  done =
      done &&
      llvm::TypeSwitch<Operation *, bool>(op)
          .Case([&](tensor::EmptyOp op) { return visitEmpty(op); })
          .Case([&](tensor::PadOp op) { return visitPad(op); })
          .Case(
              [&](tensor::ExtractSliceOp op) { return visitExtractSlice(op); })
          .Case([&](tensor::InsertSliceOp op) { return visitInsertSlice(op); })
          .Case([&](tensor::ConcatOp op) { return visitConcat(op); })
          .Case([&](tensor::ExpandShapeOp op) { return visitExpandShape(op); })
          .Case([&](tensor::CollapseShapeOp op) {
            return visitCollapseShape(op);
          })
          .Case([&](tensor::CastOp op) {
            std::optional<unsigned> source = find(op.getSource());
            if (source)
              tensors[op.getResult()] = *source;
            return source.has_value();
          })
          .Case([&](tensor::SplatOp op) {
            return op.getType().hasStaticShape() &&
                   visitFill(op.getInput(), op.getResult(),
                             getStaticShape(op.getType()));
          })
          .Case([&](tensor::FromElementsOp op) {
            return op.getType().getRank() == 0 &&
                   visitFill(op.getElements()[0], op.getResult(), {});
          })
          .Case([&](linalg::LinalgOp op) { return visitLinalg(op); })
          .Case([&](BlockOp op) { return visitBlock(op); })
          .Case([&](scf::IfOp op) { return visitIf(op); })
          .Case([&](tensor::GenerateOp op) { return visitGenerate(op); })
          .Default([&](Operation *op) { return visitScalar(op); });
  if (!done)
    visitOpaque(op);
  return success();
}

} // namespace upweave
