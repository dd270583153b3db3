//===- AccessCounter.h - Wavefronts and sectors -----------------*- C++ -*-===//
// Counts what the accesses of warps cost in shared and global memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_ACCESSCOUNTER_H
#define UPWEAVE_LIB_SIMULATOR_ACCESSCOUNTER_H

#include "Upweave/Simulator/Simulator.h"

#include <deque>
#include <map>

namespace upweave {
namespace sim {

struct Site;

/// Puts the accesses of lanes together to those of warps: the n-th time that
/// lanes of a warp pass a site is one access of the warp. (Lanes that pass it a
/// different number of times are paired in that order.)
class AccessCounter {
public:
  /// Starts a block; `warps` of them.
  void start(uint32_t warps);
  void add(const Site &site, uint32_t thread, uint64_t address, uint32_t bytes,
           bool shared, bool store);
  /// Ends the block: what lanes are left with is counted as it is.
  void finish();

  /// Counts since `clear`, by site and whether in shared memory: a copy from
  /// one to the other is two accesses.
  using Place = std::pair<const Site *, bool>;
  const std::map<Place, AccessCounts> &getCounts() const { return counts; }
  void clear() { counts.clear(); }

private:
  /// One access of a warp that not all lanes have come to yet.
  struct Pending {
    std::array<uint64_t, 32> addresses;
    uint32_t lanes = 0;
    uint32_t bytes = 0;
  };
  struct Stream {
    std::deque<Pending> pending;
    uint64_t first = 0; ///< number of the first pending access
    std::array<uint64_t, 32> next = {};
    bool store = false;
  };

  void count(Place place, const Stream &stream, const Pending &access);

  std::map<Place, AccessCounts> counts;
  std::vector<std::map<Place, Stream>> streams; ///< by warp
};

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_ACCESSCOUNTER_H
