//===- KernelCalls.h - What kernels may call --------------------*- C++ -*-===//
// Which intrinsics, inline PTX and functions the simulator knows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_KERNELCALLS_H
#define UPWEAVE_LIB_SIMULATOR_KERNELCALLS_H

#include "Instructions.h"

#include "llvm/IR/Function.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/Error.h"

namespace upweave {
namespace sim {

/// What NVIDIA's intrinsics' names begin with.
constexpr llvm::StringLiteral kNVVM = "llvm.nvvm.";

/// The handler of a call of an intrinsic or of inline PTX; null if there is
/// none.
Handler findHandler(const llvm::CallInst &call);

inline bool isMasked(const llvm::IntrinsicInst &access) {
  return access.getIntrinsicID() == llvm::Intrinsic::masked_load ||
         access.getIntrinsicID() == llvm::Intrinsic::masked_store;
}

/// Fails, with its name, if `function` calls what the simulator does not know.
llvm::Error checkCalls(llvm::Function &function);

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_KERNELCALLS_H
