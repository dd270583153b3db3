//===- Upweave.h - The Upweave dialect --------------------------*- C++ -*-===//
// The dialect, its attributes and its operations; see UpweaveOps.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_IR_UPWEAVE_H
#define UPWEAVE_IR_UPWEAVE_H

#include "Upweave/Geometry/ConvTransposeGeometry.h"
#include "Upweave/Layout/PackedOrder.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "Upweave/IR/UpweaveDialect.h.inc"

#include "Upweave/IR/UpweaveEnums.h.inc"

namespace upweave {
class ScheduleAttr;
class YieldOp;
} // namespace upweave

#define GET_ATTRDEF_CLASSES
#include "Upweave/IR/UpweaveAttrs.h.inc"

namespace upweave {

/// How a block runs: one of the schedule attributes.
class ScheduleAttr : public mlir::Attribute {
public:
  using Attribute::Attribute;
  ScheduleAttr() = default;
  ScheduleAttr(FusedScheduleAttr fused) : Attribute(fused) {}
  ScheduleAttr(RowsScheduleAttr rows) : Attribute(rows) {}
  ScheduleAttr(SplitScheduleAttr split) : Attribute(split) {}
  ScheduleAttr(DirectScheduleAttr direct) : Attribute(direct) {}

  static bool classof(mlir::Attribute attr) {
    return llvm::isa<FusedScheduleAttr, RowsScheduleAttr, SplitScheduleAttr,
                     DirectScheduleAttr>(attr);
  }

  /// "fused", "rows", "split" or "direct".
  llvm::StringRef getKindName() const;
};
} // namespace upweave

#define GET_OP_CLASSES
#include "Upweave/IR/UpweaveOps.h.inc"

namespace upweave {

/// Adds the dialect and its bufferization models to `registry`.
void registerUpweaveDialect(mlir::DialectRegistry &registry);

/// Adds the models that let one-shot bufferization rewrite `upweave.block` and
/// `upweave.conv_transpose` to memrefs.
void registerBufferizableModels(mlir::DialectRegistry &registry);

/// True when `value`, of a block's region, has the same value at all indices of
/// a row by the syntactic rule of `upweave.block`.
bool isRowUniform(mlir::Value value);

/// True when `op` may stand in a block's region: a collective, `upweave.index`,
/// `upweave.gelu`, or a region-free, pure, speculatable operation on scalars.
bool isBlockRegionOp(mlir::Operation *op);

/// The accumulator's type of a convolution over elements of type `type`: f32
/// for f16 and bf16, else the type itself.
mlir::Type getAccumulatorType(mlir::Type type);

/// The identity of `kind` on `type`, which must be a float or an integer.
mlir::TypedAttr getReduceIdentity(ReduceKind kind, mlir::Type type);

/// The combination of `lhs` and `rhs` by `kind`.
mlir::Value createReduceCombine(mlir::OpBuilder &builder, mlir::Location loc,
                                ReduceKind kind, mlir::Value lhs,
                                mlir::Value rhs);

} // namespace upweave

#endif // UPWEAVE_IR_UPWEAVE_H
