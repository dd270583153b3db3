//===- HostTeam.h - The team of threads that runs host code -----*- C++ -*-===//
// Private to the host lowering: the team argument and what is read from it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_HOST_HOSTTEAM_H
#define UPWEAVE_LIB_TRANSFORMS_HOST_HOSTTEAM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace upweave {

/// The argument of `func` that points to the team structure of docs/bundle.md,
/// null if there is none.
mlir::Value findTeam(mlir::func::FuncOp func);

/// That argument, added behind all others where it is missing.
mlir::Value getOrAddTeam(mlir::func::FuncOp func);

/// The number of the running thread in its team, an index.
mlir::Value loadThread(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value team);

/// The number of threads of the team, an index.
mlir::Value loadThreadCount(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value team);

/// A call that returns when all threads of the team have made it.
void createBarrier(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value team);

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_HOST_HOSTTEAM_H
