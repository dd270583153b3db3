//===- PredictBlock.cpp - The time a block is expected to take ------------===//
// Puts what the cost model says of a fused kernel beside the bytes it moves.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/BlockPlan.h"

#include <algorithm>

using namespace mlir;
using namespace upweave;

/// Bytes of all tensors that a block reads or writes, each once; nothing if
/// one's size is dynamic.
static std::optional<double> getMovedBytes(BlockOp block) {
  double bits = 0;
  for (ValueRange operands :
       {ValueRange(block.getInputs()), ValueRange(block.getParams()),
        ValueRange(block.getOuts())})
    for (Type type : operands.getTypes()) {
      auto shaped = dyn_cast<ShapedType>(type);
      if (!shaped)
        continue;
      if (!shaped.hasStaticShape())
        return std::nullopt;
      bits += static_cast<double>(shaped.getNumElements()) *
              shaped.getElementTypeBitWidth();
    }
  return bits / 8;
}

std::optional<double>
upweave::predictFusedSeconds(BlockOp block, const FusedFacts &facts,
                             const FusedPlan &plan,
                             const TargetDescription &target) {
  std::optional<double> bytes = getMovedBytes(block);
  if (!bytes)
    return std::nullopt;
  FusedTarget fused = getFusedTarget(target, facts.atom);
  double cycles = predictFusedCycles(plan, facts, fused);
  return std::max(cycles, *bytes / fused.bytesPerCycle) / fused.clock;
}
