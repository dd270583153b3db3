//===- SimplifySource.cpp - What later stages need not know ---------------===//
// Takes ops apart that stand for several, and drops work on no elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_SIMPLIFYSOURCE
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

/// True for tensors of static shape in which a size is 0.
static bool isEmpty(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() == 0;
}

/// What `op` gives without having computed anything, because it works on no
/// elements; nothing if it does work.
static std::optional<SmallVector<Value>> getWithoutWork(Operation *op,
                                                        OpBuilder &builder) {
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
    if (isEmpty(insert.getSourceType()))
      return SmallVector<Value>{insert.getDest()};
  } else if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    Value value = pad.getConstantPaddingValue();
    RankedTensorType type = pad.getResultType();
    if (value && isEmpty(pad.getSourceType()) && type.hasStaticShape() &&
        !isEmpty(type)) {
      Value empty =
          tensor::EmptyOp::create(builder, op->getLoc(), type, ValueRange());
      return SmallVector<Value>{
          linalg::FillOp::create(builder, op->getLoc(), value, empty)
              .getResult(0)};
    }
  } else if (auto contraction = dyn_cast<linalg::LinalgOp>(op)) {
    // A sum over nothing is what it starts from.
    if (contraction.hasPureTensorSemantics() &&
        llvm::is_contained(contraction.getStaticLoopRanges(), 0))
      return SmallVector<Value>(contraction.getDpsInits());
  }
  return std::nullopt;
}

/// Upstream's verifier takes the dimensions of a group on trust.
static LogicalResult verifyGroups(Operation *op, int64_t rank,
                                  ArrayRef<ReassociationIndices> groups) {
  int64_t next = 0;
  for (const ReassociationIndices &group : groups)
    for (int64_t dim : group)
      if (dim != next++)
        return op->emitError("'")
               << op->getName() << "' names dimension " << dim
               << " where its groups must go on with " << next - 1;
  if (next == rank || groups.empty())
    return success();
  return op->emitError("'") << op->getName() << "' has groups of " << next
                            << " dimensions, of " << rank << " there are";
}

LogicalResult upweave::verifyReshapes(Operation *root) {
  WalkResult walked = root->walk([](Operation *op) {
    LogicalResult result = success();
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      result = verifyGroups(op, expand.getResultType().getRank(),
                            expand.getReassociationIndices());
    else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
      result = verifyGroups(op, collapse.getSrcType().getRank(),
                            collapse.getReassociationIndices());
    return failed(result) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(walked.wasInterrupted());
}

FailureOr<unsigned> upweave::decomposeComposites(Operation *root) {
  SmallVector<linalg::AggregatedOpInterface> ops;
  root->walk([&](linalg::AggregatedOpInterface op) {
    if (llvm::all_of(op->getResultTypes(), llvm::IsaPred<RankedTensorType>) &&
        op->getNumResults() > 0)
      ops.push_back(op);
  });
  for (linalg::AggregatedOpInterface op : ops) {
    OpBuilder builder(op);
    FailureOr<SmallVector<Value>> values = op.decomposeOperation(builder);
    if (failed(values))
      return op->emitError("'")
             << op->getName() << "' cannot be taken apart into linalg ops";
    op->replaceAllUsesWith(*values);
    op->erase();
  }
  return ops.size();
}

namespace {
struct SimplifySourcePass
    : upweave::impl::SimplifySourceBase<SimplifySourcePass> {
  void runOnOperation() override {
    if (failed(upweave::verifyReshapes(getOperation())))
      return signalPassFailure();
    FailureOr<unsigned> decomposed =
        upweave::decomposeComposites(getOperation());
    if (failed(decomposed))
      return signalPassFailure();
    numDecomposed += *decomposed;
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (op->getNumResults() > 0 && isMemoryEffectFree(op) &&
          !isa<tensor::EmptyOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      dropEmpty(op);
  }

private:
  /// Replaces what `op` makes of no elements, or as tensors of none.
  void dropEmpty(Operation *op) {
    OpBuilder builder(op);
    if (auto values = getWithoutWork(op, builder)) {
      op->replaceAllUsesWith(*values);
      op->erase();
      ++numDropped;
      return;
    }
    bool replaced = false;
    for (OpResult result : op->getResults()) {
      if (!isEmpty(result.getType()) || result.use_empty())
        continue;
      result.replaceAllUsesWith(tensor::EmptyOp::create(
          builder, op->getLoc(), cast<RankedTensorType>(result.getType()),
          ValueRange()));
      replaced = true;
    }
    if (replaced && op->use_empty()) {
      op->erase();
      ++numDropped;
    }
  }
};
} // namespace
