//===- InputStage.cpp - A fused kernel stages its input -------------------===//
// What all stages of the input share: the columns that are zeros for all units.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/InputStage.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace upweave;

void InputStage::clearHalos(OpBuilder &b) const {
  Location loc = context.loc;
  const FusedPlan &plan = context.plan;
  int64_t halo = plan.stagedPositions - (plan.copyEnd - plan.copyBegin);
  int64_t lines = plan.unitChunks * plan.stagedLines;
  int64_t pieces = 2 * halo * lines * plan.stages;
  Int32Math m(b, loc);
  auto words = VectorType::get({kPieceWords}, b.getI32Type());
  Value zeros = arith::ConstantOp::create(b, loc, b.getZeroAttr(words));
  for (int64_t start = 0; start < pieces; start += plan.getThreads()) {
    OpBuilder inner = b;
    Value piece = m.add(context.thread, start);
    if (start + plan.getThreads() > pieces)
      inner = scf::IfOp::create(b, loc, m.below(piece, pieces),
                                /*withElseRegion=*/false)
                  .getThenBodyBuilder();
    Int32Math im(inner, loc);
    SmallVector<Value> d = im.digits(piece, {2, halo, lines, plan.stages});
    // Left of the copied columns, then right of them.
    Value column = im.select(im.below(d[1], plan.copyBegin), d[1],
                             im.add(d[1], plan.copyEnd - plan.copyBegin));
    Value word = im.add(im.mul(d[3], context.getStageWords()),
                        im.mul(d[2], plan.lineBytes / kWordBytes));
    word = im.add(word,
                  im.mul(plan.getSlots().getSlot(im, column), kPositionWords));
    word = im.add(word, im.mul(d[0], kPieceWords));
    vector::StoreOp::create(inner, loc, zeros, context.shared,
                            ValueRange(im.toIndex(word)), /*nontemporal=*/false,
                            llvm::MaybeAlign(kPieceBytes));
  }
}
