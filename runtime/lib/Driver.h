// The CUDA driver, opened at run time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_DRIVER_H
#define UPWEAVE_RUNTIME_DRIVER_H

#include "CudaTypes.h"
#include "Status.h"

namespace upweave {
namespace rt {

/// The driver's functions; one table for the process, never closed.
struct Driver {
#define UW_CUDA(member, symbol, ...)                                           \
  cu::Result (*member)(__VA_ARGS__) = nullptr;
#include "DriverSymbols.def"

  /// The initialised driver: `libcuda.so.1`, or the library that the
  /// environment variable UPWEAVE_CUDA_DRIVER names. A failure is not
  /// remembered.
  static uw_status get(const Driver *&driver);

  /// UW_OK for success; else an error "WHAT: NAME (text)".
  uw_status check(cu::Result result, const char *what) const;
};

/// A CUDA device and what image selection needs of it.
struct DeviceInfo {
  cu::Device device = 0;
  int ordinal = 0;
  int compute = 0;     ///< 89 for sm_89
  int sharedOptin = 0; ///< most shared memory of a block, in bytes
  std::string name;
};

/// Facts of CUDA device `ordinal`.
uw_status getDevice(const Driver &driver, int ordinal, DeviceInfo &info);
/// Facts of the device that `context` is on.
uw_status getContextDevice(const Driver &driver, cu::Context context,
                           DeviceInfo &info);

/// Makes a context current for a scope, if it is not already.
class ContextScope {
public:
  ContextScope(const Driver &driver, cu::Context context);
  ~ContextScope();
  ContextScope(const ContextScope &) = delete;
  ContextScope &operator=(const ContextScope &) = delete;
  uw_status status() const { return result; }

private:
  const Driver &driver;
  bool pushed = false;
  uw_status result = UW_OK;
};

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_DRIVER_H
