// Host and CUDA backends of upweave-run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Memory.h"

#include "Limits.h"
#include "Options.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace upweave {
namespace run {

using namespace rt;

void require(uw_status status) {
  if (status == UW_OK)
    return;
  const bool noDevice =
      status == UW_NO_DRIVER || status == UW_NO_DEVICE || status == UW_NO_IMAGE;
  const std::string text =
      lastError().empty() ? uw_status_description(status) : lastError();
  throw Failure(noDevice ? kNoDevice : kUsageError, text);
}

namespace {

class HostBackend final : public Backend {
public:
  void *allocate(size_t bytes) override {
    const size_t padded = (bytes / kBufferAlignment + 1) * kBufferAlignment;
    void *data = std::aligned_alloc(kBufferAlignment, padded);
    if (!data)
      throw Failure(kUsageError, fmt::format("no memory for {} bytes", bytes));
    return data;
  }
  void release(void *data) override { std::free(data); }
  void upload(void *to, const void *from, size_t bytes) override {
    copy(to, from, bytes);
  }
  void download(void *to, const void *from, size_t bytes) override {
    copy(to, from, bytes);
  }
  void fill(void *data, unsigned char byte, size_t bytes) override {
    std::memset(data, byte, bytes);
  }
  void copy(void *to, const void *from, size_t bytes) override {
    if (bytes)
      std::memcpy(to, from, bytes);
  }
  void synchronize() override {}
  double time(const std::function<void()> &work) override {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - start)
        .count();
  }
  size_t available() override {
    return size_t(::sysconf(_SC_AVPHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  }
  std::string name() const override { return "host"; }
};

class CudaBackend final : public Backend {
public:
  explicit CudaBackend(int ordinal) {
    require(Driver::get(driver));
    require(getDevice(*driver, ordinal, info));
    call(driver->devicePrimaryCtxRetain(&context, info.device),
         "cuDevicePrimaryCtxRetain");
    call(driver->ctxPushCurrent(context), "cuCtxPushCurrent");
    call(driver->streamCreate(&queue, cu::kStreamNonBlocking),
         "cuStreamCreate");
    call(driver->eventCreate(&start, cu::kEventDefault), "cuEventCreate");
    call(driver->eventCreate(&stop, cu::kEventDefault), "cuEventCreate");
  }
  ~CudaBackend() override {
    driver->eventDestroy(start);
    driver->eventDestroy(stop);
    driver->streamDestroy(queue);
    cu::Context popped;
    driver->ctxPopCurrent(&popped);
    driver->devicePrimaryCtxRelease(info.device);
  }

  void *allocate(size_t bytes) override {
    cu::DevicePtr data = 0;
    if (uw_status status = driver->check(
            driver->memAlloc(&data, std::max<size_t>(bytes, 1)), "cuMemAlloc"))
      require(inContext(status, fmt::format("{} bytes on the device", bytes)));
    return reinterpret_cast<void *>(data);
  }
  void release(void *data) override { driver->memFree(address(data)); }
  void upload(void *to, const void *from, size_t bytes) override {
    if (bytes)
      call(driver->memcpyHtoD(address(to), from, bytes), "cuMemcpyHtoD");
  }
  void download(void *to, const void *from, size_t bytes) override {
    synchronize();
    if (bytes)
      call(driver->memcpyDtoH(to, address(from), bytes), "cuMemcpyDtoH");
  }
  void fill(void *data, unsigned char byte, size_t bytes) override {
    if (bytes)
      call(driver->memsetD8Async(address(data), byte, bytes, queue),
           "cuMemsetD8Async");
  }
  void copy(void *to, const void *from, size_t bytes) override {
    if (bytes)
      call(driver->memcpyDtoDAsync(address(to), address(from), bytes, queue),
           "cuMemcpyDtoDAsync");
  }
  void synchronize() override {
    call(driver->streamSynchronize(queue), "the launch failed on the device");
  }
  cu::Stream stream() const override { return queue; }
  double time(const std::function<void()> &work) override {
    call(driver->eventRecord(start, queue), "cuEventRecord");
    work();
    call(driver->eventRecord(stop, queue), "cuEventRecord");
    call(driver->eventSynchronize(stop), "the launch failed on the device");
    float milliseconds = 0;
    call(driver->eventElapsedTime(&milliseconds, start, stop),
         "cuEventElapsedTime");
    return milliseconds;
  }
  size_t available() override {
    size_t free = 0, total = 0;
    call(driver->memGetInfo(&free, &total), "cuMemGetInfo");
    return free;
  }
  std::string name() const override {
    return fmt::format("{} (sm_{})", info.name, info.compute);
  }

private:
  static cu::DevicePtr address(const void *data) {
    return reinterpret_cast<uintptr_t>(data);
  }
  void call(cu::Result result, const char *what) const {
    require(driver->check(result, what));
  }

  const Driver *driver = nullptr;
  DeviceInfo info;
  cu::Context context = nullptr;
  cu::Stream queue = nullptr;
  cu::Event start = nullptr, stop = nullptr;
};

} // namespace

std::unique_ptr<Backend> makeHostBackend() {
  return std::make_unique<HostBackend>();
}
std::unique_ptr<Backend> makeCudaBackend(int ordinal) {
  return std::make_unique<CudaBackend>(ordinal);
}

} // namespace run
} // namespace upweave
