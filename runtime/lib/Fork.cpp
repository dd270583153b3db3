// Handlers around forks: they count them, and wait until the loader is at rest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fork.h"

#include <chrono>
#include <mutex>
#include <pthread.h>

namespace upweave {
namespace rt {

namespace {
std::atomic<bool> watching{false};
std::atomic<unsigned> forks{0};
std::atomic<bool> loaderIsLost{false};

std::recursive_timed_mutex loader;

/// Of the thread that forks: handlers that run, as they may be there twice, and
/// whether it holds `loader`.
struct Forking {
  int handlers;
  bool holdsLoader;
};
__attribute__((tls_model("initial-exec"))) thread_local Forking forking;

void beforeFork() {
  // Not for ever: before glibc 2.36 a fork keeps other threads' dlclose
  // waiting.
  constexpr auto kPatience = std::chrono::seconds(1);
  if (forking.handlers++ == 0)
    forking.holdsLoader = loader.try_lock_for(kPatience);
}

void afterForkInParent() {
  if (--forking.handlers == 0 && forking.holdsLoader)
    loader.unlock();
}

void afterForkInChild() {
  if (forking.handlers == 0)
    return;
  forking.handlers = 0;
  forks.fetch_add(1, std::memory_order_relaxed);
  if (!forking.holdsLoader)
    loaderIsLost = true;
  // The old one belongs to a thread of the parent, by number.
  new (&loader) std::recursive_timed_mutex;
}
} // namespace

LoaderScope::LoaderScope() { loader.lock(); }
LoaderScope::~LoaderScope() { loader.unlock(); }

bool LoaderScope::isUsable() const { return !loaderIsLost; }

uw_status LoaderScope::status() const {
  if (isUsable())
    return UW_OK;
  return fail(UW_HOST_ERROR,
              "this process was forked while another thread was loading a "
              "library, and can load none itself: fork when no thread loads or "
              "releases a program, or start the process with exec");
}

uw_status watchForks() {
  if (watching.load(std::memory_order_acquire))
    return UW_OK;
  // Threads that come here at once may add them twice, which does no harm.
  if (pthread_atfork(beforeFork, afterForkInParent, afterForkInChild) != 0)
    return failOutOfMemory();
  watching.store(true, std::memory_order_release);
  return UW_OK;
}

unsigned forkCount() { return forks.load(std::memory_order_relaxed); }

} // namespace rt
} // namespace upweave
