// Programs on a CUDA device: modules and constants per context, and the launch
// list.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Limits.h"
#include "Program.h"
#include "Select.h"

#include "upweave/bundle_format.h"

#include <limits>

namespace upweave {
namespace rt {

/// A module loaded into one context.
class DeviceModule {
public:
  DeviceModule(const Driver &driver, cu::Context context)
      : driver(driver), context(context) {}
  ~DeviceModule() {
    ContextScope scope(driver, context);
    if (handle && !scope.status())
      driver.moduleUnload(handle);
  }
  DeviceModule(const DeviceModule &) = delete;
  DeviceModule &operator=(const DeviceModule &) = delete;

  uw_status load(const bundle::Image &image, ByteView bytes) {
    ContextScope scope(driver, context);
    UW_TRY(scope.status());
    char log[4096] = {};
    int options[] = {cu::kJitErrorLogBuffer, cu::kJitErrorLogBufferSizeBytes};
    void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1)};
    cu::Result result =
        driver.moduleLoadDataEx(&handle, bytes.data, 2, options, values);
    if (!result)
      return UW_OK;
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

  uw_status find(const char *symbol, cu::Function &function) const {
    if (uw_status status =
            driver.check(driver.moduleGetFunction(&function, handle, symbol),
                         "cuModuleGetFunction"))
      return inContext(status, fmt::format("kernel '{}'", symbol));
    // Lazy loading would otherwise load it at the first launch, which a stream
    // capture does not allow.
    if (driver.funcLoad)
      return driver.check(driver.funcLoad(function), "cuFuncLoad");
    return UW_OK;
  }

private:
  const Driver &driver;
  cu::Context context;
  cu::Module handle = nullptr;
};

/// A constants section in the memory of one context.
class DeviceConstants {
public:
  DeviceConstants(const Driver &driver, cu::Context context)
      : driver(driver), context(context) {}
  ~DeviceConstants() {
    ContextScope scope(driver, context);
    if (data && !scope.status())
      driver.memFree(data);
  }
  DeviceConstants(const DeviceConstants &) = delete;
  DeviceConstants &operator=(const DeviceConstants &) = delete;

  uw_status load(ByteView bytes) {
    if (bytes.size == 0)
      return UW_OK;
    ContextScope scope(driver, context);
    UW_TRY(scope.status());
    if (uw_status status =
            driver.check(driver.memAlloc(&data, bytes.size), "cuMemAlloc"))
      return inContext(status,
                       fmt::format("{} bytes of constants", bytes.size));
    return driver.check(driver.memcpyHtoD(data, bytes.data, bytes.size),
                        "cuMemcpyHtoD");
  }

  cu::DevicePtr pointer() const { return data; }

private:
  const Driver &driver;
  cu::Context context;
  cu::DevicePtr data = 0;
};

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

namespace {

/// The device's primary context, held while a program lives.
class PrimaryContext {
public:
  PrimaryContext(const Driver &driver) : driver(driver) {}
  ~PrimaryContext() {
    if (context)
      driver.devicePrimaryCtxRelease(device);
  }
  uw_status retain(cu::Device ofDevice, cu::Context &result) {
    device = ofDevice;
    UW_TRY(driver.check(driver.devicePrimaryCtxRetain(&context, device),
                        "cuDevicePrimaryCtxRetain"));
    result = context;
    return UW_OK;
  }

private:
  const Driver &driver;
  cu::Device device = 0;
  cu::Context context = nullptr;
};

/// An entry loaded into a context.
class DeviceProgram final : public Program {
public:
  DeviceProgram(std::shared_ptr<LoadedBundle> owner, const bundle::Entry &entry,
                const Driver &driver)
      : Program(std::move(owner), entry), driver(driver), primary(driver) {}

  uw_status load(int ordinal, cu::Context given, std::string_view wanted);

  const bundle::LaunchList *list() const override { return choice.list; }
  uint64_t preparedSize() const override {
    return choice.list->prepared_bytes();
  }
  uint64_t preparedId() const override { return id; }

protected:
  const bundle::Expr *workspaceExpr() const override {
    return choice.list->workspace();
  }
  uw_status run(const LaunchRequest &request) const override;
  uw_status runAllocating(LaunchRequest request, uint64_t bytes) const override;
  uw_status runPreparing(const LaunchRequest &request) const override;

private:
  void findPrepared();
  uw_status runRange(uint32_t begin, uint32_t end,
                     const LaunchRequest &request) const;
  uw_status loadFunctions();
  uw_status allowShared(const bundle::Launch &launch, cu::Function function);
  uw_status launchOne(uint32_t index, const LaunchRequest &request) const;
  uw_status fillArgument(const bundle::KernelArg &arg,
                         const LaunchRequest &request, uint64_t &slot) const;
  uw_status gridOf(const bundle::Launch &launch, const uw_tensor *tensors,
                   uint32_t (&grid)[3]) const;

  const Driver &driver;
  DeviceInfo info;
  PrimaryContext primary;
  cu::Context context = nullptr;
  Choice choice;
  std::shared_ptr<DeviceModule> module;
  std::shared_ptr<DeviceConstants> constants;
  std::vector<cu::Function> functions; ///< one per launch
  uint64_t id = 0;                     ///< of what is prepared
};

uw_status DeviceProgram::load(int ordinal, cu::Context given,
                              std::string_view wanted) {
  context = given;
  if (given) {
    UW_TRY(getContextDevice(driver, given, info));
  } else {
    UW_TRY(getDevice(driver, ordinal, info));
    UW_TRY(primary.retain(info.device, context));
  }
  where = {UW_CUDA, info.ordinal};
  const bundle::Bundle &table = bundle->file->table();
  UW_TRY(selectImage(table, *entryTable, info.compute, wanted, choice));
  image = choice.name;
  UW_TRY(bundle->getModule(driver, context, choice.image, module));
  if (entryTable->constants() != -1)
    UW_TRY(bundle->getConstants(driver, context, entryTable->constants(),
                                constants));
  findPrepared();
  return loadFunctions();
}

void DeviceProgram::findPrepared() {
  const bundle::LaunchList &list = *choice.list;
  if (list.preparing() == 0)
    return;
  const uint32_t count = length(entryTable->args());
  std::vector<bool> first(count), later(count);
  for (uint32_t i = 0; i < length(list.launches()); ++i)
    for (uint32_t a = 0; a < length(list.launches()->Get(i)->args()); ++a) {
      const bundle::KernelArg &arg = *list.launches()->Get(i)->args()->Get(a);
      if (arg.kind() == bundle::KernelArgKind::Buffer &&
          arg.buffer() == bundle::BufferKind::Argument)
        (i < list.preparing() ? first : later)[arg.argument()] = true;
    }
  onlyPrepared.resize(count);
  notPrepared.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    onlyPrepared[i] = first[i] && !later[i];
    notPrepared[i] = !first[i];
  }
  const bundle::Bundle &table = bundle->file->table();
  const bundle::Section *section =
      table.sections()->Get(table.images()->Get(choice.image)->section());
  const std::string name = fmt::format("{}/{}/{}", text(entryTable->name()),
                                       image, section->checksum());
  id = bundle::checksum(name.data(), name.size()) | 1;
}

uw_status DeviceProgram::loadFunctions() {
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  const auto &kernels = *bundle->file->table().kernels();
  for (uint32_t i = 0; i < length(choice.list->launches()); ++i) {
    const bundle::Launch &launch = *choice.list->launches()->Get(i);
    cu::Function function = nullptr;
    UW_TRY(module->find(kernels.Get(launch.kernel())->symbol()->c_str(),
                        function));
    UW_TRY(allowShared(launch, function));
    functions.push_back(function);
  }
  return UW_OK;
}

/// Above 48 KiB a kernel must ask for its dynamic shared memory. The limit is
/// on the sum with the static part, so ask whenever there is a dynamic part.
uw_status DeviceProgram::allowShared(const bundle::Launch &launch,
                                     cu::Function function) {
  if (launch.dynamic_shared_bytes() == 0)
    return UW_OK;
  int fixed = 0;
  UW_TRY(driver.check(
      driver.funcGetAttribute(&fixed, cu::kFuncSharedSizeBytes, function),
      "cuFuncGetAttribute"));
  const int64_t total = int64_t(fixed) + launch.dynamic_shared_bytes();
  if (total > info.sharedOptin)
    return fail(UW_NO_IMAGE,
                "a kernel needs {} bytes of shared memory, {} (sm_{}) gives a "
                "block {}: recompile with --chip=sm_{}",
                total, info.name, info.compute, info.sharedOptin, info.compute);
  // Entries share functions: never lower what another program asked for.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  int current = 0;
  UW_TRY(
      driver.check(driver.funcGetAttribute(
                       &current, cu::kFuncMaxDynamicSharedSizeBytes, function),
                   "cuFuncGetAttribute"));
  if (current >= int64_t(launch.dynamic_shared_bytes()))
    return UW_OK;
  return driver.check(
      driver.funcSetAttribute(function, cu::kFuncMaxDynamicSharedSizeBytes,
                              int(launch.dynamic_shared_bytes())),
      "cuFuncSetAttribute");
}

uw_status DeviceProgram::gridOf(const bundle::Launch &launch,
                                const uw_tensor *tensors,
                                uint32_t (&grid)[3]) const {
  static const int64_t limits[3] = {2147483647, 65535, 65535};
  for (int d = 0; d < 3; ++d) {
    int64_t size;
    UW_TRY(evaluate(launch.grid()->Get(d), tensors, "a grid", size));
    if (size < 0 || size > limits[d])
      return fail(UW_BAD_TENSOR,
                  "kernel '{}': grid dimension {} is {}, the device takes 0 to "
                  "{}: use a smaller batch",
                  bundle->file->table()
                      .kernels()
                      ->Get(launch.kernel())
                      ->symbol()
                      ->str(),
                  "xyz"[d], size, limits[d]);
    grid[d] = size;
  }
  return UW_OK;
}

uw_status DeviceProgram::fillArgument(const bundle::KernelArg &arg,
                                      const LaunchRequest &request,
                                      uint64_t &slot) const {
  int64_t value;
  UW_TRY(evaluate(arg.value(), request.tensors, "a kernel argument", value));
  if (arg.kind() == bundle::KernelArgKind::Buffer) {
    uint64_t base = 0;
    if (arg.buffer() == bundle::BufferKind::Argument)
      base = reinterpret_cast<uintptr_t>(request.tensors[arg.argument()].data);
    else if (arg.buffer() == bundle::BufferKind::Constants)
      base = constants->pointer();
    else if (arg.buffer() == bundle::BufferKind::Prepared)
      base = reinterpret_cast<uintptr_t>(request.prepared);
    else
      base = reinterpret_cast<uintptr_t>(request.workspace);
    slot = base + uint64_t(value);
    return UW_OK;
  }
  if (arg.kind() == bundle::KernelArgKind::I32) {
    if (value < std::numeric_limits<int32_t>::min() ||
        value > std::numeric_limits<int32_t>::max())
      return fail(UW_BAD_TENSOR,
                  "a kernel argument of 32 bits is {}: use a smaller batch",
                  value);
    slot = uint32_t(value); // little-endian: the low half is the int32
    return UW_OK;
  }
  slot = uint64_t(value);
  return UW_OK;
}

uw_status DeviceProgram::launchOne(uint32_t index,
                                   const LaunchRequest &request) const {
  const bundle::Launch &launch = *choice.list->launches()->Get(index);
  uint32_t grid[3];
  UW_TRY(gridOf(launch, request.tensors, grid));
  if (!grid[0] || !grid[1] || !grid[2])
    return UW_OK;
  uint64_t slots[kMaxKernelArgs];
  void *pointers[kMaxKernelArgs];
  for (uint32_t i = 0; i < length(launch.args()); ++i) {
    UW_TRY(fillArgument(*launch.args()->Get(i), request, slots[i]));
    pointers[i] = &slots[i];
  }
  const bundle::Dim3 &block = *launch.block();
  if (request.observer)
    request.observer->before(index);
  cu::Result result = driver.launchKernel(
      functions[index], grid[0], grid[1], grid[2], block.x(), block.y(),
      block.z(), launch.dynamic_shared_bytes(), request.stream, pointers,
      nullptr);
  if (request.observer)
    request.observer->after(index);
  if (!result)
    return UW_OK;
  const auto *kernel = bundle->file->table().kernels()->Get(launch.kernel());
  return inContext(driver.check(result, "cuLaunchKernel"),
                   fmt::format("kernel '{}'", kernel->symbol()->str()));
}

uw_status DeviceProgram::runRange(uint32_t begin, uint32_t end,
                                  const LaunchRequest &request) const {
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  for (uint32_t i = begin; i < end; ++i)
    UW_TRY(launchOne(i, request));
  return UW_OK;
}

uw_status DeviceProgram::runPreparing(const LaunchRequest &request) const {
  return runRange(0, choice.list->preparing(), request);
}

uw_status DeviceProgram::run(const LaunchRequest &request) const {
  const uint32_t count = functions.size();
  if (request.prepared || preparedSize() == 0)
    return runRange(choice.list->preparing(), count, request);
  LaunchRequest inWorkspace = request;
  uint64_t bytes;
  UW_TRY(workspaceSize(request.tensors, request.count, bytes));
  inWorkspace.prepared =
      static_cast<char *>(request.workspace) + (bytes - preparedSize());
  return runRange(0, count, inWorkspace);
}

uw_status DeviceProgram::runAllocating(LaunchRequest request,
                                       uint64_t bytes) const {
  if (!driver.memAllocAsync || !driver.memFreeAsync)
    return fail(UW_NO_DRIVER,
                "the driver has no cuMemAllocAsync: update it, or "
                "pass a workspace");
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  cu::DevicePtr memory = 0;
  if (uw_status status =
          driver.check(driver.memAllocAsync(&memory, bytes, request.stream),
                       "cuMemAllocAsync"))
    return inContext(status, fmt::format("{} bytes of workspace", bytes));
  request.workspace = reinterpret_cast<void *>(memory);
  request.workspaceBytes = bytes;
  uw_status status = run(request);
  uw_status freed =
      driver.memFreeAsync(memory, request.stream) ? UW_DRIVER_ERROR : UW_OK;
  if (!status && freed)
    return fail(freed, "cuMemFreeAsync failed for the workspace");
  return status;
}

} // namespace

uw_status loadDeviceProgram(std::shared_ptr<LoadedBundle> bundle,
                            const bundle::Entry &entry, const Driver &driver,
                            int ordinal, cu::Context context,
                            std::string_view image,
                            std::unique_ptr<Program> &program) {
  auto result =
      std::make_unique<DeviceProgram>(std::move(bundle), entry, driver);
  UW_TRY(result->load(ordinal, context, image));
  program = std::move(result);
  return UW_OK;
}

uw_status loadDeviceProgram(std::shared_ptr<LoadedBundle> bundle,
                            const bundle::Entry &entry, int ordinal,
                            cu::Context context, std::string_view image,
                            std::unique_ptr<Program> &program) {
  const Driver *driver = nullptr;
  UW_TRY(Driver::get(driver));
  return loadDeviceProgram(std::move(bundle), entry, *driver, ordinal, context,
                           image, program);
}

} // namespace rt
} // namespace upweave
