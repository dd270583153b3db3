// The team of threads of a launch on the host: workers, wake-up and barrier.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ThreadPool.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace upweave {
namespace rt {

namespace {
constexpr const char *kVariable = "UPWEAVE_NUM_THREADS";
constexpr unsigned kMaxThreads = 1024;

/// Lets threads go on when all of a team have come.
class Barrier {
public:
  void reset(unsigned size) { count = size; }

  void wait() {
    std::unique_lock<std::mutex> lock(mutex);
    const uint64_t mine = generation;
    if (++arrived == count) {
      arrived = 0;
      ++generation;
      // Unlocked first, or those who wake would only wait for the lock.
      lock.unlock();
      changed.notify_all();
      return;
    }
    changed.wait(lock, [&] { return generation != mine; });
  }

private:
  std::mutex mutex;
  std::condition_variable changed;
  unsigned count = 1, arrived = 0;
  uint64_t generation = 0;
};

void ignoreBarrier(void *) {}
void waitAtBarrier(void *barrier) { static_cast<Barrier *>(barrier)->wait(); }
} // namespace

uw_status teamSize(unsigned &count) {
  const unsigned processors = std::thread::hardware_concurrency();
  count = std::clamp(processors, 1u, kMaxThreads); // 0 is unknown
  const char *text = std::getenv(kVariable);
  if (!text || !*text)
    return UW_OK;
  char *end;
  const long value = std::strtol(text, &end, 10);
  if (*end || value < 1 || value > long(kMaxThreads))
    return fail(UW_HOST_ERROR,
                "{} is '{}': set it to a number of threads from 1 to {}, or "
                "unset it to use all processors",
                kVariable, text, kMaxThreads);
  count = value;
  return UW_OK;
}

/// The threads, and what they share with the launching one.
class ThreadPool::Workers {
public:
  std::mutex turn; ///< Held by the launch that has the workers.

  /// Starts a team of `count`, or as much of it as the system allows: a team of
  /// any size gives the same results. True if there is anyone to help. Call
  /// with `turn` held.
  bool start(unsigned count) {
    if (!threads.empty())
      return true;
    try {
      threads.reserve(count - 1);
      while (threads.size() < count - 1)
        threads.emplace_back(&Workers::work, this, threads.size() + 1);
    } catch (const std::exception &) {
      // No memory or no more threads. With none at all the next launch tries
      // again.
    }
    barrier.reset(threads.size() + 1);
    return !threads.empty();
  }

  /// Runs `what` on the workers and the calling thread. Call with `turn` held.
  void run(Task what, const void *with) {
    begin(what, with);
    HostTeam first = member(0);
    what(with, first);
    std::unique_lock<std::mutex> lock(mutex);
    finished.wait(lock, [&] { return running == 0; });
  }

  ~Workers() {
    begin(nullptr, nullptr);
    for (std::thread &thread : threads)
      thread.join();
  }

private:
  HostTeam member(int64_t thread) {
    return {thread, int64_t(threads.size()) + 1, waitAtBarrier, &barrier};
  }

  void begin(Task what, const void *with) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      task = what;
      context = with;
      running = threads.size();
      ++launches;
    }
    wake.notify_all();
  }

  void work(int64_t number) {
    uint64_t seen = 0;
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return launches != seen; });
      seen = launches;
      if (!task)
        return;
      const Task current = task;
      const void *const with = context;
      HostTeam team = member(number);
      lock.unlock();
      current(with, team);
      lock.lock();
      if (--running == 0)
        finished.notify_one();
    }
  }

  std::mutex mutex;
  std::condition_variable wake, finished;
  uint64_t launches = 0; ///< Changes when there is something to do.
  Task task = nullptr;   ///< Null asks the workers to end.
  const void *context = nullptr;
  unsigned running = 0;
  Barrier barrier;
  std::vector<std::thread> threads;
};

ThreadPool::ThreadPool(unsigned count) : count(count) {}

ThreadPool::~ThreadPool() { workers.destroy(); }

namespace {
/// The pools that programs hold.
struct Pools {
  std::mutex mutex;
  std::map<unsigned, std::weak_ptr<ThreadPool>> known;
};
// Never destroyed: programs may be loaded while the process ends.
PerProcess<Pools> pools;
} // namespace

uw_status ThreadPool::get(unsigned count, std::shared_ptr<ThreadPool> &pool) {
  UW_TRY(watchForks());
  Pools *all = pools.get();
  if (!all)
    return failOutOfMemory();
  std::lock_guard<std::mutex> lock(all->mutex);
  std::weak_ptr<ThreadPool> &known = all->known[count];
  pool = known.lock();
  if (!pool)
    known = pool = std::make_shared<ThreadPool>(count);
  return UW_OK;
}

void ThreadPool::run(Task task, const void *context) {
  Workers *team = count > 1 ? workers.get() : nullptr;
  std::unique_lock<std::mutex> turn;
  if (team)
    turn = std::unique_lock<std::mutex>(team->turn, std::try_to_lock);
  if (turn && team->start(count)) {
    team->run(task, context);
    return;
  }
  HostTeam alone = {0, 1, ignoreBarrier, nullptr};
  task(context, alone);
}

} // namespace rt
} // namespace upweave
