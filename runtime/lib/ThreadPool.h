// Threads that run the host variant together with the one that launches it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_THREADPOOL_H
#define UPWEAVE_RUNTIME_THREADPOOL_H

#include "Status.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace upweave {
namespace rt {

/// What host code gets to know of the thread that runs it and of its team. The
/// layout is a contract with compiled bundles: see HostVariant in bundle.fbs.
struct HostTeam {
  int64_t thread;
  int64_t count;
  void (*barrier)(void *context);
  void *context;
};

/// The threads that a team may have: UPWEAVE_NUM_THREADS, or as many as there
/// are processors.
uw_status teamSize(unsigned &count);

/// Worker threads, asleep between the launches that they help with. They are
/// started by the first launch and joined with the pool.
class ThreadPool {
public:
  /// The process's pool for teams of `count` threads, made where none is held.
  static std::shared_ptr<ThreadPool> get(unsigned count);

  explicit ThreadPool(unsigned count);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  using Task = std::function<void(HostTeam &)>;
  /// Calls `task` once on each thread of a team, the calling one among them, and
  /// returns when all have returned. The team is the caller alone while another
  /// launch has the workers (waiting for them would gain nothing: the processors
  /// are busy), where none could be started, and in a process forked off the one
  /// that started them.
  void run(const Task &task);

private:
  struct Workers;
  bool start();

  const unsigned count;
  std::mutex turn; ///< Held by the launch that has the workers.
  std::unique_ptr<Workers> workers;
};

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_THREADPOOL_H
