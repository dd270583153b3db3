//===- HostLinker.h - Links host code ---------------------------*- C++ -*-===//
// Private to the host target: from an object file to a shared object.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_HOSTLINKER_H
#define UPWEAVE_LIB_TARGET_HOSTLINKER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <functional>
#include <string>
#include <vector>

namespace upweave {

/// Makes an object file that defines the given functions, with empty bodies.
using StubCompiler = std::function<llvm::Expected<std::string>(
    llvm::ArrayRef<std::string> functions)>;

/// Links the object file `object` (its bytes) to a shared object. The functions
/// it needs of the C and math libraries are bound to these libraries' names
/// (through stubs from `compileStub`), so that neither need be installed for
/// development here.
llvm::Expected<std::vector<char>>
linkSharedObject(llvm::StringRef object, llvm::StringRef linker,
                 const StubCompiler &compileStub);

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_HOSTLINKER_H
