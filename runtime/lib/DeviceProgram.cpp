// Programs on a CUDA device: the launch list, checked and enqueued.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "DeviceObjects.h"
#include "Limits.h"
#include "Program.h"
#include "Select.h"

#include "upweave/bundle_format.h"

namespace upweave {
namespace rt {

namespace {

bool dependsOnSizes(const bundle::Expr *expr) {
  for (uint32_t i = 0; expr && i < length(expr->nodes()); ++i)
    if (expr->nodes()->Get(i)->op() == bundle::ExprOp::Dim)
      return true;
  return false;
}

/// What of a launch depends on the tensors' sizes, by index.
struct SizedLaunch {
  uint32_t launch;
  std::vector<uint32_t> grid, args;
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
  uw_status findSized();
  uw_status checkRange(uint32_t begin, uint32_t end,
                       const uw_tensor *tensors) const;
  uw_status enqueueRange(uint32_t begin, uint32_t end,
                         const LaunchRequest &request) const;
  uw_status enqueue(const LaunchRequest &request) const;
  uint32_t firstLaunch(const LaunchRequest &request) const;
  uw_status loadFunctions();
  uw_status allowShared(const bundle::Launch &launch, cu::Function function);
  uw_status launchOne(uint32_t index, const LaunchRequest &request) const;
  uint64_t baseOf(const bundle::KernelArg &arg,
                  const LaunchRequest &request) const;
  const char *kernelName(const bundle::Launch &launch) const;
  uw_status failSize(const bundle::Launch &launch, const uw_tensor *tensors,
                     const std::string &what) const;
  uw_status gridOf(const bundle::Launch &launch, uint32_t dimension,
                   const uw_tensor *tensors, uint32_t &size) const;
  uw_status valueOf(const bundle::Launch &launch, uint32_t index,
                    const uw_tensor *tensors, int64_t &value) const;
  uw_status checkLaunch(const SizedLaunch &what,
                        const uw_tensor *tensors) const;

  const Driver &driver;
  DeviceInfo info;
  PrimaryContext primary;
  cu::Context context = nullptr;
  Choice choice;
  std::shared_ptr<DeviceModule> module;
  std::shared_ptr<DeviceConstants> constants;
  std::vector<cu::Function> functions; ///< one per launch
  /// What each launch of the program checks; the rest is checked by the load.
  std::vector<SizedLaunch> sized;
  uint64_t id = 0; ///< of what is prepared
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
  UW_TRY(findSized());
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

/// Sorts grids and arguments into those that depend on sizes and the others,
/// and checks the others.
uw_status DeviceProgram::findSized() {
  for (uint32_t i = 0; i < length(choice.list->launches()); ++i) {
    const bundle::Launch &launch = *choice.list->launches()->Get(i);
    SizedLaunch varying{i, {}, {}}, fixed{i, {}, {}};
    for (uint32_t d = 0; d < 3; ++d)
      (dependsOnSizes(launch.grid()->Get(d)) ? varying : fixed)
          .grid.push_back(d);
    for (uint32_t a = 0; a < length(launch.args()); ++a)
      (dependsOnSizes(launch.args()->Get(a)->value()) ? varying : fixed)
          .args.push_back(a);
    UW_TRY(checkLaunch(fixed, nullptr));
    for (uint32_t d : fixed.grid) {
      uint32_t size;
      UW_TRY(gridOf(launch, d, nullptr, size));
      if (size == 0) // then the arguments do not matter
        varying.grid = {d};
    }
    if (!varying.grid.empty() || !varying.args.empty())
      sized.push_back(std::move(varying));
  }
  return UW_OK;
}

const char *DeviceProgram::kernelName(const bundle::Launch &launch) const {
  return text(bundle->file->table().kernels()->Get(launch.kernel())->symbol());
}

/// `what` of the launch cannot be; null `tensors` are those of any launch.
uw_status DeviceProgram::failSize(const bundle::Launch &launch,
                                  const uw_tensor *tensors,
                                  const std::string &what) const {
  return fail(tensors ? UW_BAD_TENSOR : UW_BAD_BUNDLE, "kernel '{}': {}: {}",
              kernelName(launch), what,
              tensors ? "use a smaller batch or smaller tensors"
                      : "compile the bundle again, for smaller sizes");
}

uw_status DeviceProgram::gridOf(const bundle::Launch &launch,
                                uint32_t dimension, const uw_tensor *tensors,
                                uint32_t &size) const {
  static constexpr int64_t limits[3] = {2147483647, 65535, 65535};
  int64_t value;
  if (evaluate(launch.grid()->Get(dimension), tensors, "a grid", value))
    return failSize(
        launch, tensors,
        fmt::format("grid dimension {} overflows 64 bits or divides "
                    "by zero",
                    "xyz"[dimension]));
  if (value < 0 || value > limits[dimension])
    return failSize(
        launch, tensors,
        fmt::format("grid dimension {} is {}, the device takes 0 to "
                    "{}",
                    "xyz"[dimension], value, limits[dimension]));
  size = value;
  return UW_OK;
}

/// The number of an argument, or a buffer's offset in bytes.
uw_status DeviceProgram::valueOf(const bundle::Launch &launch, uint32_t index,
                                 const uw_tensor *tensors,
                                 int64_t &value) const {
  const bundle::KernelArg &arg = *launch.args()->Get(index);
  if (evaluate(arg.value(), tensors, "a kernel argument", value))
    return failSize(launch, tensors,
                    fmt::format("argument {} overflows 64 bits or divides by "
                                "zero",
                                index));
  if (arg.kind() == bundle::KernelArgKind::I32 && value != int32_t(value))
    return failSize(launch, tensors,
                    fmt::format("argument {} is {}, which does not fit its 32 "
                                "bits",
                                index, value));
  if (arg.kind() == bundle::KernelArgKind::Buffer && value < 0)
    return failSize(launch, tensors,
                    fmt::format("argument {} is {} bytes before its buffer",
                                index, -uint64_t(value)));
  return UW_OK;
}

uw_status DeviceProgram::checkLaunch(const SizedLaunch &what,
                                     const uw_tensor *tensors) const {
  const bundle::Launch &launch = *choice.list->launches()->Get(what.launch);
  for (uint32_t d : what.grid) {
    uint32_t size;
    UW_TRY(gridOf(launch, d, tensors, size));
    if (size == 0) // it is skipped
      return UW_OK;
  }
  for (uint32_t i : what.args) {
    int64_t value;
    UW_TRY(valueOf(launch, i, tensors, value));
  }
  return UW_OK;
}

/// Checks all that could fail before the first launch is enqueued.
uw_status DeviceProgram::checkRange(uint32_t begin, uint32_t end,
                                    const uw_tensor *tensors) const {
  for (const SizedLaunch &what : sized)
    if (what.launch >= begin && what.launch < end)
      UW_TRY(checkLaunch(what, tensors));
  return UW_OK;
}

uint64_t DeviceProgram::baseOf(const bundle::KernelArg &arg,
                               const LaunchRequest &request) const {
  switch (arg.buffer()) {
  case bundle::BufferKind::Argument:
    return reinterpret_cast<uintptr_t>(request.tensors[arg.argument()].data);
  case bundle::BufferKind::Constants:
    return constants->pointer();
  case bundle::BufferKind::Prepared:
    return reinterpret_cast<uintptr_t>(request.prepared);
  default:
    return reinterpret_cast<uintptr_t>(request.workspace);
  }
}

uw_status DeviceProgram::launchOne(uint32_t index,
                                   const LaunchRequest &request) const {
  const bundle::Launch &launch = *choice.list->launches()->Get(index);
  uint32_t grid[3];
  for (uint32_t d = 0; d < 3; ++d)
    UW_TRY(gridOf(launch, d, request.tensors, grid[d]));
  if (!grid[0] || !grid[1] || !grid[2])
    return UW_OK;
  uint64_t slots[kMaxKernelArgs];
  void *pointers[kMaxKernelArgs];
  for (uint32_t i = 0; i < length(launch.args()); ++i) {
    const bundle::KernelArg &arg = *launch.args()->Get(i);
    int64_t value;
    UW_TRY(valueOf(launch, i, request.tensors, value));
    // Little-endian: the low half is the int32.
    slots[i] = uint64_t(value);
    if (arg.kind() == bundle::KernelArgKind::Buffer)
      slots[i] += baseOf(arg, request);
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
  return inContext(driver.check(result, "cuLaunchKernel"),
                   fmt::format("kernel '{}'", kernelName(launch)));
}

uw_status DeviceProgram::enqueueRange(uint32_t begin, uint32_t end,
                                      const LaunchRequest &request) const {
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  for (uint32_t i = begin; i < end; ++i)
    UW_TRY(launchOne(i, request));
  return UW_OK;
}

uw_status DeviceProgram::runPreparing(const LaunchRequest &request) const {
  const uint32_t end = choice.list->preparing();
  UW_TRY(checkRange(0, end, request.tensors));
  return enqueueRange(0, end, request);
}

uint32_t DeviceProgram::firstLaunch(const LaunchRequest &request) const {
  return request.prepared ? choice.list->preparing() : 0;
}

/// Enqueues what was checked.
uw_status DeviceProgram::enqueue(const LaunchRequest &request) const {
  const uint32_t first = firstLaunch(request);
  if (request.prepared || preparedSize() == 0)
    return enqueueRange(first, functions.size(), request);
  LaunchRequest inWorkspace = request;
  inWorkspace.prepared = static_cast<char *>(request.workspace) +
                         (request.workspaceBytes - preparedSize());
  return enqueueRange(first, functions.size(), inWorkspace);
}

uw_status DeviceProgram::run(const LaunchRequest &request) const {
  UW_TRY(checkRange(firstLaunch(request), functions.size(), request.tensors));
  return enqueue(request);
}

uw_status DeviceProgram::runAllocating(LaunchRequest request,
                                       uint64_t bytes) const {
  if (!driver.memAllocAsync || !driver.memFreeAsync)
    return fail(UW_NO_DRIVER,
                "the driver has no cuMemAllocAsync: update it, or "
                "pass a workspace");
  UW_TRY(checkRange(firstLaunch(request), functions.size(), request.tensors));
  ContextScope scope(driver, context);
  UW_TRY(scope.status());
  StreamMemory memory(driver, request.stream);
  if (uw_status status =
          driver.check(memory.allocate(bytes), "cuMemAllocAsync"))
    return inContext(status, fmt::format("{} bytes of workspace", bytes));
  request.workspace = memory.pointer();
  request.workspaceBytes = bytes;
  UW_TRY(enqueue(request));
  if (uw_status status = driver.check(memory.free(), "cuMemFreeAsync"))
    return inContext(status, fmt::format("{} bytes of workspace", bytes));
  return UW_OK;
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
