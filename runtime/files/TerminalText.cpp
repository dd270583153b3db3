// Escapes control characters: C0, DEL and C1 of UTF-8, and stray bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "upweave/files/TerminalText.h"

#include <cstdint>

namespace upweave {
namespace files {

namespace {
/// Bytes of the UTF-8 character at the start of `text`, 0 if there is none;
/// its number lands in `code`.
size_t decode(std::string_view text, uint32_t &code) {
  const auto first = static_cast<unsigned char>(text[0]);
  size_t length = 1;
  code = first;
  if (first >= 0xF0 && first < 0xF8)
    length = 4, code = first & 7;
  else if (first >= 0xE0 && first < 0xF0)
    length = 3, code = first & 15;
  else if (first >= 0xC0 && first < 0xE0)
    length = 2, code = first & 31;
  else if (first >= 0x80)
    return 0;
  if (text.size() < length)
    return 0;
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80)
      return 0;
    code = code << 6 | (next & 63);
  }
  // A longer spelling than need be hides what it spells.
  constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  return code < least[length] || code > 0x10FFFF ? 0 : length;
}

void appendEscaped(std::string &out, std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  }
}

std::string escape(std::string_view text, bool keepLines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    uint32_t code = 0;
    const size_t length = decode(text, code);
    const bool isLine = keepLines && (code == '\n' || code == '\t');
    const bool isControl = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const std::string_view bytes = text.substr(0, length ? length : 1);
    if (length && (isLine || !isControl))
      out += bytes;
    else
      appendEscaped(out, bytes);
    text.remove_prefix(bytes.size());
  }
  return out;
}
} // namespace

std::string printable(std::string_view text) { return escape(text, true); }

std::string printableName(std::string_view name) { return escape(name, false); }

} // namespace files
} // namespace upweave
