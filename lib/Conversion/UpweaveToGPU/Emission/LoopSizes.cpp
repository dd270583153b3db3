//===- LoopSizes.cpp - Sizes of the loops that a kernel walks -------------===//
// Dynamic sizes come from an operand that has them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/LoopSizes.h"

#include "Emission/IndexMath.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace upweave;

Value upweave::createCeilDiv(OpBuilder &b, Location loc, Value value,
                             int64_t divisor) {
  if (std::optional<int64_t> known = getConstantIntValue(value))
    return arith::ConstantIndexOp::create(b, loc,
                                          (*known + divisor - 1) / divisor);
  Value sum = createAdd(b, loc, value, divisor - 1);
  return createDiv(b, loc, sum, divisor);
}

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
        return createDiv(b, loc, size, factor);
      }
  llvm_unreachable("an out's map has all parallel dimensions");
}

LoopSizes upweave::passLoopSizes(LaunchBuilder &launch, BlockOp block,
                                 const RowNest &nest) {
  OpBuilder &host = launch.host();
  Location loc = block.getLoc();
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
        product = product ? createMul(host, loc, product, value) : value;
      }
      hostSize = createMul(host, loc, product, inner);
    }
    bool isStatic = isa<Attribute>(hostSize);
    sizes.inKernel.push_back(
        isStatic ? hostSize : launch.addScalar(cast<Value>(hostSize)));
    if (loop >= nest.numParallel)
      continue;
    sizes.hostRows = sizes.hostRows
                         ? createMul(host, loc, sizes.hostRows, hostSize)
                         : toValue(host, loc, hostSize);
  }
  int64_t rows = nest.getNumRows();
  if (!ShapedType::isDynamic(rows)) {
    sizes.hostRows = arith::ConstantIndexOp::create(host, loc, rows);
    sizes.kernelRows = arith::ConstantIndexOp::create(launch.body(), loc, rows);
  } else {
    sizes.kernelRows = launch.addScalar(sizes.hostRows);
  }
  return sizes;
}
