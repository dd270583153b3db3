//===- BlockMemory.cpp - What a block's threads load and store ------------===//
// Bounds, alignment and races of accesses; asynchronous copies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BlockRunner.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cstring>

using namespace llvm;

namespace upweave {
namespace sim {

// Who stored: the launch (at least 1), the block and the thread, by number.
static constexpr unsigned kThreadBits = 10, kBlockBits = 38;
static constexpr uint64_t kThreadMask = (uint64_t(1) << kThreadBits) - 1;
static constexpr uint64_t kBlockMask = (uint64_t(1) << kBlockBits) - 1;
static constexpr uint64_t kLaunchMask = ~uint64_t(0)
                                        << (kThreadBits + kBlockBits);

static uint64_t packWriter(uint64_t launch, const LaunchShape &shape,
                           Index3 block, uint32_t thread) {
  uint64_t number =
      block[0] +
      uint64_t(shape.grid[0]) * (block[1] + uint64_t(shape.grid[1]) * block[2]);
  return launch << (kThreadBits + kBlockBits) |
         (number & kBlockMask) << kThreadBits | thread;
}

static StringRef getVerb(AccessKind kind) {
  return kind == AccessKind::Load ? "loads" : "stores";
}

std::string BlockRunner::describeMisaligned(uintptr_t address, uint32_t bytes,
                                            uint32_t alignment, AccessKind kind,
                                            const Site &site) const {
  uint64_t offset = address - reinterpret_cast<uintptr_t>(sharedBase);
  std::string what = "shared memory";
  if (offset >= sharedSize) {
    const Allocation *allocation = memory.find(address);
    what = allocation ? "'" + allocation->name + "'" : "unknown memory";
    offset = allocation ? address - allocation->begin : address;
  }
  return formatv("'{0}' {1} {2} bytes at byte {3} of {4}, which must be a "
                 "multiple of {5}",
                 site.name, getVerb(kind), bytes, offset, what, alignment);
}

void BlockRunner::access(uintptr_t address, uint32_t bytes, uint32_t alignment,
                         AccessKind kind, AddressSpace space,
                         const Site &site) {
  uint64_t offset = address - reinterpret_cast<uintptr_t>(sharedBase);
  bool isShared = offset < sharedSize;
  if (address & (alignment - 1))
    fail(FaultKind::Misaligned,
         describeMisaligned(address, bytes, alignment, kind, site), site);
  if (space == AddressSpace::Generic &&
      running->fiber.getStack().contains(address))
    return; // a local variable
  isShared |= space == AddressSpace::Shared;
  if (options->countAccesses)
    counter.add(site, running->index, isShared ? offset : address, bytes,
                isShared, kind != AccessKind::Load);
  if (isShared)
    return accessShared(offset, bytes, kind, site);
  accessGlobal(address, bytes, kind, site);
}

std::string BlockRunner::describeStray(uintptr_t address, uint32_t bytes,
                                       AccessKind kind,
                                       const Site &site) const {
  return formatv("'{0}' {1} {2} bytes outside of every tensor: {3}", site.name,
                 getVerb(kind), bytes, memory.describeNearest(address));
}

void BlockRunner::accessGlobal(uintptr_t address, uint32_t bytes,
                               AccessKind kind, const Site &site) {
  Allocation *&allocation =
      lastAllocations[site.number % lastAllocations.size()];
  if (!allocation || !allocation->contains(address, bytes))
    allocation = memory.find(address);
  if (!allocation || !allocation->contains(address, bytes))
    fail(FaultKind::GlobalBounds, describeStray(address, bytes, kind, site),
         site);
  if (kind == AccessKind::Load)
    return;
  if (!allocation->writable)
    fail(FaultKind::ReadOnly,
         formatv("'{0}' stores {1} bytes to '{2}', which is read only",
                 site.name, bytes, allocation->name),
         site);
  // Atomic operations may meet.
  uint64_t other = allocation->markWritten(
      address, bytes, packWriter(launch, *shape, block, running->index),
      kind == AccessKind::Atomic ? ~uint64_t(0) : kLaunchMask);
  if (other != 0)
    fail(FaultKind::GlobalRace,
         describeTwoStores(*allocation, address, bytes, other, site), site);
}

std::string BlockRunner::describeTwoStores(const Allocation &allocation,
                                           uintptr_t address, uint32_t bytes,
                                           uint64_t other,
                                           const Site &site) const {
  return formatv(
      "'{0}' stores {1} bytes at byte {2} of '{3}', where thread {4} "
      "of block {5} stored in the same launch",
      site.name, bytes, address - allocation.begin, allocation.name,
      other & kThreadMask, other >> kThreadBits & kBlockMask);
}

/// Of the variable that the access is in or behind.
std::string BlockRunner::describeOutside(int64_t offset, uint32_t bytes,
                                         AccessKind kind,
                                         const Site &site) const {
  std::string what = "dynamic shared memory";
  uint64_t size = shape->dynamicSharedBytes;
  int64_t begin = kernel->dynamicOffset;
  for (const SharedVariable &variable : kernel->shared)
    if (offset < int64_t(kernel->dynamicOffset) &&
        (offset >= int64_t(variable.offset) ||
         &variable == &kernel->shared.front())) {
      what = "'" + variable.name + "'";
      size = variable.size;
      begin = variable.offset;
    }
  return formatv("'{0}' {1} {2} bytes at byte {3} of {4}, which has {5}",
                 site.name, getVerb(kind), bytes, offset - begin, what, size);
}

void BlockRunner::accessShared(uint64_t offset, uint32_t bytes, AccessKind kind,
                               const Site &site) {
  bool inside =
      offset >= kernel->dynamicOffset &&
      offset - kernel->dynamicOffset + bytes <= shape->dynamicSharedBytes;
  for (const SharedVariable &variable : kernel->shared)
    inside |= offset >= variable.offset &&
              offset + bytes <= variable.offset + variable.size;
  if (!inside)
    fail(FaultKind::SharedBounds,
         describeOutside(static_cast<int64_t>(offset), bytes, kind, site),
         site);
  if (kind != AccessKind::Atomic)
    checkRace(offset, bytes, kind == AccessKind::Store, site);
}

void BlockRunner::checkRace(uint64_t offset, uint32_t bytes, bool store,
                            const Site &site) {
  std::optional<RaceDetector::Race> race =
      store ? races.store(running->index, offset, bytes)
            : races.load(running->index, offset, bytes);
  if (!race)
    return;
  Index3 other = threads[race->other]->id;
  fail(FaultKind::SharedRace,
       formatv("'{0}' {1} bytes {2} to {3} of shared memory, which thread "
               "({4},{5},{6}) {7} with no barrier in between",
               site.name, store ? "stores" : "loads", offset,
               offset + bytes - 1, other[0], other[1], other[2],
               race->otherStored ? "stored" : "loaded"),
       site);
}

//===----------------------------------------------------------------------===//
// Asynchronous copies
//===----------------------------------------------------------------------===//

void BlockRunner::copyAsync(const Site &site, uintptr_t to, uintptr_t from,
                            uint32_t bytes, uint32_t valid) {
  if (valid > bytes)
    fail(FaultKind::GlobalBounds,
         formatv("'{0}' of {1} bytes has a source of {2}", site.name, bytes,
                 valid),
         site);
  if (valid != 0)
    access(from, valid, 1, AccessKind::Load, AddressSpace::Global, site);
  if (from & (bytes - 1))
    fail(FaultKind::Misaligned,
         formatv("the source of '{0}' is no multiple of {1} bytes", site.name,
                 bytes),
         site);
  access(to, bytes, bytes, AccessKind::Store, AddressSpace::Shared, site);
  // From now on the bytes are undefined, until the copy is waited for.
  std::memset(reinterpret_cast<void *>(to), kPoison, bytes);
  running->copies.push_back({to, from, bytes, valid});
  ++running->uncommitted;
}

void BlockRunner::commitCopies() {
  running->groups.push_back(running->uncommitted);
  running->uncommitted = 0;
}

void BlockRunner::performCopies(const Site &site, size_t number) {
  Thread &self = *running;
  for (const AsyncCopy &copy : ArrayRef(self.copies).take_front(number)) {
    checkRace(copy.to - reinterpret_cast<uintptr_t>(sharedBase), copy.bytes,
              /*store=*/true, site);
    char *to = reinterpret_cast<char *>(copy.to);
    std::memcpy(to, reinterpret_cast<const void *>(copy.from), copy.valid);
    std::memset(to + copy.valid, 0, copy.bytes - copy.valid);
  }
  self.copies.erase(self.copies.begin(), self.copies.begin() + number);
}

void BlockRunner::waitForCopies(const Site &site, uint32_t pending) {
  Thread &self = *running;
  if (self.groups.size() <= pending)
    return;
  size_t groups = self.groups.size() - pending, number = 0;
  for (size_t size : ArrayRef(self.groups).take_front(groups))
    number += size;
  self.groups.erase(self.groups.begin(), self.groups.begin() + groups);
  performCopies(site, number);
}

void BlockRunner::waitForAllCopies(const Site &site) {
  running->groups.clear();
  running->uncommitted = 0;
  performCopies(site, running->copies.size());
}

} // namespace sim
} // namespace upweave
