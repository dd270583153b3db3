//===- Payload.h - Scalar programs of linalg operations ---------*- C++ -*-===//
// What forming needs to know of a linalg operation's payload.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_FORM_PAYLOAD_H
#define UPWEAVE_LIB_TRANSFORMS_FORM_PAYLOAD_H

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallBitVector.h"

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

/// The loops that the results of `map` name, -1 where the result is the
/// constant 0 on a dimension of size 1 of `operand`. Nothing if a result is
/// anything else: element 0 of a longer dimension is not the whole of it.
std::optional<llvm::SmallVector<int64_t>> getMapLoops(mlir::AffineMap map,
                                                      mlir::Value operand);

/// True if the results of `map` are loops and zeros: what the map of a block's
/// param can say.
bool isPlainMap(mlir::AffineMap map);

/// The loops of more than one step that the map of `init` does not name, so
/// that each of its elements is written once for each of their steps. Nothing
/// if the map names a loop twice or is not plain.
///
/// That, not `iterator_types` (which nothing verifies), is what a linalg
/// operation reduces over: its loops run in order, whatever they are called.
std::optional<llvm::SmallBitVector> getReducedLoops(mlir::linalg::LinalgOp op,
                                                    mlir::OpOperand &init);

/// True when each element of each result of `op` is written once.
bool isElementwise(mlir::linalg::LinalgOp op);

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_FORM_PAYLOAD_H
