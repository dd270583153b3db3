//===- LoopedRows.cpp - Stored rows that are looped over ------------------===//
// The steps of a row, of which some are staged in shared memory and some stay
// in registers: loads, rounds of reductions and stores.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Rows/StoredRowsKernel.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

void StoredRowsKernel::createStage() {
  OpBuilder &b = points.current;
  stage = std::make_unique<RowStage>(b, loc, layout, plan.getTileRows(),
                                     plan.staged);
  for (unsigned arg : getRereadArguments(block, nest)) {
    const FlatOperand &operand = arg ? params[arg - 1] : producer;
    stage->add(b, arg, getElementTypeOrSelf(operand.buffer.getType()),
               tile->getAccessWidth(arg));
  }
}

/// True if the next tile's rows are copied while this one's are stored.
bool StoredRowsKernel::fillsAhead() const {
  return stage && plan.tilesPerBlock > 1 &&
         llvm::any_of(llvm::seq<unsigned>(0, outs.size()), [&](unsigned out) {
           return hasDim(tile->getOutDims(out), kTileElementDim);
         });
}

/// The staged steps, those that are sampled first; each part ends a group of
/// copies, so that the second may be on its way while the first is read.
void StoredRowsKernel::emitStagedSteps(const RowStage *from, StepEmitter emit) {
  int64_t staged = getStagedElements(), first = std::min(sampled, staged);
  SmallVector<Value> none;
  if (first > 0) {
    emitSteps({0, first, from}, emit, none);
    stage->commit(points.current);
  }
  if (first < staged)
    emitSteps({first, staged, from}, emit, none);
  stage->commit(points.current);
}

/// Starts to copy the staged steps of a tile's rows.
void StoredRowsKernel::fillStage(RowTile &from) {
  emitStagedSteps(/*from=*/nullptr, [&](ValueRange) {
    from.setFirstElement(tile->getWalk().getFirstElement(),
                         tile->getWalk().isFullStep());
    from.copyToStage(*stage);
    from.leaveStep();
    return SmallVector<Value>();
  });
}

/// Copies a step of the next tile, if there is one.
void StoredRowsKernel::copyNext(Value element, bool isFull) {
  auto ifOp = scf::IfOp::create(points.current, loc, hasNextTile,
                                /*withElseRegion=*/false);
  OpBuilder outer = points.current;
  points.current = ifOp.getThenBodyBuilder();
  nextTile->setFirstElement(element, isFull);
  nextTile->copyToStage(*stage);
  nextTile->leaveStep();
  points.current = outer;
}

/// The staged steps of the last pass. Once a step's results are stored its
/// slots are free for the next tile's rows.
void StoredRowsKernel::emitStagedStores(StepEmitter emit) {
  auto emitBoth = [&](ValueRange carried) {
    Value element = tile->getWalk().getFirstElement();
    bool isFull = tile->getWalk().isFullStep();
    emit(carried);
    copyNext(element, isFull);
    return SmallVector<Value>();
  };
  SmallVector<Value> none;
  if (nextTile)
    emitStagedSteps(stage.get(), emitBoth);
  else
    emitSteps({0, getStagedElements(), stage.get()}, emit, none);
}

/// Loads the steps that stay in registers.
void StoredRowsKernel::loadHeld() {
  SmallVector<Value> none;
  for (HeldLoads &loads : heldSteps)
    loads.clear();
  auto emit = [&](ValueRange) {
    for (int64_t reg = 0; reg < layout.getCount(Holder::Register); ++reg)
      for (unsigned arg : stage->getArguments())
        (void)tile->getArgument(arg, reg);
    return SmallVector<Value>();
  };
  if (holdsRest())
    emitSteps({getStagedElements(), nest.getRowLength(), nullptr}, emit, none);
}

/// One step of a section, from `element` on; what goes before the steps is put
/// before `before`.
SmallVector<Value> StoredRowsKernel::emitStep(const Section &section,
                                              Value element, Operation *before,
                                              ValueRange carried,
                                              StepEmitter emit,
                                              HeldLoads *held) {
  points.rowPoint = before;
  points.inRowLoop = true;
  bool isFull = section.end <= nest.getRowLength() / plan.getTileElements() *
                                   plan.getTileElements();
  tile->setFirstElement(element, isFull, section.stage, held);
  SmallVector<Value> next = emit(carried);
  program->leaveRowLoop();
  tile->leaveStep();
  points.inRowLoop = false;
  points.rowPoint = nullptr;
  return next;
}

/// True if the steps of a section go one after another, where loads of the
/// later ones are under way early. Registers run out with steps that are not
/// staged, with masks and several rows, and where they hold wide elements, or
/// many.
bool StoredRowsKernel::mayUnroll(const Section &section, int64_t steps) const {
  constexpr int64_t kUnrolledElements = 128;
  bool isMasked = nest.getRowLength() % plan.getTileElements() != 0;
  return section.end <= getStagedElements() &&
         steps * plan.getElementsPerThread() <= kUnrolledElements &&
         !(isMasked && plan.rowsPerThread > 1) &&
         !(holdsRest() &&
           (nest.producer.elementBits > 16 || plan.registers > 8));
}

/// The steps of a section, in a loop or, if they are few, one after another;
/// `carried` is what goes from step to step.
void StoredRowsKernel::emitSteps(const Section &section, StepEmitter emit,
                                 SmallVector<Value> &carried) {
  OpBuilder &b = points.current;
  int64_t tileElements = plan.getTileElements();
  // Only the last step of a row may need masks.
  int64_t full = nest.getRowLength() / tileElements * tileElements;
  if (section.begin < full && section.end > full) {
    emitSteps({section.begin, full, section.stage}, emit, carried);
    emitSteps({full, section.end, section.stage}, emit, carried);
    return;
  }
  int64_t steps = llvm::divideCeil(section.end - section.begin, tileElements);
  bool isHeld = holdsRest() && section.begin >= getStagedElements();
  if (isHeld || steps == 1 || mayUnroll(section, steps)) {
    int64_t firstHeld = (section.begin - getStagedElements()) / tileElements;
    Value first = arith::ConstantIndexOp::create(b, loc, section.begin);
    Operation *before = first.getDefiningOp();
    for (int64_t step = 0; step < steps; ++step) {
      Value element = arith::ConstantIndexOp::create(
          b, loc, section.begin + step * tileElements);
      carried = emitStep(section, element, before, carried, emit,
                         isHeld ? &heldSteps[firstHeld + step] : nullptr);
    }
    return;
  }
  OpBuilder outer = b;
  Value first = arith::ConstantIndexOp::create(outer, loc, section.begin);
  Value last = arith::ConstantIndexOp::create(outer, loc, section.end);
  Value step = arith::ConstantIndexOp::create(outer, loc, tileElements);
  auto loop = scf::ForOp::create(outer, loc, first, last, step, carried);
  if (carried.empty())
    loop.getBody()->getTerminator()->erase();
  points.current = OpBuilder::atBlockEnd(loop.getBody());
  SmallVector<Value> next = emitStep(section, loop.getInductionVar(), loop,
                                     loop.getRegionIterArgs(), emit);
  scf::YieldOp::create(points.current, loc, next);
  points.current = outer;
  carried.assign(loop.getResults().begin(), loop.getResults().end());
}

/// The steps of a pass over a row, in parts that are staged or not and sampled
/// or not. Those that are not staged come first: the others may still be on
/// their way.
SmallVector<StoredRowsKernel::Section>
StoredRowsKernel::getSections(int64_t sampled) const {
  int64_t length = nest.getRowLength(), staged = getStagedElements();
  SmallVector<int64_t, 4> cuts{0, sampled, staged, length};
  llvm::sort(cuts);
  SmallVector<Section> list;
  for (auto [begin, end] : llvm::zip(cuts, ArrayRef(cuts).drop_front()))
    if (begin < end)
      list.push_back({begin, end, begin < staged ? stage.get() : nullptr});
  llvm::sort(list, [](const Section &a, const Section &b) {
    return std::pair(a.stage != nullptr, a.begin) <
           std::pair(b.stage != nullptr, b.begin);
  });
  return list;
}

void StoredRowsKernel::emitLoopedRound(unsigned round) {
  // Chains hide the latency of an addition, but are registers too.
  constexpr int64_t kAccumulators = 8, kChains = 4;
  SmallVector<Accumulator> accumulators;
  int64_t sampledHere = 0;
  for (RowReduceOp op : program->getRound(round)) {
    sampledHere = std::max(sampledHere, getSampledElements(op));
    for (int64_t row : getRows(op))
      accumulators.push_back({op, row, {}});
  }
  int64_t count = accumulators.size();
  for (Accumulator &accumulator : accumulators)
    accumulator.chains.assign(
        std::min({std::max<int64_t>(kAccumulators / count, 1), kChains,
                  layout.getReduction(points.rowDims).registers}),
        arith::ConstantOp::create(points.current, loc,
                                  getReduceIdentity(accumulator.op.getKind(),
                                                    accumulator.op.getType())));
  for (const Section &section : getSections(sampledHere))
    reduceSection(section, accumulators);
  SmallVector<PartialResult> partials;
  for (Accumulator &accumulator : accumulators)
    partials.push_back({accumulator.op, accumulator.reg,
                        RowReduction::reduceRegisters(points.current, loc,
                                                      accumulator.op.getKind(),
                                                      accumulator.chains)});
  finishRound(partials);
}

/// Waits for the copies of a section's steps, if they may be under way.
void StoredRowsKernel::waitForStage(const Section &section) {
  int64_t groups = section.end <= sampled ? 1 : 0;
  if (!section.stage || pendingGroups <= groups)
    return;
  stage->wait(points.current, groups);
  pendingGroups = groups;
}

/// Adds the elements of a section to the accumulators that are over them.
void StoredRowsKernel::reduceSection(
    const Section &section, MutableArrayRef<Accumulator> accumulators) {
  SmallVector<Accumulator *> active;
  SmallVector<Value> carried;
  for (Accumulator &accumulator : accumulators) {
    int64_t limit = getSampledElements(accumulator.op);
    if (limit && section.begin >= limit)
      continue;
    active.push_back(&accumulator);
    carried.append(accumulator.chains);
  }
  if (active.empty())
    return;
  auto emitStep = [&](ValueRange values) {
    SmallVector<Value> next(values);
    MutableArrayRef<Value> rest = next;
    for (Accumulator *accumulator : active) {
      size_t count = accumulator->chains.size();
      RowReduction::accumulate(points.current, loc, accumulator->op.getKind(),
                               rest.take_front(count),
                               getOwn(accumulator->op, accumulator->reg));
      rest = rest.drop_front(count);
    }
    return next;
  };
  waitForStage(section);
  emitSteps(section, emitStep, carried);
  ArrayRef<Value> rest = carried;
  for (Accumulator *accumulator : active) {
    size_t count = accumulator->chains.size();
    accumulator->chains.assign(rest.begin(), rest.begin() + count);
    rest = rest.drop_front(count);
  }
}

/// What is the same along a row is stored once, the rest in a last loop.
void StoredRowsKernel::emitLoopedStores() {
  SmallVector<unsigned> perRow, perElement;
  for (unsigned out = 0; out < outs.size(); ++out) {
    bool varies = hasDim(tile->getOutDims(out), kTileElementDim);
    (varies ? perElement : perRow).push_back(out);
  }
  int64_t registers = layout.getCount(Holder::Register);
  for (int64_t reg = 0; reg < registers; reg += plan.vector)
    storeRun(reg, getStoredAt(reg, perRow));
  if (perElement.empty())
    return;
  auto emitStep = [&](ValueRange) {
    for (int64_t reg = 0; reg < registers; reg += plan.vector)
      storeRun(reg, perElement);
    return SmallVector<Value>();
  };
  SmallVector<Value> none;
  if (stage)
    emitStagedStores(emitStep);
  if (getStagedElements() < nest.getRowLength())
    emitSteps({getStagedElements(), nest.getRowLength(), nullptr}, emitStep,
              none);
}
