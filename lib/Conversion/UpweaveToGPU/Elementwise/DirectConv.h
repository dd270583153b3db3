//===- DirectConv.h - One output of a transposed convolution ----*- C++ -*-===//
// Emits the sum over the taps and channels of one output element: no stuffed
// zeros, nothing outside of the input.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ELEMENTWISE_DIRECTCONV_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ELEMENTWISE_DIRECTCONV_H

#include "Launch/LaunchBuilder.h"

#include "Upweave/IR/Upweave.h"

#include "mlir/IR/Builders.h"

namespace upweave {

/// The taps of one spatial axis, for the result's coordinate o. With
/// t = o + paddingLow and g = gcd(S, L) they are k' = k0 + j * (S/g), j <
/// count, where k0 in [0, S/g) solves L * k' = t mod S; none if g does not
/// divide t.
struct AxisTaps {
  AxisTaps(const AxisGeometry &axis, int64_t inputSize, int64_t filterSize);

  AxisGeometry axis;
  int64_t inputSize, filterSize;
  int64_t gcd, step, inverse, count;
};

/// Emits the sum of one output element.
class DirectConvEmitter {
public:
  DirectConvEmitter(BlockOp block, mlir::Value input, mlir::Value filter);
  virtual ~DirectConvEmitter() = default;
  /// The convolution at `position`, a coordinate per dimension of the result.
  mlir::Value emit(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> position);

protected:
  /// What an input element is multiplied with. The channels are those in the
  /// group.
  struct FilterElement {
    mlir::Value group; ///< Null if there is one.
    mlir::Value in, out;
    /// Along each spatial axis: j of the tap, the coordinates of the input and
    /// of the result.
    llvm::ArrayRef<mlir::Value> taps, input, position;
  };
  virtual mlir::Value loadFilter(mlir::OpBuilder &b,
                                 const FilterElement &element);

  mlir::Location loc;
  mlir::Value input, filter;

private:
  mlir::Value emitAxis(mlir::OpBuilder &b, unsigned axis, mlir::Value sum);
  mlir::Value emitChannels(mlir::OpBuilder &b, mlir::Value sum);
  mlir::Value multiplyAdd(mlir::OpBuilder &b, mlir::Value x, mlir::Value w,
                          mlir::Value sum);
  mlir::Value getFirstTap(mlir::OpBuilder &b, const AxisTaps &taps,
                          mlir::Value shifted);

  ConvTransposeGeometry geometry;
  ConvTransposeSizes sizes;
  mlir::Type accumulator, result;
  llvm::SmallVector<AxisTaps, 3> axes;
  /// Coordinates of the operand elements that are being multiplied.
  llvm::SmallVector<mlir::Value> inputPosition, filterPosition;
  /// k0 of each axis (null: 0) and the input position it reads.
  llvm::SmallVector<mlir::Value, 3> firstTap, firstInput;
  /// The group's first input channel; null if there is one group.
  mlir::Value firstChannel;
  FilterElement element;
  llvm::SmallVector<mlir::Value, 3> tapNumbers, tapInputs, resultPosition;
};

/// The kernel of a convolution whose region has no collective: a thread an
/// output element, each over the taps of its own phase.
mlir::LogicalResult lowerDirectConv(LaunchContext &context, BlockOp block);

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_ELEMENTWISE_DIRECTCONV_H
