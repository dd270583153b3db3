// Text from files as terminals and JSON readers may get it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_PRINTABLE_H
#define UPWEAVE_RUNTIME_PRINTABLE_H

#include <string>
#include <string_view>

namespace upweave {
namespace rt {

/// Bytes of the character that `text` begins with, if it is well-formed UTF-8
/// and no control character; else 0. `text` is not empty.
size_t printableBytes(std::string_view text);

/// `text` with each byte of what is no printable character as "\x1b": names in
/// a bundle may hold anything, and a terminal acts on what it is sent.
std::string printable(std::string_view text);

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_PRINTABLE_H
