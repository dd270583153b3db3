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

ScheduleAttr upweave::getSchedule(MLIRContext *context, ScheduleKind kind,
                                  const RowPlan &plan) {
  int64_t elements = plan.registers * (plan.alongRow ? 1 : plan.vector);
  return ScheduleAttr::get(context, kind, plan.warps, plan.threadsPerRow,
                           plan.vector, elements, plan.looped,
                           /*stages=*/0,
                           {plan.rowsPerThread, plan.tilesPerBlock},
                           plan.staged, InputStaging::Chosen);
}

llvm::Expected<RowPlan> upweave::getRowPlan(ScheduleAttr schedule,
                                            const RowFacts &facts,
                                            const RowTarget &target) {
  RowPlan plan = planStoredRows(facts, target);
  bool any = schedule.getWarps() || schedule.getLanes() ||
             schedule.getVector() || schedule.getRegisters();
  if (!any)
    return plan;
  auto set = [](int64_t &field, int64_t value) {
    if (value)
      field = value;
  };
  set(plan.warps, schedule.getWarps());
  set(plan.threadsPerRow, schedule.getLanes());
  set(plan.vector, schedule.getVector());
  if (int64_t elements = schedule.getRegisters())
    plan.registers =
        plan.alongRow ? elements : std::max<int64_t>(elements / plan.vector, 1);
  plan.looped = schedule.getLooped();
  plan.staged = schedule.getStaged();
  ArrayRef<int64_t> tile = schedule.getTile();
  if (tile.empty()) {
    plan.rowsPerThread = plan.tilesPerBlock = 1;
    // Numbers that cannot be used for a division are refused below.
    if (plan.vector > 0 && plan.warps > 0 && plan.threadsPerRow > 0)
      completeRowPlan(plan, facts, target);
  } else if (tile.size() == 2) {
    plan.rowsPerThread = tile[0];
    plan.tilesPerBlock = tile[1];
    plan.computeSharedBytes(facts);
  } else {
    return llvm::createStringError(
        "tile has %d numbers; a kernel over rows takes two, rows per thread "
        "and tiles per block",
        static_cast<int>(tile.size()));
  }
  if (llvm::Error error = plan.verify(facts, target))
    return error;
  return plan;
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
