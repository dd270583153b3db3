//===- upweave-lsp-server.cpp - Language server for editors ---------------===//
// The MLIR language server with Upweave's dialect loaded.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  upweave::registerUpweaveDialect(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
