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

namespace {
/// One kernel under construction.
class StoredRowsKernel {
public:
  StoredRowsKernel(LaunchContext &context, BlockOp block, const RowPlan &plan)
      : block(block), loc(block.getLoc()), plan(plan),
        nest(getStoredNest(block)), layout(getRowLayout(plan)),
        launch(context, block, "rows", plan.warps * kWarpSize),
        points(launch.body()) {
    points.rowDim = kTileElementDim;
  }

  LogicalResult emit();

private:
  LogicalResult passOperands();
  void emitTiles();
  void emitTile();
  void prefetch();
  void emitResidentRound(unsigned round);
  void emitLoopedRound(unsigned round);
  void emitResidentStores();
  void emitLoopedStores();
  void finishRound(SmallVector<PartialResult> &partials);
  Value getMaskedOperand(RowReduceOp op, int64_t reg);
  Value reduceOwn(RowReduceOp op, int64_t row);
  void storeRun(int64_t reg, ArrayRef<unsigned> outs);
  void forEachStep(ValueRange inits,
                   function_ref<SmallVector<Value>(ValueRange)> emitStep,
                   SmallVector<Value> &results);
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

LogicalResult StoredRowsKernel::emit() {
  if (failed(passOperands())) {
    launch.abandon();
    return failure();
  }
  sizes = passLoopSizes(launch, block, nest);
  points.current = launch.body();
  numbers = createThreadNumbers(points.current, loc);
  tile =
      std::make_unique<TileOperands>(nest, layout, plan.vector, points, numbers,
                                     sizes.inKernel, sizes.kernelRows, loc);
  tile->setOperands(producer, params, outs);
  program = std::make_unique<RowProgram>(*block.getBodyBlock(), layout, points,
                                         *tile);
  reduction = std::make_unique<RowReduction>(layout, kTileElementDim, numbers,
                                             launch.getKernel());
  emitTiles();
  Value blocks = createCeilDiv(launch.host(), loc, sizes.hostRows,
                               plan.getTileRows() * plan.tilesPerBlock);
  launch.finish(blocks);
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
  Value step = arith::ConstantIndexOp::create(b, loc, tileRows);
  auto loop = scf::ForOp::create(b, loc, first, end, step);
  OpBuilder outer = b;
  points.kernelPoint = loop;
  points.current = OpBuilder(loop.getBody()->getTerminator());
  tile->setFirstRow(loop.getInductionVar(), partial);
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

/// What this thread holds of row register `row`, reduced.
Value StoredRowsKernel::reduceOwn(RowReduceOp op, int64_t row) {
  SmallVector<Value> values;
  for (int64_t reg : layout.getRegistersAlong(kTileElementDim, row))
    values.push_back(getMaskedOperand(op, reg));
  return RowReduction::reduceRegisters(points.current, loc, op.getKind(),
                                       values);
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
      partials.push_back({op, row, reduceOwn(op, row)});
  finishRound(partials);
}

/// A loop over the steps of a row; `emitStep` gets what the steps carry along.
void StoredRowsKernel::forEachStep(
    ValueRange inits, function_ref<SmallVector<Value>(ValueRange)> emitStep,
    SmallVector<Value> &results) {
  OpBuilder outer = points.current;
  Value zero = arith::ConstantIndexOp::create(outer, loc, 0);
  Value end = arith::ConstantIndexOp::create(outer, loc, nest.getRowLength());
  Value step =
      arith::ConstantIndexOp::create(outer, loc, plan.getTileElements());
  auto loop = scf::ForOp::create(outer, loc, zero, end, step, inits);
  if (inits.empty())
    loop.getBody()->getTerminator()->erase();
  points.current = OpBuilder::atBlockEnd(loop.getBody());
  points.rowPoint = loop;
  points.inRowLoop = true;
  tile->setFirstElement(loop.getInductionVar());
  SmallVector<Value> carried = emitStep(loop.getRegionIterArgs());
  scf::YieldOp::create(points.current, loc, carried);
  program->leaveRowLoop();
  tile->leaveRowLoop();
  points.inRowLoop = false;
  points.rowPoint = nullptr;
  points.current = outer;
  results.assign(loop.getResults().begin(), loop.getResults().end());
}

void StoredRowsKernel::emitLoopedRound(unsigned round) {
  SmallVector<PartialResult> partials;
  SmallVector<Value> inits;
  for (RowReduceOp op : program->getRound(round))
    for (int64_t row : getRows(op)) {
      partials.push_back({op, row, Value()});
      inits.push_back(arith::ConstantOp::create(
          points.current, loc, getReduceIdentity(op.getKind(), op.getType())));
    }
  auto emitStep = [&](ValueRange carried) {
    SmallVector<Value> next;
    for (auto [partial, value] : llvm::zip(partials, carried))
      next.push_back(createReduceCombine(points.current, loc,
                                         partial.op.getKind(), value,
                                         reduceOwn(partial.op, partial.reg)));
    return next;
  };
  SmallVector<Value> results;
  forEachStep(inits, emitStep, results);
  for (auto [partial, value] : llvm::zip(partials, results))
    partial.value = value;
  finishRound(partials);
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
  SmallVector<Value> results;
  forEachStep({}, emitStep, results);
}

LogicalResult upweave::lowerStoredRows(LaunchContext &context, BlockOp block,
                                       const RowPlan &plan) {
  expandBlockRegion(block);
  StoredRowsKernel kernel(context, block, plan);
  return kernel.emit();
}
