//===- HostLoops.cpp - Loop nests, map application, scratch memory --------===//
// Small builders that the host lowering of blocks is made from.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostLoops.h"

#include "../Bufferize/BufferSizes.h"

#include "mlir/Dialect/Affine/Utils.h"

using namespace mlir;
using namespace upweave;

/// Scratch buffers up to this many bytes live on the stack: a few of them fit
/// in any thread's.
static constexpr int64_t kMaxStackBytes = 64 * 1024;

Value upweave::createIndex(OpBuilder &builder, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

SmallVector<Value> upweave::applyMap(OpBuilder &builder, Location loc,
                                     AffineMap map, ArrayRef<Value> dims) {
  SmallVector<Value> results;
  for (AffineExpr expr : map.getResults())
    results.push_back(affine::expandAffineExpr(builder, loc, expr, dims, {}));
  return results;
}

SmallVector<Value> upweave::createLoopNest(
    OpBuilder &builder, Location loc, ArrayRef<Value> sizes,
    ArrayRef<Value> init,
    function_ref<SmallVector<Value>(OpBuilder &, ArrayRef<Value>,
                                    ArrayRef<Value>)>
        body) {
  OpBuilder::InsertionGuard guard(builder);
  Value zero, one;
  if (!sizes.empty()) {
    zero = createIndex(builder, loc, 0);
    one = createIndex(builder, loc, 1);
  }
  SmallVector<Value> indices, carried(init);
  SmallVector<scf::ForOp> loops;
  for (Value size : sizes) {
    auto loop = scf::ForOp::create(builder, loc, zero, size, one, carried);
    indices.push_back(loop.getInductionVar());
    carried.assign(loop.getRegionIterArgs().begin(),
                   loop.getRegionIterArgs().end());
    loops.push_back(loop);
    // Without carried values the loop comes with its terminator.
    builder.setInsertionPointToStart(loop.getBody());
  }
  SmallVector<Value> results = body(builder, indices, carried);
  for (scf::ForOp loop : llvm::reverse(loops)) {
    if (!init.empty()) {
      builder.setInsertionPointToEnd(loop.getBody());
      scf::YieldOp::create(builder, loc, results);
    }
    results.assign(loop.getResults().begin(), loop.getResults().end());
  }
  return results;
}

Value upweave::castFloat(OpBuilder &builder, Location loc, Value value,
                         Type type) {
  unsigned from = getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
  unsigned to = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  if (value.getType() == type)
    return value;
  if (from < to)
    return arith::ExtFOp::create(builder, loc, type, value);
  return arith::TruncFOp::create(builder, loc, type, value);
}

Value upweave::createFloat(OpBuilder &builder, Location loc, Type type,
                           double value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getFloatAttr(type, value));
}

ScratchMemory::ScratchMemory(func::FuncOp func) : func(func) {}

FailureOr<Value> ScratchMemory::get(Location loc, MemRefType type) {
  int64_t bytes = getByteSize(type);
  OpBuilder builder = OpBuilder::atBlockBegin(&func.getBody().front());
  if (bytes <= kMaxStackBytes) {
    // 64 bytes: a cache line, so that whole vectors are aligned.
    return memref::AllocaOp::create(builder, loc, type,
                                    builder.getI64IntegerAttr(64))
        .getResult();
  }
  int64_t workspace = findRole(func, kWorkspaceRole);
  if (workspace < 0) {
    func.emitError("function '")
        << func.getSymName() << "' has no workspace for the " << bytes
        << " bytes of a row: run upweave-plan-buffers first";
    return failure();
  }
  if (!planned) {
    ArgumentSizes sizes(func);
    planned = sizes.materialize(builder, getWorkspaceSize(func).getResult(0));
  } else {
    builder.setInsertionPointAfterValue(planned);
  }
  Value offset = arith::AddIOp::create(builder, loc, planned,
                                       createIndex(builder, loc, used));
  used = llvm::alignTo(used + bytes, kBufferAlignment);
  largest = std::max(largest, used);
  return memref::ViewOp::create(builder, loc, type, func.getArgument(workspace),
                                offset, ValueRange())
      .getResult();
}

void ScratchMemory::finish() {
  if (largest == 0)
    return;
  AffineMap size = getWorkspaceSize(func);
  func->setAttr(kWorkspaceSizeAttr,
                AffineMapAttr::get(AffineMap::get(
                    size.getNumDims(), size.getNumSymbols(),
                    size.getResult(0) + largest, func.getContext())));
}
