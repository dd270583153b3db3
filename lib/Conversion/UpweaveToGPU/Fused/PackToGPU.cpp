//===- PackToGPU.cpp - The kernels that pack operands ---------------------===//
// A launch writes the filter as fragments or the input as positions, rounded
// once, a thread 16 bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/PackToGPU.h"
#include "Emission/IndexMath.h"
#include "Emission/KernelMath.h"
#include "Fused/OperandBits.h"

#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

static constexpr int64_t kThreads = 256;

namespace {
/// One packing kernel under construction.
class PackKernel {
public:
  PackKernel(LaunchContext &context, PackOp op, const FusedFacts &facts,
             const FusedPlan &plan)
      : op(op), loc(op.getLoc()), facts(facts), plan(plan),
        atom(getAtomInfo(facts.atom)), geometry(op.getGeometry().getGeometry()),
        launch(context, op,
               ("pack_" + stringifyConvOperand(op.getWhich())).str(),
               kThreads) {}

  LogicalResult emit();

private:
  void emitFilter(OpBuilder &b, Value piece);
  void emitInput(OpBuilder &b, Value image, Value piece);
  SmallVector<Value> getFilterTaps(Int32Math &m, ArrayRef<Value> digits,
                                   Value &valid);
  Value getColumnTap(Int32Math &m, Value tap, Value columnClass, Value &valid);
  SmallVector<Value> loadFragment(OpBuilder &b, ArrayRef<Value> digits,
                                  ArrayRef<Value> tile,
                                  MutableArrayRef<Value> position, Value valid);
  Value loadOrZero(OpBuilder &b, Value view, ArrayRef<Value> position,
                   Value valid);
  int64_t getElements() const { return kPieceBytes / atom.elementBytes; }

  PackOp op;
  Location loc;
  const FusedFacts &facts;
  const FusedPlan &plan;
  const AtomInfo &atom;
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

/// Piece order: [outer axes][row][group][chunk][column][half].
void PackKernel::emitInput(OpBuilder &b, Value image, Value piece) {
  Int32Math m(b, loc);
  int64_t chunks = facts.getChunks(), channels = facts.inputChannels;
  SmallVector<int64_t> sizes{2, facts.column.inputSize, chunks, facts.groups,
                             facts.row.inputSize};
  for (const PhasedAxis &axis : llvm::reverse(facts.outer))
    sizes.push_back(axis.inputSize);
  SmallVector<Value> digits = m.digits(piece, sizes);
  SmallVector<Value> position(geometry.getRank());
  position[geometry.inputDims.batch] = image;
  int64_t axes = geometry.getNumSpatialAxes();
  position[geometry.inputDims.spatial[axes - 1]] = digits[1];
  for (int64_t axis = 0; axis + 1 < axes; ++axis)
    position[geometry.inputDims.spatial[axis]] = digits[4 + axes - 2 - axis];
  Value first = m.add(m.mul(digits[3], channels),
                      m.mul(digits[2], atom.getChunkChannels()));
  int64_t count = getElements();
  bool padded = channels % atom.getChunkChannels() != 0;
  SmallVector<Value> elements;
  for (int64_t i = 0; i < count; ++i) {
    Value inChunk = m.lookup(
        digits[0], {atom.getInputChannel(i), atom.getInputChannel(count + i)});
    Value channel = m.add(first, inChunk), valid;
    if (padded) {
      Value inGroup = m.add(m.mul(digits[2], atom.getChunkChannels()), inChunk);
      valid = m.below(inGroup, channels);
      channel = m.select(valid, channel, m.mul(digits[3], channels));
    }
    position[geometry.inputDims.channel] = channel;
    elements.push_back(loadOrZero(b, source, position, valid));
  }
  int64_t imageWords = FusedPlan::getPackedImageBytes(facts) / 4;
  Value word = createMul(b, loc, m.toIndex(image), imageWords);
  word =
      createAdd(b, loc, word, createMul(b, loc, m.toIndex(piece), kPieceWords));
  storePiece(b, loc, elements, packed, word);
}

//===----------------------------------------------------------------------===//
// Filter
//===----------------------------------------------------------------------===//

/// Filter positions along all spatial axes. `digits` are: tap of the column's
/// list, row tap in the unit, looped row tap, the outer axes' taps (the last
/// axis first), the column's class, phases of all class axes (the row's first).
SmallVector<Value>
PackKernel::getFilterTaps(Int32Math &m, ArrayRef<Value> digits, Value &valid) {
  SmallVector<Value> positions;
  size_t numOuter = facts.outer.size();
  auto add = [&](const PhasedAxis &axis, Value tap, Value phase) {
    Value first = m.lookup(phase, axis.getFirstFilters());
    Value position = m.add(m.mul(tap, axis.getFilterStep()), first);
    if (!axis.isUniform()) {
      Value has = m.below(tap, m.lookup(phase, axis.getTapCounts()));
      valid = m.both(valid, has);
      position = m.select(has, position, m.constant(0));
    }
    positions.push_back(position);
  };
  ArrayRef<Value> phases = digits.drop_front(4 + numOuter);
  for (auto [i, axis] : llvm::enumerate(facts.outer))
    add(axis, digits[3 + numOuter - 1 - i], phases[numOuter - i]);
  add(facts.row, plan.rowTapsInUnit ? digits[1] : digits[2], phases[0]);
  positions.push_back(getColumnTap(m, digits[0], digits[3 + numOuter], valid));
  return positions;
}

/// The filter position of tap number `tap` of the column's class.
Value PackKernel::getColumnTap(Int32Math &m, Value tap, Value columnClass,
                               Value &valid) {
  SmallVector<int64_t> columns;
  for (const auto &list : facts.column.taps)
    for (const Tap &each : list)
      columns.push_back(each.filterIndex);
  Value first = m.lookup(tap, columns);
  if (facts.column.phaseClasses == 1)
    return first;
  AxisGeometry axis = geometry.getAxis(geometry.getNumSpatialAxes() - 1);
  int64_t size =
      op.getFilterType().getDimSize(geometry.filterDims.spatial.back());
  Value reach = m.add(first, m.mul(columnClass, facts.column.getPhases()));
  Value has = m.below(reach, axis.dilation * (size - 1) + 1);
  has = m.both(has, m.equal(m.rem(reach, axis.dilation), 0));
  valid = m.both(valid, has);
  Value position = m.div(m.select(has, reach, m.constant(0)), axis.dilation);
  return axis.reversed ? m.sub(m.constant(size - 1), position) : position;
}

/// The elements of one piece: `digits` are those of its number, `tile` are the
/// channel tile and what is slower. Sets the channels of `position`, whose other
/// coordinates are the filter's where `valid` (null: always) holds.
SmallVector<Value> PackKernel::loadFragment(OpBuilder &b,
                                            ArrayRef<Value> digits,
                                            ArrayRef<Value> tile,
                                            MutableArrayRef<Value> position,
                                            Value valid) {
  Int32Math m(b, loc);
  Value chunk = m.add(m.mul(digits[7], plan.unitChunks), digits[6]);
  Value firstOut =
      m.add(m.mul(tile[0], plan.block[0]), m.mul(digits[3], kAtomChannels));
  Value firstIn = m.mul(chunk, atom.getChunkChannels());
  bool byInput = geometry.filterGroups == FilterGroups::Input;
  SmallVector<Value> elements;
  for (int64_t i = 0; i < getElements(); ++i) {
    // Both coordinates are sums over the piece's digits.
    auto origin = atom.getFilterElement(0, i);
    Value out = m.add(firstOut, origin.first);
    Value in = m.add(firstIn, origin.second);
    for (auto [digit, unit] : {std::pair(0, 1), {1, 4}, {2, 16}}) {
      auto at = atom.getFilterElement(unit, i);
      out = m.add(out, m.mul(digits[digit], at.first - origin.first));
      in = m.add(in, m.mul(digits[digit], at.second - origin.second));
    }
    Value inRange = m.both(valid, m.below(out, facts.outputChannels));
    inRange = m.both(inRange, m.below(in, facts.inputChannels));
    Value zero = m.constant(0);
    out = m.select(inRange, out, zero);
    in = m.select(inRange, in, zero);
    Value group = tile[1];
    if (byInput)
      in = m.add(in, m.mul(group, facts.inputChannels));
    else
      out = m.add(out, m.mul(group, facts.outputChannels));
    position[geometry.filterDims.in] = in;
    position[geometry.filterDims.out] = out;
    elements.push_back(loadOrZero(b, source, position, inRange));
  }
  return elements;
}

/// Piece order: [classes][column class][group][channel tile][outer taps][looped row tap]
/// [unit][chunk of the unit][row tap][column tap][channel atom][32 pieces].
void PackKernel::emitFilter(OpBuilder &b, Value piece) {
  Int32Math m(b, loc);
  SmallVector<int64_t> sizes{4,
                             4,
                             2,
                             plan.block[0] / kAtomChannels,
                             plan.columnTaps,
                             plan.rowTaps,
                             plan.unitChunks,
                             facts.getChunks() / plan.unitChunks,
                             plan.rowTapsInUnit ? 1 : facts.row.getMaxTaps()};
  for (const PhasedAxis &axis : llvm::reverse(facts.outer))
    sizes.push_back(axis.getMaxTaps());
  sizes.push_back(plan.getChannelTiles(facts));
  sizes.push_back(facts.groups);
  sizes.push_back(facts.column.phaseClasses);
  SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  for (const PhasedAxis *axis : llvm::reverse(axes))
    sizes.push_back(axis->getStride());
  SmallVector<Value> d = m.digits(piece, sizes);
  size_t tile = 9 + facts.outer.size();
  SmallVector<Value> taps{d[4], d[5]};
  taps.append(d.begin() + 8, d.begin() + tile);
  taps.append(d.begin() + tile + 2, d.end());
  Value valid;
  SmallVector<Value> axisPositions = getFilterTaps(m, taps, valid);

  SmallVector<Value> position(geometry.getRank());
  int64_t numAxes = geometry.getNumSpatialAxes();
  // A convolution along one axis has no row.
  axisPositions.erase(axisPositions.begin(), axisPositions.end() - numAxes);
  for (int64_t axis = 0; axis < numAxes; ++axis)
    position[geometry.filterDims.spatial[axis]] = axisPositions[axis];
  SmallVector<Value> elements =
      loadFragment(b, d, ArrayRef(d).drop_front(tile), position, valid);
  storePiece(b, loc, elements, packed,
             createMul(b, loc, m.toIndex(piece), kPieceWords));
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
  int64_t pieces = (isFilter ? plan.getPackedFilterBytes(facts)
                             : FusedPlan::getPackedImageBytes(facts)) /
                   kPieceBytes;
  int64_t blocks = llvm::divideCeil(pieces, kThreads);
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
  if (pieces % kThreads != 0)
    b = scf::IfOp::create(b, loc, m.below(piece, pieces),
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
  gpu::LaunchFuncOp made = launch.finish(createMul(host, loc, images, blocks));
  if (auto root = dyn_cast<BlockArgument>(getBufferRoot(op.getPacked()).value))
    if (cast<func::FuncOp>(root.getOwner()->getParentOp())
            .getArgAttr(root.getArgNumber(), kRoleAttr) ==
        host.getStringAttr(kPreparedRole))
      made->setAttr(kPreparedAttr, host.getUnitAttr());
  return success();
}

LogicalResult upweave::lowerPack(LaunchContext &context, PackOp op) {
  std::optional<FusedFacts> facts =
      getConvFacts(op.getGeometry().getGeometry(), op.getInputType(),
                   op.getFilterType(), op.getPrecision());
  if (facts)
    facts->resultBytes = op.getResultBytes();
  else
    return op.emitError("packs elements that no fused kernel multiplies");
  FailureOr<TargetDescription> target = getTargetOrDefault(op);
  if (failed(target))
    return failure();
  llvm::Expected<FusedBlock> fused = readFusedBlock(
      op.getSchedule(), *facts, getFusedTarget(*target, facts->atom));
  if (!fused)
    return op.emitError("schedule is not legal here: ")
           << llvm::toString(fused.takeError());
  if (op.getWhich() == ConvOperand::Input &&
      fused->plan.input == FusedInput::Strided)
    return op.emitError("packs the input, but its schedule takes it as it lies "
                        "('input = strided')");
  PackKernel kernel(context, op, *facts, fused->plan);
  if (failed(kernel.emit()))
    return failure();
  op.erase();
  return success();
}
