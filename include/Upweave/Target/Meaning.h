//===- Meaning.h - What an entry point computes, as data --------*- C++ -*-===//
// Extraction of the bundle's meaning tables from functions on tensors: blocks,
// linalg and tensor ops as steps that a reader can interpret in float64.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_MEANING_H
#define UPWEAVE_TARGET_MEANING_H

#include "Upweave/IR/Upweave.h"
#include "Upweave/Target/ConstantPool.h"
#include "upweave/bundle_generated.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace upweave {

/// The bundle's element type, nothing for types that it has no name for.
std::optional<bundle::DType> getBundleType(mlir::Type type);

/// The bundle's name for a precision of the IR, and the other way round;
/// nothing for `None`.
bundle::Precision getBundlePrecision(Precision precision);
std::optional<Precision> getIRPrecision(bundle::Precision precision);

/// The arithmetic of a contraction of elements of type `element` where
/// `requested` was asked for f32: f16 and bf16 have their own, f64 is `Ieee`.
bundle::Precision getPrecisionFor(mlir::Type element,
                                  bundle::Precision requested);

/// The relative error of one product and its sum in `precision`: half a unit in
/// the last place of an f32 sum (of an f64 sum for f64 data), plus the rounding
/// of both operands for TF32.
double getUnitError(bundle::Precision precision, mlir::Type element);

/// `file:line:col`, the innermost one of a fused or named location; empty for
/// an unknown location.
std::string describeLocation(mlir::Location loc);

/// What an entry point computes.
struct EntryMeaning {
  std::unique_ptr<bundle::MeaningT> table;
  /// Dimensions of arguments that one loop runs over: they have to be equal.
  std::vector<std::pair<bundle::DimRef, bundle::DimRef>> equalDims;
  /// The precision of its convolutions, and the largest unit error.
  bundle::Precision precision = bundle::Precision::None;
  double unitError = 0.0;
};

/// Extracts the meaning of a function on tensors: the source, or the blocks
/// after stage 3. An op that the tables cannot express becomes an opaque step
/// with its name, so the extraction only fails, with an error, for constants
/// without data. Constants go to `pool`; the section of a constant tensor is 0
/// for one in the pool that `pool` is beside (or in `pool`, if there is none),
/// 1 for one of its own.
mlir::FailureOr<EntryMeaning> extractMeaning(mlir::func::FuncOp func,
                                             bundle::Precision requested,
                                             ConstantPool &pool);

/// Prints the tables, one line a tensor, step and scalar op.
void printMeaning(const bundle::MeaningT &meaning, llvm::raw_ostream &os);

} // namespace upweave

#endif // UPWEAVE_TARGET_MEANING_H
