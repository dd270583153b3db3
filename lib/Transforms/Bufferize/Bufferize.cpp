//===- Bufferize.cpp - The pipeline from tensors to buffers ---------------===//
// upweave-bufferize: destinations, in-place bufferization, clean-up.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

std::unique_ptr<Pass> upweave::createSafeCanonicalizerPass() {
  return createCanonicalizerPass(
      GreedyRewriteConfig(),
      /*disabledPatterns=*/{"(anonymous namespace)::FoldInsertPadIntoFill"});
}

void upweave::buildBufferizePipeline(OpPassManager &pm) {
  pm.addPass(createSafeCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createResultsToDestinations());
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  options.unknownTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  // Sizes of buffers become sizes of arguments.
  pm.addPass(memref::createResolveShapedTypeResultDimsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void upweave::registerBufferizePipeline() {
  PassPipelineRegistration<>(
      "upweave-bufferize",
      "Tensors become buffers, results become destination arguments, with as "
      "few copies and allocations as there can be",
      buildBufferizePipeline);
}
