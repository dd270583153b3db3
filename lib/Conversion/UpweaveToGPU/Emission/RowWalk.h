//===- RowWalk.h - A tile of numbered rows and elements ---------*- C++ -*-===//
// Of a row's number the coordinates along the parallel loops are taken, of an
// element's number those along the row loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWWALK_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWWALK_H

#include "Emission/LoopSizes.h"
#include "Emission/TileWalk.h"

namespace upweave {

/// Dimensions of the tile of a kernel over rows: the linear number of the row
/// (of the parallel loops), and of the element in it (of the row loops).
constexpr unsigned kTileRowDim = 0;
constexpr unsigned kTileElementDim = 1;

/// Walks loops by linear numbers. A unit is a run: its coordinates are those of
/// its first register, clamped such that all of it is inside of the domain.
class RowWalk : public TileWalk {
public:
  RowWalk(const RowNest &nest, const TileLayout &layout, int64_t run,
          EmissionPoints &points, const ThreadNumbers &numbers,
          const LoopSizes &sizes, mlir::Location loc);

  /// Sets the number of the tile's first row. Tiles may end past the last row
  /// if `mayEndOutside`.
  void setFirstRow(mlir::Value row, bool mayEndOutside);
  /// Enters a step of a loop over rows: the number of its first element, and
  /// whether all elements of the step are within the row.
  void setFirstElement(mlir::Value element, bool isFull);
  bool isFullStep() const { return stepIsFull; }
  mlir::Value getFirstElement() const { return firstElement; }

  std::optional<unsigned> getDim(unsigned loop) const override {
    return nest.isRowLoop(loop) ? kTileElementDim : kTileRowDim;
  }
  mlir::Value getCoordinate(unsigned loop, int64_t reg) override;
  int64_t getUnit(const FlatOperand &, bool /*clamped*/) const override {
    return run;
  }
  mlir::Value getAddress(const FlatOperand &operand, int64_t reg,
                         bool clamped) override;
  void leaveStep() override;

protected:
  mlir::Value createMask(unsigned dim, int64_t reg) override;
  void forEachCondition(const FlatOperand &out, int64_t reg,
                        llvm::function_ref<void(mlir::Value)> require) override;
  int64_t projectOnto(unsigned dim, int64_t reg) const override;

private:
  using Key = std::pair<unsigned, int64_t>;
  using Coordinates = llvm::SmallVector<mlir::Value, 4>;

  unsigned getFastDim() const {
    return nest.alongRow ? kTileElementDim : kTileRowDim;
  }
  /// The first loop that is walked along `dim`.
  unsigned getFirstLoop(unsigned dim) const {
    return dim == kTileRowDim ? 0 : nest.numParallel;
  }
  bool endsOutside(unsigned dim, int64_t reg) const;
  mlir::Value getNumber(unsigned dim, int64_t reg, bool clamped);
  const Coordinates &getCoordinates(unsigned dim, int64_t reg);
  Coordinates delinearise(mlir::OpBuilder &b, mlir::Value number,
                          unsigned begin, unsigned end, int64_t bound);
  mlir::Value getPart(const FlatOperand &operand, unsigned dim, int64_t reg);

  mlir::Value numRows;
  mlir::Value firstRow, firstElement;
  bool rowsEndOutside = false, stepIsFull = false;

  /// By dimension of the tile and register. Those along a row that is looped
  /// over live for one of its steps.
  llvm::DenseMap<Key, Coordinates> coordinates;
  llvm::DenseMap<std::pair<const void *, Key>, mlir::Value> parts;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_ROWWALK_H
