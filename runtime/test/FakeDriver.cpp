// The fake CUDA driver. A kernel whose name ends in _N takes N arguments of 8
// bytes; "double..." computes y = 2 x from (x, y, elements, ...). Any call can
// be made to fail; one that gives something back has done so even then.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FakeDriver.h"
#include "CudaTypes.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <unistd.h>

// What the driver's handles point to.
namespace upweave {
namespace rt {
namespace cu {
struct CUctx_st {
  int device;
};
struct CUfunc_st {
  std::string name;
  int arguments;
};
struct CUmod_st {
  CUctx_st *context;
  std::map<std::string, CUfunc_st> functions;
};
struct CUstream_st {};
struct CUevent_st {
  std::chrono::steady_clock::time_point when;
};
} // namespace cu
} // namespace rt
} // namespace upweave

using Context = upweave::rt::cu::CUctx_st;
using Function = upweave::rt::cu::CUfunc_st;
using Module = upweave::rt::cu::CUmod_st;
using Stream = upweave::rt::cu::CUstream_st;
using Event = upweave::rt::cu::CUevent_st;

namespace {
std::recursive_mutex mutex;
FakeState state;

Context primary = {0};
// In static storage: making dynamic storage ends a process without memory.
#define FAKE_STATIC_TLS __attribute__((tls_model("initial-exec")))
FAKE_STATIC_TLS thread_local Context *stack[8];
FAKE_STATIC_TLS thread_local int depth = 0;
// What ends with its context.
std::set<Module *> modules;
std::map<void *, Context *> memories;
int holders = 0; ///< of the primary context

constexpr int kInvalidValue = 1, kOutOfMemory = 2, kNotInitialized = 3,
              kNoDevice = 100, kInvalidDevice = 101, kInvalidContext = 201,
              kNoBinary = 209, kNotFound = 500, kIllegalAddress = 700,
              kOutOfResources = 701, kUnknown = 999;
pid_t process = 0; ///< that called cuInit

using Lock = std::lock_guard<std::recursive_mutex>;

/// Counts a call; `error` if a test wants this one to fail.
int enter(int error) {
  Lock lock(mutex);
  if (process && process != getpid()) {
    ++state.callsBehindFork;
    return kNotInitialized;
  }
  const int number = ++state.calls;
  if (!state.failAt || number < state.failAt ||
      (number > state.failAt && !state.failOn))
    return 0;
  ++state.failures;
  return error;
}

int allocate(unsigned long long *data, size_t bytes) {
  void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (!memory)
    return kOutOfMemory;
  try {
    memories[memory] = depth ? stack[depth - 1] : nullptr;
  } catch (const std::bad_alloc &) {
    std::free(memory);
    return kOutOfMemory;
  }
  *data = reinterpret_cast<uintptr_t>(memory);
  return 0;
}

void release(unsigned long long data) {
  void *memory = reinterpret_cast<void *>(data);
  memories.erase(memory);
  std::free(memory);
}

/// Ends the primary context with all that is in it.
void endPrimary() {
  for (auto it = modules.begin(); it != modules.end();) {
    Module *module = *it++;
    if (module->context != &primary)
      continue;
    ++state.reclaimed;
    modules.erase(module);
    delete module;
  }
  for (auto it = memories.begin(); it != memories.end();) {
    const auto [memory, context] = *it++;
    if (context != &primary)
      continue;
    ++state.reclaimed;
    memories.erase(memory);
    std::free(memory);
  }
}
} // namespace

extern "C" {

FakeState *fakeState() { return &state; }
void *fakeCreateContext() {
  static Context other = {0};
  return &other;
}

int cuGetErrorName(int error, const char **name) {
  if (int error = enter(kInvalidValue))
    return error;
  *name = error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_FAKE";
  return 0;
}
int cuGetErrorString(int, const char **text) {
  if (int error = enter(kInvalidValue))
    return error;
  *text = "a failure the test asked for";
  return 0;
}
int cuInit(unsigned) {
  if (int error = enter(kNoDevice))
    return error;
  Lock lock(mutex);
  process = getpid();
  return 0;
}
int cuDriverGetVersion(int *version) {
  if (int error = enter(kUnknown))
    return error;
  *version = 12000;
  return 0;
}
int cuDeviceGetCount(int *count) {
  if (int error = enter(kUnknown))
    return error;
  *count = state.devices;
  return 0;
}
int cuDeviceGet(int *device, int ordinal) {
  if (int error = enter(kInvalidDevice))
    return error;
  *device = ordinal;
  return 0;
}
int cuDeviceGetName(char *name, int size, int) {
  if (int error = enter(kInvalidDevice))
    return error;
  std::strncpy(name, "Fake GPU", size);
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int) {
  if (int error = enter(kInvalidDevice))
    return error;
  Lock lock(mutex);
  *value = attribute == 75   ? state.compute / 10
           : attribute == 76 ? state.compute % 10
           : attribute == 97 ? state.sharedOptin
                             : 1;
  return 0;
}
int cuDevicePrimaryCtxRetain(Context **context, int device) {
  if (int error = enter(kOutOfMemory))
    return error;
  Lock lock(mutex);
  if (device >= state.devices)
    return kInvalidDevice;
  ++state.retains;
  ++holders;
  *context = &primary;
  return 0;
}
int cuDevicePrimaryCtxRelease_v2(int) {
  const int result = enter(kIllegalAddress);
  Lock lock(mutex);
  ++state.releases;
  if (--holders == 0)
    endPrimary();
  return result;
}
int cuCtxGetCurrent(Context **context) {
  if (int error = enter(kUnknown))
    return error;
  *context = depth ? stack[depth - 1] : nullptr;
  return 0;
}
int cuCtxGetDevice(int *device) {
  if (int error = enter(kInvalidContext))
    return error;
  if (!depth)
    return kInvalidContext;
  *device = stack[depth - 1]->device;
  return 0;
}
int cuCtxPushCurrent_v2(Context *context) {
  if (int error = enter(kInvalidContext)) {
    ++state.failedPushes;
    return error;
  }
  Lock lock(mutex);
  ++state.pushes;
  stack[depth++] = context;
  return 0;
}
int cuCtxPopCurrent_v2(Context **context) {
  const int result = enter(kIllegalAddress);
  Lock lock(mutex);
  ++state.pops;
  *context = stack[--depth];
  return result;
}
int cuModuleLoadDataEx(Module **module, const void *, unsigned count,
                       int *options, void **values) {
  if (int error = enter(kNoBinary))
    return error;
  Lock lock(mutex);
  if (!depth)
    return kInvalidContext;
  if (int error = state.failLoad) {
    state.failLoad = 0;
    for (unsigned i = 0; i < count; ++i)
      if (options[i] == 5)
        std::strcpy(static_cast<char *>(values[i]), "the log");
    return error;
  }
  try {
    auto loaded = std::make_unique<Module>(Module{stack[depth - 1], {}});
    modules.insert(loaded.get());
    *module = loaded.release();
  } catch (const std::bad_alloc &) {
    return kOutOfMemory;
  }
  ++state.loads;
  return 0;
}
int cuModuleUnload(Module *module) {
  const int result = enter(kIllegalAddress);
  Lock lock(mutex);
  ++state.unloads;
  modules.erase(module);
  delete module;
  return result;
}
int cuModuleGetFunction(Function **function, Module *module, const char *name) {
  if (int error = enter(kNotFound))
    return error;
  Lock lock(mutex);
  if (state.hideKernels)
    return kNotFound;
  try {
    Function &found = module->functions[name];
    found = {name, std::atoi(std::strrchr(name, '_') + 1)};
    *function = &found;
  } catch (const std::bad_alloc &) {
    return kOutOfMemory;
  }
  return 0;
}
int cuFuncGetAttribute(int *value, int attribute, Function *) {
  if (int error = enter(kInvalidValue))
    return error;
  Lock lock(mutex);
  *value = attribute == 8 ? state.maxDynamicShared : 0;
  return 0;
}
int cuFuncSetAttribute(Function *, int attribute, int value) {
  if (int error = enter(kInvalidValue))
    return error;
  Lock lock(mutex);
  if (attribute != 8)
    return kInvalidValue;
  state.maxDynamicShared = value;
  return 0;
}
int cuFuncLoad(Function *) {
  if (int error = enter(kOutOfMemory))
    return error;
  return 0;
}

int cuLaunchKernel(Function *function, unsigned gx, unsigned gy, unsigned gz,
                   unsigned bx, unsigned by, unsigned bz, unsigned shared,
                   Stream *stream, void **args, void **) {
  if (int error = enter(kOutOfResources))
    return error;
  Lock lock(mutex);
  if (!depth)
    return kInvalidContext;
  if (int error = state.failLaunch) {
    state.failLaunch = 0;
    return error;
  }
  if (shared > 48 << 10 && int(shared) > state.maxDynamicShared)
    return kInvalidValue;
  ++state.launches;
  const unsigned grid[3] = {gx, gy, gz}, block[3] = {bx, by, bz};
  std::memcpy(state.grid, grid, sizeof(grid));
  std::memcpy(state.block, block, sizeof(block));
  state.shared = shared;
  state.stream = stream;
  for (int i = 0; i < function->arguments && i < 8; ++i)
    std::memcpy(&state.args[i], args[i], 8);
  if (function->name.compare(0, 6, "double") == 0 && !state.skipWork) {
    const auto *x = reinterpret_cast<const float *>(state.args[0]);
    auto *y = reinterpret_cast<float *>(state.args[1]);
    for (uint64_t i = 0; i < state.args[2]; ++i)
      y[i] = 2 * x[i];
  }
  const auto *from = reinterpret_cast<const float *>(state.args[0]);
  auto *to = reinterpret_cast<float *>(state.args[1]);
  if (function->name == "triple_2")
    for (int i = 0; i < 4; ++i)
      to[i] = 3 * from[i];
  if (function->name == "scale_4")
    for (uint64_t i = 0; i < state.args[2]; ++i)
      to[i] = from[i] * reinterpret_cast<const float *>(state.args[3])[i % 4];
  return 0;
}

int cuMemAlloc_v2(unsigned long long *data, size_t bytes) {
  if (int error = enter(kOutOfMemory))
    return error;
  Lock lock(mutex);
  if (int error = allocate(data, bytes))
    return error;
  ++state.allocations;
  return 0;
}
int cuMemFree_v2(unsigned long long data) {
  const int result = enter(kIllegalAddress);
  Lock lock(mutex);
  ++state.frees;
  release(data);
  return result;
}
int cuMemAllocAsync(unsigned long long *data, size_t bytes, Stream *) {
  if (int error = enter(kOutOfMemory))
    return error;
  Lock lock(mutex);
  if (int error = allocate(data, bytes))
    return error;
  ++state.asyncAllocations;
  return 0;
}
int cuMemFreeAsync(unsigned long long data, Stream *) {
  const int result = enter(kIllegalAddress);
  Lock lock(mutex);
  ++state.asyncFrees;
  release(data);
  return result;
}
int cuMemGetInfo_v2(size_t *free, size_t *total) {
  if (int error = enter(kUnknown))
    return error;
  *free = *total = size_t(256) << 20;
  return 0;
}
static int copyBytes(uintptr_t to, uintptr_t from, size_t bytes) {
  Lock lock(mutex);
  ++state.copies;
  std::memcpy(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from),
              bytes);
  return 0;
}
int cuMemcpyHtoD_v2(unsigned long long to, const void *from, size_t bytes) {
  if (int error = enter(kIllegalAddress))
    return error;
  return copyBytes(to, reinterpret_cast<uintptr_t>(from), bytes);
}
int cuMemcpyDtoH_v2(void *to, unsigned long long from, size_t bytes) {
  if (int error = enter(kIllegalAddress))
    return error;
  return copyBytes(reinterpret_cast<uintptr_t>(to), from, bytes);
}
int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from,
                         size_t bytes, Stream *) {
  if (int error = enter(kIllegalAddress))
    return error;
  return copyBytes(to, from, bytes);
}
int cuMemsetD8Async(unsigned long long data, unsigned char byte, size_t bytes,
                    Stream *) {
  if (int error = enter(kIllegalAddress))
    return error;
  std::memset(reinterpret_cast<void *>(data), byte, bytes);
  return 0;
}
int cuStreamCreate(Stream **stream, unsigned) {
  if (int error = enter(kOutOfMemory))
    return error;
  Lock lock(mutex);
  ++state.streams;
  *stream = new Stream;
  return 0;
}
int cuStreamDestroy_v2(Stream *stream) {
  const int result = enter(kIllegalAddress);
  Lock lock(mutex);
  --state.streams;
  delete stream;
  return result;
}
int cuStreamSynchronize(Stream *) {
  if (int error = enter(kIllegalAddress))
    return error;
  Lock lock(mutex);
  ++state.synchronisations;
  return 0;
}
int cuEventCreate(Event **event, unsigned) {
  if (int error = enter(kOutOfMemory))
    return error;
  Lock lock(mutex);
  ++state.events;
  *event = new Event();
  return 0;
}
int cuEventDestroy_v2(Event *event) {
  const int result = enter(kIllegalAddress);
  Lock lock(mutex);
  --state.events;
  delete event;
  return result;
}
int cuEventRecord(Event *event, Stream *) {
  if (int error = enter(kIllegalAddress))
    return error;
  event->when = std::chrono::steady_clock::now();
  return 0;
}
int cuEventSynchronize(Event *) {
  if (int error = enter(kIllegalAddress))
    return error;
  return 0;
}
int cuEventElapsedTime(float *milliseconds, Event *start, Event *stop) {
  if (int error = enter(kUnknown))
    return error;
  *milliseconds =
      std::chrono::duration<float, std::milli>(stop->when - start->when)
          .count();
  return 0;
}

} // extern "C"
