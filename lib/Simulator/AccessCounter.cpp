//===- AccessCounter.cpp - Wavefronts and sectors -------------------------===//
// Counts what the accesses of warps cost in shared and global memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "AccessCounter.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace llvm;

namespace upweave {
namespace sim {

namespace {
constexpr uint32_t kAllLanes = 0xffffffffu;
constexpr unsigned kLanes = 32, kBanks = 32, kWordBytes = 4, kSectorBytes = 32;

/// Distinct values among `values`, which are sorted on the way.
uint64_t countDistinct(SmallVectorImpl<uint64_t> &values) {
  llvm::sort(values);
  return std::unique(values.begin(), values.end()) - values.begin();
}

/// Wavefronts of the lanes [begin, end): the most words of one bank.
uint64_t getWavefronts(ArrayRef<uint64_t> addresses, uint32_t lanes,
                       uint32_t bytes, unsigned begin, unsigned end) {
  std::array<SmallVector<uint64_t, 8>, kBanks> words;
  for (unsigned lane = begin; lane < end; ++lane)
    if (lanes >> lane & 1)
      for (uint64_t word = addresses[lane] / kWordBytes;
           word <= (addresses[lane] + bytes - 1) / kWordBytes; ++word)
        words[word % kBanks].push_back(word);
  uint64_t most = 0;
  for (SmallVector<uint64_t, 8> &bank : words)
    most = std::max(most, countDistinct(bank));
  return most;
}
} // namespace

void AccessCounter::start(uint32_t warps) { streams.assign(warps, {}); }

void AccessCounter::add(const Site &site, uint32_t thread, uint64_t address,
                        uint32_t bytes, bool shared, bool store) {
  Place place = {&site, shared};
  Stream &stream = streams[thread / kLanes][place];
  stream.store = store;
  uint32_t lane = thread % kLanes;
  uint64_t index = stream.next[lane]++ - stream.first;
  if (index >= stream.pending.size())
    stream.pending.resize(index + 1);
  Pending &access = stream.pending[index];
  access.addresses[lane] = address;
  access.bytes = bytes;
  access.lanes |= uint32_t(1) << lane;
  while (!stream.pending.empty() && stream.pending.front().lanes == kAllLanes) {
    count(place, stream, stream.pending.front());
    stream.pending.pop_front();
    ++stream.first;
  }
}

void AccessCounter::finish() {
  for (auto &warp : streams)
    for (auto &[place, stream] : warp)
      for (const Pending &access : stream.pending)
        if (access.lanes != 0)
          count(place, stream, access);
  streams.clear();
}

/// Eight bytes a lane go by half warps, sixteen by quarters.
void AccessCounter::count(Place place, const Stream &stream,
                          const Pending &access) {
  AccessCounts &sum = counts[place];
  ++sum.accesses;
  sum.shared = place.second;
  sum.store = stream.store;
  if (sum.shared) {
    unsigned phases = std::max(1u, access.bytes / kWordBytes);
    unsigned lanes = kLanes / std::min(phases, kLanes);
    for (unsigned begin = 0; begin < kLanes; begin += lanes) {
      uint64_t wavefronts = getWavefronts(access.addresses, access.lanes,
                                          access.bytes, begin, begin + lanes);
      sum.transactions += wavefronts;
      sum.ideal += wavefronts != 0;
    }
    return;
  }
  SmallVector<uint64_t, 64> sectors, bytes;
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (access.lanes >> lane & 1) {
      uint64_t from = access.addresses[lane];
      for (uint64_t sector = from / kSectorBytes;
           sector <= (from + access.bytes - 1) / kSectorBytes; ++sector)
        sectors.push_back(sector);
      bytes.push_back(from);
    }
  sum.transactions += countDistinct(sectors);
  sum.ideal += divideCeil(countDistinct(bytes) * access.bytes, kSectorBytes);
}

} // namespace sim
} // namespace upweave
