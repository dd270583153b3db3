// Names and descriptions of the status codes; the thread's last error.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Status.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <pthread.h>

namespace upweave {
namespace rt {

namespace {
/// The calling thread's text, and the memory to free when it is replaced. They
/// are bare pointers in the thread's static storage, since registering a
/// destructor, or making dynamic storage, ends the process where memory runs
/// out; and so that destructors of the caller's own may still fail and ask why.
#define UW_STATIC_TLS __attribute__((tls_model("initial-exec")))
UW_STATIC_TLS thread_local const char *currentText = "";
UW_STATIC_TLS thread_local char *ownedText = nullptr;

void dropText(void *) {
  currentText = "";
  std::free(ownedText);
  ownedText = nullptr;
}

/// Frees a thread's text when it ends.
class ThreadEnd {
public:
  ThreadEnd() : usable(pthread_key_create(&key, dropText) == 0) {}
  ~ThreadEnd() {
    if (usable.exchange(false))
      pthread_key_delete(key);
  }
  /// Where the system has no key or no memory for its value, the text stays.
  void free(void *text) const {
    if (usable)
      (void)pthread_setspecific(key, text);
  }

private:
  pthread_key_t key{};
  std::atomic<bool> usable{false};
};
ThreadEnd threadEnd;

void setText(const char *text, char *owned) {
  currentText = text;
  std::free(ownedText);
  ownedText = owned;
  threadEnd.free(owned);
}
} // namespace

std::string lastError() { return currentText; }

uw_status failText(uw_status status, std::string_view text) noexcept {
  auto *copy = static_cast<char *>(std::malloc(text.size() + 1));
  if (!copy) {
    setText(uw_status_description(status), nullptr);
    return status;
  }
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  setText(copy, copy);
  return status;
}

uw_status failOutOfMemory() noexcept {
  setText("memory ran out during this call: free some, then call again",
          nullptr);
  return UW_OUT_OF_MEMORY;
}

uw_status inContext(uw_status status, const std::string &prefix) {
  return failText(status, prefix + ": " + lastError());
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

/// A caller may pass any number, which an enum does not hold.
const StatusText *find(const uw_status &status) {
  int number;
  std::memcpy(&number, &status, sizeof(number));
  for (const StatusText &text : kStatusTexts)
    if (int(text.status) == number)
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

const char *uw_last_error(void) { return upweave::rt::currentText; }
