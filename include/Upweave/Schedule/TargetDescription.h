//===- TargetDescription.h - What a GPU offers, as data ---------*- C++ -*-===//
// The figures that schedules, lowerings and serialisation depend on, and how
// they are stored on a module with MLIR's DLTI attributes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_TARGETDESCRIPTION_H
#define UPWEAVE_SCHEDULE_TARGETDESCRIPTION_H

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>

namespace upweave {

/// The chip that is compiled for when none is named.
constexpr llvm::StringLiteral kDefaultChip = "sm_89";

/// The device ID under which the description is stored in
/// `dlti.target_system_spec`.
constexpr llvm::StringLiteral kTargetDeviceId = "GPU";

/// What a GPU offers. Rates are the dense peaks of the part the row of the
/// table is for, from its maker's data sheet; limits are those of the CUDA
/// programming guide for the compute capability. What the cost model has to
/// know beside them was measured on an H200 (docs/performance.md) and is taken
/// to hold for the others.
struct TargetDescription {
  /// The architecture, as ptxas spells it: "sm_89".
  std::string chip;
  /// The part the figures are of: "RTX 4090".
  std::string device;
  /// The PTX version code is emitted in, times ten: 80 is PTX 8.0.
  int64_t ptxVersion = 0;
  /// Number of streaming multiprocessors.
  int64_t multiprocessors = 0;
  /// Bytes of shared memory of a multiprocessor.
  int64_t sharedBytesPerMultiprocessor = 0;
  /// Bytes of shared memory one block can get (with opt-in).
  int64_t sharedBytesPerBlock = 0;
  /// 32-bit registers of a multiprocessor.
  int64_t registersPerMultiprocessor = 0;
  /// 32-bit registers one thread can get.
  int64_t registersPerThread = 0;
  /// Resident threads, warps and blocks of a multiprocessor at most.
  int64_t threadsPerMultiprocessor = 0;
  int64_t warpsPerMultiprocessor = 0;
  int64_t blocksPerMultiprocessor = 0;
  /// Threads of a block at most.
  int64_t threadsPerBlock = 0;
  /// Bytes of level-2 cache.
  int64_t l2Bytes = 0;
  /// Bytes a second from device memory.
  int64_t dramBytesPerSecond = 0;
  /// Operations a second (an FMA is two): f32 on the FMA units; TF32 and
  /// f16/bf16 with f32 accumulation on the tensor cores.
  int64_t flopsF32 = 0;
  int64_t flopsTF32 = 0;
  int64_t flopsF16 = 0;
  /// Thousandths of the tensor cores' peak that mma.sync reaches.
  int64_t mmaSyncPermille = 0;
  /// Bytes a cycle that a multiprocessor gets from the level-2 cache, and by
  /// loads into registers, beside which it then gets no others.
  int64_t l2BytesPerCycle = 0;
  int64_t loadBytesPerCycle = 0;
  /// Cycles that a launch takes beside the time of its bytes.
  int64_t launchCycles = 0;
  /// Cycles until a block's first stage has arrived by cp.async, and its last
  /// store left; what that takes more through registers.
  int64_t blockLatencyCycles = 0;
  int64_t stridedLatencyCycles = 0;
  /// Cycles that the products of a stage wait for their operands where there
  /// are two stages.
  int64_t stageLatencyCycles = 0;
  /// Cycles from a load into registers to the store of what it brought.
  int64_t loadLatencyCycles = 0;

  /// "compute capability" as a number: 89 for sm_89.
  int64_t getCapability() const;

  /// The `features` of `#nvvm.target`: "+ptx80".
  std::string getFeatures() const;
};

/// The targets Upweave knows, in the order of their chips.
llvm::ArrayRef<TargetDescription> getKnownTargets();

/// "sm_80, sm_86, ...": for messages.
std::string getKnownChips();

/// Emits an error at a place of the caller's choice.
using EmitError = llvm::function_ref<mlir::InFlightDiagnostic()>;

/// The table's entry for `chip`; an error that lists the known ones if there
/// is none. Every chip must pass through here before LLVM sees it, which ends
/// the process on a chip it does not know.
mlir::FailureOr<TargetDescription> lookupTarget(llvm::StringRef chip,
                                                EmitError emitError);

/// Sets the figure `key` (the keys are those of the attribute) to `value`; an
/// error that names the key if there is no such figure or the value is not
/// positive.
mlir::LogicalResult setTargetFigure(TargetDescription &target,
                                    llvm::StringRef key, int64_t value,
                                    EmitError emitError);

/// `#dlti.target_device_spec<"chip" = "sm_89", "multiprocessors" = 128, ...>`
/// with every figure.
mlir::TargetDeviceSpecAttr getTargetDeviceSpec(mlir::MLIRContext *context,
                                               const TargetDescription &target);

/// Stores the description on a module: the `"GPU"` entry of its
/// `dlti.target_system_spec`. Other devices' entries stay.
void attachTarget(mlir::ModuleOp module, const TargetDescription &target);

/// The description stored on the module that `op` is in: figures that are not
/// written down are those of the table's entry for the chip. Errors name the
/// key and the value that are wrong.
mlir::FailureOr<TargetDescription> getAttachedTarget(mlir::Operation *op);

/// The same, or the default chip if the module that `op` is in has no
/// description.
mlir::FailureOr<TargetDescription> getTargetOrDefault(mlir::Operation *op);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_TARGETDESCRIPTION_H
