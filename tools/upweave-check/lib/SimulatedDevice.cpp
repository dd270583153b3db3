//===- SimulatedDevice.cpp - The CUDA driver over the simulator -----------===//
// The functions of the driver that loading and launching need.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "SimulatedDevice.h"

#include "llvm/ADT/STLExtras.h"

#include <cstring>

using namespace upweave;
using namespace upweave::rt;

namespace {

constexpr cu::Result kErrorInvalidValue = 1, kErrorNotSupported = 801;
constexpr cu::Result kErrorNotFound = 500, kErrorLaunchFailed = 719;

thread_local SimulatedDevice *current = nullptr;
thread_local std::vector<SimulatedDevice *> stack;

/// A kernel: its name in its device.
struct Function {
  SimulatedDevice *device;
  std::string name;
};

// The handles that the driver gives out live as long as the process; there is
// one a kernel.
std::vector<std::unique_ptr<Function>> &getFunctions() {
  static std::vector<std::unique_ptr<Function>> functions;
  return functions;
}

cu::Result getErrorName(cu::Result error, const char **name) {
  *name = error == kErrorLaunchFailed      ? "SIMULATED_LAUNCH_FAILED"
          : error == cu::kErrorOutOfMemory ? "OUT_OF_MEMORY"
          : error == kErrorNotFound        ? "NOT_FOUND"
                                           : "NOT_SUPPORTED";
  return cu::kSuccess;
}

cu::Result getErrorString(cu::Result error, const char **text) {
  *text = error == kErrorLaunchFailed && current ? current->failure.c_str()
                                                 : "in the simulator";
  return cu::kSuccess;
}

cu::Result getCurrent(cu::Context *context) {
  *context = current ? current->getContext() : nullptr;
  return cu::kSuccess;
}
cu::Result pushCurrent(cu::Context context) {
  stack.push_back(current);
  current = reinterpret_cast<SimulatedDevice *>(context);
  return cu::kSuccess;
}
cu::Result popCurrent(cu::Context *context) {
  *context = current ? current->getContext() : nullptr;
  current = stack.empty() ? nullptr : stack.back();
  if (!stack.empty())
    stack.pop_back();
  return cu::kSuccess;
}
cu::Result getContextDevice(cu::Device *device) {
  *device = 0;
  return cu::kSuccess;
}

cu::Result getAttribute(int *value, int attribute, cu::Device) {
  if (!current)
    return kErrorInvalidValue;
  const TargetDescription &target = current->target;
  switch (attribute) {
  case cu::kAttrMultiprocessorCount:
    *value = target.multiprocessors;
    return cu::kSuccess;
  case cu::kAttrComputeCapabilityMajor:
    *value = target.getCapability() / 10;
    return cu::kSuccess;
  case cu::kAttrComputeCapabilityMinor:
    *value = target.getCapability() % 10;
    return cu::kSuccess;
  case cu::kAttrMaxSharedMemoryPerBlockOptin:
    *value = target.sharedBytesPerBlock;
    return cu::kSuccess;
  default:
    return kErrorNotSupported;
  }
}
cu::Result getName(char *name, int size, cu::Device) {
  std::strncpy(name, "simulated GPU", size);
  return cu::kSuccess;
}

cu::Result loadModule(cu::Module *module, const void *, unsigned, int *,
                      void **) {
  *module = reinterpret_cast<cu::Module>(current);
  return current ? cu::kSuccess : kErrorInvalidValue;
}
cu::Result unloadModule(cu::Module) { return cu::kSuccess; }
cu::Result getFunction(cu::Function *function, cu::Module module,
                       const char *name) {
  auto *device = reinterpret_cast<SimulatedDevice *>(module);
  if (!llvm::is_contained(device->simulator.getKernels(), name))
    return kErrorNotFound;
  getFunctions().push_back(std::make_unique<Function>(Function{device, name}));
  *function = reinterpret_cast<cu::Function>(getFunctions().back().get());
  return cu::kSuccess;
}
cu::Result getFunctionAttribute(int *value, int attribute,
                                cu::Function handle) {
  auto *function = reinterpret_cast<Function *>(handle);
  *value =
      attribute == cu::kFuncSharedSizeBytes
          ? function->device->simulator.getStaticSharedBytes(function->name)
          : 0;
  return cu::kSuccess;
}
cu::Result setFunctionAttribute(cu::Function, int, int) { return cu::kSuccess; }

cu::Result launch(cu::Function handle, unsigned gridX, unsigned gridY,
                  unsigned gridZ, unsigned blockX, unsigned blockY,
                  unsigned blockZ, unsigned sharedBytes, cu::Stream,
                  void **params, void **) {
  auto *function = reinterpret_cast<Function *>(handle);
  SimulatedDevice &device = *function->device;
  sim::LaunchShape shape;
  shape.grid = {gridX, gridY, gridZ};
  shape.block = {blockX, blockY, blockZ};
  shape.dynamicSharedBytes = sharedBytes;
  sim::LaunchCounts counts;
  constexpr size_t kMostParams = 256; // the runtime passes fewer
  auto progress = [&](double share) {
    if (device.progress)
      device.progress(share);
  };
  llvm::Expected<std::optional<sim::Fault>> fault = device.simulator.launch(
      function->name, shape, llvm::ArrayRef<const void *>(params, kMostParams),
      device.sampleBlocks, progress, &counts);
  device.blocks += counts.blocks;
  device.skippedBlocks += counts.skipped;
  device.counts.emplace_back(function->name, std::move(counts));
  if (!fault)
    device.failure = llvm::toString(fault.takeError());
  else if (*fault)
    device.failure = (*fault)->str();
  else
    return cu::kSuccess;
  return kErrorLaunchFailed;
}

cu::Result allocate(cu::DevicePtr *data, size_t bytes) {
  if (!current)
    return kErrorInvalidValue;
  void *memory = current->memory.allocate(bytes, "constants");
  *data = reinterpret_cast<uintptr_t>(memory);
  return memory ? cu::kSuccess : cu::kErrorOutOfMemory;
}
cu::Result release(cu::DevicePtr data) {
  return current && current->memory.release(reinterpret_cast<void *>(data))
             ? cu::kSuccess
             : kErrorInvalidValue;
}
/// What the runtime uploads are constants.
cu::Result upload(cu::DevicePtr to, const void *from, size_t bytes) {
  void *data = reinterpret_cast<void *>(to);
  std::memcpy(data, from, bytes);
  current->memory.get(data).writable = false;
  return cu::kSuccess;
}

Driver makeDriver() {
  Driver driver;
  driver.getErrorName = getErrorName;
  driver.getErrorString = getErrorString;
  driver.ctxGetCurrent = getCurrent;
  driver.ctxGetDevice = getContextDevice;
  driver.ctxPushCurrent = pushCurrent;
  driver.ctxPopCurrent = popCurrent;
  driver.deviceGetAttribute = getAttribute;
  driver.deviceGetName = getName;
  driver.moduleLoadDataEx = loadModule;
  driver.moduleUnload = unloadModule;
  driver.moduleGetFunction = getFunction;
  driver.funcGetAttribute = getFunctionAttribute;
  driver.funcSetAttribute = setFunctionAttribute;
  driver.launchKernel = launch;
  driver.memAlloc = allocate;
  driver.memFree = release;
  driver.memcpyHtoD = upload;
  return driver;
}

} // namespace

const Driver &SimulatedDevice::getDriver() {
  static const Driver driver = makeDriver();
  return driver;
}
