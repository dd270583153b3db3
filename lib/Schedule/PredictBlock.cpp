//===- PredictBlock.cpp - The time a block is expected to take ------------===//
// Puts what the cost model says of a fused kernel beside the bytes it moves.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/BlockPlan.h"

#include <algorithm>

using namespace mlir;
using namespace upweave;

SmallVector<Type> upweave::getMovedTypes(BlockOp block) {
  SmallVector<Type> types(block.getInputs().getTypes());
  llvm::append_range(types, block.getParams().getTypes());
  llvm::append_range(types, block.getOuts().getTypes());
  return types;
}

/// Bytes of all tensors, each once; nothing if one's size is dynamic.
static std::optional<double> getMovedBytes(TypeRange tensors) {
  double bits = 0;
  for (Type type : tensors) {
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
upweave::predictFusedSeconds(TypeRange tensors, const FusedFacts &facts,
                             const FusedPlan &plan,
                             const TargetDescription &target) {
  std::optional<double> bytes = getMovedBytes(tensors);
  if (!bytes)
    return std::nullopt;
  FusedTarget fused = getFusedTarget(target, facts.atom);
  double cycles = predictFusedCycles(plan, facts, fused);
  return std::max(cycles, *bytes / fused.bytesPerCycle) / fused.clock;
}
