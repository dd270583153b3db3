//===- PackOperands.cpp - upweave-pack-operands ---------------------------===//
// Allocates and fills, before each fused convolution, the packed operands that
// its kernel reads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Schedule/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_PACKOPERANDS
#include "Upweave/Schedule/Passes.h.inc"
} // namespace upweave

using namespace upweave;

/// Bytes of the word that packed buffers are made of.
static constexpr int64_t kWordBytes = 4;

/// A buffer of `bytes` for each of `count` (null: of one).
static Value createBuffer(OpBuilder &b, Location loc, int64_t bytes,
                          Value count) {
  int64_t words = bytes / kWordBytes;
  if (!count)
    return memref::AllocOp::create(b, loc,
                                   MemRefType::get({words}, b.getI32Type()));
  Value each = arith::ConstantIndexOp::create(b, loc, words);
  Value size = arith::MulIOp::create(b, loc, count, each);
  return memref::AllocOp::create(
      b, loc, MemRefType::get({ShapedType::kDynamic}, b.getI32Type()),
      ValueRange(size));
}

/// The size of a dynamic batch, which the sizes of `value` give: of a buffer's
/// own making, if it is one.
static Value createBatch(OpBuilder &b, Location loc, Value value, int64_t dim) {
  if (auto alloc = value.getDefiningOp<memref::AllocOp>())
    if (alloc.getType().isDynamicDim(dim))
      return alloc.getDynamicSizes()[alloc.getType().getDynamicDimIndex(dim)];
  return memref::DimOp::create(b, loc, value, dim);
}

static LogicalResult packOperands(BlockOp block) {
  FailureOr<FusedBlock> fused = getFusedBlock(block);
  if (failed(fused))
    return failure();
  OpBuilder b(block);
  Location loc = block.getLoc();
  const auto &[facts, plan] = *fused;
  int64_t image = FusedPlan::getPackedImageBytes(facts);
  Value input;
  if (ShapedType::isDynamic(facts.batch)) {
    Value batch =
        createBatch(b, loc, block.getInputs()[0],
                    block.getGeometryAttr().getGeometry().inputDims.batch);
    input = createBuffer(b, loc, image, batch);
  } else {
    input = createBuffer(b, loc, image * facts.batch, Value());
  }
  Value filter =
      createBuffer(b, loc, plan.getPackedFilterBytes(facts), Value());
  auto pack = PackOp::create(
      b, loc, block.getInputs()[0], block.getInputs()[1], input, filter,
      block.getGeometryAttr(),
      PrecisionAttr::get(b.getContext(),
                         block.getPrecision().value_or(Precision::IEEE)),
      block.getScheduleAttr());
  if (Attribute id = block->getAttr(kBlockIdAttrName))
    pack->setAttr(kBlockIdAttrName, id);
  block.getInputsMutable().append({input, filter});
  return success();
}

namespace {
struct PackOperandsPass : upweave::impl::PackOperandsBase<PackOperandsPass> {
  void runOnOperation() override {
    SmallVector<BlockOp> blocks;
    getOperation().walk([&](BlockOp block) {
      ScheduleAttr schedule = block.getScheduleAttr();
      if (block.isConv() && block.getInputs().size() == 2 && schedule &&
          schedule.getKind() == ScheduleKind::Fused)
        blocks.push_back(block);
    });
    for (BlockOp block : blocks) {
      if (block.hasTensorSemantics()) {
        block.emitError("works on tensors; bufferize before packing operands");
        return signalPassFailure();
      }
      if (failed(packOperands(block)))
        return signalPassFailure();
      ++numPacked;
    }
  }
};
} // namespace
