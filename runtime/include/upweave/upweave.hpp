// C++ interface of the Upweave runtime: owning handles over upweave.h, errors
// as exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_UPWEAVE_HPP
#define UPWEAVE_UPWEAVE_HPP

#include "upweave/upweave.h"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#if __has_include(<dlpack/dlpack.h>)
#include <dlpack/dlpack.h>
#endif

namespace upweave {

/// A failed call: its status, and the library's sentence as what().
class Error : public std::runtime_error {
public:
  Error(uw_status status, const std::string &text)
      : std::runtime_error(text), code(status) {}
  uw_status status() const { return code; }

private:
  uw_status code;
};

/// Throws Error unless `status` is UW_OK.
inline void check(uw_status status) {
  if (status == UW_OK)
    return;
  const char *text = uw_last_error();
  throw Error(status, *text ? text : uw_status_description(status));
}

/// The host, or a CUDA device by number.
struct Device {
  uw_device_kind kind = UW_HOST;
  int ordinal = 0;
  static Device host() { return {}; }
  static Device cuda(int ordinal = 0) { return {UW_CUDA, ordinal}; }
};

/// A tensor of the caller; owns its shape, not its data.
class Tensor {
public:
  /// `strides` in elements; empty is row-major.
  Tensor(void *data, uw_dtype dtype, std::vector<int64_t> shape,
         Device device = {}, std::vector<int64_t> strides = {})
      : data(data), dtype(dtype), sizes(std::move(shape)),
        steps(std::move(strides)), device(device) {}

  /// The C view; valid while this object lives unchanged.
  uw_tensor view() const {
    uw_tensor t = {};
    t.data = data;
    t.shape = sizes.data();
    t.strides = steps.empty() ? nullptr : steps.data();
    t.rank = static_cast<uint32_t>(sizes.size());
    t.dtype = dtype;
    t.device_kind = device.kind;
    t.device_ordinal = device.ordinal;
    return t;
  }

private:
  void *data;
  uw_dtype dtype;
  std::vector<int64_t> sizes, steps;
  Device device;
};

#if defined(DLPACK_MAJOR_VERSION) || defined(DLPACK_VERSION)
/// The tensor that a DLPack tensor describes, without a copy. Throws on types
/// and devices that the runtime does not have.
inline Tensor fromDLPack(const DLTensor &t) {
  auto dtype = [&]() -> uw_dtype {
    if (t.dtype.lanes == 1) {
      const int bits = t.dtype.bits;
      if (t.dtype.code == kDLFloat)
        switch (bits) {
        case 16:
          return UW_F16;
        case 32:
          return UW_F32;
        case 64:
          return UW_F64;
        }
      if (t.dtype.code == kDLBfloat && bits == 16)
        return UW_BF16;
      if (t.dtype.code == kDLInt)
        switch (bits) {
        case 8:
          return UW_I8;
        case 16:
          return UW_I16;
        case 32:
          return UW_I32;
        case 64:
          return UW_I64;
        }
    }
    throw Error(UW_BAD_TENSOR,
                "DLPack type code " + std::to_string(t.dtype.code) + " of " +
                    std::to_string(t.dtype.bits) + " bits is not supported");
  };
  Device device = Device::host();
  if (t.device.device_type == kDLCUDA)
    device = Device::cuda(t.device.device_id);
  else if (t.device.device_type != kDLCPU)
    throw Error(UW_BAD_TENSOR, "DLPack device type " +
                                   std::to_string(t.device.device_type) +
                                   " is neither the CPU nor CUDA");
  std::vector<int64_t> strides;
  if (t.strides)
    strides.assign(t.strides, t.strides + t.ndim);
  return Tensor(static_cast<char *>(t.data) + t.byte_offset, dtype(),
                {t.shape, t.shape + t.ndim}, device, std::move(strides));
}
#endif

/// Memory that Program::prepare has written, which stays the caller's.
struct Prepared {
  const void *memory = nullptr;
  uint64_t bytes = 0;
  uint64_t id = 0;
};

/// An entry loaded on a device. Movable; launches are thread-safe.
class Program {
public:
  const char *image() const { return uw_program_image(handle.get()); }

  /// Bytes of workspace that a launch with these tensors needs.
  uint64_t workspaceSize(const std::vector<Tensor> &tensors) const {
    const std::vector<uw_tensor> views = viewsOf(tensors);
    uint64_t bytes = 0;
    check(uw_program_workspace_size(handle.get(), views.data(), views.size(),
                                    &bytes));
    return bytes;
  }

  /// Bytes of prepared memory; 0 where there is nothing to prepare.
  uint64_t preparedSize() const {
    uint64_t bytes = 0;
    check(uw_program_prepared_size(handle.get(), &bytes));
    return bytes;
  }

  /// Enqueues what depends on weights alone, into `memory` of preparedSize()
  /// bytes. Only the weights among `tensors` need data.
  Prepared prepare(const std::vector<Tensor> &tensors, void *memory,
                   uint64_t bytes, void *stream = nullptr) const {
    const std::vector<uw_tensor> views = viewsOf(tensors);
    uw_prepare call = {};
    call.struct_size = sizeof(call);
    call.tensors = views.data();
    call.count = views.size();
    call.prepared = memory;
    call.prepared_bytes = bytes;
    call.stream = stream;
    check(uw_program_prepare(handle.get(), &call));
    return {memory, bytes, uw_program_prepared_id(handle.get())};
  }

  /// Checks and enqueues on `stream` (a CUstream; ignored on the host), with
  /// the weights that `prepared` was made of if it is given.
  void launch(const std::vector<Tensor> &tensors, void *workspace,
              uint64_t workspaceBytes, void *stream = nullptr,
              const Prepared &prepared = {}) const {
    launch(tensors, workspace, workspaceBytes, stream, 0, prepared);
  }
  /// The same with a workspace taken for this launch alone.
  void launch(const std::vector<Tensor> &tensors, void *stream = nullptr,
              const Prepared &prepared = {}) const {
    launch(tensors, nullptr, 0, stream, UW_LAUNCH_ALLOCATE_WORKSPACE, prepared);
  }

private:
  friend class Bundle;
  explicit Program(uw_program *program) : handle(program) {}

  static std::vector<uw_tensor> viewsOf(const std::vector<Tensor> &tensors) {
    std::vector<uw_tensor> views;
    for (const Tensor &tensor : tensors)
      views.push_back(tensor.view());
    return views;
  }
  void launch(const std::vector<Tensor> &tensors, void *workspace,
              uint64_t bytes, void *stream, uint32_t flags,
              const Prepared &prepared) const {
    const std::vector<uw_tensor> views = viewsOf(tensors);
    uw_launch call = {};
    call.struct_size = sizeof(call);
    call.flags = flags;
    call.tensors = views.data();
    call.count = views.size();
    call.workspace = workspace;
    call.workspace_bytes = bytes;
    call.stream = stream;
    call.prepared = prepared.memory;
    call.prepared_bytes = prepared.bytes;
    call.prepared_id = prepared.id;
    check(uw_program_launch(handle.get(), &call));
  }

  struct Release {
    void operator()(uw_program *p) const { uw_program_release(p); }
  };
  std::unique_ptr<uw_program, Release> handle;
};

/// A verified bundle.
class Bundle {
public:
  explicit Bundle(const std::string &path) {
    uw_bundle *bundle = nullptr;
    check(uw_bundle_load_file(path.c_str(), &bundle));
    handle.reset(bundle);
  }
  Bundle(const void *data, size_t size) {
    uw_bundle *bundle = nullptr;
    check(uw_bundle_load_memory(data, size, &bundle));
    handle.reset(bundle);
  }

  uw_bundle *get() const { return handle.get(); }
  std::string manifest() const {
    const char *text = uw_bundle_manifest(handle.get());
    return text ? text : "";
  }

  /// Loads an entry (empty: the only one). `image`: see uw_load_options.
  Program load(Device device, const std::string &entry = "",
               const std::string &image = "", void *context = nullptr) const {
    uw_load_options options = {};
    options.struct_size = sizeof(options);
    options.device_kind = device.kind;
    options.device_ordinal = device.ordinal;
    options.context = context;
    options.image = image.empty() ? nullptr : image.c_str();
    uw_program *program = nullptr;
    check(uw_program_load(handle.get(), entry.empty() ? nullptr : entry.c_str(),
                          &options, &program));
    return Program(program);
  }

private:
  struct Release {
    void operator()(uw_bundle *b) const { uw_bundle_release(b); }
  };
  std::unique_ptr<uw_bundle, Release> handle;
};

} // namespace upweave

#endif // UPWEAVE_UPWEAVE_HPP
