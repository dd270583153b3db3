//===- BufferViews.cpp - Memrefs as places in buffers ---------------------===//
// Evaluates view-like memref ops on base, offset, sizes and strides.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BufferViews.h"

#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace upweave {

BufferViews::BufferViews(func::FuncOp func)
    : func(func), index([this](Value value) { return getLeaf(value); }) {}

std::optional<SizeExpr> BufferViews::getLeaf(Value value) {
  Operation *def = value.getDefiningOp();
  if (auto dim = dyn_cast_or_null<memref::DimOp>(def)) {
    std::optional<int64_t> position = dim.getConstantIndex();
    std::optional<BufferView> view = getView(dim.getSource());
    if (view && position && *position >= 0 &&
        *position < static_cast<int64_t>(view->sizes.size()))
      return view->sizes[*position];
    return std::nullopt;
  }
  if (auto metadata = dyn_cast_or_null<memref::ExtractStridedMetadataOp>(def)) {
    std::optional<BufferView> view = getView(metadata.getSource());
    if (!view)
      return std::nullopt;
    unsigned number = cast<OpResult>(value).getResultNumber();
    unsigned rank = view->sizes.size();
    if (number == 1)
      return view->offset;
    return number < 2 + rank ? view->sizes[number - 2]
                             : view->strides[number - 2 - rank];
  }
  return std::nullopt;
}

std::optional<BufferView> BufferViews::getView(Value memref) {
  auto known = cache.find(memref);
  if (known != cache.end())
    return known->second;
  std::optional<BufferView> view = compute(memref);
  cache[memref] = view;
  return view;
}

bool BufferViews::evaluateAll(ArrayRef<OpFoldResult> values, Exprs &result) {
  for (OpFoldResult value : values) {
    std::optional<SizeExpr> expr = index.evaluate(value);
    if (!expr)
      return false;
    result.push_back(*expr);
  }
  return true;
}

/// Row-major strides of `view.sizes`.
static void setContiguous(BufferView &view) {
  view.strides.assign(view.sizes.size(), SizeExpr(1));
  for (int i = static_cast<int>(view.sizes.size()) - 2; i >= 0; --i)
    view.strides[i] = view.strides[i + 1] * view.sizes[i + 1];
}

std::optional<BufferView> BufferViews::getArgument(BlockArgument arg) {
  auto type = dyn_cast<MemRefType>(arg.getType());
  if (!type || !type.getLayout().isIdentity() ||
      arg.getOwner() != &func.getBody().front())
    return std::nullopt;
  BufferView view;
  view.argument = arg.getArgNumber();
  if (hasRole(func, view.argument, kConstantsRole))
    view.buffer = bundle::BufferKind::Constants;
  else if (hasRole(func, view.argument, kWorkspaceRole))
    view.buffer = bundle::BufferKind::Workspace;
  else if (hasRole(func, view.argument, kPreparedRole))
    view.buffer = bundle::BufferKind::Prepared;
  for (auto [i, size] : llvm::enumerate(type.getShape()))
    view.sizes.push_back(ShapedType::isDynamic(size)
                             ? SizeExpr::getDim(view.argument, i)
                             : SizeExpr(size));
  setContiguous(view);
  return view;
}

std::optional<BufferView> BufferViews::getByteView(memref::ViewOp op) {
  std::optional<BufferView> view = getView(op.getSource());
  std::optional<SizeExpr> shift = evaluate(op.getByteShift());
  SmallVector<OpFoldResult> mixed =
      getMixedValues(op.getType().getShape(), op.getSizes(), op.getContext());
  Exprs sizes;
  if (!view || !shift || !evaluateAll(mixed, sizes))
    return std::nullopt;
  view->base = view->base + *shift;
  view->sizes = std::move(sizes);
  setContiguous(*view);
  return view;
}

std::optional<BufferView> BufferViews::getSubview(memref::SubViewOp op) {
  std::optional<BufferView> source = getView(op.getSource());
  Exprs offsets, sizes, strides;
  if (!source || !evaluateAll(op.getMixedOffsets(), offsets) ||
      !evaluateAll(op.getMixedSizes(), sizes) ||
      !evaluateAll(op.getMixedStrides(), strides))
    return std::nullopt;
  BufferView view = *source;
  view.sizes.clear();
  view.strides.clear();
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (size_t i = 0; i < offsets.size(); ++i) {
    view.offset = view.offset + offsets[i] * source->strides[i];
    if (dropped[i])
      continue;
    view.sizes.push_back(sizes[i]);
    view.strides.push_back(strides[i] * source->strides[i]);
  }
  return view;
}

std::optional<BufferView>
BufferViews::getReinterpreted(memref::ReinterpretCastOp op) {
  std::optional<BufferView> view = getView(op.getSource());
  Exprs offset, sizes, strides;
  if (!view || !evaluateAll(op.getMixedOffsets(), offset) ||
      !evaluateAll(op.getMixedSizes(), sizes) ||
      !evaluateAll(op.getMixedStrides(), strides))
    return std::nullopt;
  view->offset = offset[0];
  view->sizes = std::move(sizes);
  view->strides = std::move(strides);
  return view;
}

std::optional<BufferView> BufferViews::getExpanded(memref::ExpandShapeOp op) {
  std::optional<BufferView> source = getView(op.getSrc());
  Exprs sizes;
  if (!source || !evaluateAll(op.getMixedOutputShape(), sizes))
    return std::nullopt;
  BufferView view = *source;
  view.strides.assign(sizes.size(), SizeExpr(1));
  for (auto [i, group] : llvm::enumerate(op.getReassociationIndices())) {
    SizeExpr stride = source->strides[i];
    for (int64_t dim : llvm::reverse(group)) {
      view.strides[dim] = stride;
      stride = stride * sizes[dim];
    }
  }
  view.sizes = std::move(sizes);
  return view;
}

std::optional<BufferView>
BufferViews::getCollapsed(memref::CollapseShapeOp op) {
  std::optional<BufferView> source = getView(op.getSrc());
  if (!source)
    return std::nullopt;
  BufferView view = *source;
  view.sizes.clear();
  view.strides.clear();
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    // A dimension of size one may have any stride: it does not count.
    SizeExpr size = 1, stride = source->strides[group.back()];
    bool found = false;
    for (int64_t dim : llvm::reverse(group)) {
      size = size * source->sizes[dim];
      if (!found && source->sizes[dim].getConstant() != 1) {
        stride = source->strides[dim];
        found = true;
      }
    }
    view.sizes.push_back(size);
    view.strides.push_back(stride);
  }
  return view;
}

std::optional<BufferView> BufferViews::compute(Value memref) {
  if (auto arg = dyn_cast<BlockArgument>(memref))
    return getArgument(arg);
  using Result = std::optional<BufferView>;
  return llvm::TypeSwitch<Operation *, Result>(memref.getDefiningOp())
      .Case([&](memref::ViewOp op) { return getByteView(op); })
      .Case([&](memref::SubViewOp op) { return getSubview(op); })
      .Case([&](memref::ReinterpretCastOp op) { return getReinterpreted(op); })
      .Case([&](memref::ExpandShapeOp op) { return getExpanded(op); })
      .Case([&](memref::CollapseShapeOp op) { return getCollapsed(op); })
      .Case<memref::CastOp, memref::MemorySpaceCastOp>(
          [&](auto op) { return getView(op.getSource()); })
      .Case(
          [&](memref::AssumeAlignmentOp op) { return getView(op.getMemref()); })
      .Case([&](memref::ExtractStridedMetadataOp op) -> Result {
        Result view = getView(op.getSource());
        if (view) {
          view->offset = 0;
          view->sizes.clear();
          view->strides.clear();
        }
        return view;
      })
      .Case([&](memref::TransposeOp op) -> Result {
        Result source = getView(op.getIn());
        if (!source)
          return source;
        BufferView view = *source;
        for (auto [i, expr] :
             llvm::enumerate(op.getPermutation().getResults())) {
          unsigned from = cast<AffineDimExpr>(expr).getPosition();
          view.sizes[i] = source->sizes[from];
          view.strides[i] = source->strides[from];
        }
        return view;
      })
      .Default([](Operation *) { return std::nullopt; });
}

} // namespace upweave
