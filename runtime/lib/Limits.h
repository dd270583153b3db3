// Limits of what a bundle may hold; they bound the stack of a launch.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_LIMITS_H
#define UPWEAVE_RUNTIME_LIMITS_H

#include <cstdint>

namespace upweave {
namespace rt {

/// Dimensions of an argument.
inline constexpr uint32_t kMaxRank = 16;
/// Arguments of an entry.
inline constexpr uint32_t kMaxArguments = 512;
/// Arguments of a kernel: 4 KiB of 8 bytes, the driver's limit below sm_70.
inline constexpr uint32_t kMaxKernelArgs = 512;
/// Threads of a block, on every CUDA device.
inline constexpr uint64_t kMaxThreads = 1024;
/// Compute capability of a chip: 89 for sm_89, 120 for sm_120.
inline constexpr uint32_t kMaxCompute = 9999;
/// Alignment of the workspace, of the constants and of prepared memory, in
/// bytes.
inline constexpr uint64_t kBufferAlignment = 256;
/// Prepared memory.
inline constexpr uint64_t kMaxPreparedBytes = uint64_t(1) << 40;

/// `bytes`, below 2^63, rounded up to the next place for a buffer.
constexpr uint64_t alignBuffer(uint64_t bytes) {
  return (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
}

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_LIMITS_H
