//===- BlockPlan.cpp - Plans of blocks and their schedules ----------------===//
// Gathers the facts of a block's rows and translates between plan and schedule.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/BlockPlan.h"

#include "Upweave/Schedule/Occupancy.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace upweave;

RowNest upweave::getStoredNest(BlockOp block) {
  return buildRowNest(block, /*keepRows=*/block.hasCollectives());
}

namespace {
/// The rounds of reductions a region takes, and their widest round's bytes.
struct ReductionFacts {
  int64_t rounds = 0;
  int64_t bytesPerRound = 0;
};
} // namespace

static int64_t getStatisticBytes(Type type) {
  unsigned bits = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  return std::max<int64_t>(4, bits / 8);
}

static ReductionFacts getReductionFacts(BlockOp block) {
  DenseMap<Value, int64_t> level;
  DenseMap<int64_t, int64_t> bytes;
  ReductionFacts facts;
  for (Operation &op : block.getBodyBlock()->without_terminator()) {
    int64_t round = 0;
    for (Value operand : op.getOperands())
      round = std::max(round, level.lookup(operand));
    if (isa<RowReduceOp>(op)) {
      bytes[round++] += getStatisticBytes(op.getResult(0).getType());
    } else if (isa<LayerNormOp>(op)) {
      // A sum, then two.
      int64_t size = getStatisticBytes(op.getResult(0).getType());
      bytes[round++] += size;
      bytes[round++] += 2 * size;
    }
    for (Value result : op.getResults())
      level[result] = round;
    facts.rounds = std::max(facts.rounds, round);
  }
  for (auto &entry : bytes)
    facts.bytesPerRound = std::max(facts.bytesPerRound, entry.second);
  return facts;
}

/// True if `operand` has an element of its own for every row and element.
static bool isWhole(const RowNest &nest, const NestOperand &operand) {
  bool rows = false, elements = false;
  for (unsigned loop = 0; loop < nest.getNumLoops(); ++loop)
    (nest.isRowLoop(loop) ? elements : rows) |= operand.variesAlong(loop);
  return !operand.isScalar && rows && elements;
}

SmallVector<unsigned> upweave::getRereadArguments(BlockOp block,
                                                  const RowNest &nest) {
  // What a reduction needs is needed again by the next pass: backwards from
  // the reductions.
  DenseSet<Value> needed;
  for (Operation &op : llvm::reverse(block.getBodyBlock()->getOperations()))
    if (isa<RowReduceOp, LayerNormOp>(op) ||
        llvm::any_of(op.getResults(),
                     [&](Value value) { return needed.contains(value); }))
      needed.insert(op.operand_begin(), op.operand_end());
  SmallVector<unsigned> list;
  for (BlockArgument arg : block.getBodyBlock()->getArguments()) {
    unsigned number = arg.getArgNumber();
    if (block.isConv() && number == 0) {
      // It stands for the stored result of a split's first kernel.
      if (needed.contains(arg))
        list.push_back(number);
      continue;
    }
    const NestOperand &operand =
        number ? nest.params[number - 1] : nest.producer;
    if (needed.contains(arg) && isWhole(nest, operand))
      list.push_back(number);
  }
  return list;
}

RowFacts upweave::getRowFacts(BlockOp block, const RowNest &nest) {
  RowFacts facts;
  facts.rowLength = nest.getRowLength();
  facts.numRows = nest.getNumRows();
  facts.alongRow = nest.alongRow;
  facts.elementBytes = std::max(nest.producer.elementBits / 8, 1u);
  facts.maxVector = nest.getVector(nest.producer);
  for (const NestOperand &out : nest.outs)
    facts.maxVector = std::max(facts.maxVector, nest.getVector(out));
  for (unsigned arg : getRereadArguments(block, nest)) {
    const NestOperand &operand = arg ? nest.params[arg - 1] : nest.producer;
    facts.rereadBytes += std::max(operand.elementBits / 8, 1u);
  }
  ReductionFacts reductions = getReductionFacts(block);
  facts.rounds = reductions.rounds;
  facts.partialBytes = reductions.bytesPerRound;
  return facts;
}

RowsScheduleAttr upweave::getSchedule(MLIRContext *context,
                                      const RowBlock &rows) {
  const RowPlan &plan = rows.plan;
  int64_t elements = plan.registers * (plan.alongRow ? 1 : plan.vector);
  return RowsScheduleAttr::get(context, plan.warps, plan.threadsPerRow,
                               plan.vector, elements, plan.looped, plan.staged,
                               plan.rowsPerThread, plan.tilesPerBlock,
                               rows.blocksPerSM);
}

llvm::Error upweave::refuseIncomplete(StringRef missing) {
  return llvm::createStringError("it leaves out '" + missing +
                                 "': run upweave-select-schedule, which "
                                 "chooses what is left out");
}

llvm::Error RowBlock::verify(const RowTarget &target) const {
  if (llvm::Error error = plan.verify(facts, target))
    return error;
  int64_t most =
      std::min(target.warpsPerMultiprocessor / plan.warps,
               countBlocksByShared(target.sharedBytesPerMultiprocessor,
                                   plan.getBlockBytes(facts)));
  if (blocksPerSM > std::max<int64_t>(most, 1))
    return llvm::createStringError(
        "blocks_per_sm = " + Twine(blocksPerSM) +
        ", but a multiprocessor has the shared memory and the warps of " +
        Twine(most));
  return llvm::Error::success();
}

/// What a complete schedule says. The error says which number is not legal, and
/// why.
static llvm::Expected<RowBlock> readRowBlock(RowsScheduleAttr schedule,
                                             const RowFacts &facts,
                                             const RowTarget &target) {
  if (std::optional<StringRef> missing = schedule.getMissingField())
    return refuseIncomplete(*missing);
  RowBlock rows{facts, {}, schedule.getBlocksPerSM()};
  RowPlan &plan = rows.plan;
  plan.alongRow = facts.alongRow;
  plan.vector = schedule.getVector();
  plan.threadsPerRow = schedule.getLanes();
  plan.registers = schedule.getRegisters();
  if (!plan.alongRow)
    plan.registers = std::max<int64_t>(plan.registers / plan.vector, 1);
  plan.rowsPerThread = schedule.getRowsPerThread();
  plan.warps = schedule.getWarps();
  plan.tilesPerBlock = schedule.getTilesPerBlock();
  plan.looped = schedule.getLooped();
  plan.staged = schedule.getStaged();
  plan.computeSharedBytes(facts);
  if (llvm::Error error = rows.verify(target))
    return error;
  return rows;
}

FailureOr<RowBlock> upweave::getRowBlock(BlockOp block) {
  RowFacts facts = getRowFacts(block, getStoredNest(block));
  FailureOr<TargetDescription> target = getTargetOrDefault(block);
  if (failed(target))
    return failure();
  llvm::Expected<RowBlock> rows =
      readRowBlock(cast<RowsScheduleAttr>(block.getScheduleAttr()), facts,
                   getRowTarget(*target));
  if (!rows)
    return block.emitError("schedule is not legal here: ")
           << llvm::toString(rows.takeError());
  return *rows;
}

RowTarget upweave::getRowTarget(const TargetDescription &target) {
  RowTarget rows;
  rows.multiprocessors = target.multiprocessors;
  rows.sharedBytesPerBlock =
      std::min(target.sharedBytesPerBlock, kMaxStaticSharedBytes);
  rows.stagedBytesPerBlock = target.sharedBytesPerBlock;
  rows.sharedBytesPerMultiprocessor = target.sharedBytesPerMultiprocessor;
  rows.maxWarpsPerBlock = target.threadsPerBlock / 32;
  rows.warpsPerMultiprocessor = target.warpsPerMultiprocessor;
  return rows;
}
