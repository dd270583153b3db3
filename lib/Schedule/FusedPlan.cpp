//===- FusedPlan.cpp - How a fused convolution is tiled -------------------===//
// Layouts and sizes that follow from a tiling, and the rules it must keep.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/FusedPlan.h"

#include "Upweave/Schedule/FusedLayout.h"
#include "Upweave/Schedule/Occupancy.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <limits>
#include <set>

using namespace upweave;
using llvm::createStringError;
using llvm::Twine;

/// Products of fragments that a unit's code may have in a row where row taps
/// could be looped over instead.
static constexpr int64_t kMaxUnrolledHeightAtoms = 256;
/// Shared memory that a block of every target has for its stages.
static constexpr int64_t kMostSharedBytes = 96 * 1024;
static constexpr int64_t kMaxGrid = 1 << 30;
static constexpr int64_t kMostCounted = std::numeric_limits<int32_t>::max();
/// Columns of one access to strided input: more take registers without taking
/// fewer sectors.
static constexpr int64_t kMaxCopyVector = 2;

static int64_t divideCeil(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit;
}

//===----------------------------------------------------------------------===//
// Axes and facts
//===----------------------------------------------------------------------===//

PhasedAxis PhasedAxis::get(const AxisGeometry &geometry, int64_t inputSize,
                           int64_t filterSize) {
  PhasedAxis axis;
  axis.inputSize = inputSize;
  axis.resultSize = geometry.getResultSize(inputSize, filterSize);
  axis.taps.clear();
  for (int64_t phase = 0; phase < geometry.stride; ++phase)
    axis.taps.push_back(geometry.getTaps(phase, filterSize));
  return axis;
}

int64_t PhasedAxis::getMaxTaps() const {
  size_t most = 0;
  for (const auto &list : taps)
    most = std::max(most, list.size());
  return most;
}

bool PhasedAxis::isUniform() const {
  return getMaxTaps() > 0 && llvm::all_of(taps, [&](const auto &list) {
           return list.size() == taps.front().size();
         });
}

int64_t PhasedAxis::getOffsetStep() const {
  for (const auto &list : taps)
    if (list.size() > 1)
      return list[1].offset - list[0].offset;
  return 0;
}

int64_t PhasedAxis::getFilterStep() const {
  for (const auto &list : taps)
    if (list.size() > 1)
      return list[1].filterIndex - list[0].filterIndex;
  return 0;
}

llvm::SmallVector<int64_t> PhasedAxis::getFirstOffsets() const {
  return llvm::map_to_vector(taps, [](const auto &list) {
    return list.empty() ? int64_t(0) : list.front().offset;
  });
}

llvm::SmallVector<int64_t> PhasedAxis::getFirstFilters() const {
  return llvm::map_to_vector(taps, [](const auto &list) {
    return list.empty() ? int64_t(0) : list.front().filterIndex;
  });
}

llvm::SmallVector<int64_t> PhasedAxis::getTapCounts() const {
  return llvm::map_to_vector(
      taps, [](const auto &list) { return static_cast<int64_t>(list.size()); });
}

bool PhasedAxis::readsOutside() const {
  // Where a class has no tap of an offset, it is multiplied by zero.
  if (phaseClasses > 1)
    return true;
  for (auto [phase, list] : llvm::enumerate(taps)) {
    int64_t positions =
        (resultSize - static_cast<int64_t>(phase) + getStride() - 1) /
        getStride();
    if (positions > 0 && !list.empty() &&
        (list.front().offset < 0 ||
         positions - 1 + list.back().offset >= inputSize))
      return true;
  }
  return false;
}

bool FusedFacts::readsOutside() const {
  return width.readsOutside() ||
         llvm::any_of(getClassAxes(), [](const PhasedAxis *axis) {
           return axis->readsOutside();
         });
}

bool FusedFacts::hasAlignedLines() const {
  return width.resultSize * resultBytes % kPieceBytes == 0;
}

int64_t FusedFacts::getChunks() const {
  return divideCeil(inputChannels, getAtomInfo(atom).getChunkChannels());
}

llvm::SmallVector<const PhasedAxis *, 3> FusedFacts::getClassAxes() const {
  llvm::SmallVector<const PhasedAxis *, 3> axes;
  for (const PhasedAxis &axis : outer)
    axes.push_back(&axis);
  axes.push_back(&height);
  return axes;
}

int64_t FusedFacts::getClasses() const {
  int64_t classes = width.phaseClasses;
  for (const PhasedAxis *axis : getClassAxes())
    classes *= axis->getStride();
  return classes;
}

void FusedFacts::divideWidth(const AxisGeometry &geometry, int64_t filterSize) {
  constexpr int64_t kAtomRegisters = kAtomChannels * kAtomPositions / 32;
  const AtomInfo &info = getAtomInfo(atom);
  int64_t stride = width.getStride();
  // Two stages of one chunk's filter must fit every target's shared memory.
  int64_t maxTaps = std::min<int64_t>(88, info.maxUnitAtoms);
  auto fits = [&](int64_t phases, int64_t taps) {
    return phases * kAtomRegisters <= info.maxAccumulators && taps <= maxTaps;
  };
  if (width.phaseClasses > 1 || fits(stride, filterSize))
    return;
  std::set<int64_t> offsets;
  for (const auto &list : width.taps)
    for (const Tap &tap : list)
      offsets.insert(tap.offset);
  // At best as many as fill a sector with f32, and few more.
  constexpr int64_t kWanted = 8;
  int64_t phases = 0;
  for (int64_t count = 1; count < stride && phases < kWanted; ++count)
    if (stride % count == 0 &&
        fits(count, count * static_cast<int64_t>(offsets.size())))
      phases = count;
  if (phases == 0)
    return;
  width.phaseClasses = stride / phases;
  width.taps.assign(phases, {});
  for (int64_t phase = 0; phase < phases; ++phase)
    for (int64_t offset : offsets)
      width.taps[phase].push_back(
          {phase + geometry.paddingLow - stride * offset, offset});
}

//===----------------------------------------------------------------------===//
// What follows from a tiling
//===----------------------------------------------------------------------===//

/// The shortest run of positions whose outputs, stride after stride, fill
/// accesses of 16 bytes; at most what a warp's columns hold. Where rows are not
/// aligned, stores are single elements, and the closer together those of
/// neighbouring lanes are, the fewer sectors they take. The phases of one class
/// of several are not next to those of the next position.
static int64_t chooseRun(const FusedFacts &facts, int64_t atoms) {
  int64_t best = 1;
  if (!facts.hasAlignedLines() || facts.width.phaseClasses > 1)
    return best;
  for (int64_t run : {1, 2, 4, 8}) {
    if (atoms % run != 0)
      break;
    best = run;
    if (run * facts.width.getStride() * facts.resultBytes % kPieceBytes == 0)
      break;
  }
  return best;
}

void FusedPlan::complete(const FusedFacts &facts) {
  run = chooseRun(facts, getWidthAtoms());
  widthTaps = 0;
  int64_t first = 0, last = 0;
  bool any = false;
  for (const auto &list : facts.width.taps)
    for (const Tap &tap : list) {
      first = any ? std::min(first, tap.offset) : tap.offset;
      last = any ? std::max(last, tap.offset) : tap.offset;
      any = true;
      ++widthTaps;
    }
  firstPosition = first;
  stagedPositions = block[2] + last - first;

  int64_t atoms =
      unitChunks * widthTaps * getWidthAtoms() * getChannelAtoms() * warp[1];
  heightTapsInUnit = facts.height.isUniform() &&
                     (facts.height.getMaxTaps() == 1 ||
                      atoms * facts.height.getMaxTaps() <=
                          std::min(kMaxUnrolledHeightAtoms,
                                   getAtomInfo(facts.atom).maxUnitAtoms));
  lineBytes = (getSlot(stagedPositions - 1) + 1) * kPositionBytes;
  sizeStage(facts);
  if (heightTapsInUnit && 2 * (inputBytes + filterBytes) > kMostSharedBytes) {
    heightTapsInUnit = false;
    sizeStage(facts);
  }
  sharedBytes = stages * (inputBytes + filterBytes);
  completeCopies(facts);
}

/// What follows from which row taps are in a unit.
void FusedPlan::sizeStage(const FusedFacts &facts) {
  heightTaps = heightTapsInUnit ? facts.height.getMaxTaps() : 1;
  heightTapStep = heightTapsInUnit ? facts.height.getOffsetStep() : 0;
  stagedLines = block[1] + (heightTaps - 1) * heightTapStep;
  inputBytes = unitChunks * stagedLines * lineBytes;
  filterBytes = unitChunks * heightTaps * widthTaps * block[0] / kAtomChannels *
                kAtomChannels * kPositionBytes;
}

/// Which columns are written for each unit, and by how many threads.
void FusedPlan::completeCopies(const FusedFacts &facts) {
  copyBegin = 0;
  copyEnd = stagedPositions;
  if (getWidthTiles(facts) == 1) {
    copyBegin = std::clamp<int64_t>(-firstPosition, 0, copyEnd);
    copyEnd =
        std::clamp(facts.width.inputSize - firstPosition, copyBegin, copyEnd);
  }
  copyVector = 1;
  if (input == FusedInput::Strided && !facts.channelsContiguous) {
    copyVector = std::min(facts.inputVector, kMaxCopyVector);
    // Accesses are aligned and wholly in the input or outside.
    for (int64_t size : {firstPosition + copyBegin, copyEnd - copyBegin,
                         facts.width.inputSize, block[2]})
      while (size % copyVector != 0)
        copyVector /= 2;
  }
  lineThreads = std::min<int64_t>(
      getThreads(), llvm::PowerOf2Ceil(std::max<int64_t>(getLineCopies(), 1)));
}

int64_t FusedPlan::getThreadCopies() const {
  return unitChunks * divideCeil(stagedLines, getThreads() / lineThreads) *
         divideCeil(getLineCopies(), lineThreads);
}

int64_t FusedPlan::getHeldRegisters(const FusedFacts &facts) const {
  if (input == FusedInput::Packed)
    return 0;
  int64_t bytes = getAtomInfo(facts.atom).elementBytes;
  int64_t elements = facts.channelsContiguous ? facts.inputVector : copyVector;
  // Elements that are loaded alone take a register each.
  return getThreadCopies() * kPieceBytes * copyVector / bytes /
         std::min(elements, 4 / bytes);
}

int64_t FusedPlan::getAccumulators(const FusedFacts &facts) const {
  constexpr int64_t kAtomRegisters = kAtomChannels * kAtomPositions / 32;
  return kAtomRegisters * facts.width.getPhases() * getChannelAtoms() *
         getWidthAtoms() * warp[1];
}

int64_t FusedPlan::getChannelTiles(const FusedFacts &facts) const {
  return divideCeil(facts.outputChannels, block[0]);
}

int64_t FusedPlan::getHeightTiles(const FusedFacts &facts) const {
  return divideCeil(facts.height.getPositions(), block[1]);
}

int64_t FusedPlan::getWidthTiles(const FusedFacts &facts) const {
  return divideCeil(facts.width.getPositions(), block[2]);
}

int64_t FusedPlan::getBlocksPerImage(const FusedFacts &facts) const {
  int64_t blocks = facts.groups * getChannelTiles(facts) * facts.getClasses() *
                   getHeightTiles(facts) * getWidthTiles(facts);
  for (const PhasedAxis &axis : facts.outer)
    blocks *= axis.getPositions();
  return blocks;
}

int64_t FusedPlan::getMaxUnits(const FusedFacts &facts) const {
  int64_t units = facts.getChunks() / unitChunks;
  for (const PhasedAxis &axis : facts.outer)
    units *= axis.getMaxTaps();
  return heightTapsInUnit ? units : units * facts.height.getMaxTaps();
}

int64_t FusedPlan::getPackedFilterBytes(const FusedFacts &facts) const {
  return getFilterOrder(*this, facts).getSize() *
         getAtomInfo(facts.atom).elementBytes;
}

int64_t FusedPlan::getPackedImageBytes(const FusedFacts &facts) {
  return getInputOrder(facts).getSize() * getAtomInfo(facts.atom).elementBytes;
}

int64_t FusedPlan::getReductionBytes(const FusedFacts &facts) const {
  int64_t sizes[] = {block[0], block[1], block[2] * facts.width.getPhases()};
  int64_t warps = 1, rows = 1;
  for (unsigned dim : {kPlanChannel, kPlanHeight, kPlanWidth})
    (facts.reduces(dim) ? warps : rows) *=
        facts.reduces(dim) ? getWarps(dim) : sizes[dim];
  return warps > 1 ? facts.rounds * facts.partialBytes * rows * warps : 0;
}

int64_t FusedPlan::getBlocksPerSM(const FusedTarget &target,
                                  int64_t registers) const {
  return std::min(
      countBlocksByShared(target.sharedBytesPerMultiprocessor, sharedBytes),
      countBlocksByRegisters(target.registersPerMultiprocessor, getThreads(),
                             registers));
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

static llvm::Error verifyTile(const FusedPlan &plan) {
  static constexpr const char *kNames[] = {"channels", "rows", "columns"};
  static constexpr int64_t kUnits[] = {kAtomChannels, 1, kAtomPositions};
  for (unsigned dim = 0; dim < 3; ++dim) {
    if (plan.warp[dim] < 1 || plan.warp[dim] % kUnits[dim] != 0)
      return createStringError(
          "a warp's " + Twine(kNames[dim]) + " are " + Twine(plan.warp[dim]) +
          ", they must be a positive multiple of " + Twine(kUnits[dim]));
    if (plan.block[dim] % plan.warp[dim] != 0 ||
        !llvm::isPowerOf2_64(plan.block[dim] / plan.warp[dim]))
      return createStringError(
          "a block's " + Twine(kNames[dim]) + " are " + Twine(plan.block[dim]) +
          ", they must be those of a warp (" + Twine(plan.warp[dim]) +
          ") times a power of two");
  }
  return llvm::Error::success();
}

llvm::Error FusedPlan::verify(const FusedFacts &facts,
                              const FusedTarget &target) const {
  if (llvm::Error error = verifyTile(*this))
    return error;
  if (getNumWarps() > target.maxWarpsPerBlock)
    return createStringError("the tile makes " + Twine(getNumWarps()) +
                             " warps, a block has at most " +
                             Twine(target.maxWarpsPerBlock));
  if (unitChunks < 1 || facts.getChunks() % unitChunks != 0)
    return createStringError("a unit takes " + Twine(unitChunks) +
                             " chunks of channels, which must divide the " +
                             Twine(facts.getChunks()) + " there are");
  if (stages < 2)
    return createStringError("stages = " + Twine(stages) +
                             ", it must be at least 2");
  if (block[1] > 1 && facts.height.resultSize == 1)
    return createStringError("a block's rows are " + Twine(block[1]) +
                             ", the result has one");
  if (facts.reduced != 0 && facts.reduced != makeDimSet({kPlanWidth}) &&
      facts.reduced != makeDimSet({kPlanChannel}))
    return createStringError(
        "its rows are neither along the last spatial axis nor "
        "along the channels");
  if (facts.reduces(kPlanWidth) && getWidthTiles(facts) > 1)
    return createStringError(
        "rows of " + Twine(facts.width.resultSize) + " elements are " +
        Twine(facts.width.getPositions()) +
        " column positions, a block holds " + Twine(block[2]));
  if (facts.reduces(kPlanChannel) && getChannelTiles(facts) > 1)
    return createStringError("rows of " + Twine(facts.outputChannels) +
                             " channels do not fit a block of " +
                             Twine(block[0]));
  int64_t most = getAtomInfo(facts.atom).maxAccumulators;
  if (getAccumulators(facts) > most)
    return createStringError("a thread would hold " +
                             Twine(getAccumulators(facts)) + " accumulators, " +
                             Twine(most) + " is the most for " +
                             getAtomInfo(facts.atom).name);
  int64_t atoms = unitChunks * heightTaps * widthTaps * getWidthAtoms() *
                  getChannelAtoms() * warp[1];
  most = getAtomInfo(facts.atom).maxUnitAtoms;
  if (atoms > most)
    return createStringError("a unit would have " + Twine(atoms) +
                             " products of fragments in a row, " + Twine(most) +
                             " is the most for " +
                             getAtomInfo(facts.atom).name);
  return verifyMemory(facts, target);
}

/// The rules about memory, and about what a kernel counts.
llvm::Error FusedPlan::verifyMemory(const FusedFacts &facts,
                                    const FusedTarget &target) const {
  int64_t reductions = getReductionBytes(facts);
  if (reductions > kMaxStaticSharedBytes)
    return createStringError("its reductions need " + Twine(reductions) +
                             " bytes of shared memory, they get at most " +
                             Twine(kMaxStaticSharedBytes));
  int64_t shared = sharedBytes + reductions;
  if (shared > target.sharedBytesPerBlock)
    return createStringError("needs " + Twine(shared) +
                             " bytes of shared memory, a block has " +
                             Twine(target.sharedBytesPerBlock));
  // Kernels count words of packed memory, and columns, in 32 bits.
  int64_t image = input == FusedInput::Packed ? getPackedImageBytes(facts) : 0;
  int64_t filter = getPackedFilterBytes(facts);
  if (std::max(image, filter) / 4 > kMostCounted)
    return createStringError("a packed image has " + Twine(image) +
                             " bytes and the packed filter " + Twine(filter) +
                             ", a kernel counts to 2^31 - 1 words of 4");
  if (facts.width.resultSize > kMostCounted / 2)
    return createStringError("rows of " + Twine(facts.width.resultSize) +
                             " elements are longer than 2^30");
  if (getBlocksPerImage(facts) *
          (facts.batch == kDynamicSize ? 1 : facts.batch) >
      kMaxGrid)
    return createStringError("the grid would have more than " +
                             Twine(kMaxGrid) + " blocks");
  return llvm::Error::success();
}

void FusedPlan::print(llvm::raw_ostream &os) const {
  os << "tile " << block[0] << "x" << block[1] << "x" << block[2]
     << " (channels x rows x columns), " << getNumWarps() << " warps of "
     << warp[0] << "x" << warp[1] << "x" << warp[2] << ", units of "
     << unitChunks << " chunks" << (heightTapsInUnit ? " and all row taps" : "")
     << ", " << stages << " stages, " << sharedBytes << " bytes shared, input "
     << (input == FusedInput::Strided ? "strided" : "packed");
}
