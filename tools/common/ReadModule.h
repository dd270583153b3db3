//===- ReadModule.h - Modules and what is wrong with them -------*- C++ -*-===//
// Reads the module that a tool is given, and prints diagnostics so that each is
// a sentence with its line.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TOOLS_COMMON_READMODULE_H
#define UPWEAVE_TOOLS_COMMON_READMODULE_H

#include "Upweave/Target/Compile.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>

namespace upweave {

/// A module, its context, and the diagnostics of all that is done to it, which
/// go to standard error: without the IR around them, and with what a terminal
/// would obey spelled out.
class ModuleReader {
public:
  /// `tool` starts the messages that belong to no line.
  explicit ModuleReader(llvm::StringRef tool);
  ~ModuleReader();

  /// The module in `path` ("-": the standard input), null after saying what is
  /// wrong; `failure` tells a file that is no module (BadInput) from one of
  /// other dialects (Unsupported).
  mlir::OwningOpRef<mlir::ModuleOp> read(llvm::StringRef path,
                                         CompileFailure &failure);

private:
  class Diagnostics;

  std::string tool;
  mlir::MLIRContext context;
  std::unique_ptr<llvm::SourceMgr> sources;
  std::unique_ptr<Diagnostics> diagnostics;
};

} // namespace upweave

#endif // UPWEAVE_TOOLS_COMMON_READMODULE_H
