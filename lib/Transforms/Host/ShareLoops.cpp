//===- ShareLoops.cpp - Loops of host code divided among threads ----------===//
// Each thread of a team runs the same function and its part of each loop.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostLoops.h"
#include "HostTeam.h"

#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_SHARELOOPS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace upweave;

/// A loop is divided along its outer dimensions, as many as make this many
/// parts: enough to load 64 threads evenly. The dimensions inside keep their
/// static bounds, which the optimiser makes use of.
static constexpr uint64_t kParts = 1024;

namespace {
/// How the threads of a team run an operation of the function's body.
enum class Sharing {
  Replicated, ///< Each thread on its own: values, addresses, stack buffers.
  Read,       ///< Each thread on its own, once what it reads was written.
  Divided,    ///< Each thread some iterations.
  Single      ///< The first thread alone.
};

/// Divides the loops of one function.
class LoopSharing {
public:
  LoopSharing(func::FuncOp func, int64_t minWork)
      : func(func), loc(func.getLoc()), minWork(minWork) {}

  unsigned run();

private:
  void lowerLinalg();
  Sharing classify(Operation &op) const;
  bool isWorthDividing(scf::ParallelOp loop) const;
  void divide(scf::ParallelOp loop);
  std::pair<Value, Value> createPart(OpBuilder &builder, Value parts,
                                     Value work);
  void emitPart(scf::ParallelOp loop, unsigned outer, Value begin, Value end);
  void moveBody(OpBuilder &builder, scf::ParallelOp loop, unsigned outer,
                SmallVector<Value> indices);
  void runOnFirst(ArrayRef<Operation *> ops);

  func::FuncOp func;
  Location loc;
  int64_t minWork;
  Value team, thread, count;
};
} // namespace

/// True if no two iterations of the op's parallel loops write one element.
static bool hasIndependentIterations(linalg::LinalgOp op) {
  SmallVector<unsigned> parallel;
  op.getParallelDims(parallel);
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    for (unsigned dim : parallel)
      if (!llvm::is_contained(map.getResults(),
                              getAffineDimExpr(dim, op->getContext())))
        return false;
  }
  return true;
}

/// Linalg ops of the function's body become loops, parallel ones outermost
/// where that is what the op says.
void LoopSharing::lowerLinalg() {
  IRRewriter rewriter(func.getContext());
  for (Operation &op : llvm::make_early_inc_range(func.getBody().front())) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (!linalgOp || !linalgOp.hasPureBufferSemantics())
      continue;
    rewriter.setInsertionPoint(linalgOp);
    FailureOr<linalg::LinalgLoops> loops =
        hasIndependentIterations(linalgOp)
            ? linalg::linalgOpToParallelLoops(rewriter, linalgOp)
            : linalg::linalgOpToLoops(rewriter, linalgOp);
    if (succeeded(loops))
      rewriter.eraseOp(linalgOp);
  }
}

/// Innermost iterations of the operations in `block`; loops of unknown length
/// count once.
static uint64_t getWork(Block &block) {
  uint64_t work = 0;
  for (Operation &op : block) {
    uint64_t trips = 1;
    if (auto loop = dyn_cast<scf::ForOp>(op))
      if (std::optional<APInt> known = loop.getStaticTripCount())
        trips = known->getLimitedValue();
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        work = llvm::SaturatingAdd(
            work, llvm::SaturatingMultiply(trips, getWork(inner)));
  }
  return std::max<uint64_t>(work, 1);
}

/// The number of iterations over the first `dims` dimensions, with 1 for
/// dynamic sizes.
static uint64_t getStaticSize(scf::ParallelOp loop, unsigned dims) {
  uint64_t size = 1;
  for (Value upper : loop.getUpperBound().take_front(dims))
    if (std::optional<int64_t> known = getConstantIntValue(upper))
      size = llvm::SaturatingMultiply(size, uint64_t(*known));
  return size;
}

/// True unless the work is known to be little, or cannot be divided.
bool LoopSharing::isWorthDividing(scf::ParallelOp loop) const {
  bool isDynamic = llvm::any_of(loop.getUpperBound(), [](Value upper) {
    return !getConstantIntValue(upper);
  });
  uint64_t size = getStaticSize(loop, loop.getNumLoops());
  uint64_t work = llvm::SaturatingMultiply(size, getWork(*loop.getBody()));
  return isDynamic ? size != 0 : size > 1 && work >= uint64_t(minWork);
}

Sharing LoopSharing::classify(Operation &op) const {
  if (isMemoryEffectFree(&op) || isa<memref::AllocaOp>(op))
    return Sharing::Replicated;
  if (auto loop = dyn_cast<scf::ParallelOp>(op)) {
    bool isNormal = llvm::all_of(loop.getLowerBound(), isZeroInteger) &&
                    llvm::all_of(loop.getStep(), isOneInteger) &&
                    loop->use_empty();
    return isNormal && isWorthDividing(loop) ? Sharing::Divided
                                             : Sharing::Single;
  }
  auto effects = getEffectsRecursively(&op);
  bool onlyReads = effects && llvm::all_of(*effects, [](auto &effect) {
                     return isa<MemoryEffects::Read>(effect.getEffect());
                   });
  return onlyReads ? Sharing::Read : Sharing::Single;
}

/// Emits the first and the end of the parts that this thread takes of `parts`,
/// each of which is `work` iterations: about the same number a thread, or all
/// for the first thread where there is little to do.
std::pair<Value, Value> LoopSharing::createPart(OpBuilder &b, Value parts,
                                                Value work) {
  Value total = arith::MulIOp::create(b, loc, parts, work);
  Value little = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, total,
                                       createIndex(b, loc, minWork));
  Value one = createIndex(b, loc, 1);
  Value sharers = arith::SelectOp::create(b, loc, little, one, count);
  auto boundary = [&](Value number) -> Value {
    Value scaled = arith::MulIOp::create(b, loc, parts, number);
    Value at = arith::DivUIOp::create(b, loc, scaled, sharers);
    return arith::MinUIOp::create(b, loc, at, parts);
  };
  Value next = arith::AddIOp::create(b, loc, thread, one);
  return {boundary(thread), boundary(next)};
}

/// Moves the loop's body into loops over its dims from `outer` on, at the
/// builder's place; `indices` are those of the dims before.
void LoopSharing::moveBody(OpBuilder &builder, scf::ParallelOp loop,
                           unsigned outer, SmallVector<Value> indices) {
  SmallVector<Value> sizes(loop.getUpperBound().drop_front(outer));
  createLoopNest(builder, loc, sizes, {},
                 [&](OpBuilder &b, ArrayRef<Value> inner, ArrayRef<Value>) {
                   llvm::append_range(indices, inner);
                   Block *body = loop.getBody();
                   body->getTerminator()->erase();
                   IRRewriter rewriter(b);
                   rewriter.inlineBlockBefore(body, b.getInsertionBlock(),
                                              b.getInsertionPoint(), indices);
                   return SmallVector<Value>();
                 });
}

/// Emits the parts [begin, end) of the dims before `outer`, numbered in
/// row-major order. The last of these dims is a loop of its own, cut at both
/// ends, so that divisions are done once for many parts.
void LoopSharing::emitPart(scf::ParallelOp loop, unsigned outer, Value begin,
                           Value end) {
  OpBuilder b(loop);
  Value one = createIndex(b, loc, 1);
  SmallVector<Value> sizes(loop.getUpperBound().take_front(outer));
  if (outer == 1) {
    auto line = scf::ForOp::create(b, loc, begin, end, one);
    b.setInsertionPointToStart(line.getBody());
    return moveBody(b, loop, outer, {line.getInductionVar()});
  }
  Value length = sizes.pop_back_val(), zero = createIndex(b, loc, 0);
  Value divisor = arith::MaxUIOp::create(b, loc, length, one);
  Value first = arith::DivUIOp::create(b, loc, begin, divisor);
  Value last = arith::CeilDivUIOp::create(b, loc, end, divisor);
  auto lines = scf::ForOp::create(b, loc, first, last, one);
  b.setInsertionPointToStart(lines.getBody());
  Value rest = lines.getInductionVar();
  Value base = arith::MulIOp::create(b, loc, rest, length);
  Value from = arith::SubIOp::create(b, loc, begin, base);
  from = arith::MaxSIOp::create(b, loc, from, zero);
  Value to = arith::SubIOp::create(b, loc, end, base);
  to = arith::MinSIOp::create(b, loc, to, length);
  SmallVector<Value> indices(outer);
  for (unsigned dim = outer - 2; dim > 0; --dim) {
    indices[dim] = arith::RemUIOp::create(b, loc, rest, sizes[dim]);
    rest = arith::DivUIOp::create(b, loc, rest, sizes[dim]);
  }
  indices[0] = rest;
  auto line = scf::ForOp::create(b, loc, from, to, one);
  indices.back() = line.getInductionVar();
  b.setInsertionPointToStart(line.getBody());
  moveBody(b, loop, outer, std::move(indices));
}

/// Replaces `loop` by this thread's part of it.
void LoopSharing::divide(scf::ParallelOp loop) {
  loc = loop.getLoc();
  OpBuilder b(loop);
  unsigned outer = 1;
  while (outer < loop.getNumLoops() && getStaticSize(loop, outer) < kParts)
    ++outer;
  Value parts = loop.getUpperBound().front();
  for (Value size : loop.getUpperBound().slice(1, outer - 1))
    parts = arith::MulIOp::create(b, loc, parts, size);
  Value work = createIndex(b, loc, getWork(*loop.getBody()));
  for (Value size : loop.getUpperBound().drop_front(outer))
    work = arith::MulIOp::create(b, loc, work, size);
  auto [begin, end] = createPart(b, parts, work);
  emitPart(loop, outer, begin, end);
  loop.erase();
}

/// Moves consecutive operations of the function's body under a condition that
/// holds for the first thread.
void LoopSharing::runOnFirst(ArrayRef<Operation *> ops) {
  if (ops.empty())
    return;
  OpBuilder b(ops.back()); // What it uses may be defined after the first.
  Location at = ops.front()->getLoc();
  Value isFirst = arith::CmpIOp::create(b, at, arith::CmpIPredicate::eq, thread,
                                        createIndex(b, at, 0));
  auto guard = scf::IfOp::create(b, at, isFirst, /*withElseRegion=*/false);
  for (Operation *op : ops)
    op->moveBefore(guard.thenYield());
}

unsigned LoopSharing::run() {
  lowerLinalg();
  // Groups of operations with a barrier between any two.
  SmallVector<std::pair<Sharing, SmallVector<Operation *>>> phases;
  bool isOpen = false; // An op on one thread gave a value: all that follow do.
  unsigned numDivided = 0;
  for (Operation &op : func.getBody().front().without_terminator()) {
    Sharing sharing = isOpen ? Sharing::Single : classify(op);
    if (sharing == Sharing::Replicated)
      continue;
    isOpen |= sharing == Sharing::Single && !op.use_empty();
    numDivided += sharing == Sharing::Divided;
    if (phases.empty() || phases.back().first != sharing ||
        sharing == Sharing::Divided)
      phases.push_back({sharing, {}});
    phases.back().second.push_back(&op);
  }
  if (numDivided == 0 && !findTeam(func))
    return 0;
  team = getOrAddTeam(func);
  OpBuilder builder = OpBuilder::atBlockBegin(&func.getBody().front());
  thread = loadThread(builder, loc, team);
  count = loadThreadCount(builder, loc, team);
  for (auto [i, phase] : llvm::enumerate(phases)) {
    auto &[sharing, ops] = phase;
    if (i > 0) {
      OpBuilder between(ops.front());
      createBarrier(between, ops.front()->getLoc(), team);
    }
    if (sharing == Sharing::Divided)
      divide(cast<scf::ParallelOp>(ops.front()));
    else if (sharing == Sharing::Single)
      runOnFirst(ops);
  }
  return numDivided;
}

namespace {
struct ShareLoopsPass : upweave::impl::ShareLoopsBase<ShareLoopsPass> {
  using ShareLoopsBase::ShareLoopsBase;

  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (isEntryPoint(func) && func.getBody().hasOneBlock() &&
          func.getNumResults() == 0)
        numDivided += LoopSharing(func, minWork).run();
  }
};
} // namespace
