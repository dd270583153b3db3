// Reads a bundle and verifies header, checksums, table and sections.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "BundleFile.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace upweave {
namespace rt {

namespace {
constexpr const char *kRewrite =
    "the file is truncated or was altered; write it again with upweave-compile";

/// Files up to this size are copied: that is as fast as mapping them, and a
/// copy does not change.
constexpr uint64_t kCopiedBytes = uint64_t(1) << 20;

/// Closes a file descriptor at the end of a scope.
struct ScopedFd {
  int fd;
  ~ScopedFd() {
    if (fd >= 0)
      ::close(fd);
  }
};

/// Reads the file's first `size` bytes.
uw_status readAll(int fd, const char *path, unsigned char *out, uint64_t size) {
  for (uint64_t done = 0; done < size;) {
    ssize_t got = ::pread(fd, out + done, size - done, off_t(done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return fail(UW_IO_ERROR, "cannot read '{}' at byte {}: {}", path, done,
                  got ? std::strerror(errno) : "the file became shorter");
    done += got;
  }
  return UW_OK;
}

/// Bundles have a size, and can be read again.
uw_status requireRegular(int fd, const char *path, uint64_t &size) {
  struct stat info;
  if (::fstat(fd, &info) != 0)
    return fail(UW_IO_ERROR, "cannot look at '{}': {}", path,
                std::strerror(errno));
  size = uint64_t(info.st_size);
  if (S_ISREG(info.st_mode))
    return UW_OK;
  if (S_ISDIR(info.st_mode))
    return fail(UW_IO_ERROR,
                "'{}' is a directory, not a bundle: name the file in it", path);
  return fail(UW_IO_ERROR,
              "'{}' is {}, not a regular file: copy the bundle to a file, or "
              "pass its bytes to uw_bundle_load_memory",
              path, S_ISFIFO(info.st_mode) ? "a pipe" : "a device");
}

/// What is no bundle is refused by its first bytes, however long it is.
uw_status checkMagic(const unsigned char *data, uint64_t size) {
  const size_t known = std::min<uint64_t>(size, sizeof(bundle::kMagic));
  if (known == 0)
    return fail(UW_BAD_BUNDLE, "there are no bytes: {}", kRewrite);
  if (std::memcmp(data, bundle::kMagic, known) != 0)
    return fail(UW_BAD_BUNDLE,
                "not an Upweave bundle: it does not start with 'UPWEAVE'; "
                "upweave-compile writes one (NAME.upw)");
  if (size < sizeof(bundle::FileHeader))
    return fail(UW_BAD_BUNDLE, "{} bytes are fewer than the {} of a header: {}",
                size, sizeof(bundle::FileHeader), kRewrite);
  return UW_OK;
}

uw_status checkVersion(uint32_t version) {
  if (version == bundle::kFormatVersion)
    return UW_OK;
  return fail(UW_BAD_VERSION,
              "bundle format version is {}, this runtime reads {}: {}", version,
              bundle::kFormatVersion,
              version < bundle::kFormatVersion
                  ? "compile it again with the upweave-compile of this release"
                  : "use the runtime of the release that compiled it");
}
} // namespace

void BundleFile::FreeBytes::operator()(unsigned char *bytes) const {
  std::free(bytes);
}

BundleFile::Mapping::~Mapping() {
  if (data)
    ::munmap(data, size);
}

uw_status BundleFile::allocate(uint64_t size) {
  if (size <= UINT64_MAX - bundle::kSectionAlignment)
    bytes.reset(static_cast<unsigned char *>(std::aligned_alloc(
        bundle::kSectionAlignment, bundle::alignSection(size ? size : 1))));
  if (!bytes)
    return fail(UW_OUT_OF_MEMORY, "no memory for a bundle of {} bytes", size);
  start = bytes.get();
  return UW_OK;
}

uw_status BundleFile::read(const char *path,
                           std::shared_ptr<const BundleFile> &file,
                           const Approve &approve) {
  // Opening a pipe that nobody writes to waits for ever otherwise.
  ScopedFd handle{::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (handle.fd < 0)
    return fail(UW_IO_ERROR, "cannot open '{}': {}", path,
                std::strerror(errno));
  uint64_t size;
  UW_TRY(requireRegular(handle.fd, path, size));
  auto result = std::make_shared<BundleFile>();
  if (uw_status status = result->readDescriptor(handle.fd, path, size, approve))
    return status == UW_IO_ERROR ? status
                                 : inContext(status, fmt::format("'{}'", path));
  file = std::move(result);
  return UW_OK;
}

uw_status BundleFile::readDescriptor(int fd, const char *path, uint64_t size,
                                     const Approve &approve) {
  byteCount = size;
  unsigned char first[sizeof(header)] = {};
  UW_TRY(readAll(fd, path, first, std::min<uint64_t>(size, sizeof(first))));
  UW_TRY(checkMagic(first, size));
  std::memcpy(&header, first, sizeof(header));
  uint64_t copied = size;
  if (!approve) {
    UW_TRY(verifyHeader());
    if (size > kCopiedBytes) {
      void *data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data != MAP_FAILED) { // else it is copied
        mapping.data = data;
        mapping.size = size;
        copied = sizeof(header) + header.tableSize;
      }
    }
  }
  UW_TRY(allocate(copied));
  UW_TRY(readAll(fd, path, bytes.get(), copied));
  if (mapping.data)
    start = static_cast<const unsigned char *>(mapping.data);
  if (approve) {
    UW_TRY(approve({bytes.get(), size}));
    std::memcpy(&header, bytes.get(), sizeof(header));
  }
  return verify();
}

uw_status BundleFile::copy(const void *data, size_t size,
                           std::shared_ptr<const BundleFile> &file,
                           const Approve &approve) {
  UW_TRY(checkMagic(static_cast<const unsigned char *>(data), size));
  auto result = std::make_shared<BundleFile>();
  UW_TRY(result->allocate(size));
  result->byteCount = size;
  std::memcpy(result->bytes.get(), data, size);
  if (approve)
    UW_TRY(approve({result->bytes.get(), size}));
  std::memcpy(&result->header, result->bytes.get(), sizeof(result->header));
  UW_TRY(result->verify());
  file = std::move(result);
  return UW_OK;
}

ByteView BundleFile::section(uint32_t index) const {
  const bundle::Section &section = *root->sections()->Get(index);
  return {start + base + section.offset(), section.size()};
}

uw_status BundleFile::verifyHeader() {
  UW_TRY(
      checkMagic(reinterpret_cast<const unsigned char *>(&header), byteCount));
  UW_TRY(checkVersion(header.version));
  if (header.headerChecksum !=
      bundle::checksum(&header, offsetof(bundle::FileHeader, headerChecksum)))
    return fail(UW_BAD_BUNDLE, "header checksum differs: {}", kRewrite);
  if (header.headerSize != sizeof(header))
    return fail(UW_BAD_BUNDLE, "header field headerSize is {}, expected {}: {}",
                header.headerSize, sizeof(header), kRewrite);
  if (header.reserved[0] || header.reserved[1])
    return fail(UW_BAD_BUNDLE,
                "header field reserved is {:#x}, {:#x}, expected zeros: {}",
                header.reserved[0], header.reserved[1], kRewrite);
  if (header.fileSize != byteCount)
    return fail(UW_BAD_BUNDLE, "file size is {} bytes, its header says {}: {}",
                byteCount, header.fileSize, kRewrite);
  if (header.tableSize > byteCount - sizeof(header) ||
      header.tableSize >= uint64_t(FLATBUFFERS_MAX_BUFFER_SIZE))
    return fail(UW_BAD_BUNDLE, "table of {} bytes does not fit the file: {}",
                header.tableSize, kRewrite);
  base = bundle::sectionBase(header.tableSize);
  return UW_OK;
}

uw_status BundleFile::verifyTableBytes() {
  const unsigned char *table = bytes.get() + sizeof(header);
  if (bundle::checksum(table, header.tableSize) != header.tableChecksum)
    return fail(UW_BAD_BUNDLE, "table checksum differs: {}", kRewrite);
  UW_TRY(verifyStructure(table, header.tableSize));
  // The library's own opinion, which is linear for what has come so far.
  flatbuffers::Verifier verifier(table, header.tableSize, /*max_depth=*/64,
                                 /*max_tables=*/UINT32_MAX);
  if (!bundle::VerifyBundleBuffer(verifier))
    return fail(UW_BAD_BUNDLE, "table is malformed: {}", kRewrite);
  root = bundle::GetBundle(table);
  return UW_OK;
}

uw_status BundleFile::verifySections() {
  uint64_t at = sizeof(header) + header.tableSize;
  for (uint32_t i = 0, n = length(root->sections()); i < n; ++i) {
    const bundle::Section &section = *root->sections()->Get(i);
    // Each is right behind the one before, so that no byte is read in vain.
    const uint64_t begin = bundle::alignSection(at);
    if (begin > byteCount || section.offset() != begin - base ||
        section.size() > byteCount - begin)
      return fail(UW_BAD_BUNDLE,
                  "section {} (offset {}, {} bytes) does not fit the file: {}",
                  i, section.offset(), section.size(), kRewrite);
    for (; at < begin; ++at)
      if (start[at])
        return fail(UW_BAD_BUNDLE, "padding byte {} is not zero: {}", at,
                    kRewrite);
    ByteView view = this->section(i);
    if (bundle::checksum(view.data, view.size) != section.checksum())
      return fail(UW_BAD_BUNDLE, "checksum of section {} differs: {}", i,
                  kRewrite);
    at = begin + section.size();
  }
  if (at != byteCount)
    return fail(UW_BAD_BUNDLE, "{} bytes follow the last section: {}",
                byteCount - at, kRewrite);
  return UW_OK;
}

uw_status BundleFile::verifyImages() {
  for (uint32_t i = 0, n = length(root->images()); i < n; ++i) {
    const bundle::Image &image = *root->images()->Get(i);
    ByteView view = section(image.section());
    if (image.kind() == bundle::ImageKind::Ptx &&
        (view.size == 0 || view.data[view.size - 1] != 0))
      return fail(UW_BAD_BUNDLE, "image {} is PTX without a final NUL", i);
  }
  return UW_OK;
}

uw_status BundleFile::verify() {
  UW_TRY(verifyHeader());
  UW_TRY(verifyTableBytes());
  UW_TRY(verifySections());
  UW_TRY(verifyTable(*root));
  return verifyImages();
}

} // namespace rt
} // namespace upweave
