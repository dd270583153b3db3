//===- TileStores.cpp - Stores of a thread block's tile -------------------===//
// Writes a tile's results: vectors where possible, masked at the tile's ends,
// and what is the same along a row once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/BlockTile.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/MapVector.h"

#include <utility>

using namespace mlir;
using namespace upweave;

void BlockTile::store(int64_t reg, ArrayRef<unsigned> which,
                      ArrayRef<SmallVector<Value>> values) {
  // Outs that leave out no loop are masked alike.
  auto isWhole = [&](const FlatOperand &out) {
    return llvm::all_of(
        llvm::seq(0u, walk.getNest().getNumLoops()),
        [&](unsigned loop) { return out.facts->variesAlong(loop); });
  };
  DenseMap<std::pair<int64_t, int64_t>, Value> masks;
  SmallVector<UnitStore> units;
  for (auto [number, list] : llvm::zip_equal(which, values)) {
    const FlatOperand &out = outs[number];
    ArrayRef<Value> run = list;
    // What does not vary along the run is stored once.
    if (walk.getFastStep(out) == 0)
      run = run.take_front();
    int64_t size = run.size(), unit = walk.getUnit(out, /*clamped=*/false);
    int64_t kind = isWhole(out) ? -1 : static_cast<int64_t>(number);
    for (int64_t start = 0; start < size; start += unit) {
      int64_t first = reg + start;
      Value address = walk.getAddress(out, first, /*clamped=*/false);
      auto [mask, isNew] = masks.try_emplace({kind, first});
      if (isNew)
        mask->second = walk.getStoreMask(out, first);
      units.push_back({&out, run.slice(start, std::min(unit, size - start)),
                       address, mask->second});
      // Units of one run are masked differently as a rule: they share nothing.
      if (unit < size)
        storeUnits(std::exchange(units, {}));
    }
  }
  storeUnits(units);
}

/// Addresses and masks were made before all branches: a branch that a later
/// unit shares must not precede what that unit needs.
void BlockTile::storeUnits(ArrayRef<UnitStore> units) {
  llvm::MapVector<Value, OpBuilder> places;
  for (const UnitStore &unit : units) {
    if (!unit.mask) {
      storeUnit(points.current, unit);
      continue;
    }
    auto place = places.find(unit.mask);
    if (place == places.end()) {
      auto ifOp = scf::IfOp::create(points.current, loc, unit.mask,
                                    /*withElseRegion=*/false);
      place = places.insert({unit.mask, ifOp.getThenBodyBuilder()}).first;
    }
    storeUnit(place->second, unit);
  }
}

void BlockTile::storeUnit(OpBuilder &b, const UnitStore &unit) {
  const FlatOperand &out = *unit.out;
  int64_t count = unit.values.size();
  int64_t width = std::min(count, walk.getAccessWidth(out, /*clamped=*/false));
  for (int64_t i = 0; i < count; i += width) {
    Value at = advance(b, out, unit.address, i);
    if (width == 1) {
      memref::StoreOp::create(b, loc, unit.values[i], out.buffer, at);
      continue;
    }
    Value vector = vector::FromElementsOp::create(
        b, loc, VectorType::get({width}, out.getElementType()),
        unit.values.slice(i, width));
    vector::StoreOp::create(b, loc, vector, out.buffer, ValueRange{at},
                            /*nontemporal=*/false, out.getAlignment(width));
  }
}
