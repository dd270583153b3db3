//===- StoredRows.cpp - The kernel over rows of a stored tensor -----------===//
// Composes layout, operands, program and reductions into one kernel: rows in
// registers if they fit, else looped over once per round of reductions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Rows/StoredRows.h"

#include "Emission/KernelMath.h"
#include "Rows/StoredRowsKernel.h"

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

StoredRowsKernel::StoredRowsKernel(LaunchContext &context, BlockOp block,
                                   const RowPlan &plan, const RowFacts &facts)
    : block(block), loc(block.getLoc()), plan(plan), nest(getStoredNest(block)),
      layout(getRowLayout(plan)),
      launch(context, block, "rows", plan.warps * kWarpSize),
      points(launch.body()), heldSteps(plan.getHeldSteps(facts)) {
  points.rowDims = makeDimSet({kTileElementDim});
}

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

std::unique_ptr<RowTile> StoredRowsKernel::createTile() {
  auto made = std::make_unique<RowTile>(std::make_unique<RowWalk>(
      nest, layout, plan.vector, points, numbers, sizes, loc));
  made->setProducer(producer);
  made->setOperands(params, outs);
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
  reduction = std::make_unique<RowReduction>(layout, points.rowDims, numbers,
                                             scope, launch.getKernel());
  for (unsigned round = 0; round < program->getNumRounds(); ++round)
    for (RowReduceOp op : program->getRound(round))
      sampled = std::max(sampled, getSampledElements(op));
  emitTiles();
  Value blocks =
      IndexMath(launch.host(), loc)
          .ceilDiv(sizes.hostRows, plan.getTileRows() * plan.tilesPerBlock);
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
  Value first = IndexMath(b, loc).mul(blockId, blockRows);
  if (plan.tilesPerBlock == 1) {
    tile->getWalk().setFirstRow(first, partial);
    emitTile();
    return;
  }
  Value end = IndexMath(b, loc).add(first, blockRows);
  if (ShapedType::isDynamic(numRows) || numRows % blockRows != 0)
    end = arith::MinSIOp::create(b, loc, end, sizes.kernelRows);
  if (fillsAhead()) {
    std::unique_ptr<RowTile> firstTile = createTile();
    firstTile->getWalk().setFirstRow(first, partial);
    fillStage(*firstTile);
    nextTile = createTile();
  }
  Value step = arith::ConstantIndexOp::create(b, loc, tileRows);
  auto loop = scf::ForOp::create(b, loc, first, end, step);
  OpBuilder outer = b;
  points.kernelPoint = loop;
  points.current = OpBuilder(loop.getBody()->getTerminator());
  tile->getWalk().setFirstRow(loop.getInductionVar(), partial);
  if (nextTile) {
    Value next =
        IndexMath(points.current, loc).add(loop.getInductionVar(), step);
    nextTile->getWalk().setFirstRow(next, partial);
    hasNextTile = arith::CmpIOp::create(points.current, loc,
                                        arith::CmpIPredicate::slt, next, end);
  }
  emitTile();
  // With one round nothing else keeps the next tile's partial results from
  // overwriting this one's.
  if (reduction->spansWarps() && program->getNumRounds() == 1)
    scope.synchronise(points.current, loc);
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
  DimSet full = makeDimSet({kTileRowDim}) | makeDimSet({kTileElementDim});
  for (BlockArgument arg : block.getBodyBlock()->getArguments()) {
    if (arg.use_empty() || (nest.numParallel < nest.getNumLoops() &&
                            program->getDims(arg) != full))
      continue;
    for (int64_t reg = 0; reg < layout.getCount(Holder::Register); ++reg)
      (void)program->get(arg, reg);
  }
}

/// What this thread holds of the operand of a reduction, of row register `row`.
SmallVector<Value> StoredRowsKernel::getOwn(RowReduceOp op, int64_t row) {
  SmallVector<Value> values;
  for (int64_t reg : layout.getRegistersAlong(points.rowDims, row))
    values.push_back(tile->maskOperand(op, points.rowDims, reg,
                                       program->get(op.getValue(), reg)));
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

SmallVector<unsigned> StoredRowsKernel::getStoredAt(int64_t reg,
                                                    ArrayRef<unsigned> which) {
  return llvm::filter_to_vector(
      which, [&](unsigned out) { return tile->isStoredAt(out, reg); });
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
  auto all = llvm::to_vector(llvm::seq<unsigned>(0, outs.size()));
  for (int64_t reg = 0; reg < layout.getCount(Holder::Register);
       reg += plan.vector)
    storeRun(reg, getStoredAt(reg, all));
}

LogicalResult upweave::lowerStoredRows(LaunchContext &context, BlockOp block) {
  FailureOr<RowBlock> rows = getRowBlock(block);
  if (failed(rows))
    return failure();
  expandBlockRegion(block, context.mayContract(),
                    rows->plan.getSampledElements(rows->facts));
  if (context.mayContract())
    allowContraction(block);
  StoredRowsKernel kernel(context, block, rows->plan, rows->facts);
  return kernel.emit(rows->blocksPerSM);
}
