// Compares the runtime's own driver declarations with cuda.h, where a toolkit
// is installed. Compiles to nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CudaTypes.h"

#if defined(UPWEAVE_CUDA_INCLUDE) && __has_include(<cuda.h>)
#include <cuda.h>
#include <type_traits>

using namespace upweave::rt;

// The driver's structs differ in name only from ours: CUcontext is a pointer to
// ::CUctx_st. Sizes are what the calling convention sees.
#define UW_SAME_SIZE(ours, theirs)                                             \
  static_assert(sizeof(ours) == sizeof(theirs) &&                              \
                    std::is_pointer<ours>::value ==                            \
                        std::is_pointer<theirs>::value,                        \
                #theirs " changed")
UW_SAME_SIZE(cu::Result, CUresult);
UW_SAME_SIZE(cu::Device, CUdevice);
UW_SAME_SIZE(cu::DevicePtr, CUdeviceptr);
UW_SAME_SIZE(cu::Context, CUcontext);
UW_SAME_SIZE(cu::Module, CUmodule);
UW_SAME_SIZE(cu::Function, CUfunction);
UW_SAME_SIZE(cu::Stream, CUstream);
UW_SAME_SIZE(cu::Event, CUevent);

static_assert(cu::kSuccess == CUDA_SUCCESS, "");
static_assert(cu::kErrorOutOfMemory == CUDA_ERROR_OUT_OF_MEMORY, "");
static_assert(cu::kErrorNotInitialized == CUDA_ERROR_NOT_INITIALIZED, "");
static_assert(cu::kErrorDeinitialized == CUDA_ERROR_DEINITIALIZED, "");
static_assert(cu::kErrorInvalidContext == CUDA_ERROR_INVALID_CONTEXT, "");
static_assert(cu::kErrorInvalidHandle == CUDA_ERROR_INVALID_HANDLE, "");
static_assert(cu::kErrorIllegalAddress == CUDA_ERROR_ILLEGAL_ADDRESS, "");
static_assert(cu::kErrorLaunchTimeout == CUDA_ERROR_LAUNCH_TIMEOUT, "");
static_assert(cu::kErrorContextIsDestroyed == CUDA_ERROR_CONTEXT_IS_DESTROYED,
              "");
static_assert(cu::kErrorHardwareStack == CUDA_ERROR_HARDWARE_STACK_ERROR, "");
static_assert(cu::kErrorIllegalInstruction == CUDA_ERROR_ILLEGAL_INSTRUCTION,
              "");
static_assert(cu::kErrorMisalignedAddress == CUDA_ERROR_MISALIGNED_ADDRESS, "");
static_assert(cu::kErrorInvalidAddressSpace == CUDA_ERROR_INVALID_ADDRESS_SPACE,
              "");
static_assert(cu::kErrorInvalidPc == CUDA_ERROR_INVALID_PC, "");
static_assert(cu::kErrorLaunchFailed == CUDA_ERROR_LAUNCH_FAILED, "");
static_assert(cu::kErrorInvalidPtx == CUDA_ERROR_INVALID_PTX, "");
static_assert(cu::kErrorUnsupportedPtxVersion ==
                  CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
              "");
static_assert(cu::kAttrMultiprocessorCount ==
                  CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT,
              "");
static_assert(cu::kAttrComputeCapabilityMajor ==
                  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR,
              "");
static_assert(cu::kAttrComputeCapabilityMinor ==
                  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR,
              "");
static_assert(cu::kAttrMaxSharedMemoryPerBlockOptin ==
                  CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN,
              "");
static_assert(cu::kFuncSharedSizeBytes == CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES,
              "");
static_assert(cu::kFuncMaxDynamicSharedSizeBytes ==
                  CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              "");
static_assert(cu::kJitErrorLogBuffer == CU_JIT_ERROR_LOG_BUFFER, "");
static_assert(cu::kJitErrorLogBufferSizeBytes ==
                  CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
              "");
static_assert(cu::kEventDefault == CU_EVENT_DEFAULT, "");
static_assert(cu::kStreamNonBlocking == CU_STREAM_NON_BLOCKING, "");

// The parameter lists, by size and pointerness of each.
template <typename A, typename B> struct SameParameter {
  static constexpr bool value =
      sizeof(A) == sizeof(B) &&
      std::is_pointer<A>::value == std::is_pointer<B>::value;
};
template <typename F, typename... Ours> struct SameParameters;
template <typename R, typename... Theirs, typename... Ours>
struct SameParameters<R (*)(Theirs...), Ours...> {
  template <bool Equal, typename = void> struct Each {
    static constexpr bool value = false;
  };
  template <typename V> struct Each<true, V> {
    static constexpr bool value = (SameParameter<Theirs, Ours>::value && ...);
  };
  static constexpr bool value =
      Each<sizeof...(Theirs) == sizeof...(Ours)>::value;
};

#define UW_CUDA(member, symbol, ...)                                           \
  static_assert(SameParameters<decltype(&symbol), __VA_ARGS__>::value,         \
                #symbol " changed");
#include "DriverSymbols.def"

#endif
