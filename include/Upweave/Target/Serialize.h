//===- Serialize.h - Kernels to PTX and machine code ------------*- C++ -*-===//
// Compiles a gpu.module of NVVM kernels for one target and reports what its
// kernels take.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_SERIALIZE_H
#define UPWEAVE_TARGET_SERIALIZE_H

#include "Upweave/Schedule/TargetDescription.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

#include <string>
#include <vector>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace upweave {

/// What ptxas says of one kernel; sizes are in bytes.
struct KernelResources {
  std::string name;
  int64_t registers = 0;
  /// Static shared memory of a block.
  int64_t sharedBytes = 0;
  /// Local memory of a thread, spills included.
  int64_t stackBytes = 0;
  int64_t spillStoreBytes = 0;
  int64_t spillLoadBytes = 0;
};

/// The results of serialising a module for one target. No field depends on the
/// time, the file system or the environment, but for the version of ptxas.
struct SerializedModule {
  /// LLVM IR as it goes to the NVPTX back-end, in text.
  std::string llvmIR;
  /// Kernels that ptxas would make spill ask for fewer blocks a multiprocessor
  /// (.minnctapersm), if there was a ptxas.
  std::string ptx;
  /// ELF image for the chip; empty if there was no ptxas.
  std::string cubin;
  /// "13.0.88"; empty if there was no ptxas.
  std::string ptxasVersion;
  /// In the order of the module; empty if there was no ptxas.
  std::vector<KernelResources> kernels;
};

/// Finds ptxas in `toolkit` (the folder of a CUDA toolkit, or of ptxas), or, if
/// that is empty, in PATH, in $CUDA_HOME, $CUDA_PATH and $CUDA_ROOT, and in
/// /usr/local/cuda. A `toolkit` without ptxas is an error at `loc`; if there is
/// simply no toolkit, or `toolkit` is "none", the result is empty and a warning
/// at `loc` says that there will be PTX only.
mlir::FailureOr<std::string> findPtxas(llvm::StringRef toolkit,
                                       mlir::Location loc);

/// Compiles `module`, whose kernels are in the LLVM and NVVM dialects, for
/// `target` at the highest optimisation level; machine code is made if `ptxas`
/// is not empty. A call to a function that is not in the module (libdevice
/// included) is an error by the function's name. The module is not changed.
mlir::FailureOr<SerializedModule>
serializeGPUModule(mlir::gpu::GPUModuleOp module,
                   const TargetDescription &target, llvm::StringRef ptxas);

/// Registers the dialects' translations to LLVM IR that serialising needs.
void registerSerialization(mlir::DialectRegistry &registry);

} // namespace upweave

#endif // UPWEAVE_TARGET_SERIALIZE_H
