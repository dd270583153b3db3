// Escapes control characters: C0, DEL and C1, and what is no UTF-8 (RFC 3629).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "upweave/files/TerminalText.h"

#include <cstdint>

namespace upweave {
namespace files {

size_t printableBytes(std::string_view text) {
  const auto byte = [&](size_t i) { return uint8_t(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80)
    return first >= 0x20 && first != 0x7f;
  const size_t bytes = first >= 0xc2 && first < 0xe0   ? 2
                       : first >= 0xe0 && first < 0xf0 ? 3
                       : first >= 0xf0 && first < 0xf5 ? 4
                                                       : 0;
  if (bytes == 0 || bytes > text.size())
    return 0;
  uint32_t character = first & (0x7f >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
    character = character << 6 | (byte(i) & 0x3f);
  }
  // A longer spelling than need be hides what it spells.
  constexpr uint32_t kLeast[] = {0, 0, 0xa0, 0x800, 0x10000};
  const bool isSurrogate = character >= 0xd800 && character < 0xe000;
  return character < kLeast[bytes] || character > 0x10ffff || isSurrogate
             ? 0
             : bytes;
}

static std::string escape(std::string_view text, bool keepLines) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool isLine = keepLines && (text[0] == '\n' || text[0] == '\t');
    const size_t bytes = isLine ? 1 : printableBytes(text);
    const auto byte = uint8_t(text[0]);
    if (bytes)
      out += text.substr(0, bytes);
    else
      out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    text.remove_prefix(bytes ? bytes : 1);
  }
  return out;
}

std::string printable(std::string_view text) { return escape(text, true); }

std::string printableName(std::string_view name) { return escape(name, false); }

} // namespace files
} // namespace upweave
