// The team of threads of a launch on the host: workers, wake-up and barrier.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ThreadPool.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <system_error>
#include <thread>
#include <unistd.h>
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

/// What the workers share with the launching thread.
struct ThreadPool::Workers {
  const pid_t process = ::getpid();
  std::mutex mutex;
  std::condition_variable wake, finished;
  uint64_t launches = 0;      ///< Changes when there is something to do.
  const Task *task = nullptr; ///< Null asks the workers to end.
  unsigned running = 0;
  Barrier barrier;
  std::vector<std::thread> threads;

  HostTeam member(int64_t thread) {
    return {thread, int64_t(threads.size()) + 1, waitAtBarrier, &barrier};
  }

  void begin(const Task *what) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      task = what;
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
      const Task &current = *task;
      HostTeam team = member(number);
      lock.unlock();
      current(team);
      lock.lock();
      if (--running == 0)
        finished.notify_one();
    }
  }

  ~Workers() {
    begin(nullptr);
    for (std::thread &thread : threads)
      thread.join();
  }
};

ThreadPool::ThreadPool(unsigned count) : count(count) {}

ThreadPool::~ThreadPool() {
  // A forked process has no such threads to wait for.
  if (workers && workers->process != ::getpid())
    (void)workers.release();
}

std::shared_ptr<ThreadPool> ThreadPool::get(unsigned count) {
  static std::mutex mutex;
  // Never destroyed: programs may be loaded while the process ends.
  static auto &pools = *new std::map<unsigned, std::weak_ptr<ThreadPool>>;
  std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<ThreadPool> &known = pools[count];
  std::shared_ptr<ThreadPool> pool = known.lock();
  if (!pool)
    known = pool = std::make_shared<ThreadPool>(count);
  return pool;
}

/// True if there are workers of this process to help.
bool ThreadPool::start() {
  if (workers)
    return workers->process == ::getpid() && !workers->threads.empty();
  workers = std::make_unique<Workers>();
  try {
    for (unsigned i = 1; i < count; ++i)
      workers->threads.emplace_back(&Workers::work, workers.get(), i);
  } catch (const std::system_error &) {
    // As many as the system allows.
  }
  workers->barrier.reset(workers->threads.size() + 1);
  return !workers->threads.empty();
}

void ThreadPool::run(const Task &task) {
  std::unique_lock<std::mutex> lock(turn, std::try_to_lock);
  if (!lock || !start()) {
    HostTeam alone = {0, 1, ignoreBarrier, nullptr};
    task(alone);
    return;
  }
  workers->begin(&task);
  HostTeam first = workers->member(0);
  task(first);
  std::unique_lock<std::mutex> running(workers->mutex);
  workers->finished.wait(running, [&] { return workers->running == 0; });
}

} // namespace rt
} // namespace upweave
