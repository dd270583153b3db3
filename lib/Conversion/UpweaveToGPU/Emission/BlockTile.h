//===- BlockTile.h - The elements of a thread block's tile ------*- C++ -*-===//
// Operands and results of a block's region at the registers of a tile: as
// vectors where steps and alignment allow, masked where a tile ends outside.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_BLOCKTILE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_BLOCKTILE_H

#include "Emission/RowStage.h"
#include "Emission/TileWalk.h"

#include <functional>

namespace upweave {

/// What a thread loaded of one step of a row: values of an argument (first) at
/// a register (second).
using HeldLoads = llvm::DenseMap<std::pair<unsigned, int64_t>, mlir::Value>;

/// The tile of a kernel: the leaves of a program, and the places of its
/// results. Where they lie is what the walk of the nest's loops says.
class BlockTile : public ProgramLeaves {
public:
  explicit BlockTile(TileWalk &walk)
      : walk(walk), points(walk.getPoints()), loc(walk.getLoc()) {}

  /// Params and outs, in the order of the region's arguments and of its yield.
  void setOperands(llvm::ArrayRef<FlatOperand> newParams,
                   llvm::ArrayRef<FlatOperand> newOuts);
  /// The region's first argument: an operand, or values that are in no memory,
  /// by register.
  void setProducer(const FlatOperand &operand) { producer = operand; }
  void setProducer(std::function<mlir::Value(int64_t)> values) {
    producerValue = std::move(values);
  }

  /// Enters a step of a loop over rows, whose first element is `firstElement`:
  /// the operands that `newStage` (if any) holds are read from there. What
  /// varies along the row is looked for, and left, in `newHeld` (if any).
  void enterStep(mlir::Value firstElement, const RowStage *newStage = nullptr,
                 HeldLoads *newHeld = nullptr);
  /// Copies what this thread reads of the current step to `to`.
  void copyToStage(const RowStage &to);
  /// Forgets what belongs to a step.
  void leaveStep();

  /// Elements of one access to region argument `arg`.
  int64_t getAccessWidth(unsigned arg) const {
    return walk.getAccessWidth(*getOperand(arg), /*clamped=*/true);
  }
  DimSet getOutDims(unsigned out) const { return walk.getDims(outs[out]); }

  /// True where `reg` is within the domain along all of `dims`, and not
  /// padding; null if it always is.
  mlir::Value getMask(DimSet dims, int64_t reg);
  /// `value`, an operand of `op` at `reg`; the reduction's identity on padding
  /// along `dims`.
  mlir::Value maskOperand(RowReduceOp op, DimSet dims, int64_t reg,
                          mlir::Value value);

  /// True if out `out` has elements at the run of `reg` at all.
  bool isStoredAt(unsigned out, int64_t reg) const {
    return walk.isStoredAt(outs[out], reg);
  }
  /// Stores `values[o][i]`, one for out `which[o]` and register `reg + i`, i in
  /// [0, run): a whole run.
  void store(int64_t reg, llvm::ArrayRef<unsigned> which,
             llvm::ArrayRef<llvm::SmallVector<mlir::Value>> values);

  DimSet getArgumentDims(unsigned arg) override;
  mlir::Value getArgument(unsigned arg, int64_t reg) override;
  DimSet getIndexDims(unsigned domainDim) override;
  mlir::Value getIndex(unsigned domainDim, int64_t reg) override;

private:
  /// The registers of a unit, as an out has them.
  struct UnitStore {
    const FlatOperand *out;
    llvm::ArrayRef<mlir::Value> values;
    mlir::Value address, mask;
  };

  const FlatOperand *getOperand(unsigned arg) const;
  std::pair<unsigned, unsigned> findMember(unsigned domainDim) const;
  HeldLoads &getLoads(const FlatOperand &operand);
  void load(const FlatOperand &operand, unsigned arg, int64_t reg);
  /// Calls `visit` with the offset and the address of each access that the unit
  /// at `reg` takes.
  void forEachAccess(const FlatOperand &operand, int64_t reg,
                     llvm::function_ref<void(int64_t, mlir::Value)> visit);
  /// The address of element `i` of a unit.
  mlir::Value advance(mlir::OpBuilder &b, const FlatOperand &operand,
                      mlir::Value address, int64_t i);
  void storeUnits(llvm::ArrayRef<UnitStore> units);
  void storeUnit(mlir::OpBuilder &b, const UnitStore &unit);

  TileWalk &walk;
  EmissionPoints &points;
  mlir::Location loc;
  std::optional<FlatOperand> producer;
  std::function<mlir::Value(int64_t)> producerValue;
  llvm::SmallVector<FlatOperand> params, outs;

  mlir::Value stepStart;
  const RowStage *stage = nullptr;
  HeldLoads *held = nullptr;
  /// Values of argument (first) at a register (second); those along a row that
  /// is looped over live for one of its steps.
  HeldLoads loaded;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_BLOCKTILE_H
