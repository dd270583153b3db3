// One mutex guards the list of jobs: pieces are long beside taking it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "WorkPool.h"

#include <algorithm>
#include <system_error>

namespace upweave {
namespace check {

WorkPool::WorkPool(unsigned threads) {
  if (threads == 0)
    threads = std::max(1u, std::thread::hardware_concurrency());
  try {
    while (workers.size() + 1 < threads)
      workers.emplace_back([this] { work(); });
  } catch (const std::system_error &) {
    // Fewer threads do the same work.
  }
}

WorkPool::~WorkPool() {
  {
    Lock lock(mutex);
    stopping = true;
  }
  changed.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

bool WorkPool::help(Lock &lock, int64_t rank, Job *only) {
  auto job = std::find_if(jobs.begin(), jobs.end(), [&](Job *candidate) {
    return candidate->rank <= rank && candidate->hasWork() &&
           (!only || candidate == only);
  });
  if (job == jobs.end())
    return false;
  Job &chosen = **job;
  const int64_t begin = chosen.next;
  const int64_t end = std::min(chosen.count, begin + chosen.grain);
  chosen.next = end;
  ++chosen.running;
  lock.unlock();
  std::exception_ptr failure;
  try {
    (*chosen.body)(begin, end);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  --chosen.running;
  if (failure && !chosen.failure)
    chosen.failure = failure;
  if (chosen.isDone())
    changed.notify_all();
  return true;
}

void WorkPool::helpUntil(Lock &lock, int64_t rank,
                         const std::function<bool()> &done) {
  while (!done())
    if (!help(lock, rank))
      changed.wait(lock);
}

void WorkPool::work() {
  Lock lock(mutex);
  helpUntil(lock, kOutermost, [this] { return stopping; });
}

void WorkPool::run(int64_t rank, int64_t count, int64_t grain,
                   const Body &body) {
  if (count <= grain || workers.empty()) {
    for (int64_t begin = 0; begin < count; begin += grain)
      body(begin, std::min(count, begin + grain));
    return;
  }
  Job job;
  job.body = &body;
  job.rank = rank;
  job.count = count;
  job.grain = grain;
  Lock lock(mutex);
  // The newest first: what others wait for is inside of what they do.
  jobs.push_front(&job);
  changed.notify_all();
  while (help(lock, rank, &job)) {
  }
  helpUntil(lock, rank, [&] { return job.isDone(); });
  jobs.remove(&job);
  if (job.failure)
    std::rethrow_exception(job.failure);
}

bool WorkPool::Claims::compute(int64_t key,
                               const std::function<void()> &compute) {
  Lock lock(pool.mutex);
  auto isActive = [&] {
    return std::find(active.begin(), active.end(), key) != active.end();
  };
  if (isActive()) {
    pool.helpUntil(lock, rank, [&] { return !isActive(); });
    return false;
  }
  active.push_back(key);
  auto release = [&] {
    active.erase(std::find(active.begin(), active.end(), key));
    pool.changed.notify_all();
  };
  lock.unlock();
  try {
    compute();
  } catch (...) {
    lock.lock();
    release();
    throw;
  }
  lock.lock();
  release();
  return true;
}

} // namespace check
} // namespace upweave
