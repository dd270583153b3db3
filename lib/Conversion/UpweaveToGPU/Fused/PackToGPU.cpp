//===- PackToGPU.cpp - The kernels that pack operands ---------------------===//
// A launch writes the filter as fragments or the input as positions, rounded
// once, a thread 16 bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/PackToGPU.h"
#include "Emission/KernelMath.h"
#include "Fused/OperandBits.h"

#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Schedule/FusedLayout.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

static constexpr int64_t kThreads = 256;

namespace {
/// One packing kernel under construction.
class PackKernel {
public:
  PackKernel(LaunchContext &context, PackOp op, const FusedFacts &facts)
      : op(op), loc(op.getLoc()), facts(facts), atom(getAtomInfo(facts.atom)),
        order(op.getOrder().getOrder()),
        inPiece(order.getInner(atom.getPieceElements())),
        pieces(order.getOuter(atom.getPieceElements())),
        geometry(op.getGeometry().getGeometry()),
        launch(context, op,
               ("pack_" + stringifyConvOperand(op.getWhich())).str(),
               kThreads) {}

  LogicalResult emit();

private:
  void emitFilter(OpBuilder &b, Value piece);
  void emitInput(OpBuilder &b, Value image, Value piece);
  SmallVector<Value> decode(Int32Math &m, Value piece) {
    return pieces.decode(m, piece,
                         PackedDim::count(facts.getClassAxes().size() + 1));
  }
  SmallVector<Value> getFilterTaps(Int32Math &m, ArrayRef<Value> at,
                                   Value &valid);
  Value getColumnTap(Int32Math &m, Value tap, Value columnClass, Value &valid);
  SmallVector<Value> loadFragment(OpBuilder &b, ArrayRef<Value> at,
                                  MutableArrayRef<Value> position, Value valid);
  Value loadOrZero(OpBuilder &b, Value view, ArrayRef<Value> position,
                   Value valid);
  /// What element `i` of a piece adds to a coordinate.
  int64_t getStep(int64_t i, unsigned dim) const {
    IntegerMath m;
    return inPiece.decode(m, i, PackedDim::count(0))[dim];
  }

  PackOp op;
  Location loc;
  const FusedFacts &facts;
  const AtomInfo &atom;
  PackedOrder order, inPiece, pieces;
  ConvTransposeGeometry geometry;
  LaunchBuilder launch;
  Value source, packed;
};
} // namespace

/// The bits of `view` at `position` where `valid` holds (null: always), of 0
/// elsewhere; positions are legal in either case.
Value PackKernel::loadOrZero(OpBuilder &b, Value view, ArrayRef<Value> position,
                             Value valid) {
  Int32Math m(b, loc);
  SmallVector<Value> indices;
  for (Value coordinate : position)
    indices.push_back(m.toIndex(coordinate));
  Value bits = createOperandBits(b, loc, atom,
                                 memref::LoadOp::create(b, loc, view, indices));
  if (!valid)
    return bits;
  Value zero =
      arith::ConstantOp::create(b, loc, b.getIntegerAttr(bits.getType(), 0));
  return m.select(valid, bits, zero);
}

//===----------------------------------------------------------------------===//
// Input
//===----------------------------------------------------------------------===//

void PackKernel::emitInput(OpBuilder &b, Value image, Value piece) {
  Int32Math m(b, loc);
  SmallVector<Value> at = decode(m, piece);
  SmallVector<Value> position(geometry.getRank());
  position[geometry.inputDims.batch] = image;
  int64_t axes = geometry.getNumSpatialAxes(), channels = facts.inputChannels;
  for (int64_t axis = 0; axis < axes; ++axis)
    position[geometry.inputDims.spatial[axis]] =
        at[PackedDim::position(axes - 1 - axis)];
  Value group = m.mul(at[PackedDim::kGroup], channels);
  bool isPadded = channels % atom.getChunkChannels() != 0;
  SmallVector<Value> elements;
  for (int64_t i = 0; i < atom.getPieceElements(); ++i) {
    Value channel = m.add(at[PackedDim::kIn], getStep(i, PackedDim::kIn));
    Value valid;
    if (isPadded) {
      valid = m.below(channel, channels);
      channel = m.select(valid, channel, m.constant(0));
    }
    position[geometry.inputDims.channel] = m.add(group, channel);
    elements.push_back(loadOrZero(b, source, position, valid));
  }
  int64_t imageWords = order.getSize() * atom.elementBytes / kWordBytes;
  Value word = IndexMath(b, loc).mul(m.toIndex(image), imageWords);
  word = IndexMath(b, loc).add(
      word, IndexMath(b, loc).mul(m.toIndex(piece), kPieceWords));
  storePiece(b, loc, elements, packed, word);
}

//===----------------------------------------------------------------------===//
// Filter
//===----------------------------------------------------------------------===//

/// Filter positions along the class axes, then the column, of the piece at
/// coordinates `at`.
SmallVector<Value> PackKernel::getFilterTaps(Int32Math &m, ArrayRef<Value> at,
                                             Value &valid) {
  SmallVector<Value> positions;
  for (auto [i, axis] : llvm::enumerate(facts.getClassAxes())) {
    unsigned number = getAxisNumber(facts, i);
    Value tap = at[PackedDim::tap(number)];
    Value phase = at[PackedDim::phase(number)];
    Value first = m.lookup(phase, axis->getFirstFilters());
    Value position = m.add(m.mul(tap, axis->getFilterStep()), first);
    if (!axis->isUniform()) {
      Value has = m.below(tap, m.lookup(phase, axis->getTapCounts()));
      valid = m.both(valid, has);
      position = m.select(has, position, m.constant(0));
    }
    positions.push_back(position);
  }
  positions.push_back(getColumnTap(m, at[PackedDim::tap(0)],
                                   at[PackedDim::kPhaseClass], valid));
  return positions;
}

/// The filter position of tap number `tap` of the column's class.
Value PackKernel::getColumnTap(Int32Math &m, Value tap, Value columnClass,
                               Value &valid) {
  SmallVector<int64_t> columns;
  for (const auto &list : facts.width.taps)
    for (const Tap &each : list)
      columns.push_back(each.filterIndex);
  Value first = m.lookup(tap, columns);
  if (facts.width.phaseClasses == 1)
    return first;
  AxisGeometry axis = geometry.getAxis(geometry.getNumSpatialAxes() - 1);
  int64_t size =
      op.getFilterType().getDimSize(geometry.filterDims.spatial.back());
  Value reach = m.add(first, m.mul(columnClass, facts.width.getPhases()));
  Value has = m.below(reach, axis.dilation * (size - 1) + 1);
  has = m.both(has, m.equal(m.rem(reach, axis.dilation), 0));
  valid = m.both(valid, has);
  Value position = m.div(m.select(has, reach, m.constant(0)), axis.dilation);
  return axis.reversed ? m.sub(m.constant(size - 1), position) : position;
}

/// The elements of the piece at coordinates `at`. Sets the channels of
/// `position`, whose other coordinates are the filter's where `valid` (null:
/// always) holds.
SmallVector<Value> PackKernel::loadFragment(OpBuilder &b, ArrayRef<Value> at,
                                            MutableArrayRef<Value> position,
                                            Value valid) {
  Int32Math m(b, loc);
  Value group = at[PackedDim::kGroup], zero = m.constant(0);
  bool isByInput = geometry.filterGroups == FilterGroups::Input;
  SmallVector<Value> elements;
  for (int64_t i = 0; i < atom.getPieceElements(); ++i) {
    Value out = m.add(at[PackedDim::kOut], getStep(i, PackedDim::kOut));
    Value in = m.add(at[PackedDim::kIn], getStep(i, PackedDim::kIn));
    Value inRange = m.both(valid, m.below(out, facts.outputChannels));
    inRange = m.both(inRange, m.below(in, facts.inputChannels));
    out = m.select(inRange, out, zero);
    in = m.select(inRange, in, zero);
    if (isByInput)
      in = m.add(in, m.mul(group, facts.inputChannels));
    else
      out = m.add(out, m.mul(group, facts.outputChannels));
    position[geometry.filterDims.in] = in;
    position[geometry.filterDims.out] = out;
    elements.push_back(loadOrZero(b, source, position, inRange));
  }
  return elements;
}

void PackKernel::emitFilter(OpBuilder &b, Value piece) {
  Int32Math m(b, loc);
  SmallVector<Value> at = decode(m, piece);
  Value valid;
  SmallVector<Value> axisPositions = getFilterTaps(m, at, valid);
  SmallVector<Value> position(geometry.getRank());
  int64_t numAxes = geometry.getNumSpatialAxes();
  // A convolution along one axis has no row.
  axisPositions.erase(axisPositions.begin(), axisPositions.end() - numAxes);
  for (int64_t axis = 0; axis < numAxes; ++axis)
    position[geometry.filterDims.spatial[axis]] = axisPositions[axis];
  SmallVector<Value> elements = loadFragment(b, at, position, valid);
  storePiece(b, loc, elements, packed,
             IndexMath(b, loc).mul(m.toIndex(piece), kPieceWords));
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

LogicalResult PackKernel::emit() {
  FailureOr<Value> from = launch.addBuffer(op.getSource(), Access::Read);
  FailureOr<Value> to = launch.addBuffer(op.getPacked(), Access::Write);
  if (failed(from) || failed(to)) {
    launch.abandon();
    return failure();
  }
  source = *from;
  packed = *to;
  bool isFilter = op.getWhich() == ConvOperand::Filter;
  int64_t count = pieces.getSize();
  int64_t blocks = llvm::divideCeil(count, kThreads);
  OpBuilder b = launch.body();
  Int32Math m(b, loc);
  Value number = m.fromIndex(gpu::BlockIdOp::create(b, loc, gpu::Dimension::x));
  Value thread =
      m.fromIndex(gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x));
  Value image;
  if (!isFilter) {
    image = m.div(number, blocks);
    number = m.rem(number, blocks);
  }
  Value piece = m.add(m.mul(number, kThreads), thread);
  if (count % kThreads != 0)
    b = scf::IfOp::create(b, loc, m.below(piece, count),
                          /*withElseRegion=*/false)
            .getThenBodyBuilder();
  if (isFilter)
    emitFilter(b, piece);
  else
    emitInput(b, image, piece);

  OpBuilder &host = launch.host();
  Value images = arith::ConstantIndexOp::create(
      host, loc,
      isFilter || ShapedType::isDynamic(facts.batch) ? 1 : facts.batch);
  if (!isFilter && ShapedType::isDynamic(facts.batch))
    images = memref::DimOp::create(host, loc, op.getSource(),
                                   geometry.inputDims.batch);
  gpu::LaunchFuncOp made =
      launch.finish(IndexMath(host, loc).mul(images, blocks));
  if (auto root = dyn_cast<BlockArgument>(getBufferRoot(op.getPacked()).value))
    if (cast<func::FuncOp>(root.getOwner()->getParentOp())
            .getArgAttr(root.getArgNumber(), kRoleAttr) ==
        host.getStringAttr(kPreparedRole))
      made->setAttr(kPreparedAttr, host.getUnitAttr());
  return success();
}

/// Fails, with an error, if the order counts other taps or phases than the
/// convolution has: what a thread reads would be no part of the filter.
static LogicalResult verifyTaps(PackOp op, const FusedFacts &facts) {
  const PackedOrder &order = op.getOrder().getOrder();
  auto verify = [&](unsigned dim, int64_t count) -> LogicalResult {
    if (order.getExtent(dim) == count)
      return success();
    return op.emitError("has an order that counts ")
           << order.getExtent(dim) << " '" << PackedDim::getName(dim)
           << "', the convolution has " << count;
  };
  int64_t widthTaps = 0;
  for (int64_t taps : facts.width.getTapCounts())
    widthTaps += taps;
  LogicalResult result = success();
  auto check = [&](unsigned dim, int64_t count) {
    if (succeeded(result))
      result = verify(dim, count);
  };
  check(PackedDim::tap(0), widthTaps);
  check(PackedDim::kPhaseClass, facts.width.phaseClasses);
  for (auto [i, axis] : llvm::enumerate(facts.getClassAxes())) {
    check(PackedDim::tap(getAxisNumber(facts, i)), axis->getMaxTaps());
    check(PackedDim::phase(getAxisNumber(facts, i)), axis->getStride());
  }
  return result;
}

LogicalResult upweave::lowerPack(LaunchContext &context, PackOp op) {
  std::optional<FusedFacts> facts =
      getConvFacts(op.getGeometry().getGeometry(), op.getInputType(),
                   op.getFilterType(), op.getPrecision());
  if (!facts)
    return op.emitError("packs elements that no fused kernel multiplies");
  if (op.getWhich() == ConvOperand::Filter && failed(verifyTaps(op, *facts)))
    return failure();
  PackKernel kernel(context, op, *facts);
  if (failed(kernel.emit()))
    return failure();
  op.erase();
  return success();
}
