// Text of files on its way to a terminal, which would obey what it finds in it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_FILES_TERMINALTEXT_H
#define UPWEAVE_FILES_TERMINALTEXT_H

#include <string>
#include <string_view>

namespace upweave {
namespace files {

/// Bytes of the character that `text` begins with, if it is well-formed UTF-8
/// and no control character; else 0. `text` is not empty.
size_t printableBytes(std::string_view text);

/// `text` with control characters, but for newlines and tabs, and with what is
/// no UTF-8 written as "\x1b".
std::string printable(std::string_view text);

/// Likewise of a name, which has no business with newlines and tabs either.
std::string printableName(std::string_view name);

} // namespace files
} // namespace upweave

#endif // UPWEAVE_FILES_TERMINALTEXT_H
