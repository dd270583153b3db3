//===- HostConv.h - Lines of a transposed convolution -----------*- C++ -*-===//
// Private to the host lowering: computes a convolution along one axis, as one
// dense stride-1 convolution per output phase.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_HOST_HOSTCONV_H
#define UPWEAVE_LIB_TRANSFORMS_HOST_HOSTCONV_H

#include "HostLoops.h"

#include "Upweave/IR/Upweave.h"

namespace upweave {

/// Emits the convolution of one block, a line of results at a time. A line runs
/// along one spatial axis. Outputs o of an axis with stride S fall into S
/// phases o mod S; in its phase, output S·q + p sums x[q - shift(k)]·w[k] over
/// the taps k of the phase: a dense convolution without zeros. Each phase is
/// accumulated in a contiguous temporary row, whose elements outside the result
/// take what padding crops, so that every tap adds the whole input row.
class HostConv {
public:
  /// Chooses the line's axis: one whose coordinate is a dimension of the
  /// domain, with contiguous input rows if there is such.
  explicit HostConv(BlockOp block);

  /// The domain's dimension along the line, or -1 if no axis is one dimension
  /// of the domain (lines are then single elements).
  int64_t getLineDim() const { return lineDim; }

  /// Makes the temporary rows. To be called before `emitLine`.
  llvm::LogicalResult allocate(ScratchMemory &scratch);

  /// Emits the computation of the line at domain index `dims` (whose entry for
  /// the line's dimension is not read) and its storing to `buffer` at `prefix`
  /// followed by the position on the line.
  void emitLine(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> dims,
                mlir::Value buffer, llvm::ArrayRef<mlir::Value> prefix);

private:
  void chooseLine();
  bool isContiguous(unsigned axis) const;
  void emitTaps(mlir::OpBuilder &builder, unsigned axis,
                llvm::MutableArrayRef<mlir::Value> input,
                llvm::MutableArrayRef<mlir::Value> filter);
  void emitLineTaps(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> input,
                    llvm::ArrayRef<mlir::Value> filter);
  void emitChannels(mlir::OpBuilder &builder, mlir::Value phase,
                    mlir::Value start, mlir::Value first, int64_t width,
                    llvm::ArrayRef<mlir::Value> input,
                    llvm::ArrayRef<mlir::Value> filter);
  void emitPacking(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> input,
                   llvm::ArrayRef<mlir::Value> filter);
  mlir::Value loadWeight(mlir::OpBuilder &builder, mlir::Value ci,
                         llvm::ArrayRef<mlir::Value> filter);
  void emitDelivery(mlir::OpBuilder &builder, mlir::Value buffer,
                    llvm::ArrayRef<mlir::Value> prefix);
  mlir::Value extend(mlir::OpBuilder &builder, mlir::Value value);
  mlir::Value multiplyAdd(mlir::OpBuilder &builder, mlir::Value x,
                          mlir::Value w, mlir::Value sum);

  BlockOp block;
  mlir::Location loc;
  ConvTransposeGeometry geometry;
  ConvTransposeSizes sizes;
  mlir::Type accType;
  mlir::Value x, w;

  int64_t lineDim = -1;  ///< Dimension of the domain, or -1.
  unsigned lineAxis = 0; ///< Spatial axis of the line.
  int64_t vectorWidth = 1;
  /// Temporary rows [phase][base + q]; `base` is where q = 0 lies.
  int64_t rowLength = 0;
  int64_t rowBase = 0;
  mlir::Value rows;
  /// The input lines [channel of the group][position] of the taps at hand, in
  /// the accumulator's type; null where they are read from the input itself.
  mlir::Value packed;
  /// Likewise their weights [channel of the group][position on the line].
  mlir::Value packedWeights;

  /// Coordinates of the line being emitted.
  mlir::Value batch, channel, group;
  llvm::SmallVector<mlir::Value> outputs; ///< Per spatial axis.
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_HOST_HOSTCONV_H
