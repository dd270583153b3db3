// Control of the fake CUDA driver: a shared library with the driver's symbols
// that records what it is asked to do and keeps device memory on the host.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_TEST_FAKEDRIVER_H
#define UPWEAVE_TEST_FAKEDRIVER_H

#include <cstddef>
#include <cstdint>

/// State a test sets and reads; one per process, see fakeState().
struct FakeState {
  int compute = 89;
  int sharedOptin = 101376;
  int devices = 1;
  int failLoad = 0;    ///< CUresult of the next cuModuleLoadDataEx
  int failLaunch = 0;  ///< CUresult of the next cuLaunchKernel
  int hideKernels = 0; ///< cuModuleGetFunction finds nothing
  int skipWork = 0;    ///< kernels do nothing
  int failAt = 0;      ///< the number of the call that fails; 0: none does
  int failOn = 0;      ///< all later ones do, too, as after a kernel's fault
  // Counts
  int loads = 0, unloads = 0, launches = 0, allocations = 0, frees = 0;
  int asyncAllocations = 0, asyncFrees = 0, synchronisations = 0;
  int copies = 0, retains = 0, releases = 0, contexts = 0;
  int pushes = 0, pops = 0, streams = 0, events = 0;
  int calls = 0;           ///< of any function
  int failures = 0;        ///< of those that failAt asked for
  int failedPushes = 0;    ///< of a context
  int reclaimed = 0;       ///< what the primary context still held at its end
  int callsBehindFork = 0; ///< in a process forked off the one of cuInit
  // Of the last launch
  unsigned grid[3] = {}, block[3] = {}, shared = 0;
  void *stream = nullptr;
  uint64_t args[8] = {};
  int maxDynamicShared = 0; ///< as set by cuFuncSetAttribute

  /// Objects that were made and not given back.
  int live() const {
    return (loads - unloads) + (allocations - frees) +
           (asyncAllocations - asyncFrees) + (retains - releases) +
           (pushes - pops) + streams + events - reclaimed;
  }
};

extern "C" {
typedef FakeState *(*FakeStateFn)();
/// The state of the fake driver in this process.
FakeState *fakeState();
/// A second context beside the primary one, as a caller would have made.
void *fakeCreateContext();
}

#endif // UPWEAVE_TEST_FAKEDRIVER_H
