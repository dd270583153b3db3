// The CUDA driver, opened at run time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_DRIVER_H
#define UPWEAVE_RUNTIME_DRIVER_H

#include "CudaTypes.h"
#include "Status.h"

#include <sys/types.h>

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

  /// UW_OK for success; else an error "WHAT: NAME (text)", with what to do
  /// about it where that is known.
  uw_status check(cu::Result result, const char *what) const;

  /// True in a process forked off the one that initialised the driver: there
  /// the driver must not be called.
  bool isBehindFork() const;
  /// An error for that.
  uw_status failBehindFork() const;

  pid_t process = 0;  ///< that initialised it; 0: a fork makes no difference
  unsigned forks = 0; ///< forkCount() then
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

/// Makes a context current for a scope, if it is not already. Destructors use
/// it too: it takes no memory unless it is asked for the error.
class ContextScope {
public:
  ContextScope(const Driver &driver, cu::Context context) noexcept;
  ~ContextScope();
  ContextScope(const ContextScope &) = delete;
  ContextScope &operator=(const ContextScope &) = delete;
  bool entered() const { return !behindFork && result == cu::kSuccess; }
  /// UW_OK, or why the context could not be entered.
  uw_status status() const;

private:
  const Driver &driver;
  const bool behindFork;
  bool pushed = false;
  cu::Result result = cu::kSuccess;
};

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_DRIVER_H
