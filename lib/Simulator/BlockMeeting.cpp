//===- BlockMeeting.cpp - Barriers and warp operations --------------------===//
// How threads of a block wait for each other, and what must hold when they do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BlockRunner.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace upweave {
namespace sim {

//===----------------------------------------------------------------------===//
// Warps
//===----------------------------------------------------------------------===//

void BlockRunner::checkMask(const Site &site, uint32_t mask) {
  uint32_t lane = running->index % kWarpSize;
  if (!(mask >> lane & 1))
    fail(FaultKind::InactiveLane,
         formatv("'{0}' names the lanes {1:x8}, but lane {2} runs it",
                 site.name, mask, lane),
         site);
  uint32_t first = running->index - lane;
  for (uint32_t other = 0; other < kWarpSize; ++other) {
    if (!(mask >> other & 1))
      continue;
    if (first + other >= count)
      fail(FaultKind::InactiveLane,
           formatv("'{0}' names lane {1}, which a block of {2} threads does "
                   "not have",
                   site.name, other, count),
           site);
    if (getLane(other).state == State::Done)
      fail(FaultKind::InactiveLane,
           formatv("'{0}' names lane {1}, whose thread has ended", site.name,
                   other),
           site);
  }
}

/// True for the last lane of the mask, which then acts for all; the others
/// return when that is done.
bool BlockRunner::arriveAtWarp(const Site &site, uint32_t mask,
                               const uint64_t *in, uint64_t *out) {
  Thread &self = *running;
  self.state = State::AtWarp;
  self.site = &site;
  self.mask = mask;
  self.in = in;
  self.out = out;
  Warp &warp = warps[self.index / kWarpSize];
  uint32_t bit = uint32_t(1) << (self.index % kWarpSize);
  if (warp.site == &site && warp.mask == mask && warp.arrived != 0) {
    warp.arrived |= bit;
  } else {
    checkMask(site, mask);
    warp = {&site, mask, 0};
    for (uint32_t lane = 0; lane < kWarpSize; ++lane)
      if (mask >> lane & 1) {
        const Thread &other = getLane(lane);
        if (other.state == State::AtWarp && other.site == &site &&
            other.mask == mask)
          warp.arrived |= uint32_t(1) << lane;
      }
  }
  if ((mask & bit) == 0)
    checkMask(site, mask); // reports it
  if (warp.arrived == mask)
    return true;
  self.fiber.suspend();
  return false;
}

void BlockRunner::fillCall(uint32_t mask, WarpCall &call) {
  call.mask = mask;
  for (uint32_t lane = 0; lane < kWarpSize; ++lane)
    if (mask >> lane & 1) {
      call.in[lane] = getLane(lane).in;
      call.out[lane] = getLane(lane).out;
    }
}

void BlockRunner::leaveWarp(uint32_t mask) {
  warps[running->index / kWarpSize] = Warp();
  uint32_t first = running->index / kWarpSize * kWarpSize;
  std::array<uint32_t, kWarpSize> woken;
  uint32_t wokenCount = 0;
  for (uint32_t lane = 0; lane < kWarpSize; ++lane)
    if (mask >> lane & 1) {
      threads[first + lane]->state = State::Ready;
      if (first + lane != running->index)
        woken[wokenCount++] = first + lane;
    }
  enqueue(MutableArrayRef<uint32_t>(woken.data(), wokenCount));
}

void BlockRunner::synchronizeWarp(const Site &site, uint32_t mask) {
  meetWarp(site, mask, nullptr, nullptr, [&](const WarpCall &call) {
    if (unsigned(llvm::popcount(mask)) == count)
      return races.synchronizeAll();
    std::vector<uint32_t> met;
    uint32_t first = running->index / kWarpSize * kWarpSize;
    for (uint32_t lane = 0; lane < kWarpSize; ++lane)
      if (call.has(lane))
        met.push_back(first + lane);
    races.synchronize(met);
  });
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

void BlockRunner::meetBlock(const Site &site, uint32_t number, uint32_t wanted,
                            bool aligned, bool wait) {
  if (number >= barriers.size())
    fail(FaultKind::DivergentBarrier,
         formatv("'{0}' uses barrier {1}; there are {2}", site.name, number,
                 barriers.size()),
         site);
  bool all = wanted == 0;
  uint32_t expected = all ? count : wanted;
  if (!all && (wanted % kWarpSize != 0 || wanted > alignTo(count, kWarpSize)))
    fail(
        FaultKind::DivergentBarrier,
        formatv("'{0}' waits for {1} threads: it must be a multiple of {2}, at "
                "most the {3} of the block",
                site.name, wanted, kWarpSize, count),
        site);
  if (all && finished != 0)
    fail(FaultKind::DivergentBarrier,
         formatv("'{0}' waits for all {1} threads of the block, {2} of which "
                 "have ended",
                 site.name, count, finished),
         site);
  Barrier &barrier = barriers[number];
  if (barrier.arrived != 0 && barrier.expected != expected)
    fail(FaultKind::DivergentBarrier,
         formatv("'{0}' waits for {1} threads at barrier {2}, others wait for "
                 "{3}",
                 site.name, expected, number, barrier.expected),
         site);
  barrier.expected = expected;
  barrier.aligned |= aligned;
  barrier.all |= all;
  ++barrier.arrived;
  if (!wait) {
    barrier.released.push_back(races.release(running->index));
    if (barrier.arrived == expected)
      completeBarrier(barrier);
    return;
  }
  Thread &self = *running;
  self.state = State::AtBarrier;
  self.site = &site;
  self.mask = number;
  barrier.waiting.push_back(self.index);
  if (barrier.arrived == expected)
    return completeBarrier(barrier);
  self.fiber.suspend();
}

/// An aligned barrier is one instruction for all lanes of a warp: the place of
/// a lane at another one, and what to say of it; null if there is none.
const Site *BlockRunner::findDivergence(const Barrier &barrier,
                                        std::string &message) const {
  std::vector<const Site *> sites(warps.size());
  for (uint32_t index : barrier.waiting) {
    const Thread &thread = *threads[index];
    const Site *&site = sites[index / kWarpSize];
    if (!site)
      site = thread.site;
    if (site == thread.site)
      continue;
    message = formatv(
        "lanes of warp {0} meet at two different barriers: '{1}' "
        "at {2} and '{3}' at {4}",
        index / kWarpSize, site->name,
        site->location.empty() ? "?" : site->location, thread.site->name,
        thread.site->location.empty() ? "?" : thread.site->location);
    return thread.site;
  }
  return nullptr;
}

void BlockRunner::completeBarrier(Barrier &barrier) {
  ++barrierCount;
  std::string message;
  const Site *divergent =
      barrier.aligned ? findDivergence(barrier, message) : nullptr;
  if (divergent)
    fail(FaultKind::DivergentBarrier, std::move(message), *divergent);
  if (barrier.waiting.size() == count)
    races.synchronizeAll();
  else
    races.synchronize(barrier.waiting, barrier.released);
  std::vector<uint32_t> woken;
  for (uint32_t index : barrier.waiting) {
    threads[index]->state = State::Ready;
    if (index != running->index)
      woken.push_back(index);
  }
  barrier = Barrier();
  enqueue(woken);
}

} // namespace sim
} // namespace upweave
