//===- BlocksToLoops.cpp - Blocks to loops for the host -------------------===//
// Rewrites planned functions, blocks and copies, to loops and linalg.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostConv.h"
#include "HostRowProgram.h"

#include "Upweave/IR/Upweave.h"
#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_BLOCKSTOLOOPS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace upweave;

namespace {
/// Lowers one block on buffers. Around a row are parallel loops; the row of a
/// convolution, with the whole line that its elements lie on, is computed to a
/// scratch buffer (a *tile*) first.
class BlockLowering {
public:
  BlockLowering(BlockOp block, ScratchMemory &scratch)
      : block(block), loc(block.getLoc()), scratch(scratch) {}

  LogicalResult run();

private:
  Value getDomainSize(OpBuilder &builder, unsigned dim);
  LogicalResult prepareConv();
  void emitTile(OpBuilder &builder, ArrayRef<Value> dims);
  void emitRows(OpBuilder &builder, ArrayRef<Value> dims);
  Value loadProducer(OpBuilder &builder, ArrayRef<Value> dims);

  BlockOp block;
  Location loc;
  ScratchMemory &scratch;
  std::optional<HostConv> conv;
  /// The domain's dims that the tile has: row dims and the line's, in order,
  /// the line's last.
  SmallVector<int64_t> tileDims;
  Value tile;
};
} // namespace

/// The size of a domain's dimension; that of a dynamic one is read off an
/// operand whose map has it alone in a result.
Value BlockLowering::getDomainSize(OpBuilder &builder, unsigned dim) {
  int64_t size = block.getDomain()[dim];
  if (!ShapedType::isDynamic(size))
    return createIndex(builder, loc, size);
  AffineExpr expr = builder.getAffineDimExpr(dim);
  for (auto [i, out] : llvm::enumerate(block.getOuts()))
    for (auto [j, result] : llvm::enumerate(block.getOutMap(i).getResults()))
      if (result == expr)
        return memref::DimOp::create(builder, loc, out, j);
  // Of a convolution only the batch is dynamic.
  for (auto [j, result] : llvm::enumerate(block.getProducerMap().getResults()))
    if (result == expr) {
      int64_t at = j;
      if (block.isConv())
        at = block.getGeometryAttr().getGeometry().inputDims.batch;
      return memref::DimOp::create(builder, loc, block.getInputs()[0], at);
    }
  return {};
}

LogicalResult BlockLowering::prepareConv() {
  conv.emplace(block);
  llvm::append_range(tileDims, block.getRows());
  if (conv->getLineDim() >= 0) {
    llvm::erase(tileDims, conv->getLineDim());
    tileDims.push_back(conv->getLineDim());
  }
  SmallVector<int64_t> shape;
  for (int64_t dim : tileDims)
    shape.push_back(block.getDomain()[dim]);
  if (conv->getLineDim() < 0)
    shape.push_back(1);
  FailureOr<Value> memory = scratch.get(
      loc, MemRefType::get(shape, block.getProducerArg().getType()));
  if (failed(memory))
    return failure();
  tile = *memory;
  return conv->allocate(scratch);
}

Value BlockLowering::loadProducer(OpBuilder &builder, ArrayRef<Value> dims) {
  if (!conv)
    return memref::LoadOp::create(
        builder, loc, block.getInputs()[0],
        applyMap(builder, loc, block.getProducerMap(), dims));
  SmallVector<Value> at;
  for (int64_t dim : tileDims)
    at.push_back(dims[dim]);
  if (conv->getLineDim() < 0)
    at.push_back(createIndex(builder, loc, 0));
  return memref::LoadOp::create(builder, loc, tile, at);
}

/// Emits the computation of the convolution's tile at `dims`.
void BlockLowering::emitTile(OpBuilder &builder, ArrayRef<Value> dims) {
  SmallVector<int64_t> outer(tileDims);
  llvm::erase(outer, conv->getLineDim());
  SmallVector<Value> sizes;
  for (int64_t dim : outer)
    sizes.push_back(createIndex(builder, loc, block.getDomain()[dim]));
  createLoopNest(builder, loc, sizes, {},
                 [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                   SmallVector<Value> all(dims);
                   for (auto [dim, index] : llvm::zip_equal(outer, at))
                     all[dim] = index;
                   conv->emitLine(b, all, tile, at);
                   return SmallVector<Value>();
                 });
}

/// Emits the row programs of all rows at `dims`, one or, where the line is no
/// row dimension, one per element of the line.
void BlockLowering::emitRows(OpBuilder &builder, ArrayRef<Value> dims) {
  SmallVector<Value> sizes;
  int64_t line = conv ? conv->getLineDim() : -1;
  bool hasLineLoop = line >= 0 && !block.isRowDim(line);
  if (hasLineLoop)
    sizes.push_back(createIndex(builder, loc, block.getDomain()[line]));
  createLoopNest(builder, loc, sizes, {},
                 [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                   SmallVector<Value> all(dims);
                   if (hasLineLoop)
                     all[line] = at[0];
                   HostRowProgram(block, all,
                                  [&](OpBuilder &inner, ArrayRef<Value> index) {
                                    return loadProducer(inner, index);
                                  })
                       .emit(b);
                   return SmallVector<Value>();
                 });
}

LogicalResult BlockLowering::run() {
  if (block.hasTensorSemantics())
    return block.emitError("block on tensors: run upweave-bufferize first");
  scratch.startBlock();
  if (block.isConv() && failed(prepareConv()))
    return failure();
  OpBuilder builder(block);
  SmallVector<unsigned> loopDims;
  SmallVector<Value> lower, upper, step;
  for (int64_t dim : block.getParallelDims()) {
    if (conv && dim == conv->getLineDim())
      continue;
    Value size = getDomainSize(builder, dim);
    if (!size)
      return block.emitError("the size of dimension ")
             << dim << " of the domain is dynamic and no operand has it alone";
    loopDims.push_back(dim);
    lower.push_back(createIndex(builder, loc, 0));
    upper.push_back(size);
    step.push_back(createIndex(builder, loc, 1));
  }
  SmallVector<Value> dims(block.getNumDims());
  if (loopDims.empty()) { // One row: its values still stay inside of one op.
    lower.push_back(createIndex(builder, loc, 0));
    upper.push_back(createIndex(builder, loc, 1));
    step.push_back(upper.front());
  }
  auto loop = scf::ParallelOp::create(builder, loc, lower, upper, step);
  for (auto [dim, index] : llvm::zip(loopDims, loop.getInductionVars()))
    dims[dim] = index;
  builder.setInsertionPointToStart(loop.getBody());
  if (conv)
    emitTile(builder, dims);
  emitRows(builder, dims);
  block.erase();
  return success();
}

/// Copies become linalg: a strided one has no lowering without a runtime
/// library.
static void lowerCopies(func::FuncOp func) {
  SmallVector<memref::CopyOp> copies;
  func.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
  for (memref::CopyOp copy : copies) {
    OpBuilder builder(copy);
    linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(),
                             copy.getTarget());
    copy.erase();
  }
}

namespace {
struct BlocksToLoopsPass : upweave::impl::BlocksToLoopsBase<BlocksToLoopsPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      if (isEntryPoint(func))
        func->setAttr("llvm.emit_c_interface",
                      UnitAttr::get(func.getContext()));
      ScratchMemory scratch(func);
      SmallVector<BlockOp> blocks;
      func.walk([&](BlockOp block) { blocks.push_back(block); });
      for (BlockOp block : blocks) {
        if (failed(BlockLowering(block, scratch).run()))
          return signalPassFailure();
        ++numBlocks;
      }
      scratch.finish();
      lowerCopies(func);
    }
  }
};
} // namespace
