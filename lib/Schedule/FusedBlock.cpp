//===- FusedBlock.cpp - Fused plans of blocks and their schedules ---------===//
// Gathers what a fused kernel's tiling depends on from a block and a target,
// and translates between plan and schedule.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/BlockPlan.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace upweave;

std::optional<AtomKind> upweave::getAtom(Type element, Precision precision) {
  if (element.isF16())
    return AtomKind::F16;
  if (element.isBF16())
    return AtomKind::BF16;
  if (!element.isF32())
    return std::nullopt;
  return precision == Precision::TF32 ? AtomKind::TF32 : AtomKind::FMA;
}

Precision upweave::getPrecision(AtomKind atom) {
  switch (atom) {
  case AtomKind::FMA:
    return Precision::IEEE;
  case AtomKind::TF32:
    return Precision::TF32;
  case AtomKind::F16:
    return Precision::F16;
  case AtomKind::BF16:
    return Precision::BF16;
  }
  llvm_unreachable("unknown atom");
}

/// Which dimension of the plan the block's rows are along, if one is it.
static std::optional<DimSet> getReduced(BlockOp block, const RowNest &nest) {
  if (!block.hasCollectives())
    return DimSet(0);
  SmallVector<unsigned> rows;
  for (int64_t dim : block.getRows())
    if (block.getDomain()[dim] != 1)
      rows.push_back(dim);
  auto covers = [&](const NestDim &loop) {
    return loop.members.size() == rows.size() &&
           llvm::all_of(rows, [&](unsigned dim) {
             return llvm::is_contained(loop.members, dim);
           });
  };
  if (rows.empty())
    return std::nullopt;
  if (covers(nest.loops.back()))
    return makeDimSet({kPlanWidth});
  if (covers(nest.loops[1]))
    return makeDimSet({kPlanChannel});
  return std::nullopt;
}

static void setAxes(FusedFacts &facts, const ConvTransposeGeometry &geometry,
                    const ConvTransposeSizes &sizes) {
  std::vector<PhasedAxis> &axes = facts.outer;
  for (int64_t axis = 0; axis < geometry.getNumSpatialAxes(); ++axis)
    axes.push_back(PhasedAxis::get(geometry.getAxis(axis), sizes.input[axis],
                                   sizes.filter[axis]));
  facts.width = axes.back();
  axes.pop_back();
  if (axes.empty())
    return;
  facts.height = axes.back();
  axes.pop_back();
}

/// Elements from one of each dimension to the next, of a buffer that holds
/// nothing else.
static SmallVector<int64_t> getDenseStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size() - 1; i > 0; --i)
    strides[i - 1] =
        ShapedType::isDynamic(shape[i]) || ShapedType::isDynamic(strides[i])
            ? ShapedType::kDynamic
            : strides[i] * shape[i];
  return strides;
}

/// Sets what one access to an input of type `input` can take; tensors are taken
/// to become dense buffers.
static void setInputAccess(FusedFacts &facts, const DataDims &dims,
                           ShapedType input) {
  int64_t offset = 0;
  SmallVector<int64_t> strides;
  auto buffer = dyn_cast<MemRefType>(input);
  if (!buffer)
    strides = getDenseStrides(input.getShape());
  else if (failed(buffer.getStridesAndOffset(strides, offset)))
    return;
  int64_t columns = dims.spatial.back();
  bool byColumn = strides[columns] == 1;
  facts.channelsContiguous = !byColumn && strides[dims.channel] == 1;
  if (!byColumn && !facts.channelsContiguous)
    return;
  int64_t contiguous = byColumn ? columns : dims.channel;
  facts.inputVector = kPieceBytes / getAtomInfo(facts.atom).elementBytes;
  auto align = [&](int64_t size) {
    while (ShapedType::isDynamic(size) ? facts.inputVector > 1
                                       : size % facts.inputVector != 0)
      facts.inputVector /= 2;
  };
  align(offset);
  for (auto [dim, stride] : llvm::enumerate(strides))
    // The batch's stride says nothing where there is one image.
    if (static_cast<int64_t>(dim) != contiguous && input.getDimSize(dim) != 1)
      align(stride);
  // A group's channels start anywhere, and end where a chunk does not.
  if (facts.channelsContiguous)
    align(facts.inputChannels % getAtomInfo(facts.atom).getChunkChannels() == 0
              ? facts.inputChannels
              : 1);
}

std::optional<FusedFacts>
upweave::getConvFacts(const ConvTransposeGeometry &geometry, ShapedType input,
                      ShapedType filter, Precision precision) {
  std::optional<AtomKind> atom = getAtom(input.getElementType(), precision);
  if (!atom)
    return std::nullopt;
  ConvTransposeSizes sizes =
      geometry.getSizes(input.getShape(), filter.getShape());
  FusedFacts facts;
  setAxes(facts, geometry, sizes);
  facts.batch = sizes.batch;
  facts.groups = geometry.groups;
  facts.inputChannels = sizes.inputChannels / geometry.groups;
  facts.outputChannels = sizes.outputChannels / geometry.groups;
  facts.atom = *atom;
  facts.divideWidth(geometry.getAxis(geometry.getNumSpatialAxes() - 1),
                    sizes.filter.back());
  setInputAccess(facts, geometry.inputDims, input);
  return facts;
}

llvm::Expected<FusedFacts> upweave::getFusedFacts(BlockOp block,
                                                  Precision precision) {
  auto input = cast<ShapedType>(block.getInputs()[0].getType());
  auto filter = cast<ShapedType>(block.getInputs()[1].getType());
  const ConvTransposeGeometry &geometry = block.getGeometryAttr().getGeometry();
  std::optional<FusedFacts> found =
      getConvFacts(geometry, input, filter, precision);
  if (!found)
    return llvm::createStringError(
        "its operands are neither f32, f16 nor bf16");
  llvm::Expected<RowNest> nest = buildConvNest(block);
  if (!nest)
    return nest.takeError();
  std::optional<DimSet> reduced = getReduced(block, *nest);
  if (!reduced)
    return llvm::createStringError("its rows are neither along the last "
                                   "spatial axis nor along the channels");
  if (hasDim(*reduced, kPlanChannel) && geometry.groups > 1)
    return llvm::createStringError("its rows are channels of several groups");
  FusedFacts facts = *found;
  if (hasDim(*reduced, kPlanWidth) && facts.width.phaseClasses > 1)
    return llvm::createStringError(
        "its rows have " + std::to_string(facts.width.getStride()) +
        " phases and " +
        std::to_string(filter.getDimSize(geometry.filterDims.spatial.back())) +
        " taps, a thread block takes " +
        std::to_string(facts.width.getPhases()) + " phases");
  facts.reduced = *reduced;
  facts.resultBytes = 1;
  for (const NestOperand &out : nest->outs)
    facts.resultBytes =
        std::max<int64_t>(facts.resultBytes, out.elementBits / 8);
  RowFacts rows = getRowFacts(block, *nest);
  facts.rounds = rows.rounds;
  facts.partialBytes = rows.partialBytes;
  return facts;
}

FusedTarget upweave::getFusedTarget(const TargetDescription &target,
                                    AtomKind atom) {
  constexpr int64_t kUnitsPerSM = 128;
  FusedTarget fused;
  fused.multiprocessors = target.multiprocessors;
  fused.sharedBytesPerBlock = target.sharedBytesPerBlock;
  fused.sharedBytesPerMultiprocessor = target.sharedBytesPerMultiprocessor;
  fused.registersPerMultiprocessor = target.registersPerMultiprocessor;
  fused.registersPerThread = target.registersPerThread;
  fused.maxWarpsPerBlock = target.threadsPerBlock / 32;
  ProductUnit unit = getAtomInfo(atom).unit;
  double flops = static_cast<double>(
      unit == ProductUnit::TensorTF32 ? target.flopsTF32 : target.flopsF16);
  fused.atomRate = kUnitsPerSM;
  if (unit != ProductUnit::FMA)
    fused.atomRate *= flops / static_cast<double>(target.flopsF32) *
                      (static_cast<double>(target.mmaSyncPermille) / 1000);
  fused.clock = static_cast<double>(target.flopsF32) /
                static_cast<double>(2 * kUnitsPerSM * target.multiprocessors);
  fused.bytesPerCycle =
      static_cast<double>(target.dramBytesPerSecond) / fused.clock;
  fused.l2BytesPerCycle = static_cast<double>(target.l2BytesPerCycle);
  fused.loadBytesPerCycle = static_cast<double>(target.loadBytesPerCycle);
  fused.launchCycles = static_cast<double>(target.launchCycles);
  fused.blockLatency = static_cast<double>(target.blockLatencyCycles);
  fused.stageLatency = static_cast<double>(target.stageLatencyCycles);
  fused.stridedLatency = static_cast<double>(target.stridedLatencyCycles);
  fused.loadLatency = static_cast<double>(target.loadLatencyCycles);
  return fused;
}

FusedScheduleAttr upweave::getSchedule(MLIRContext *context,
                                       const FusedBlock &fused) {
  const FusedPlan &plan = fused.plan;
  return FusedScheduleAttr::get(
      context, ArrayRef<int64_t>(plan.block), ArrayRef<int64_t>(plan.warp),
      plan.unitChunks, plan.stages,
      plan.input == FusedInput::Strided ? InputStaging::Strided
                                        : InputStaging::Packed,
      fused.blocksPerSM);
}

std::optional<FusedInput> upweave::getFusedInput(FusedScheduleAttr schedule) {
  switch (schedule.getInput()) {
  case InputStaging::Chosen:
    return std::nullopt;
  case InputStaging::Packed:
    return FusedInput::Packed;
  case InputStaging::Strided:
    return FusedInput::Strided;
  }
  llvm_unreachable("unknown staging");
}

FusedPlan upweave::getFusedTile(FusedScheduleAttr schedule) {
  FusedPlan plan;
  llvm::copy(schedule.getBlock(), plan.block.begin());
  llvm::copy(schedule.getWarp(), plan.warp.begin());
  plan.unitChunks = schedule.getChunks();
  if (schedule.getStages())
    plan.stages = schedule.getStages();
  plan.input = getFusedInput(schedule).value_or(FusedInput::Packed);
  return plan;
}

bool upweave::isCompletable(const FusedPlan &plan) {
  return plan.warp[2] % kAtomPositions == 0;
}

llvm::Error FusedBlock::verify(const FusedTarget &target) const {
  if (llvm::Error error = plan.verify(facts, target))
    return error;
  // Not even a thread that does nothing has fewer registers.
  constexpr int64_t kLeastRegisters = 8;
  int64_t most =
      std::max<int64_t>(plan.getBlocksPerSM(target, kLeastRegisters), 1);
  if (blocksPerSM > most)
    return llvm::createStringError(
        "blocks_per_sm = " + Twine(blocksPerSM) +
        ", but a multiprocessor has the shared memory of " + Twine(most));
  return llvm::Error::success();
}

llvm::Expected<FusedBlock> upweave::readFusedBlock(FusedScheduleAttr schedule,
                                                   const FusedFacts &facts,
                                                   const FusedTarget &target) {
  if (std::optional<StringRef> missing = schedule.getMissingField())
    return refuseIncomplete(*missing);
  FusedBlock fused{facts, getFusedTile(schedule), schedule.getBlocksPerSM()};
  if (isCompletable(fused.plan))
    fused.plan.complete(facts);
  if (llvm::Error error = fused.verify(target))
    return error;
  return fused;
}

FailureOr<FusedBlock> upweave::getFusedBlock(BlockOp block) {
  Precision precision = block.getPrecision().value_or(Precision::IEEE);
  llvm::Expected<FusedFacts> facts = getFusedFacts(block, precision);
  if (!facts)
    return block.emitError(
               "schedule #upweave.fused has no kernel for this block: ")
           << llvm::toString(facts.takeError());
  FailureOr<TargetDescription> target = getTargetOrDefault(block);
  if (failed(target))
    return failure();
  llvm::Expected<FusedBlock> fused =
      readFusedBlock(cast<FusedScheduleAttr>(block.getScheduleAttr()), *facts,
                     getFusedTarget(*target, facts->atom));
  if (!fused)
    return block.emitError("schedule is not legal here: ")
           << llvm::toString(fused.takeError());
  return *fused;
}
