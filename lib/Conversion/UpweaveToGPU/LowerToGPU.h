//===- LowerToGPU.h - The parts of upweave-lower-to-gpu ---------*- C++ -*-===//
// One function per kind of op: the pass only dispatches to them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_LOWERTOGPU_H
#define UPWEAVE_LIB_CONVERSION_LOWERTOGPU_H

#include "Upweave/Conversion/LaunchBuilder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace upweave {

/// Replaces a linalg op on buffers by a fallback kernel and its launch: one
/// thread an output element, loops over what is reduced. An error names the op
/// and what in it has no kernel.
mlir::LogicalResult lowerLinalgOp(mlir::linalg::LinalgOp op,
                                  LaunchContext &context);

/// Replaces a copy between buffers of any layout likewise.
mlir::LogicalResult lowerCopy(mlir::memref::CopyOp op, LaunchContext &context);

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

#endif // UPWEAVE_LIB_CONVERSION_LOWERTOGPU_H
