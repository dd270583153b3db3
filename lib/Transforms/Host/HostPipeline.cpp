//===- HostPipeline.cpp - From planned functions to LLVM ------------------===//
// upweave-lower-to-host: blocks to loops, loops to the LLVM dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

/// Arithmetic on f16 and bf16 is done in f32 and rounded, as the machine or the
/// compiler's runtime library would; math in as few library calls as possible.
static void addFloatPasses(OpPassManager &pm, bool expandMath) {
  pm.addPass(math::createMathExtendToSupportedTypes());
  // Conversions of integers are seen before f32 comes between.
  if (expandMath)
    pm.addPass(upweave::createExpandHostMath());
  arith::ArithEmulateUnsupportedFloatsOptions emulation;
  emulation.sourceTypeStrs = {"bf16", "f16"};
  emulation.targetTypeStr = "f32";
  pm.addPass(arith::createArithEmulateUnsupportedFloats(emulation));
  // Powers with integer exponents have no function in the C library.
  ConvertMathToFuncsOptions powers;
  powers.minWidthOfFPowIExponent = 1;
  pm.addPass(createConvertMathToFuncs(powers));
}

static void addConversionPasses(OpPassManager &pm) {
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  arith::ArithExpandOpsPassOptions expansion;
  expansion.includeBf16 = true;
  pm.addPass(arith::createArithExpandOpsPass(expansion));
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

void upweave::buildLoopsToLLVMPipeline(OpPassManager &pm, bool expandMath) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createLoopInvariantCodeMotionPass());
  addFloatPasses(pm, expandMath);
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  addConversionPasses(pm);
  pm.addPass(createHostEntryPoints());
}

void upweave::buildLowerToHostPipeline(OpPassManager &pm,
                                       const HostPipelineOptions &options) {
  pm.addPass(createBlocksToLoops());
  ShareLoopsOptions sharing;
  sharing.minWork = options.minWork;
  pm.addPass(createShareLoops(sharing));
  pm.addPass(createConvertLinalgToLoopsPass());
  buildLoopsToLLVMPipeline(pm, /*expandMath=*/true);
}

void upweave::registerLowerToHostPipeline() {
  PassPipelineRegistration<HostPipelineOptions>(
      "upweave-lower-to-host",
      "Planned functions become LLVM functions for the host: blocks are loops, "
      "with one entry 'upweave_host_NAME(void **args)' a function",
      buildLowerToHostPipeline);
}
