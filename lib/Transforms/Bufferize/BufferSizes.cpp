//===- BufferSizes.cpp - Sizes as expressions of argument sizes -----------===//
// Index arithmetic on argument sizes, read as affine expressions and written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BufferSizes.h"

#include "Upweave/Geometry/Sizes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace upweave;

/// Larger buffers are a mistake; sums of as many as there can be fit into 64
/// bits.
static constexpr int64_t kMaxBufferSize = int64_t(1) << 46;

ArgumentSizes::ArgumentSizes(func::FuncOp func)
    : func(func), dims(getDynamicDims(func)) {}

AffineExpr ArgumentSizes::getArgumentDim(BlockArgument arg, int64_t dim) const {
  if (arg.getOwner() != &func.getBody().front())
    return {};
  const ArgDim *it = llvm::find(dims, ArgDim(arg.getArgNumber(), dim));
  if (it != dims.end())
    return getAffineSymbolExpr(it - dims.begin(), func.getContext());
  // A result's size that follows from the inputs.
  auto shape =
      func.getArgAttrOfType<AffineMapAttr>(arg.getArgNumber(), kShapeAttr);
  if (shape && dim < shape.getValue().getNumResults())
    return shape.getValue().getResult(dim);
  return {};
}

AffineExpr ArgumentSizes::getDim(Value buffer, int64_t dim) const {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  if (!type || dim < 0 || dim >= type.getRank())
    return {};
  if (!type.isDynamicDim(dim))
    return getAffineConstantExpr(type.getDimSize(dim), func.getContext());
  if (auto arg = dyn_cast<BlockArgument>(buffer))
    return getArgumentDim(arg, dim);
  return llvm::TypeSwitch<Operation *, AffineExpr>(buffer.getDefiningOp())
      .Case([&](memref::CollapseShapeOp view) -> AffineExpr {
        AffineExpr size = getAffineConstantExpr(1, func.getContext());
        SmallVector<ReassociationIndices> groups =
            view.getReassociationIndices();
        for (int64_t part : groups[dim]) {
          AffineExpr factor = getDim(view.getSrc(), part);
          if (!factor)
            return {};
          size = size * factor;
        }
        return size;
      })
      .Case([&](memref::ExpandShapeOp view) {
        return getExpr(view.getOutputShape()[type.getDynamicDimIndex(dim)]);
      })
      .Case([&](memref::CastOp view) { return getDim(view.getSource(), dim); })
      .Case([&](memref::AllocOp alloc) {
        return getExpr(alloc.getDynamicSizes()[type.getDynamicDimIndex(dim)]);
      })
      .Default([](Operation *) { return AffineExpr(); });
}

AffineExpr ArgumentSizes::getExpr(Value value) const {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return getAffineConstantExpr(*constant, value.getContext());
  Operation *op = value.getDefiningOp();
  if (!op)
    return {};
  auto combine = [&](AffineExprKind kind) -> AffineExpr {
    AffineExpr lhs = getExpr(op->getOperand(0));
    AffineExpr rhs = lhs ? getExpr(op->getOperand(1)) : AffineExpr();
    return rhs ? getAffineBinaryOpExpr(kind, lhs, rhs) : AffineExpr();
  };
  return llvm::TypeSwitch<Operation *, AffineExpr>(op)
      .Case([&](memref::DimOp dim) -> AffineExpr {
        std::optional<int64_t> index = dim.getConstantIndex();
        return index ? getDim(dim.getSource(), *index) : AffineExpr();
      })
      .Case([&](arith::IndexCastOp cast) { return getExpr(cast.getIn()); })
      .Case([&](arith::AddIOp) { return combine(AffineExprKind::Add); })
      .Case([&](arith::MulIOp) { return combine(AffineExprKind::Mul); })
      // Sizes are not negative, so the two divisions agree.
      .Case<arith::DivUIOp, arith::DivSIOp, arith::FloorDivSIOp>(
          [&](auto) { return combine(AffineExprKind::FloorDiv); })
      .Case<arith::CeilDivSIOp, arith::CeilDivUIOp>(
          [&](auto) { return combine(AffineExprKind::CeilDiv); })
      .Case([&](arith::SubIOp) -> AffineExpr {
        AffineExpr lhs = getExpr(op->getOperand(0));
        AffineExpr rhs = lhs ? getExpr(op->getOperand(1)) : AffineExpr();
        return rhs ? lhs - rhs : AffineExpr();
      })
      .Case([&](affine::AffineApplyOp apply) -> AffineExpr {
        SmallVector<AffineExpr> operands;
        for (Value operand : apply.getMapOperands()) {
          operands.push_back(getExpr(operand));
          if (!operands.back())
            return {};
        }
        AffineMap map = apply.getAffineMap();
        ArrayRef<AffineExpr> all(operands);
        return map.getResult(0).replaceDimsAndSymbols(
            all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
      })
      .Default([](Operation *) { return AffineExpr(); });
}

/// Splits `expr` into a constant factor, returned, and the rest, appended to
/// `factors` unless it is 1.
static int64_t splitFactors(AffineExpr expr,
                            SmallVectorImpl<AffineExpr> &factors) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
      binary && binary.getKind() == AffineExprKind::Mul)
    return splitFactors(binary.getLHS(), factors) *
           splitFactors(binary.getRHS(), factors);
  factors.push_back(expr);
  return 1;
}

/// A total order that depends on the expressions alone, not on addresses.
static bool comesBefore(AffineExpr a, AffineExpr b) {
  std::string left, right;
  llvm::raw_string_ostream(left) << a;
  llvm::raw_string_ostream(right) << b;
  return left < right;
}

FailureOr<BufferSize> ArgumentSizes::getSize(memref::AllocOp alloc) const {
  MemRefType type = alloc.getType();
  BufferSize size;
  size.bytes = getByteSize(MemRefType::get({}, type.getElementType()));
  if (size.bytes < 0 || !type.getLayout().isIdentity())
    return alloc.emitError("cannot place a buffer of type ")
           << type << " in the workspace: its elements must be integers, "
           << "floats or indices, its layout the identity";
  for (int64_t extent : type.getShape())
    if (!ShapedType::isDynamic(extent))
      size.bytes = multiplySizes(size.bytes, extent);
  for (Value dynamic : alloc.getDynamicSizes()) {
    AffineExpr expr = getExpr(dynamic);
    if (!expr) {
      InFlightDiagnostic diag =
          alloc.emitError("the size of a buffer of type ");
      diag << type << " does not follow from the arguments' sizes: only the "
           << "batch may be dynamic";
      diag.attachNote(dynamic.getLoc()) << "this size is unknown before launch";
      return diag;
    }
    size.bytes = multiplySizes(size.bytes, splitFactors(expr, size.factors));
  }
  if (size.bytes > kMaxBufferSize)
    return alloc.emitError("a buffer of type ")
           << type << " is too large: it takes more than " << kMaxBufferSize
           << " bytes";
  llvm::sort(size.factors, comesBefore);
  return size;
}

Value ArgumentSizes::materialize(OpBuilder &builder, AffineExpr expr) {
  auto [it, isNew] = values.try_emplace(expr);
  if (!isNew)
    return it->second;
  Value value = create(builder, expr);
  return values[expr] = value;
}

Value ArgumentSizes::create(OpBuilder &builder, AffineExpr expr) {
  Location loc = func.getLoc();
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return arith::ConstantIndexOp::create(builder, loc, constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    auto [arg, dim] = dims[symbol.getPosition()];
    return memref::DimOp::create(builder, loc, func.getArgument(arg), dim);
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr left = binary.getLHS(), right = binary.getRHS();
  if (binary.getKind() == AffineExprKind::CeilDiv)
    left = left + right - 1;
  Value lhs = materialize(builder, left);
  Value rhs = materialize(builder, right);
  // Sizes are not negative: the plain unsigned forms will do.
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(builder, loc, lhs, rhs);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(builder, loc, lhs, rhs);
  case AffineExprKind::Mod:
    return arith::RemUIOp::create(builder, loc, lhs, rhs);
  default:
    return arith::DivUIOp::create(builder, loc, lhs, rhs);
  }
}
