//===- FusedConv.cpp - A convolution with its region in one kernel --------===//
// Composes staging, products, the region's program and stores: a tile of the
// result stays in registers from the first product to the store.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/BlockTile.h"
#include "Emission/KernelMath.h"
#include "Fused/ConvWalk.h"
#include "Fused/MainLoop.h"
#include "Fused/PackedFilter.h"
#include "Fused/PackedInput.h"
#include "Fused/StridedInput.h"
#include "Fused/TileSequence.h"

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
        rowDims(makeDimSet(
            {facts.reduces(kPlanChannel) ? kTileChannelDim : kTileWidthDim})),
        tiles(facts, plan) {
    points.rowDims = rowDims;
  }

  LogicalResult emit(int64_t minBlocksPerSM);

private:
  LogicalResult passOperands();
  Value createShared();
  std::unique_ptr<InputStage> createInputStage(const StageContext &context,
                                               const UnitWalk &units);
  void emitTile();
  SmallVector<Value> emitSums();
  void createTile();
  void setProducer(ArrayRef<Value> sums);
  void emitRound(unsigned round);
  void repairSums(MutableArrayRef<Value> sums);
  Value hasNaN(ArrayRef<Value> sums);
  SmallVector<Value> formSumsAgain(OpBuilder &b, int64_t count);
  Value reduceOwn(RowReduceOp op, int64_t row);
  void loadRun(int64_t first);
  void emitStores();
  Value createNumTiles();

  BlockOp block;
  Location loc;
  const RowNest &nest;
  const FusedFacts &facts;
  const FusedPlan &plan;
  TileLayout layout;
  LaunchBuilder launch;
  EmissionPoints points;
  /// The tile's dimensions along the rows that the region reduces.
  DimSet rowDims;
  TileSequence tiles;
  /// The threads that share a tile.
  BarrierScope scope = BarrierScope::block();
  ThreadNumbers numbers;
  /// The thread's number in the block, of type i32.
  Value thread;
  /// Where the tile under construction lies.
  BlockPlace place;
  Value packedInput, packedFilter;
  /// The convolution's own input; null if it is not read.
  Value input;
  SmallVector<FlatOperand> params, outs;
  std::unique_ptr<ConvWalk> walk;
  std::unique_ptr<BlockTile> tile;
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
  if ((packed && passBuffer(block.getPackedInput(), packedInput)) ||
      passBuffer(block.getPackedFilter(), packedFilter))
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

/// What stages the input that the plan says.
std::unique_ptr<InputStage>
FusedKernel::createInputStage(const StageContext &context,
                              const UnitWalk &units) {
  OpBuilder &b = points.current;
  if (plan.input == FusedInput::Packed)
    return std::make_unique<PackedInput>(b, context, units, packedInput);
  return std::make_unique<StridedInput>(
      b, context, units, input,
      block.getGeometryAttr().getGeometry().inputDims);
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
  int64_t stride = facts.height.getStride();
  if (nest.getNumLoops() == facts.outer.size() + 4)
    add(m.add(m.mul(place.rowTile, plan.block[1] * stride),
              place.phases.back()),
        kTileHeightDim, stride,
        facts.height.resultSize % (plan.block[1] * stride) != 0);
  stride = facts.width.getStride();
  add(m.add(m.mul(place.columnTile, plan.block[2] * stride),
            m.mul(place.columnClass, facts.width.getPhases())),
      kTileWidthDim, 1, facts.width.resultSize % (plan.block[2] * stride) != 0);

  SmallVector<OpFoldResult> sizes;
  for (auto [loop, dim] : llvm::enumerate(nest.loops))
    sizes.push_back(
        b.getIndexAttr(ShapedType::isDynamic(dim.size) ? 1 : dim.size));
  // Channels end with their group.
  if (facts.groups > 1)
    sizes[1] = m.toIndex(m.mul(m.add(place.group, 1), facts.outputChannels));
  walk = std::make_unique<ConvWalk>(nest, layout,
                                    plan.run * facts.width.getPhases(), points,
                                    numbers, loops, sizes, loc);
  tile = std::make_unique<BlockTile>(*walk);
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
  thread = Int32Math(b, loc).fromIndex(
      gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x));
  Value numTiles = createNumTiles();
  Value inKernel = tiles.isLooped() ? launch.addScalar(numTiles) : Value();
  tiles.emit(launch.body(), loc, inKernel, scope,
             [&](OpBuilder &inner, const BlockPlace &where) {
               points.current = inner;
               place = where;
               emitTile();
             });
  launch.finish(tiles.createNumBlocks(launch.host(), loc, numTiles),
                plan.sharedBytes);
  return success();
}

/// One tile, from the first product to the store.
void FusedKernel::emitTile() {
  SmallVector<Value> sums = emitSums();
  createTile();
  if (facts.readsOutside())
    repairSums(sums);
  setProducer(sums);
  program = std::make_unique<RowProgram>(*block.getBodyBlock(), layout, points,
                                         *tile);
  reduction = std::make_unique<RowReduction>(layout, rowDims, numbers, scope,
                                             launch.getKernel());
  for (unsigned round = 0; round < program->getNumRounds(); ++round)
    emitRound(round);
  emitStores();
}

/// The convolution's sums, by register of the layout.
SmallVector<Value> FusedKernel::emitSums() {
  OpBuilder &b = points.current;
  StageContext context{loc, facts, plan, place, createShared(), thread};
  UnitWalk units(b, context);
  FilterStage filterStage(b, context, units, packedFilter);
  std::unique_ptr<InputStage> inputStage = createInputStage(context, units);
  MainLoop loop(context, layout, units, filterStage, *inputStage, numbers,
                scope);
  return loop.emit(b);
}

/// True in a thread that holds a NaN.
Value FusedKernel::hasNaN(ArrayRef<Value> sums) {
  OpBuilder &b = points.current;
  // The same sums as a first round over the rows' forms, where there is one.
  SmallVector<Value> rows;
  for (int64_t row : layout.getRepresentatives(~rowDims)) {
    SmallVector<Value> values;
    for (int64_t reg : layout.getRegistersAlong(rowDims, row))
      values.push_back(sums[reg]);
    rows.push_back(
        RowReduction::reduceRegisters(b, loc, ReduceKind::Add, values));
  }
  Value total = RowReduction::reduceRegisters(b, loc, ReduceKind::Add, rows);
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, total, total);
}

/// The `count` sums of the products that there are, element by element.
SmallVector<Value> FusedKernel::formSumsAgain(OpBuilder &b, int64_t count) {
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getPrivateAddressSpace());
  OpBuilder entry =
      OpBuilder::atBlockBegin(&launch.getKernel().getBody().front());
  Value kept = memref::AllocaOp::create(
      entry, loc,
      MemRefType::get({count}, b.getF32Type(), MemRefLayoutAttrInterface(),
                      Attribute(space)));
  Int32Math m(b, loc);
  auto loop = scf::ForOp::create(b, loc, m.constant(0), m.constant(count),
                                 m.constant(1));
  OpBuilder body(loop.getBody()->getTerminator());
  SmallVector<Value> along = walk->getPosition(body, loop.getInductionVar());
  DataDims dims = block.getGeometryAttr().getGeometry().resultDims;
  SmallVector<Value> position(along.size());
  position[dims.batch] = along[0];
  position[dims.channel] = along[1];
  for (auto [axis, dim] : llvm::enumerate(dims.spatial))
    position[dim] = along[2 + axis];
  Value sum = PackedFilterEmitter(block, input, packedFilter, facts, plan)
                  .emit(body, position);
  if (!sum.getType().isF32())
    sum = arith::ExtFOp::create(body, loc, body.getF32Type(), sum);
  memref::StoreOp::create(body, loc, sum, kept,
                          Int32Math(body, loc).toIndex(loop.getInductionVar()));
  SmallVector<Value> again;
  for (int64_t i = 0; i < count; ++i)
    again.push_back(
        memref::LoadOp::create(b, loc, kept, IndexMath(b, loc).constant(i)));
  return again;
}

/// A region that takes sums in the operands' own type gets them rounded.
void FusedKernel::setProducer(ArrayRef<Value> sums) {
  Type type = block.getProducerArg().getType();
  SmallVector<Value> values;
  for (Value sum : sums) {
    if (sum.getType() != type)
      sum = arith::TruncFOp::create(points.current, loc, type, sum);
    values.push_back(sum);
  }
  tile->setProducer([values](int64_t reg) { return values[reg]; });
}

/// The zeros around the input make NaN of an infinite filter element, where
/// there is no product at all. A thread that holds a NaN, for whatever reason,
/// forms its sums again, of the products that there are.
void FusedKernel::repairSums(MutableArrayRef<Value> sums) {
  OpBuilder &b = points.current;
  int64_t count = static_cast<int64_t>(sums.size());
  SmallVector<Type> types(count, b.getF32Type());
  auto ifOp = scf::IfOp::create(b, loc, types, hasNaN(sums),
                                /*withElseRegion=*/true);
  OpBuilder otherwise = OpBuilder::atBlockEnd(ifOp.elseBlock());
  scf::YieldOp::create(otherwise, loc, sums);
  OpBuilder then = OpBuilder::atBlockEnd(ifOp.thenBlock());
  scf::YieldOp::create(then, loc, formSumsAgain(then, count));
  llvm::copy(ifOp.getResults(), sums.begin());
}

/// What this thread holds of row register `row`, reduced.
Value FusedKernel::reduceOwn(RowReduceOp op, int64_t row) {
  OpBuilder &b = points.current;
  SmallVector<int64_t> registers = layout.getRegistersAlong(rowDims, row);
  auto product = op.getValue().getDefiningOp<arith::MulFOp>();
  bool masked = llvm::any_of(registers, [&](int64_t reg) {
    return static_cast<bool>(tile->getMask(rowDims, reg));
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
    values.push_back(
        tile->maskOperand(op, rowDims, reg, program->get(op.getValue(), reg)));
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
  int64_t run = plan.run * facts.width.getPhases();
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
  int64_t run = plan.run * facts.width.getPhases();
  int64_t ahead = std::max<int64_t>(kAheadRegisters / run, 1);
  DimSet column = makeDimSet({kTileWidthDim});
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
      tile->store(runs[i], out, values);
  }
}

/// The tiles of all images, on the host.
Value FusedKernel::createNumTiles() {
  OpBuilder &host = launch.host();
  const ConvTransposeGeometry &geometry = block.getGeometryAttr().getGeometry();
  Value images;
  if (ShapedType::isDynamic(facts.batch))
    images = memref::DimOp::create(host, loc, block.getInputs()[0],
                                   geometry.inputDims.batch);
  else
    images = arith::ConstantIndexOp::create(host, loc, facts.batch);
  return tiles.createNumTiles(host, loc, images);
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
  llvm::Expected<RowNest> nest = buildConvNest(block);
  if (!nest)
    return block.emitError("schedule #upweave.fused has no kernel for this "
                           "block: ")
           << llvm::toString(nest.takeError());
  FusedKernel kernel(context, block, *nest, *fused);
  return kernel.emit(fused->blocksPerSM);
}
