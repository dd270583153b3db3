// Names and descriptions of the status codes; the thread's last error.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Status.h"

namespace upweave {
namespace rt {

std::string &lastError() {
  static thread_local std::string text;
  return text;
}

uw_status failText(uw_status status, std::string text) {
  lastError() = std::move(text);
  return status;
}

uw_status inContext(uw_status status, const std::string &prefix) {
  lastError() = prefix + ": " + lastError();
  return status;
}

namespace {
struct StatusText {
  uw_status status;
  const char *name;
  const char *description;
};

const StatusText kStatusTexts[] = {
    {UW_OK, "UW_OK", "success"},
    {UW_INVALID_ARGUMENT, "UW_INVALID_ARGUMENT",
     "an argument of the call is null or malformed"},
    {UW_NOT_FOUND, "UW_NOT_FOUND", "the bundle has no entry of that name"},
    {UW_IO_ERROR, "UW_IO_ERROR", "a file could not be read"},
    {UW_BAD_BUNDLE, "UW_BAD_BUNDLE",
     "the bundle is truncated, altered or inconsistent"},
    {UW_BAD_VERSION, "UW_BAD_VERSION",
     "the bundle has a format version that this library does not read"},
    {UW_NO_DRIVER, "UW_NO_DRIVER", "no usable CUDA driver on this machine"},
    {UW_NO_DEVICE, "UW_NO_DEVICE", "no such CUDA device"},
    {UW_NO_IMAGE, "UW_NO_IMAGE", "no image in the bundle fits the device"},
    {UW_DRIVER_ERROR, "UW_DRIVER_ERROR", "a CUDA driver call failed"},
    {UW_HOST_ERROR, "UW_HOST_ERROR", "the host variant could not be loaded"},
    {UW_BAD_TENSOR, "UW_BAD_TENSOR",
     "a tensor does not fit the entry's argument"},
    {UW_BAD_WORKSPACE, "UW_BAD_WORKSPACE",
     "the workspace is missing, too small or misaligned"},
    {UW_OUT_OF_MEMORY, "UW_OUT_OF_MEMORY", "out of memory"},
    {UW_INTERNAL, "UW_INTERNAL", "an error inside the runtime"},
    {UW_BAD_PREPARED, "UW_BAD_PREPARED",
     "the prepared memory is missing, too small, misaligned or another "
     "program's"},
    {UW_NOT_TRUSTED, "UW_NOT_TRUSTED",
     "the caller's verification refused the bundle"},
};

const StatusText *find(uw_status status) {
  for (const StatusText &text : kStatusTexts)
    if (text.status == status)
      return &text;
  return nullptr;
}
} // namespace
} // namespace rt
} // namespace upweave

const char *uw_status_name(uw_status status) {
  const auto *text = upweave::rt::find(status);
  return text ? text->name : "UW_UNKNOWN";
}

const char *uw_status_description(uw_status status) {
  const auto *text = upweave::rt::find(status);
  return text ? text->description : "a status this library does not know";
}

const char *uw_last_error(void) { return upweave::rt::lastError().c_str(); }
