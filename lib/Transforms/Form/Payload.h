//===- Payload.h - Scalar programs of linalg operations ---------*- C++ -*-===//
// What forming needs to know of a linalg operation's payload.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_FORM_PAYLOAD_H
#define UPWEAVE_LIB_TRANSFORMS_FORM_PAYLOAD_H

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SetVector.h"

namespace upweave {

/// A payload `combine(mapped, accumulator)`.
struct ReductionPayload {
  ReduceKind kind;
  /// What is combined with the accumulator, a value of the payload (or one
  /// captured from outside) that depends on no accumulator.
  mlir::Value mapped;
};

/// Splits what `op` yields as its result number `result`. Fails with the reason
/// in `whyNot` if that is not a combination of its accumulator, and of no
/// other, by one of the kinds.
mlir::FailureOr<ReductionPayload>
matchReduction(mlir::linalg::LinalgOp op, unsigned result, std::string &whyNot);

/// The payload operations that `roots` depend on, in order of execution.
/// Fails with the reason in `whyNot` if one of them may not stand in a block's
/// region (`linalg.index` may: it becomes `upweave.index`).
mlir::FailureOr<llvm::SmallVector<mlir::Operation *>>
getPayloadSlice(mlir::linalg::LinalgOp op, mlir::ValueRange roots,
                std::string &whyNot);

/// The payload's argument for an operand, or null (`linalg.map` may lack that
/// of its init).
mlir::BlockArgument getPayloadArgument(mlir::linalg::LinalgOp op,
                                       mlir::OpOperand &operand);

/// True when all loops of `op` are parallel.
bool isElementwise(mlir::linalg::LinalgOp op);

/// The loops that the results of `map` name, -1 where the result is the
/// constant 0. Nothing if a result is anything else.
std::optional<llvm::SmallVector<int64_t>> getMapLoops(mlir::AffineMap map);

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_FORM_PAYLOAD_H
