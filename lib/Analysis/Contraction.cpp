//===- Contraction.cpp - Multiply-and-add payloads ------------------------===//
// Recognises the payload of a contraction, with casts on its factors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Analysis/Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace upweave {

bool isZeroOfAnySign(TypedAttr value) {
  if (auto number = dyn_cast_or_null<FloatAttr>(value))
    return number.getValue().isZero();
  if (auto number = dyn_cast_or_null<IntegerAttr>(value))
    return number.getValue().isZero();
  return false;
}

/// The tensor operand that `value` is an element of, through casts that keep
/// zero (as all of these do).
static std::optional<ContractionFactor> matchFactor(linalg::LinalgOp op,
                                                    Value value) {
  ContractionFactor factor;
  while (isa_and_nonnull<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp,
                         arith::ExtUIOp, arith::TruncIOp, arith::SIToFPOp,
                         arith::UIToFPOp>(value.getDefiningOp())) {
    factor.casts.insert(factor.casts.begin(), value.getDefiningOp());
    value = value.getDefiningOp()->getOperand(0);
  }
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != op.getBlock() ||
      argument.getArgNumber() >= op.getNumDpsInputs())
    return std::nullopt;
  factor.operand = &op->getOpOperand(argument.getArgNumber());
  if (!isa<RankedTensorType>(factor.operand->get().getType()))
    return std::nullopt;
  return factor;
}

/// The product that `sum` adds to `accumulator`: its two factors.
static std::optional<std::pair<Value, Value>> matchProduct(Value sum,
                                                           Value accumulator) {
  Operation *add = sum.getDefiningOp();
  if (auto fma = dyn_cast_or_null<math::FmaOp>(add)) {
    if (fma.getC() != accumulator)
      return std::nullopt;
    return std::pair(fma.getA(), fma.getB());
  }
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(add))
    return std::nullopt;
  bool isFirst = add->getOperand(0) == accumulator;
  if (!isFirst && add->getOperand(1) != accumulator)
    return std::nullopt;
  Operation *product = add->getOperand(isFirst ? 1 : 0).getDefiningOp();
  if (!isa_and_nonnull<arith::MulFOp, arith::MulIOp>(product))
    return std::nullopt;
  return std::pair(product->getOperand(0), product->getOperand(1));
}

std::optional<Contraction> Contraction::match(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op->getNumResults() != 1 ||
      op.getNumReductionLoops() == 0)
    return std::nullopt;
  Value accumulator = op.getRegionOutputArgs()[0];
  Value sum = op.getBlock()->getTerminator()->getOperand(0);
  auto product = matchProduct(sum, accumulator);
  if (!product)
    return std::nullopt;
  std::optional<ContractionFactor> first = matchFactor(op, product->first);
  std::optional<ContractionFactor> second = matchFactor(op, product->second);
  if (!first || !second)
    return std::nullopt;
  if (first->operand->getOperandNumber() > second->operand->getOperandNumber())
    std::swap(first, second);
  auto isPlain = [&](const ContractionFactor &factor) {
    return op.getMatchingIndexingMap(factor.operand).isProjectedPermutation();
  };
  if (isPlain(*first) && !isPlain(*second))
    std::swap(first, second);
  return Contraction{op, *first, *second};
}

bool Contraction::isConvolutionLike() {
  if (isa<linalg::ConvolutionOpInterface>(op.getOperation()))
    return true;
  return llvm::any_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return !map.isProjectedPermutation(/*allowZeroInResults=*/true);
  });
}

} // namespace upweave
