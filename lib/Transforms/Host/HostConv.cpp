//===- HostConv.cpp - Lines of a transposed convolution -------------------===//
// A convolution along one axis: one dense stride-1 convolution per phase.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostConv.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace upweave;

/// Accumulators of one step along a line: eight registers of 256 bits, enough
/// independent sums to hide the latency of a multiply-add.
static constexpr int64_t kAccumulatorBits = 8 * 256;

/// Input lines and weights are packed if they take no more than half of a small
/// first-level cache.
static constexpr int64_t kMaxPackedBytes = 16 * 1024;

/// floor(a / b) for b > 0.
static int64_t floorDiv(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

HostConv::HostConv(BlockOp block)
    : block(block), loc(block.getLoc()),
      geometry(block.getGeometryAttr().getGeometry()), x(block.getInputs()[0]),
      w(block.getInputs()[1]) {
  sizes = geometry.getSizes(cast<MemRefType>(x.getType()).getShape(),
                            cast<MemRefType>(w.getType()).getShape());
  accType = block.getProducerArg().getType();
  chooseLine();
}

/// True if the input's elements along spatial axis `axis` follow each other in
/// memory.
bool HostConv::isContiguous(unsigned axis) const {
  auto type = cast<MemRefType>(x.getType());
  if (geometry.inputDims.spatial[axis] != type.getRank() - 1)
    return false;
  auto [strides, offset] = type.getStridesAndOffset();
  return strides.back() == 1;
}

void HostConv::chooseLine() {
  AffineMap map = block.getProducerMap();
  for (unsigned axis = 0; axis < geometry.getNumSpatialAxes(); ++axis) {
    auto dim = dyn_cast<AffineDimExpr>(
        map.getResult(geometry.resultDims.spatial[axis]));
    if (!dim || (lineDim >= 0 && !isContiguous(axis)))
      continue;
    lineDim = dim.getPosition();
    lineAxis = axis;
  }
  if (lineDim >= 0 && isContiguous(lineAxis))
    vectorWidth =
        kAccumulatorBits / (8 * getByteSize(MemRefType::get({}, accType)));
}

LogicalResult HostConv::allocate(ScratchMemory &scratch) {
  AxisGeometry axis = geometry.getAxis(lineAxis);
  int64_t first = 0, last = 0;
  if (lineDim >= 0) {
    // Shifts of the first and the last tap, see emitLineTaps.
    int64_t reach = axis.dilation * (sizes.filter[lineAxis] - 1);
    first = floorDiv(-axis.paddingLow, axis.stride);
    last = floorDiv(reach - axis.paddingLow, axis.stride);
  }
  int64_t results = lineDim < 0 ? 1 : sizes.result[lineAxis];
  int64_t inputs = lineDim < 0 ? 1 : sizes.input[lineAxis];
  int64_t phases = lineDim < 0 ? 1 : axis.stride;
  rowBase = std::max<int64_t>(0, -first);
  rowLength = rowBase + std::max(llvm::divideCeilSigned(results, phases),
                                 inputs + std::max<int64_t>(last, 0));
  FailureOr<Value> memory =
      scratch.get(loc, MemRefType::get({phases, rowLength}, accType));
  if (failed(memory))
    return failure();
  rows = *memory;
  int64_t channels = sizes.inputChannels / geometry.groups;
  auto lines = MemRefType::get({channels, inputs}, accType);
  auto weights = MemRefType::get({channels, sizes.filter[lineAxis]}, accType);
  if (vectorWidth == 1 || sizes.filter[lineAxis] == 1 ||
      getByteSize(lines) + getByteSize(weights) > kMaxPackedBytes)
    return success();
  memory = scratch.get(loc, lines);
  if (failed(memory))
    return failure();
  packed = *memory;
  memory = scratch.get(loc, weights);
  if (failed(memory))
    return failure();
  packedWeights = *memory;
  return success();
}

void HostConv::emitLine(OpBuilder &builder, ArrayRef<Value> dims, Value buffer,
                        ArrayRef<Value> prefix) {
  SmallVector<Value> allDims(dims);
  Value zero = createIndex(builder, loc, 0);
  if (lineDim >= 0)
    allDims[lineDim] = zero;
  SmallVector<Value> result =
      applyMap(builder, loc, block.getProducerMap(), allDims);
  batch = result[geometry.resultDims.batch];
  channel = result[geometry.resultDims.channel];
  outputs.clear();
  for (int64_t dim : geometry.resultDims.spatial)
    outputs.push_back(result[dim]);
  group = arith::DivUIOp::create(
      builder, loc, channel,
      createIndex(builder, loc, sizes.outputChannels / geometry.groups));

  auto type = cast<MemRefType>(rows.getType());
  Value nothing =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(accType));
  createLoopNest(builder, loc,
                 {createIndex(builder, loc, type.getDimSize(0)),
                  createIndex(builder, loc, type.getDimSize(1))},
                 {}, [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                   memref::StoreOp::create(b, loc, nothing, rows, at);
                   return SmallVector<Value>();
                 });
  SmallVector<Value> input(geometry.getNumSpatialAxes());
  SmallVector<Value> filter(geometry.getNumSpatialAxes());
  emitTaps(builder, 0, input, filter);
  emitDelivery(builder, buffer, prefix);
}

/// Emits the loops over the taps of spatial axes `axis` and later, except the
/// line's own, which come innermost: for each filter position k', the input
/// position (o + P - L·k') / S, if that is one.
void HostConv::emitTaps(OpBuilder &builder, unsigned axis,
                        MutableArrayRef<Value> input,
                        MutableArrayRef<Value> filter) {
  if (axis == geometry.getNumSpatialAxes())
    return emitLineTaps(builder, input, filter);
  if (axis == lineAxis && lineDim >= 0)
    return emitTaps(builder, axis + 1, input, filter);
  AxisGeometry geo = geometry.getAxis(axis);
  auto index = [&](int64_t value) { return createIndex(builder, loc, value); };
  Value stride = index(geo.stride), dilation = index(geo.dilation);
  Value limit = index(sizes.input[axis]);
  Value low =
      arith::AddIOp::create(builder, loc, outputs[axis], index(geo.paddingLow));
  Value last = index(sizes.filter[axis] - 1), zero = index(0);
  auto body = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
    Value back = arith::MulIOp::create(b, loc, at[0], dilation);
    Value scaled = arith::SubIOp::create(b, loc, low, back);
    // A negative position is a huge unsigned one: beyond the limit as well.
    Value position = arith::DivUIOp::create(b, loc, scaled, stride);
    Value rest = arith::RemUIOp::create(b, loc, scaled, stride);
    Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                         position, limit);
    Value exact =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, rest, zero);
    Value isTap = arith::AndIOp::create(b, loc, inside, exact);
    auto guard = scf::IfOp::create(b, loc, isTap, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard restore(b);
    b.setInsertionPointToStart(guard.thenBlock());
    input[axis] = position;
    filter[axis] = geo.reversed
                       ? arith::SubIOp::create(b, loc, last, at[0]).getResult()
                       : at[0];
    emitTaps(b, axis + 1, input, filter);
    return SmallVector<Value>();
  };
  createLoopNest(builder, loc, {index(sizes.filter[axis])}, {}, body);
}

/// The weight of channel `ci` of the group at filter position `filter`.
Value HostConv::loadWeight(OpBuilder &b, Value ci, ArrayRef<Value> filter) {
  const FilterDims &taps = geometry.filterDims;
  SmallVector<Value> at(geometry.getRank());
  at[taps.in] = ci;
  at[taps.out] = channel;
  if (geometry.filterGroups == FilterGroups::Input) {
    int64_t inputs = sizes.inputChannels / geometry.groups;
    int64_t outputs = sizes.outputChannels / geometry.groups;
    Value base =
        arith::MulIOp::create(b, loc, group, createIndex(b, loc, inputs));
    at[taps.in] = arith::AddIOp::create(b, loc, base, ci);
    at[taps.out] =
        arith::RemUIOp::create(b, loc, channel, createIndex(b, loc, outputs));
  }
  for (auto [axis, dim] : llvm::enumerate(taps.spatial))
    at[dim] = filter[axis];
  return extend(b, memref::LoadOp::create(b, loc, w, at));
}

/// Emits the copy of the input lines at `input`, and of the weights of their
/// taps, to where they lie side by side. In memory they are often a power of
/// two apart, so that they would drive each other out of the cache between the
/// taps that read them.
void HostConv::emitPacking(OpBuilder &builder, ArrayRef<Value> input,
                           ArrayRef<Value> filter) {
  const DataDims &data = geometry.inputDims;
  auto type = cast<MemRefType>(packed.getType());
  Value base = arith::MulIOp::create(
      builder, loc, group, createIndex(builder, loc, type.getDimSize(0)));
  SmallVector<Value> xAt(geometry.getRank());
  xAt[data.batch] = batch;
  for (auto [axis, dim] : llvm::enumerate(data.spatial))
    xAt[dim] = input[axis];
  auto body = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
    xAt[data.channel] = arith::AddIOp::create(b, loc, base, at[0]);
    xAt[data.spatial[lineAxis]] = at[1];
    Value value = extend(b, memref::LoadOp::create(b, loc, x, xAt));
    memref::StoreOp::create(b, loc, value, packed, at);
    return SmallVector<Value>();
  };
  createLoopNest(builder, loc,
                 {createIndex(builder, loc, type.getDimSize(0)),
                  createIndex(builder, loc, type.getDimSize(1))},
                 {}, body);
  SmallVector<Value> tap(filter);
  createLoopNest(builder, loc,
                 {createIndex(builder, loc, type.getDimSize(0)),
                  createIndex(builder, loc, sizes.filter[lineAxis])},
                 {}, [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                   tap[lineAxis] = at[1];
                   memref::StoreOp::create(b, loc, loadWeight(b, at[0], tap),
                                           packedWeights, at);
                   return SmallVector<Value>();
                 });
}

/// Emits the taps along the line: tap k' adds input i to output
/// S·i + L·k' - P = S·(i + shift) + phase.
void HostConv::emitLineTaps(OpBuilder &builder, ArrayRef<Value> input,
                            ArrayRef<Value> filter) {
  SmallVector<Value> inputs(input), filters(filter);
  Value zero = createIndex(builder, loc, 0);
  if (lineDim < 0)
    return emitChannels(builder, zero, zero, Value(), 1, inputs, filters);
  if (packed)
    emitPacking(builder, input, filter);
  AxisGeometry geo = geometry.getAxis(lineAxis);
  int64_t filterSize = sizes.filter[lineAxis];
  int64_t inputSize = sizes.input[lineAxis];
  auto index = [&](int64_t value) { return createIndex(builder, loc, value); };
  Value dilation = index(geo.dilation), stride = index(geo.stride);
  // Moved up by rowBase whole strides, which makes it non-negative.
  Value origin = index(rowBase * geo.stride - geo.paddingLow);
  Value last = index(filterSize - 1);
  int64_t width = std::min(vectorWidth, inputSize);
  auto body = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
    Value reach = arith::MulIOp::create(b, loc, at[0], dilation);
    Value target = arith::AddIOp::create(b, loc, reach, origin);
    Value phase = arith::RemUIOp::create(b, loc, target, stride);
    Value start = arith::DivUIOp::create(b, loc, target, stride);
    filters[lineAxis] =
        geo.reversed ? arith::SubIOp::create(b, loc, last, at[0]).getResult()
                     : at[0];
    auto step = [&](OpBuilder &inner, ArrayRef<Value> chunk, ArrayRef<Value>) {
      Value first = arith::MulIOp::create(inner, loc, chunk[0],
                                          createIndex(inner, loc, width));
      emitChannels(inner, phase, start, first, width, inputs, filters);
      return SmallVector<Value>();
    };
    createLoopNest(b, loc, {createIndex(b, loc, inputSize / width)}, {}, step);
    if (int64_t rest = inputSize % width)
      emitChannels(b, phase, start, createIndex(b, loc, inputSize - rest), rest,
                   inputs, filters);
    return SmallVector<Value>();
  };
  createLoopNest(builder, loc, {index(filterSize)}, {}, body);
}

/// Emits, for one tap and `width` inputs from `first` on, the sum over input
/// channels, added to the temporary row of `phase` at `start + first`. Without
/// `first` the line is one element and `input` is complete.
void HostConv::emitChannels(OpBuilder &builder, Value phase, Value start,
                            Value first, int64_t width, ArrayRef<Value> input,
                            ArrayRef<Value> filter) {
  const DataDims &data = geometry.inputDims;
  int64_t groupInputs = sizes.inputChannels / geometry.groups;
  Value base = arith::MulIOp::create(builder, loc, group,
                                     createIndex(builder, loc, groupInputs));
  SmallVector<Value> xAt(geometry.getRank());
  xAt[data.batch] = batch;
  for (auto [axis, dim] : llvm::enumerate(data.spatial))
    xAt[dim] = first && axis == lineAxis ? first : input[axis];
  Value at = first ? arith::AddIOp::create(builder, loc, start, first) : start;

  bool isVector = width > 1;
  Type sumType = accType;
  VectorType xType;
  Value sum;
  if (isVector) {
    sumType = VectorType::get({width}, accType);
    xType = VectorType::get({width}, getElementTypeOrSelf(x.getType()));
    sum = vector::LoadOp::create(builder, loc, cast<VectorType>(sumType), rows,
                                 ValueRange{phase, at});
  } else {
    sum = memref::LoadOp::create(builder, loc, rows, ValueRange{phase, at});
  }
  auto body = [&](OpBuilder &b, ArrayRef<Value> ci, ArrayRef<Value> carried) {
    Value both = arith::AddIOp::create(b, loc, base, ci[0]);
    xAt[data.channel] = both;
    Value weight =
        packed ? memref::LoadOp::create(b, loc, packedWeights,
                                        ValueRange{ci[0], filter[lineAxis]})
                     .getResult()
               : loadWeight(b, ci[0], filter);
    Value value;
    if (isVector) {
      value = packed ? vector::LoadOp::create(b, loc, cast<VectorType>(sumType),
                                              packed, ValueRange{ci[0], first})
                     : vector::LoadOp::create(b, loc, xType, x, xAt);
      weight = vector::BroadcastOp::create(b, loc, sumType, weight);
    } else {
      value = memref::LoadOp::create(b, loc, x, xAt);
    }
    return SmallVector<Value>{
        multiplyAdd(b, extend(b, value), weight, carried[0])};
  };
  sum = createLoopNest(builder, loc, {createIndex(builder, loc, groupInputs)},
                       {sum}, body)[0];
  if (isVector)
    vector::StoreOp::create(builder, loc, sum, rows, ValueRange{phase, at});
  else
    memref::StoreOp::create(builder, loc, sum, rows, ValueRange{phase, at});
}

/// Emits the copy of the temporary rows, phases interleaved, to `buffer`.
void HostConv::emitDelivery(OpBuilder &builder, Value buffer,
                            ArrayRef<Value> prefix) {
  int64_t phases = cast<MemRefType>(rows.getType()).getDimSize(0);
  int64_t results = lineDim < 0 ? 1 : sizes.result[lineAxis];
  auto deliver = [&](OpBuilder &b, Value q, Value phase) {
    Value from = arith::AddIOp::create(b, loc, q, createIndex(b, loc, rowBase));
    Value value = memref::LoadOp::create(b, loc, rows, ValueRange{phase, from});
    Value to = arith::MulIOp::create(b, loc, q, createIndex(b, loc, phases));
    SmallVector<Value> at(prefix);
    at.push_back(arith::AddIOp::create(b, loc, to, phase));
    memref::StoreOp::create(b, loc, value, buffer, at);
    return SmallVector<Value>();
  };
  createLoopNest(builder, loc,
                 {createIndex(builder, loc, results / phases),
                  createIndex(builder, loc, phases)},
                 {}, [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                   return deliver(b, at[0], at[1]);
                 });
  if (int64_t rest = results % phases) {
    Value q = createIndex(builder, loc, results / phases);
    createLoopNest(builder, loc, {createIndex(builder, loc, rest)}, {},
                   [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                     return deliver(b, q, at[0]);
                   });
  }
}

/// `value`, a scalar or a vector of the data's type, as the accumulator's.
Value HostConv::extend(OpBuilder &builder, Value value) {
  Type type = accType;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = VectorType::get(vector.getShape(), accType);
  if (value.getType() == type)
    return value;
  if (isa<FloatType>(accType))
    return castFloat(builder, loc, value, type);
  return arith::ExtSIOp::create(builder, loc, type, value);
}

Value HostConv::multiplyAdd(OpBuilder &builder, Value a, Value b, Value sum) {
  if (!isa<FloatType>(accType)) {
    Value product = arith::MulIOp::create(builder, loc, a, b);
    return arith::AddIOp::create(builder, loc, product, sum);
  }
  // One fused operation where the machine has it.
  auto fusible = arith::FastMathFlagsAttr::get(builder.getContext(),
                                               arith::FastMathFlags::contract);
  Value product = arith::MulFOp::create(builder, loc, a, b, fusible);
  return arith::AddFOp::create(builder, loc, product, sum, fusible);
}
