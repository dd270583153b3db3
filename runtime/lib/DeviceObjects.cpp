// Modules and constants per context, shared by a bundle's programs; memory and
// contexts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "DeviceObjects.h"

#include "Program.h"

#include <utility>

namespace upweave {
namespace rt {

DeviceModule::~DeviceModule() {
  if (!handle)
    return;
  ContextScope scope(driver, context);
  if (scope.entered())
    driver.moduleUnload(handle);
}

uw_status DeviceModule::load(const bundle::Image &image, ByteView bytes) {
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  char log[4096] = {};
  int options[] = {cu::kJitErrorLogBuffer, cu::kJitErrorLogBufferSizeBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1)};
  cu::Module loaded = nullptr;
  cu::Result result =
      driver.moduleLoadDataEx(&loaded, bytes.data, 2, options, values);
  if (!result) {
    handle = loaded;
    return UW_OK;
  }
  const std::string what =
      image.kind() == bundle::ImageKind::Ptx
          ? fmt::format("PTX {} ({})", text(image.ptx_version()),
                        text(image.chip()))
          : fmt::format("the cubin for {}", text(image.chip()));
  uw_status status = driver.check(result, "cuModuleLoadDataEx");
  const bool old = result == cu::kErrorUnsupportedPtxVersion ||
                   result == cu::kErrorInvalidPtx;
  return failText(status,
                  fmt::format("cannot load {}: {}{}{}", what, lastError(),
                              *log ? std::string("; ") + log : "",
                              old ? ": update the driver, or recompile with "
                                    "--chip for this device"
                                  : ""));
}

uw_status DeviceModule::find(const char *symbol, cu::Function &function) const {
  if (uw_status status =
          driver.check(driver.moduleGetFunction(&function, handle, symbol),
                       "cuModuleGetFunction"))
    return inContext(status, fmt::format("kernel '{}'", symbol));
  // Lazy loading would otherwise load it at the first launch, which a stream
  // capture does not allow.
  if (!driver.funcLoad)
    return UW_OK;
  if (uw_status status = driver.check(driver.funcLoad(function), "cuFuncLoad"))
    return inContext(status, fmt::format("kernel '{}'", symbol));
  return UW_OK;
}

DeviceConstants::~DeviceConstants() {
  if (!data)
    return;
  ContextScope scope(driver, context);
  if (scope.entered())
    driver.memFree(data);
}

uw_status DeviceConstants::load(ByteView bytes) {
  if (bytes.size == 0)
    return UW_OK;
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  cu::DevicePtr memory = 0;
  const char *call = "cuMemAlloc";
  cu::Result result = driver.memAlloc(&memory, bytes.size);
  if (!result) {
    data = memory;
    call = "cuMemcpyHtoD";
    result = driver.memcpyHtoD(data, bytes.data, bytes.size);
  }
  if (uw_status status = driver.check(result, call))
    return inContext(status, fmt::format("{} bytes of constants", bytes.size));
  return UW_OK;
}

PrimaryContext::~PrimaryContext() {
  if (context && !driver.isBehindFork())
    driver.devicePrimaryCtxRelease(device);
}

uw_status PrimaryContext::retain(cu::Device ofDevice, cu::Context &result) {
  result = nullptr;
  UW_TRY(driver.check(driver.devicePrimaryCtxRetain(&result, ofDevice),
                      "cuDevicePrimaryCtxRetain"));
  device = ofDevice;
  context = result;
  return UW_OK;
}

cu::Result StreamMemory::allocate(uint64_t bytes) {
  cu::DevicePtr memory = 0;
  const cu::Result result = driver.memAllocAsync(&memory, bytes, stream);
  if (!result)
    data = memory;
  return result;
}

cu::Result StreamMemory::free() {
  const cu::DevicePtr memory = std::exchange(data, 0);
  return memory ? driver.memFreeAsync(memory, stream) : cu::kSuccess;
}

uw_status LoadedBundle::getModule(const Driver &driver, cu::Context context,
                                  uint32_t image,
                                  std::shared_ptr<DeviceModule> &module) {
  std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<DeviceModule> &slot = modules[{context, image}];
  if ((module = slot.lock()))
    return UW_OK;
  const bundle::Image &table = *file->table().images()->Get(image);
  auto loaded = std::make_shared<DeviceModule>(driver, context);
  UW_TRY(loaded->load(table, file->section(table.section())));
  slot = module = std::move(loaded);
  return UW_OK;
}

uw_status LoadedBundle::getConstants(const Driver &driver, cu::Context context,
                                     uint32_t section,
                                     std::shared_ptr<DeviceConstants> &result) {
  std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<DeviceConstants> &slot = constants[{context, section}];
  if ((result = slot.lock()))
    return UW_OK;
  auto loaded = std::make_shared<DeviceConstants>(driver, context);
  UW_TRY(loaded->load(file->section(section)));
  slot = result = std::move(loaded);
  return UW_OK;
}

} // namespace rt
} // namespace upweave
