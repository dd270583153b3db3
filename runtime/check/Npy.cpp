// Reads and writes .npy files
// (numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Npy.h"

#include "Arguments.h"
#include "upweave/files/OutputFile.h"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>

namespace upweave {
namespace check {

namespace {
using File = std::unique_ptr<std::FILE, int (*)(std::FILE *)>;

constexpr char kNpyMagic[] = "\x93NUMPY";
constexpr size_t kMagicSize = 6;

const char *descrOf(DType dtype) {
  static const char *const names[] = {"<f2", "<u2", "<f4", "<f8", "|b1",
                                      "|i1", "<i2", "<i4", "<i8"};
  return names[int(dtype)];
}

[[noreturn]] void reject(const std::string &path, const std::string &why) {
  throw CheckError(fmt::format("'{}': {}", path, why));
}

/// Text after `'key':` in the header's dictionary.
std::string field(const std::string &path, const std::string &header,
                  const std::string &key) {
  size_t at = header.find("'" + key + "'");
  if (at != std::string::npos)
    at = header.find(':', at);
  if (at == std::string::npos)
    reject(path, fmt::format("its header has no '{}'", key));
  ++at;
  while (at < header.size() && std::isspace((unsigned char)header[at]))
    ++at;
  return header.substr(at);
}

Shape parseShape(const std::string &path, const std::string &text) {
  Shape shape;
  if (text.empty() || text[0] != '(')
    reject(path, "its shape is not a tuple");
  size_t at = 1;
  for (; at < text.size() && text[at] != ')';) {
    if (!std::isdigit((unsigned char)text[at])) {
      if (text[at] != ',' && text[at] != ' ')
        reject(path, fmt::format("its shape holds '{}'", text[at]));
      ++at;
      continue;
    }
    int64_t size = 0;
    for (; at < text.size() && std::isdigit((unsigned char)text[at]); ++at)
      if (__builtin_mul_overflow(size, int64_t(10), &size) ||
          __builtin_add_overflow(size, int64_t(text[at] - '0'), &size))
        reject(path, "its shape overflows 64 bits");
    shape.push_back(size);
  }
  if (at >= text.size())
    reject(path, "its shape has no end");
  return shape;
}

std::string readHeader(const std::string &path, std::FILE *file) {
  unsigned char start[12];
  if (std::fread(start, 1, 8, file) != 8 ||
      std::memcmp(start, kNpyMagic, kMagicSize) != 0)
    reject(path, "not an .npy file");
  const int major = start[6];
  if (major < 1 || major > 3)
    reject(path, fmt::format("format version {}, 1 to 3 are read", major));
  const size_t lengthBytes = major == 1 ? 2 : 4;
  if (std::fread(start + 8, 1, lengthBytes, file) != lengthBytes)
    reject(path, "its header is cut off");
  size_t length = 0;
  for (size_t i = lengthBytes; i-- > 0;)
    length = length << 8 | start[8 + i];
  if (length > (1u << 20))
    reject(path, fmt::format("a header of {} bytes", length));
  std::string header(length, ' ');
  if (std::fread(header.data(), 1, length, file) != length)
    reject(path, "its header is cut off");
  return header;
}
} // namespace

NpyArray readNpy(const std::string &path, DType dtype) {
  File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file)
    reject(path, std::strerror(errno));
  const std::string header = readHeader(path, file.get());
  std::string descr = field(path, header, "descr");
  const size_t end = descr.size() > 1 ? descr.find(descr[0], 1) : descr.npos;
  if ((descr[0] != '\'' && descr[0] != '"') || end == std::string::npos)
    reject(path, "it holds records, not numbers");
  descr = descr.substr(1, end - 1);
  const bool matches =
      descr == descrOf(dtype) || (dtype == DType::BF16 && descr == "|V2") ||
      (descr.size() == 3 && descr[0] == '=' &&
       descr.substr(1) == std::string(descrOf(dtype)).substr(1));
  if (!matches)
    reject(path,
           fmt::format("its elements are '{}', the argument takes '{}' "
                       "({}): convert it",
                       descr, descrOf(dtype), rt::dtypeName(uint32_t(dtype))));
  if (field(path, header, "fortran_order").compare(0, 5, "False") != 0)
    reject(path, "it is in Fortran order: save numpy.ascontiguousarray(x)");
  NpyArray array;
  array.shape = parseShape(path, field(path, header, "shape"));
  int64_t bytes;
  if (__builtin_mul_overflow(elementCount(array.shape),
                             int64_t(rt::dtypeBytes(dtype)), &bytes))
    reject(path, "its shape overflows 64 bits");
  // Ask the file before the allocator: a header may claim anything.
  const long dataStart = std::ftell(file.get());
  if (std::fseek(file.get(), 0, SEEK_END) != 0)
    reject(path, std::strerror(errno));
  const int64_t available = std::ftell(file.get()) - dataStart;
  if (available != bytes)
    reject(path, fmt::format("its shape needs {} bytes of data, it has {}",
                             bytes, available));
  std::fseek(file.get(), dataStart, SEEK_SET);
  array.bytes.resize(bytes);
  if (std::fread(array.bytes.data(), 1, bytes, file.get()) != size_t(bytes))
    reject(path, "its data is cut off");
  return array;
}

std::string npyHeader(DType dtype, const Shape &shape) {
  std::string sizes;
  for (int64_t size : shape)
    sizes += std::to_string(size) + ", ";
  if (shape.size() > 1)
    sizes.resize(sizes.size() - 2);
  else if (shape.size() == 1)
    sizes.resize(sizes.size() - 1);
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                  descrOf(dtype), sizes);
  constexpr size_t kAlignment = 64, kStart = 10;
  while ((kStart + header.size() + 1) % kAlignment)
    header += ' ';
  header += '\n';
  std::string out(kNpyMagic, kMagicSize);
  out += '\x01';
  out += '\0';
  out += char(header.size() & 255);
  out += char(header.size() >> 8);
  return out + header;
}

void writeNpy(const std::string &path, DType dtype, const Shape &shape,
              const void *data) {
  const std::string header = npyHeader(dtype, shape);
  files::OutputFile file(path);
  file.write(header.data(), header.size());
  file.write(data, elementCount(shape) * rt::dtypeBytes(dtype));
  if (!file.commit())
    throw CheckError(fmt::format("cannot write '{}': {}", path, file.error()));
}

} // namespace check
} // namespace upweave
