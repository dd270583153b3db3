//===- Occupancy.cpp - What blocks share of a multiprocessor --------------===//
// How memory and registers are given out to blocks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/Occupancy.h"

#include "llvm/Support/MathExtras.h"

using namespace upweave;

int64_t upweave::countBlocksByShared(int64_t sharedBytes, int64_t bytes) {
  constexpr int64_t kStep = 128;
  return sharedBytes / (static_cast<int64_t>(llvm::alignTo(bytes, kStep)) +
                        kSystemSharedBytes);
}

int64_t upweave::countBlocksByRegisters(int64_t registers, int64_t threads,
                                        int64_t perThread) {
  // A warp gets them by 256, each of its 32 lanes by 8.
  constexpr int64_t kStep = 8;
  return registers /
         (static_cast<int64_t>(llvm::alignTo(perThread, kStep)) * threads);
}

int64_t upweave::getSharedBytesOfEach(int64_t sharedBytes, int64_t blocks) {
  return sharedBytes / blocks - kSystemSharedBytes;
}
