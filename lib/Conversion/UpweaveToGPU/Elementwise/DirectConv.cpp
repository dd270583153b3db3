//===- DirectConv.cpp - The direct transposed convolution -----------------===//
// One thread an output element: a sum over the taps of the element's phase and
// the channels of its group. Stuffed zeros are never visited.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Elementwise/DirectConv.h"

#include "Emission/BlockTile.h"
#include "Emission/ExpandRegion.h"
#include "Emission/RowWalk.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/TypeUtilities.h"

#include <numeric>

using namespace mlir;
using namespace upweave;

/// Warps of a thread block: elements are independent, any number does.
static constexpr int64_t kDirectWarps = 8;

/// Half of the threads that a multiprocessor holds: what is lost in occupancy
/// is won by loads in flight, for which a thread then has 64 registers.
static constexpr int64_t kDirectBlocksPerSM = 4;

AxisTaps::AxisTaps(const AxisGeometry &axis, int64_t inputSize,
                   int64_t filterSize)
    : axis(axis), inputSize(inputSize), filterSize(filterSize) {
  gcd = std::gcd(axis.stride, axis.dilation);
  step = axis.stride / gcd;
  int64_t dilation = axis.dilation / gcd % step;
  // The inverse of L/g modulo S/g; both are small.
  inverse = 0;
  for (int64_t candidate = 1; candidate < step; ++candidate)
    if (dilation * candidate % step == 1)
      inverse = candidate;
  count = (filterSize + step - 1) / step;
}

DirectConvEmitter::DirectConvEmitter(BlockOp block, Value input, Value filter)
    : loc(block.getLoc()), input(input), filter(filter),
      geometry(block.getGeometryAttr().getGeometry()),
      result(block.getProducerArg().getType()) {
  auto inputType = cast<MemRefType>(block.getInputs()[0].getType());
  auto filterType = cast<MemRefType>(block.getInputs()[1].getType());
  sizes = geometry.getSizes(inputType.getShape(), filterType.getShape());
  accumulator = getAccumulatorType(inputType.getElementType());
  for (int64_t axis = 0; axis < geometry.getNumSpatialAxes(); ++axis)
    axes.emplace_back(geometry.getAxis(axis), sizes.input[axis],
                      sizes.filter[axis]);
  inputPosition.resize(geometry.getRank());
  filterPosition.resize(geometry.getRank());
}

/// k0 of the element: (t/g * inverse(L/g)) mod S/g, or past the filter if g
/// does not divide t.
Value DirectConvEmitter::getFirstTap(OpBuilder &b, const AxisTaps &taps,
                                     Value t) {
  int64_t stride = taps.axis.stride;
  if (stride == 1)
    return nullptr;
  IndexMath m(b, loc);
  // A negative padding makes t negative: whole strides do not change phases.
  int64_t lift = std::max<int64_t>(-taps.axis.paddingLow, 0);
  lift = (lift + stride - 1) / stride * stride;
  Value phase = m.rem(m.add(t, lift), stride);
  Value first = m.div(phase, taps.gcd);
  if (taps.step == 1)
    first = nullptr;
  else
    first = m.rem(m.mul(first, taps.inverse), taps.step);
  if (taps.gcd == 1)
    return first;
  Value rest = m.rem(phase, taps.gcd);
  Value none = m.constant(taps.filterSize);
  return m.select(m.equal(rest, 0), m.toValue(first), none);
}

Value DirectConvEmitter::emit(OpBuilder &b, ArrayRef<Value> position) {
  IndexMath m(b, loc);
  int64_t inPerGroup = sizes.inputChannels / geometry.groups;
  int64_t outPerGroup = sizes.outputChannels / geometry.groups;
  Value channel = position[geometry.resultDims.channel];
  Value inGroup = channel;
  firstChannel = nullptr;
  element.group = nullptr;
  if (geometry.groups > 1) {
    element.group = m.div(channel, outPerGroup);
    inGroup = m.rem(channel, outPerGroup);
    firstChannel = m.mul(element.group, inPerGroup);
  }
  element.out = inGroup;
  inputPosition[geometry.inputDims.batch] = position[geometry.resultDims.batch];
  filterPosition[geometry.filterDims.out] =
      geometry.filterGroups == FilterGroups::Input ? inGroup : channel;
  firstTap.clear();
  firstInput.clear();
  resultPosition.clear();
  tapNumbers.assign(axes.size(), Value());
  tapInputs = tapNumbers;
  for (auto [axis, taps] : llvm::enumerate(axes)) {
    Value o = position[geometry.resultDims.spatial[axis]];
    Value t = m.add(o, taps.axis.paddingLow);
    Value first = getFirstTap(b, taps, t);
    if (first)
      t = m.sub(t, m.mul(first, taps.axis.dilation));
    // Exact where there is a tap.
    if (taps.axis.stride > 1)
      t = arith::DivSIOp::create(b, loc, t, m.constant(taps.axis.stride));
    resultPosition.push_back(o);
    firstTap.push_back(first);
    firstInput.push_back(t);
  }
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(accumulator));
  Value sum = emitAxis(b, 0, zero);
  if (sum.getType() != result)
    sum = arith::TruncFOp::create(b, loc, result, sum);
  return sum;
}

/// The taps of `axis` and, inside of them, those of later axes.
Value DirectConvEmitter::emitAxis(OpBuilder &b, unsigned axis, Value sum) {
  if (axis == axes.size())
    return emitChannels(b, sum);
  const AxisTaps &taps = axes[axis];
  IndexMath outer(b, loc);
  auto loop =
      scf::ForOp::create(b, loc, outer.constant(0), outer.constant(taps.count),
                         outer.constant(1), sum);
  OpBuilder body = OpBuilder::atBlockEnd(loop.getBody());
  IndexMath m(body, loc);
  Value j = loop.getInductionVar();
  tapNumbers[axis] = j;
  Value k = m.add(m.mul(j, taps.step), firstTap[axis]);
  Value i = m.sub(firstInput[axis], m.mul(j, taps.axis.dilation / taps.gcd));
  // As unsigned numbers, negative positions are out of range too.
  Value valid = m.below(i, taps.inputSize);
  if (taps.filterSize % taps.step != 0 || taps.gcd > 1)
    valid = m.both(valid, m.below(k, taps.filterSize));
  Value position = k;
  if (taps.axis.reversed)
    position = m.sub(m.constant(taps.filterSize - 1), k);
  inputPosition[geometry.inputDims.spatial[axis]] = tapInputs[axis] = i;
  filterPosition[geometry.filterDims.spatial[axis]] = position;
  auto ifOp = scf::IfOp::create(body, loc, sum.getType(), valid,
                                /*withElseRegion=*/true);
  OpBuilder inside = OpBuilder::atBlockEnd(ifOp.thenBlock());
  Value added = emitAxis(inside, axis + 1, loop.getRegionIterArg(0));
  scf::YieldOp::create(inside, loc, added);
  OpBuilder outside = OpBuilder::atBlockEnd(ifOp.elseBlock());
  scf::YieldOp::create(outside, loc, loop.getRegionIterArg(0));
  scf::YieldOp::create(body, loc, ifOp.getResult(0));
  return loop.getResult(0);
}

Value DirectConvEmitter::emitChannels(OpBuilder &b, Value sum) {
  int64_t inPerGroup = sizes.inputChannels / geometry.groups;
  IndexMath m(b, loc);
  auto loop = scf::ForOp::create(b, loc, m.constant(0), m.constant(inPerGroup),
                                 m.constant(1), sum);
  OpBuilder body = OpBuilder::atBlockEnd(loop.getBody());
  Value ci = loop.getInductionVar();
  Value channel = IndexMath(body, loc).add(ci, firstChannel);
  inputPosition[geometry.inputDims.channel] = channel;
  filterPosition[geometry.filterDims.in] =
      geometry.filterGroups == FilterGroups::Input ? channel : ci;
  Value x = memref::LoadOp::create(body, loc, input, inputPosition);
  element.in = ci;
  element.taps = tapNumbers;
  element.input = tapInputs;
  element.position = resultPosition;
  Value w = loadFilter(body, element);
  Value next = multiplyAdd(body, x, w, loop.getRegionIterArg(0));
  scf::YieldOp::create(body, loc, next);
  return loop.getResult(0);
}

Value DirectConvEmitter::loadFilter(OpBuilder &b, const FilterElement &) {
  return memref::LoadOp::create(b, loc, filter, filterPosition);
}

Value DirectConvEmitter::multiplyAdd(OpBuilder &b, Value x, Value w,
                                     Value sum) {
  if (!isa<FloatType>(accumulator)) {
    Value product = arith::MulIOp::create(b, loc, x, w);
    return arith::AddIOp::create(b, loc, sum, product);
  }
  if (x.getType() != accumulator) {
    x = arith::ExtFOp::create(b, loc, accumulator, x);
    w = arith::ExtFOp::create(b, loc, accumulator, w);
  }
  return math::FmaOp::create(b, loc, x, w, sum);
}

namespace {
/// The operands of the kernel.
struct DirectOperands {
  Value input, filter;
  SmallVector<FlatOperand> params, outs;
};
} // namespace

static FailureOr<DirectOperands>
passOperands(LaunchBuilder &launch, BlockOp block, const RowNest &nest) {
  FailureOr<Value> input = launch.addBuffer(block.getInputs()[0], Access::Read);
  FailureOr<Value> filter =
      launch.addBuffer(block.getInputs()[1], Access::Read);
  if (failed(input) || failed(filter))
    return failure();
  DirectOperands operands{*input, *filter, {}, {}};
  for (auto [i, param] : llvm::enumerate(block.getParams())) {
    FailureOr<FlatOperand> flat =
        FlatOperand::pass(launch, block, param, block.getParamMap(i), nest,
                          nest.params[i], Access::Read);
    if (failed(flat))
      return failure();
    operands.params.push_back(*flat);
  }
  for (auto [i, out] : llvm::enumerate(block.getOuts())) {
    FailureOr<FlatOperand> flat =
        FlatOperand::pass(launch, block, out, block.getOutMap(i), nest,
                          nest.outs[i], Access::Write);
    if (failed(flat))
      return failure();
    operands.outs.push_back(*flat);
  }
  return operands;
}

/// The element's coordinates in the result, as the producer's map says.
static SmallVector<Value> getResultPosition(OpBuilder &b, BlockOp block,
                                            BlockTile &tile, int64_t reg) {
  IndexMath m(b, block.getLoc());
  SmallVector<Value> position;
  for (AffineExpr expr : block.getProducerMap().getResults()) {
    Value sum;
    for (unsigned dim = 0; dim < block.getNumDims(); ++dim)
      if (int64_t factor = getDimFactor(expr, dim))
        sum = m.add(sum, m.mul(tile.getIndex(dim, reg), factor));
    position.push_back(m.toValue(sum));
  }
  return position;
}

static LogicalResult emitDirectConv(LaunchBuilder &launch, BlockOp block,
                                    const RowNest &nest) {
  Location loc = block.getLoc();
  TileLayout layout(2, {{Holder::Lane, kWarpSize, kTileRowDim, 1},
                        {Holder::Warp, kDirectWarps, kTileRowDim, kWarpSize}});
  FailureOr<DirectOperands> operands = passOperands(launch, block, nest);
  if (failed(operands))
    return failure();
  LoopSizes sizes = passLoopSizes(launch, block, nest);
  EmissionPoints points(launch.body());
  points.rowDims = makeDimSet({kTileElementDim});
  OpBuilder &b = points.current;
  ThreadNumbers numbers = createThreadNumbers(b, loc);
  RowWalk walk(nest, layout, /*run=*/1, points, numbers, sizes, loc);
  BlockTile tile(walk);
  tile.setOperands(operands->params, operands->outs);
  // The producer's value is the convolution; all else comes from memory.
  DirectConvEmitter emitter(block, operands->input, operands->filter);
  tile.setProducer([&](int64_t reg) {
    return emitter.emit(b, getResultPosition(b, block, tile, reg));
  });
  int64_t tileRows = layout.getExtent(kTileRowDim);
  int64_t rows = nest.getNumRows();
  Value blockId = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x);
  walk.setFirstRow(IndexMath(b, loc).mul(blockId, tileRows),
                   ShapedType::isDynamic(rows) || rows % tileRows != 0);
  RowProgram program(*block.getBodyBlock(), layout, points, tile);
  SmallVector<unsigned> which;
  SmallVector<SmallVector<Value>> values;
  for (auto [i, value] : llvm::enumerate(block.getYield().getValues())) {
    which.push_back(i);
    values.push_back({program.get(value, 0)});
  }
  tile.store(0, which, values);
  launch.finish(
      IndexMath(launch.host(), loc).ceilDiv(sizes.hostRows, tileRows));
  return success();
}

LogicalResult upweave::lowerDirectConv(LaunchContext &context, BlockOp block) {
  expandBlockRegion(block, context.mayContract());
  RowNest nest = buildRowNest(block, /*keepRows=*/false);
  LaunchBuilder launch(context, block, "direct", kDirectWarps * kWarpSize);
  launch.setMinBlocksPerSM(kDirectBlocksPerSM);
  if (succeeded(emitDirectConv(launch, block, nest)))
    return success();
  launch.abandon();
  return failure();
}
