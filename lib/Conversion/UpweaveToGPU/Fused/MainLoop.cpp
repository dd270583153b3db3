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

/// The layout's registers of one product of fragments, in the order of the
/// atom's results.
SmallVector<int64_t, 4> MainLoop::getRegisters(int64_t channelAtom, int64_t row,
                                               int64_t phase,
                                               int64_t columnAtom) const {
  const TileLayout &result = atom->getInfo().result;
  int64_t stride = facts.width.getStride();
  SmallVector<int64_t, 4> registers;
  for (int64_t i = 0; i < result.getCount(Holder::Register); ++i) {
    int64_t channel = result.getOffset(Holder::Register, kAtomChannelDim, i);
    int64_t parity = result.getOffset(Holder::Register, kAtomColumnDim, i);
    int64_t position =
        plan.getAtomPosition(columnAtom) + parity * plan.getHalf();
    int64_t coordinates[] = {channelAtom * kAtomChannels + channel, row,
                             phase + stride * position};
    registers.push_back(layout.getRegister(coordinates));
  }
  return registers;
}

/// The number of a filter fragment in its unit.
int64_t MainLoop::getFragment(int64_t chunk, int64_t rowTap, int64_t columnTap,
                              int64_t channelAtom) const {
  SmallVector<int64_t> at(PackedDim::count(facts.getClassAxes().size() + 1), 0);
  at[PackedDim::kIn] = chunk * atom->getInfo().getChunkChannels();
  at[PackedDim::tap(1)] = rowTap;
  at[PackedDim::tap(0)] = columnTap;
  at[PackedDim::kOut] = channelAtom * kAtomChannels;
  IntegerMath m;
  return unitOrder.encode(m, ArrayRef<int64_t>(at));
}

void MainLoop::prepareLanes(OpBuilder &b) {
  Int32Math m(b, loc);
  SmallVector<Value> warp = m.digits(
      numbers.warp, {plan.getWarps(1), plan.getWarps(0), plan.getWarps(2)});
  filterLane = m.add(atom->getFilterLane(b, loc, numbers.lane),
                     m.mul(warp[1], plan.getChannelAtoms() * kFragmentWords));
  filterLane = m.add(filterLane, plan.inputBytes / kWordBytes);
  int64_t half = plan.getSlot(plan.getHalf()) * kPositionWords;
  inputLane = m.add(atom->getInputLane(b, loc, numbers.lane),
                    m.mul(warp[0], plan.warp[1] * plan.lineBytes / kWordBytes));
  inputLane = m.add(inputLane, m.mul(warp[2], 2 * half));
  // Of a product's columns, the parity chooses a half of the warp's positions.
  int64_t unit = 1;
  for (const TileDigit &digit : atom->getInfo().input.held.getDigits()) {
    if (digit.holder != Holder::Lane)
      continue;
    Value value = m.div(numbers.lane, unit);
    unit *= digit.extent;
    if (unit < kWarpSize)
      value = m.rem(value, digit.extent);
    if (digit.dim != kAtomColumnDim)
      continue;
    bool hasParity = digit.stride == 1;
    quarter = hasParity ? m.div(value, 2) : value;
    if (hasParity)
      inputLane = m.add(inputLane, m.mul(m.rem(value, 2), half));
  }
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
  for (int64_t parity = 0; parity < atom->getInfo().getInputColumns(); ++parity)
    words.push_back(IndexMath(b, loc).add(
        first,
        line * plan.lineBytes / kWordBytes +
            (plan.getSlot(offset) + parity * plan.getSlot(plan.getHalf())) *
                kPositionWords));
  fragment = atom->loadInput(b, loc, context.shared, words, step);
  return fragment;
}

/// One tap of one phase with one filter fragment: all rows and columns.
void MainLoop::multiplyTap(OpBuilder &b, Value stageWord,
                           const Fragment &filter, int64_t channelAtom,
                           int64_t phase, int64_t offset, int64_t firstLine,
                           int64_t step, FragmentCache &cache,
                           MutableArrayRef<Value> sums) {
  for (int64_t column = 0; column < plan.getWidthAtoms(); ++column) {
    int64_t position =
        plan.getAtomPosition(column) + offset - plan.firstPosition;
    for (int64_t row = 0; row < plan.warp[1]; ++row) {
      const Fragment &input =
          getInput(b, stageWord, firstLine + row, position, step, cache);
      SmallVector<int64_t, 4> registers =
          getRegisters(channelAtom, row, phase, column);
      SmallVector<Value, 4> own = llvm::map_to_vector<4>(
          registers, [&](int64_t reg) { return sums[reg]; });
      atom->multiply(b, loc, filter, input, own);
      for (auto [reg, sum] : llvm::zip_equal(registers, own))
        sums[reg] = sum;
    }
  }
}

void MainLoop::emitStep(OpBuilder &b, Value stageWord, int64_t chunk,
                        int64_t step, MutableArrayRef<Value> sums) {
  Int32Math m(b, loc);
  FragmentCache cache;
  Value filterWord = m.toIndex(m.add(stageWord, filterLane));
  for (int64_t rowTap = 0; rowTap < plan.heightTaps; ++rowTap) {
    int64_t firstLine = chunk * plan.stagedLines + rowTap * plan.heightTapStep;
    int64_t columnTap = 0;
    for (auto [phase, taps] : llvm::enumerate(facts.width.taps))
      for (const Tap &tap : taps) {
        for (int64_t i = 0; i < plan.getChannelAtoms(); ++i) {
          int64_t number = getFragment(chunk, rowTap, columnTap, i);
          Value word =
              IndexMath(b, loc).add(filterWord, number * kFragmentWords);
          Fragment filter =
              atom->loadFilter(b, loc, context.shared, word, step);
          multiplyTap(b, stageWord, filter, i, phase, tap.offset, firstLine,
                      step, cache, sums);
        }
        ++columnTap;
      }
  }
}

/// Bases of all offsets, before the loop.
void MainLoop::prepareBases(OpBuilder &b) {
  for (const auto &list : facts.width.taps)
    for (const Tap &tap : list)
      for (int64_t atomNumber = 0; atomNumber < plan.getWidthAtoms();
           ++atomNumber)
        (void)getLaneBase(b, plan.getAtomPosition(atomNumber) + tap.offset -
                                 plan.firstPosition);
}

/// Starts the copies of `unit`, if there is one, to the stage at `word`. Groups
/// complete in order: a wait names how many may be under way, the token that is
/// returned says nothing.
Value MainLoop::issue(OpBuilder &b, Value unit, Value word) {
  Int32Math m(b, loc);
  auto ifOp = scf::IfOp::create(b, loc, m.below(unit, units.getNumUnits()),
                                /*withElseRegion=*/false);
  OpBuilder inner = ifOp.getThenBodyBuilder();
  filterStage.issue(inner, unit, word);
  inputStage.issue(inner, unit, word);
  auto group = nvgpu::DeviceAsyncCreateGroupOp::create(
      b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), ValueRange());
  // Without anything behind its name the op parses the next line's result as
  // its operand.
  group->setAttr("upweave.unit", b.getUnitAttr());
  return group;
}

/// Waits for a unit, starts the copies of the last one that there is a stage
/// for, and multiplies.
void MainLoop::emitUnit(OpBuilder &b, scf::ForOp loop, Value token) {
  Int32Math m(b, loc);
  int64_t stageWords = context.getStageWords();
  Value unit = loop.getInductionVar();
  Value current = loop.getRegionIterArg(0), free = loop.getRegionIterArg(1);
  int64_t numSums = layout.getCount(Holder::Register);
  SmallVector<Value> sums(loop.getRegionIterArgs().slice(2, numSums));
  SmallVector<Value> carried(loop.getRegionIterArgs().drop_front(2 + numSums));
  nvgpu::DeviceAsyncWaitOp::create(b, loc, token,
                                   b.getI32IntegerAttr(plan.stages - 2));
  scope.synchronise(b, loc);
  Value next = m.add(current, stageWords);
  Value wraps = m.equal(next, plan.stages * stageWords);
  next = m.select(wraps, m.constant(0), next);
  (void)issue(b, m.add(unit, plan.stages - 1), free);
  carried = inputStage.advance(b, carried, unit, next);
  for (int64_t chunk = 0; chunk < plan.unitChunks; ++chunk)
    for (int64_t step = 0; step < atom->getInfo().steps; ++step)
      emitStep(b, current, chunk, step, sums);
  SmallVector<Value> yields{next, current};
  yields.append(sums);
  yields.append(carried);
  scf::YieldOp::create(b, loc, yields);
}

SmallVector<Value> MainLoop::emit(OpBuilder &b) {
  Int32Math m(b, loc);
  prepareLanes(b);
  prepareBases(b);
  int64_t stageWords = context.getStageWords();
  inputStage.clearHalos(b);
  Value token;
  for (int64_t unit = 0; unit + 1 < plan.stages; ++unit)
    token = issue(b, m.constant(unit), m.constant(unit * stageWords));

  Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0.0f));
  int64_t numSums = layout.getCount(Holder::Register);
  SmallVector<Value> inits{m.constant(0),
                           m.constant((plan.stages - 1) * stageWords)};
  inits.append(numSums, zero);
  inits.append(inputStage.begin(b));
  auto loop = scf::ForOp::create(b, loc, m.constant(0), units.getNumUnits(),
                                 m.constant(1), inits);
  OpBuilder body = OpBuilder::atBlockEnd(loop.getBody());
  emitUnit(body, loop, token);
  return SmallVector<Value>(loop.getResults().slice(2, numSums));
}
