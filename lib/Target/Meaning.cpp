//===- Meaning.cpp - What an entry point computes, as data ----------------===//
// Walks the tensor ops that the results depend on and writes a step for each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/Meaning.h"

#include "MeaningBuilder.h"
#include "MeaningProgram.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace upweave {

//===----------------------------------------------------------------------===//
// Types, precisions, locations
//===----------------------------------------------------------------------===//

std::optional<bundle::DType> getBundleType(Type type) {
  using bundle::DType;
  if (type.isF16())
    return DType::F16;
  if (type.isBF16())
    return DType::BF16;
  if (type.isF32())
    return DType::F32;
  if (type.isF64())
    return DType::F64;
  if (type.isIndex())
    return DType::Index;
  if (!type.isSignlessInteger())
    return std::nullopt;
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return DType::I1;
  case 8:
    return DType::I8;
  case 16:
    return DType::I16;
  case 32:
    return DType::I32;
  case 64:
    return DType::I64;
  default:
    return std::nullopt;
  }
}

bundle::Precision getBundlePrecision(Precision precision) {
  switch (precision) {
  case Precision::IEEE:
    return bundle::Precision::Ieee;
  case Precision::TF32:
    return bundle::Precision::Tf32;
  case Precision::TF32x3:
    return bundle::Precision::Tf32x3;
  case Precision::F16:
    return bundle::Precision::F16;
  case Precision::BF16:
    return bundle::Precision::BF16;
  }
  llvm_unreachable("unknown precision");
}

std::optional<Precision> getIRPrecision(bundle::Precision precision) {
  switch (precision) {
  case bundle::Precision::None:
    return std::nullopt;
  case bundle::Precision::Ieee:
    return Precision::IEEE;
  case bundle::Precision::Tf32:
    return Precision::TF32;
  case bundle::Precision::Tf32x3:
    return Precision::TF32x3;
  case bundle::Precision::F16:
    return Precision::F16;
  case bundle::Precision::BF16:
    return Precision::BF16;
  }
  llvm_unreachable("unknown precision");
}

bundle::Precision getPrecisionFor(Type element, bundle::Precision requested) {
  if (element.isF16())
    return bundle::Precision::F16;
  if (element.isBF16())
    return bundle::Precision::BF16;
  if (element.isF32())
    return requested;
  return element.isF64() ? bundle::Precision::Ieee : bundle::Precision::None;
}

double getUnitError(bundle::Precision precision, Type element) {
  switch (precision) {
  case bundle::Precision::None:
    return 0.0;
  case bundle::Precision::Tf32:
    // Both operands are rounded to 11 bits.
    return 0x1p-10 + 0x1p-24;
  case bundle::Precision::Tf32x3:
    // What is left out: the product of the low parts, and their own rounding.
    return 0x1p-21 + 0x1p-24;
  default:
    return element.isF64() ? 0x1p-53 : 0x1p-24;
  }
}

std::string describeLocation(Location loc) {
  std::string text;
  loc->walk([&](Location inner) {
    auto file = dyn_cast<FileLineColLoc>(inner);
    if (!file)
      return WalkResult::advance();
    llvm::raw_string_ostream os(text);
    os << file.getFilename().getValue() << ':' << file.getLine() << ':'
       << file.getColumn();
    return WalkResult::interrupt();
  });
  return text;
}

//===----------------------------------------------------------------------===//
// MeaningBuilder: tensors
//===----------------------------------------------------------------------===//

MeaningBuilder::MeaningBuilder(func::FuncOp func, bundle::Precision requested,
                               ConstantPool &pool)
    : func(func), requested(requested), pool(pool),
      index([this](Value value) { return getLeaf(value); }) {
  meaning.table = std::make_unique<bundle::MeaningT>();
}

std::optional<SizeExpr> MeaningBuilder::getLeaf(Value value) {
  auto dim = value.getDefiningOp<tensor::DimOp>();
  if (!dim || !dim.getConstantIndex())
    return std::nullopt;
  auto type = cast<RankedTensorType>(dim.getSource().getType());
  int64_t position = *dim.getConstantIndex();
  if (position < 0 || position >= type.getRank())
    return std::nullopt;
  if (!type.isDynamicDim(position))
    return SizeExpr(type.getDimSize(position));
  auto known = tensors.find(dim.getSource());
  if (known == tensors.end())
    return std::nullopt;
  return shapes[known->second][position];
}

unsigned MeaningBuilder::addTensor(Type element, Shape shape,
                                   bundle::TensorSource source) {
  auto tensor = std::make_unique<bundle::TensorT>();
  tensor->dtype = getBundleType(element).value_or(bundle::DType::F32);
  tensor->shape = getExprTable(shape);
  tensor->source = source;
  meaning.table->tensors.push_back(std::move(tensor));
  shapes.push_back(std::move(shape));
  return shapes.size() - 1;
}

unsigned MeaningBuilder::define(Value value, Shape shape) {
  Type element = value.getType();
  if (auto type = dyn_cast<RankedTensorType>(element)) {
    element = type.getElementType();
    // What the type says is at least as good as what was computed.
    for (auto [size, expr] : llvm::zip(type.getShape(), shape))
      if (!ShapedType::isDynamic(size))
        expr = size;
  }
  unsigned number =
      addTensor(element, std::move(shape), bundle::TensorSource::Step);
  tensors[value] = number;
  return number;
}

MeaningBuilder::Shape MeaningBuilder::getStaticShape(Type type) {
  Shape shape;
  if (auto ranked = dyn_cast<RankedTensorType>(type))
    for (int64_t size : ranked.getShape())
      shape.push_back(ShapedType::isDynamic(size) ? 0 : size);
  return shape;
}

std::optional<unsigned> MeaningBuilder::find(Value value) {
  auto known = tensors.find(value);
  if (known != tensors.end())
    return known->second;
  if (isa<ShapedType>(value.getType()))
    return std::nullopt;
  return findScalar(value);
}

void MeaningBuilder::defineArguments() {
  for (BlockArgument arg : func.getArguments()) {
    Shape shape;
    Type element = arg.getType();
    if (auto type = dyn_cast<RankedTensorType>(element)) {
      element = type.getElementType();
      for (auto [i, size] : llvm::enumerate(type.getShape()))
        shape.push_back(ShapedType::isDynamic(size)
                            ? SizeExpr::getDim(arg.getArgNumber(), i)
                            : SizeExpr(size));
    }
    unsigned number =
        addTensor(element, std::move(shape), bundle::TensorSource::Argument);
    meaning.table->tensors[number]->argument = arg.getArgNumber();
    tensors[arg] = number;
  }
}

LogicalResult MeaningBuilder::defineConstant(Operation *op,
                                             ElementsAttr value) {
  bool splat = false;
  FailureOr<ConstantPool::Place> place = pool.place(value, op->getLoc(), splat);
  if (failed(place))
    return failure();
  unsigned number = addTensor(value.getElementType(),
                              getStaticShape(op->getResult(0).getType()),
                              bundle::TensorSource::Constant);
  meaning.table->tensors[number]->offset = place->offset;
  meaning.table->tensors[number]->section =
      pool.isBeside() && !place->shared ? 1 : 0;
  meaning.table->tensors[number]->splat = splat;
  tensors[op->getResult(0)] = number;
  return success();
}

//===----------------------------------------------------------------------===//
// MeaningBuilder: the function
//===----------------------------------------------------------------------===//

void MeaningBuilder::unify(const SizeExpr &a, const SizeExpr &b) {
  std::optional<bundle::DimRef> left = a.getDimRef(), right = b.getDimRef();
  if (left && right && a != b)
    meaning.equalDims.emplace_back(*left, *right);
}

/// The ops of the body that the returned values depend on.
static llvm::SmallPtrSet<Operation *, 32> getLiveOps(func::FuncOp func) {
  llvm::SmallPtrSet<Operation *, 32> live;
  Block &body = func.getBody().front();
  SmallVector<Operation *> worklist{body.getTerminator()};
  auto use = [&](Value value) {
    Operation *def = value.getDefiningOp();
    if (def && def->getBlock() == &body && live.insert(def).second)
      worklist.push_back(def);
  };
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    llvm::for_each(op->getOperands(), use);
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    llvm::for_each(captured, use);
  }
  return live;
}

LogicalResult MeaningBuilder::run() {
  defineArguments();
  llvm::SmallPtrSet<Operation *, 32> live = getLiveOps(func);
  Block &body = func.getBody().front();
  for (Operation &op : body.without_terminator())
    if (live.contains(&op) && failed(visit(&op)))
      return failure();
  for (Value result : body.getTerminator()->getOperands()) {
    std::optional<unsigned> number = find(result);
    if (!number)
      return emitError(result.getLoc())
             << "the function returns a value of type " << result.getType()
             << ", only tensors can be results";
    meaning.table->results.push_back(*number);
  }
  return success();
}

FailureOr<EntryMeaning> extractMeaning(func::FuncOp func,
                                       bundle::Precision requested,
                                       ConstantPool &pool) {
  MeaningBuilder builder(func, requested, pool);
  if (failed(builder.run()))
    return failure();
  return std::move(builder.meaning);
}

} // namespace upweave
