// A small writer of indented JSON.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_JSON_H
#define UPWEAVE_RUNTIME_JSON_H

#include "upweave/files/TerminalText.h"

#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace upweave {
namespace rt {

/// Appends values in document order; begin/end calls must match.
class JsonWriter {
public:
  void beginObject() { open('{'); }
  void endObject() { close('}'); }
  void beginArray() { open('['); }
  void endArray() { close(']'); }

  /// Names the next value of an object.
  void key(std::string_view name) {
    separate();
    quote(name);
    out += ": ";
    afterKey = true;
  }
  void value(std::string_view text) {
    separate();
    quote(text);
  }
  void value(const char *text) { value(std::string_view(text)); }
  void value(bool flag) { raw(flag ? "true" : "false"); }
  /// JSON has no infinity and no NaN.
  void value(double number) {
    raw(std::isfinite(number) ? fmt::format("{}", number) : "null");
  }
  template <typename Int, typename = std::enable_if_t<std::is_integral_v<Int>>>
  void value(Int number) {
    raw(std::to_string(number));
  }
  template <typename T> void field(std::string_view name, const T &v) {
    key(name);
    value(v);
  }

  std::string take() {
    out += '\n';
    return std::move(out);
  }

private:
  void open(char bracket) {
    separate();
    out += bracket;
    ++depth;
    first = true;
  }
  void close(char bracket) {
    --depth;
    if (!first)
      newline();
    out += bracket;
    first = false;
  }
  void raw(const std::string &text) {
    separate();
    out += text;
  }
  void separate() {
    if (afterKey) {
      afterKey = false;
      return;
    }
    if (depth) {
      if (!first)
        out += ',';
      newline();
    }
    first = false;
  }
  void newline() { out += '\n' + std::string(2 * depth, ' '); }
  void quote(std::string_view text) {
    out += '"';
    while (!text.empty()) {
      const unsigned char c = text[0];
      const size_t bytes = files::printableBytes(text);
      if (c == '"' || c == '\\')
        (out += '\\') += char(c);
      else if (bytes)
        out += text.substr(0, bytes);
      else // U+FFFD stands for bytes that are not UTF-8
        out += fmt::format("\\u{:04x}", c < 0x80 ? unsigned(c) : 0xfffdu);
      text.remove_prefix(bytes ? bytes : 1);
    }
    out += '"';
  }

  std::string out;
  int depth = 0;
  bool first = true;
  bool afterKey = false;
};

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_JSON_H
