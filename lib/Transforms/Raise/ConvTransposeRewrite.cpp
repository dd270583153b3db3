//===- ConvTransposeRewrite.cpp - Write a raised convolution --------------===//
// Casts and reshapes of the operands, the convolution, and the added init.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ConvTransposeRewrite.h"

#include "Upweave/Geometry/Sizes.h"
#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace upweave {

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

using BodyBuilder =
    llvm::function_ref<Value(OpBuilder &, Location, ValueRange)>;

/// A linalg.generic over tensors of one shape; `shapeSource` is one of them.
static Value createElementwise(OpBuilder &builder, Location loc,
                               ValueRange inputs, Type elementType,
                               BodyBuilder body) {
  auto type = cast<RankedTensorType>(inputs[0].getType());
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, inputs[0]);
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, elementType);
  SmallVector<AffineMap> maps(inputs.size() + 1,
                              builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, empty.getType(), inputs, ValueRange(empty), maps, iterators,
      [&](OpBuilder &b, Location l, ValueRange arguments) {
        linalg::YieldOp::create(b, l, body(b, l, arguments));
      });
  return generic.getResult(0);
}

static Value createSum(OpBuilder &builder, Location loc, Value lhs, Value rhs) {
  Type type = getElementTypeOrSelf(lhs);
  return createElementwise(
      builder, loc, {lhs, rhs}, type,
      [&](OpBuilder &b, Location l, ValueRange in) -> Value {
        if (isa<FloatType>(type))
          return arith::AddFOp::create(b, l, in[0], in[1]);
        return arith::AddIOp::create(b, l, in[0], in[1]);
      });
}

/// The factor's casts on all of `source`.
static Value createCasts(OpBuilder &builder, Location loc, Value source,
                         ArrayRef<Operation *> casts) {
  return createElementwise(builder, loc, source,
                           casts.back()->getResult(0).getType(),
                           [&](OpBuilder &b, Location, ValueRange in) {
                             Value value = in[0];
                             for (Operation *cast : casts) {
                               IRMapping mapping;
                               mapping.map(cast->getOperand(0), value);
                               value = b.clone(*cast, mapping)->getResult(0);
                             }
                             return value;
                           });
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

/// `groups` without the empty ones at the end, as reassociation indices.
static SmallVector<ReassociationIndices>
getMergedDims(const DimGroups &groups) {
  SmallVector<ReassociationIndices> merged;
  for (const auto &group : groups)
    if (!group.empty())
      merged.emplace_back(group.begin(), group.end());
  return merged;
}

/// Which dims of the grouped shape each merged one becomes: the new dims of
/// size 1 belong to the last one. A tensor of rank 0 has no groups.
static SmallVector<ReassociationIndices> getUnitDims(const DimGroups &groups) {
  SmallVector<ReassociationIndices> reassociation;
  for (auto [position, group] : llvm::enumerate(groups))
    if (!group.empty())
      reassociation.push_back({static_cast<int64_t>(position)});
    else if (!reassociation.empty())
      reassociation.back().push_back(position);
  return reassociation;
}

static bool hasUnitDims(const DimGroups &groups) {
  return groups.back().empty();
}

static bool mergesDims(const DimGroups &groups) {
  return llvm::any_of(groups, [](auto &group) { return group.size() > 1; });
}

static RankedTensorType getMergedType(RankedTensorType type,
                                      const DimGroups &groups) {
  SmallVector<int64_t> shape;
  for (const auto &group : groups) {
    if (group.empty())
      break;
    int64_t size = 1;
    for (int64_t dim : group)
      size = multiplySizes(size, type.getDimSize(dim));
    shape.push_back(size);
  }
  return RankedTensorType::get(shape, type.getElementType());
}

static RankedTensorType addUnitDims(RankedTensorType type,
                                    const DimGroups &groups) {
  SmallVector<int64_t> shape(type.getShape());
  shape.resize(groups.size(), 1);
  return RankedTensorType::get(shape, type.getElementType());
}

/// `tensor` with the dims of the convolution.
static Value groupDims(OpBuilder &builder, Location loc, Value tensor,
                       const DimGroups &groups) {
  RankedTensorType merged =
      getMergedType(cast<RankedTensorType>(tensor.getType()), groups);
  if (mergesDims(groups))
    tensor = tensor::CollapseShapeOp::create(builder, loc, merged, tensor,
                                             getMergedDims(groups));
  if (hasUnitDims(groups))
    tensor = tensor::ExpandShapeOp::create(
        builder, loc, addUnitDims(merged, groups), tensor, getUnitDims(groups));
  return tensor;
}

/// The inverse: from the convolution's dims to `type`.
static Value ungroupDims(OpBuilder &builder, Location loc, Value tensor,
                         RankedTensorType type, const DimGroups &groups) {
  if (hasUnitDims(groups))
    tensor = tensor::CollapseShapeOp::create(
        builder, loc, getMergedType(type, groups), tensor, getUnitDims(groups));
  if (mergesDims(groups))
    tensor = tensor::ExpandShapeOp::create(builder, loc, type, tensor,
                                           getMergedDims(groups));
  return tensor;
}

//===----------------------------------------------------------------------===//
// The convolution
//===----------------------------------------------------------------------===//

/// True if the operation makes these casts itself: it accumulates f16 and bf16
/// in f32.
static bool isImplicit(ArrayRef<Operation *> casts) {
  if (casts.empty())
    return true;
  Type from = casts.front()->getOperand(0).getType();
  Type to = casts.back()->getResult(0).getType();
  return casts.size() == 1 && isa<arith::ExtFOp>(casts.front()) &&
         to == getAccumulatorType(from);
}

/// Both factors as tensors of one element type.
static std::pair<Value, Value> createFactors(OpBuilder &builder, Location loc,
                                             const ConvTransposeFacts &facts) {
  ArrayRef<Operation *> inputCasts = facts.contraction.input.casts;
  ArrayRef<Operation *> filterCasts = facts.contraction.filter.casts;
  Value input = facts.input, filter = facts.filter;
  bool sameType = getElementTypeOrSelf(input) == getElementTypeOrSelf(filter);
  bool implicit = sameType && inputCasts.size() == filterCasts.size() &&
                  isImplicit(inputCasts) && isImplicit(filterCasts);
  if (!implicit && !inputCasts.empty())
    input = createCasts(builder, loc, input, inputCasts);
  if (!implicit && !filterCasts.empty())
    filter = createCasts(builder, loc, filter, filterCasts);
  return {groupDims(builder, loc, input, facts.inputGroups),
          groupDims(builder, loc, filter, facts.filterGroups)};
}

/// The init behind the same views as the contraction's result.
static Value createRootInit(OpBuilder &builder,
                            const ConvTransposeFacts &facts) {
  Contraction contraction = facts.contraction;
  IRMapping mapping;
  mapping.map(contraction.getResult(), contraction.getInit());
  Value init = contraction.getInit();
  for (Operation *view : facts.outputViews)
    init = builder.clone(*view, mapping)->getResult(0);
  return init;
}

Value createConvTranspose(OpBuilder &builder, const ConvTransposeFacts &facts) {
  Location loc = facts.contraction.op->getLoc();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(facts.root);
  auto [input, filter] = createFactors(builder, loc, facts);
  auto rootType = cast<RankedTensorType>(facts.root.getType());
  RankedTensorType type = addUnitDims(
      getMergedType(rootType, facts.resultGroups), facts.resultGroups);
  SmallVector<Value> dynamicSizes;
  if (!type.hasStaticShape())
    dynamicSizes.push_back(tensor::DimOp::create(
        builder, loc, input, facts.geometry.inputDims.batch));
  Value empty = tensor::EmptyOp::create(builder, loc, type, dynamicSizes);
  Value value =
      ConvTransposeOp::create(
          builder, loc, type, input, filter, empty,
          ConvTransposeAttr::get(builder.getContext(), facts.geometry))
          .getResult();
  value = ungroupDims(builder, loc, value, rootType, facts.resultGroups);
  if (facts.addsInit)
    value = createSum(builder, loc, value, createRootInit(builder, facts));
  return value;
}

} // namespace upweave
