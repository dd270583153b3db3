//===- DeviceMemory.h - Global memory of the simulated GPU ------*- C++ -*-===//
// Allocations with bounds, poison, and a record of what kernels wrote.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SIMULATOR_DEVICEMEMORY_H
#define UPWEAVE_SIMULATOR_DEVICEMEMORY_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

namespace upweave {
namespace sim {

/// The byte that fresh memory is filled with: all ones are a NaN in every
/// floating-point type.
inline constexpr unsigned char kPoison = 0xFF;

/// Frees memory of calloc: large arrays that are zero take no time to make.
struct FreeZeroed {
  void operator()(std::atomic<uint64_t> *data) const {
    std::free(static_cast<void *>(data));
  }
};

/// One allocation. Kernels may access [begin, begin + size) and nothing else.
struct Allocation {
  std::string name;
  uintptr_t begin = 0;
  uint64_t size = 0; ///< bytes
  /// Whether kernels may store to it.
  bool writable = true;
  /// Log2 of the bytes that one entry of `writers` stands for.
  unsigned granuleLog2 = 0;
  /// Who stored last, one entry a granule; 0 is nobody.
  std::unique_ptr<std::atomic<uint64_t>[], FreeZeroed> writers;

  bool contains(uintptr_t address, uint64_t bytes) const {
    return address >= begin && bytes <= size && address - begin <= size - bytes;
  }
  /// Records that `writer` (not 0) stores; returns another one whose number is
  /// equal to it under `mask`, if there was one, else 0.
  uint64_t markWritten(uintptr_t address, uint64_t bytes, uint64_t writer,
                       uint64_t mask) {
    uint64_t first = (address - begin) >> granuleLog2;
    uint64_t last = (address - begin + bytes - 1) >> granuleLog2;
    uint64_t other = 0;
    for (uint64_t granule = first; granule <= last; ++granule) {
      uint64_t before =
          writers[granule].exchange(writer, std::memory_order_relaxed);
      if (before != 0 && before != writer && ((before ^ writer) & mask) == 0)
        other = before;
    }
    return other;
  }
  bool wasWritten(uint64_t offset) const {
    return writers[offset >> granuleLog2].load(std::memory_order_relaxed) != 0;
  }
};

/// The allocations of one simulated device. Not thread-safe but for `find`
/// while nothing is allocated or freed.
class DeviceMemory {
public:
  DeviceMemory() = default;
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory &) = delete;
  DeviceMemory &operator=(const DeviceMemory &) = delete;

  /// Poisoned memory of `size` bytes, aligned to 256, with unmapped or
  /// forbidden bytes around it. `elementBytes` (a power of two) is the unit in
  /// which stores are recorded. Null when there is no memory.
  void *allocate(uint64_t size, llvm::StringRef name,
                 unsigned elementBytes = 4);
  /// False if nothing was allocated at `data`.
  bool release(void *data);
  /// The allocation that `address` lies in, or null.
  Allocation *find(uintptr_t address) const;
  /// The allocation that starts at `data`; it must exist.
  Allocation &get(void *data) const;
  /// Fills the allocation with poison and forgets what was written to it.
  void poison(void *data);
  /// "'x' (bytes 0 to 4095)" of the allocation below `address`, for errors.
  std::string describeNearest(uintptr_t address) const;

private:
  std::map<uintptr_t, std::unique_ptr<Allocation>> allocations;
};

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_SIMULATOR_DEVICEMEMORY_H
