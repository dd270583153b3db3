// The C interface: checks its own arguments, keeps exceptions inside.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arguments.h"
#include "Manifest.h"
#include "Program.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>

using namespace upweave;
using namespace upweave::rt;

static_assert(
    UW_F16 == int(bundle::DType::F16) && UW_BF16 == int(bundle::DType::BF16) &&
        UW_F32 == int(bundle::DType::F32) &&
        UW_F64 == int(bundle::DType::F64) && UW_I1 == int(bundle::DType::I1) &&
        UW_I8 == int(bundle::DType::I8) && UW_I16 == int(bundle::DType::I16) &&
        UW_I32 == int(bundle::DType::I32) && UW_I64 == int(bundle::DType::I64),
    "uw_dtype numbers are the schema's");

struct uw_bundle {
  std::shared_ptr<LoadedBundle> loaded;
  /// Made when it is first asked for. No lock: a fork could leave it locked.
  std::atomic<const std::string *> manifest{nullptr};

  ~uw_bundle() { delete manifest.load(); }
};

struct uw_program {
  std::unique_ptr<Program> program;
};

namespace {

/// Runs `body`, turning exceptions into statuses with a text.
template <typename Body> uw_status guarded(Body &&body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return failOutOfMemory();
  } catch (const std::exception &error) {
    return failText(UW_INTERNAL, error.what());
  } catch (...) {
    return failText(UW_INTERNAL, "an exception that is not a std::exception");
  }
}

/// An argument of a function, by name.
struct Pointer {
  const char *name;
  const void *value;
};

uw_status requirePointers(const char *function,
                          std::initializer_list<Pointer> pointers) {
  for (const Pointer &pointer : pointers)
    if (!pointer.value)
      return fail(UW_INVALID_ARGUMENT, "{}: {} is null, it must not be",
                  function, pointer.name);
  return UW_OK;
}

/// A struct of the caller may be of an older header, with at least `least`
/// bytes, or of a newer one; then what this library does not know must be zero.
template <typename Struct>
uw_status checkStruct(const char *name, const Struct &given, size_t least) {
  constexpr uint32_t kMost = 4096; // more was not initialised
  const uint32_t size = given.struct_size;
  if (size < least || size > kMost)
    return fail(UW_INVALID_ARGUMENT,
                "{}.struct_size is {}, set it to sizeof({}) = {}", name, size,
                name, sizeof(Struct));
  const auto *bytes = reinterpret_cast<const unsigned char *>(&given);
  for (size_t at = sizeof(Struct); at < size; ++at)
    if (bytes[at])
      return fail(
          UW_INVALID_ARGUMENT,
          "{}.struct_size is {}, and byte {} is not zero: this library, "
          "of version {}, knows {} bytes; use one as new as the header",
          name, size, at, UW_API_VERSION, sizeof(Struct));
  return UW_OK;
}

/// Refuses bits that this library does not know.
uw_status checkFlags(const char *field, uint32_t given, uint32_t known) {
  if (!(given & ~known))
    return UW_OK;
  return fail(UW_INVALID_ARGUMENT,
              "{} is {:#x}, this library knows {}: set no other bits", field,
              given, known ? fmt::format("{:#x}", known) : "none");
}

uw_status finishLoad(std::shared_ptr<const BundleFile> file,
                     uw_bundle **bundle) {
  auto result = std::make_unique<uw_bundle>();
  result->loaded = std::make_shared<LoadedBundle>(std::move(file));
  *bundle = result.release();
  return UW_OK;
}

const bundle::Entry *entryAt(const uw_bundle *bundle, size_t index) {
  if (!bundle)
    return nullptr;
  const auto &entries = *bundle->loaded->file->table().entries();
  return index < entries.size() ? entries.Get(index) : nullptr;
}

} // namespace

uint32_t uw_api_version(void) { return UW_API_VERSION; }

uw_status uw_bundle_load_file(const char *path, uw_bundle **bundle) {
  return guarded([&] {
    UW_TRY(requirePointers("uw_bundle_load_file",
                           {{"path", path}, {"bundle", bundle}}));
    std::shared_ptr<const BundleFile> file;
    UW_TRY(BundleFile::read(path, file));
    return finishLoad(std::move(file), bundle);
  });
}

uw_status uw_bundle_load_memory(const void *data, size_t size,
                                uw_bundle **bundle) {
  return guarded([&] {
    UW_TRY(requirePointers("uw_bundle_load_memory", {{"bundle", bundle}}));
    if (size)
      UW_TRY(requirePointers("uw_bundle_load_memory", {{"data", data}}));
    std::shared_ptr<const BundleFile> file;
    UW_TRY(BundleFile::copy(data, size, file));
    return finishLoad(std::move(file), bundle);
  });
}

void uw_bundle_release(uw_bundle *bundle) { delete bundle; }

size_t uw_bundle_entry_count(const uw_bundle *bundle) {
  return bundle ? bundle->loaded->file->table().entries()->size() : 0;
}

const char *uw_bundle_entry_name(const uw_bundle *bundle, size_t entry) {
  const bundle::Entry *table = entryAt(bundle, entry);
  return table ? table->name()->c_str() : nullptr;
}

size_t uw_bundle_argument_count(const uw_bundle *bundle, size_t entry) {
  const bundle::Entry *table = entryAt(bundle, entry);
  return table ? length(table->args()) : 0;
}

uw_status uw_bundle_argument(const uw_bundle *bundle, size_t entry,
                             size_t index, uw_argument *argument) {
  return guarded([&] {
    UW_TRY(requirePointers("uw_bundle_argument",
                           {{"bundle", bundle}, {"argument", argument}}));
    const bundle::Entry *table = entryAt(bundle, entry);
    if (!table)
      return fail(UW_INVALID_ARGUMENT,
                  "uw_bundle_argument: entry is {}, the bundle has {} entries",
                  entry, uw_bundle_entry_count(bundle));
    if (index >= length(table->args()))
      return fail(
          UW_INVALID_ARGUMENT,
          "uw_bundle_argument: index is {}, entry '{}' has {} arguments", index,
          text(table->name()), length(table->args()));
    const bundle::Argument &arg = *table->args()->Get(index);
    *argument = {};
    argument->name = text(arg.name());
    argument->rank = length(arg.shape());
    argument->shape = argument->rank ? arg.shape()->data() : nullptr;
    argument->strides = length(arg.strides()) ? arg.strides()->data() : nullptr;
    argument->dtype = uint32_t(arg.dtype());
    argument->is_output = arg.role() == bundle::Role::Output;
    argument->alignment = arg.alignment();
    return UW_OK;
  });
}

const char *uw_bundle_manifest(uw_bundle *bundle) {
  uw_status status = guarded([&] {
    UW_TRY(requirePointers("uw_bundle_manifest", {{"bundle", bundle}}));
    if (bundle->manifest.load())
      return UW_OK;
    auto made = std::make_unique<const std::string>(
        manifestJson(*bundle->loaded->file));
    const std::string *none = nullptr;
    if (bundle->manifest.compare_exchange_strong(none, made.get()))
      made.release(); // else another thread's is as good
    return UW_OK;
  });
  return status ? nullptr : bundle->manifest.load()->c_str();
}

uw_status uw_program_load(uw_bundle *bundle, const char *entry,
                          const uw_load_options *options,
                          uw_program **program) {
  return guarded([&] {
    UW_TRY(requirePointers(
        "uw_program_load",
        {{"bundle", bundle}, {"options", options}, {"program", program}}));
    UW_TRY(checkStruct("uw_load_options", *options, sizeof(uw_load_options)));
    UW_TRY(checkFlags("uw_load_options.reserved", options->reserved, 0));
    const bundle::Entry *table = nullptr;
    UW_TRY(bundle->loaded->findEntry(entry, table));
    auto result = std::make_unique<uw_program>();
    UW_TRY(loadProgram(bundle->loaded, *table,
                       {options->device_kind, options->device_ordinal},
                       static_cast<cu::Context>(options->context),
                       options->image ? options->image : "", result->program));
    *program = result.release();
    return UW_OK;
  });
}

void uw_program_release(uw_program *program) { delete program; }

const char *uw_program_image(const uw_program *program) {
  return program ? program->program->imageName().c_str() : "";
}

uw_status uw_program_workspace_size(const uw_program *program,
                                    const uw_tensor *tensors, size_t count,
                                    uint64_t *bytes) {
  return guarded([&] {
    UW_TRY(requirePointers("uw_program_workspace_size",
                           {{"program", program}, {"bytes", bytes}}));
    return program->program->workspaceSize(tensors, count, *bytes);
  });
}

uw_status uw_program_prepared_size(const uw_program *program, uint64_t *bytes) {
  return guarded([&] {
    UW_TRY(requirePointers("uw_program_prepared_size",
                           {{"program", program}, {"bytes", bytes}}));
    *bytes = program->program->preparedSize();
    return UW_OK;
  });
}

uint64_t uw_program_prepared_id(const uw_program *program) {
  return program ? program->program->preparedId() : 0;
}

uw_status uw_program_prepare(const uw_program *program,
                             const uw_prepare *prepare) {
  return guarded([&] {
    UW_TRY(requirePointers("uw_program_prepare",
                           {{"program", program}, {"prepare", prepare}}));
    UW_TRY(checkStruct("uw_prepare", *prepare, sizeof(uw_prepare)));
    UW_TRY(checkFlags("uw_prepare.flags", prepare->flags, 0));
    LaunchRequest request;
    request.tensors = prepare->tensors;
    request.count = prepare->count;
    request.prepared = prepare->prepared;
    request.preparedBytes = prepare->prepared_bytes;
    request.stream = static_cast<cu::Stream>(prepare->stream);
    return program->program->prepare(request);
  });
}

uw_status uw_program_launch(const uw_program *program,
                            const uw_launch *launch) {
  return guarded([&] {
    UW_TRY(requirePointers("uw_program_launch",
                           {{"program", program}, {"launch", launch}}));
    // Version 1 ended before `prepared`.
    UW_TRY(checkStruct("uw_launch", *launch, offsetof(uw_launch, prepared)));
    UW_TRY(checkFlags("uw_launch.flags", launch->flags,
                      UW_LAUNCH_ALLOCATE_WORKSPACE));
    LaunchRequest request;
    request.tensors = launch->tensors;
    request.count = launch->count;
    request.workspace = launch->workspace;
    request.workspaceBytes = launch->workspace_bytes;
    request.stream = static_cast<cu::Stream>(launch->stream);
    request.allocateWorkspace = launch->flags & UW_LAUNCH_ALLOCATE_WORKSPACE;
    if (launch->struct_size >= sizeof(uw_launch)) {
      request.prepared = const_cast<void *>(launch->prepared);
      request.preparedBytes = launch->prepared_bytes;
      request.preparedId = launch->prepared_id;
    }
    return program->program->launch(request);
  });
}

namespace {
/// The caller's decision about a bundle.
Approve approvalBy(uw_verify verify, void *context) {
  return [verify, context](ByteView bytes) {
    const int answer = verify(context, bytes.data, bytes.size);
    return answer == 0 ? UW_OK
                       : fail(UW_NOT_TRUSTED,
                              "the caller's uw_verify returned {} for these {} "
                              "bytes: the bundle is not trusted",
                              answer, bytes.size);
  };
}
} // namespace

uw_status uw_bundle_load_file_verified(const char *path, uw_verify verify,
                                       void *context, uw_bundle **bundle) {
  return guarded([&] {
    if (!path || !verify || !bundle)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  !path     ? "path"
                  : !verify ? "verify"
                            : "bundle");
    std::shared_ptr<const BundleFile> file;
    UW_TRY(BundleFile::read(path, file, approvalBy(verify, context)));
    return finishLoad(std::move(file), bundle);
  });
}

uw_status uw_bundle_load_memory_verified(const void *data, size_t size,
                                         uw_verify verify, void *context,
                                         uw_bundle **bundle) {
  return guarded([&] {
    if ((!data && size) || !verify || !bundle)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  !bundle   ? "bundle"
                  : !verify ? "verify"
                            : "data");
    std::shared_ptr<const BundleFile> file;
    UW_TRY(BundleFile::copy(data, size, file, approvalBy(verify, context)));
    return finishLoad(std::move(file), bundle);
  });
}
