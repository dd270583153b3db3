//===- Simulator.cpp - Kernels of a GPU run on the CPU --------------------===//
// Launches: which blocks run, in which order, on which threads of the process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Simulator/Simulator.h"

#include "BlockRunner.h"
#include "KernelJIT.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <chrono>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <set>
#include <thread>
#include <tuple>

using namespace llvm;

namespace upweave {
namespace sim {

namespace {

/// The order in which blocks run: a permutation of [0, count) that needs no
/// memory, and by which neighbours do not run one after another.
class BlockOrder {
public:
  BlockOrder(uint64_t count, const SimulatorOptions &options) : count(count) {
    if (options.order == ThreadOrder::Backward) {
      start = count - 1;
      step = count - 1;
    }
    if (options.order == ThreadOrder::Random && count > 2) {
      std::mt19937_64 random(options.seed);
      start = random() % count;
      do
        step = random() % count;
      while (std::gcd(step, count) != 1);
    }
  }
  uint64_t operator[](uint64_t i) const {
    return static_cast<uint64_t>(
        (start + static_cast<unsigned __int128>(step) * i) % count);
  }

private:
  uint64_t count, start = 0, step = 1;
};

/// The blocks of one launch, handed out to workers.
struct Work {
  uint64_t total = 0; ///< to run
  BlockOrder order;
  std::vector<uint64_t> sampled; ///< the blocks, if not all
  std::atomic<uint64_t> next{0}, done{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::optional<Fault> fault;

  uint64_t getBlock(uint64_t i) const {
    return sampled.empty() ? order[i] : sampled[i];
  }
  void report(const Fault &found) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!fault)
      fault = found;
    stop = true;
  }
};

} // namespace

class Simulator::Impl {
public:
  Impl(DeviceMemory &memory) : memory(memory) {}

  std::optional<Fault> checkLaunch(const KernelCode &kernel,
                                   const LaunchShape &shape) const;
  void runBlocks(BlockRunner &runner, const KernelCode &kernel,
                 const LaunchShape &shape, const void *const *params,
                 Work &work) const;
  void runAll(const KernelCode &kernel, const LaunchShape &shape,
              const void *const *params, Work &work,
              function_ref<void(double)> progress);
  unsigned getWorkers(uint64_t blocks) const;
  void clearCounts();
  void addCounts(LaunchCounts &counts) const;

  DeviceMemory &memory;
  SimulatorOptions options;
  std::unique_ptr<KernelJIT> jit;
  std::vector<std::unique_ptr<BlockRunner>> runners;
  /// Counts launches, from 1, in the bits that memory has for them.
  uint64_t launches = 0;
};

Simulator::Simulator(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Simulator::~Simulator() = default;

Expected<std::unique_ptr<Simulator>>
Simulator::create(StringRef llvmIR, DeviceMemory &memory,
                  const SimulatorOptions &options) {
  auto impl = std::make_unique<Impl>(memory);
  impl->options = options;
  Expected<std::unique_ptr<KernelJIT>> jit = KernelJIT::create(llvmIR);
  if (!jit)
    return jit.takeError();
  impl->jit = std::move(*jit);
  return std::unique_ptr<Simulator>(new Simulator(std::move(impl)));
}

void Simulator::setOptions(const SimulatorOptions &options) {
  impl->options = options;
}

std::vector<std::string> Simulator::getKernels() const {
  std::vector<std::string> names;
  for (const KernelCode &kernel : impl->jit->getKernels())
    names.push_back(kernel.name);
  return names;
}

uint32_t Simulator::getNarrowestAccess() const {
  unsigned log2 = 2;
  for (const KernelCode &code : impl->jit->getKernels())
    log2 = std::min(log2, code.granuleLog2);
  return 1u << log2;
}

uint32_t Simulator::getStaticSharedBytes(StringRef kernel) const {
  for (const KernelCode &code : impl->jit->getKernels())
    if (code.name == kernel)
      return code.staticBytes;
  return 0;
}

std::optional<Fault>
Simulator::Impl::checkLaunch(const KernelCode &kernel,
                             const LaunchShape &shape) const {
  constexpr uint64_t kMostThreads = 1024;
  Fault fault{FaultKind::Launch, "", kernel.name, {}, {}, ""};
  uint64_t threads = uint64_t(shape.block[0]) * shape.block[1] * shape.block[2];
  uint64_t most = uint64_t(kernel.maxThreads[0]) * kernel.maxThreads[1] *
                  kernel.maxThreads[2];
  if (threads == 0 || threads > kMostThreads)
    fault.message = formatv("a block of {0} threads; a GPU takes 1 to {1}",
                            threads, kMostThreads);
  else if (most != 0 && (kernel.exactThreads ? shape.block != kernel.maxThreads
                                             : threads > most))
    fault.message =
        formatv("a block of {0} threads, but the kernel was "
                "compiled for {1}{2}",
                threads, kernel.exactThreads ? "" : "at most ", most);
  if (fault.message.empty())
    return std::nullopt;
  return fault;
}

unsigned Simulator::Impl::getWorkers(uint64_t blocks) const {
  unsigned workers =
      options.workers ? options.workers : std::thread::hardware_concurrency();
  return std::max<uint64_t>(1, std::min<uint64_t>(workers, blocks));
}

void Simulator::Impl::runBlocks(BlockRunner &runner, const KernelCode &kernel,
                                const LaunchShape &shape,
                                const void *const *params, Work &work) const {
  while (!work.stop) {
    uint64_t i = work.next++;
    if (i >= work.total)
      return;
    uint64_t number = work.getBlock(i);
    Index3 block = {
        static_cast<uint32_t>(number % shape.grid[0]),
        static_cast<uint32_t>(number / shape.grid[0] % shape.grid[1]),
        static_cast<uint32_t>(number / shape.grid[0] / shape.grid[1])};
    if (std::optional<Fault> fault =
            runner.run(kernel, shape, params, block, options,
                       options.seed + number, launches))
      work.report(*fault);
    ++work.done;
  }
}

void Simulator::Impl::runAll(const KernelCode &kernel, const LaunchShape &shape,
                             const void *const *params, Work &work,
                             function_ref<void(double)> progress) {
  unsigned count = getWorkers(work.total);
  while (runners.size() < count)
    runners.push_back(std::make_unique<BlockRunner>(memory));
  if (count == 1 && !progress)
    return runBlocks(*runners[0], kernel, shape, params, work);
  std::vector<std::thread> workers;
  std::atomic<unsigned> running{count};
  for (unsigned i = 0; i < count; ++i)
    workers.emplace_back([&, i] {
      runBlocks(*runners[i], kernel, shape, params, work);
      --running;
    });
  // Polls quickly at first: most launches take milliseconds.
  auto pause = std::chrono::microseconds(50);
  while (progress && running != 0) {
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::microseconds(100000));
    progress(double(work.done) / double(work.total));
  }
  for (std::thread &worker : workers)
    worker.join();
}

void Simulator::Impl::clearCounts() {
  for (std::unique_ptr<BlockRunner> &runner : runners) {
    runner->mmaCount = runner->barrierCount = 0;
    runner->getCounter().clear();
  }
}

void Simulator::Impl::addCounts(LaunchCounts &counts) const {
  // Unrolled copies of one access are one place.
  using Key = std::tuple<bool, bool, std::string, std::string>;
  std::map<Key, AccessCounts> sites;
  for (const std::unique_ptr<BlockRunner> &runner : runners) {
    counts.mma += runner->mmaCount;
    counts.barriers += runner->barrierCount;
    for (const auto &[place, access] : runner->getCounter().getCounts()) {
      const Site *site = place.first;
      AccessCounts &sum =
          sites[{access.shared, access.store, site->name, site->location}];
      sum.name = site->name;
      sum.location = site->location;
      sum.shared = access.shared;
      sum.store = access.store;
      sum.accesses += access.accesses;
      sum.transactions += access.transactions;
      sum.ideal += access.ideal;
    }
  }
  for (auto &[key, access] : sites)
    counts.accesses.push_back(std::move(access));
}

/// The first block, the last and some in between.
static std::vector<uint64_t> sampleBlocks(uint64_t total, uint64_t wanted,
                                          uint64_t seed) {
  std::set<uint64_t> chosen = {0};
  if (wanted > 1)
    chosen.insert(total - 1);
  std::mt19937_64 random(seed);
  while (chosen.size() < wanted)
    chosen.insert(random() % total);
  return std::vector<uint64_t>(chosen.begin(), chosen.end());
}

Expected<std::optional<Fault>>
Simulator::launch(StringRef name, const LaunchShape &shape,
                  ArrayRef<const void *> params, uint64_t wanted,
                  function_ref<void(double)> progress, LaunchCounts *counts) {
  Expected<const KernelCode *> kernel = impl->jit->find(name);
  if (!kernel)
    return kernel.takeError();
  if (std::optional<Fault> fault = impl->checkLaunch(**kernel, shape))
    return fault;
  uint64_t blocks = uint64_t(shape.grid[0]) * shape.grid[1] * shape.grid[2];
  if (blocks == 0)
    return std::optional<Fault>();
  Work work{blocks, BlockOrder(blocks, impl->options), {}, {}, {}, {}, {}, {}};
  if (wanted != 0 && wanted < blocks) {
    work.sampled = sampleBlocks(blocks, wanted, impl->options.seed);
    work.total = wanted;
  }
  impl->clearCounts();
  impl->launches = impl->launches % 0xffff + 1;
  impl->runAll(**kernel, shape, params.data(), work, progress);
  if (counts) {
    counts->blocks = work.done;
    counts->skipped = blocks - work.total;
    impl->addCounts(*counts);
  }
  return work.fault;
}

} // namespace sim
} // namespace upweave
