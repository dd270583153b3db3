// The host variant: a shared object loaded from memory and called with MLIR
// memref descriptors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fork.h"
#include "HostProcessor.h"
#include "Limits.h"
#include "Program.h"
#include "ThreadPool.h"
#include "upweave/bundle_format.h"

#include <algorithm>
#include <alloca.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

/// A path to the open file `fd` that no other library in the process has. The
/// loader takes a path that it knows for the library that it knows by it, open
/// or not, and descriptors' numbers are used again. So the path spells the
/// file's number, which is the file's own while the library is mapped: '/./'
/// for a bit that is set, '//' for one that is not.
std::string uniquePath(int fd, uint64_t file) {
  std::string path = "/proc/self/fd";
  for (; file; file /= 2)
    path += file % 2 ? "/." : "/";
  return fmt::format("{}/{}", path, fd);
}

/// A shared object loaded from memory.
class HostLibrary {
public:
  HostLibrary() = default;
  HostLibrary(const HostLibrary &) = delete;
  HostLibrary &operator=(const HostLibrary &) = delete;
  ~HostLibrary() {
    LoaderScope scope;
    if (handle && scope.isUsable())
      dlclose(handle);
  }

  uw_status load(ByteView bytes) {
    AnonymousFile file;
    UW_TRY(file.create(bytes));
    const std::string path = uniquePath(file.fd, file.number);
    LoaderScope scope;
    UW_TRY(scope.status());
    // The numbers of 2^32 files later may be those of a library that is loaded.
    if (void *other = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD)) {
      dlclose(other);
      return fail(
          UW_HOST_ERROR,
          "the host variant's file has the number {} of another library "
          "of this process: load the program again",
          file.number);
    }
    handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle)
      return UW_OK;
    const char *why = dlerror();
    return fail(UW_HOST_ERROR, "cannot load the host variant: {}",
                why ? why : "unknown");
  }

  void *find(const char *symbol) const { return dlsym(handle, symbol); }

private:
  /// A file in memory, gone when it is closed and no longer mapped.
  struct AnonymousFile {
    int fd = -1;
    uint64_t number = 0; ///< inode

    ~AnonymousFile() {
      if (fd >= 0)
        ::close(fd);
    }
    uw_status create(ByteView bytes);
  };

  void *handle = nullptr;
};

uw_status HostLibrary::AnonymousFile::create(ByteView bytes) {
  fd = ::memfd_create("upweave-host", MFD_CLOEXEC);
  struct stat info;
  if (fd < 0 || ::fstat(fd, &info) != 0)
    return fail(UW_HOST_ERROR,
                "cannot make a file in memory for the host variant: {}: free "
                "memory or file descriptors, then load it again",
                std::strerror(errno));
  number = info.st_ino;
  for (size_t done = 0; done < bytes.size;) {
    ssize_t put = ::write(fd, bytes.data + done, bytes.size - done);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return fail(UW_HOST_ERROR,
                  "cannot write the host variant's {} bytes to a file in "
                  "memory: {}: free some, then load it again",
                  bytes.size, put ? std::strerror(errno) : "it takes no more");
    done += put;
  }
  return UW_OK;
}

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
    // Beside a size of zero the others may be anything.
    (void)__builtin_mul_overflow(rowMajor, shape[d], &rowMajor);
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
    UW_TRY(watchForks());
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
      UW_TRY(ThreadPool::get(threads, pool));
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
      return fail(UW_BAD_BUNDLE,
                  "the bundle's scratch is {} bytes for each of {} threads: "
                  "pass smaller tensors, or compile the bundle again",
                  each, threads);
    return UW_OK;
  }

  uw_status run(const LaunchRequest &request) const override {
    const uint32_t count = length(entryTable->args());
    size_t words = 2 * descriptorWords(1);
    for (uint32_t i = 0; i < count; ++i)
      words += descriptorWords(request.tensors[i].rank);
    // A launch does not allocate; limits of the bundle bound this by 150 KiB.
    auto *storage = static_cast<int64_t *>(alloca(words * sizeof(int64_t)));
    Call call;
    call.function = function;
    describe(request, storage, call);
    if (pool)
      pool->run(callInTeam, &call);
    else
      function(call.pointers);
    return UW_OK;
  }

  uw_status runAllocating(LaunchRequest request,
                          uint64_t bytes) const override {
    std::unique_ptr<void, decltype(&std::free)> memory(
        std::aligned_alloc(kBufferAlignment, alignBuffer(bytes)), &std::free);
    if (!memory)
      return fail(UW_OUT_OF_MEMORY,
                  "no memory for {} bytes of workspace: free some, or pass "
                  "smaller tensors",
                  bytes);
    request.workspace = memory.get();
    request.workspaceBytes = bytes;
    return run(request);
  }

private:
  using Function = void (*)(void **);

  /// What the host variant is called with.
  struct Call {
    Function function;
    size_t count = 0;
    void *pointers[kMaxArguments + 2]; ///< to `count` descriptors
  };

  /// Writes the descriptors of arguments, constants and workspace to `at`.
  void describe(const LaunchRequest &request, int64_t *at, Call &call) const {
    auto add = [&](void *data, const int64_t *shape, const int64_t *strides,
                   uint32_t rank) {
      writeDescriptor(at, data, shape, strides, rank);
      call.pointers[call.count++] = at;
      at += descriptorWords(rank);
    };
    for (uint32_t i = 0; i < length(entryTable->args()); ++i) {
      const uw_tensor &tensor = request.tensors[i];
      const auto *strides = entryTable->args()->Get(i)->strides();
      add(tensor.data, tensor.shape,
          length(strides) ? strides->data() : nullptr, tensor.rank);
    }
    ByteView constants;
    if (entryTable->constants() != -1)
      constants = bundle->file->section(entryTable->constants());
    const int64_t sizes[2] = {int64_t(constants.size),
                              int64_t(request.workspaceBytes)};
    add(const_cast<unsigned char *>(constants.data), &sizes[0], nullptr, 1);
    add(request.workspace, &sizes[1], nullptr, 1);
  }

  static void callInTeam(const void *context, HostTeam &team) {
    const Call &call = *static_cast<const Call *>(context);
    void *mine[kMaxArguments + 3];
    std::copy_n(call.pointers, call.count, mine);
    mine[call.count] = &team;
    call.function(mine);
  }

  /// Machine code for another processor would end the process.
  static uw_status checkProcessor(const bundle::Image &image) {
    std::vector<std::string> features;
    for (uint32_t i = 0; i < length(image.features()); ++i)
      features.push_back(text(image.features()->Get(i)));
    if (features.empty())
      return UW_OK;
    const std::set<std::string> *flags;
    UW_TRY(processorFlags(flags));
    const std::vector<std::string> missing = missingFeatures(features, *flags);
    if (missing.empty())
      return UW_OK;
    return fail(UW_HOST_ERROR,
                "the host variant is for processors like '{}', and this "
                "machine's lacks {}: compile the bundle with "
                "--host-cpu=x86-64 or this machine's processor",
                text(image.cpu()), fmt::join(missing, ", "));
  }

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
