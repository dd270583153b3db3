//===- RaiseConvTranspose.cpp - Contractions to upweave.conv_transpose ----===//
// The pass of stage 1 and the pipeline around it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"

#include "ConvTransposeRewrite.h"

#include "Upweave/Analysis/ConvTransposeFacts.h"
#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace upweave {

#define GEN_PASS_DEF_RAISECONVTRANSPOSE
#include "Upweave/Transforms/Passes.h.inc"

/// Erases `op` and then what only it used: the stuffing, flips and inits.
static void eraseWithProducers(Operation *op) {
  llvm::SetVector<Operation *> worklist;
  worklist.insert(op);
  while (!worklist.empty()) {
    Operation *next = worklist.pop_back_val();
    if (!isOpTriviallyDead(next))
      continue;
    llvm::SetVector<Value> used(next->operand_begin(), next->operand_end());
    // Payloads capture tensors, too.
    next->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        used.insert(operand);
    });
    SmallVector<Operation *> producers;
    for (Value value : used)
      if (Operation *def = value.getDefiningOp())
        if (!next->isAncestor(def))
          producers.push_back(def);
    next->erase();
    worklist.insert(producers.begin(), producers.end());
  }
}

/// What would make the pass raise it, by the mismatch's id.
static StringRef getRemedy(StringRef id) {
  if (id == "dynamic-spatial-size")
    return "give the spatial and channel sizes as static ones";
  if (id == "non-zero-fill")
    return "stuff with zeros";
  if (id == "too-large-to-prove")
    return "write it as upweave.conv_transpose, or as several shorter ones";
  return "the convolution runs as the loops it is written as";
}

namespace {

struct RaiseConvTranspose : impl::RaiseConvTransposeBase<RaiseConvTranspose> {
  void runOnOperation() override;

private:
  void raise(linalg::LinalgOp op);
};

} // namespace

void RaiseConvTranspose::raise(linalg::LinalgOp op) {
  std::optional<Contraction> contraction = Contraction::match(op);
  if (!contraction)
    return;
  Location loc = op.getLoc();
  ConvTransposeMismatch mismatch;
  std::optional<ConvTransposeFacts> facts =
      analyzeConvTranspose(*contraction, mismatch);
  if (!facts) {
    // A matmul has missed nothing.
    if (!contraction->isConvolutionLike())
      return;
    ++numMissed;
    remark::missed(
        loc, remark::RemarkOpts::name(mismatch.id).category("upweave-raise"))
        << remark::add("'{0}' is not raised", op->getName().getStringRef())
        << remark::reason("{0}", mismatch.reason)
        << remark::suggest("{0}", getRemedy(mismatch.id));
    return;
  }
  std::string name = op->getName().getStringRef().str();
  OpBuilder builder(op);
  Value value = createConvTranspose(builder, *facts);
  Value root = facts->root;
  // The views that the init was cloned from stay behind and die.
  root.replaceAllUsesWith(value);
  ++numRaised;
  remark::passed(loc,
                 remark::RemarkOpts::name("raised").category("upweave-raise"))
      << remark::add("'{0}' is raised to 'upweave.conv_transpose'", name);
  eraseWithProducers(root.getDefiningOp());
}

void RaiseConvTranspose::runOnOperation() {
  // Producers come first, and raising one erases only what comes before it, so
  // none of the list is erased before its turn.
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (op.getNumReductionLoops() != 0)
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops)
    raise(op);
}

void buildRaisePipeline(OpPassManager &pm) {
  // The inliner's default pipeline canonicalizes, which miscompiles a strided
  // insert_slice of a padded tensor.
  pm.addPass(createInlinerPass({}, /*defaultPipelineBuilder=*/{}));
  pm.addNestedPass<func::FuncOp>(createRaiseConvTranspose());
}

void registerRaisePipeline() {
  PassPipelineRegistration<>(
      "upweave-raise",
      "Inline calls (canonicalizing nothing) and raise transposed convolutions",
      buildRaisePipeline);
}

} // namespace upweave
