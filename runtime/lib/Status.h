// Status codes inside the runtime and the thread's last error text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_STATUS_H
#define UPWEAVE_RUNTIME_STATUS_H

#include "upweave/upweave.h"

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

namespace upweave {
namespace rt {

/// Text of the calling thread's last failure.
std::string lastError();

/// Records `text` as the thread's last error and returns `status`. Where there
/// is no memory for a copy, the status's description is the text.
uw_status failText(uw_status status, std::string_view text) noexcept;

/// Records that memory ran out, without taking any; returns UW_OUT_OF_MEMORY.
uw_status failOutOfMemory() noexcept;

/// Records a formatted error text and returns `status`. Throws std::bad_alloc.
template <typename... Args>
[[nodiscard]] uw_status
fail(uw_status status, fmt::format_string<Args...> format, Args &&...args) {
  return failText(status, fmt::format(format, std::forward<Args>(args)...));
}

/// Puts "prefix: " before the last error and returns `status`.
uw_status inContext(uw_status status, const std::string &prefix);

} // namespace rt
} // namespace upweave

/// Returns from the enclosing function when `call` did not give UW_OK.
#define UW_TRY(call)                                                           \
  do {                                                                         \
    if (uw_status uwTryStatus = (call))                                        \
      return uwTryStatus;                                                      \
  } while (false)

#endif // UPWEAVE_RUNTIME_STATUS_H
