//===- MainLoop.h - The products of a fused kernel --------------*- C++ -*-===//
// The loop over units: waits for a stage, starts the copies of a later one,
// multiplies all fragments of this one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MAINLOOP_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MAINLOOP_H

#include "Fused/DirectInput.h"
#include "Fused/MmaAtom.h"

#include "Emission/RowReduction.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace upweave {

/// The layout of a block's tile (channels, row positions, results along the
/// column) over accumulators, lanes and warps: each thread holds, of each
/// product of fragments, two channels and two column positions, of all phases.
TileLayout getFusedLayout(const FusedPlan &plan, const FusedFacts &facts);

/// Emits the products of one tile. `direct` stages the input where it is not
/// packed, else it is null.
class MainLoop {
public:
  MainLoop(const FusedFacts &facts, const FusedPlan &plan,
           const TileLayout &layout, OperandStage &stage, DirectInput *direct,
           const ThreadNumbers &numbers, mlir::Value shared, mlir::Location loc)
      : facts(facts), plan(plan), layout(layout), stage(stage), direct(direct),
        numbers(numbers), shared(shared), loc(loc),
        atom(MmaAtom::create(facts.atom)) {}

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
  int64_t getRegister(int64_t channelAtom, int64_t row, int64_t phase,
                      int64_t columnAtom, int64_t element) const;

  const FusedFacts &facts;
  const FusedPlan &plan;
  const TileLayout &layout;
  OperandStage &stage;
  DirectInput *direct;
  ThreadNumbers numbers;
  mlir::Value shared;
  mlir::Location loc;
  std::unique_ptr<MmaAtom> atom;
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
