// Threads that run the host variant together with the one that launches it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_THREADPOOL_H
#define UPWEAVE_RUNTIME_THREADPOOL_H

#include "Fork.h"

#include <cstdint>
#include <memory>

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
/// started by the first launch and joined with the pool. A forked process has
/// none of them: its first launch starts its own.
class ThreadPool {
public:
  /// The process's pool for teams of `count` threads, made where none is held.
  static uw_status get(unsigned count, std::shared_ptr<ThreadPool> &pool);

  explicit ThreadPool(unsigned count);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// What a team does, with what it needs to know. It must not throw.
  using Task = void (*)(const void *context, HostTeam &team);
  /// Calls `task` once on each thread of a team, the calling one among them,
  /// and returns when all have returned. The team is the caller alone while
  /// another launch has the workers (waiting for them would gain nothing: the
  /// processors are busy), and smaller than asked for where the system gives no
  /// more threads. Does not fail; allocates only where it starts threads.
  void run(Task task, const void *context);

private:
  class Workers;

  const unsigned count;
  PerProcess<Workers> workers;
};

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_THREADPOOL_H
