//===- SplitBlocks.cpp - upweave-split-blocks -----------------------------===//
// Turns a convolution scheduled as two kernels into two blocks, so that the
// buffer between them is planned like any other.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"
#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_SPLITBLOCKS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace upweave;

/// Attributes of both parts: all discardable ones of the block.
static SmallVector<NamedAttribute> getCommonAttributes(BlockOp block) {
  return llvm::to_vector(block->getDiscardableAttrs());
}

/// The convolution of `block` alone, over its result's own dimensions.
static BlockOp createConvolution(OpBuilder &b, BlockOp block) {
  Location loc = block.getLoc();
  ConvTransposeGeometry geometry = block.getGeometryAttr().getGeometry();
  SmallVector<int64_t> shape = block.getProducerShape();
  SmallVector<Value> sizes;
  if (ShapedType::isDynamic(shape[geometry.resultDims.batch]))
    sizes.push_back(tensor::DimOp::create(b, loc, block.getInputs().front(),
                                          geometry.inputDims.batch));
  Value init = tensor::EmptyOp::create(b, loc, shape,
                                       block.getProducerArg().getType(), sizes);
  AffineMap identity = b.getMultiDimIdentityMap(shape.size());
  auto part = BlockOp::create(
      b, loc, block.getInputs(), /*params=*/ValueRange(), ValueRange(init),
      ArrayRef<int64_t>(shape),
      /*rows=*/ArrayRef<int64_t>(), ArrayRef<AffineMap>{identity, identity},
      block.getGeometryAttr(), getCommonAttributes(block));
  part.setPrecisionAttr(block.getPrecisionAttr());
  part.setScheduleAttr(
      cast<SplitScheduleAttr>(block.getScheduleAttr()).getConvolution());
  // A region that takes sums in the operands' own type keeps doing so.
  part.getProducerArg().setType(block.getProducerArg().getType());
  OpBuilder body = OpBuilder::atBlockEnd(part.getBodyBlock());
  YieldOp::create(body, loc, ValueRange(part.getProducerArg()));
  return part;
}

/// The region of `block` over the stored `result` of its convolution.
static BlockOp createStored(OpBuilder &b, BlockOp block, Value result) {
  SmallVector<AffineMap> maps =
      llvm::to_vector(block.getMaps().getAsValueRange<AffineMapAttr>());
  auto part =
      BlockOp::create(b, block.getLoc(), ValueRange(result), block.getParams(),
                      block.getOuts(), block.getDomain(), block.getRows(), maps,
                      ConvTransposeAttr(), getCommonAttributes(block));
  part.setScheduleAttr(
      cast<SplitScheduleAttr>(block.getScheduleAttr()).getRows());
  part.getBody().takeBody(block.getBody());
  return part;
}

namespace {
struct SplitBlocksPass : upweave::impl::SplitBlocksBase<SplitBlocksPass> {
  void runOnOperation() override {
    SmallVector<BlockOp> blocks;
    getOperation().walk([&](BlockOp block) { blocks.push_back(block); });
    for (BlockOp block : blocks) {
      if (!isa_and_nonnull<SplitScheduleAttr>(block.getScheduleAttr()))
        continue;
      if (!block.hasTensorSemantics()) {
        block.emitError("works on buffers; #upweave.split is carried out on "
                        "tensors, before bufferization");
        return signalPassFailure();
      }
      OpBuilder b(block);
      BlockOp convolution = createConvolution(b, block);
      BlockOp stored = createStored(b, block, convolution->getResult(0));
      block->replaceAllUsesWith(stored->getResults());
      block.erase();
      ++numSplit;
    }
  }
};
} // namespace
