// Checks the bytes of a table against the schema, before any of them is read
// through FlatBuffers: bounds, alignment, enumerators, work.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// FlatBuffers' own verifier takes a vector whose elements are misaligned, a
// union without its value and enumerators that the schema does not have; it
// names no field; and parts that many others share cost it (and every reader)
// their size each time. This one walks the schema's reflection, so that what is
// appended to the schema is checked as well.
#include "BundleFile.h"

#include <algorithm>
#include <cstring>
#include <flatbuffers/minireflect.h>

namespace upweave {
namespace rt {

namespace {

using flatbuffers::ElementaryType;
using flatbuffers::TypeTable;

/// Nesting of tables; the schema's own is far below.
constexpr uint32_t kMaxDepth = 64;
/// What all parts may add up to, counted each time that they are referred to:
/// this many times the table's bytes, and kFreeWork. The compiler shares none.
constexpr uint64_t kMaxSharing = 16, kFreeWork = uint64_t(1) << 20;
/// Counted for a part beside its bytes.
constexpr uint64_t kPartWork = 16;

class StructureVerifier {
public:
  StructureVerifier(const unsigned char *data, uint64_t size)
      : data(data), size(size), work(kMaxSharing * size + kFreeWork) {}

  uw_status verifyRoot(const char *identifier, const TypeTable *type);

private:
  /// A field on the way to the current part, and the element if it is a vector.
  struct Step {
    const char *name;
    int64_t element;
  };

  template <typename... Args>
  uw_status refuse(fmt::format_string<Args...> format, Args &&...args) const {
    return fail(UW_BAD_BUNDLE,
                "{} {}: the file was altered; write it again with "
                "upweave-compile",
                path(), fmt::format(format, std::forward<Args>(args)...));
  }
  std::string path() const;

  bool has(uint64_t at, uint64_t bytes, uint64_t alignment = 1) const {
    return at % alignment == 0 && at <= size && bytes <= size - at;
  }
  template <typename T> T read(uint64_t at) const {
    return flatbuffers::ReadScalar<T>(data + at);
  }

  uw_status count(uint64_t bytes);
  uw_status follow(uint64_t at, uint64_t &target) const;
  uw_status verifyTable(uint64_t at, const TypeTable *type);
  uw_status verifyField(uint64_t at, uint64_t room, bool isVector,
                        ElementaryType element, const TypeTable *type,
                        uint8_t unionType);
  uw_status verifyVector(uint64_t at, ElementaryType element,
                         const TypeTable *type);
  uw_status verifyPart(uint64_t at, ElementaryType element,
                       const TypeTable *type, uint8_t unionType);
  uw_status verifyUnion(uint64_t at, const TypeTable *type, uint8_t unionType);
  uw_status verifyString(uint64_t at);
  uw_status verifyEnum(uint64_t at, const TypeTable *type) const;
  uw_status verifyStruct(uint64_t at, const TypeTable *type);

  const unsigned char *data;
  const uint64_t size;
  uint64_t work;
  Step steps[kMaxDepth + 2]; ///< a table's field, and one of a struct in it
  uint32_t depth = 0;
};

std::string StructureVerifier::path() const {
  std::string out = "the table's ";
  for (uint32_t i = 0; i < depth; ++i) {
    out += (i ? "." : "") + std::string(steps[i].name);
    if (steps[i].element >= 0)
      out += fmt::format("[{}]", steps[i].element);
  }
  return depth ? out : out + "root";
}

const TypeTable *typeOf(const TypeTable *type, size_t i) {
  const int ref = type->type_codes[i].sequence_ref;
  return ref >= 0 ? type->type_refs[ref]() : nullptr;
}

/// Bytes of one element in a vector, or of a field in its table.
uint64_t inlineSize(ElementaryType element, const TypeTable *type) {
  return flatbuffers::InlineSize(element, type);
}

uint64_t alignmentOf(ElementaryType element, const TypeTable *type) {
  if (element != flatbuffers::ET_SEQUENCE || type->st != flatbuffers::ST_STRUCT)
    return inlineSize(element, type);
  uint64_t alignment = 1;
  for (size_t i = 0; i < type->num_elems; ++i)
    alignment = std::max(
        alignment, alignmentOf(ElementaryType(type->type_codes[i].base_type),
                               typeOf(type, i)));
  return alignment;
}

/// True if the part is elsewhere and its place holds an offset.
bool isIndirect(ElementaryType element, const TypeTable *type) {
  return element == flatbuffers::ET_STRING ||
         (element == flatbuffers::ET_SEQUENCE &&
          type->st != flatbuffers::ST_STRUCT);
}

uw_status StructureVerifier::count(uint64_t bytes) {
  if (bytes + kPartWork > work)
    return refuse("takes the parts of the table, counted as often as they are "
                  "referred to, above {} times its {} bytes",
                  kMaxSharing, size);
  work -= bytes + kPartWork;
  return UW_OK;
}

/// The place that the offset at `at` refers to.
uw_status StructureVerifier::follow(uint64_t at, uint64_t &target) const {
  const auto offset = read<flatbuffers::uoffset_t>(at);
  target = at + offset;
  if (offset == 0)
    return refuse("is null");
  if (!has(target, sizeof(offset), sizeof(offset)))
    return refuse("is at {} of a table of {} bytes", target, size);
  return UW_OK;
}

uw_status StructureVerifier::verifyRoot(const char *identifier,
                                        const TypeTable *type) {
  constexpr uint64_t kOffset = sizeof(flatbuffers::uoffset_t);
  if (!has(0, 2 * kOffset) ||
      !flatbuffers::BufferHasIdentifier(data, identifier))
    return refuse("is missing, or not that of '{}'", identifier);
  uint64_t target;
  UW_TRY(follow(0, target));
  return verifyTable(target, type);
}

uw_status StructureVerifier::verifyTable(uint64_t at, const TypeTable *type) {
  if (depth >= kMaxDepth)
    return refuse("is nested deeper than {}", kMaxDepth);
  // A vtable is [its bytes, the table's bytes, a place for each field].
  const uint64_t vtable = at - uint64_t(int64_t(read<int32_t>(at)));
  if (!has(vtable, 4, 2) || !has(vtable, read<uint16_t>(vtable), 2))
    return refuse("has no list of fields within the table");
  const uint64_t vtableBytes = read<uint16_t>(vtable);
  const uint64_t bytes = read<uint16_t>(vtable + 2);
  if (vtableBytes < 4 || vtableBytes % 2 || bytes < 4 || !has(at, bytes))
    return refuse("has {} bytes at {} and a list of fields of {}", bytes, at,
                  vtableBytes);
  UW_TRY(count(bytes));
  uint8_t unionType = 0;
  for (size_t i = 0; i < type->num_elems; ++i) {
    const uint64_t slot = flatbuffers::FieldIndexToOffset(i);
    const auto code = type->type_codes[i];
    const auto element = ElementaryType(code.base_type);
    const uint64_t field =
        slot + 2 <= vtableBytes ? read<uint16_t>(vtable + slot) : 0;
    steps[depth++] = {type->names[i], -1};
    if (field == 0 && unionType && element == flatbuffers::ET_SEQUENCE)
      return refuse("is absent, its kind is {}", unionType);
    if (field >= bytes)
      return refuse("is at {} of {} bytes", field, bytes);
    if (field)
      UW_TRY(verifyField(at + field, bytes - field, code.is_repeating, element,
                         typeOf(type, i), unionType));
    --depth;
    // The kind of a union stands before its value.
    unionType = field && element == flatbuffers::ET_UTYPE && !code.is_repeating
                    ? read<uint8_t>(at + field)
                    : 0;
  }
  return UW_OK;
}

/// The field at `at` of a table that has `room` bytes from there.
uw_status StructureVerifier::verifyField(uint64_t at, uint64_t room,
                                         bool isVector, ElementaryType element,
                                         const TypeTable *type,
                                         uint8_t unionType) {
  const uint64_t bytes = isVector ? 4 : inlineSize(element, type);
  const uint64_t alignment = isVector ? 4 : alignmentOf(element, type);
  if (bytes > room || at % alignment)
    return refuse("has {} bytes for {}, at {}", room, bytes, at);
  if (!isVector)
    return verifyPart(at, element, type, unionType);
  uint64_t target;
  UW_TRY(follow(at, target));
  return verifyVector(target, element, type);
}

uw_status StructureVerifier::verifyVector(uint64_t at, ElementaryType element,
                                          const TypeTable *type) {
  const uint64_t length = read<flatbuffers::uoffset_t>(at);
  const uint64_t each = inlineSize(element, type);
  const uint64_t begin = at + 4;
  if (length > (size - begin) / each)
    return refuse("has {} elements of {} bytes at {} of a table of {} bytes",
                  length, each, begin, size);
  if (length && begin % alignmentOf(element, type))
    return refuse("has elements at {}, not a multiple of {}", begin,
                  alignmentOf(element, type));
  UW_TRY(count(length * each));
  // Nothing can be wrong with a number.
  if (!type && element != flatbuffers::ET_STRING)
    return UW_OK;
  for (uint64_t i = 0; i < length; ++i) {
    steps[depth - 1].element = int64_t(i);
    UW_TRY(verifyPart(begin + i * each, element, type, 0));
  }
  steps[depth - 1].element = -1;
  return UW_OK;
}

/// A number, a struct, or the offset of a string, a table or a union's value.
uw_status StructureVerifier::verifyPart(uint64_t at, ElementaryType element,
                                        const TypeTable *type,
                                        uint8_t unionType) {
  if (!isIndirect(element, type)) {
    if (!type)
      return UW_OK;
    return type->st == flatbuffers::ST_STRUCT ? verifyStruct(at, type)
                                              : verifyEnum(at, type);
  }
  uint64_t target;
  UW_TRY(follow(at, target));
  if (element == flatbuffers::ET_STRING)
    return verifyString(target);
  if (type->st == flatbuffers::ST_UNION)
    return verifyUnion(target, type, unionType);
  return verifyTable(target, type);
}

uw_status StructureVerifier::verifyUnion(uint64_t at, const TypeTable *type,
                                         uint8_t unionType) {
  // verifyEnum has seen the kind.
  if (unionType == 0)
    return refuse("has a value without a kind");
  return verifyTable(at, typeOf(type, unionType));
}

uw_status StructureVerifier::verifyString(uint64_t at) {
  const uint64_t length = read<flatbuffers::uoffset_t>(at);
  const uint64_t begin = at + 4;
  if (!has(begin, length + 1) || data[begin + length])
    return refuse("is a string of {} bytes at {} without a NUL behind it",
                  length, begin);
  if (std::memchr(data + begin, 0, length))
    return refuse("is a string with a NUL in it");
  return count(length);
}

/// An enumerator, or the kind of a union: the schema's are bytes.
uw_status StructureVerifier::verifyEnum(uint64_t at,
                                        const TypeTable *type) const {
  const int64_t value = read<uint8_t>(at);
  const int64_t known = int64_t(type->num_elems);
  const int64_t index = flatbuffers::LookupEnum(value, type->values, known);
  if (index >= 0 && index < known)
    return UW_OK;
  return fail(UW_BAD_BUNDLE,
              "{} is {}, this runtime knows 0 to {}: use the runtime of the "
              "upweave-compile that wrote the bundle",
              path(), value,
              type->values ? type->values[known - 1] : known - 1);
}

uw_status StructureVerifier::verifyStruct(uint64_t at, const TypeTable *type) {
  for (size_t i = 0; i < type->num_elems; ++i)
    if (const TypeTable *field = typeOf(type, i)) {
      steps[depth++] = {type->names[i], -1};
      UW_TRY(verifyPart(at + uint64_t(type->values[i]),
                        ElementaryType(type->type_codes[i].base_type), field,
                        0));
      --depth;
    }
  return UW_OK;
}

} // namespace

uw_status verifyStructure(const unsigned char *table, uint64_t size) {
  return StructureVerifier(table, size)
      .verifyRoot(bundle::BundleIdentifier(), bundle::BundleTypeTable());
}

} // namespace rt
} // namespace upweave
