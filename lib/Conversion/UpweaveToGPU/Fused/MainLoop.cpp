//===- MainLoop.cpp - The products of a fused kernel ----------------------===//
// Units through a ring of stages, one barrier each; fragments are read once a
// unit and shifted along the column by taking other registers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/MainLoop.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

/// Channels and columns of a product that a thread holds: two of each.
static constexpr int64_t kHalves = 2;

/// Along the column, a position is run-digit + run * lane quarter + 4 * run *
/// (fragment / run) + half * (odd column of the fragment).
TileLayout upweave::getFusedLayout(const FusedPlan &plan,
                                   const FusedFacts &facts) {
  constexpr unsigned kChannel = 0, kRow = 1, kColumn = 2;
  int64_t s = facts.column.getStride(), run = plan.run;
  return TileLayout(
      3, {{Holder::Register, facts.column.getPhases(), kColumn, 1},
          {Holder::Register, run, kColumn, s},
          {Holder::Register, plan.getColumnAtoms() / run, kColumn,
           kAtomQuarters * run * s},
          {Holder::Register, kHalves, kColumn, plan.getHalf() * s},
          {Holder::Register, kHalves, kChannel, 8},
          {Holder::Register, plan.getChannelAtoms(), kChannel, kAtomChannels},
          {Holder::Register, plan.warp[1], kRow, 1},
          {Holder::Lane, kAtomQuarters, kColumn, run * s},
          {Holder::Lane, 8, kChannel, 1},
          {Holder::Warp, plan.getWarps(1), kRow, plan.warp[1]},
          {Holder::Warp, plan.getWarps(0), kChannel, plan.warp[0]},
          {Holder::Warp, plan.getWarps(2), kColumn, plan.warp[2] * s}});
}

/// The layout's number of element `element` ([row half][column parity]) of one
/// product of fragments.
int64_t MainLoop::getRegister(int64_t channelAtom, int64_t row, int64_t phase,
                              int64_t columnAtom, int64_t element) const {
  int64_t atoms = plan.getColumnAtoms();
  int64_t number = row * plan.getChannelAtoms() + channelAtom;
  number = number * kHalves + element / 2;
  number = number * kHalves + element % 2;
  number = number * (atoms / plan.run) + columnAtom / plan.run;
  number = number * plan.run + columnAtom % plan.run;
  return number * facts.column.getPhases() + phase;
}

void MainLoop::prepareLanes(OpBuilder &b) {
  Int32Math m(b, loc);
  SmallVector<Value> warp = m.digits(
      numbers.warp, {plan.getWarps(1), plan.getWarps(0), plan.getWarps(2)});
  filterLane = m.add(atom->getFilterLane(b, loc, numbers.lane),
                     m.mul(warp[1], plan.getChannelAtoms() * kFragmentWords));
  filterLane = m.add(filterLane, plan.inputBytes / 4);
  int64_t half = plan.getSlot(plan.getHalf()) * kPositionWords;
  inputLane = m.add(atom->getInputLane(b, loc, numbers.lane),
                    m.mul(warp[0], plan.warp[1] * plan.rowBytes / 4));
  inputLane = m.add(inputLane, m.mul(warp[2], 2 * half));
  Value group = m.div(numbers.lane, 4);
  if (atom->hasOwnColumns()) {
    quarter = m.rem(numbers.lane, 4);
    return;
  }
  quarter = m.div(group, 2);
  inputLane = m.add(inputLane, m.mul(m.rem(group, 2), half));
}

/// The lane's first word for columns at `offset`, less the slot of `offset`
/// itself: slots skip differently for different offsets.
Value MainLoop::getLaneBase(OpBuilder &b, int64_t offset) {
  SmallVector<int64_t> steps;
  for (int64_t i = 0; i < kAtomQuarters; ++i)
    steps.push_back(
        (plan.getSlot(plan.run * i + offset) - plan.getSlot(offset)) *
        kPositionWords);
  for (auto &[known, value] : laneBases)
    if (known == steps)
      return value;
  Int32Math m(b, loc);
  Value base = m.add(inputLane, m.lookup(quarter, steps));
  laneBases.push_back({steps, base});
  return base;
}

const Fragment &MainLoop::getInput(OpBuilder &b, Value stageWord, int64_t line,
                                   int64_t offset, int64_t step,
                                   FragmentCache &cache) {
  Fragment &fragment = cache[{line, offset}];
  if (!fragment.empty())
    return fragment;
  Int32Math m(b, loc);
  Value first = m.toIndex(m.add(stageWord, getLaneBase(b, offset)));
  SmallVector<Value, 2> words;
  for (int64_t parity = 0; parity < (atom->hasOwnColumns() ? 2 : 1); ++parity)
    words.push_back(IndexMath(b, loc).add(
        first,
        line * plan.rowBytes / 4 +
            (plan.getSlot(offset) + parity * plan.getSlot(plan.getHalf())) *
                kPositionWords));
  fragment = atom->loadInput(b, loc, shared, words, step);
  return fragment;
}

/// One tap of one phase with one filter fragment: all rows and columns.
void MainLoop::multiplyTap(OpBuilder &b, Value stageWord,
                           const Fragment &filter, int64_t channelAtom,
                           int64_t phase, int64_t offset, int64_t firstLine,
                           int64_t step, FragmentCache &cache,
                           MutableArrayRef<Value> sums) {
  for (int64_t column = 0; column < plan.getColumnAtoms(); ++column) {
    int64_t position = plan.getAtomPosition(column) + offset - plan.firstColumn;
    for (int64_t row = 0; row < plan.warp[1]; ++row) {
      const Fragment &input =
          getInput(b, stageWord, firstLine + row, position, step, cache);
      SmallVector<Value, 4> four;
      for (int64_t i = 0; i < 4; ++i)
        four.push_back(sums[getRegister(channelAtom, row, phase, column, i)]);
      atom->multiply(b, loc, filter, input, four);
      for (int64_t i = 0; i < 4; ++i)
        sums[getRegister(channelAtom, row, phase, column, i)] = four[i];
    }
  }
}

void MainLoop::emitStep(OpBuilder &b, Value stageWord, int64_t chunk,
                        int64_t step, MutableArrayRef<Value> sums) {
  Int32Math m(b, loc);
  FragmentCache cache;
  Value filterWord = m.toIndex(m.add(stageWord, filterLane));
  for (int64_t rowTap = 0; rowTap < plan.rowTaps; ++rowTap) {
    int64_t firstLine = chunk * plan.stagedRows + rowTap * plan.rowTapStep;
    int64_t number = (chunk * plan.rowTaps + rowTap) * plan.columnTaps;
    for (auto [phase, taps] : llvm::enumerate(facts.column.taps))
      for (const Tap &tap : taps) {
        int64_t fragments = number++ * (plan.block[0] / kAtomChannels);
        for (int64_t i = 0; i < plan.getChannelAtoms(); ++i) {
          Value word = IndexMath(b, loc).add(filterWord,
                                             (fragments + i) * kFragmentWords);
          Fragment filter = atom->loadFilter(b, loc, shared, word, step);
          multiplyTap(b, stageWord, filter, i, phase, tap.offset, firstLine,
                      step, cache, sums);
        }
      }
  }
}

/// Bases of all offsets, before the loop.
void MainLoop::prepareBases(OpBuilder &b) {
  for (const auto &list : facts.column.taps)
    for (const Tap &tap : list)
      for (int64_t atomNumber = 0; atomNumber < plan.getColumnAtoms();
           ++atomNumber)
        (void)getLaneBase(b, plan.getAtomPosition(atomNumber) + tap.offset -
                                 plan.firstColumn);
}

/// Starts the copies of `unit`, if there is one, to the stage at `word`. Groups
/// complete in order: a wait names how many may be under way, the token that is
/// returned says nothing.
Value MainLoop::issue(OpBuilder &b, Value unit, Value word) {
  Int32Math m(b, loc);
  auto ifOp = scf::IfOp::create(b, loc, m.below(unit, stage.getNumUnits()),
                                /*withElseRegion=*/false);
  OpBuilder inner = ifOp.getThenBodyBuilder();
  stage.issue(inner, unit, word);
  return nvgpu::DeviceAsyncCreateGroupOp::create(
      b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), ValueRange());
}

/// Waits for a unit, starts the copies of the last one that there is a stage
/// for, and multiplies. Direct input is one step ahead of the stores and two of
/// the products: its loads have a whole unit's products to come back.
void MainLoop::emitUnit(OpBuilder &b, scf::ForOp loop, Value token) {
  Int32Math m(b, loc);
  int64_t stageWords = (plan.inputBytes + plan.filterBytes) / 4;
  Value unit = loop.getInductionVar();
  Value current = loop.getRegionIterArg(0), free = loop.getRegionIterArg(1);
  int64_t numSums = layout.getCount(Holder::Register);
  SmallVector<Value> sums(loop.getRegionIterArgs().slice(2, numSums));
  SmallVector<Value> loaded(loop.getRegionIterArgs().drop_front(2 + numSums));
  nvgpu::DeviceAsyncWaitOp::create(b, loc, token,
                                   b.getI32IntegerAttr(plan.stages - 2));
  gpu::BarrierOp::create(b, loc);
  Value next = m.add(current, stageWords);
  Value wraps = m.equal(next, plan.stages * stageWords);
  next = m.select(wraps, m.constant(0), next);
  (void)issue(b, m.add(unit, plan.stages - 1), free);
  if (direct) {
    direct->store(b, loaded, next);
    loaded = direct->load(b, m.add(unit, 2));
  }
  for (int64_t chunk = 0; chunk < plan.unitChunks; ++chunk)
    for (int64_t step = 0; step < atom->getSteps(); ++step)
      emitStep(b, current, chunk, step, sums);
  SmallVector<Value> yields{next, current};
  yields.append(sums);
  yields.append(loaded);
  scf::YieldOp::create(b, loc, yields);
}

SmallVector<Value> MainLoop::emit(OpBuilder &b) {
  Int32Math m(b, loc);
  prepareLanes(b);
  prepareBases(b);
  int64_t stageWords = (plan.inputBytes + plan.filterBytes) / 4;
  stage.clearHalos(b);
  Value token;
  for (int64_t unit = 0; unit + 1 < plan.stages; ++unit)
    token = issue(b, m.constant(unit), m.constant(unit * stageWords));

  Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0.0f));
  int64_t numSums = layout.getCount(Holder::Register);
  SmallVector<Value> inits{m.constant(0),
                           m.constant((plan.stages - 1) * stageWords)};
  inits.append(numSums, zero);
  if (direct) {
    // Both loads first: they take a block's first latency together.
    SmallVector<Value> first = direct->load(b, m.constant(0));
    inits.append(direct->load(b, m.constant(1)));
    direct->store(b, first, m.constant(0));
  }
  auto loop = scf::ForOp::create(b, loc, m.constant(0), stage.getNumUnits(),
                                 m.constant(1), inits);
  OpBuilder body = OpBuilder::atBlockEnd(loop.getBody());
  emitUnit(body, loop, token);
  return SmallVector<Value>(loop.getResults().slice(2, numSums));
}
