//===- MmaAtom.h - Products of fragments ------------------------*- C++ -*-===//
// Loads operand fragments from shared memory and multiplies them, by FMA or by
// mma.sync, into the same layout of accumulators.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MMAATOM_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MMAATOM_H

#include "Upweave/Schedule/FusedPlan.h"

#include "mlir/IR/Builders.h"

#include <memory>

namespace upweave {

/// The registers of one thread's part of an operand fragment.
using Fragment = llvm::SmallVector<mlir::Value, 8>;

/// A product of kAtomChannels x chunk by chunk x kAtomColumns. Lane 4g + t
/// holds of the result rows g and g + 8 at columns 2t and 2t + 1:
/// [row half][column parity].
class MmaAtom {
public:
  static std::unique_ptr<MmaAtom> create(AtomKind kind);
  virtual ~MmaAtom() = default;

  /// Steps that a chunk's channels are multiplied in.
  virtual int64_t getSteps() const { return 1; }
  /// True if a lane's operand columns are those of its results, 2t and 2t + 1,
  /// and not column g.
  virtual bool hasOwnColumns() const { return false; }
  /// A lane's first word in a filter fragment of 128 words.
  virtual mlir::Value getFilterLane(mlir::OpBuilder &b, mlir::Location loc,
                                    mlir::Value lane) const = 0;
  /// A lane's first word in a position of 8 words.
  virtual mlir::Value getInputLane(mlir::OpBuilder &b, mlir::Location loc,
                                   mlir::Value lane) const = 0;
  /// Reads a fragment of the filter at `word` of `shared`.
  virtual Fragment loadFilter(mlir::OpBuilder &b, mlir::Location loc,
                              mlir::Value shared, mlir::Value word,
                              int64_t step) const = 0;
  /// Reads what `words` of `shared` (one, or that of each parity) hold.
  virtual Fragment loadInput(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value shared,
                             llvm::ArrayRef<mlir::Value> words,
                             int64_t step) const = 0;
  /// Adds the product to the four `sums`.
  virtual void multiply(mlir::OpBuilder &b, mlir::Location loc,
                        const Fragment &filter, const Fragment &input,
                        llvm::MutableArrayRef<mlir::Value> sums) const = 0;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MMAATOM_H
