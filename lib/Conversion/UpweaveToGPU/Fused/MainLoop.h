//===- MainLoop.h - The products of a fused kernel --------------*- C++ -*-===//
// The loop over units: waits for a stage, starts the copies of a later one,
// multiplies all fragments of this one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MAINLOOP_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MAINLOOP_H

#include "Emission/BarrierScope.h"
#include "Fused/FilterStage.h"
#include "Fused/InputStage.h"
#include "Fused/MmaAtom.h"

#include "Emission/RowReduction.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace upweave {

/// Emits the products of one tile.
class MainLoop {
public:
  MainLoop(const StageContext &context, const TileLayout &layout,
           const UnitWalk &units, const FilterStage &filterStage,
           const InputStage &inputStage, const ThreadNumbers &numbers,
           const BarrierScope &scope)
      : loc(context.loc), facts(context.facts), plan(context.plan),
        context(context), layout(layout), units(units),
        filterStage(filterStage), inputStage(inputStage), numbers(numbers),
        scope(scope), atom(MmaAtom::create(facts.atom)),
        unitOrder(
            getFilterOrder(plan, facts)
                .getInner(getUnitFilterElements(plan, facts))
                .getOuter(kFragmentBytes / atom->getInfo().elementBytes)) {}

  /// The sums, by register of the layout.
  llvm::SmallVector<mlir::Value> emit(mlir::OpBuilder &b);

private:
  /// Input fragments by staged line of the warp and offset of the column.
  using FragmentCache = llvm::DenseMap<std::pair<int64_t, int64_t>, Fragment>;

  void prepareLanes(mlir::OpBuilder &b);
  void prepareBases(mlir::OpBuilder &b);
  mlir::Value issue(mlir::OpBuilder &b, mlir::Value unit, mlir::Value word);
  void emitUnit(mlir::OpBuilder &b, mlir::scf::ForOp loop, mlir::Value token);
  mlir::Value getLaneBase(mlir::OpBuilder &b, int64_t offset);
  void emitStep(mlir::OpBuilder &b, mlir::Value stageWord, int64_t chunk,
                int64_t step, llvm::MutableArrayRef<mlir::Value> sums);
  const Fragment &getInput(mlir::OpBuilder &b, mlir::Value stageWord,
                           int64_t line, int64_t offset, int64_t step,
                           FragmentCache &cache);
  void multiplyTap(mlir::OpBuilder &b, mlir::Value stageWord,
                   const Fragment &filter, int64_t channelAtom, int64_t phase,
                   int64_t offset, int64_t firstLine, int64_t step,
                   FragmentCache &cache,
                   llvm::MutableArrayRef<mlir::Value> sums);
  llvm::SmallVector<int64_t, 4> getRegisters(int64_t channelAtom, int64_t row,
                                             int64_t phase,
                                             int64_t columnAtom) const;
  int64_t getFragment(int64_t chunk, int64_t rowTap, int64_t columnTap,
                      int64_t channelAtom) const;

  mlir::Location loc;
  const FusedFacts &facts;
  const FusedPlan &plan;
  const StageContext &context;
  const TileLayout &layout;
  const UnitWalk &units;
  const FilterStage &filterStage;
  const InputStage &inputStage;
  ThreadNumbers numbers;
  /// The threads that share the tile, and its stages.
  const BarrierScope &scope;
  std::unique_ptr<MmaAtom> atom;
  /// The order of a unit's filter fragments.
  PackedOrder unitOrder;
  /// The lane's and warp's first word, in a stage's filter and input part.
  mlir::Value filterLane, inputLane;
  /// Quarter of the columns of a fragment that the lane has.
  mlir::Value quarter;
  /// First words by how slots differ between quarters.
  llvm::SmallVector<std::pair<llvm::SmallVector<int64_t>, mlir::Value>>
      laneBases;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MAINLOOP_H
