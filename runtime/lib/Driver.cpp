// Opens the CUDA driver and asks it about devices.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver.h"

#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <mutex>

namespace upweave {
namespace rt {

namespace {
constexpr const char *kDefaultLibrary = "libcuda.so.1";
constexpr const char *kLibraryVariable = "UPWEAVE_CUDA_DRIVER";

uw_status resolve(void *library, const char *path, Driver &driver) {
#define UW_CUDA_OPTIONAL(member, symbol, ...)                                  \
  driver.member =                                                              \
      reinterpret_cast<cu::Result (*)(__VA_ARGS__)>(dlsym(library, #symbol));
#define UW_CUDA(member, symbol, ...)                                           \
  driver.member =                                                              \
      reinterpret_cast<cu::Result (*)(__VA_ARGS__)>(dlsym(library, #symbol));  \
  if (!driver.member)                                                          \
    return fail(UW_NO_DRIVER,                                                  \
                "{} has no {}: install a driver for CUDA 11.2 or later", path, \
                #symbol);
#include "DriverSymbols.def"
  return UW_OK;
}

uw_status open(Driver &driver) {
  const char *path = std::getenv(kLibraryVariable);
  if (!path || !*path)
    path = kDefaultLibrary;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *why = dlerror();
    return fail(UW_NO_DRIVER,
                "cannot open the CUDA driver '{}' ({}): install the NVIDIA "
                "driver, or run the host variant",
                path, why ? why : "unknown");
  }
  uw_status status = resolve(library, path, driver);
  if (!status) {
    cu::Result result = driver.init(0);
    if (!result)
      return UW_OK;
    status = driver.check(result, "cuInit");
    status = failText(UW_NO_DEVICE, lastError() +
                                        ": the driver is there but offers no "
                                        "device; run the host variant");
  }
  dlclose(library);
  return status;
}
} // namespace

uw_status Driver::get(const Driver *&driver) {
  static std::mutex mutex;
  static Driver *opened = nullptr; // kept until the process ends
  std::lock_guard<std::mutex> lock(mutex);
  if (!opened) {
    auto candidate = std::make_unique<Driver>();
    UW_TRY(open(*candidate));
    opened = candidate.release();
  }
  driver = opened;
  return UW_OK;
}

uw_status Driver::check(cu::Result result, const char *what) const {
  if (result == cu::kSuccess)
    return UW_OK;
  const char *name = nullptr, *description = nullptr;
  if (getErrorName(result, &name) != cu::kSuccess || !name)
    name = "an unknown error";
  if (getErrorString(result, &description) != cu::kSuccess || !description)
    description = "no description";
  return fail(result == cu::kErrorOutOfMemory ? UW_OUT_OF_MEMORY
                                              : UW_DRIVER_ERROR,
              "{}: {} ({}, {})", what, name, result, description);
}

namespace {
uw_status fillDevice(const Driver &driver, DeviceInfo &info) {
  int major = 0, minor = 0;
  UW_TRY(driver.check(driver.deviceGetAttribute(
                          &major, cu::kAttrComputeCapabilityMajor, info.device),
                      "cuDeviceGetAttribute"));
  UW_TRY(driver.check(driver.deviceGetAttribute(
                          &minor, cu::kAttrComputeCapabilityMinor, info.device),
                      "cuDeviceGetAttribute"));
  UW_TRY(driver.check(driver.deviceGetAttribute(
                          &info.sharedOptin,
                          cu::kAttrMaxSharedMemoryPerBlockOptin, info.device),
                      "cuDeviceGetAttribute"));
  info.compute = major * 10 + minor;
  char name[256] = {};
  UW_TRY(driver.check(driver.deviceGetName(name, sizeof(name) - 1, info.device),
                      "cuDeviceGetName"));
  info.name = name;
  return UW_OK;
}
} // namespace

uw_status getDevice(const Driver &driver, int ordinal, DeviceInfo &info) {
  int count = 0;
  UW_TRY(driver.check(driver.deviceGetCount(&count), "cuDeviceGetCount"));
  if (ordinal < 0 || ordinal >= count)
    return fail(UW_NO_DEVICE,
                "CUDA device {} was asked for, the driver offers {}", ordinal,
                count);
  info.ordinal = ordinal;
  UW_TRY(driver.check(driver.deviceGet(&info.device, ordinal), "cuDeviceGet"));
  return fillDevice(driver, info);
}

uw_status getContextDevice(const Driver &driver, cu::Context context,
                           DeviceInfo &info) {
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  UW_TRY(driver.check(driver.ctxGetDevice(&info.device), "cuCtxGetDevice"));
  info.ordinal = info.device;
  return fillDevice(driver, info);
}

ContextScope::ContextScope(const Driver &driver, cu::Context context)
    : driver(driver) {
  cu::Context current = nullptr;
  result = driver.check(driver.ctxGetCurrent(&current), "cuCtxGetCurrent");
  if (result || current == context)
    return;
  result = driver.check(driver.ctxPushCurrent(context), "cuCtxPushCurrent");
  pushed = !result;
}

ContextScope::~ContextScope() {
  cu::Context popped;
  if (pushed)
    driver.ctxPopCurrent(&popped);
}

} // namespace rt
} // namespace upweave
