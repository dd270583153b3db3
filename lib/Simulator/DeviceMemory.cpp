//===- DeviceMemory.cpp - Global memory of the simulated GPU --------------===//
// Allocations with bounds, poison, and a record of what kernels wrote.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Simulator/DeviceMemory.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <cassert>
#include <cstdlib>
#include <cstring>

using namespace llvm;

namespace upweave {
namespace sim {

namespace {
constexpr uint64_t kAlignment = 256;
/// Bytes before and after an allocation that belong to none: an access just
/// outside of one tensor must not fall into another.
constexpr uint64_t kGap = 4096;
} // namespace

static char *getBase(const Allocation &allocation) {
  return reinterpret_cast<char *>(allocation.begin - kGap);
}

DeviceMemory::~DeviceMemory() {
  for (auto &[begin, allocation] : allocations)
    std::free(getBase(*allocation));
}

void *DeviceMemory::allocate(uint64_t size, StringRef name,
                             unsigned elementBytes) {
  assert(isPowerOf2_32(elementBytes) && "elements of a power of two of bytes");
  uint64_t total = alignTo(size, kAlignment) + 2 * kGap;
  char *base = static_cast<char *>(std::aligned_alloc(kAlignment, total));
  if (!base)
    return nullptr;
  auto allocation = std::make_unique<Allocation>();
  allocation->name = name.str();
  allocation->begin = reinterpret_cast<uintptr_t>(base + kGap);
  allocation->size = size;
  allocation->granuleLog2 = Log2_32(elementBytes);
  void *data = base + kGap;
  allocations.emplace(allocation->begin, std::move(allocation));
  poison(data);
  return data;
}

bool DeviceMemory::release(void *data) {
  auto it = allocations.find(reinterpret_cast<uintptr_t>(data));
  if (it == allocations.end())
    return false;
  std::free(getBase(*it->second));
  allocations.erase(it);
  return true;
}

Allocation *DeviceMemory::find(uintptr_t address) const {
  auto it = allocations.upper_bound(address);
  if (it == allocations.begin())
    return nullptr;
  Allocation *allocation = std::prev(it)->second.get();
  return address - allocation->begin < allocation->size ? allocation : nullptr;
}

Allocation &DeviceMemory::get(void *data) const {
  auto it = allocations.find(reinterpret_cast<uintptr_t>(data));
  assert(it != allocations.end() && "not the start of an allocation");
  return *it->second;
}

void DeviceMemory::poison(void *data) {
  Allocation &allocation = get(data);
  std::memset(data, kPoison, allocation.size);
  uint64_t granules = (allocation.size >> allocation.granuleLog2) + 1;
  static_assert(sizeof(std::atomic<uint64_t>) == sizeof(uint64_t));
  allocation.writers.reset(static_cast<std::atomic<uint64_t> *>(
      std::calloc(granules, sizeof(uint64_t))));
  if (!allocation.writers)
    report_fatal_error("no memory to record the stores of kernels");
}

std::string DeviceMemory::describeNearest(uintptr_t address) const {
  auto it = allocations.upper_bound(address);
  if (it == allocations.begin() && it == allocations.end())
    return "there is no allocation";
  const Allocation *best = nullptr;
  uint64_t bestDistance = ~uint64_t(0);
  auto consider = [&](const Allocation &allocation) {
    uint64_t distance = address < allocation.begin
                            ? allocation.begin - address
                            : address - allocation.begin - allocation.size;
    if (distance < bestDistance) {
      bestDistance = distance;
      best = &allocation;
    }
  };
  if (it != allocations.begin())
    consider(*std::prev(it)->second);
  if (it != allocations.end())
    consider(*it->second);
  int64_t offset = static_cast<int64_t>(address - best->begin);
  return formatv("byte {0} of '{1}', which has {2}", offset, best->name,
                 best->size);
}

} // namespace sim
} // namespace upweave
