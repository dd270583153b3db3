//===- Fallback.h - Kernels of ops no block holds ------------- -*- C++ -*-===//
// One kernel an op, one thread an output element: slow, and always right.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ELEMENTWISE_FALLBACK_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ELEMENTWISE_FALLBACK_H

#include "Launch/LaunchBuilder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace upweave {

/// Replaces a linalg op on buffers by a fallback kernel and its launch: one
/// thread an output element, loops over what is reduced. An error names the op
/// and what in it has no kernel.
mlir::LogicalResult lowerLinalgOp(mlir::linalg::LinalgOp op,
                                  LaunchContext &context);

/// Replaces a copy between buffers of any layout likewise.
mlir::LogicalResult lowerCopy(mlir::memref::CopyOp op, LaunchContext &context);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ELEMENTWISE_FALLBACK_H
