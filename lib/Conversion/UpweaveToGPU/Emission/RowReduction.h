//===- RowReduction.h - Row reductions across threads -----------*- C++ -*-===//
// Combines what threads hold of their rows: registers first, then lanes by
// shuffles, then warps through shared memory, as a tile's layout says.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWREDUCTION_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWREDUCTION_H

#include "Emission/BarrierScope.h"

#include "Upweave/IR/Upweave.h"
#include "Upweave/Layout/TileLayout.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"

namespace upweave {

/// The number of a thread's lane and warp in its block, as i32 values.
struct ThreadNumbers {
  mlir::Value lane;
  mlir::Value warp;
};

/// Reads the thread's numbers at the start of a kernel.
ThreadNumbers createThreadNumbers(mlir::OpBuilder &builder, mlir::Location loc);

/// The part of the coordinate along `dim` that `number` (of type i32) of
/// `holder` adds; null if it is always 0.
mlir::Value createHolderOffset(mlir::OpBuilder &builder, mlir::Location loc,
                               const TileLayout &layout, Holder holder,
                               mlir::Value number, unsigned dim);

/// The part of the coordinate along `dim` that lane and warp add, of type i32;
/// null if it is always 0.
mlir::Value createThreadOffset(mlir::OpBuilder &builder, mlir::Location loc,
                               const TileLayout &layout,
                               const ThreadNumbers &numbers, unsigned dim);

/// One value a thread has reduced over its own elements of a row.
struct PartialResult {
  RowReduceOp op;
  /// The register that stands for the row.
  int64_t reg;
  mlir::Value value;
};

/// Combines partial results of rows across the threads of a block. All threads
/// of a row end with the same value, formed in an order that depends on the
/// layout only.
class RowReduction {
public:
  /// `reduced` are the tile's dimensions along the row. The threads that hold
  /// the tile, which `numbers` count, are `scope`.
  RowReduction(const TileLayout &layout, DimSet reduced,
               const ThreadNumbers &numbers, const BarrierScope &scope,
               mlir::gpu::GPUFuncOp kernel)
      : layout(layout), reduced(reduced), numbers(numbers), scope(scope),
        kernel(kernel), steps(layout.getReduction(reduced)),
        rowRegisters(layout.getRepresentatives(~reduced)) {}

  /// Combines the values of one thread pairwise.
  static mlir::Value reduceRegisters(mlir::OpBuilder &builder,
                                     mlir::Location loc, ReduceKind kind,
                                     llvm::ArrayRef<mlir::Value> values);

  /// Combines `values` into `chains` in turn, so that products are added
  /// without a rounding of their own where they may be.
  static void accumulate(mlir::OpBuilder &builder, mlir::Location loc,
                         ReduceKind kind,
                         llvm::MutableArrayRef<mlir::Value> chains,
                         llvm::ArrayRef<mlir::Value> values);

  /// The sum of `products` of pairs, each added by a multiply-add: so many
  /// instructions as there are products.
  static mlir::Value
  sumProducts(mlir::OpBuilder &builder, mlir::Location loc,
              llvm::ArrayRef<std::pair<mlir::Value, mlir::Value>> products);

  /// Combines all of `partials` (one round of reductions) across lanes and
  /// warps. Each round has shared memory of its own, so that one barrier a
  /// round is enough as long as another round comes between two uses.
  void combine(mlir::OpBuilder &builder, mlir::Location loc,
               llvm::MutableArrayRef<PartialResult> partials);

  /// True if rows span warps, so that rounds use shared memory and barriers.
  bool spansWarps() const { return steps.warps > 1; }

private:
  void combineLanes(mlir::OpBuilder &builder, mlir::Location loc,
                    llvm::MutableArrayRef<PartialResult> partials);
  void combineWarps(mlir::OpBuilder &builder, mlir::Location loc,
                    llvm::MutableArrayRef<PartialResult> partials);
  using Buffers = llvm::MapVector<mlir::Operation *, mlir::Value>;

  /// True if each row's warps are combined once, and not by every thread that
  /// needs the result: worth it where threads hold parts of several rows.
  bool combinesColumns() const;
  void combineColumns(mlir::OpBuilder &builder, mlir::Location loc,
                      llvm::MutableArrayRef<PartialResult> partials);
  std::pair<mlir::Value, mlir::Value>
  scatterLanes(mlir::OpBuilder &builder, mlir::Location loc, ReduceKind kind,
               llvm::SmallVector<mlir::Value> &values);
  void combineColumn(mlir::OpBuilder &builder, mlir::Location loc,
                     ReduceKind kind, mlir::Value buffer, int64_t number);
  void loadCombined(mlir::OpBuilder &builder, mlir::Location loc,
                    llvm::MutableArrayRef<PartialResult> partials,
                    Buffers &buffers, int64_t parts);
  Buffers createBuffers(llvm::ArrayRef<PartialResult> partials);
  mlir::Value getNumberInRow(mlir::OpBuilder &builder, mlir::Location loc,
                             Holder holder);
  /// Where the partial results of this scope start in a buffer; null for 0.
  mlir::Value getScopeStart(mlir::OpBuilder &builder, mlir::Location loc);
  mlir::Value getSlot(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value position, mlir::Value warp);
  /// The place of a row register among those of a thread.
  int64_t getPosition(int64_t reg) const;
  /// Rows of the block's tile.
  int64_t getRows() const;
  mlir::Value getBuffer(mlir::Type type, int64_t count);

  const TileLayout &layout;
  DimSet reduced;
  ThreadNumbers numbers;
  BarrierScope scope;
  mlir::gpu::GPUFuncOp kernel;
  ReductionSteps steps;
  /// The registers that stand for the rows a thread holds parts of.
  llvm::SmallVector<int64_t> rowRegisters;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWREDUCTION_H
