// The frame of a bundle file around its FlatBuffers table: fixed header,
// alignment and checksum. Shared by the writer and the reader.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_BUNDLE_FORMAT_H
#define UPWEAVE_BUNDLE_FORMAT_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace upweave {
namespace bundle {

/// First bytes of every bundle.
inline constexpr char kMagic[8] = {'U', 'P', 'W', 'E', 'A', 'V', 'E', '\n'};
/// Bumped when an older reader would misread a newer file.
inline constexpr uint32_t kFormatVersion = 3;
/// Alignment, in bytes, of each section and of the data that follows the table.
inline constexpr uint64_t kSectionAlignment = 256;

/// HostVariant.abi: how the host variant's function is called.
inline constexpr uint32_t kHostAbiSingle = 0; ///< by one thread
inline constexpr uint32_t kHostAbiTeam = 1;   ///< by each thread of a team

/// The first 64 bytes of the file, little-endian. The table follows at once;
/// sections start at `sectionBase(tableSize)`.
struct FileHeader {
  char magic[8];
  uint32_t version;
  uint32_t headerSize;     ///< sizeof(FileHeader)
  uint64_t tableSize;      ///< bytes of the FlatBuffers table
  uint64_t tableChecksum;  ///< checksum() of the table
  uint64_t fileSize;       ///< bytes of the whole file
  uint64_t reserved[2];    ///< zero
  uint64_t headerChecksum; ///< checksum() of the bytes before this field
};
static_assert(sizeof(FileHeader) == 64, "the file header is 64 bytes");

/// `value` rounded up to the section alignment.
inline constexpr uint64_t alignSection(uint64_t value) {
  return (value + kSectionAlignment - 1) / kSectionAlignment *
         kSectionAlignment;
}

/// File offset that Section.offset counts from.
inline constexpr uint64_t sectionBase(uint64_t tableSize) {
  return alignSection(sizeof(FileHeader) + tableSize);
}

namespace detail {
inline constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87ull;
inline constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Full;
inline constexpr uint64_t kPrime3 = 0x165667B19E3779F9ull;
inline constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63ull;
inline constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5ull;

inline uint64_t rotateLeft(uint64_t v, int bits) {
  return (v << bits) | (v >> (64 - bits));
}
inline uint64_t read64(const unsigned char *p) {
  uint64_t v = 0;
  for (int i = 7; i >= 0; --i)
    v = v << 8 | p[i];
  return v;
}
inline uint64_t round(uint64_t acc, uint64_t lane) {
  return rotateLeft(acc + lane * kPrime2, 31) * kPrime1;
}
inline uint64_t merge(uint64_t hash, uint64_t acc) {
  return (hash ^ round(0, acc)) * kPrime1 + kPrime4;
}
inline uint64_t finish(uint64_t hash, const unsigned char *p,
                       const unsigned char *end) {
  for (; end - p >= 8; p += 8)
    hash = rotateLeft(hash ^ round(0, read64(p)), 27) * kPrime1 + kPrime4;
  if (end - p >= 4) {
    uint64_t v = p[0] | p[1] << 8 | p[2] << 16 | uint64_t(p[3]) << 24;
    hash = rotateLeft(hash ^ v * kPrime1, 23) * kPrime2 + kPrime3;
    p += 4;
  }
  for (; p != end; ++p)
    hash = rotateLeft(hash ^ *p * kPrime5, 11) * kPrime1;
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}
} // namespace detail

/// XXH64 of `size` bytes at `data` with seed 0 (the XXH64 specification,
/// github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md).
inline uint64_t checksum(const void *data, size_t size) {
  using namespace detail;
  const auto *p = static_cast<const unsigned char *>(data);
  const unsigned char *end = p + size;
  uint64_t hash = kPrime5;
  if (size >= 32) {
    uint64_t acc[4] = {kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
    for (; end - p >= 32; p += 32)
      for (int i = 0; i < 4; ++i)
        acc[i] = round(acc[i], read64(p + 8 * i));
    hash = rotateLeft(acc[0], 1) + rotateLeft(acc[1], 7) +
           rotateLeft(acc[2], 12) + rotateLeft(acc[3], 18);
    for (uint64_t a : acc)
      hash = merge(hash, a);
  }
  return finish(hash + size, p, end);
}

/// The header of a file with this table and this total size, checksums filled
/// in.
inline FileHeader makeHeader(const void *table, uint64_t tableSize,
                             uint64_t fileSize) {
  FileHeader header = {};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.version = kFormatVersion;
  header.headerSize = sizeof(FileHeader);
  header.tableSize = tableSize;
  header.tableChecksum = checksum(table, tableSize);
  header.fileSize = fileSize;
  header.headerChecksum =
      checksum(&header, offsetof(FileHeader, headerChecksum));
  return header;
}

} // namespace bundle
} // namespace upweave

#endif // UPWEAVE_BUNDLE_FORMAT_H
