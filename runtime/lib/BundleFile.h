// A bundle in memory, verified: the only way to its table and sections.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_BUNDLEFILE_H
#define UPWEAVE_RUNTIME_BUNDLEFILE_H

#include "Status.h"
#include "upweave/bundle_generated.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace upweave {
namespace rt {

/// Bytes owned by someone else.
struct ByteView {
  const unsigned char *data = nullptr;
  size_t size = 0;
};

/// The bytes of a verified bundle.
class BundleFile {
public:
  /// Reads `path` and verifies it.
  static uw_status read(const char *path,
                        std::shared_ptr<const BundleFile> &file);
  /// Copies `size` bytes at `data` and verifies them.
  static uw_status copy(const void *data, size_t size,
                        std::shared_ptr<const BundleFile> &file);

  const bundle::Bundle &table() const { return *root; }
  /// Bytes of section `index`, which must be in range. Aligned to 256 bytes.
  ByteView section(uint32_t index) const;
  uint64_t size() const { return byteCount; }

private:
  struct FreeBytes {
    void operator()(unsigned char *bytes) const;
  };
  uw_status allocate(uint64_t size);
  uw_status verify();
  uw_status verifyHeader();
  uw_status verifySections();

  std::unique_ptr<unsigned char, FreeBytes> bytes;
  uint64_t byteCount = 0;
  uint64_t base = 0;
  const bundle::Bundle *root = nullptr;
};

/// Checks what the FlatBuffers verifier cannot: indices, sizes, expressions and
/// enumerators of everything that a launch uses. The sections are checked by
/// BundleFile.
uw_status verifyTable(const bundle::Bundle &table);

/// Checks one expression: node order, operators, dimensions within `args` and
/// loops below `loops`. `what` names it in the error.
uw_status verifyExpr(
    const bundle::Expr *expr,
    const flatbuffers::Vector<flatbuffers::Offset<bundle::Argument>> *args,
    uint32_t loops, const std::string &what);

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
