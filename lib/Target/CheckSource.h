//===- CheckSource.h - What entry points may be -----------------*- C++ -*-===//
// Refuses functions and ops that no bundle can hold, in words for users.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_CHECKSOURCE_H
#define UPWEAVE_LIB_TARGET_CHECKSOURCE_H

#include "mlir/IR/BuiltinOps.h"

namespace upweave {

/// Fails, with an error, if an entry point takes or gives anything but tensors
/// that a bundle describes, or if nothing at all is computed.
mlir::LogicalResult checkInterfaces(mlir::ModuleOp module);

/// Fails, with an error, for an op on tensors that neither bufferizes nor has
/// loops, and for one of another dialect.
mlir::LogicalResult checkHasKernel(mlir::Operation *op);

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_CHECKSOURCE_H
