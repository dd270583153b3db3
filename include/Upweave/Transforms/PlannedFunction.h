//===- PlannedFunction.h - What a planned function promises -----*- C++ -*-===//
// Names and accessors of the attributes that bufferization and planning leave.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PLANNEDFUNCTION_H
#define UPWEAVE_TRANSFORMS_PLANNEDFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

#include <utility>

namespace upweave {

/// Every planned buffer and constant starts at a multiple of this many bytes.
inline constexpr int64_t kBufferAlignment = 256;

/// Argument attribute (string): what a trailing argument is. Arguments without
/// it are inputs.
inline constexpr llvm::StringLiteral kRoleAttr = "upweave.role";
inline constexpr llvm::StringLiteral kResultRole = "result";
inline constexpr llvm::StringLiteral kConstantsRole = "constants";
inline constexpr llvm::StringLiteral kWorkspaceRole = "workspace";
/// Only where there is something to prepare: what launches write that depend on
/// weights alone, at the sizes of `kPreparedSizeAttr`.
inline constexpr llvm::StringLiteral kPreparedRole = "prepared";
/// Of host code alone: the pointer to the team structure (docs/bundle.md).
inline constexpr llvm::StringLiteral kTeamRole = "team";

/// Argument attribute of a result: an affine map from the function's dynamic
/// dims (symbols) to the result's sizes.
inline constexpr llvm::StringLiteral kShapeAttr = "upweave.shape";

/// Function attribute: the (argument, dim) pairs that the symbols of
/// `upweave.shape` and `upweave.workspace_size` stand for, in order.
inline constexpr llvm::StringLiteral kDynamicDimsAttr = "upweave.dynamic_dims";

/// Function attribute: an affine map from the dynamic dims (symbols) to the
/// workspace's size in bytes.
inline constexpr llvm::StringLiteral kWorkspaceSizeAttr =
    "upweave.workspace_size";

/// Attribute of an allocation (and of the launch that fills it): belongs to the
/// prepared buffer, because what is in it depends on the function's inputs at
/// known places alone, and only that launch writes it.
inline constexpr llvm::StringLiteral kPreparedAttr = "upweave.prepared";

/// Function attribute (i64): the bytes of the prepared buffer.
inline constexpr llvm::StringLiteral kPreparedSizeAttr =
    "upweave.prepared_size";

/// Function attribute (i64) of host code that a team of threads runs: the bytes
/// of workspace that each thread takes behind the planned part.
inline constexpr llvm::StringLiteral kThreadScratchAttr =
    "upweave.thread_scratch";

/// Module attribute: the constants, as an array of {offset, value}.
inline constexpr llvm::StringLiteral kConstantsAttr = "upweave.constants";

/// A dynamic size of an argument: its number, and the dimension.
using ArgDim = std::pair<unsigned, unsigned>;

/// True for the functions that become entry points: public, with a body.
bool isEntryPoint(mlir::func::FuncOp func);

/// The pairs that the symbols of the function's size expressions stand for.
llvm::SmallVector<ArgDim> getDynamicDims(mlir::func::FuncOp func);

/// Records `dims` on the function (see `kDynamicDimsAttr`).
void setDynamicDims(mlir::func::FuncOp func, llvm::ArrayRef<ArgDim> dims);

/// True if argument `index` has the given role (`kResultRole`, ...).
bool hasRole(mlir::func::FuncOp func, unsigned index, llvm::StringRef role);

/// The number of the argument with this role, or -1.
int64_t findRole(mlir::func::FuncOp func, llvm::StringRef role);

/// The workspace's size in bytes over `getDynamicDims`; a constant 0 map where
/// the function was not planned. `func` may be lowered already.
mlir::AffineMap getWorkspaceSize(mlir::Operation *func);

/// One constant of the module and where it lies in the constants buffer.
struct ConstantEntry {
  int64_t offset;           ///< Bytes from the start, 256-byte aligned.
  mlir::ElementsAttr value; ///< A dense or dense_resource attribute.
};

/// The constants that planning recorded on the module, by offset.
llvm::SmallVector<ConstantEntry> getConstants(mlir::ModuleOp module);

/// The size in bytes of the constants buffer.
int64_t getConstantsSize(mlir::ModuleOp module);

/// The number of bytes that a constant of this type takes in memory, -1 for an
/// element type that has no memory layout here.
int64_t getByteSize(mlir::ShapedType type);

/// Writes the bytes of one constant to `os`: little-endian, row-major, one byte
/// for an i1. Fails, with an error at `loc`, for a resource whose data is
/// missing.
llvm::LogicalResult writeConstant(mlir::ElementsAttr value, mlir::Location loc,
                                  llvm::raw_ostream &os);

/// Writes the constants buffer, padding included, to `os`: little-endian, one
/// byte for an i1. Fails for a resource whose data is missing.
llvm::LogicalResult writeConstants(mlir::ModuleOp module,
                                   llvm::raw_ostream &os);

} // namespace upweave

#endif // UPWEAVE_TRANSFORMS_PLANNEDFUNCTION_H
