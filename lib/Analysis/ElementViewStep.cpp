//===- ElementViewStep.cpp - Compose a view with its source's producer ----===//
// Slices, padding and reshapes; linalg operations are in ElementViewLinalg.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ElementViewDetail.h"
#include "ElementViewLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;

namespace upweave {

/// Views larger than this are not worth following.
static constexpr unsigned kMaxExprSize = 64;
static constexpr unsigned kMaxGuards = 32;
static constexpr unsigned kMaxSteps = 256;

using detail::checkFill;
using detail::giveUp;
using detail::withConstant;
using detail::withSource;

//===----------------------------------------------------------------------===//
// Slices and padding
//===----------------------------------------------------------------------===//

/// True if dim `dim` of both tensors has the same size, static or proven.
static bool haveEqualSize(Value lhs, int64_t lhsDim, Value rhs,
                          int64_t rhsDim) {
  int64_t lhsSize = cast<ShapedType>(lhs.getType()).getDimSize(lhsDim);
  int64_t rhsSize = cast<ShapedType>(rhs.getType()).getDimSize(rhsDim);
  if (!ShapedType::isDynamic(lhsSize) && !ShapedType::isDynamic(rhsSize))
    return lhsSize == rhsSize;
  FailureOr<bool> equal =
      ValueBoundsConstraintSet::areEqual({lhs, lhsDim}, {rhs, rhsDim});
  return succeeded(equal) && *equal;
}

/// The value of a static or constant size or offset, else kDynamic.
static int64_t getConstant(OpFoldResult value) {
  return getConstantIntValue(value).value_or(ShapedType::kDynamic);
}

/// Adds the guards for `position` (a coordinate less its offset) to be one of
/// `size` positions `stride` apart, and returns which. The stride is not 0;
/// where it is negative, the positions count down.
static IndexExpr enterRange(ElementView &view, IndexExpr position, int64_t size,
                            int64_t stride) {
  if (stride < 0) {
    position = position * -1;
    stride = stride == std::numeric_limits<int64_t>::min() ? 0 : -stride;
  }
  IndexExpr last = (IndexExpr::getConstant(size) - 1) * stride;
  view.addGuard(position, Guard::Kind::NonNegative);
  view.addGuard(last - position, Guard::Kind::NonNegative);
  view.addGuard(IndexExpr::getMod(position, stride, view.extents),
                Guard::Kind::Zero);
  return IndexExpr::getFloorDiv(position, stride, view.extents);
}

static FailureOr<ElementView>
step(const ElementView &view, tensor::InsertSliceOp op, std::string &whyNot) {
  ElementView inside = view;
  SmallVector<IndexExpr> coords;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<OpFoldResult> offsets = op.getMixedOffsets();
  SmallVector<OpFoldResult> strides = op.getMixedStrides();
  SmallVector<OpFoldResult> sizes = op.getMixedSizes();
  int64_t sourceDim = 0;
  for (int64_t dim = 0; dim < op.getDestType().getRank(); ++dim) {
    int64_t offset = getConstant(offsets[dim]);
    int64_t stride = getConstant(strides[dim]);
    int64_t size = getConstant(sizes[dim]);
    if (ShapedType::isDynamic(offset) || ShapedType::isDynamic(stride))
      return giveUp(whyNot, "insert_slice has a dynamic offset or stride "
                            "along dim " +
                                Twine(dim));
    if (stride == 0)
      return giveUp(whyNot, "insert_slice has the stride 0 along dim " +
                                Twine(dim) +
                                ": its elements overwrite each other");
    IndexExpr coord = view.coords[dim];
    bool isWhole = !dropped[dim] && offset == 0 && stride == 1 &&
                   haveEqualSize(op.getSource(), sourceDim, op.getDest(), dim);
    if (!isWhole) {
      if (ShapedType::isDynamic(size))
        return giveUp(whyNot, "insert_slice has a dynamic size along dim " +
                                  Twine(dim));
      coord = enterRange(inside, coord - offset, size, stride);
    }
    if (!dropped[dim]) {
      coords.push_back(coord);
      ++sourceDim;
    }
  }
  ElementView outside = withSource(view, op.getDest(), view.coords);
  if (inside.isConstant())
    return outside;
  if (inside.guards != view.guards) {
    ElementView base = stepToFarthest(outside, /*throughSplats=*/true).back();
    if (!base.isConstant())
      return giveUp(whyNot, "insert_slice writes into what is not a splat");
    if (failed(checkFill(view, base.fill, whyNot)))
      return failure();
    inside.fill = base.fill;
  }
  return withSource(inside, op.getSource(), coords);
}

static FailureOr<ElementView>
step(const ElementView &view, tensor::ExtractSliceOp op, std::string &whyNot) {
  SmallVector<IndexExpr> coords;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<OpFoldResult> offsets = op.getMixedOffsets();
  SmallVector<OpFoldResult> strides = op.getMixedStrides();
  int64_t resultDim = 0;
  for (int64_t dim = 0; dim < op.getSourceType().getRank(); ++dim) {
    int64_t offset = getConstant(offsets[dim]);
    int64_t stride = getConstant(strides[dim]);
    if (ShapedType::isDynamic(offset) || ShapedType::isDynamic(stride))
      return giveUp(whyNot, "extract_slice has a dynamic offset or stride "
                            "along dim " +
                                Twine(dim));
    IndexExpr position;
    if (!dropped[dim])
      position = view.coords[resultDim++] * stride;
    coords.push_back(position + offset);
  }
  return withSource(view, op.getSource(), coords);
}

static FailureOr<ElementView> step(const ElementView &view, tensor::PadOp op,
                                   std::string &whyNot) {
  ElementView inside = view;
  SmallVector<IndexExpr> coords;
  SmallVector<OpFoldResult> lows = op.getMixedLowPad();
  SmallVector<OpFoldResult> highs = op.getMixedHighPad();
  for (int64_t dim = 0; dim < op.getSourceType().getRank(); ++dim) {
    int64_t low = getConstant(lows[dim]);
    int64_t high = getConstant(highs[dim]);
    int64_t size = op.getSourceType().getDimSize(dim);
    IndexExpr coord = view.coords[dim];
    if (low != 0 || high != 0) {
      if (ShapedType::isDynamic(low) || ShapedType::isDynamic(high) ||
          ShapedType::isDynamic(size))
        return giveUp(whyNot, "pad is dynamic along dim " + Twine(dim));
      coord = enterRange(inside, coord - low, size, /*stride=*/1);
    }
    coords.push_back(coord);
  }
  if (inside.guards == view.guards && !inside.isConstant())
    return withSource(inside, op.getSource(), coords);
  TypedAttr value;
  Value constant = op.getConstantPaddingValue();
  if (!constant || !matchPattern(constant, m_Constant(&value)))
    return giveUp(whyNot, "pad does not yield a constant");
  if (inside.isConstant())
    return withConstant(view, value, whyNot);
  if (failed(checkFill(view, value, whyNot)))
    return failure();
  inside.fill = value;
  return withSource(inside, op.getSource(), coords);
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

/// The stride of each dim of a reassociation group in the group's linear index.
/// Unknown for dims left of a dynamic one, and where it leaves 64 bits.
static SmallVector<std::optional<int64_t>>
getGroupStrides(ArrayRef<int64_t> shape, ArrayRef<int64_t> group) {
  SmallVector<std::optional<int64_t>> strides(group.size());
  std::optional<int64_t> stride = 1;
  for (int64_t i = group.size() - 1; i >= 0; --i) {
    strides[i] = stride;
    int64_t size = shape[group[i]];
    if (ShapedType::isDynamic(size))
      stride = std::nullopt;
    else if (stride && llvm::MulOverflow(*stride, size, *stride))
      stride = std::nullopt;
  }
  return strides;
}

static FailureOr<ElementView>
step(const ElementView &view, tensor::ExpandShapeOp op, std::string &whyNot) {
  SmallVector<IndexExpr> coords;
  ArrayRef<int64_t> shape = op.getResultType().getShape();
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    IndexExpr sum;
    SmallVector<std::optional<int64_t>> strides = getGroupStrides(shape, group);
    for (auto [dim, stride] : llvm::zip_equal(group, strides)) {
      if (stride)
        sum = sum + view.coords[dim] * *stride;
      else if (shape[dim] != 1)
        return giveUp(whyNot, "expand_shape has an inner dynamic dim");
    }
    coords.push_back(sum);
  }
  return withSource(view, op.getSrc(), coords);
}

static FailureOr<ElementView>
step(const ElementView &view, tensor::CollapseShapeOp op, std::string &whyNot) {
  SmallVector<IndexExpr> coords;
  ArrayRef<int64_t> shape = op.getSrcType().getShape();
  // To rank 0 there is no group: every dim is a unit one.
  if (op.getResultType().getRank() == 0)
    coords.resize(shape.size());
  for (auto [resultDim, group] :
       llvm::enumerate(op.getReassociationIndices())) {
    const IndexExpr &linear = view.coords[resultDim];
    SmallVector<std::optional<int64_t>> strides = getGroupStrides(shape, group);
    bool isFirst = true;
    for (auto [dim, stride] : llvm::zip_equal(group, strides)) {
      // A group of unit dims passes its loop on in the last one, so that it
      // stays known where the loop came from.
      if (shape[dim] == 1 && !(isFirst && dim == group.back())) {
        coords.push_back(IndexExpr());
        continue;
      }
      if (!stride)
        return giveUp(whyNot, "collapse_shape has an inner dynamic dim");
      if (shape[dim] == 0 || *stride == 0)
        return giveUp(whyNot, "collapse_shape joins dims of size 0");
      IndexExpr digit = IndexExpr::getFloorDiv(linear, *stride, view.extents);
      if (!isFirst)
        digit = IndexExpr::getMod(digit, shape[dim], view.extents);
      coords.push_back(digit);
      isFirst = false;
    }
  }
  return withSource(view, op.getSrc(), coords);
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

static FailureOr<ElementView> stepConstant(const ElementView &view,
                                           arith::ConstantOp op,
                                           std::string &whyNot) {
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements || !elements.isSplat())
    return giveUp(whyNot, "constant is not a splat");
  auto value = dyn_cast<TypedAttr>(elements.getSplatValue<Attribute>());
  if (!value)
    return giveUp(whyNot, "constant has no typed elements");
  return withConstant(view, value, whyNot);
}

static FailureOr<ElementView>
stepSplat(const ElementView &view, tensor::SplatOp op, std::string &whyNot) {
  TypedAttr value;
  if (!matchPattern(op.getInput(), m_Constant(&value)))
    return giveUp(whyNot, "splat is not of a constant");
  return withConstant(view, value, whyNot);
}

static FailureOr<ElementView> dispatch(const ElementView &view,
                                       std::string &whyNot) {
  auto result = dyn_cast_or_null<OpResult>(view.source);
  if (!result)
    return giveUp(whyNot, "the source is no operation's result");
  return TypeSwitch<Operation *, FailureOr<ElementView>>(result.getOwner())
      .Case<tensor::InsertSliceOp, tensor::ExtractSliceOp, tensor::PadOp,
            tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
          [&](auto op) { return step(view, op, whyNot); })
      .Case([&](tensor::CastOp op) {
        return FailureOr<ElementView>(
            withSource(view, op.getSource(), view.coords));
      })
      .Case(
          [&](arith::ConstantOp op) { return stepConstant(view, op, whyNot); })
      .Case([&](tensor::SplatOp op) { return stepSplat(view, op, whyNot); })
      .Case([&](linalg::LinalgOp op) {
        return detail::stepThroughLinalg(view, op, result, whyNot);
      })
      .Default([&](Operation *op) {
        return FailureOr<ElementView>(
            giveUp(whyNot, "'" + op->getName().getStringRef() +
                               "' does not only move elements"));
      });
}

FailureOr<ElementView> stepThroughProducer(const ElementView &view,
                                           std::string *whyNot) {
  std::string reason;
  FailureOr<ElementView> next = dispatch(view, reason);
  if (succeeded(next)) {
    bool isLarge = next->guards.size() > kMaxGuards;
    for (const IndexExpr &coord : next->coords)
      isLarge |= coord.getSize() > kMaxExprSize;
    if (isLarge)
      next = giveUp(reason, "the view has grown too large");
    else if (!next->fits())
      next = giveUp(reason, "its index arithmetic does not fit into 64 bits");
  }
  if (failed(next) && whyNot)
    *whyNot = reason;
  return next;
}

std::vector<ElementView> stepToFarthest(const ElementView &view,
                                        bool throughSplats,
                                        std::string *whyNot) {
  std::vector<ElementView> views{view};
  while (views.size() < kMaxSteps && !views.back().isConstant()) {
    FailureOr<ElementView> next = stepThroughProducer(views.back(), whyNot);
    if (failed(next) || (next->isConstant() && !throughSplats))
      break;
    views.push_back(std::move(*next));
  }
  return views;
}

TypedAttr getSplatValue(Value tensor) {
  if (!isa<RankedTensorType>(tensor.getType()))
    return nullptr;
  ElementView view =
      stepToFarthest(ElementView::getIdentity(tensor), /*throughSplats=*/true)
          .back();
  return view.isConstant() ? view.fill : nullptr;
}

} // namespace upweave
