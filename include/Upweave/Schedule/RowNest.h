//===- RowNest.h - The loops of a block over stored rows --------*- C++ -*-===//
// A block's domain as the few loops that a kernel walks: unit dimensions gone,
// neighbours merged, the fastest last, with every operand's step along each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_ROWNEST_H
#define UPWEAVE_SCHEDULE_ROWNEST_H

#include "Upweave/IR/Upweave.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <optional>

namespace upweave {

/// Domain dimensions that are walked as one, outermost first.
struct NestDim {
  /// Number of points; kDynamicSize if it is known at launch only.
  int64_t size;
  /// The merged dimensions of the domain, and their sizes.
  llvm::SmallVector<unsigned, 4> members;
  llvm::SmallVector<int64_t, 4> memberSizes;
};

/// How a block's producer, param or out is addressed: the element of a domain
/// point is at offset + the sum of `steps[d] * coordinate[d]` elements.
struct NestOperand {
  /// A scalar that is no memory at all.
  bool isScalar = false;
  unsigned elementBits = 0;
  /// Elements; kDynamicSize if known at launch only.
  int64_t offset = 0;
  /// One for each domain dimension; kDynamicSize if known at launch only.
  llvm::SmallVector<int64_t, 6> domainSteps;
  /// One for each parallel, then each row loop of the nest.
  llvm::SmallVector<int64_t, 6> steps;

  /// True if the element differs between points along the loop.
  bool variesAlong(unsigned loop) const { return steps[loop] != 0; }
};

/// The loops of a block, for a kernel that walks its rows.
struct RowNest {
  /// Parallel loops, then row loops, the fastest of each last.
  llvm::SmallVector<NestDim, 6> loops;
  unsigned numParallel = 0;
  /// True if the contiguous direction of the producer is along rows.
  bool alongRow = false;
  /// The producer (absent for a convolution), the params and the outs.
  NestOperand producer;
  llvm::SmallVector<NestOperand, 4> params;
  llvm::SmallVector<NestOperand, 2> outs;

  unsigned getNumLoops() const { return loops.size(); }
  bool isRowLoop(unsigned loop) const { return loop >= numParallel; }
  /// Product of the row loops' sizes.
  int64_t getRowLength() const;
  /// Product of the parallel loops' sizes; kDynamicSize if one is dynamic.
  int64_t getNumRows() const;
  /// The loop along the contiguous direction, or nothing in a block of a
  /// single point.
  std::optional<unsigned> getFastLoop() const;
  /// The widest access of `operand`, in elements and at most 16 bytes, that
  /// extents, steps and the alignment of buffers allow along the fast loop.
  int64_t getVector(const NestOperand &operand) const;
};

/// The nest of `block`, on tensors (whose layout is taken to be the default
/// one) or on memrefs. For a convolution the producer stands for its result in
/// the default layout. Without `keepRows` row dimensions are walked like
/// parallel ones, which a region without collectives allows.
RowNest buildRowNest(BlockOp block, bool keepRows = true);

/// The loops over a convolution's result, each of which may be several of the
/// domain's dimensions: batch, channel, then the spatial axes, so that the last
/// one is the fast one. Fails, with the reason, if an operand does not walk
/// those dimensions as one.
llvm::Expected<RowNest> buildConvNest(BlockOp block);

/// The factor of domain dimension `dim` in a map's result.
int64_t getDimFactor(mlir::AffineExpr expr, unsigned dim);

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_ROWNEST_H
