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
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "upweave/files/OutputFile.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

static int fail(const llvm::Twine &why) {
  llvm::errs() << "upweave-opt: " << why << '\n';
  return EXIT_FAILURE;
}

/// Runs the passes on `input` and writes `output` as a whole or not at all:
/// mlir-opt's own main empties the file before it has anything to write.
static int runOnFiles(const std::string &input, const std::string &output,
                      const mlir::MlirOptMainConfig &config,
                      mlir::DialectRegistry &registry) {
  if (upweave::files::isSameFile(input, output))
    return fail("'" + output +
                "' is the input: it would be overwritten; name "
                "another file");
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> buffer =
      mlir::openInputFile(input, &message);
  if (!buffer)
    return fail(message);
  upweave::files::OutputFile file(output);
  if (file.isGood()) {
    llvm::raw_fd_ostream os(file.descriptor(), /*shouldClose=*/false);
    bool passed =
        succeeded(mlir::MlirOptMain(os, std::move(buffer), registry, config));
    os.flush();
    if (os.has_error())
      file.fail(os.error().message());
    os.clear_error();
    if (!passed)
      return EXIT_FAILURE;
  }
  if (!file.commit())
    return fail("cannot write '" + output + "': " + file.error());
  return EXIT_SUCCESS;
}

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
  auto [input, output] = mlir::registerAndParseCLIOptions(
      argc, argv, "Upweave optimizer driver\n", registry);
  auto config = mlir::MlirOptMainConfig::createFromCLOptions();
  if (output == "-" || config.shouldShowDialects() || config.shouldListPasses())
    return mlir::asMainReturnCode(
        mlir::MlirOptMain(argc, argv, input, output, registry));
  llvm::InitLLVM init(argc, argv);
  return runOnFiles(input, output, config, registry);
}
