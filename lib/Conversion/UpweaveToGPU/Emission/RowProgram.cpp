//===- RowProgram.cpp - A block's region over a thread's elements ---------===//
// Evaluates a region lazily: which dimensions a value varies along decides how
// often and where its operation is cloned.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/RowProgram.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace upweave;

OpBuilder EmissionPoints::at(DimSet dims) const {
  OpBuilder builder = current;
  // Inside a row loop a value along the row belongs to the loop's body.
  bool perKernel = inRowLoop ? dims == 0 : (dims & ~rowDims) == 0;
  if (perKernel && kernelPoint)
    builder.setInsertionPoint(kernelPoint);
  else if (!(dims & rowDims) && rowPoint)
    builder.setInsertionPoint(rowPoint);
  return builder;
}

RowProgram::RowProgram(Block &body, const TileLayout &layout,
                       EmissionPoints &points, ProgramLeaves &leaves)
    : layout(layout), points(points), leaves(leaves) {
  analyse(body);
}

void RowProgram::analyse(Block &body) {
  DimSet allDims = (DimSet(1) << layout.getRank()) - 1;
  DenseMap<Value, unsigned> level;
  for (BlockArgument arg : body.getArguments())
    dims[arg] = leaves.getArgumentDims(arg.getArgNumber());
  for (Operation &op : body.without_terminator()) {
    DimSet joined = 0;
    unsigned round = 0;
    for (Value operand : op.getOperands()) {
      joined |= dims.lookup(operand);
      round = std::max(round, level.lookup(operand));
    }
    if (auto index = dyn_cast<IndexOp>(op))
      joined = leaves.getIndexDims(index.getDim());
    if (auto reduce = dyn_cast<RowReduceOp>(op)) {
      if (rounds.size() <= round)
        rounds.resize(round + 1);
      rounds[round].push_back(reduce);
      // Its result is there only once the tile's reductions have run, so
      // nothing that needs it may be moved out of the tile.
      joined = allDims & ~points.rowDims;
      ++round;
    }
    for (Value result : op.getResults()) {
      dims[result] = joined;
      level[result] = round;
    }
  }
}

Value RowProgram::get(Value value, int64_t reg) {
  Key key{value, layout.project(reg, getDims(value))};
  Value found = values.lookup(key);
  if (found)
    return found;
  Value made = emit(value, key.second);
  if (points.isPerStep(getDims(value)))
    stepKeys.push_back(key);
  values[key] = made;
  return made;
}

Value RowProgram::emit(Value value, int64_t reg) {
  if (auto arg = dyn_cast<BlockArgument>(value))
    return leaves.getArgument(arg.getArgNumber(), reg);
  Operation *op = value.getDefiningOp();
  if (auto index = dyn_cast<IndexOp>(op))
    return leaves.getIndex(index.getDim(), reg);
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, get(operand, reg));
  OpBuilder builder = points.at(getDims(value));
  Operation *clone = builder.clone(*op, mapping);
  return clone->getResult(cast<OpResult>(value).getResultNumber());
}

void RowProgram::setReduced(RowReduceOp op, int64_t reg, Value result) {
  values[{op.getResult(), layout.project(reg, getDims(op.getResult()))}] =
      result;
}

void RowProgram::leaveRowLoop() {
  for (const Key &key : stepKeys)
    values.erase(key);
  stepKeys.clear();
}
