// Opens the CUDA driver and asks it about devices.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver.h"

#include "Fork.h"

#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <mutex>
#include <unistd.h>

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

/// Closes a library unless it is kept.
struct CloseLibrary {
  void operator()(void *library) const {
    LoaderScope scope;
    dlclose(library);
  }
};
using Library = std::unique_ptr<void, CloseLibrary>;

/// The process that initialises the driver or has done so, 0 if none; known to
/// the processes forked off it.
std::atomic<pid_t> initialiser{0};

uw_status failForked(pid_t parent) {
  return fail(UW_NO_DRIVER,
              "process {} initialised the CUDA driver and then forked this "
              "process {}, in which the driver does not work: fork before the "
              "first use of CUDA, or start the process with exec",
              parent, ::getpid());
}

uw_status initialise(Driver &driver) {
  if (const pid_t parent = initialiser.exchange(::getpid());
      parent && parent != ::getpid()) {
    initialiser = parent;
    return failForked(parent);
  }
  const cu::Result result = driver.init(0);
  driver.process = ::getpid();
  driver.forks = forkCount();
  if (result == cu::kSuccess)
    return UW_OK;
  initialiser = 0;
  (void)driver.check(result, "cuInit");
  // What it gives in a child of a process that used it without this library.
  if (result == cu::kErrorNotInitialized)
    return failText(UW_NO_DRIVER, lastError());
  return failText(UW_NO_DEVICE, lastError() +
                                    ": the driver is there but offers no "
                                    "device; run the host variant");
}

uw_status open(Driver &driver) {
  const char *path = std::getenv(kLibraryVariable);
  if (!path || !*path)
    path = kDefaultLibrary;
  Library library;
  const char *why = nullptr;
  {
    LoaderScope scope;
    UW_TRY(scope.status());
    library.reset(dlopen(path, RTLD_NOW | RTLD_LOCAL));
    why = library ? nullptr : dlerror();
  }
  if (!library) {
    return fail(UW_NO_DRIVER,
                "cannot open the CUDA driver '{}' ({}): install the NVIDIA "
                "driver, or run the host variant",
                path, why ? why : "unknown");
  }
  UW_TRY(resolve(library.get(), path, driver));
  UW_TRY(initialise(driver));
  library.release(); // open until the process ends
  return UW_OK;
}

struct OpenedDriver {
  std::mutex mutex;
  std::unique_ptr<Driver> driver;
};
PerProcess<OpenedDriver> opened;
} // namespace

uw_status Driver::get(const Driver *&driver) {
  UW_TRY(watchForks());
  OpenedDriver *mine = opened.get();
  if (!mine)
    return failOutOfMemory();
  std::lock_guard<std::mutex> lock(mine->mutex);
  if (!mine->driver) {
    auto candidate = std::make_unique<Driver>();
    UW_TRY(open(*candidate));
    mine->driver = std::move(candidate);
  }
  driver = mine->driver.get();
  return UW_OK;
}

bool Driver::isBehindFork() const { return process && forks != forkCount(); }

uw_status Driver::failBehindFork() const { return failForked(process); }

namespace {
/// What the caller can do about an error, "" where that is not known.
const char *remedyFor(cu::Result result) {
  switch (result) {
  case cu::kErrorOutOfMemory:
    return ": free memory of the device, or pass smaller tensors";
  case cu::kErrorNotInitialized:
    return ": the driver does not work in a process forked off one that used "
           "it: fork before the first use of CUDA, or start the process with "
           "exec";
  case cu::kErrorDeinitialized:
    return ": the process is ending: release programs before that";
  case cu::kErrorInvalidContext:
  case cu::kErrorContextIsDestroyed:
    return ": keep the context until its programs are released";
  case cu::kErrorInvalidHandle:
    return ": pass a stream of the program's context, or null";
  case cu::kErrorIllegalAddress:
  case cu::kErrorLaunchTimeout:
  case cu::kErrorHardwareStack:
  case cu::kErrorIllegalInstruction:
  case cu::kErrorMisalignedAddress:
  case cu::kErrorInvalidAddressSpace:
  case cu::kErrorInvalidPc:
  case cu::kErrorLaunchFailed:
    return ": a kernel that ran in this context before has failed, and nothing "
           "runs in it any more: find it with compute-sanitizer";
  default:
    return "";
  }
}
} // namespace

uw_status Driver::check(cu::Result result, const char *what) const {
  if (result == cu::kSuccess)
    return UW_OK;
  const char *name = nullptr, *description = nullptr;
  if (getErrorName(result, &name) != cu::kSuccess || !name)
    name = "an unknown error";
  if (getErrorString(result, &description) != cu::kSuccess || !description)
    description = "no description";
  return fail(
      result == cu::kErrorOutOfMemory ? UW_OUT_OF_MEMORY : UW_DRIVER_ERROR,
      "{}: {} ({}, {}){}", what, name, result, description, remedyFor(result));
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

ContextScope::ContextScope(const Driver &driver, cu::Context context) noexcept
    : driver(driver), behindFork(driver.isBehindFork()) {
  if (behindFork)
    return;
  cu::Context current = nullptr;
  if (!driver.ctxGetCurrent(&current) && current == context)
    return;
  result = driver.ctxPushCurrent(context);
  pushed = result == cu::kSuccess;
}

ContextScope::~ContextScope() {
  cu::Context popped;
  if (pushed)
    driver.ctxPopCurrent(&popped);
}

uw_status ContextScope::status() const {
  return behindFork ? driver.failBehindFork()
                    : driver.check(result, "cuCtxPushCurrent");
}

} // namespace rt
} // namespace upweave
