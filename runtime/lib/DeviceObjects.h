// What a program holds of a CUDA device: each object gives back what it took.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_DEVICEOBJECTS_H
#define UPWEAVE_RUNTIME_DEVICEOBJECTS_H

#include "BundleFile.h"
#include "Driver.h"

namespace upweave {
namespace rt {

/// A module loaded into one context.
class DeviceModule {
public:
  DeviceModule(const Driver &driver, cu::Context context)
      : driver(driver), context(context) {}
  ~DeviceModule();
  DeviceModule(const DeviceModule &) = delete;
  DeviceModule &operator=(const DeviceModule &) = delete;

  uw_status load(const bundle::Image &image, ByteView bytes);
  /// The kernel of that name, loaded.
  uw_status find(const char *symbol, cu::Function &function) const;

private:
  const Driver &driver;
  cu::Context context;
  cu::Module handle = nullptr;
};

/// A constants section in the memory of one context.
class DeviceConstants {
public:
  DeviceConstants(const Driver &driver, cu::Context context)
      : driver(driver), context(context) {}
  ~DeviceConstants();
  DeviceConstants(const DeviceConstants &) = delete;
  DeviceConstants &operator=(const DeviceConstants &) = delete;

  uw_status load(ByteView bytes);
  cu::DevicePtr pointer() const { return data; }

private:
  const Driver &driver;
  cu::Context context;
  cu::DevicePtr data = 0;
};

/// The device's primary context, held while a program lives.
class PrimaryContext {
public:
  explicit PrimaryContext(const Driver &driver) : driver(driver) {}
  ~PrimaryContext();
  PrimaryContext(const PrimaryContext &) = delete;
  PrimaryContext &operator=(const PrimaryContext &) = delete;

  uw_status retain(cu::Device ofDevice, cu::Context &result);

private:
  const Driver &driver;
  cu::Device device = 0;
  cu::Context context = nullptr;
};

/// Stream-ordered memory, given back at the end of a scope.
class StreamMemory {
public:
  StreamMemory(const Driver &driver, cu::Stream stream)
      : driver(driver), stream(stream) {}
  ~StreamMemory() { (void)free(); }
  StreamMemory(const StreamMemory &) = delete;
  StreamMemory &operator=(const StreamMemory &) = delete;

  cu::Result allocate(uint64_t bytes);
  cu::Result free();
  void *pointer() const { return reinterpret_cast<void *>(data); }

private:
  const Driver &driver;
  const cu::Stream stream;
  cu::DevicePtr data = 0;
};

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_DEVICEOBJECTS_H
