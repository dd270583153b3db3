// The host variant: a shared object loaded from memory and called with MLIR
// memref descriptors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostProcessor.h"
#include "Limits.h"
#include "Program.h"
#include "ThreadPool.h"
#include "upweave/bundle_format.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

namespace upweave {
namespace rt {

namespace {

#if defined(__x86_64__)
constexpr const char *kHostArch = "x86_64";
#elif defined(__aarch64__)
constexpr const char *kHostArch = "aarch64";
#else
constexpr const char *kHostArch = "this machine";
#endif

/// A shared object loaded from memory. The descriptor stays open as long as the
/// library: the loader knows libraries by the name they were opened with, and
/// that name holds the descriptor's number.
class HostLibrary {
public:
  ~HostLibrary() {
    if (handle)
      dlclose(handle);
    if (fd >= 0)
      ::close(fd);
  }

  uw_status load(ByteView bytes) {
    fd = ::memfd_create("upweave-host", MFD_CLOEXEC);
    if (fd < 0)
      return fail(UW_HOST_ERROR, "memfd_create: {}", std::strerror(errno));
    for (size_t done = 0; done < bytes.size;) {
      ssize_t put = ::write(fd, bytes.data + done, bytes.size - done);
      if (put < 0 && errno == EINTR)
        continue;
      if (put <= 0)
        return fail(UW_HOST_ERROR, "cannot write the host variant: {}",
                    std::strerror(errno));
      done += put;
    }
    handle = dlopen(fmt::format("/proc/self/fd/{}", fd).c_str(),
                    RTLD_NOW | RTLD_LOCAL);
    if (handle)
      return UW_OK;
    const char *why = dlerror();
    return fail(UW_HOST_ERROR, "cannot load the host variant: {}",
                why ? why : "unknown");
  }

  void *find(const char *symbol) const { return dlsym(handle, symbol); }

private:
  int fd = -1;
  void *handle = nullptr;
};

/// Words of a memref descriptor of `rank`: allocated, aligned, offset, sizes,
/// strides.
constexpr size_t descriptorWords(uint32_t rank) { return 3 + 2 * size_t(rank); }

void writeDescriptor(int64_t *words, void *data, const int64_t *shape,
                     const int64_t *strides, uint32_t rank) {
  words[0] = words[1] = reinterpret_cast<intptr_t>(data);
  words[2] = 0;
  int64_t rowMajor = 1;
  for (uint32_t d = rank; d-- > 0;) {
    words[3 + d] = shape[d];
    words[3 + rank + d] = strides ? strides[d] : rowMajor;
    rowMajor *= shape[d];
  }
}

/// One entry's host variant.
class HostProgram final : public Program {
public:
  HostProgram(std::shared_ptr<LoadedBundle> owner, const bundle::Entry &entry)
      : Program(std::move(owner), entry) {
    image = "host";
  }

  uw_status load() {
    const bundle::HostVariant &host = *entryTable->host();
    const bundle::Bundle &table = bundle->file->table();
    const bundle::Image &image = *table.images()->Get(host.image());
    const std::string triple = text(image.target_triple());
    if (triple.compare(0, triple.find('-'), kHostArch) != 0)
      return fail(UW_HOST_ERROR,
                  "the host variant is for '{}', this machine is {}: compile "
                  "the bundle on such a machine",
                  triple, kHostArch);
    if (host.abi() == bundle::kHostAbiTeam) {
      UW_TRY(teamSize(threads));
      pool = ThreadPool::get(threads);
    }
    UW_TRY(checkProcessor(image));
    UW_TRY(library.load(bundle->file->section(image.section())));
    function = reinterpret_cast<Function>(library.find(host.symbol()->c_str()));
    if (!function)
      return fail(UW_HOST_ERROR, "the host variant has no symbol '{}'",
                  host.symbol()->str());
    return UW_OK;
  }

protected:
  const bundle::Expr *workspaceExpr() const override {
    return entryTable->host()->workspace();
  }

  uw_status extraWorkspace(const uw_tensor *tensors,
                           int64_t &bytes) const override {
    bytes = 0;
    const bundle::Expr *scratch = entryTable->host()->thread_scratch();
    if (!pool || !scratch)
      return UW_OK;
    int64_t each;
    UW_TRY(evaluate(scratch, tensors, "a thread's scratch", each));
    if (each < 0 || __builtin_mul_overflow(each, int64_t(threads), &bytes))
      return fail(UW_BAD_BUNDLE, "the scratch of {} threads is {} bytes each",
                  threads, each);
    return UW_OK;
  }

  uw_status run(const LaunchRequest &request) const override {
    const uint32_t count = length(entryTable->args());
    size_t words = 2 * descriptorWords(1);
    for (uint32_t i = 0; i < count; ++i)
      words += descriptorWords(request.tensors[i].rank);
    // Grows to the largest launch of the thread, then stays.
    static thread_local std::vector<int64_t> storage;
    static thread_local std::vector<void *> pointers;
    storage.resize(words);
    pointers.resize(count + 2);
    int64_t *at = storage.data();
    for (uint32_t i = 0; i < count; ++i) {
      const uw_tensor &tensor = request.tensors[i];
      const auto *strides = entryTable->args()->Get(i)->strides();
      writeDescriptor(at, tensor.data, tensor.shape,
                      length(strides) ? strides->data() : nullptr, tensor.rank);
      pointers[i] = at;
      at += descriptorWords(tensor.rank);
    }
    ByteView constants;
    if (entryTable->constants() != -1)
      constants = bundle->file->section(entryTable->constants());
    const int64_t sizes[2] = {int64_t(constants.size),
                              int64_t(request.workspaceBytes)};
    void *const data[2] = {const_cast<unsigned char *>(constants.data),
                           request.workspace};
    for (int i = 0; i < 2; ++i, at += descriptorWords(1)) {
      writeDescriptor(at, data[i], &sizes[i], nullptr, 1);
      pointers[count + i] = at;
    }
    if (!pool) {
      function(pointers.data());
      return UW_OK;
    }
    const std::vector<void *> &shared = pointers;
    pool->run([&](HostTeam &team) {
      static thread_local std::vector<void *> mine;
      mine = shared;
      mine.push_back(&team);
      function(mine.data());
    });
    return UW_OK;
  }

  uw_status runAllocating(LaunchRequest request,
                          uint64_t bytes) const override {
    const uint64_t padded =
        (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
    std::unique_ptr<void, decltype(&std::free)> memory(
        std::aligned_alloc(kBufferAlignment, padded), &std::free);
    if (!memory)
      return fail(UW_OUT_OF_MEMORY, "no memory for {} bytes of workspace",
                  bytes);
    request.workspace = memory.get();
    request.workspaceBytes = bytes;
    return run(request);
  }

private:
  /// Machine code for another processor would end the process.
  static uw_status checkProcessor(const bundle::Image &image) {
    std::vector<std::string> features;
    for (uint32_t i = 0; i < length(image.features()); ++i)
      features.push_back(text(image.features()->Get(i)));
    const std::vector<std::string> missing =
        missingFeatures(features, processorFlags());
    if (missing.empty())
      return UW_OK;
    return fail(UW_HOST_ERROR,
                "the host variant is for processors like '{}', and this "
                "machine's lacks {}: compile the bundle with "
                "--host-cpu=x86-64 or this machine's processor",
                text(image.cpu()), fmt::join(missing, ", "));
  }

  using Function = void (*)(void **);
  HostLibrary library;
  Function function = nullptr;
  unsigned threads = 1;
  std::shared_ptr<ThreadPool> pool; ///< Null where one thread runs it.
};

} // namespace

uw_status loadHostProgram(std::shared_ptr<LoadedBundle> bundle,
                          const bundle::Entry &entry,
                          std::unique_ptr<Program> &program) {
  if (!entry.host())
    return fail(UW_NO_IMAGE,
                "entry '{}' has no host variant: compile it with one, or load "
                "it on a CUDA device",
                text(entry.name()));
  auto result = std::make_unique<HostProgram>(std::move(bundle), entry);
  UW_TRY(result->load());
  program = std::move(result);
  return UW_OK;
}

} // namespace rt
} // namespace upweave
