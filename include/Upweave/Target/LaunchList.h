//===- LaunchList.h - Launches of a host function, as data ------*- C++ -*-===//
// Reads a function in launch form (index arithmetic, views, gpu.launch_func)
// as the bundle's list of launches.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_LAUNCHLIST_H
#define UPWEAVE_TARGET_LAUNCHLIST_H

#include "Upweave/Target/ConstantPool.h"
#include "Upweave/Target/SizeExpr.h"
#include "upweave/bundle_generated.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

#include <memory>
#include <vector>

namespace upweave {

/// One launch of the list, and the op it was read from.
struct ReadLaunch {
  mlir::gpu::LaunchFuncOp op;
  std::unique_ptr<bundle::LaunchT> table;
  /// Whether it writes the prepared buffer.
  bool prepares = false;
};

/// Reads the launches of a planned function that `upweave-lower-to-gpu` has
/// brought to launch form, those that prepare first. The kernel of each launch
/// is left at 0; offsets of constants become those in the pool. Errors name the
/// op that a launch list cannot hold, or the value that is not known from the
/// arguments' sizes.
mlir::FailureOr<std::vector<ReadLaunch>>
readLaunches(mlir::func::FuncOp func, ConstantPlacement &constants);

/// The workspace's size in bytes of a planned function, which may be lowered
/// already.
SizeExpr getWorkspaceExpr(mlir::Operation *func);

} // namespace upweave

#endif // UPWEAVE_TARGET_LAUNCHLIST_H
