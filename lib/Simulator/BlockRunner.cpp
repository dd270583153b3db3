//===- BlockRunner.cpp - One thread block on the CPU ----------------------===//
// The threads of a block: starting, running in some order, ending.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BlockRunner.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <cstdlib>
#include <cstring>

using namespace llvm;

namespace upweave {
namespace sim {

namespace {
/// Shared memory starts at a multiple of this, as generously as a GPU's does.
constexpr uint64_t kSharedAlignment = 1024;

thread_local BlockRunner *currentRunner = nullptr;
} // namespace

StringRef getFaultName(FaultKind kind) {
  switch (kind) {
  case FaultKind::GlobalBounds:
    return "global-bounds";
  case FaultKind::ReadOnly:
    return "read-only";
  case FaultKind::SharedBounds:
    return "shared-bounds";
  case FaultKind::Misaligned:
    return "misaligned";
  case FaultKind::SharedRace:
    return "shared-race";
  case FaultKind::GlobalRace:
    return "global-race";
  case FaultKind::InactiveLane:
    return "inactive-lane";
  case FaultKind::DivergentBarrier:
    return "divergent-barrier";
  case FaultKind::Deadlock:
    return "deadlock";
  case FaultKind::Runaway:
    return "runaway";
  case FaultKind::Launch:
    return "launch";
  }
  return "unknown";
}

static std::string formatIndex(Index3 index) {
  return formatv("({0},{1},{2})", index[0], index[1], index[2]);
}

std::string Fault::str() const {
  std::string where = location.empty() ? "" : " at " + location;
  return formatv("kernel '{0}', block {1}, thread {2}{3}: {4} [{5}]", kernel,
                 formatIndex(block), formatIndex(thread), where, message,
                 getFaultName(kind));
}

BlockRunner &BlockRunner::current() { return *currentRunner; }

void BlockRunner::fail(FaultKind kind, std::string message, const Site &site) {
  if (!fault) {
    fault.emplace();
    fault->kind = kind;
    fault->message = std::move(message);
    fault->kernel = kernel->name;
    fault->block = block;
    fault->thread = running->id;
    fault->location = site.location;
  }
  // What was on this stack is never looked at again.
  std::string().swap(message);
  for (;;)
    running->fiber.suspend();
}

//===----------------------------------------------------------------------===//
// The life of a block
//===----------------------------------------------------------------------===//

void BlockRunner::prepare(uint64_t seed) {
  count = shape->block[0] * shape->block[1] * shape->block[2];
  finished = 0;
  fault.reset();
  lastAllocations.fill(nullptr);
  ready.clear();
  random.seed(seed);
  warps.assign(divideCeil(count, kWarpSize), Warp());
  for (Barrier &barrier : barriers)
    barrier = Barrier();
  while (threads.size() < count) {
    threads.push_back(std::make_unique<Thread>());
    if (!threads.back()->fiber.getStack())
      report_fatal_error("no memory for the stack of a simulated thread");
  }

  sharedSize = kernel->dynamicOffset + shape->dynamicSharedBytes;
  if (sharedStorage.size() < sharedSize + kSharedAlignment)
    sharedStorage.resize(sharedSize + kSharedAlignment);
  sharedBase = reinterpret_cast<char *>(alignTo(
      reinterpret_cast<uintptr_t>(sharedStorage.data()), kSharedAlignment));
  std::memset(sharedBase, kPoison, sharedSize);
  races.start(count, sharedSize, kernel->granuleLog2);
}

void BlockRunner::startThreads() {
  std::vector<uint32_t> order(count);
  for (uint32_t i = 0; i < count; ++i) {
    Thread &thread = *threads[i];
    thread.index = i;
    thread.id = {i % shape->block[0], i / shape->block[0] % shape->block[1],
                 i / (shape->block[0] * shape->block[1])};
    thread.state = State::Ready;
    thread.iterations = 0;
    thread.copies.clear();
    thread.groups.clear();
    thread.uncommitted = 0;
    thread.fiber.start(runThread, this);
    order[i] = i;
  }
  enqueue(order);
}

/// Makes threads runnable, in the order that was asked for.
void BlockRunner::enqueue(MutableArrayRef<uint32_t> indices) {
  if (options->order == ThreadOrder::Backward)
    std::reverse(indices.begin(), indices.end());
  if (options->order == ThreadOrder::Random)
    std::shuffle(indices.begin(), indices.end(), random);
  ready.insert(ready.end(), indices.begin(), indices.end());
}

void BlockRunner::runThread(void *argument) {
  BlockRunner &self = *static_cast<BlockRunner *>(argument);
  self.kernel->entry(self.params);
  self.finishThread();
}

/// Where a thread waits in vain: "lane 3 waits for it in 'x' at f:1:2".
std::string BlockRunner::describeWaiting(const Thread &waiting,
                                         uint32_t number) const {
  std::string who =
      waiting.state == State::AtWarp
          ? formatv("lane {0} waits for it", number).str()
          : "thread " + formatIndex(waiting.id) + " waits for all of the block";
  return formatv(
      "the thread ends, but {0} in '{1}'{2}{3}", who, waiting.site->name,
      waiting.site->location.empty() ? "" : " at ", waiting.site->location);
}

/// A thread that ends leaves nobody waiting for it.
void BlockRunner::finishThread() {
  static const Site end = {"the end of the thread", "", 0};
  Thread &self = *running;
  self.state = State::Done;
  ++finished;
  uint32_t first = self.index / kWarpSize * kWarpSize;
  for (uint32_t i = first; i < std::min(count, first + kWarpSize); ++i) {
    const Thread &other = *threads[i];
    if (other.state == State::AtWarp && other.mask >> (self.index - first) & 1)
      fail(FaultKind::InactiveLane, describeWaiting(other, i - first), end);
  }
  for (const Barrier &barrier : barriers)
    if (!barrier.waiting.empty() && barrier.all) {
      const Thread &other = *threads[barrier.waiting.front()];
      fail(FaultKind::DivergentBarrier, describeWaiting(other, 0), end);
    }
  for (;;)
    self.fiber.suspend();
}

std::optional<Fault> BlockRunner::findDeadlock() {
  if (finished == count)
    return std::nullopt;
  Fault found;
  found.kind = FaultKind::Deadlock;
  found.kernel = kernel->name;
  found.block = block;
  std::string text = "no thread can go on";
  constexpr unsigned kMostListed = 4;
  unsigned listed = 0;
  const Site *last = nullptr;
  for (uint32_t i = 0; i < count && listed < kMostListed; ++i) {
    const Thread &thread = *threads[i];
    if (thread.state == State::Done || thread.site == last)
      continue;
    if (!last) {
      found.thread = thread.id;
      found.location = thread.site->location;
    }
    last = thread.site;
    ++listed;
    text += thread.state == State::AtWarp
                ? formatv("; thread {0} waits in '{1}' for the lanes {2:x8}",
                          formatIndex(thread.id), last->name, thread.mask)
                      .str()
                : formatv("; thread {0} waits at barrier {1} with {2} of {3} "
                          "threads",
                          formatIndex(thread.id), thread.mask,
                          barriers[thread.mask].arrived,
                          barriers[thread.mask].expected)
                      .str();
    if (!last->location.empty())
      text += " at " + last->location;
  }
  found.message = text;
  return found;
}

std::optional<Fault> BlockRunner::run(const KernelCode &newKernel,
                                      const LaunchShape &newShape,
                                      const void *const *newParams,
                                      Index3 newBlock,
                                      const SimulatorOptions &newOptions,
                                      uint64_t seed, uint64_t newLaunch) {
  launch = newLaunch;
  kernel = &newKernel;
  shape = &newShape;
  params = newParams;
  block = newBlock;
  options = &newOptions;
  currentRunner = this;
  prepare(seed);
  if (options->countAccesses)
    counter.start(warps.size());
  startThreads();
  while (!ready.empty()) {
    running = threads[ready.front()].get();
    ready.pop_front();
    running->fiber.resume();
    if (fault)
      return fault;
  }
  if (options->countAccesses)
    counter.finish();
  return findDeadlock();
}

void BlockRunner::tick(const Site &site) {
  if (++running->iterations > options->maxIterations)
    fail(FaultKind::Runaway,
         formatv("a thread went through more than {0} loop iterations",
                 options->maxIterations),
         site);
}

} // namespace sim
} // namespace upweave
