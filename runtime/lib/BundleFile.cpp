// Reads a bundle and verifies header, checksums, table and sections.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "BundleFile.h"

#include "upweave/bundle_format.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace upweave {
namespace rt {

namespace {
constexpr const char *kRewrite =
    "the file is truncated or was altered; write it again with upweave-compile";

/// Closes a file descriptor at the end of a scope.
struct ScopedFd {
  int fd;
  ~ScopedFd() {
    if (fd >= 0)
      ::close(fd);
  }
};

uw_status readAll(int fd, const char *path, unsigned char *out, uint64_t size) {
  for (uint64_t done = 0; done < size;) {
    ssize_t got = ::read(fd, out + done, size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return fail(UW_IO_ERROR, "cannot read '{}' at byte {}: {}", path, done,
                  got ? std::strerror(errno) : "the file became shorter");
    done += got;
  }
  return UW_OK;
}
} // namespace

void BundleFile::FreeBytes::operator()(unsigned char *bytes) const {
  std::free(bytes);
}

uw_status BundleFile::allocate(uint64_t size) {
  uint64_t padded = bundle::alignSection(size ? size : 1);
  bytes.reset(static_cast<unsigned char *>(
      std::aligned_alloc(bundle::kSectionAlignment, padded)));
  if (!bytes)
    return fail(UW_OUT_OF_MEMORY, "no memory for a bundle of {} bytes", size);
  byteCount = size;
  return UW_OK;
}

uw_status BundleFile::read(const char *path,
                           std::shared_ptr<const BundleFile> &file) {
  ScopedFd handle{::open(path, O_RDONLY | O_CLOEXEC)};
  if (handle.fd < 0)
    return fail(UW_IO_ERROR, "cannot open '{}': {}", path,
                std::strerror(errno));
  struct stat info;
  if (::fstat(handle.fd, &info) != 0 || !S_ISREG(info.st_mode))
    return fail(UW_IO_ERROR, "'{}' is not a regular file", path);
  auto result = std::make_shared<BundleFile>();
  UW_TRY(result->allocate(info.st_size));
  UW_TRY(readAll(handle.fd, path, result->bytes.get(), info.st_size));
  if (uw_status status = result->verify())
    return inContext(status, fmt::format("'{}'", path));
  file = std::move(result);
  return UW_OK;
}

uw_status BundleFile::copy(const void *data, size_t size,
                           std::shared_ptr<const BundleFile> &file) {
  auto result = std::make_shared<BundleFile>();
  UW_TRY(result->allocate(size));
  if (size)
    std::memcpy(result->bytes.get(), data, size);
  UW_TRY(result->verify());
  file = std::move(result);
  return UW_OK;
}

ByteView BundleFile::section(uint32_t index) const {
  const bundle::Section &section = *root->sections()->Get(index);
  return {bytes.get() + base + section.offset(), section.size()};
}

uw_status BundleFile::verifyHeader() {
  bundle::FileHeader header;
  if (byteCount < sizeof(header))
    return fail(UW_BAD_BUNDLE, "{} bytes are fewer than the {} of a header: {}",
                byteCount, sizeof(header), kRewrite);
  std::memcpy(&header, bytes.get(), sizeof(header));
  if (std::memcmp(header.magic, bundle::kMagic, sizeof(header.magic)) != 0)
    return fail(UW_BAD_BUNDLE, "not an Upweave bundle: it does not start with "
                               "'UPWEAVE'");
  if (header.version != bundle::kFormatVersion)
    return fail(UW_BAD_VERSION,
                "bundle format version is {}, this library reads {}: use an "
                "upweave-compile and a runtime of one release",
                header.version, bundle::kFormatVersion);
  if (header.headerChecksum !=
          bundle::checksum(&header,
                           offsetof(bundle::FileHeader, headerChecksum)) ||
      header.headerSize != sizeof(header))
    return fail(UW_BAD_BUNDLE, "header checksum differs: {}", kRewrite);
  if (header.fileSize != byteCount)
    return fail(UW_BAD_BUNDLE, "file size is {} bytes, its header says {}: {}",
                byteCount, header.fileSize, kRewrite);
  if (header.tableSize > byteCount - sizeof(header) ||
      header.tableSize > uint64_t(FLATBUFFERS_MAX_BUFFER_SIZE))
    return fail(UW_BAD_BUNDLE, "table of {} bytes does not fit the file: {}",
                header.tableSize, kRewrite);
  base = bundle::sectionBase(header.tableSize);
  const unsigned char *table = bytes.get() + sizeof(header);
  if (bundle::checksum(table, header.tableSize) != header.tableChecksum)
    return fail(UW_BAD_BUNDLE, "table checksum differs: {}", kRewrite);
  flatbuffers::Verifier verifier(table, header.tableSize, /*max_depth=*/64,
                                 /*max_tables=*/16u << 20);
  if (!bundle::VerifyBundleBuffer(verifier))
    return fail(UW_BAD_BUNDLE, "table is malformed: {}", kRewrite);
  root = bundle::GetBundle(table);
  return UW_OK;
}

uw_status BundleFile::verifySections() {
  bundle::FileHeader header;
  std::memcpy(&header, bytes.get(), sizeof(header));
  uint64_t at = sizeof(header) + header.tableSize;
  auto checkGap = [&](uint64_t end) {
    for (; at < end; ++at)
      if (bytes.get()[at])
        return false;
    return true;
  };
  for (uint32_t i = 0, n = length(root->sections()); i < n; ++i) {
    const bundle::Section &section = *root->sections()->Get(i);
    if (section.offset() % bundle::kSectionAlignment || base > byteCount ||
        section.offset() > byteCount - base ||
        section.size() > byteCount - base - section.offset() ||
        base + section.offset() < at)
      return fail(UW_BAD_BUNDLE,
                  "section {} (offset {}, {} bytes) does not fit the file: {}",
                  i, section.offset(), section.size(), kRewrite);
    if (!checkGap(base + section.offset()))
      return fail(UW_BAD_BUNDLE, "padding byte {} is not zero: {}", at,
                  kRewrite);
    ByteView view = this->section(i);
    if (bundle::checksum(view.data, view.size) != section.checksum())
      return fail(UW_BAD_BUNDLE, "checksum of section {} differs: {}", i,
                  kRewrite);
    at = base + section.offset() + section.size();
  }
  if (!checkGap(byteCount))
    return fail(UW_BAD_BUNDLE, "padding byte {} is not zero: {}", at, kRewrite);
  return UW_OK;
}

uw_status BundleFile::verify() {
  UW_TRY(verifyHeader());
  UW_TRY(verifySections());
  UW_TRY(verifyTable(*root));
  for (uint32_t i = 0, n = length(root->images()); i < n; ++i) {
    const bundle::Image &image = *root->images()->Get(i);
    ByteView view = section(image.section());
    if (image.kind() == bundle::ImageKind::Ptx &&
        (view.size == 0 || view.data[view.size - 1] != 0))
      return fail(UW_BAD_BUNDLE, "image {} is PTX without a final NUL", i);
  }
  return UW_OK;
}

} // namespace rt
} // namespace upweave
