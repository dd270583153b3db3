// Memory and timing on the device or the host, for upweave-run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUN_MEMORY_H
#define UPWEAVE_RUN_MEMORY_H

#include "Program.h"

#include <functional>
#include <memory>
#include <vector>

namespace upweave {
namespace run {

/// Where a program runs: its memory, its stream, its clock. Throws Failure.
class Backend {
public:
  virtual ~Backend() = default;
  virtual void *allocate(size_t bytes) = 0;
  virtual void release(void *data) = 0;
  virtual void upload(void *to, const void *from, size_t bytes) = 0;
  virtual void download(void *to, const void *from, size_t bytes) = 0;
  virtual void fill(void *data, unsigned char byte, size_t bytes) = 0;
  virtual void copy(void *to, const void *from, size_t bytes) = 0;
  virtual void synchronize() = 0;
  virtual rt::cu::Stream stream() const { return nullptr; }
  /// Milliseconds that `work`, which enqueues, takes on the device.
  virtual double time(const std::function<void()> &work) = 0;
  /// Bytes that may still be allocated.
  virtual size_t available() = 0;
  virtual std::string name() const = 0;
};

std::unique_ptr<Backend> makeHostBackend();
/// On the primary context of CUDA device `ordinal`, made current for the
/// thread.
std::unique_ptr<Backend> makeCudaBackend(int ordinal);

/// An allocation of a backend.
class Buffer {
public:
  Buffer(Backend &backend, size_t bytes)
      : backend(&backend), pointer(backend.allocate(bytes)), size(bytes) {}
  ~Buffer() {
    if (pointer)
      backend->release(pointer);
  }
  Buffer(Buffer &&other) noexcept
      : backend(other.backend), pointer(other.pointer), size(other.size) {
    other.pointer = nullptr;
  }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  void *data() const { return pointer; }
  size_t bytes() const { return size; }

private:
  Backend *backend;
  void *pointer;
  size_t size;
};

/// Throws Failure with the runtime's text when `status` is an error.
void require(uw_status status);

} // namespace run
} // namespace upweave

#endif // UPWEAVE_RUN_MEMORY_H
