//===- FusedPlan.h - How a fused convolution is tiled -----------*- C++ -*-===//
// The facts that a fused kernel's tiling depends on, the tiling as pure data,
// and the layouts in shared and packed memory that follow from it. No IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_FUSEDPLAN_H
#define UPWEAVE_SCHEDULE_FUSEDPLAN_H

#include "Upweave/Geometry/ConvTransposeGeometry.h"
#include "Upweave/Layout/Atom.h"
#include "Upweave/Layout/DimSet.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace upweave {

/// Lanes that share a fragment's channels, each with columns of its own.
constexpr int64_t kAtomQuarters = 4;

/// One spatial axis as its phases. Neighbouring taps of a phase differ by the
/// same steps in all phases.
struct PhasedAxis {
  int64_t inputSize = 1;
  int64_t resultSize = 1;
  /// By phase; each list by increasing offset.
  std::vector<llvm::SmallVector<Tap>> taps{{Tap{0, 0}}};
  /// Into how many classes the stride's phases are divided (divideWidth): a
  /// thread block takes one. `taps` are then a class's phases with the offsets
  /// of all classes, and `filterIndex` is what `dilation * k'` would be in the
  /// first; in class c it is c * getPhases() more. Where that is no position of
  /// the filter, zeros are multiplied.
  int64_t phaseClasses = 1;

  static PhasedAxis get(const AxisGeometry &geometry, int64_t inputSize,
                        int64_t filterSize);

  /// Phases of a class.
  int64_t getPhases() const { return taps.size(); }
  int64_t getStride() const { return getPhases() * phaseClasses; }
  /// Positions of the phase that has most.
  int64_t getPositions() const {
    return (resultSize + getStride() - 1) / getStride();
  }
  int64_t getMaxTaps() const;
  /// True if all phases have the same number of taps, at least one.
  bool isUniform() const;
  /// True if a tap of some output lies outside of the input.
  bool readsOutside() const;
  /// What offset and filter index of a tap differ by from the one before.
  int64_t getOffsetStep() const;
  int64_t getFilterStep() const;
  /// Offset and filter index of each phase's first tap; 0 if it has none.
  llvm::SmallVector<int64_t> getFirstOffsets() const;
  llvm::SmallVector<int64_t> getFirstFilters() const;
  llvm::SmallVector<int64_t> getTapCounts() const;
};

/// Where a fused kernel takes its input from: by cp.async from the positions
/// that a kernel before it packed, or by loads from the tensor as it lies,
/// through registers.
enum class FusedInput { Packed, Strided };

/// The dimensions of a plan's tiles, by number.
constexpr unsigned kPlanChannel = 0, kPlanHeight = 1, kPlanWidth = 2;

/// What the tiling depends on. The last spatial axis is the width, the one
/// before it the height; sizes of channels are those of one group.
struct FusedFacts {
  std::vector<PhasedAxis> outer;
  PhasedAxis height;
  PhasedAxis width;
  int64_t batch = 1; ///< May be kDynamicSize.
  int64_t groups = 1;
  int64_t inputChannels = 1;
  int64_t outputChannels = 1;
  AtomKind atom = AtomKind::FMA;
  /// The plan's dimensions that the region reduces along. A kernel takes none,
  /// the column, or the channel.
  DimSet reduced = 0;
  /// True if the channels of a position lie side by side in the input (N*C).
  bool channelsContiguous = false;
  /// Elements that one access to the input can take: neighbouring channels
  /// where they lie side by side, else neighbouring columns.
  int64_t inputVector = 1;
  /// Bytes of a result's element (of the widest result).
  int64_t resultBytes = 4;
  /// Rounds of reductions, and bytes of all partial results of the widest
  /// round, for one row.
  int64_t rounds = 0;
  int64_t partialBytes = 0;

  bool reduces(unsigned dim) const { return hasDim(reduced, dim); }
  /// True if products with zeros around the input are formed, which are NaN
  /// where the filter is infinite.
  bool readsOutside() const;
  /// True if rows of the result start at multiples of 16 bytes.
  bool hasAlignedLines() const;
  /// Chunks of a group's input channels.
  int64_t getChunks() const;
  /// Phases of the axes but the width.
  int64_t getClasses() const;
  /// Divides the width's phases into classes, of equally many each, if a
  /// thread cannot hold sums of all of them, or a unit the products of all
  /// their taps. `geometry` and `filterSize` are those of the axis.
  void divideWidth(const AxisGeometry &geometry, int64_t filterSize);
  /// All axes but the width: the outer ones, then the height.
  llvm::SmallVector<const PhasedAxis *, 3> getClassAxes() const;
};

/// What of a target fused plans depend on (getFusedTarget).
struct FusedTarget {
  int64_t multiprocessors = 0;
  int64_t sharedBytesPerBlock = 0;
  int64_t sharedBytesPerMultiprocessor = 0;
  int64_t registersPerMultiprocessor = 0;
  int64_t registersPerThread = 0;
  int64_t maxWarpsPerBlock = 0;
  /// Fused multiply-adds a multiprocessor does in a cycle of the FMA units'
  /// 128, on the atom's units.
  double atomRate = 0;
  /// Bytes of device memory in a cycle, for all multiprocessors.
  double bytesPerCycle = 0;
  /// Cycles a second.
  double clock = 0;
  /// As in TargetDescription; the latencies in cycles.
  double l2BytesPerCycle = 0, loadBytesPerCycle = 0, launchCycles = 0;
  double blockLatency = 0, stageLatency = 0, stridedLatency = 0,
         loadLatency = 0;
};

/// A tiling. A unit is what is staged and multiplied between two barriers:
/// `unitChunks` chunks of channels at one choice of the outer axes' taps (and
/// the row's, unless they are all in the unit).
struct FusedPlan {
  /// Channels, row positions and column positions of a block and of a warp.
  std::array<int64_t, 3> block{};
  std::array<int64_t, 3> warp{};
  int64_t unitChunks = 1;
  int64_t stages = 2;
  FusedInput input = FusedInput::Packed;

  // The rest follows from the facts (complete).
  /// True if a unit holds all taps of the height axis.
  bool heightTapsInUnit = false;
  int64_t heightTaps = 1;
  int64_t heightTapStep = 0;
  /// Neighbouring column positions that a lane holds.
  int64_t run = 1;
  /// Offsets of the staged positions from the block's first position.
  int64_t firstPosition = 0;
  int64_t stagedPositions = 0;
  int64_t stagedLines = 0;
  /// Bytes of a staged line of one chunk; of a stage's input and filter.
  int64_t lineBytes = 0;
  int64_t inputBytes = 0;
  int64_t filterBytes = 0;
  int64_t sharedBytes = 0;
  /// Staged columns [begin, end) that are written for each unit; the others
  /// are zeros for all.
  int64_t copyBegin = 0, copyEnd = 0;
  /// Neighbouring columns that a thread writes at a time, half a position of
  /// each; more than 1 only of strided input.
  int64_t copyVector = 1;
  /// Threads that share a staged row.
  int64_t lineThreads = 1;
  /// Taps of all phases of the width axis.
  int64_t widthTaps = 0;

  void complete(const FusedFacts &facts);
  void completeCopies(const FusedFacts &facts);

  int64_t getWarps(unsigned dim) const { return block[dim] / warp[dim]; }
  int64_t getNumWarps() const {
    return getWarps(0) * getWarps(1) * getWarps(2);
  }
  int64_t getThreads() const { return getNumWarps() * 32; }
  /// What a staged row is written in: halves of positions, copyVector of
  /// neighbouring columns each.
  int64_t getLineCopies() const {
    return 2 * (copyEnd - copyBegin) / copyVector;
  }
  /// Copies of a thread for each unit.
  int64_t getThreadCopies() const;
  /// Registers that a thread's strided input of a unit is held in between its
  /// loads and its stores.
  int64_t getHeldRegisters(const FusedFacts &facts) const;
  int64_t getAccumulators(const FusedFacts &facts) const;
  /// Column fragments of a warp.
  int64_t getWidthAtoms() const { return warp[2] / kAtomPositions; }
  int64_t getChannelAtoms() const { return warp[0] / kAtomChannels; }
  /// Where staged columns (from 0) lie in their row.
  SlotOrder getSlots() const { return SlotOrder::get(getHalf(), run); }
  int64_t getSlot(int64_t column) const {
    IntegerMath m;
    return getSlots().getSlot(m, column);
  }
  /// Positions from a lane's first one to its one in column fragment `atom`.
  int64_t getAtomPosition(int64_t atom) const {
    return atom % run + atom / run * kAtomQuarters * run;
  }
  /// Half of a warp's columns: the distance of a fragment's odd columns.
  int64_t getHalf() const { return warp[2] / 2; }

  /// Blocks' tiles along channels (of a group), rows and columns.
  int64_t getChannelTiles(const FusedFacts &facts) const;
  int64_t getHeightTiles(const FusedFacts &facts) const;
  int64_t getWidthTiles(const FusedFacts &facts) const;
  /// Thread blocks of one image.
  int64_t getBlocksPerImage(const FusedFacts &facts) const;
  /// Units of one phase class, with the most taps that a phase has.
  int64_t getMaxUnits(const FusedFacts &facts) const;
  /// Bytes of the packed filter, and of one packed image.
  int64_t getPackedFilterBytes(const FusedFacts &facts) const;
  static int64_t getPackedImageBytes(const FusedFacts &facts);
  /// Shared memory of reductions over rows that span warps, beside the stages.
  int64_t getReductionBytes(const FusedFacts &facts) const;
  /// Blocks on a multiprocessor that shared memory and `registers` a thread
  /// allow.
  int64_t getBlocksPerSM(const FusedTarget &target, int64_t registers) const;

  /// Fails where the plan is illegal, and says which number is.
  llvm::Error verify(const FusedFacts &facts, const FusedTarget &target) const;
  void print(llvm::raw_ostream &os) const;

private:
  void sizeStage(const FusedFacts &facts);
  llvm::Error verifyMemory(const FusedFacts &facts,
                           const FusedTarget &target) const;
};

/// The plan of least predicted time, or what no plan can fit; with `input`, of
/// those that take it so.
llvm::Expected<FusedPlan>
planFused(const FusedFacts &facts, const FusedTarget &target,
          std::optional<FusedInput> input = std::nullopt);

/// Registers that a thread of the plan is expected to need.
int64_t estimateFusedRegisters(const FusedPlan &plan, const FusedFacts &facts);

/// Predicted cycles of the plan's launches: the kernel that packs operands, and
/// a multiprocessor's share of the fused one. A dynamic batch is taken to be
/// large.
double predictFusedCycles(const FusedPlan &plan, const FusedFacts &facts,
                          const FusedTarget &target);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_FUSEDPLAN_H
