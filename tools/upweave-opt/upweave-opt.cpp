//===- upweave-opt.cpp - Run passes on IR ---------------------------------===//
// mlir-opt with Upweave's dialect, passes and pipelines.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Conversion/Passes.h"
#include "Upweave/IR/Upweave.h"
#include "Upweave/Schedule/Passes.h"
#include "Upweave/Target/Compile.h"
#include "Upweave/Target/Passes.h"
#include "Upweave/Target/Serialize.h"
#include "Upweave/Transforms/Passes.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  upweave::registerUpweaveTransformsPasses();
  upweave::registerBufferizePipeline();
  upweave::registerLowerToHostPipeline();
  upweave::registerUpweaveSchedulePasses();
  upweave::registerUpweaveConversionPasses();
  upweave::registerUpweaveTargetPasses();
  upweave::registerGPUToBinary();
  upweave::registerRaisePipeline();
  upweave::registerFusePipeline();
  upweave::registerCompilePipelines();

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  upweave::registerUpweaveDialect(registry);
  upweave::registerSerialization(registry);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Upweave optimizer driver\n", registry));
}
