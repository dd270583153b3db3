//===- PassScalar.h - Scalars of the host in kernels ---------- -*- C++ -*-===//
// What may stay on the host, and how a kernel gets the scalars it computes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_LAUNCH_PASSSCALAR_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_LAUNCH_PASSSCALAR_H

#include "Launch/LaunchBuilder.h"

namespace upweave {

/// Makes `value`, a scalar of the host function, available in the kernel at
/// the end of its body: as a constant, as an argument if the host can compute
/// it, else by repeating in the kernel the loads and the arithmetic it comes
/// from. Fails with an error at `op` if that is not possible.
mlir::FailureOr<mlir::Value> passScalar(mlir::Value value, mlir::Operation *op,
                                        LaunchBuilder &launch);

/// True for what may stay on the host in launch form: launches, views, index
/// arithmetic, constants and the plain return.
bool isLaunchFormOp(mlir::Operation *op);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_LAUNCH_PASSSCALAR_H
