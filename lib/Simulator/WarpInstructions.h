//===- WarpInstructions.h - Instructions of whole warps ---------*- C++ -*-===//
// Shuffles, votes, ldmatrix and mma.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_WARPINSTRUCTIONS_H
#define UPWEAVE_LIB_SIMULATOR_WARPINSTRUCTIONS_H

#include "Instructions.h"

#include "llvm/ADT/StringMap.h"

namespace upweave {
namespace sim {

/// Adds the instructions that lanes run together, by their intrinsics' names
/// without "llvm.nvvm.".
void addWarpInstructions(llvm::StringMap<Handler> &table);

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_WARPINSTRUCTIONS_H
