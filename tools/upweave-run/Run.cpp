// Loads an entry, resolves its dynamic sizes and fills its arguments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Run.h"

#include "Npy.h"
#include "Random.h"
#include "upweave/files/TerminalText.h"

#include <cstdio>
#include <cstring>

namespace upweave {
namespace run {

using namespace rt;
using check::Shape;

int64_t Argument::position(int64_t linear) const {
  if (contiguous)
    return linear;
  int64_t at = 0;
  for (size_t d = shape.size(); d-- > 0;) {
    at += linear % shape[d] * strides[d];
    linear /= shape[d];
  }
  return at;
}

Runner::Runner(const Options &options,
               std::shared_ptr<const rt::BundleFile> file)
    : options(options), bundleFile(std::move(file)),
      bundle(std::make_shared<LoadedBundle>(bundleFile)) {
  require(bundle->findEntry(
      options.entry.empty() ? nullptr : options.entry.c_str(), entryTable));
  load();
  bindArguments();
  readInputs();
  resolveSymbols();
  bindOutputShapes();
  allocate();
  if (options.prepare)
    prepare();
}

bool Runner::loadOn(Place where, std::string_view image, bool mayFail) {
  uw_status status =
      loadProgram(bundle, *entryTable, where, nullptr, image, loaded);
  const bool noDevice =
      status == UW_NO_DRIVER || status == UW_NO_DEVICE || status == UW_NO_IMAGE;
  if (!(mayFail && noDevice))
    require(status);
  if (status)
    return false;
  place = where.kind == UW_CUDA ? makeCudaBackend(where.ordinal)
                                : makeHostBackend();
  return true;
}

void Runner::load() {
  const Place gpu = {UW_CUDA, options.gpu}, host = {UW_HOST, 0};
  const bool wantsHost = options.image == "host" || options.device == "host";
  if (options.image == "host" && options.device == "gpu")
    throw Failure(kUsageError, "--image host does not run with --device gpu");
  if (wantsHost) {
    loadOn(host, options.image, false);
    return;
  }
  const bool isAuto = options.device == "auto" && options.image.empty();
  if (loadOn(gpu, options.image, isAuto))
    return;
  const std::string why = lastError();
  if (loadOn(host, "", true)) {
    if (!options.quiet)
      fmt::print(stderr, "no GPU in use ({}); running the host variant\n", why);
    return;
  }
  throw Failure(kNoDevice, why + "; and " + lastError());
}

void Runner::bindArguments() {
  for (uint32_t i = 0; i < length(entryTable->args()); ++i) {
    Argument arg;
    arg.table = entryTable->args()->Get(i);
    arg.label = *text(arg.table->name())
                    ? files::printableName(text(arg.table->name()))
                    : std::to_string(i);
    arg.isOutput = arg.table->role() == bundle::Role::Output;
    arg.dtype = arg.table->dtype();
    if (length(arg.table->shape()))
      arg.shape.assign(arg.table->shape()->begin(), arg.table->shape()->end());
    args.push_back(std::move(arg));
  }
}

Argument &Runner::find(const std::string &name, bool output, size_t &next) {
  size_t seen = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].isOutput != output)
      continue;
    if (name.empty() ? seen++ == next
                     : name == text(args[i].table->name()) ||
                           name == std::to_string(i)) {
      next += name.empty();
      return args[i];
    }
  }
  throw Failure(kUsageError,
                name.empty()
                    ? fmt::format("more files than the entry has {}",
                                  output ? "outputs" : "inputs")
                    : fmt::format("the entry has no {} '{}' (see --describe)",
                                  output ? "output" : "input", name));
}

void Runner::readInputs() {
  size_t next = 0;
  for (const FileArgument &file : options.inputs) {
    Argument &arg = find(file.argument, /*output=*/false, next);
    check::NpyArray array = check::readNpy(file.path, arg.dtype);
    bool fits = array.shape.size() == arg.shape.size();
    for (size_t d = 0; fits && d < arg.shape.size(); ++d)
      fits = arg.shape[d] == -1 || arg.shape[d] == array.shape[d];
    if (!fits)
      throw Failure(
          kUsageError,
          fmt::format("'{}' has shape {}, input '{}' takes {}", file.path,
                      shapeText(array.shape.data(), array.shape.size()),
                      arg.label,
                      shapeText(arg.shape.data(), arg.shape.size())));
    arg.shape = array.shape;
    arg.host = std::move(array.bytes);
  }
}

/// Dynamic sizes: from an input file if one gives them, else from --dim.
void Runner::resolveSymbols() {
  std::vector<Shape> shapes;
  for (const Argument &arg : args)
    shapes.push_back(arg.shape);
  try {
    check::checkDimNames(options.dims, {entryTable});
    check::resolveSymbols(*entryTable, options.dims, shapes);
  } catch (const check::CheckError &error) {
    throw Failure(kUsageError, error.what());
  }
  for (size_t i = 0; i < args.size(); ++i)
    args[i].shape = std::move(shapes[i]);
}

/// Sizes of outputs that are expressions of the inputs' sizes.
void Runner::bindOutputShapes() {
  tensors.resize(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    tensors[i].shape = args[i].shape.data();
    tensors[i].rank = args[i].shape.size();
    tensors[i].dtype = uint32_t(args[i].dtype);
  }
  for (Argument &arg : args)
    for (uint32_t d = 0; d < length(arg.table->shape_exprs()); ++d)
      require(evaluate(arg.table->shape_exprs()->Get(d), tensors.data(),
                       "an output's shape", arg.shape[d]));
  uint64_t bytes = 0;
  require(loaded->workspaceSize(tensors.data(), tensors.size(), bytes));
  if (bytes)
    workspace = std::make_unique<Buffer>(*place, bytes);
}

void Runner::allocate() {
  for (size_t i = 0; i < args.size(); ++i) {
    Argument &arg = args[i];
    arg.count = check::elementCount(arg.shape);
    const Shape rowMajor = check::rowMajorStrides(arg.shape);
    arg.strides = rowMajor;
    if (length(arg.table->strides()))
      arg.strides.assign(arg.table->strides()->begin(),
                         arg.table->strides()->end());
    arg.contiguous = arg.strides == rowMajor;
    int64_t extent = arg.count ? 1 : 0;
    for (size_t d = 0; arg.count && d < arg.shape.size(); ++d)
      extent += (arg.shape[d] - 1) * arg.strides[d];
    const uint32_t element = dtypeBytes(arg.dtype);
    const bool given = !arg.host.empty();
    std::vector<unsigned char> dense = std::move(arg.host);
    if (!arg.isOutput && !given) {
      dense.resize(arg.count * element);
      check::fillRandom(dense.data(), arg.dtype, arg.count,
                        check::mixBits(options.seed) + i);
    }
    if (arg.contiguous && !arg.isOutput) {
      arg.host = std::move(dense);
    } else {
      arg.host.assign(extent * element, 0);
      for (int64_t at = 0; !arg.isOutput && at < arg.count; ++at)
        std::memcpy(arg.host.data() + arg.position(at) * element,
                    dense.data() + at * element, element);
    }
    arg.device = std::make_unique<Buffer>(*place, arg.host.size());
    if (!arg.isOutput)
      place->upload(arg.device->data(), arg.host.data(), arg.host.size());
    tensors[i].data = arg.device->data();
    tensors[i].shape = arg.shape.data();
    tensors[i].strides = arg.strides.data();
    tensors[i].device_kind = loaded->place().kind;
    tensors[i].device_ordinal = loaded->place().ordinal;
  }
}

/// Prepares the weights, and takes them away from the launches that follow.
void Runner::prepare() {
  const uint64_t bytes = loaded->preparedSize();
  if (!options.quiet)
    fmt::print(stderr, "prepared {} bytes of weights{}\n", bytes,
               bytes ? "" : ": there is nothing to prepare");
  if (bytes == 0)
    return;
  prepared = std::make_unique<Buffer>(*place, bytes);
  place->fill(prepared->data(), 0xFF, bytes);
  LaunchRequest request;
  request.tensors = tensors.data();
  request.count = tensors.size();
  request.prepared = prepared->data();
  request.preparedBytes = bytes;
  request.stream = place->stream();
  require(loaded->prepare(request));
  place->synchronize();
}

void Runner::enqueue(LaunchObserver *observer) {
  LaunchRequest request;
  request.tensors = tensors.data();
  request.count = tensors.size();
  request.workspace = workspace ? workspace->data() : nullptr;
  request.workspaceBytes = workspace ? workspace->bytes() : 0;
  if (prepared) {
    request.prepared = prepared->data();
    request.preparedBytes = prepared->bytes();
    request.preparedId = loaded->preparedId();
  }
  request.stream = place->stream();
  request.observer = observer;
  require(loaded->launch(request));
}

void Runner::runOnce(unsigned char poison) {
  for (Argument &arg : args)
    if (arg.isOutput)
      place->fill(arg.device->data(), poison, arg.device->bytes());
  if (workspace)
    place->fill(workspace->data(), poison, workspace->bytes());
  enqueue();
  place->synchronize();
  for (Argument &arg : args)
    if (arg.isOutput)
      place->download(arg.host.data(), arg.device->data(), arg.host.size());
}

} // namespace run
} // namespace upweave
