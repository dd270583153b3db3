//===- RowProgram.h - A block's region over a thread's elements -*- C++ -*-===//
// Clones a region for every element a thread holds, each operation as rarely
// as it can be: once a kernel, once a row, or once an element.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWPROGRAM_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWPROGRAM_H

#include "Upweave/IR/Upweave.h"
#include "Upweave/Layout/TileLayout.h"

#include "mlir/IR/Builders.h"

namespace upweave {

/// Where a kernel's code goes. What depends on no parallel dimension of the
/// tile is put before `kernelPoint` (an operation that encloses all tiles of
/// the block), what depends on no row dimension before `rowPoint` (one that
/// encloses all steps over a row). Absent points stand for the current one.
struct EmissionPoints {
  explicit EmissionPoints(mlir::OpBuilder builder) : current(builder) {}

  mlir::OpBuilder current;
  mlir::Operation *kernelPoint = nullptr;
  mlir::Operation *rowPoint = nullptr;
  /// The dimensions of the tile along the row.
  DimSet rowDims = 0;
  /// True inside a loop over steps of a row: a register then stands for
  /// another element at each step.
  bool inRowLoop = false;

  /// True if a value that varies along `dims` lives in one row step only.
  bool isPerStep(DimSet dims) const { return inRowLoop && (dims & rowDims); }
  /// A builder at the outermost place where a value that varies along `dims`
  /// can be computed.
  mlir::OpBuilder at(DimSet dims) const;
};

/// Gives the values a program starts from.
class ProgramLeaves {
public:
  virtual ~ProgramLeaves() = default;
  /// The tile dimensions along which region argument `arg` varies.
  virtual DimSet getArgumentDims(unsigned arg) = 0;
  /// The value of region argument `arg` at register `reg`.
  virtual mlir::Value getArgument(unsigned arg, int64_t reg) = 0;
  /// The same for the coordinate along a dimension of the domain.
  virtual DimSet getIndexDims(unsigned domainDim) = 0;
  virtual mlir::Value getIndex(unsigned domainDim, int64_t reg) = 0;
};

/// The region of a block over the registers of a tile. Row reductions are
/// grouped in rounds: those of round r need results of rounds before r only.
class RowProgram {
public:
  RowProgram(mlir::Block &body, const TileLayout &layout,
             EmissionPoints &points, ProgramLeaves &leaves);

  unsigned getNumRounds() const { return rounds.size(); }
  llvm::ArrayRef<RowReduceOp> getRound(unsigned round) const {
    return rounds[round];
  }
  /// The tile dimensions along which `value` varies.
  DimSet getDims(mlir::Value value) const { return dims.lookup(value); }

  /// `value` at register `reg`, computed on demand. The reductions it needs
  /// must have been set.
  mlir::Value get(mlir::Value value, int64_t reg);
  /// Sets the result of a reduction for the rows that `reg` belongs to.
  void setReduced(RowReduceOp op, int64_t reg, mlir::Value result);
  /// Forgets what was computed inside a loop over steps of a row.
  void leaveRowLoop();

private:
  using Key = std::pair<mlir::Value, int64_t>;

  void analyse(mlir::Block &body);
  mlir::Value emit(mlir::Value value, int64_t reg);

  const TileLayout &layout;
  EmissionPoints &points;
  ProgramLeaves &leaves;
  llvm::DenseMap<mlir::Value, DimSet> dims;
  llvm::SmallVector<llvm::SmallVector<RowReduceOp>> rounds;
  llvm::DenseMap<Key, mlir::Value> values;
  /// The keys of `values` that live in one row step.
  llvm::SmallVector<Key> stepKeys;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWPROGRAM_H
