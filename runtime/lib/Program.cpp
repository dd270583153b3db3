// What programs on the host and on devices share: finding the entry, checks
// before a launch, the workspace.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include "Limits.h"

namespace upweave {
namespace rt {

uw_status LoadedBundle::findEntry(const char *name,
                                  const bundle::Entry *&entry) const {
  const auto &entries = *file->table().entries();
  if (!name && entries.size() == 1) {
    entry = entries.Get(0);
    return UW_OK;
  }
  std::string names;
  for (const bundle::Entry *candidate : entries) {
    if (name && candidate->name()->str() == name) {
      entry = candidate;
      return UW_OK;
    }
    names += (names.empty() ? "'" : ", '") + candidate->name()->str() + "'";
  }
  if (!name)
    return fail(UW_NOT_FOUND, "the bundle has several entries, name one of {}",
                names);
  return fail(UW_NOT_FOUND, "entry '{}' was asked for, the bundle has {}", name,
              names);
}

uw_status Program::workspaceSize(const uw_tensor *tensors, size_t count,
                                 uint64_t &bytes) const {
  UW_TRY(checkShapes(*entryTable, tensors, count));
  int64_t value;
  UW_TRY(evaluate(workspaceExpr(), tensors, "the workspace's size", value));
  int64_t extra;
  UW_TRY(extraWorkspace(tensors, extra));
  if (value < 0 || __builtin_add_overflow(value, extra, &value))
    return fail(
        UW_BAD_BUNDLE,
        "the workspace's size is {} bytes and {} for the threads, which "
        "is no size: pass smaller tensors, or compile the bundle again",
        value, extra);
  bytes = value;
  // Without prepared memory the workspace's end is that.
  if (const uint64_t prepared = preparedSize())
    bytes = alignBuffer(bytes) + prepared;
  return UW_OK;
}

uw_status Program::extraWorkspace(const uw_tensor *, int64_t &bytes) const {
  bytes = 0;
  return UW_OK;
}

uw_status Program::checkPrepared(const LaunchRequest &request,
                                 const char *call) const {
  const uint64_t bytes = preparedSize();
  if (bytes == 0)
    return UW_OK;
  if (!request.prepared || request.preparedBytes < bytes)
    return fail(UW_BAD_PREPARED,
                "{}.prepared has {} bytes, the program prepares {}: ask "
                "uw_program_prepared_size",
                call, request.prepared ? request.preparedBytes : 0, bytes);
  if (reinterpret_cast<uintptr_t>(request.prepared) % kBufferAlignment)
    return fail(
        UW_BAD_PREPARED,
        "{}.prepared is at {}, which is not a multiple of {} bytes: pass "
        "memory that is",
        call, fmt::ptr(request.prepared), kBufferAlignment);
  if (request.preparedId && request.preparedId != preparedId())
    return fail(UW_BAD_PREPARED,
                "{}.prepared_id is {:#x}, that of this program (entry '{}', "
                "image '{}') is {:#x}: prepare the memory with this program",
                call, request.preparedId, text(entryTable->name()), image,
                preparedId());
  return UW_OK;
}

uw_status Program::prepare(const LaunchRequest &request) const {
  UW_TRY(checkShapes(*entryTable, request.tensors, request.count));
  UW_TRY(checkPrepared(request, "uw_prepare"));
  if (preparedSize() == 0)
    return UW_OK;
  UW_TRY(checkData(*entryTable, request.tensors, where, notPrepared));
  return runPreparing(request);
}

uw_status Program::launch(const LaunchRequest &asked) const {
  LaunchRequest request = asked;
  uint64_t bytes;
  UW_TRY(workspaceSize(request.tensors, request.count, bytes));
  if (request.prepared) {
    UW_TRY(checkPrepared(request, "uw_launch"));
    bytes -= preparedSize();
  }
  if (request.prepared)
    UW_TRY(checkData(*entryTable, request.tensors, where, onlyPrepared));
  else
    UW_TRY(checkData(*entryTable, request.tensors, where));
  if (bytes == 0)
    return run(request);
  if (request.workspace && request.workspaceBytes >= bytes) {
    auto address = reinterpret_cast<uintptr_t>(request.workspace);
    if (address % kBufferAlignment)
      return fail(
          UW_BAD_WORKSPACE,
          "the workspace is at {}, which is not a multiple of {} bytes: "
          "pass memory that is",
          fmt::ptr(request.workspace), kBufferAlignment);
    request.workspaceBytes = bytes;
    return run(request);
  }
  if (request.allocateWorkspace)
    return runAllocating(request, bytes);
  return fail(UW_BAD_WORKSPACE,
              "the workspace has {} bytes, the launch needs {}: ask "
              "uw_program_workspace_size, or set UW_LAUNCH_ALLOCATE_WORKSPACE",
              request.workspace ? request.workspaceBytes : 0, bytes);
}

uw_status loadProgram(std::shared_ptr<LoadedBundle> bundle,
                      const bundle::Entry &entry, Place place,
                      cu::Context context, std::string_view image,
                      std::unique_ptr<Program> &program) {
  if (place.kind == UW_CUDA)
    return loadDeviceProgram(std::move(bundle), entry, place.ordinal, context,
                             image, program);
  if (place.kind != UW_HOST)
    return fail(UW_INVALID_ARGUMENT,
                "uw_load_options.device_kind is {}: set it to UW_HOST ({}) or "
                "UW_CUDA ({})",
                place.kind, int(UW_HOST), int(UW_CUDA));
  if (!image.empty() && image != "host")
    return fail(UW_NO_IMAGE,
                "image '{}' does not run on the host: ask for 'host', or load "
                "the program on a CUDA device",
                image);
  return loadHostProgram(std::move(bundle), entry, program);
}

} // namespace rt
} // namespace upweave
