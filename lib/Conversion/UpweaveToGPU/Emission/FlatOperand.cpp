//===- FlatOperand.cpp - A buffer as a kernel addresses it ----------------===//
// Passes an operand to a kernel and finds its steps along the loops of a nest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/FlatOperand.h"

#include "Emission/KernelMath.h"
#include "Launch/PassScalar.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace upweave;

/// Elements per step of each loop of `nest`, for a buffer with `strides`.
static SmallVector<OpFoldResult, 6>
createSteps(OpBuilder &b, Location loc, AffineMap map, const RowNest &nest,
            const NestOperand &facts, ArrayRef<OpFoldResult> strides) {
  IndexMath m(b, loc);
  SmallVector<OpFoldResult, 6> steps;
  for (unsigned loop = 0; loop < nest.getNumLoops(); ++loop) {
    int64_t step = facts.steps[loop];
    if (!ShapedType::isDynamic(step)) {
      steps.push_back(b.getIndexAttr(step));
      continue;
    }
    unsigned dim = nest.loops[loop].members.back();
    Value sum;
    for (auto [expr, stride] : llvm::zip(map.getResults(), strides))
      if (int64_t factor = getDimFactor(expr, dim))
        sum = m.add(sum, m.mul(m.toValue(stride), factor));
    steps.push_back(sum);
  }
  return steps;
}

FailureOr<FlatOperand> FlatOperand::pass(LaunchBuilder &launch, BlockOp block,
                                         Value operand, AffineMap map,
                                         const RowNest &nest,
                                         const NestOperand &facts,
                                         Access access) {
  FlatOperand flat;
  flat.facts = &facts;
  OpBuilder &b = launch.body();
  Location loc = operand.getLoc();
  auto type = dyn_cast<MemRefType>(operand.getType());
  if (!type) {
    FailureOr<Value> scalar = passScalar(operand, block, launch);
    if (failed(scalar))
      return failure();
    flat.buffer = *scalar;
    flat.offset = b.getIndexAttr(0);
    flat.steps.assign(nest.getNumLoops(), b.getIndexAttr(0));
    return flat;
  }
  FailureOr<Value> view = launch.addBuffer(operand, access);
  if (failed(view))
    return failure();
  Value base = *view;
  SmallVector<OpFoldResult> strides;
  flat.offset = b.getIndexAttr(0);
  if (auto cast = base.getDefiningOp<memref::ReinterpretCastOp>()) {
    base = cast.getSource();
    strides = cast.getMixedStrides();
    flat.offset = cast.getMixedOffsets().front();
  }
  // The view's shape says nothing that the nest does not know better: all
  // addresses are counted in elements from the base pointer.
  Value size = arith::ConstantIndexOp::create(
      b, loc, std::numeric_limits<int64_t>::max());
  flat.buffer = memref::ReinterpretCastOp::create(
      b, loc, MemRefType::get({ShapedType::kDynamic}, type.getElementType()),
      base, OpFoldResult(b.getIndexAttr(0)), ArrayRef<OpFoldResult>{size},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  flat.steps = createSteps(b, loc, map, nest, facts, strides);
  flat.vector = nest.getVector(facts);
  return flat;
}
