//===- RaceDetector.h - Data races in shared memory -------------*- C++ -*-===//
// Finds two threads that touch the same bytes, one of them storing, with no
// barrier in between; whatever order they happened to run in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_RACEDETECTOR_H
#define UPWEAVE_LIB_SIMULATOR_RACEDETECTOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace upweave {
namespace sim {

/// Happens-before over one block, after FastTrack (Flanagan and Freund, PLDI
/// 2009): each granule remembers its last store and the loads since. A barrier
/// of the whole block orders everything before it, which is one new generation;
/// barriers of fewer threads join the vector clocks of their threads.
class RaceDetector {
public:
  struct Race {
    uint32_t other; ///< the other thread
    bool otherStored;
  };

  /// Starts a block of `threads` threads with `bytes` of shared memory.
  /// Accesses are told apart by granules of 2^granuleLog2 bytes.
  void start(uint32_t threads, uint64_t bytes, unsigned granuleLog2);

  std::optional<Race> load(uint32_t thread, uint64_t offset, uint64_t bytes);
  std::optional<Race> store(uint32_t thread, uint64_t offset, uint64_t bytes);

  /// What a thread has done and seen, for others to see later.
  struct Release {
    uint32_t generation;
    std::vector<uint32_t> clocks;
  };

  /// All threads of the block met.
  void synchronizeAll();
  /// `thread` arrives at a barrier and goes on.
  Release release(uint32_t thread);
  /// These threads met, and saw what was released.
  void synchronize(llvm::ArrayRef<uint32_t> met,
                   llvm::ArrayRef<Release> released = {});

private:
  struct Access {
    uint32_t thread;
    uint32_t clock;
  };
  struct Granule {
    uint32_t generation = 0;
    bool hasStore = false;
    Access lastStore = {};
    llvm::SmallVector<Access, 1> loads;
  };

  Granule &enter(uint64_t index);
  bool isOrdered(const Access &before, uint32_t thread) const;
  uint32_t getClock(uint32_t thread, uint32_t of) const {
    return clocks.empty() ? 0 : clocks[size_t(thread) * threads + of];
  }
  void needClocks();
  void advance(uint32_t thread) { ++clocks[size_t(thread) * threads + thread]; }
  void recordLoad(Granule &granule, uint32_t thread);

  uint32_t threads = 0;
  unsigned granuleLog2 = 0;
  uint32_t generation = 0;
  std::vector<Granule> granules;
  /// Vector clocks of this generation, a row a thread; empty until some but not
  /// all threads meet.
  std::vector<uint32_t> clocks;
};

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_RACEDETECTOR_H
