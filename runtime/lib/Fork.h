// What does not cross a fork: a count of forks, and objects of which each
// process has its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_FORK_H
#define UPWEAVE_RUNTIME_FORK_H

#include "Status.h"

#include <atomic>
#include <new>

namespace upweave {
namespace rt {

/// Makes forkCount() count. Called before the first use of what must know of
/// forks; may be called often.
uw_status watchForks();

/// Another number in a process than in those forked off it.
unsigned forkCount();

/// Held while the system's loader changes what it has loaded. Forks wait for
/// it: a process forked in the middle of that would end at its own next dlopen.
class LoaderScope {
public:
  LoaderScope();
  ~LoaderScope();
  LoaderScope(const LoaderScope &) = delete;
  LoaderScope &operator=(const LoaderScope &) = delete;
  /// False in a process whose fork did not wait until the end: here the loader
  /// must not be called.
  bool isUsable() const;
  /// UW_OK, or an error for that.
  uw_status status() const;
};

/// A T for each process. A forked process gets a new one when it asks: in the
/// old one a lock may be held by a thread that does not exist here. The old one
/// is not destroyed for the same reason. Takes no locks of its own.
template <typename T> class PerProcess {
public:
  constexpr PerProcess() = default;
  PerProcess(const PerProcess &) = delete;
  PerProcess &operator=(const PerProcess &) = delete;

  /// Null when memory runs out.
  T *get() noexcept {
    Owned *known = current.load(std::memory_order_acquire);
    if (known && known->forks == forkCount())
      return &known->value;
    auto *mine = new (std::nothrow) Owned;
    if (!mine || current.compare_exchange_strong(known, mine))
      return mine ? &mine->value : nullptr;
    delete mine; // another thread was faster
    return &known->value;
  }

  /// Destroys this process's T. Without it, T lives as long as the process.
  void destroy() {
    Owned *known = current.exchange(nullptr);
    if (known && known->forks == forkCount())
      delete known;
  }

private:
  struct Owned {
    const unsigned forks = forkCount();
    T value;
  };
  std::atomic<Owned *> current{nullptr};
};

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_FORK_H
