//===- Cone.cpp - The consumers that may join a producer ------------------===//
// The forward walk that gives loops and results their coordinates.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Cone.h"

#include "Payload.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace upweave;

Cone::Cone(Value producer, bool isConv) : producer(producer), conv(isConv) {
  Layout layout;
  for (int64_t size : cast<RankedTensorType>(producer.getType()).getShape())
    layout.push_back(digits.create(size, /*isFree=*/false));
  layouts[producer] = std::move(layout);
  noteUses(producer);
}

/// Calls `fn` on what `op` and the operations in its regions use.
static void forEachUsed(Operation *op, function_ref<void(Value)> fn) {
  for (Value operand : op->getOperands())
    fn(operand);
  for (Region &region : op->getRegions())
    region.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        fn(operand);
    });
}

void Cone::noteUses(Value value) {
  Block *block = producer.getParentBlock();
  for (Operation *user : value.getUsers()) {
    Operation *ancestor = block->findAncestorOpInBlock(*user);
    if (ancestor && (!lastUser || lastUser->isBeforeInBlock(ancestor)))
      lastUser = ancestor;
  }
}

bool Cone::miss(Operation *op, StringRef id, const Twine &reason) {
  misses.push_back({op, id, reason.str()});
  return false;
}

//===----------------------------------------------------------------------===//
// Growing
//===----------------------------------------------------------------------===//

void Cone::grow() {
  Operation *def = producer.getDefiningOp();
  Operation *op =
      def ? def->getNextNode() : &producer.getParentBlock()->front();
  while (op && lastUser) {
    // What the operation is read before `lastUser` may move past it.
    Verdict verdict = visit(op);
    // Operations that follow one with side effects may not be moved before it,
    // as a block that takes its operand from there would be.
    if (verdict == Verdict::Outside && !isMemoryEffectFree(op))
      return;
    if (op == lastUser)
      return;
    op = op->getNextNode();
  }
}

Cone::Verdict Cone::visit(Operation *op) {
  bool fromCone = false, fromResult = false, fromOutside = false;
  forEachUsed(op, [&](Value value) {
    fromCone |= contains(value);
    fromResult |= contains(value) && (conv || value != producer);
    fromOutside |= outside.contains(value);
  });
  if (!fromCone && !fromOutside)
    return Verdict::Untouched;
  size_t mark = digits.mark();
  DigitList rowsBefore = rows;
  bool joined = false;
  if (!fromOutside)
    joined = join(op);
  else if (fromCone && isa<linalg::LinalgOp>(op))
    miss(op, "depends-on-result",
         "it also takes a value that is computed from the block's result");
  if (joined) {
    ops.push_back(op);
    members.insert(op);
    for (Value result : op->getResults())
      if (contains(result))
        noteUses(result);
    return Verdict::Joined;
  }
  digits.rollback(mark);
  rows = rowsBefore;
  // What takes only the stored tensor itself does not depend on the block.
  if (!fromResult && !fromOutside)
    return Verdict::Untouched;
  outside.insert(op->result_begin(), op->result_end());
  return Verdict::Outside;
}

bool Cone::join(Operation *op) {
  for (Type type : op->getResultTypes())
    if (!isa<RankedTensorType>(type))
      return false;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return joinLinalg(linalgOp);
  return joinReshape(op);
}

bool Cone::isLegal(ArrayRef<unsigned> list) const {
  DigitList resolved = digits.resolve(list);
  return llvm::none_of(ArrayRef(resolved).drop_front(resolved.empty() ? 0 : 1),
                       [&](unsigned digit) {
                         return ShapedType::isDynamic(digits.getSize(digit));
                       });
}

bool Cone::joinReshape(Operation *op) {
  Value result = op->getNumResults() == 1 ? op->getResult(0) : Value();
  if (!result)
    return false;
  Layout layout;
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    const Layout &source = getLayout(expand.getSrc());
    ArrayRef<int64_t> sizes = expand.getResultType().getShape();
    // From rank 0 there is no group: every dim is a unit one.
    if (source.empty())
      layout.resize(sizes.size());
    for (auto [i, group] : llvm::enumerate(expand.getReassociationIndices())) {
      FailureOr<Layout> parts =
          digits.split(source[i], sizes.slice(group.front(), group.size()));
      if (failed(parts))
        return miss(op, "reshape-not-absorbed",
                    "dimension " + Twine(i) +
                        " does not split along the domain's dimensions");
      llvm::append_range(layout, *parts);
    }
  } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    const Layout &source = getLayout(collapse.getSrc());
    for (ArrayRef<int64_t> group : collapse.getReassociationIndices()) {
      DigitList &list = layout.emplace_back();
      for (int64_t dim : group)
        list.append(source[dim]);
      if (!isLegal(list))
        return miss(op, "reshape-not-absorbed",
                    "it joins a dimension of dynamic size to others before it");
    }
  } else if (auto cast = dyn_cast<tensor::CastOp>(op)) {
    layout = getLayout(cast.getSource());
  } else {
    return false;
  }
  layouts[result] = std::move(layout);
  return true;
}

/// Checks that `operand` is read (or written) along plain dimensions, and, as
/// far as sizes are known, along all of each. What is written and what the cone
/// holds is wholly so: a zero stands for a dimension of size 1.
bool Cone::checkOperand(linalg::LinalgOp op, OpOperand &operand,
                        ArrayRef<int64_t> ranges) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  unsigned number = operand.getOperandNumber();
  bool isWhole = contains(operand.get()) || op.isDpsInit(&operand);
  if (isWhole ? !getMapLoops(map, operand.get()) : !isPlainMap(map))
    return miss(op, "operand-map",
                "operand " + Twine(number) +
                    " is not read along plain dimensions");
  // Beside dynamic sizes, nothing has verified the static ones.
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(operand.get().getType()).getShape();
  for (auto [expr, size] : llvm::zip_equal(map.getResults(), shape)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    int64_t range = dim ? ranges[dim.getPosition()] : size;
    if (size != range && !ShapedType::isDynamic(size) &&
        !ShapedType::isDynamic(range))
      return miss(op, "operand-map",
                  "operand " + Twine(number) + " has the size " + Twine(size) +
                      " where a loop runs over " + Twine(range));
  }
  return true;
}

/// Finds coordinates for all loops of `op`: those of its operands in the cone,
/// new free ones for loops along which it broadcasts.
bool Cone::placeLoops(linalg::LinalgOp op, Layout &loops) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  SmallVector<bool> isPlaced(op.getNumLoops());
  loops.resize(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    if (!checkOperand(op, operand, ranges))
      return false;
    auto it = layouts.find(operand.get());
    if (it == layouts.end())
      continue;
    SmallVector<int64_t> mapLoops =
        *getMapLoops(op.getMatchingIndexingMap(&operand), operand.get());
    if (op.isDpsInit(&operand)) {
      BlockArgument argument = getPayloadArgument(op, operand);
      if (!argument || argument.use_empty())
        continue;
      if (!isElementwise(op))
        return miss(op, "reduction-not-formed",
                    "it starts from what an element of the block holds");
    }
    for (auto [dim, loop] : llvm::enumerate(mapLoops)) {
      if (loop < 0)
        continue;
      if (isPlaced[loop] && failed(digits.equate(loops[loop], it->second[dim])))
        return miss(op, "layouts-differ",
                    "its operands have the block's dimensions in different "
                    "orders, at loop " +
                        Twine(loop));
      loops[loop] = it->second[dim];
      isPlaced[loop] = true;
    }
  }
  for (auto [loop, range] : llvm::enumerate(ranges))
    if (!isPlaced[loop])
      loops[loop] = digits.create(range, /*isFree=*/true);
  if (!digits.areDisjoint(loops))
    return miss(op, "layouts-differ",
                "two of its loops run over one dimension of the block");
  return llvm::all_of(loops,
                      [&](const DigitList &list) { return isLegal(list); });
}

bool Cone::checkPayload(linalg::LinalgOp op) {
  std::string whyNot;
  Operation *yield = op.getBlock()->getTerminator();
  for (OpResult result : op->getResults()) {
    unsigned number = result.getResultNumber();
    if (!isElementwise(op)) {
      // A dead result beside a live one does not matter.
      if (!result.use_empty() && failed(matchReduction(op, number, whyNot)))
        return miss(op, "reduction-not-formed", whyNot);
      continue;
    }
    if (failed(getPayloadSlice(op, yield->getOperand(number), whyNot)))
      return miss(op, "payload-not-inlined", whyNot);
  }
  bool readsChain = false;
  for (Operation &inner : *op.getBlock())
    for (Value operand : inner.getOperands())
      readsChain |= contains(operand);
  if (readsChain)
    return miss(op, "payload-not-inlined",
                "its payload reads elements of the block's result by index");
  return true;
}

/// Checks that the reduction loops of `op` are the block's rows, or makes them
/// that.
bool Cone::placeReduction(linalg::LinalgOp op, const Layout &loops) {
  std::optional<llvm::SmallBitVector> isReduced;
  for (OpResult result : op->getResults()) {
    if (result.use_empty())
      continue;
    std::optional<llvm::SmallBitVector> found =
        getReducedLoops(op, *op.getDpsInitOperand(result.getResultNumber()));
    if (!found || (isReduced && *isReduced != *found))
      return miss(op, "reduction-not-formed",
                  "its results are reduced over different loops");
    isReduced = found;
  }
  DigitList reduced;
  for (unsigned loop = 0; loop < loops.size(); ++loop) {
    if (isReduced && isReduced->test(loop))
      reduced.append(digits.resolve(loops[loop]));
    else if (digits.hasFree(loops[loop]))
      return miss(op, "not-a-row-reduction",
                  "its result has a dimension that the block has not");
  }
  if (digits.hasFree(reduced))
    return miss(op, "not-a-row-reduction",
                "it reduces over a dimension that the block has not");
  for (unsigned digit : reduced)
    if (ShapedType::isDynamic(digits.getSize(digit)))
      return miss(op, "dynamic-row",
                  "it reduces over a dimension of dynamic size; make that "
                  "size static");
  if (reduced.empty())
    return true;
  llvm::sort(reduced);
  if (rows.empty()) {
    rows = reduced;
    return true;
  }
  DigitList known = digits.resolve(rows);
  llvm::sort(known);
  if (known == reduced)
    return true;
  return miss(op, "rows-differ",
              "it reduces over other dimensions than the block's rows: a block "
              "has one set of row dimensions");
}

bool Cone::joinLinalg(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op->getNumRegions() != 1)
    return false;
  Layout loops;
  if (!placeLoops(op, loops) || !checkPayload(op) ||
      (!isElementwise(op) && !placeReduction(op, loops)))
    return false;
  for (OpResult result : op->getResults()) {
    if (!isElementwise(op) && result.use_empty())
      continue;
    OpOperand *init = op.getDpsInitOperand(result.getResultNumber());
    Layout layout;
    SmallVector<int64_t> mapLoops =
        *getMapLoops(op.getMatchingIndexingMap(init), init->get());
    for (int64_t loop : mapLoops)
      layout.push_back(loop < 0 ? DigitList() : loops[loop]);
    layouts[result] = std::move(layout);
  }
  loopLayouts[op] = std::move(loops);
  return true;
}

//===----------------------------------------------------------------------===//
// Finishing
//===----------------------------------------------------------------------===//

/// Binds the coordinates along which `op` only broadcasts to the rows, if they
/// have the rows' sizes and the operation has no other coordinate there.
void Cone::settleBroadcast(Operation *op) {
  DigitList free, used;
  for (const DigitList &list : getLoops(op))
    for (unsigned digit : digits.resolve(list))
      (digits.isFree(digit) ? free : used).push_back(digit);
  DigitList rowDigits = getRowDigits();
  if (free.empty() || llvm::any_of(rowDigits, [&](unsigned digit) {
        return llvm::is_contained(used, digit);
      }))
    return;
  size_t mark = digits.mark();
  if (failed(digits.equate(free, rowDigits)))
    digits.rollback(mark);
}

/// True when `op` takes only values of the cone that are still part of it, and
/// its coordinates are coordinates of the domain, each once.
bool Cone::isSettled(Operation *op) {
  auto isPlain = [&](const Layout &layout) {
    return digits.areDisjoint(layout) &&
           llvm::all_of(layout, [&](const DigitList &list) {
             return !digits.hasFree(list) && isLegal(list);
           });
  };
  bool takesDropped = false;
  forEachUsed(op, [&](Value used) { takesDropped |= outside.contains(used); });
  if (takesDropped)
    return false;
  if (loopLayouts.contains(op)) {
    settleBroadcast(op);
    if (!isPlain(getLoops(op)))
      return false;
  }
  return llvm::all_of(op->getResults(), [&](Value result) {
    return !contains(result) || isPlain(getLayout(result));
  });
}

/// Removes operations, and their results, that are not kept. `isKept` is asked
/// in program order and may rely on the results dropped before.
void Cone::drop(function_ref<bool(Operation *)> isKept) {
  SmallVector<Operation *> kept;
  for (Operation *op : ops) {
    if (isKept(op)) {
      kept.push_back(op);
      continue;
    }
    members.erase(op);
    loopLayouts.erase(op);
    for (Value result : op->getResults()) {
      layouts.erase(result);
      outside.insert(result);
    }
  }
  ops = std::move(kept);
}

/// Keeps what a reduction depends on or what depends on one: an elementwise
/// consumer of a stored tensor gains nothing from being in its block.
void Cone::keepRelevant() {
  llvm::DenseSet<Operation *> relevant;
  auto isReduction = [](Operation *op) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    return linalgOp && !isElementwise(linalgOp);
  };
  for (Operation *op : ops)
    if (isReduction(op) || llvm::any_of(op->getOperands(), [&](Value operand) {
          Operation *def = operand.getDefiningOp();
          return def && contains(operand) && relevant.contains(def);
        }))
      relevant.insert(op);
  for (Operation *op : llvm::reverse(ops))
    if (llvm::any_of(op->getUsers(),
                     [&](Operation *user) { return relevant.contains(user); }))
      relevant.insert(op);
  drop([&](Operation *op) { return relevant.contains(op); });
}

void Cone::finish() {
  drop([&](Operation *op) { return isSettled(op); });
  if (!conv)
    keepRelevant();
  bool hasRows = llvm::any_of(ops, [&](Operation *op) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    return linalgOp && !isElementwise(linalgOp);
  });
  if (!hasRows)
    rows.clear();
}

SmallVector<Value> Cone::getRoots() const {
  Block *block = Value(producer).getParentBlock();
  llvm::SetVector<Value> roots;
  auto addIfUsed = [&](Value value) {
    bool isUsed = llvm::any_of(value.getUsers(), [&](Operation *user) {
      return !members.contains(block->findAncestorOpInBlock(*user));
    });
    if (!isUsed)
      return;
    // Reshapes cost nothing where they are: the result is what they reshape.
    while (members.contains(value.getDefiningOp()) &&
           !isa<linalg::LinalgOp>(value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    if (conv || value != producer)
      roots.insert(value);
  };
  if (conv)
    addIfUsed(producer);
  for (Operation *op : ops)
    for (Value result : op->getResults())
      if (contains(result))
        addIfUsed(result);
  return roots.takeVector();
}
