// The C interface: checks its own arguments, keeps exceptions inside.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arguments.h"
#include "Manifest.h"
#include "Program.h"

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
  std::mutex mutex;
  std::string manifest;
};

struct uw_program {
  std::unique_ptr<Program> program;
};

namespace {

/// Runs `body`, turning exceptions into statuses.
template <typename Body> uw_status guarded(Body &&body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return UW_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    try {
      return fail(UW_INTERNAL, "{}", error.what());
    } catch (...) {
      return UW_INTERNAL;
    }
  } catch (...) {
    return UW_INTERNAL;
  }
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
    if (!path || !bundle)
      return fail(UW_INVALID_ARGUMENT, "{} is null", path ? "bundle" : "path");
    std::shared_ptr<const BundleFile> file;
    UW_TRY(BundleFile::read(path, file));
    return finishLoad(std::move(file), bundle);
  });
}

uw_status uw_bundle_load_memory(const void *data, size_t size,
                                uw_bundle **bundle) {
  return guarded([&] {
    if ((!data && size) || !bundle)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  bundle ? "data" : "bundle");
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
    const bundle::Entry *table = entryAt(bundle, entry);
    if (!table || !argument || index >= length(table->args()))
      return fail(UW_INVALID_ARGUMENT,
                  "entry {} argument {} does not exist, or argument is null",
                  entry, index);
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
  if (!bundle)
    return nullptr;
  uw_status status = guarded([&] {
    std::lock_guard<std::mutex> lock(bundle->mutex);
    if (bundle->manifest.empty())
      bundle->manifest = manifestJson(*bundle->loaded->file);
    return UW_OK;
  });
  return status ? nullptr : bundle->manifest.c_str();
}

uw_status uw_program_load(uw_bundle *bundle, const char *entry,
                          const uw_load_options *options,
                          uw_program **program) {
  return guarded([&] {
    if (!bundle || !options || !program)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  !bundle    ? "bundle"
                  : !options ? "options"
                             : "program");
    if (options->struct_size < sizeof(uw_load_options))
      return fail(UW_INVALID_ARGUMENT,
                  "uw_load_options.struct_size is {}, set it to "
                  "sizeof(uw_load_options) = {}",
                  options->struct_size, sizeof(uw_load_options));
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

void uw_program_release(uw_program *program) {
  guarded([&] {
    delete program;
    return UW_OK;
  });
}

const char *uw_program_image(const uw_program *program) {
  return program ? program->program->imageName().c_str() : "";
}

uw_status uw_program_workspace_size(const uw_program *program,
                                    const uw_tensor *tensors, size_t count,
                                    uint64_t *bytes) {
  return guarded([&] {
    if (!program || !bytes)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  program ? "bytes" : "program");
    return program->program->workspaceSize(tensors, count, *bytes);
  });
}

uw_status uw_program_prepared_size(const uw_program *program, uint64_t *bytes) {
  return guarded([&] {
    if (!program || !bytes)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  program ? "bytes" : "program");
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
    if (!program || !prepare)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  program ? "prepare" : "program");
    if (prepare->struct_size < sizeof(uw_prepare))
      return fail(UW_INVALID_ARGUMENT,
                  "uw_prepare.struct_size is {}, set it to sizeof(uw_prepare) "
                  "= {}",
                  prepare->struct_size, sizeof(uw_prepare));
    if (prepare->flags)
      return fail(UW_INVALID_ARGUMENT,
                  "uw_prepare.flags is {:#x}, this library knows none: set it "
                  "to 0",
                  prepare->flags);
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
    if (!program || !launch)
      return fail(UW_INVALID_ARGUMENT, "{} is null",
                  program ? "launch" : "program");
    // Version 1 ended before `prepared`.
    constexpr size_t kLeast = offsetof(uw_launch, prepared);
    if (launch->struct_size < kLeast)
      return fail(UW_INVALID_ARGUMENT,
                  "uw_launch.struct_size is {}, set it to sizeof(uw_launch) = "
                  "{}",
                  launch->struct_size, sizeof(uw_launch));
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
