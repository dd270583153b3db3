//===- TileOperands.h - Operands and results of a row tile ------*- C++ -*-===//
// Addresses, loads and stores of the elements of a rows x elements tile: as
// vectors where steps and alignment allow, masked where a tile ends outside.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_TILEOPERANDS_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_TILEOPERANDS_H

#include "Emission/RowProgram.h"
#include "Emission/RowReduction.h"
#include "Emission/RowStage.h"
#include "Launch/LaunchBuilder.h"
#include "Upweave/Schedule/RowNest.h"

namespace upweave {

/// Dimensions of the tile of a kernel over rows: the linear number of the row
/// (of the parallel loops), and of the element in it (of the row loops).
constexpr unsigned kTileRowDim = 0;
constexpr unsigned kTileElementDim = 1;

/// A buffer as a kernel addresses it: elements from its base pointer.
struct FlatOperand {
  const NestOperand *facts = nullptr;
  /// memref<?xT> at the base pointer, or the value of a scalar operand.
  mlir::Value buffer;
  mlir::OpFoldResult offset;
  /// Elements per step of each loop of the nest.
  llvm::SmallVector<mlir::OpFoldResult, 6> steps;
  /// Elements of one access.
  int64_t vector = 1;

  /// Passes `operand` of `block` to the kernel of `launch` and takes its steps
  /// apart by `map`, from the block's domain.
  static mlir::FailureOr<FlatOperand>
  pass(LaunchBuilder &launch, BlockOp block, mlir::Value operand,
       mlir::AffineMap map, const RowNest &nest, const NestOperand &facts,
       Access access);
};

/// What a thread loaded of one step of a row: values of an argument (first) at
/// a register (second).
using HeldLoads = llvm::DenseMap<std::pair<unsigned, int64_t>, mlir::Value>;

/// The operands of a block at the elements of a tile.
class TileOperands : public ProgramLeaves {
public:
  /// `run` registers are consecutive along the contiguous direction. `sizes`
  /// has the size of each loop of the nest and `numRows` that of all parallel
  /// ones, of type index.
  TileOperands(const RowNest &nest, const TileLayout &layout, int64_t run,
               EmissionPoints &points, const ThreadNumbers &numbers,
               llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Value numRows,
               mlir::Location loc);

  /// The producer (or nothing, when its values come from elsewhere), params
  /// and outs, in the order of the region's arguments and of its yield.
  void setOperands(std::optional<FlatOperand> producer,
                   llvm::ArrayRef<FlatOperand> params,
                   llvm::ArrayRef<FlatOperand> outs);

  /// Sets the number of the tile's first row. Tiles may end past the last row
  /// if `mayEndOutside`.
  void setFirstRow(mlir::Value row, bool mayEndOutside);
  /// Enters a step of a loop over rows: the number of its first element, and
  /// whether all elements of the step are within the row. The
  /// operands that `stage` (if any) holds are read from there. What varies
  /// along the row is looked for, and left, in `held` (if any).
  void setFirstElement(mlir::Value element, bool isFull,
                       const RowStage *stage = nullptr,
                       HeldLoads *held = nullptr);
  bool isFullStep() const { return stepIsFull; }
  mlir::Value getFirstElement() const { return firstElement; }
  /// Copies what this thread reads of the current step to `to`.
  void copyToStage(const RowStage &to);
  /// Elements of one access to region argument `arg`.
  int64_t getAccessWidth(unsigned arg) const {
    return getAccessWidth(*getOperand(arg));
  }
  /// Forgets what belongs to a step.
  void leaveRowLoop();

  /// True where `reg` is an element of the row and not padding; null if it
  /// always is.
  mlir::Value getElementMask(int64_t reg);

  /// Stores `values[o][i]`, one for out `outs[o]` and register `reg + i`, i in
  /// [0, run): a whole run.
  void store(int64_t reg, llvm::ArrayRef<unsigned> outs,
             llvm::ArrayRef<llvm::SmallVector<mlir::Value>> values);

  /// True if out `out` has elements at `reg` at all.
  bool isStoredAt(unsigned out, int64_t reg) const;

  int64_t getRun() const { return run; }
  DimSet getDims(const FlatOperand &operand) const;
  DimSet getOutDims(unsigned out) const { return getDims(outs[out]); }

  DimSet getArgumentDims(unsigned arg) override;
  mlir::Value getArgument(unsigned arg, int64_t reg) override;
  DimSet getIndexDims(unsigned domainDim) override;
  mlir::Value getIndex(unsigned domainDim, int64_t reg) override;

protected:
  mlir::Location getLoc() const { return loc; }
  EmissionPoints &getPoints() { return points; }

private:
  using Key = std::pair<unsigned, int64_t>;
  using Coordinates = llvm::SmallVector<mlir::Value, 4>;

  const FlatOperand *getOperand(unsigned arg) const;
  unsigned getFastDim() const {
    return nest.alongRow ? kTileElementDim : kTileRowDim;
  }
  int64_t getRunStart(int64_t reg, unsigned dim) const;
  mlir::Value getRowNumber(int64_t reg, bool clamped);
  mlir::Value getElementNumber(int64_t reg, bool clamped);
  const Coordinates &getCoordinates(unsigned dim, int64_t reg);
  Coordinates delinearise(mlir::OpBuilder &b, mlir::Value number,
                          unsigned begin, unsigned end, int64_t bound);
  mlir::Value getPart(const FlatOperand &operand, unsigned dim, int64_t reg);
  mlir::Value getAddress(const FlatOperand &operand, int64_t reg);
  HeldLoads &getLoads(const FlatOperand &operand);
  void load(const FlatOperand &operand, unsigned arg, int64_t reg);
  int64_t getFastStep(const FlatOperand &operand) const;
  int64_t getAccessWidth(const FlatOperand &operand) const;
  /// Calls `visit` with the offset and the address of each access that the run
  /// of `reg` takes.
  void forEachAccess(const FlatOperand &operand, int64_t reg,
                     llvm::function_ref<void(int64_t, mlir::Value)> visit);
  void storeRun(mlir::OpBuilder &b, const FlatOperand &out, int64_t reg,
                mlir::Value address, llvm::ArrayRef<mlir::Value> values);
  mlir::Value getStoreMask(const FlatOperand &out, int64_t reg);
  bool elementsEndOutside(int64_t reg) const;

  const RowNest &nest;
  const TileLayout &layout;
  int64_t run;
  EmissionPoints &points;
  llvm::SmallVector<mlir::OpFoldResult> sizes;
  mlir::Value numRows;
  mlir::Location loc;
  mlir::Value threadRow, threadElement;
  mlir::Value firstRow, firstElement;
  bool rowsEndOutside = false, stepIsFull = false;
  const RowStage *stage = nullptr;
  HeldLoads *held = nullptr;
  std::optional<FlatOperand> producer;
  llvm::SmallVector<FlatOperand> params, outs;

  /// Values of argument (first) at a register (second), and what they were
  /// computed from; those in a row loop live for one of its steps.
  HeldLoads loaded;
  llvm::DenseMap<Key, Coordinates> coordinates;
  llvm::DenseMap<std::pair<const void *, int64_t>, mlir::Value> rowParts,
      elementParts;
  llvm::DenseMap<int64_t, mlir::Value> elementMasks;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_TILEOPERANDS_H
