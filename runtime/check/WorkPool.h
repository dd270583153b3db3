// Threads that share the work of evaluating: loops inside loops, and waiting
// for what another thread computes, without idling and without deadlock.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_WORKPOOL_H
#define UPWEAVE_CHECK_WORKPOOL_H

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace upweave {
namespace check {

/// Work is ranked: what has rank r only ever waits for work of lower ranks. A
/// thread that waits at rank r helps with work up to rank r, which cannot need
/// anything that the thread itself holds up.
class WorkPool {
public:
  /// The rank of loops that nothing waits for.
  static constexpr int64_t kOutermost = INT64_MAX;
  using Body = std::function<void(int64_t begin, int64_t end)>;

  /// `threads` counts the calling one; 0 is one per processor.
  explicit WorkPool(unsigned threads = 0);
  ~WorkPool();
  WorkPool(const WorkPool &) = delete;
  WorkPool &operator=(const WorkPool &) = delete;

  unsigned threads() const { return workers.size() + 1; }

  /// Calls `body` on pieces of [0, count) of at most `grain`, by all threads,
  /// and returns when all are done. Rethrows the first exception of a piece;
  /// pieces that had not begun then are left out.
  void run(int64_t rank, int64_t count, int64_t grain, const Body &body);

  /// Computations that several threads may want at once, by key: the first one
  /// to ask computes, the others wait and help.
  class Claims {
  public:
    Claims(WorkPool &pool, int64_t rank) : pool(pool), rank(rank) {}
    /// Runs `compute` unless another thread does so for `key`; then returns
    /// when that one is done, by success or not. Says whether it ran.
    bool compute(int64_t key, const std::function<void()> &compute);

  private:
    WorkPool &pool;
    int64_t rank;
    std::vector<int64_t> active; ///< guarded by the pool's mutex
  };

private:
  struct Job {
    const Body *body;
    int64_t rank, count, grain;
    int64_t next = 0, running = 0;
    std::exception_ptr failure;
    bool hasWork() const { return next < count && !failure; }
    bool isDone() const { return !hasWork() && running == 0; }
  };
  using Lock = std::unique_lock<std::mutex>;

  /// Runs one piece of a job up to `rank`, of `only` if given; false if there
  /// is none. The lock is released meanwhile.
  bool help(Lock &lock, int64_t rank, Job *only = nullptr);
  /// Helps until `done` holds.
  void helpUntil(Lock &lock, int64_t rank, const std::function<bool()> &done);
  void work();

  std::mutex mutex;
  std::condition_variable changed;
  std::list<Job *> jobs;
  bool stopping = false;
  std::vector<std::thread> workers;
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_WORKPOOL_H
