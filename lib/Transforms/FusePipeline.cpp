//===- FusePipeline.cpp - From linalg to recognised blocks ----------------===//
// The pipeline upweave-fuse: stages 1 to 3.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace upweave;

void upweave::buildFusePipeline(OpPassManager &pm,
                                const FusePipelineOptions &options) {
  pm.addNestedPass<func::FuncOp>(createSimplifySource());
  buildRaisePipeline(pm);
  pm.addNestedPass<func::FuncOp>(createFoldGathers());
  pm.addPass(createFormBlocksPass());
  CanonicalizeEpiloguePassOptions epilogue;
  epilogue.numerics = options.numerics;
  pm.addPass(createCanonicalizeEpiloguePass(epilogue));
}

void upweave::registerFusePipeline() {
  PassPipelineRegistration<FusePipelineOptions>(
      "upweave-fuse",
      "Raise transposed convolutions, form blocks and recognise what is in "
      "them",
      buildFusePipeline);
}
