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
  void chooseStrip();
  RowStrip createStrip(OpBuilder &builder, Value number);
  LogicalResult emitRows(OpBuilder &builder, ArrayRef<Value> dims,
                         RowStrip strip);
  Value loadProducer(OpBuilder &builder, ArrayRef<Value> dims);

  BlockOp block;
  Location loc;
  ScratchMemory &scratch;
  std::optional<HostConv> conv;
  /// The domain's dims that the tile has: row dims and the line's, in order,
  /// the line's last.
  SmallVector<int64_t> tileDims;
  Value tile;
  /// The dimension of strips and the rows of one; see RowStrip.
  int64_t stripDim = -1;
  int64_t stripWidth = 1;
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

/// Rows lie in strips where elements side by side in memory are of different
/// rows: along the producer's last dimension, or the convolution's line.
void BlockLowering::chooseStrip() {
  if (block.getRows().empty())
    return;
  int64_t dim = -1;
  if (conv) {
    dim = conv->getLineDim();
  } else if (AffineMap map = block.getProducerMap(); map.getNumResults() > 0) {
    auto type = cast<MemRefType>(block.getInputs()[0].getType());
    auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
    if (last && type.isLastDimUnitStride())
      dim = last.getPosition();
  }
  if (dim < 0 || block.isRowDim(dim) ||
      ShapedType::isDynamic(block.getDomain()[dim]) ||
      block.getDomain()[dim] == 1)
    return;
  // A few vectors of every type; the whole dimension or a divisor of it leaves
  // no shorter strip at the end.
  constexpr int64_t kMost = 32, kLeast = 8, kElse = 16;
  int64_t size = block.getDomain()[dim];
  stripDim = dim;
  stripWidth = std::min(size, kMost);
  while (stripWidth >= kLeast && size % stripWidth != 0)
    --stripWidth;
  if (size % stripWidth != 0)
    stripWidth = kElse;
}

/// Strip `number` of the strip dimension.
RowStrip BlockLowering::createStrip(OpBuilder &b, Value number) {
  Value width = createIndex(b, loc, stripWidth), size = width;
  Value begin = arith::MulIOp::create(b, loc, number, width);
  int64_t total = block.getDomain()[stripDim];
  if (total % stripWidth != 0) {
    Value rest =
        arith::SubIOp::create(b, loc, createIndex(b, loc, total), begin);
    size = arith::MinSIOp::create(b, loc, rest, width);
  }
  return {stripDim, stripWidth, begin, size};
}

/// Emits the row programs of all rows at `dims`: of the strip or one row, or,
/// where the convolution's line is no row dimension, of all strips of the line.
LogicalResult BlockLowering::emitRows(OpBuilder &builder, ArrayRef<Value> dims,
                                      RowStrip strip) {
  auto emit = [&](OpBuilder &b, ArrayRef<Value> at, RowStrip rows) {
    auto load = [&](OpBuilder &inner, ArrayRef<Value> index) {
      return loadProducer(inner, index);
    };
    return HostRowProgram(block, at, load, rows, scratch).emit(b);
  };
  int64_t line = conv ? conv->getLineDim() : -1;
  if (line < 0 || block.isRowDim(line))
    return emit(builder, dims, strip);
  LogicalResult result = success();
  int64_t steps = llvm::divideCeil(block.getDomain()[line], stripWidth);
  createLoopNest(builder, loc, {createIndex(builder, loc, steps)}, {},
                 [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                   SmallVector<Value> all(dims);
                   if (stripDim >= 0) {
                     result = emit(b, all, createStrip(b, at[0]));
                   } else {
                     all[line] = at[0];
                     result = emit(b, all, RowStrip());
                   }
                   return SmallVector<Value>();
                 });
  return result;
}

LogicalResult BlockLowering::run() {
  if (block.hasTensorSemantics())
    return block.emitError("block on tensors: run upweave-bufferize first");
  scratch.startBlock();
  if (block.isConv() && failed(prepareConv()))
    return failure();
  chooseStrip();
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
    if (dim == stripDim)
      size = createIndex(builder, loc,
                         llvm::divideCeil(block.getDomain()[dim], stripWidth));
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
  builder.setInsertionPointToStart(loop.getBody());
  RowStrip strip;
  for (auto [dim, index] : llvm::zip(loopDims, loop.getInductionVars())) {
    if (dim == stripDim)
      strip = createStrip(builder, index);
    else
      dims[dim] = index;
  }
  if (conv)
    emitTile(builder, dims);
  if (failed(emitRows(builder, dims, strip)))
    return failure();
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
