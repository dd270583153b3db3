//===- HostLoops.cpp - Loop nests, map application, scratch memory --------===//
// Small builders that the host lowering of blocks is made from.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostLoops.h"

#include "HostTeam.h"

#include "../Bufferize/BufferSizes.h"

#include "mlir/Dialect/Affine/Utils.h"

using namespace mlir;
using namespace upweave;

/// Scratch buffers live on the stack until they take this many bytes of it in
/// all: little enough for any thread's.
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

/// Emits the start of the thread's part of the workspace.
Value ScratchMemory::createThreadBase(OpBuilder &builder, Location loc) {
  ArgumentSizes sizes(func);
  Value planned =
      sizes.materialize(builder, getWorkspaceSize(func).getResult(0));
  Value thread = loadThread(builder, loc, getOrAddTeam(func));
  threadBytes = arith::ConstantIndexOp::create(builder, loc, 0);
  Value before = arith::MulIOp::create(builder, loc, thread, threadBytes);
  return arith::AddIOp::create(builder, loc, planned, before);
}

FailureOr<Value> ScratchMemory::get(Location loc, MemRefType type) {
  int64_t bytes = getByteSize(type);
  OpBuilder builder = OpBuilder::atBlockBegin(&func.getBody().front());
  if (onStack + bytes <= kMaxStackBytes) {
    // A cache line, so that whole vectors are aligned.
    constexpr int64_t kAlignment = 64;
    onStack += llvm::alignTo(bytes, kAlignment);
    return memref::AllocaOp::create(builder, loc, type,
                                    builder.getI64IntegerAttr(kAlignment))
        .getResult();
  }
  int64_t workspace = findRole(func, kWorkspaceRole);
  if (workspace < 0) {
    func.emitError("function '")
        << func.getSymName() << "' has no workspace for the " << bytes
        << " bytes of a row: run upweave-plan-buffers first";
    return failure();
  }
  if (!threadBase)
    threadBase = createThreadBase(builder, loc);
  else
    builder.setInsertionPointAfterValue(threadBase);
  Value offset = arith::AddIOp::create(builder, loc, threadBase,
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
  Builder builder(func.getContext());
  threadBytes.setValueAttr(builder.getIndexAttr(largest));
  func->setAttr(kThreadScratchAttr, builder.getI64IntegerAttr(largest));
}
