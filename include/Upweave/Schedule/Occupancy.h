//===- Occupancy.h - What blocks share of a multiprocessor ------*- C++ -*-===//
// Limits on shared memory that all targets have in common, and how many blocks
// of a kernel a multiprocessor holds. Pure numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_OCCUPANCY_H
#define UPWEAVE_SCHEDULE_OCCUPANCY_H

#include <cstdint>

namespace upweave {

/// Static shared memory that a block gets at most, on every target.
constexpr int64_t kMaxStaticSharedBytes = 48 * 1024;

/// Shared memory that the system takes of a multiprocessor for each block.
constexpr int64_t kSystemSharedBytes = 1024;

/// Blocks of `bytes` of shared memory each that a multiprocessor with
/// `sharedBytes` of it holds.
int64_t countBlocksByShared(int64_t sharedBytes, int64_t bytes);

/// Blocks of `threads` threads, a multiple of a warp's, that a multiprocessor
/// with `registers` registers holds if each thread takes `perThread` of them,
/// at least one.
int64_t countBlocksByRegisters(int64_t registers, int64_t threads,
                               int64_t perThread);

/// The shared memory that each of `blocks` blocks can have where they share the
/// `sharedBytes` of a multiprocessor.
int64_t getSharedBytesOfEach(int64_t sharedBytes, int64_t blocks);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_OCCUPANCY_H
