//===- Payload.cpp - Scalar programs of linalg operations -----------------===//
// Slices of payloads, and reductions split into a map and a combination.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Payload.h"

#include "Upweave/Analysis/ElementView.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace upweave;

/// The reduction that `op` does one step of.
static std::optional<ReduceKind> getKind(Operation *op) {
  return TypeSwitch<Operation *, std::optional<ReduceKind>>(op)
      .Case<arith::AddFOp, arith::AddIOp>([](auto) { return ReduceKind::Add; })
      .Case<arith::MulFOp, arith::MulIOp>([](auto) { return ReduceKind::Mul; })
      .Case([](arith::MaximumFOp) { return ReduceKind::MaximumF; })
      .Case([](arith::MaxNumFOp) { return ReduceKind::MaxNumF; })
      .Case([](arith::MinimumFOp) { return ReduceKind::MinimumF; })
      .Case([](arith::MinNumFOp) { return ReduceKind::MinNumF; })
      .Case([](arith::MaxSIOp) { return ReduceKind::MaxSI; })
      .Case([](arith::MaxUIOp) { return ReduceKind::MaxUI; })
      .Case([](arith::MinSIOp) { return ReduceKind::MinSI; })
      .Case([](arith::MinUIOp) { return ReduceKind::MinUI; })
      .Case([](arith::AndIOp) { return ReduceKind::AndI; })
      .Case([](arith::OrIOp) { return ReduceKind::OrI; })
      .Case([](arith::XOrIOp) { return ReduceKind::XorI; })
      .Default(std::nullopt);
}

BlockArgument upweave::getPayloadArgument(linalg::LinalgOp op,
                                          OpOperand &operand) {
  if (operand.getOperandNumber() >= op.getBlock()->getNumArguments())
    return {};
  return op.getMatchingBlockArgument(&operand);
}

FailureOr<ReductionPayload> upweave::matchReduction(linalg::LinalgOp op,
                                                    unsigned result,
                                                    std::string &whyNot) {
  auto fail = [&](const Twine &reason) {
    whyNot = reason.str();
    return failure();
  };
  BlockArgument acc = getPayloadArgument(op, *op.getDpsInitOperand(result));
  Value yielded = op.getBlock()->getTerminator()->getOperand(result);
  Operation *combine = yielded.getDefiningOp();
  if (!acc || !combine || combine->getBlock() != op.getBlock() ||
      combine->getNumOperands() != 2)
    return fail("its payload does not combine each element with what was "
                "accumulated");
  std::optional<ReduceKind> kind = getKind(combine);
  if (!kind)
    return fail("'" + combine->getName().getStringRef() +
                "' is no reduction that blocks know");
  unsigned position = combine->getOperand(0) == acc ? 0 : 1;
  if (combine->getOperand(position) != acc)
    return fail("'" + combine->getName().getStringRef() +
                "' does not take what was accumulated as an operand");
  Value mapped = combine->getOperand(1 - position);

  FailureOr<SmallVector<Operation *>> slice =
      getPayloadSlice(op, mapped, whyNot);
  if (failed(slice))
    return failure();
  auto readsAccumulator = [&](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && argument.getOwner() == op.getBlock() &&
           argument.getArgNumber() >= op.getNumDpsInputs();
  };
  if (readsAccumulator(mapped) || llvm::any_of(*slice, [&](Operation *inner) {
        return llvm::any_of(inner->getOperands(), readsAccumulator);
      }))
    return fail("what it adds to its accumulator depends on the accumulator");
  // What a product starts from cannot be multiplied in last: it may overflow on
  // the way where the source, from 0 on, does not.
  if (*kind == ReduceKind::Mul && isa<FloatType>(mapped.getType())) {
    Value init = op.getDpsInitOperand(result)->get();
    auto start = dyn_cast_or_null<FloatAttr>(getSplatValue(init));
    if (!start || !start.getValue().isExactlyValue(1.0))
      return fail("it is a product that starts from another number than 1");
  }
  return ReductionPayload{*kind, mapped};
}

FailureOr<SmallVector<Operation *>>
upweave::getPayloadSlice(linalg::LinalgOp op, ValueRange roots,
                         std::string &whyNot) {
  llvm::SmallPtrSet<Operation *, 16> wanted;
  auto want = [&](Value value) {
    Operation *def = value.getDefiningOp();
    if (def && def->getBlock() == op.getBlock())
      wanted.insert(def);
  };
  for (Value root : roots)
    want(root);
  SmallVector<Operation *> slice;
  for (Operation &inner : llvm::reverse(op.getBlock()->without_terminator())) {
    if (!wanted.contains(&inner))
      continue;
    if (!isa<linalg::IndexOp>(inner) && !isBlockRegionOp(&inner)) {
      whyNot = ("'" + inner.getName().getStringRef() +
                "' in its payload is no operation on scalars that may stand in "
                "a block")
                   .str();
      return failure();
    }
    slice.push_back(&inner);
    for (Value operand : inner.getOperands())
      want(operand);
  }
  std::reverse(slice.begin(), slice.end());
  return slice;
}

std::optional<SmallVector<int64_t>> upweave::getMapLoops(AffineMap map,
                                                         Value operand) {
  ArrayRef<int64_t> shape = cast<ShapedType>(operand.getType()).getShape();
  SmallVector<int64_t> loops;
  for (auto [expr, size] : llvm::zip_equal(map.getResults(), shape)) {
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      loops.push_back(dim.getPosition());
      continue;
    }
    auto constant = dyn_cast<AffineConstantExpr>(expr);
    if (!constant || constant.getValue() != 0 || size != 1)
      return std::nullopt;
    loops.push_back(-1);
  }
  return loops;
}

bool upweave::isPlainMap(AffineMap map) {
  return llvm::all_of(map.getResults(), [](AffineExpr expr) {
    auto constant = dyn_cast<AffineConstantExpr>(expr);
    return isa<AffineDimExpr>(expr) || (constant && constant.getValue() == 0);
  });
}

std::optional<llvm::SmallBitVector>
upweave::getReducedLoops(linalg::LinalgOp op, OpOperand &init) {
  std::optional<SmallVector<int64_t>> named =
      getMapLoops(op.getMatchingIndexingMap(&init), init.get());
  if (!named)
    return std::nullopt;
  llvm::SmallBitVector reduced(op.getNumLoops(), true);
  for (int64_t loop : *named) {
    if (loop >= 0 && !reduced.test(loop))
      return std::nullopt;
    if (loop >= 0)
      reduced.reset(loop);
  }
  for (auto [loop, range] : llvm::enumerate(op.getStaticLoopRanges()))
    if (range == 1)
      reduced.reset(loop);
  return reduced;
}

bool upweave::isElementwise(linalg::LinalgOp op) {
  return llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    if (!isa<ShapedType>(init.get().getType()))
      return false;
    std::optional<llvm::SmallBitVector> reduced = getReducedLoops(op, init);
    return reduced && reduced->none();
  });
}
