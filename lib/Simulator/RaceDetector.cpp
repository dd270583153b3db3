//===- RaceDetector.cpp - Data races in shared memory ---------------------===//
// Generations, vector clocks and the state of each granule.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "RaceDetector.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace upweave {
namespace sim {

void RaceDetector::start(uint32_t threadCount, uint64_t bytes, unsigned log2) {
  threads = threadCount;
  granuleLog2 = log2;
  granules.resize((bytes >> log2) + 1);
  // Entries of earlier blocks are of earlier generations.
  synchronizeAll();
}

void RaceDetector::synchronizeAll() {
  clocks.clear();
  if (++generation == 0) { // wrapped around: 0 is what fresh granules hold
    generation = 1;
    for (Granule &granule : granules)
      granule = Granule();
  }
}

void RaceDetector::needClocks() {
  if (!clocks.empty())
    return;
  // Accesses without clocks were recorded with clock 0: everybody has seen
  // "clock 0" of others only after meeting them, so own clocks start at 1.
  clocks.assign(size_t(threads) * threads, 0);
  for (uint32_t thread = 0; thread < threads; ++thread)
    clocks[size_t(thread) * threads + thread] = 1;
}

RaceDetector::Release RaceDetector::release(uint32_t thread) {
  needClocks();
  auto row = clocks.begin() + size_t(thread) * threads;
  Release result{generation, std::vector<uint32_t>(row, row + threads)};
  advance(thread);
  return result;
}

void RaceDetector::synchronize(ArrayRef<uint32_t> met,
                               ArrayRef<Release> released) {
  needClocks();
  std::vector<uint32_t> joined(threads, 0);
  auto join = [&](const uint32_t *row) {
    for (uint32_t i = 0; i < threads; ++i)
      joined[i] = std::max(joined[i], row[i]);
  };
  for (uint32_t thread : met)
    join(&clocks[size_t(thread) * threads]);
  for (const Release &before : released)
    if (before.generation == generation) // else all of it is ordered anyway
      join(before.clocks.data());
  for (uint32_t thread : met) {
    std::copy(joined.begin(), joined.end(),
              clocks.begin() + size_t(thread) * threads);
    advance(thread);
  }
}

RaceDetector::Granule &RaceDetector::enter(uint64_t index) {
  Granule &granule = granules[index];
  if (granule.generation != generation) {
    granule.generation = generation;
    granule.hasStore = false;
    granule.loads.clear();
  }
  return granule;
}

/// An access at clock c (0 before clocks were needed, when it was 1 in effect)
/// is ordered if `thread` has seen a clock of that thread above it.
bool RaceDetector::isOrdered(const Access &before, uint32_t thread) const {
  if (before.thread == thread)
    return true;
  if (clocks.empty())
    return false;
  return getClock(thread, before.thread) >= std::max(before.clock, 1u);
}

std::optional<RaceDetector::Race>
RaceDetector::load(uint32_t thread, uint64_t offset, uint64_t bytes) {
  uint64_t last = (offset + bytes - 1) >> granuleLog2;
  for (uint64_t i = offset >> granuleLog2; i <= last; ++i) {
    Granule &granule = enter(i);
    if (granule.hasStore && !isOrdered(granule.lastStore, thread))
      return Race{granule.lastStore.thread, true};
    recordLoad(granule, thread);
  }
  return std::nullopt;
}

/// While only barriers of the whole block order accesses, two threads that
/// loaded are enough: a store races with one of them or with none.
void RaceDetector::recordLoad(Granule &granule, uint32_t thread) {
  uint32_t clock = getClock(thread, thread);
  for (Access &before : granule.loads)
    if (before.thread == thread) {
      before.clock = clock;
      return;
    }
  if (!clocks.empty() || granule.loads.size() < 2)
    granule.loads.push_back({thread, clock});
}

std::optional<RaceDetector::Race>
RaceDetector::store(uint32_t thread, uint64_t offset, uint64_t bytes) {
  uint64_t last = (offset + bytes - 1) >> granuleLog2;
  for (uint64_t i = offset >> granuleLog2; i <= last; ++i) {
    Granule &granule = enter(i);
    if (granule.hasStore && !isOrdered(granule.lastStore, thread))
      return Race{granule.lastStore.thread, true};
    for (const Access &before : granule.loads)
      if (!isOrdered(before, thread))
        return Race{before.thread, false};
    granule.hasStore = true;
    granule.lastStore = {thread, getClock(thread, thread)};
    granule.loads.clear();
  }
  return std::nullopt;
}

} // namespace sim
} // namespace upweave
