//===- FusedConv.cpp - A convolution with its region in one kernel --------===//
// Composes staging, products, the region's program and stores: a tile of the
// result stays in registers from the first product to the store.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/IndexMath.h"
#include "Fused/ConvTile.h"
#include "Fused/MainLoop.h"
#include "Fused/PackedFilter.h"

#include "Fused/FusedConv.h"

#include "Emission/ExpandRegion.h"
#include "Upweave/Schedule/BlockPlan.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

namespace {
/// One fused kernel under construction.
class FusedKernel {
public:
  FusedKernel(LaunchContext &context, BlockOp block, const RowNest &nest,
              const FusedBlock &fused)
      : block(block), loc(block.getLoc()), nest(nest), facts(fused.facts),
        plan(fused.plan), layout(getFusedLayout(plan, facts)),
        launch(context, block, "fused", plan.getThreads()),
        points(launch.body()),
        rowDim(facts.reduced == FusedRow::Channel ? kTileChannelDim
                                                  : kTileColumnDim) {
    points.rowDim = rowDim;
  }

  LogicalResult emit(int64_t minBlocksPerSM);

private:
  LogicalResult passOperands();
  BlockPlace createPlace();
  Value createShared();
  void createTile();
  void emitRound(unsigned round);
  void repairSums(MutableArrayRef<Value> sums);
  Value getMaskedOperand(RowReduceOp op, int64_t reg);
  Value reduceOwn(RowReduceOp op, int64_t row);
  void loadRun(int64_t first);
  void emitStores();
  Value createNumBlocks();

  BlockOp block;
  Location loc;
  const RowNest &nest;
  const FusedFacts &facts;
  const FusedPlan &plan;
  TileLayout layout;
  LaunchBuilder launch;
  EmissionPoints points;
  unsigned rowDim;
  ThreadNumbers numbers;
  BlockPlace place;
  StageBuffers buffers;
  /// The convolution's own input; null if it is not read.
  Value input;
  SmallVector<FlatOperand> params, outs;
  std::unique_ptr<ConvTile> tile;
  std::unique_ptr<RowProgram> program;
  std::unique_ptr<RowReduction> reduction;
};
} // namespace

LogicalResult FusedKernel::passOperands() {
  auto pass = [&](Value operand, AffineMap map, const NestOperand &operandFacts,
                  Access access, SmallVector<FlatOperand> &list) {
    FailureOr<FlatOperand> flat = FlatOperand::pass(launch, block, operand, map,
                                                    nest, operandFacts, access);
    if (succeeded(flat))
      list.push_back(*flat);
    return failed(flat);
  };
  auto passBuffer = [&](Value operand, Value &view) {
    FailureOr<Value> passed = launch.addBuffer(operand, Access::Read);
    if (succeeded(passed))
      view = *passed;
    return failed(passed);
  };
  bool packed = plan.input == FusedInput::Packed;
  if ((packed && passBuffer(block.getPackedInput(), buffers.packedInput)) ||
      passBuffer(block.getPackedFilter(), buffers.packedFilter))
    return failure();
  if ((!packed || facts.readsOutside()) &&
      passBuffer(block.getInputs()[0], input))
    return failure();
  for (auto [i, param] : llvm::enumerate(block.getParams()))
    if (pass(param, block.getParamMap(i), nest.params[i], Access::Read, params))
      return failure();
  for (auto [i, out] : llvm::enumerate(block.getOuts()))
    if (pass(out, block.getOutMap(i), nest.outs[i], Access::Write, outs))
      return failure();
  return success();
}

/// Takes the block's number apart: tiles of channels, then phases are nearest,
/// so that blocks which read the same input run together.
BlockPlace FusedKernel::createPlace() {
  OpBuilder &b = points.current;
  Int32Math m(b, loc);
  SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  SmallVector<int64_t> sizes{plan.getChannelTiles(facts),
                             facts.column.phaseClasses};
  for (const PhasedAxis *axis : llvm::reverse(axes))
    sizes.push_back(axis->getStride());
  sizes.push_back(plan.getColumnTiles(facts));
  sizes.push_back(plan.getRowTiles(facts));
  for (const PhasedAxis &axis : llvm::reverse(facts.outer))
    sizes.push_back(axis.getPositions());
  sizes.push_back(facts.groups);
  sizes.push_back(1); // The image takes what is left.
  Value number = m.fromIndex(gpu::BlockIdOp::create(b, loc, gpu::Dimension::x));
  SmallVector<Value> d = m.digits(number, sizes);
  BlockPlace made;
  size_t numAxes = axes.size(), numOuter = facts.outer.size();
  made.channelTile = d[0];
  made.columnClass = d[1];
  for (size_t i = 0; i < numAxes; ++i)
    made.phases.push_back(d[numAxes + 1 - i]);
  made.columnTile = d[numAxes + 2];
  made.rowTile = d[numAxes + 3];
  for (size_t i = 0; i < numOuter; ++i)
    made.outerPositions.push_back(d[numAxes + 3 + numOuter - i]);
  made.group = d[numAxes + numOuter + 4];
  made.image = d[numAxes + numOuter + 5];
  return made;
}

/// The block's shared memory as words.
Value FusedKernel::createShared() {
  OpBuilder &b = points.current;
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type(),
                               MemRefLayoutAttrInterface(), Attribute(space));
  Value memory = gpu::DynamicSharedMemoryOp::create(b, loc, bytes);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  auto words = MemRefType::get({plan.sharedBytes / 4}, b.getI32Type(),
                               MemRefLayoutAttrInterface(), Attribute(space));
  return memref::ViewOp::create(b, loc, words, memory, zero, ValueRange());
}

/// The tile's loops, in the order of the nest: batch, channel, outer axes, row
/// (unless there is one axis only), column.
void FusedKernel::createTile() {
  OpBuilder &b = points.current;
  Int32Math m(b, loc);
  SmallVector<TileLoop> loops;
  auto add = [&](Value first, std::optional<unsigned> dim, int64_t scale,
                 bool mayEndOutside) {
    loops.push_back({m.toIndex(first), dim, scale, mayEndOutside});
  };
  add(place.image, std::nullopt, 1, false);
  add(m.add(m.mul(place.group, facts.outputChannels),
            m.mul(place.channelTile, plan.block[0])),
      kTileChannelDim, 1, facts.outputChannels % plan.block[0] != 0);
  for (auto [i, axis] : llvm::enumerate(facts.outer))
    add(m.add(m.mul(place.outerPositions[i], axis.getStride()),
              place.phases[i]),
        std::nullopt, 1, axis.resultSize % axis.getStride() != 0);
  int64_t stride = facts.row.getStride();
  if (nest.getNumLoops() == facts.outer.size() + 4)
    add(m.add(m.mul(place.rowTile, plan.block[1] * stride),
              place.phases.back()),
        kTileRowPositionDim, stride,
        facts.row.resultSize % (plan.block[1] * stride) != 0);
  stride = facts.column.getStride();
  add(m.add(m.mul(place.columnTile, plan.block[2] * stride),
            m.mul(place.columnClass, facts.column.getPhases())),
      kTileColumnDim, 1,
      facts.column.resultSize % (plan.block[2] * stride) != 0);

  SmallVector<OpFoldResult> sizes;
  for (auto [loop, dim] : llvm::enumerate(nest.loops))
    sizes.push_back(
        b.getIndexAttr(ShapedType::isDynamic(dim.size) ? 1 : dim.size));
  // Channels end with their group.
  if (facts.groups > 1)
    sizes[1] = m.toIndex(m.mul(m.add(place.group, 1), facts.outputChannels));
  tile = std::make_unique<ConvTile>(block, nest, layout,
                                    plan.run * facts.column.getPhases(), points,
                                    numbers, loops, sizes);
  tile->setOperands(params, outs);
}

LogicalResult FusedKernel::emit(int64_t minBlocksPerSM) {
  if (failed(passOperands())) {
    launch.abandon();
    return failure();
  }
  launch.setMinBlocksPerSM(minBlocksPerSM);
  points.current = launch.body();
  OpBuilder &b = points.current;
  numbers = createThreadNumbers(b, loc);
  Int32Math m(b, loc);
  Value thread =
      m.fromIndex(gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x));
  place = createPlace();
  buffers.shared = createShared();
  OperandStage stage(b, loc, facts, plan, place, buffers, thread);
  std::optional<DirectInput> direct;
  if (plan.input == FusedInput::Strided)
    direct.emplace(b, loc, facts, plan, place, stage, input,
                   block.getGeometryAttr().getGeometry().inputDims,
                   buffers.shared, thread);
  MainLoop loop(facts, plan, layout, stage, direct ? &*direct : nullptr,
                numbers, buffers.shared, loc);
  SmallVector<Value> sums = loop.emit(b);
  createTile();
  if (facts.readsOutside())
    repairSums(sums);
  tile->setAccumulators(sums);
  program = std::make_unique<RowProgram>(*block.getBodyBlock(), layout, points,
                                         *tile);
  reduction = std::make_unique<RowReduction>(layout, rowDim, numbers,
                                             launch.getKernel());
  for (unsigned round = 0; round < program->getNumRounds(); ++round)
    emitRound(round);
  emitStores();
  launch.finish(createNumBlocks(), plan.sharedBytes);
  return success();
}

/// The zeros around the input make NaN of an infinite filter element, where
/// there is no product at all. A thread that holds a NaN, for whatever reason,
/// forms its sums again, of the products that there are.
void FusedKernel::repairSums(MutableArrayRef<Value> sums) {
  OpBuilder &b = points.current;
  Int32Math m(b, loc);
  int64_t count = static_cast<int64_t>(sums.size());
  // The same sums as a first round over the rows' forms, where there is one.
  SmallVector<Value> rows;
  for (int64_t row : layout.getRepresentatives(~(DimSet(1) << rowDim))) {
    SmallVector<Value> values;
    for (int64_t reg : layout.getRegistersAlong(rowDim, row))
      values.push_back(sums[reg]);
    rows.push_back(
        RowReduction::reduceRegisters(b, loc, ReduceKind::Add, values));
  }
  Value total = RowReduction::reduceRegisters(b, loc, ReduceKind::Add, rows);
  Value bad =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, total, total);
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getPrivateAddressSpace());
  OpBuilder entry =
      OpBuilder::atBlockBegin(&launch.getKernel().getBody().front());
  Value kept = memref::AllocaOp::create(
      entry, loc,
      MemRefType::get({count}, b.getF32Type(), MemRefLayoutAttrInterface(),
                      Attribute(space)));

  SmallVector<Type> types(count, b.getF32Type());
  auto ifOp = scf::IfOp::create(b, loc, types, bad, /*withElseRegion=*/true);
  OpBuilder otherwise = OpBuilder::atBlockEnd(ifOp.elseBlock());
  scf::YieldOp::create(otherwise, loc, sums);
  OpBuilder then = OpBuilder::atBlockEnd(ifOp.thenBlock());
  Int32Math tm(then, loc);
  auto loop = scf::ForOp::create(then, loc, tm.constant(0), tm.constant(count),
                                 tm.constant(1));
  OpBuilder body(loop.getBody()->getTerminator());
  SmallVector<Value> along = tile->getPosition(body, loop.getInductionVar());
  DataDims dims = block.getGeometryAttr().getGeometry().resultDims;
  SmallVector<Value> position(along.size());
  position[dims.batch] = along[0];
  position[dims.channel] = along[1];
  for (auto [axis, dim] : llvm::enumerate(dims.spatial))
    position[dim] = along[2 + axis];
  Value sum =
      PackedFilterEmitter(block, input, buffers.packedFilter, facts, plan)
          .emit(body, position);
  if (!sum.getType().isF32())
    sum = arith::ExtFOp::create(body, loc, body.getF32Type(), sum);
  memref::StoreOp::create(body, loc, sum, kept,
                          Int32Math(body, loc).toIndex(loop.getInductionVar()));
  SmallVector<Value> again;
  for (int64_t i = 0; i < count; ++i)
    again.push_back(memref::LoadOp::create(
        then, loc, kept, toValue(then, loc, then.getIndexAttr(i))));
  scf::YieldOp::create(then, loc, again);
  llvm::copy(ifOp.getResults(), sums.begin());
}

/// The operand of a reduction at `reg`; its identity on padding.
Value FusedKernel::getMaskedOperand(RowReduceOp op, int64_t reg) {
  Value value = program->get(op.getValue(), reg);
  Value mask = tile->getMask(rowDim, reg);
  if (!mask)
    return value;
  OpBuilder &b = points.current;
  Value identity = arith::ConstantOp::create(
      b, loc, getReduceIdentity(op.getKind(), value.getType()));
  return arith::SelectOp::create(b, loc, mask, value, identity);
}

/// What this thread holds of row register `row`, reduced.
Value FusedKernel::reduceOwn(RowReduceOp op, int64_t row) {
  OpBuilder &b = points.current;
  SmallVector<int64_t> registers = layout.getRegistersAlong(rowDim, row);
  auto product = op.getValue().getDefiningOp<arith::MulFOp>();
  bool masked = llvm::any_of(registers, [&](int64_t reg) {
    return static_cast<bool>(tile->getMask(rowDim, reg));
  });
  bool contracts =
      product &&
      bitEnumContainsAny(product.getFastmath(), arith::FastMathFlags::contract);
  if (op.getKind() == ReduceKind::Add && contracts && !masked) {
    SmallVector<std::pair<Value, Value>> products;
    for (int64_t reg : registers)
      products.push_back({program->get(product.getLhs(), reg),
                          program->get(product.getRhs(), reg)});
    return RowReduction::sumProducts(b, loc, products);
  }
  SmallVector<Value> values;
  for (int64_t reg : registers)
    values.push_back(getMaskedOperand(op, reg));
  return RowReduction::reduceRegisters(b, loc, op.getKind(), values);
}

void FusedKernel::emitRound(unsigned round) {
  OpBuilder &b = points.current;
  SmallVector<PartialResult> partials;
  for (RowReduceOp op : program->getRound(round))
    for (int64_t row :
         layout.getRepresentatives(program->getDims(op.getResult())))
      partials.push_back({op, row, reduceOwn(op, row)});
  reduction->combine(b, loc, partials);
  for (const PartialResult &partial : partials)
    program->setReduced(partial.op, partial.reg, partial.value);
}

/// Loads what differs from element to element for the run from `first` on.
void FusedKernel::loadRun(int64_t first) {
  constexpr DimSet kAllDims = 7;
  int64_t run = plan.run * facts.column.getPhases();
  for (BlockArgument arg : block.getBodyBlock()->getArguments().drop_front())
    if (!arg.use_empty() && program->getDims(arg) == kAllDims)
      for (int64_t i = 0; i < run; ++i)
        (void)program->get(arg, first + i);
}

/// Runs along the column one after another, for each all channels and rows:
/// what varies along the column only is then needed for one run at a time. What
/// differs from element to element is loaded some runs ahead, so that several
/// loads are under way however much code comes between them.
void FusedKernel::emitStores() {
  constexpr int64_t kAheadRegisters = 32;
  int64_t run = plan.run * facts.column.getPhases();
  int64_t ahead = std::max<int64_t>(kAheadRegisters / run, 1);
  DimSet column = DimSet(1) << kTileColumnDim;
  SmallVector<int64_t> runs;
  for (int64_t first : layout.getRepresentatives(column))
    if (first % run == 0)
      for (int64_t other : layout.getRepresentatives(~column))
        runs.push_back(first + other);
  int64_t loaded = 0, count = static_cast<int64_t>(runs.size());
  for (int64_t i = 0; i < count; ++i) {
    for (; loaded < std::min(count, i + ahead); ++loaded)
      loadRun(runs[loaded]);
    // A result may take the place of a parameter that another one needs.
    SmallVector<std::pair<unsigned, SmallVector<Value>>> stores;
    for (unsigned out = 0; out < outs.size(); ++out) {
      if (!tile->isStoredAt(out, runs[i]))
        continue;
      SmallVector<Value> values;
      for (int64_t j = 0; j < run; ++j)
        values.push_back(
            program->get(block.getYield().getValues()[out], runs[i] + j));
      stores.push_back({out, values});
    }
    for (auto &[out, values] : stores)
      tile->store(out, runs[i], values);
  }
}

Value FusedKernel::createNumBlocks() {
  OpBuilder &host = launch.host();
  const ConvTransposeGeometry &geometry = block.getGeometryAttr().getGeometry();
  Value images;
  if (ShapedType::isDynamic(facts.batch))
    images = memref::DimOp::create(host, loc, block.getInputs()[0],
                                   geometry.inputDims.batch);
  else
    images = arith::ConstantIndexOp::create(host, loc, facts.batch);
  return createMul(host, loc, images, plan.getBlocksPerImage(facts));
}

LogicalResult upweave::lowerFusedConv(LaunchContext &context, BlockOp block) {
  FailureOr<FusedBlock> fused = getFusedBlock(block);
  if (failed(fused))
    return failure();
  if (block.getPacked().empty())
    return block.emitError("schedule #upweave.fused reads packed operands: run "
                           "upweave-pack-operands after bufferization");
  expandBlockRegion(block, context.mayContract());
  if (context.mayContract())
    allowContraction(block);
  std::string whyNot;
  std::optional<RowNest> nest = buildConvNest(block, whyNot);
  if (!nest)
    return block.emitError("schedule #upweave.fused has no kernel for this "
                           "block: ")
           << whyNot;
  FusedKernel kernel(context, block, *nest, *fused);
  return kernel.emit(fused->blocksPerSM);
}
