//===- Trial.cpp - One entry on the simulated device ----------------------===//
// Loads an entry, fills its inputs and launches it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Trial.h"

#include "Random.h"

#include <fmt/format.h>

using namespace upweave;
using check::CheckError;
using check::Shape;

static void require(uw_status status) {
  if (status != UW_OK)
    throw CheckError(rt::lastError().empty() ? uw_status_description(status)
                                             : rt::lastError());
}

//===----------------------------------------------------------------------===//
// Sampling
//===----------------------------------------------------------------------===//

/// Tells the device, launch by launch, whether some blocks are enough: they are
/// not where a later launch may read what this one writes.
class Trial::Sampler : public rt::LaunchObserver {
public:
  Sampler(SimulatedDevice &device, const bundle::LaunchList &list,
          uint64_t blocks, bool quiet)
      : device(device), list(list), blocks(blocks), quiet(quiet) {}
  ~Sampler() override { after(0); }

  void before(uint32_t launch) override {
    device.sampleBlocks = blocks != 0 && isLastUse(launch) ? blocks : 0;
    progress = std::make_unique<check::Progress>(
        fmt::format("simulating launch {} of {}", launch + 1,
                    rt::length(list.launches())),
        quiet);
    device.progress = [this](double share) { progress->update(share); };
  }
  void after(uint32_t) override {
    device.sampleBlocks = 0;
    device.progress = nullptr;
    progress.reset();
  }

private:
  bool isLastUse(uint32_t launch) const {
    for (const bundle::KernelArg *arg : *list.launches()->Get(launch)->args())
      for (uint32_t later = launch + 1; later < list.launches()->size();
           ++later)
        for (const bundle::KernelArg *other :
             *list.launches()->Get(later)->args())
          if (isSameBuffer(*arg, *other))
            return false;
    return true;
  }
  /// All of the workspace counts as one buffer, and all prepared memory.
  /// Constants are only read.
  static bool isSameBuffer(const bundle::KernelArg &a,
                           const bundle::KernelArg &b) {
    using bundle::BufferKind;
    if (a.kind() != bundle::KernelArgKind::Buffer ||
        b.kind() != bundle::KernelArgKind::Buffer || a.buffer() != b.buffer() ||
        a.buffer() == BufferKind::Constants)
      return false;
    return a.buffer() != BufferKind::Argument || a.argument() == b.argument();
  }

  SimulatedDevice &device;
  const bundle::LaunchList &list;
  uint64_t blocks;
  bool quiet;
  std::unique_ptr<check::Progress> progress;
};

//===----------------------------------------------------------------------===//
// Trial
//===----------------------------------------------------------------------===//

Trial::Trial(const CheckOptions &options, SimulatedDevice &device,
             std::shared_ptr<const rt::BundleFile> bundleFile,
             const bundle::Entry &entry)
    : options(options), device(device), file(std::move(bundleFile)),
      entry(entry) {
  require(rt::loadDeviceProgram(std::make_shared<rt::LoadedBundle>(file), entry,
                                SimulatedDevice::getDriver(), 0,
                                device.getContext(), "", program));
  bindArguments();
  allocate();
}

Trial::~Trial() {
  program.reset();
  for (TrialArgument &arg : args)
    device.memory.release(arg.data);
  for (void *buffer : {workspace, prepared})
    if (buffer)
      device.memory.release(buffer);
}

void Trial::bindArguments() {
  std::vector<Shape> shapes;
  for (const bundle::Argument *table : *entry.args()) {
    TrialArgument arg;
    arg.label = *rt::text(table->name()) ? rt::text(table->name())
                                         : std::to_string(args.size());
    arg.isOutput = table->role() == bundle::Role::Output;
    arg.dtype = table->dtype();
    arg.bytes = rt::dtypeBytes(arg.dtype);
    args.push_back(std::move(arg));
    shapes.emplace_back();
    if (table->shape())
      shapes.back().assign(table->shape()->begin(), table->shape()->end());
  }
  check::resolveSymbols(entry, options.dims, shapes);
  tensors.resize(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    args[i].shape = std::move(shapes[i]);
    tensors[i].shape = args[i].shape.data();
    tensors[i].rank = args[i].shape.size();
    tensors[i].dtype = uint32_t(args[i].dtype);
    tensors[i].device_kind = program->place().kind;
    tensors[i].device_ordinal = program->place().ordinal;
  }
  for (size_t i = 0; i < args.size(); ++i) {
    const auto *exprs = entry.args()->Get(i)->shape_exprs();
    for (uint32_t d = 0; d < rt::length(exprs); ++d)
      require(rt::evaluate(exprs->Get(d), tensors.data(), "an output's shape",
                           args[i].shape[d]));
  }
}

void Trial::allocate() {
  for (size_t i = 0; i < args.size(); ++i) {
    TrialArgument &arg = args[i];
    arg.count = check::elementCount(arg.shape);
    arg.data =
        device.memory.allocate(arg.count * arg.bytes, arg.label, arg.bytes);
    if (!arg.data)
      throw CheckError(fmt::format("no memory for the {} bytes of '{}'",
                                   arg.count * arg.bytes, arg.label));
    tensors[i].data = arg.data;
    device.memory.get(arg.data).writable = arg.isOutput;
    if (!arg.isOutput && check::isFloat(arg.dtype) &&
        (!data || arg.count > data->count))
      data = &arg;
  }
  require(
      program->workspaceSize(tensors.data(), tensors.size(), workspaceBytes));
  if (uint64_t bytes = program->preparedSize()) {
    prepared = device.memory.allocate(bytes, "prepared", sizeof(uint32_t));
    if (!prepared)
      throw CheckError(
          fmt::format("no memory for {} bytes of prepared weights", bytes));
  }
  if (workspaceBytes == 0)
    return;
  // It holds tensors of several types.
  workspace = device.memory.allocate(workspaceBytes, "workspace",
                                     device.simulator.getNarrowestAccess());
  if (!workspace)
    throw CheckError(
        fmt::format("no memory for {} bytes of workspace", workspaceBytes));
}

void Trial::fill(InputKind kind) {
  for (size_t i = 0; i < args.size(); ++i)
    if (!args[i].isOutput)
      fillInput(&args[i] == data ? kind : InputKind::Normal, args[i].data,
                args[i].dtype, args[i].count, check::mixBits(options.seed) + i);
}

void Trial::poison() {
  for (TrialArgument &arg : args)
    if (arg.isOutput)
      device.memory.poison(arg.data);
  for (void *buffer : {workspace, prepared})
    if (buffer)
      device.memory.poison(buffer);
  device.failure.clear();
  device.blocks = device.skippedBlocks = 0;
  device.counts.clear();
}

bool Trial::runLaunches(
    uw_status (rt::Program::*call)(const rt::LaunchRequest &) const,
    bool usePrepared, const std::vector<uw_tensor> &withTensors) {
  Sampler sampler(device, getLaunches(), options.sampleBlocks, options.quiet);
  rt::LaunchRequest request;
  request.tensors = withTensors.data();
  request.count = withTensors.size();
  request.workspace = workspace;
  request.workspaceBytes = workspaceBytes;
  request.observer = &sampler;
  if (usePrepared) {
    request.prepared = prepared;
    request.preparedBytes = program->preparedSize();
    request.preparedId = program->preparedId();
  }
  uw_status status = (program.get()->*call)(request);
  if (status != UW_OK && device.failure.empty())
    require(status);
  return status == UW_OK;
}

bool Trial::run() {
  poison();
  return runLaunches(&rt::Program::launch, /*usePrepared=*/false, tensors);
}

bool Trial::runPrepared() {
  poison();
  std::vector<uw_tensor> weights = tensors, others = tensors;
  for (size_t i = 0; i < args.size(); ++i) {
    bool byPreparing = isRead(i, 0, getLaunches().preparing());
    bool later = isRead(i, getLaunches().preparing(),
                        rt::length(getLaunches().launches()));
    if (!byPreparing)
      weights[i].data = nullptr;
    else if (!later)
      others[i].data = nullptr;
  }
  return runLaunches(&rt::Program::prepare, /*usePrepared=*/true, weights) &&
         runLaunches(&rt::Program::launch, /*usePrepared=*/true, others);
}

/// Whether launches [begin, end) are passed argument `index`.
bool Trial::isRead(uint32_t index, uint32_t begin, uint32_t end) const {
  for (uint32_t i = begin; i < end; ++i)
    for (const bundle::KernelArg *arg :
         *getLaunches().launches()->Get(i)->args())
      if (arg->kind() == bundle::KernelArgKind::Buffer &&
          arg->buffer() == bundle::BufferKind::Argument &&
          arg->argument() == index)
        return true;
  return false;
}

std::string Trial::getBytes(const TrialArgument &output) const {
  return std::string(static_cast<const char *>(output.data),
                     output.count * output.bytes);
}

bool Trial::wasWritten(const TrialArgument &output, int64_t element) const {
  return device.memory.get(output.data).wasWritten(element * output.bytes);
}
