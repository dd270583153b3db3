//===- BlockRunner.h - One thread block on the CPU --------------*- C++ -*-===//
// Runs the threads of a block as fibers, lets them meet at barriers and in warp
// operations, and checks every access.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_BLOCKRUNNER_H
#define UPWEAVE_LIB_SIMULATOR_BLOCKRUNNER_H

#include "AccessCounter.h"
#include "Fibers.h"
#include "RaceDetector.h"

#include "Upweave/Simulator/Simulator.h"

#include <deque>
#include <random>

namespace upweave {
namespace sim {

constexpr uint32_t kWarpSize = 32;

/// A place in a kernel's code.
struct Site {
  std::string name;     ///< of the operation, "shfl.sync.bfly.f32" or "load"
  std::string location; ///< "file:line:col", may be empty
  unsigned number = 0;  ///< counts the sites of a module
};

/// A variable of static shared memory.
struct SharedVariable {
  std::string name;
  uint64_t offset, size;
};

/// A kernel ready to run.
struct KernelCode {
  std::string name;
  void (*entry)(const void *const *params) = nullptr;
  /// In ascending offsets, with gaps between them.
  std::vector<SharedVariable> shared;
  /// Where dynamic shared memory starts.
  uint64_t dynamicOffset = 0;
  /// Bytes of static shared memory on the GPU.
  uint32_t staticBytes = 0;
  /// Log2 of the bytes of the narrowest access to memory, at most 2.
  unsigned granuleLog2 = 2;
  /// Most threads of a block (.maxntid), per dimension; 0 is any.
  Index3 maxThreads = {};
  bool exactThreads = false; ///< .reqntid
};

enum class AccessKind { Load, Store, Atomic };
enum class AddressSpace { Generic, Global, Shared };

/// The lanes that met in a warp operation.
class WarpCall {
public:
  uint32_t mask = 0;
  std::array<const uint64_t *, kWarpSize> in = {}; ///< arguments, a slot each
  std::array<uint64_t *, kWarpSize> out = {};      ///< results
  bool has(uint32_t lane) const { return mask >> (lane % kWarpSize) & 1; }
};

/// Runs blocks of kernels, one at a time. All functions from `access` on are
/// called by kernels, on the fiber of a thread; after a fault they do not
/// return.
class BlockRunner {
public:
  BlockRunner(DeviceMemory &memory) : memory(memory) {}

  /// Runs one block to its end, or to its first fault. `launch` numbers the
  /// launches: stores of different ones do not race.
  std::optional<Fault> run(const KernelCode &kernel, const LaunchShape &shape,
                           const void *const *params, Index3 block,
                           const SimulatorOptions &options, uint64_t seed,
                           uint64_t launch);

  /// The runner whose thread is running on this thread of the process.
  static BlockRunner &current();

  const SimulatorOptions &getOptions() const { return *options; }
  const LaunchShape &getShape() const { return *shape; }
  Index3 getBlock() const { return block; }
  Index3 getThread() const { return running->id; }
  uint32_t getThreadIndex() const { return running->index; }
  char *getShared() { return sharedBase; }

  /// Checks an access of `bytes` bytes.
  void access(uintptr_t address, uint32_t bytes, uint32_t alignment,
              AccessKind kind, AddressSpace space, const Site &site);
  /// One more iteration of a loop.
  void tick(const Site &site);

  /// Meets the lanes of `mask` at `site`; the last one runs `action` for all.
  template <typename Action>
  void meetWarp(const Site &site, uint32_t mask, const uint64_t *in,
                uint64_t *out, Action &&action) {
    if (!arriveAtWarp(site, mask, in, out))
      return;
    WarpCall call;
    fillCall(mask, call);
    action(call);
    leaveWarp(mask);
  }
  /// bar.warp.sync.
  void synchronizeWarp(const Site &site, uint32_t mask);
  /// barrier.cta.sync and .arrive; `count` 0 is all threads of the block.
  void meetBlock(const Site &site, uint32_t barrier, uint32_t count,
                 bool aligned, bool wait);

  /// cp.async of `bytes` bytes, of which `valid` come from `from` and the rest
  /// are zero.
  void copyAsync(const Site &site, uintptr_t to, uintptr_t from, uint32_t bytes,
                 uint32_t valid);
  void commitCopies();
  /// Performs all committed groups but the newest `pending`.
  void waitForCopies(const Site &site, uint32_t pending);
  /// Performs everything, committed or not.
  void waitForAllCopies(const Site &site);

  /// What the accesses of all blocks since `clear` cost, if they are counted.
  AccessCounter &getCounter() { return counter; }
  uint64_t mmaCount = 0, barrierCount = 0;

  /// Ends the block with a fault of the running thread.
  [[noreturn]] void fail(FaultKind kind, std::string message, const Site &site);

private:
  struct AsyncCopy {
    uintptr_t to, from;
    uint32_t bytes, valid;
  };
  enum class State { Ready, AtWarp, AtBarrier, Done };
  struct Thread {
    Fiber fiber;
    uint32_t index = 0;
    Index3 id = {};
    State state = State::Ready;
    const Site *site = nullptr; ///< where it waits
    uint32_t mask = 0;          ///< the lanes, or the number of the barrier
    const uint64_t *in = nullptr;
    uint64_t *out = nullptr;
    uint64_t iterations = 0;
    std::vector<AsyncCopy> copies; ///< not yet performed, oldest first
    std::vector<size_t> groups;    ///< sizes of the committed groups
    size_t uncommitted = 0;        ///< copies after the last commit
  };
  /// The operation that some lanes of a warp wait in.
  struct Warp {
    const Site *site = nullptr;
    uint32_t mask = 0, arrived = 0;
  };
  struct Barrier {
    uint32_t expected = 0;
    std::vector<uint32_t> waiting;
    std::vector<RaceDetector::Release> released;
    uint32_t arrived = 0; ///< waiting or gone on
    bool aligned = false, all = false;
  };

  void prepare(uint64_t seed);
  void startThreads();
  static void runThread(void *argument);
  void finishThread();
  std::optional<Fault> findDeadlock();

  void enqueue(llvm::MutableArrayRef<uint32_t> indices);
  Thread &getLane(uint32_t lane) {
    return *threads[running->index / kWarpSize * kWarpSize + lane];
  }
  bool arriveAtWarp(const Site &site, uint32_t mask, const uint64_t *in,
                    uint64_t *out);
  void checkMask(const Site &site, uint32_t mask);
  void fillCall(uint32_t mask, WarpCall &call);
  void leaveWarp(uint32_t mask);
  void completeBarrier(Barrier &barrier);
  void performCopies(const Site &site, size_t count);
  void accessShared(uint64_t offset, uint32_t bytes, AccessKind kind,
                    const Site &site);
  void accessGlobal(uintptr_t address, uint32_t bytes, AccessKind kind,
                    const Site &site);
  // What is wrong, in words: nothing may be alive on a stack that is left.
  std::string describeMisaligned(uintptr_t address, uint32_t bytes,
                                 uint32_t alignment, AccessKind kind,
                                 const Site &site) const;
  std::string describeStray(uintptr_t address, uint32_t bytes, AccessKind kind,
                            const Site &site) const;
  std::string describeTwoStores(const Allocation &allocation, uintptr_t address,
                                uint32_t bytes, uint64_t other,
                                const Site &site) const;
  std::string describeOutside(int64_t offset, uint32_t bytes, AccessKind kind,
                              const Site &site) const;
  std::string describeWaiting(const Thread &waiting, uint32_t number) const;
  const Site *findDivergence(const Barrier &barrier,
                             std::string &message) const;
  void checkRace(uint64_t offset, uint32_t bytes, bool store, const Site &site);

  DeviceMemory &memory;
  const KernelCode *kernel = nullptr;
  const LaunchShape *shape = nullptr;
  const void *const *params = nullptr;
  const SimulatorOptions *options = nullptr;
  Index3 block = {};
  uint64_t launch = 0;

  std::vector<std::unique_ptr<Thread>> threads; ///< at least `count` of them
  uint32_t count = 0, finished = 0;
  Thread *running = nullptr;
  std::deque<uint32_t> ready;
  std::vector<Warp> warps;
  std::array<Barrier, 16> barriers;
  std::mt19937_64 random;

  std::vector<char> sharedStorage;
  char *sharedBase = nullptr;
  uint64_t sharedSize = 0;
  RaceDetector races;
  /// What a site's last access went to, by the site's number.
  std::array<Allocation *, 256> lastAllocations = {};
  AccessCounter counter;
  std::optional<Fault> fault;
};

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_BLOCKRUNNER_H
