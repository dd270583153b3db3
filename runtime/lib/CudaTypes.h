// The few declarations of the CUDA driver that the runtime uses, so that no
// toolkit is needed to build it. CudaTypesCheck.cpp compares them with cuda.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_CUDATYPES_H
#define UPWEAVE_RUNTIME_CUDATYPES_H

#include <cstddef>
#include <cstdint>

namespace upweave {
namespace rt {
namespace cu {

using Result = int;
using Device = int;
using DevicePtr = unsigned long long;
using Context = struct CUctx_st *;
using Module = struct CUmod_st *;
using Function = struct CUfunc_st *;
using Stream = struct CUstream_st *;
using Event = struct CUevent_st *;

inline constexpr Result kSuccess = 0;
inline constexpr Result kErrorOutOfMemory = 2;
inline constexpr Result kErrorNotInitialized = 3;
inline constexpr Result kErrorDeinitialized = 4;
inline constexpr Result kErrorInvalidContext = 201;
inline constexpr Result kErrorInvalidPtx = 218;
inline constexpr Result kErrorUnsupportedPtxVersion = 222;
inline constexpr Result kErrorInvalidHandle = 400;
inline constexpr Result kErrorIllegalAddress = 700;
inline constexpr Result kErrorLaunchTimeout = 702;
inline constexpr Result kErrorContextIsDestroyed = 709;
inline constexpr Result kErrorHardwareStack = 714;
inline constexpr Result kErrorIllegalInstruction = 715;
inline constexpr Result kErrorMisalignedAddress = 716;
inline constexpr Result kErrorInvalidAddressSpace = 717;
inline constexpr Result kErrorInvalidPc = 718;
inline constexpr Result kErrorLaunchFailed = 719;

// CUdevice_attribute
inline constexpr int kAttrMultiprocessorCount = 16;
inline constexpr int kAttrComputeCapabilityMajor = 75;
inline constexpr int kAttrComputeCapabilityMinor = 76;
inline constexpr int kAttrMaxSharedMemoryPerBlockOptin = 97;

// CUfunction_attribute
inline constexpr int kFuncSharedSizeBytes = 1;
inline constexpr int kFuncMaxDynamicSharedSizeBytes = 8;

// CUjit_option
inline constexpr int kJitErrorLogBuffer = 5;
inline constexpr int kJitErrorLogBufferSizeBytes = 6;

// CUevent_flags, CUstream_flags
inline constexpr unsigned kEventDefault = 0;
inline constexpr unsigned kStreamNonBlocking = 1;

} // namespace cu
} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_CUDATYPES_H
