//===- ForeignInput.h - Words for what is no linalg -------------*- C++ -*-===//
// Names what a user has who does not have linalg on tensors yet, and what to
// type to get there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_FOREIGNINPUT_H
#define UPWEAVE_TARGET_FOREIGNINPUT_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace upweave {

/// True for dialects that others define or that a front end is to lower; MLIR's
/// own `tosa` is one of them.
bool isForeignDialect(llvm::StringRef dialect);

/// One sentence about `what` ("'torch.aten.relu'"), which is of `dialect`.
std::string explainDialect(llvm::StringRef what, llvm::StringRef dialect);

/// One sentence about a file that is no MLIR: a bundle, an ONNX model, an
/// archive. Empty where the bytes may well be MLIR.
std::string explainBytes(llvm::StringRef bytes);

/// One sentence for a message of MLIR's parser that is about a dialect it does
/// not know, or about newer bytecode. `before` is the line up to the message's
/// place. Empty for other messages; `isDialect` says that it was a dialect.
std::string explainParserError(llvm::StringRef message, llvm::StringRef before,
                               bool &isDialect);

} // namespace upweave

#endif // UPWEAVE_TARGET_FOREIGNINPUT_H
