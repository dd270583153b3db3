//===- TestTeam.cpp - A team of threads for host code ---------------------===//
// One new thread a member, and a barrier that sleeps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "TestTeam.h"

#include "llvm/ADT/SmallVector.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace upweave;

namespace {
struct Barrier {
  std::mutex mutex;
  std::condition_variable changed;
  unsigned count, arrived = 0, round = 0;

  static void wait(void *context) {
    auto &self = *static_cast<Barrier *>(context);
    std::unique_lock<std::mutex> lock(self.mutex);
    unsigned mine = self.round;
    if (++self.arrived == self.count) {
      self.arrived = 0;
      ++self.round;
      self.changed.notify_all();
    }
    self.changed.wait(lock, [&] { return self.round != mine; });
  }
};

struct Team {
  int64_t thread, count;
  void (*barrier)(void *context);
  void *context;
};
} // namespace

void upweave::callWithTeam(void (*entry)(void **),
                           llvm::ArrayRef<void *> arguments, unsigned threads) {
  Barrier barrier;
  barrier.count = threads;
  auto run = [&](unsigned thread) {
    Team team = {thread, threads, Barrier::wait, &barrier};
    llvm::SmallVector<void *> mine(arguments);
    mine.push_back(&team);
    entry(mine.data());
  };
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads; ++thread)
    others.emplace_back(run, thread);
  run(0);
  for (std::thread &other : others)
    other.join();
}
