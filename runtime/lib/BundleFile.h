// A bundle in memory, verified: the only way to its table and sections.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_BUNDLEFILE_H
#define UPWEAVE_RUNTIME_BUNDLEFILE_H

#include "Status.h"
#include "upweave/bundle_format.h"
#include "upweave/bundle_generated.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace upweave {
namespace rt {

/// Bytes owned by someone else.
struct ByteView {
  const unsigned char *data = nullptr;
  size_t size = 0;
};

/// Decides about the bytes of a bundle before anything in them is believed.
using Approve = std::function<uw_status(ByteView)>;

/// The bytes of a verified bundle.
class BundleFile {
public:
  /// Reads `path` and verifies it. What follows the table of a large file is
  /// mapped, the table always copied, so that nothing that was verified changes
  /// when the file does. With `approve` all of it is copied and shown to that
  /// first.
  static uw_status read(const char *path,
                        std::shared_ptr<const BundleFile> &file,
                        const Approve &approve = nullptr);
  /// Copies `size` bytes at `data` and verifies them.
  static uw_status copy(const void *data, size_t size,
                        std::shared_ptr<const BundleFile> &file,
                        const Approve &approve = nullptr);

  const bundle::Bundle &table() const { return *root; }
  /// Bytes of section `index`, which must be in range. Aligned to 256 bytes.
  ByteView section(uint32_t index) const;
  uint64_t size() const { return byteCount; }

private:
  struct FreeBytes {
    void operator()(unsigned char *bytes) const;
  };
  /// A file in memory, as it is on disk.
  struct Mapping {
    ~Mapping();
    void *data = nullptr;
    size_t size = 0;
  };
  uw_status allocate(uint64_t size);
  uw_status readDescriptor(int fd, const char *path, uint64_t size,
                           const Approve &approve);
  uw_status verify();
  uw_status verifyHeader();
  uw_status verifyTableBytes();
  uw_status verifySections();
  uw_status verifyImages();

  std::unique_ptr<unsigned char, FreeBytes> bytes; ///< all, or until the table
  Mapping mapping;
  const unsigned char *start = nullptr; ///< of all, in `bytes` or mapped
  bundle::FileHeader header = {};
  uint64_t byteCount = 0;
  uint64_t base = 0;
  const bundle::Bundle *root = nullptr;
};

/// Checks the bytes of a table against the schema: that each part is within
/// them, aligned and known. The first check: whatever the bytes are, it takes
/// time in proportion to them, and so does reading the table afterwards.
uw_status verifyStructure(const unsigned char *table, uint64_t size);

/// Checks what the schema does not say: indices, sizes and expressions of
/// everything that a launch uses. The sections are checked by BundleFile.
uw_status verifyTable(const bundle::Bundle &table);

/// Text of a FlatBuffers string, "" when absent.
inline const char *text(const flatbuffers::String *s) {
  return s ? s->c_str() : "";
}
/// Length of a FlatBuffers vector, 0 when absent.
template <typename VectorT> uint32_t length(const VectorT *v) {
  return v ? v->size() : 0;
}

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_BUNDLEFILE_H
