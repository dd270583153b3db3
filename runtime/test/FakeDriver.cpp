// The fake CUDA driver. A kernel whose name ends in _N takes N arguments of 8
// bytes; "double..." computes y = 2 x from (x, y, elements, ...).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FakeDriver.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

namespace {
std::recursive_mutex mutex;
FakeState state;

struct Context {
  int device;
};
struct Function {
  std::string name;
  int arguments;
};
struct Module {
  std::map<std::string, Function> functions;
};
struct Event {
  std::chrono::steady_clock::time_point when;
};
Context primary = {0};
thread_local Context *stack[16];
thread_local int depth = 0;

constexpr int kInvalidValue = 1, kInvalidDevice = 101, kNotFound = 500,
              kInvalidContext = 201;

using Lock = std::lock_guard<std::recursive_mutex>;
} // namespace

extern "C" {

FakeState *fakeState() { return &state; }
void *fakeCreateContext() {
  static Context other = {0};
  return &other;
}

int cuGetErrorName(int error, const char **name) {
  *name = error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_FAKE";
  return 0;
}
int cuGetErrorString(int, const char **text) {
  *text = "a failure the test asked for";
  return 0;
}
int cuInit(unsigned) { return 0; }
int cuDriverGetVersion(int *version) {
  *version = 12000;
  return 0;
}
int cuDeviceGetCount(int *count) {
  *count = state.devices;
  return 0;
}
int cuDeviceGet(int *device, int ordinal) {
  *device = ordinal;
  return 0;
}
int cuDeviceGetName(char *name, int size, int) {
  std::strncpy(name, "Fake GPU", size);
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int) {
  Lock lock(mutex);
  *value = attribute == 75   ? state.compute / 10
           : attribute == 76 ? state.compute % 10
           : attribute == 97 ? state.sharedOptin
                             : 1;
  return 0;
}
int cuDevicePrimaryCtxRetain(Context **context, int device) {
  Lock lock(mutex);
  if (device >= state.devices)
    return kInvalidDevice;
  ++state.retains;
  *context = &primary;
  return 0;
}
int cuDevicePrimaryCtxRelease_v2(int) {
  Lock lock(mutex);
  ++state.releases;
  return 0;
}
int cuCtxGetCurrent(Context **context) {
  *context = depth ? stack[depth - 1] : nullptr;
  return 0;
}
int cuCtxGetDevice(int *device) {
  if (!depth)
    return kInvalidContext;
  *device = stack[depth - 1]->device;
  return 0;
}
int cuCtxPushCurrent_v2(Context *context) {
  stack[depth++] = context;
  return 0;
}
int cuCtxPopCurrent_v2(Context **context) {
  *context = stack[--depth];
  return 0;
}
int cuModuleLoadDataEx(Module **module, const void *, unsigned count,
                       int *options, void **values) {
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
  ++state.loads;
  *module = new Module();
  return 0;
}
int cuModuleUnload(Module *module) {
  Lock lock(mutex);
  ++state.unloads;
  delete module;
  return 0;
}
int cuModuleGetFunction(Function **function, Module *module, const char *name) {
  Lock lock(mutex);
  if (state.hideKernels)
    return kNotFound;
  Function &found = module->functions[name];
  found = {name, std::atoi(std::strrchr(name, '_') + 1)};
  *function = &found;
  return 0;
}
int cuFuncGetAttribute(int *value, int attribute, Function *) {
  Lock lock(mutex);
  *value = attribute == 8 ? state.maxDynamicShared : 0;
  return 0;
}
int cuFuncSetAttribute(Function *, int attribute, int value) {
  Lock lock(mutex);
  if (attribute != 8)
    return kInvalidValue;
  state.maxDynamicShared = value;
  return 0;
}
int cuFuncLoad(Function *) { return 0; }

int cuLaunchKernel(Function *function, unsigned gx, unsigned gy, unsigned gz,
                   unsigned bx, unsigned by, unsigned bz, unsigned shared,
                   void *stream, void **args, void **) {
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
  Lock lock(mutex);
  ++state.allocations;
  *data = reinterpret_cast<uintptr_t>(
      std::aligned_alloc(256, (bytes + 255) / 256 * 256));
  return *data ? 0 : 2;
}
int cuMemFree_v2(unsigned long long data) {
  Lock lock(mutex);
  ++state.frees;
  std::free(reinterpret_cast<void *>(data));
  return 0;
}
int cuMemAllocAsync(unsigned long long *data, size_t bytes, void *) {
  Lock lock(mutex);
  ++state.asyncAllocations;
  *data = reinterpret_cast<uintptr_t>(
      std::aligned_alloc(256, (bytes + 255) / 256 * 256));
  return *data ? 0 : 2;
}
int cuMemFreeAsync(unsigned long long data, void *) {
  Lock lock(mutex);
  ++state.asyncFrees;
  std::free(reinterpret_cast<void *>(data));
  return 0;
}
int cuMemGetInfo_v2(size_t *free, size_t *total) {
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
  return copyBytes(to, reinterpret_cast<uintptr_t>(from), bytes);
}
int cuMemcpyDtoH_v2(void *to, unsigned long long from, size_t bytes) {
  return copyBytes(reinterpret_cast<uintptr_t>(to), from, bytes);
}
int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from,
                         size_t bytes, void *) {
  return copyBytes(to, from, bytes);
}
int cuMemsetD8Async(unsigned long long data, unsigned char byte, size_t bytes,
                    void *) {
  std::memset(reinterpret_cast<void *>(data), byte, bytes);
  return 0;
}
int cuStreamCreate(void **stream, unsigned) {
  *stream = new int(0);
  return 0;
}
int cuStreamDestroy_v2(void *stream) {
  delete static_cast<int *>(stream);
  return 0;
}
int cuStreamSynchronize(void *) {
  Lock lock(mutex);
  ++state.synchronisations;
  return 0;
}
int cuEventCreate(Event **event, unsigned) {
  *event = new Event();
  return 0;
}
int cuEventDestroy_v2(Event *event) {
  delete event;
  return 0;
}
int cuEventRecord(Event *event, void *) {
  event->when = std::chrono::steady_clock::now();
  return 0;
}
int cuEventSynchronize(Event *) { return 0; }
int cuEventElapsedTime(float *milliseconds, Event *start, Event *stop) {
  *milliseconds =
      std::chrono::duration<float, std::milli>(stop->when - start->when)
          .count();
  return 0;
}

} // extern "C"
