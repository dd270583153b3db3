//===- RegionOps.cpp - Operations of a block's region, and conv_transpose -===//
// Verifiers and folders of the collectives, gelu and index; the row-uniformity
// rule; the conv_transpose operation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace upweave;

//===----------------------------------------------------------------------===//
// Helpers shared by the dialect's users
//===----------------------------------------------------------------------===//

Type upweave::getAccumulatorType(Type type) {
  if (type.isF16() || type.isBF16())
    return Float32Type::get(type.getContext());
  return type;
}

/// True when values of `type` are scalars a region computes with.
static bool isScalarType(Type type) {
  return isa<FloatType, IndexType>(type) || type.isSignlessInteger();
}

bool upweave::isBlockRegionOp(Operation *op) {
  if (isa<RowReduceOp, LayerNormOp, GeluOp, IndexOp>(op))
    return true;
  return op->getNumRegions() == 0 && op->getNumSuccessors() == 0 &&
         op->getNumResults() > 0 && isPure(op) &&
         llvm::all_of(op->getOperandTypes(), isScalarType) &&
         llvm::all_of(op->getResultTypes(), isScalarType);
}

bool upweave::isRowUniform(Value root) {
  SmallVector<Value> worklist = {root};
  SmallPtrSet<Value, 16> seen;
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (auto arg = dyn_cast<BlockArgument>(value)) {
      auto block = cast<BlockOp>(arg.getOwner()->getParentOp());
      AffineMap map = block.getMap(arg.getArgNumber());
      for (int64_t dim : block.getRows())
        if (map.isFunctionOfDim(dim) && block.getDomain()[dim] != 1)
          return false;
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (isa<RowReduceOp>(op))
      continue;
    if (auto index = dyn_cast<IndexOp>(op)) {
      if (index->getParentOfType<BlockOp>().isRowDim(index.getDim()))
        return false;
      continue;
    }
    // layer_norm of a uniform value is uniform, like any scalar operation.
    llvm::append_range(worklist, op->getOperands());
  }
  return true;
}

TypedAttr upweave::getReduceIdentity(ReduceKind kind, Type type) {
  Builder b(type.getContext());
  if (auto floatType = dyn_cast<FloatType>(type)) {
    const llvm::fltSemantics &semantics = floatType.getFloatSemantics();
    switch (kind) {
    case ReduceKind::Mul:
      return b.getFloatAttr(type, 1.0);
    case ReduceKind::MaximumF:
      return b.getFloatAttr(type, APFloat::getInf(semantics, true));
    case ReduceKind::MinimumF:
      return b.getFloatAttr(type, APFloat::getInf(semantics, false));
    case ReduceKind::MaxNumF:
    case ReduceKind::MinNumF:
      // maxnum and minnum ignore a NaN, so that it is their identity.
      return b.getFloatAttr(type, APFloat::getNaN(semantics));
    default:
      // x + (-0.0) is x for every x, -0.0 among them.
      return b.getFloatAttr(type, APFloat::getZero(semantics, true));
    }
  }
  unsigned width = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  switch (kind) {
  case ReduceKind::Mul:
    return b.getIntegerAttr(type, APInt(width, 1));
  case ReduceKind::MaxSI:
    return b.getIntegerAttr(type, APInt::getSignedMinValue(width));
  case ReduceKind::MinSI:
    return b.getIntegerAttr(type, APInt::getSignedMaxValue(width));
  case ReduceKind::MinUI:
  case ReduceKind::AndI:
    return b.getIntegerAttr(type, APInt::getAllOnes(width));
  default:
    return b.getIntegerAttr(type, APInt::getZero(width));
  }
}

Value upweave::createReduceCombine(OpBuilder &b, Location loc, ReduceKind kind,
                                   Value lhs, Value rhs) {
  bool isFloat = isa<FloatType>(lhs.getType());
  switch (kind) {
  case ReduceKind::Add:
    return isFloat ? arith::AddFOp::create(b, loc, lhs, rhs).getResult()
                   : arith::AddIOp::create(b, loc, lhs, rhs).getResult();
  case ReduceKind::Mul:
    return isFloat ? arith::MulFOp::create(b, loc, lhs, rhs).getResult()
                   : arith::MulIOp::create(b, loc, lhs, rhs).getResult();
  case ReduceKind::MaximumF:
    return arith::MaximumFOp::create(b, loc, lhs, rhs);
  case ReduceKind::MaxNumF:
    return arith::MaxNumFOp::create(b, loc, lhs, rhs);
  case ReduceKind::MinimumF:
    return arith::MinimumFOp::create(b, loc, lhs, rhs);
  case ReduceKind::MinNumF:
    return arith::MinNumFOp::create(b, loc, lhs, rhs);
  case ReduceKind::MaxSI:
    return arith::MaxSIOp::create(b, loc, lhs, rhs);
  case ReduceKind::MaxUI:
    return arith::MaxUIOp::create(b, loc, lhs, rhs);
  case ReduceKind::MinSI:
    return arith::MinSIOp::create(b, loc, lhs, rhs);
  case ReduceKind::MinUI:
    return arith::MinUIOp::create(b, loc, lhs, rhs);
  case ReduceKind::AndI:
    return arith::AndIOp::create(b, loc, lhs, rhs);
  case ReduceKind::OrI:
    return arith::OrIOp::create(b, loc, lhs, rhs);
  case ReduceKind::XorI:
    return arith::XOrIOp::create(b, loc, lhs, rhs);
  }
  llvm_unreachable("unhandled reduction kind");
}

//===----------------------------------------------------------------------===//
// row_reduce, layer_norm, gelu, index
//===----------------------------------------------------------------------===//

LogicalResult RowReduceOp::verify() {
  bool isFloatKind =
      llvm::is_contained({ReduceKind::MaximumF, ReduceKind::MaxNumF,
                          ReduceKind::MinimumF, ReduceKind::MinNumF},
                         getKind());
  bool isIntKind = static_cast<uint32_t>(getKind()) >=
                   static_cast<uint32_t>(ReduceKind::MaxSI);
  bool isFloat = isa<FloatType>(getValue().getType());
  if ((isFloatKind && !isFloat) || (isIntKind && isFloat))
    return emitOpError() << "kind '" << stringifyReduceKind(getKind())
                         << "' does not reduce values of type "
                         << getValue().getType();
  return success();
}

/// Folds a minimum or maximum (or bitwise and/or) of a row-uniform value over a
/// row of known, positive length, which is the value itself.
OpFoldResult RowReduceOp::fold(FoldAdaptor) {
  auto block = (*this)->getParentOfType<BlockOp>();
  if (!block || !llvm::all_of(block.getMaps(), llvm::IsaPred<AffineMapAttr>))
    return {};
  int64_t length = block.getRowLength();
  if (length == 1)
    return getValue();
  bool isIdempotent = !llvm::is_contained(
      {ReduceKind::Add, ReduceKind::Mul, ReduceKind::XorI}, getKind());
  if (isIdempotent && length > 0 && isRowUniform(getValue()))
    return getValue();
  return {};
}

LogicalResult LayerNormOp::verify() {
  double eps = getEps().convertToDouble();
  if (!(eps >= 0) || std::isinf(eps))
    return emitOpError() << "'eps' is " << eps
                         << "; it must be finite and not negative";
  return success();
}

LogicalResult GeluOp::verify() {
  bool isTanh = getApproximate() == GeluKind::Tanh;
  if (isTanh != getC0().has_value() || isTanh != getC1().has_value())
    return emitOpError() << "of form '" << stringifyGeluKind(getApproximate())
                         << (isTanh ? "' needs the constants 'c0' and 'c1'"
                                    : "' takes no constants 'c0' and 'c1'");
  return success();
}

OpFoldResult GeluOp::fold(FoldAdaptor adaptor) {
  // gelu(+-0) = +-0 exactly; other constants are left to run time.
  if (auto value = dyn_cast_or_null<FloatAttr>(adaptor.getValue()))
    if (value.getValue().isZero())
      return value;
  return {};
}

LogicalResult IndexOp::verify() {
  auto block = (*this)->getParentOfType<BlockOp>();
  if (getDim() >= block.getDomain().size())
    return emitOpError() << "names dimension " << getDim()
                         << " of a domain of rank " << block.getDomain().size();
  return success();
}

//===----------------------------------------------------------------------===//
// conv_transpose
//===----------------------------------------------------------------------===//

LogicalResult ConvTransposeOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  auto filter = cast<ShapedType>(getFilter().getType());
  auto init = cast<ShapedType>(getInit().getType());
  bool isTensor = isa<TensorType>(init);
  if (isTensor != isa<TensorType>(input) || isTensor != isa<TensorType>(filter))
    return emitOpError("takes tensors or memrefs, not both");
  if (isTensor != static_cast<bool>(getResult()) ||
      (isTensor && getResult().getType() != init))
    return emitOpError() << "on tensors has one result of its out's type, "
                         << init << "; on memrefs it has none";
  if (input.getElementType() != filter.getElementType())
    return emitOpError() << "multiplies elements of different types, "
                         << input.getElementType() << " and "
                         << filter.getElementType();
  if (init.getElementType() != input.getElementType() &&
      init.getElementType() != getAccumulatorType(input.getElementType()))
    return emitOpError() << "of " << input.getElementType()
                         << " elements has a result of that type or of "
                         << getAccumulatorType(input.getElementType())
                         << ", not of " << init.getElementType();
  if (std::optional<std::string> error =
          getGeometry().getGeometry().verifyShapes(
              input.getShape(), filter.getShape(), init.getShape()))
    return emitOpError() << *error;
  return success();
}

void ConvTransposeOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand &operand : (*this)->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

LogicalResult
ConvTransposeOp::reifyResultShapes(OpBuilder &b,
                                   ReifiedRankedShapedTypeDims &reified) {
  reified.push_back(tensor::getMixedSizes(b, getLoc(), getInit()));
  return success();
}

#define GET_OP_CLASSES
#include "Upweave/IR/UpweaveOps.cpp.inc"

//===----------------------------------------------------------------------===//
// PackOp
//===----------------------------------------------------------------------===//

MemRefType PackOp::getInputType() {
  return getWhich() == ConvOperand::Input
             ? cast<MemRefType>(getSource().getType())
             : cast<MemRefType>(getOther());
}

MemRefType PackOp::getFilterType() {
  return getWhich() == ConvOperand::Filter
             ? cast<MemRefType>(getSource().getType())
             : cast<MemRefType>(getOther());
}

LogicalResult PackOp::verify() {
  MemRefType input = getInputType(), filter = getFilterType();
  if (input.getElementType() != filter.getElementType())
    return emitOpError() << "packs for elements of different types, "
                         << input.getElementType() << " and "
                         << filter.getElementType();
  SmallVector<int64_t> shape;
  if (std::optional<std::string> error =
          getGeometry().getGeometry().inferResultShape(
              input.getShape(), filter.getShape(), shape))
    return emitOpError() << *error;
  return success();
}

void PackOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  effects.emplace_back(MemoryEffects::Read::get(), &getSourceMutable());
  effects.emplace_back(MemoryEffects::Write::get(), &getPackedMutable());
}
