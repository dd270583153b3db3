//===- RowStage.h - Steps of a row in shared memory -------------*- C++ -*-===//
// Keeps what a thread loads of a row in shared memory between the passes over
// it: each thread reads its own slots only, so that no barrier is needed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWSTAGE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWSTAGE_H

#include "Upweave/Layout/TileLayout.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"

namespace upweave {

/// An access to an operand's slot.
struct StageSlot {
  mlir::Value buffer;
  mlir::Value index;
};

/// The shared memory that holds a thread's elements of the first `steps` steps
/// of a looped row. Slots of one access are neighbours over the threads of the
/// block: [step][access][thread][element of the access].
class RowStage {
public:
  /// `builder` is at the start of the kernel. `tileRows` and `layout` are those
  /// of one step.
  RowStage(mlir::OpBuilder &builder, mlir::Location loc,
           const TileLayout &layout, int64_t tileRows, int64_t steps);

  /// Makes room for region argument `arg`, which is accessed `width` elements
  /// of type `element` at a time.
  void add(mlir::OpBuilder &builder, unsigned arg, mlir::Type element,
           int64_t width);
  bool holds(unsigned arg) const { return buffers.contains(arg); }
  llvm::SmallVector<unsigned> getArguments() const;

  /// The slot of the access of `arg` that starts at register `reg`, in the
  /// step whose first element is `firstElement`.
  StageSlot getSlot(mlir::OpBuilder &builder, unsigned arg, int64_t reg,
                    mlir::Value firstElement) const;

  /// Copies an access of `arg` from `source` to its slot: asynchronously if
  /// there is an instruction for its size.
  void copy(mlir::OpBuilder &builder, unsigned arg, mlir::Value source,
            mlir::Value address, const StageSlot &slot) const;
  /// Ends a group of copies.
  void commit(mlir::OpBuilder &builder) const;
  /// Waits until of the groups that this thread copied all but the last
  /// `groups` are there.
  void wait(mlir::OpBuilder &builder, int64_t groups) const;

  /// Bytes of dynamic shared memory that all slots take.
  int64_t getBytes() const { return bytes; }

private:
  struct Buffer {
    mlir::Value memory;
    int64_t width;
    /// Where the thread's first slot starts, in elements.
    mlir::Value threadStart;
  };

  mlir::Location loc;
  int64_t tileRows, registers, steps, threads;
  int64_t bytes = 0;
  mlir::Value thread, memory;
  llvm::SmallMapVector<unsigned, Buffer, 4> buffers;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWSTAGE_H
