//===- StoredRows.cpp - The kernel over rows of a stored tensor -----------===//
// Composes layout, operands, program and reductions into one kernel: rows in
// registers if they fit, else looped over once per round of reductions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "IndexMath.h"
#include "Upweave/Conversion/UpweaveToGPU/BlockToGPU.h"
#include "Upweave/Conversion/UpweaveToGPU/ExpandRegion.h"
#include "Upweave/Conversion/UpweaveToGPU/TileOperands.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

/// The layout that a plan says: lanes are neighbours along the contiguous
/// direction, which is the row or the last parallel loop.
static TileLayout getRowLayout(const RowPlan &plan) {
  constexpr unsigned kRow = kTileRowDim, kElement = kTileElementDim;
  int64_t lanes = plan.getLanesPerRow(), warps = plan.getWarpsPerRow();
  int64_t otherLanes = kWarpSize / lanes, otherWarps = plan.warps / warps;
  int64_t v = plan.vector, rows = plan.rowsPerThread;
  if (plan.alongRow)
    return TileLayout(
        2, {{Holder::Register, v, kElement, 1},
            {Holder::Register, plan.registers / v, kElement, v * lanes * warps},
            {Holder::Register, rows, kRow, otherLanes * otherWarps},
            {Holder::Lane, lanes, kElement, v},
            {Holder::Lane, otherLanes, kRow, 1},
            {Holder::Warp, warps, kElement, v * lanes},
            {Holder::Warp, otherWarps, kRow, otherLanes}});
  return TileLayout(
      2, {{Holder::Register, v, kRow, 1},
          {Holder::Register, plan.registers, kElement, lanes * warps},
          {Holder::Register, rows, kRow, v * otherLanes * otherWarps},
          {Holder::Lane, otherLanes, kRow, v},
          {Holder::Lane, lanes, kElement, 1},
          {Holder::Warp, warps, kElement, lanes},
          {Holder::Warp, otherWarps, kRow, v * otherLanes}});
}

/// The elements that a reduction is over, 0 for all.
static int64_t getSampledElements(RowReduceOp op) {
  auto sampled = op->getAttrOfType<IntegerAttr>(kSampledAttrName);
  return sampled ? sampled.getInt() : 0;
}

namespace {
/// One kernel under construction.
class StoredRowsKernel {
public:
  StoredRowsKernel(LaunchContext &context, BlockOp block, const RowPlan &plan,
                   const RowFacts &facts)
      : block(block), loc(block.getLoc()), plan(plan),
        nest(getStoredNest(block)), layout(getRowLayout(plan)),
        launch(context, block, "rows", plan.warps * kWarpSize),
        points(launch.body()), heldSteps(plan.getHeldSteps(facts)) {
    points.rowDim = kTileElementDim;
  }

  LogicalResult emit(int64_t wantedBlocks);

private:
  using StepEmitter = function_ref<SmallVector<Value>(ValueRange)>;
  /// Steps of a row, from one element to another; null for what is not staged.
  struct Section {
    int64_t begin, end;
    const RowStage *stage;
  };
  /// What a thread has reduced so far of a row, in a few chains.
  struct Accumulator {
    RowReduceOp op;
    int64_t reg;
    SmallVector<Value> chains;
  };

  LogicalResult passOperands();
  void emitTiles();
  void emitTile();
  void prefetch();
  void emitResidentRound(unsigned round);
  void emitLoopedRound(unsigned round);
  void emitResidentStores();
  void emitLoopedStores();
  void createStage();
  void fillStage(TileOperands &from);
  void copyNext(Value element, bool isFull);
  void emitStagedSteps(const RowStage *from, StepEmitter emit);
  void emitStagedStores(StepEmitter emit);
  void loadHeld();
  /// True if the steps that are not staged stay in registers.
  bool holdsRest() const { return !heldSteps.empty(); }
  std::unique_ptr<TileOperands> createTile();
  bool fillsAhead() const;
  int64_t getStagedElements() const {
    return std::min(nest.getRowLength(), plan.staged * plan.getTileElements());
  }
  void finishRound(SmallVector<PartialResult> &partials);
  Value getMaskedOperand(RowReduceOp op, int64_t reg);
  SmallVector<Value> getOwn(RowReduceOp op, int64_t row);
  void storeRun(int64_t reg, ArrayRef<unsigned> outs);
  SmallVector<Section> getSections(int64_t sampled) const;
  void reduceSection(const Section &section,
                     MutableArrayRef<Accumulator> accumulators);
  void waitForStage(const Section &section);
  SmallVector<Value> emitStep(const Section &section, Value element,
                              Operation *before, ValueRange carried,
                              StepEmitter emit, HeldLoads *held = nullptr);
  bool mayUnroll(const Section &section, int64_t steps) const;
  void emitSteps(const Section &section, StepEmitter emit,
                 SmallVector<Value> &carried);
  SmallVector<int64_t> getRows(RowReduceOp op) {
    return layout.getRepresentatives(program->getDims(op.getResult()));
  }

  BlockOp block;
  Location loc;
  RowPlan plan;
  RowNest nest;
  TileLayout layout;
  LaunchBuilder launch;
  EmissionPoints points;
  ThreadNumbers numbers;
  LoopSizes sizes;
  FlatOperand producer;
  SmallVector<FlatOperand> params, outs;
  std::unique_ptr<TileOperands> tile;
  /// The tile that the block takes next, whose rows are copied to the stage
  /// while this one's results are stored, and whether there is one.
  std::unique_ptr<TileOperands> nextTile;
  Value hasNextTile;
  std::unique_ptr<RowStage> stage;
  /// Groups of copies to the stage that may be under way.
  int64_t pendingGroups = 0;
  /// Elements of a row, its first, that a reduction is over; 0 if all are over
  /// all. What is staged of them is a group of copies of its own.
  int64_t sampled = 0;
  /// What was loaded of each step that stays in registers.
  std::vector<HeldLoads> heldSteps;
  std::unique_ptr<RowProgram> program;
  std::unique_ptr<RowReduction> reduction;
};
} // namespace

LogicalResult StoredRowsKernel::passOperands() {
  FailureOr<FlatOperand> flat = FlatOperand::pass(
      launch, block, block.getInputs().front(), block.getProducerMap(), nest,
      nest.producer, Access::Read);
  if (failed(flat))
    return failure();
  producer = *flat;
  for (auto [i, param] : llvm::enumerate(block.getParams())) {
    flat = FlatOperand::pass(launch, block, param, block.getParamMap(i), nest,
                             nest.params[i], Access::Read);
    if (failed(flat))
      return failure();
    params.push_back(*flat);
  }
  for (auto [i, out] : llvm::enumerate(block.getOuts())) {
    flat = FlatOperand::pass(launch, block, out, block.getOutMap(i), nest,
                             nest.outs[i], Access::Write);
    if (failed(flat))
      return failure();
    outs.push_back(*flat);
  }
  return success();
}

std::unique_ptr<TileOperands> StoredRowsKernel::createTile() {
  auto made =
      std::make_unique<TileOperands>(nest, layout, plan.vector, points, numbers,
                                     sizes.inKernel, sizes.kernelRows, loc);
  made->setOperands(producer, params, outs);
  return made;
}

LogicalResult StoredRowsKernel::emit(int64_t wantedBlocks) {
  if (failed(passOperands())) {
    launch.abandon();
    return failure();
  }
  sizes = passLoopSizes(launch, block, nest);
  points.current = launch.body();
  numbers = createThreadNumbers(points.current, loc);
  tile = createTile();
  if (plan.staged)
    createStage();
  program = std::make_unique<RowProgram>(*block.getBodyBlock(), layout, points,
                                         *tile);
  reduction = std::make_unique<RowReduction>(layout, kTileElementDim, numbers,
                                             launch.getKernel());
  for (unsigned round = 0; round < program->getNumRounds(); ++round)
    for (RowReduceOp op : program->getRound(round))
      sampled = std::max(sampled, getSampledElements(op));
  emitTiles();
  Value blocks = createCeilDiv(launch.host(), loc, sizes.hostRows,
                               plan.getTileRows() * plan.tilesPerBlock);
  if (wantedBlocks > 0)
    launch.setMinBlocksPerSM(wantedBlocks);
  launch.finish(blocks, stage ? stage->getBytes() : 0);
  return success();
}

/// The tiles of this thread block, one after another.
void StoredRowsKernel::emitTiles() {
  int64_t tileRows = plan.getTileRows(), numRows = nest.getNumRows();
  bool partial = ShapedType::isDynamic(numRows) || numRows % tileRows != 0;
  OpBuilder &b = points.current;
  Value blockId = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x);
  int64_t blockRows = tileRows * plan.tilesPerBlock;
  Value first = createMul(b, loc, blockId, blockRows);
  if (plan.tilesPerBlock == 1) {
    tile->setFirstRow(first, partial);
    emitTile();
    return;
  }
  Value end = createAdd(b, loc, first, blockRows);
  if (ShapedType::isDynamic(numRows) || numRows % blockRows != 0)
    end = arith::MinSIOp::create(b, loc, end, sizes.kernelRows);
  if (fillsAhead()) {
    std::unique_ptr<TileOperands> firstTile = createTile();
    firstTile->setFirstRow(first, partial);
    fillStage(*firstTile);
    nextTile = createTile();
  }
  Value step = arith::ConstantIndexOp::create(b, loc, tileRows);
  auto loop = scf::ForOp::create(b, loc, first, end, step);
  OpBuilder outer = b;
  points.kernelPoint = loop;
  points.current = OpBuilder(loop.getBody()->getTerminator());
  tile->setFirstRow(loop.getInductionVar(), partial);
  if (nextTile) {
    Value next = createAdd(points.current, loc, loop.getInductionVar(), step);
    nextTile->setFirstRow(next, partial);
    hasNextTile = arith::CmpIOp::create(points.current, loc,
                                        arith::CmpIPredicate::slt, next, end);
  }
  emitTile();
  // With one round nothing else keeps the next tile's partial results from
  // overwriting this one's.
  if (reduction->spansWarps() && program->getNumRounds() == 1)
    gpu::BarrierOp::create(points.current, loc);
  points.current = outer;
}

void StoredRowsKernel::emitTile() {
  if (!plan.looped) {
    prefetch();
    for (unsigned round = 0; round < program->getNumRounds(); ++round)
      emitResidentRound(round);
    emitResidentStores();
    return;
  }
  if (stage && !fillsAhead())
    fillStage(*tile);
  loadHeld();
  pendingGroups = !stage ? 0 : sampled ? 2 : 1;
  for (unsigned round = 0; round < program->getNumRounds(); ++round)
    emitLoopedRound(round);
  emitLoopedStores();
}

/// Loads what differs from element to element before anything is computed, so
/// that all of it is in flight together.
void StoredRowsKernel::prefetch() {
  DimSet full = DimSet(1) << kTileRowDim | DimSet(1) << kTileElementDim;
  for (BlockArgument arg : block.getBodyBlock()->getArguments()) {
    if (arg.use_empty() || (nest.numParallel < nest.getNumLoops() &&
                            program->getDims(arg) != full))
      continue;
    for (int64_t reg = 0; reg < layout.getCount(Holder::Register); ++reg)
      (void)program->get(arg, reg);
  }
}

/// The operand of a reduction at `reg`; its identity on padding.
Value StoredRowsKernel::getMaskedOperand(RowReduceOp op, int64_t reg) {
  Value value = program->get(op.getValue(), reg);
  Value mask = tile->getElementMask(reg);
  if (!mask)
    return value;
  OpBuilder &b = points.current;
  Value identity = arith::ConstantOp::create(
      b, loc, getReduceIdentity(op.getKind(), value.getType()));
  return arith::SelectOp::create(b, loc, mask, value, identity);
}

/// What this thread holds of the operand of a reduction, of row register `row`.
SmallVector<Value> StoredRowsKernel::getOwn(RowReduceOp op, int64_t row) {
  SmallVector<Value> values;
  for (int64_t reg : layout.getRegistersAlong(kTileElementDim, row))
    values.push_back(getMaskedOperand(op, reg));
  return values;
}

void StoredRowsKernel::finishRound(SmallVector<PartialResult> &partials) {
  reduction->combine(points.current, loc, partials);
  for (const PartialResult &partial : partials)
    program->setReduced(partial.op, partial.reg, partial.value);
}

void StoredRowsKernel::emitResidentRound(unsigned round) {
  SmallVector<PartialResult> partials;
  for (RowReduceOp op : program->getRound(round))
    for (int64_t row : getRows(op))
      partials.push_back(
          {op, row,
           RowReduction::reduceRegisters(points.current, loc, op.getKind(),
                                         getOwn(op, row))});
  finishRound(partials);
}

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
           return tile->getOutDims(out) >> kTileElementDim & 1;
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
void StoredRowsKernel::fillStage(TileOperands &from) {
  emitStagedSteps(/*from=*/nullptr, [&](ValueRange) {
    from.setFirstElement(tile->getFirstElement(), tile->isFullStep());
    from.copyToStage(*stage);
    from.leaveRowLoop();
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
  nextTile->leaveRowLoop();
  points.current = outer;
}

/// The staged steps of the last pass. Once a step's results are stored its
/// slots are free for the next tile's rows.
void StoredRowsKernel::emitStagedStores(StepEmitter emit) {
  auto emitBoth = [&](ValueRange carried) {
    Value element = tile->getFirstElement();
    bool isFull = tile->isFullStep();
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
  tile->leaveRowLoop();
  points.inRowLoop = false;
  points.rowPoint = nullptr;
  return next;
}

/// True if the steps of a section go one after another, where loads of the later
/// ones are under way early. Registers run out with steps that are not staged,
/// with masks and several rows, and where they hold wide elements, or many.
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
                  layout.getReduction(kTileElementDim).registers}),
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

void StoredRowsKernel::storeRun(int64_t reg, ArrayRef<unsigned> which) {
  SmallVector<SmallVector<Value>> values;
  for (unsigned out : which) {
    SmallVector<Value> &run = values.emplace_back();
    for (int64_t i = 0; i < plan.vector; ++i)
      run.push_back(program->get(block.getYield().getValues()[out], reg + i));
  }
  if (!which.empty())
    tile->store(reg, which, values);
}

void StoredRowsKernel::emitResidentStores() {
  for (int64_t reg = 0; reg < layout.getCount(Holder::Register);
       reg += plan.vector) {
    SmallVector<unsigned> which;
    for (unsigned out = 0; out < outs.size(); ++out)
      if (tile->isStoredAt(out, reg))
        which.push_back(out);
    storeRun(reg, which);
  }
}

/// What is the same along a row is stored once, the rest in a last loop.
void StoredRowsKernel::emitLoopedStores() {
  SmallVector<unsigned> perRow, perElement;
  for (unsigned out = 0; out < outs.size(); ++out) {
    bool varies = tile->getOutDims(out) >> kTileElementDim & 1;
    (varies ? perElement : perRow).push_back(out);
  }
  int64_t registers = layout.getCount(Holder::Register);
  if (!perRow.empty())
    for (int64_t reg = 0; reg < registers; reg += plan.vector)
      if (tile->isStoredAt(perRow.front(), reg))
        storeRun(reg, perRow);
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

LogicalResult upweave::lowerStoredRows(LaunchContext &context, BlockOp block,
                                       const RowPlan &plan,
                                       const RowTarget &target) {
  RowFacts facts = getRowFacts(block, getStoredNest(block));
  expandBlockRegion(block, context.mayContract(),
                    plan.getSampledElements(facts));
  if (context.mayContract())
    allowContraction(block);
  StoredRowsKernel kernel(context, block, plan, facts);
  return kernel.emit(plan.getWantedBlocks(facts, target));
}
