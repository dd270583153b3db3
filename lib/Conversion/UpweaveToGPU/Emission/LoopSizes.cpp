//===- LoopSizes.cpp - Sizes of the loops that a kernel walks -------------===//
// Dynamic sizes come from an operand that has them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/LoopSizes.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace upweave;

/// The size of a dynamic dimension of the domain, from an operand whose map
/// has it.
static Value createDomainSize(OpBuilder &b, BlockOp block, unsigned dim) {
  Location loc = block.getLoc();
  SmallVector<std::pair<Value, AffineMap>> operands;
  if (!block.isConv())
    operands.push_back({block.getInputs().front(), block.getProducerMap()});
  for (auto [i, out] : llvm::enumerate(block.getOuts()))
    operands.push_back({out, block.getOutMap(i)});
  for (auto [i, param] : llvm::enumerate(block.getParams()))
    operands.push_back({param, block.getParamMap(i)});
  for (auto &[operand, map] : operands)
    for (auto [position, expr] : llvm::enumerate(map.getResults()))
      if (int64_t factor = getDimFactor(expr, dim)) {
        // In a linearised group the dynamic dimension is the outermost.
        Value size = memref::DimOp::create(b, loc, operand, position);
        return IndexMath(b, loc).div(size, factor);
      }
  llvm_unreachable("an out's map has all parallel dimensions");
}

LoopSizes upweave::passLoopSizes(LaunchBuilder &launch, BlockOp block,
                                 const RowNest &nest) {
  OpBuilder &host = launch.host();
  Location loc = block.getLoc();
  IndexMath m(host, loc);
  LoopSizes sizes;
  for (unsigned loop = 0; loop < nest.getNumLoops(); ++loop) {
    const NestDim &dim = nest.loops[loop];
    OpFoldResult hostSize = host.getIndexAttr(dim.size);
    if (ShapedType::isDynamic(dim.size)) {
      Value product;
      int64_t inner = 1;
      for (auto [member, size] : llvm::zip(dim.members, dim.memberSizes)) {
        if (!ShapedType::isDynamic(size)) {
          inner *= size;
          continue;
        }
        Value value = createDomainSize(host, block, member);
        product = product ? m.mul(product, value) : value;
      }
      hostSize = m.mul(product, inner);
    }
    bool isStatic = isa<Attribute>(hostSize);
    sizes.inKernel.push_back(
        isStatic ? hostSize : launch.addScalar(cast<Value>(hostSize)));
    if (loop >= nest.numParallel)
      continue;
    sizes.hostRows =
        sizes.hostRows ? m.mul(sizes.hostRows, hostSize) : m.toValue(hostSize);
  }
  int64_t rows = nest.getNumRows();
  if (!ShapedType::isDynamic(rows)) {
    sizes.hostRows = m.constant(rows);
    sizes.kernelRows = arith::ConstantIndexOp::create(launch.body(), loc, rows);
  } else {
    sizes.kernelRows = launch.addScalar(sizes.hostRows);
  }
  return sizes;
}
