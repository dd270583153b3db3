//===- PlanBuffers.cpp - Allocations and globals become views -------------===//
// Places buffers in one workspace argument and constants in another.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BufferSizes.h"
#include "WorkspacePlan.h"

#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_PLANBUFFERS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace upweave;

namespace {
/// The constants buffer of a module, as it grows.
class ConstantPool {
public:
  /// The offset of `value`, which is added unless its bytes are there already.
  int64_t insert(ElementsAttr value) {
    auto [it, isNew] = offsets.try_emplace(getKey(value), size);
    if (isNew) {
      entries.push_back({size, value});
      size = llvm::alignTo(size + getByteSize(value.getShapedType()),
                           kBufferAlignment);
    }
    return it->second;
  }

  /// Records the constants on the module.
  void record(ModuleOp module) const {
    Builder builder(module.getContext());
    SmallVector<Attribute> dicts;
    for (const ConstantEntry &entry : entries)
      dicts.push_back(builder.getDictionaryAttr(
          {builder.getNamedAttr("offset",
                                builder.getI64IntegerAttr(entry.offset)),
           builder.getNamedAttr("value", entry.value)}));
    module->setAttr(kConstantsAttr, builder.getArrayAttr(dicts));
  }

  size_t getNumEntries() const { return entries.size(); }

private:
  /// What two constants must have in common to share memory: their bytes where
  /// those are at hand, else the attribute itself (a splat, say).
  using Key = std::pair<StringRef, Attribute>;
  static Key getKey(ElementsAttr value) {
    ArrayRef<char> data;
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
      if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
        data = blob->getData();
    } else if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
      if (!dense.isSplat() && !dense.getElementType().isInteger(1))
        data = dense.getRawData();
    }
    if (data.empty())
      return {StringRef(), value};
    return {StringRef(data.data(), data.size()), Attribute()};
  }

  llvm::DenseMap<Key, int64_t> offsets;
  SmallVector<ConstantEntry> entries;
  int64_t size = 0;
};

/// Plans one function.
class FunctionPlanner {
public:
  FunctionPlanner(func::FuncOp func, ConstantPool &pool)
      : func(func), body(func.getBody().front()), sizes(func), pool(pool) {}

  LogicalResult run();

  int64_t numBuffers = 0;
  int64_t numGlobals = 0;

private:
  LogicalResult check();
  LogicalResult planAllocations();
  LogicalResult planPrepared();
  LogicalResult planGlobals();
  std::pair<unsigned, unsigned> getLifetime(Value buffer);
  Value addArgument(StringRef role);

  func::FuncOp func;
  Block &body;
  ArgumentSizes sizes;
  ConstantPool &pool;
  llvm::DenseMap<Operation *, unsigned> order;
};
} // namespace

LogicalResult FunctionPlanner::check() {
  if (!func.getBody().hasOneBlock() || func.getNumResults() != 0)
    return func.emitError("function '") << func.getSymName()
                                        << "' has branches or results: run "
                                           "upweave-bufferize first; an entry "
                                           "point must be straight-line code";
  if (findRole(func, kWorkspaceRole) >= 0)
    return func.emitError("function '")
           << func.getSymName() << "' has a workspace argument already";
  WalkResult result = func.walk([&](memref::AllocOp alloc) {
    if (alloc->getBlock() == &body)
      return WalkResult::advance();
    alloc.emitError("cannot place a buffer that is allocated inside '")
        << alloc->getParentOp()->getName()
        << "': an entry point must be straight-line code";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// The first and the last operation of the body that touch `buffer` or a view
/// of it. Any operation that yields a memref from it is taken for a view.
std::pair<unsigned, unsigned> FunctionPlanner::getLifetime(Value buffer) {
  unsigned begin = std::numeric_limits<unsigned>::max(), end = 0;
  SmallVector<Value> worklist{buffer};
  llvm::SmallPtrSet<Operation *, 16> seen;
  while (!worklist.empty()) {
    for (Operation *user : worklist.pop_back_val().getUsers()) {
      if (isa<memref::DeallocOp>(user) || !seen.insert(user).second)
        continue;
      for (Value result : user->getResults())
        if (isa<BaseMemRefType>(result.getType()))
          worklist.push_back(result);
      unsigned position = order.lookup(body.findAncestorOpInBlock(*user));
      begin = std::min(begin, position);
      end = std::max(end, position);
    }
  }
  return {begin, std::max(begin, end)};
}

Value FunctionPlanner::addArgument(StringRef role) {
  Builder builder(func.getContext());
  unsigned index = func.getNumArguments();
  auto type =
      MemRefType::get({ShapedType::kDynamic}, builder.getIntegerType(8));
  if (failed(func.insertArgument(index, type, {}, func.getLoc())))
    return {};
  func.setArgAttr(index, kRoleAttr, builder.getStringAttr(role));
  return func.getArgument(index);
}

LogicalResult FunctionPlanner::planGlobals() {
  Value constants = addArgument(kConstantsRole);
  if (!constants)
    return failure();
  WalkResult result = func.walk([&](memref::GetGlobalOp get) {
    auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
        get, get.getNameAttr());
    auto value = global ? dyn_cast_or_null<ElementsAttr>(
                              global.getInitialValue().value_or(Attribute()))
                        : ElementsAttr();
    if (!value || !global.getConstant() ||
        getByteSize(value.getShapedType()) < 0) {
      get.emitError("global '") << get.getName()
                                << "' is no constant with a known value: only "
                                   "constants can be kept with the program";
      return WalkResult::interrupt();
    }
    OpBuilder builder(get);
    Value offset = arith::ConstantIndexOp::create(builder, get.getLoc(),
                                                  pool.insert(value));
    Value view = memref::ViewOp::create(builder, get.getLoc(), get.getType(),
                                        constants, offset, ValueRange());
    get.replaceAllUsesWith(view);
    get.erase();
    ++numGlobals;
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult FunctionPlanner::planAllocations() {
  Value workspace = addArgument(kWorkspaceRole);
  if (!workspace)
    return failure();
  SmallVector<memref::AllocOp> allocs;
  for (auto alloc : body.getOps<memref::AllocOp>())
    if (!alloc->hasAttr(kPreparedAttr))
      allocs.push_back(alloc);
  SmallVector<PlannedBuffer> buffers;
  // A size may be asked of another buffer, while that is still an allocation.
  llvm::DenseMap<Value, AffineExpr> extents;
  for (memref::AllocOp alloc : allocs) {
    FailureOr<BufferSize> size = sizes.getSize(alloc);
    if (failed(size))
      return failure();
    for (Value extent : alloc.getDynamicSizes())
      extents[extent] = sizes.getExpr(extent);
    auto [begin, end] = getLifetime(alloc);
    buffers.push_back({*size, begin, end, {}});
  }
  MLIRContext *context = func.getContext();
  AffineExpr total = planWorkspace(buffers, context);
  func->setAttr(kWorkspaceSizeAttr,
                AffineMapAttr::get(
                    AffineMap::get(0, getDynamicDims(func).size(), total)));

  // All offsets and sizes are computed at the function's start.
  OpBuilder start(&body.front());
  for (auto [alloc, buffer] : llvm::zip_equal(allocs, buffers)) {
    for (Operation *user : llvm::make_early_inc_range(alloc->getUsers()))
      if (isa<memref::DeallocOp>(user))
        user->erase();
    OpBuilder builder(alloc);
    Location loc = alloc.getLoc();
    Value offset = sizes.materialize(start, buffer.offset);
    SmallVector<Value> dynamicSizes;
    for (Value extent : alloc.getDynamicSizes())
      dynamicSizes.push_back(sizes.materialize(start, extents.lookup(extent)));
    Value view = memref::ViewOp::create(builder, loc, alloc.getType(),
                                        workspace, offset, dynamicSizes);
    alloc.replaceAllUsesWith(view);
    ++numBuffers;
  }
  // `start` may stand before one of these: they go last.
  for (memref::AllocOp alloc : allocs)
    alloc.erase();
  return success();
}

/// Buffers of the prepared buffer live as long as the program: each has its own
/// place, and a size known now.
LogicalResult FunctionPlanner::planPrepared() {
  SmallVector<memref::AllocOp> allocs;
  for (auto alloc : body.getOps<memref::AllocOp>())
    if (alloc->hasAttr(kPreparedAttr))
      allocs.push_back(alloc);
  if (allocs.empty())
    return success();
  Value prepared = addArgument(kPreparedRole);
  if (!prepared)
    return failure();
  int64_t bytes = 0;
  for (memref::AllocOp alloc : allocs) {
    MemRefType type = alloc.getType();
    if (!type.hasStaticShape() || getByteSize(type) < 0)
      return alloc.emitError("cannot place a buffer of type ")
             << type << " in the prepared buffer: its size must be static";
    OpBuilder builder(alloc);
    Value offset =
        arith::ConstantIndexOp::create(builder, alloc.getLoc(), bytes);
    Value view = memref::ViewOp::create(builder, alloc.getLoc(), type, prepared,
                                        offset, ValueRange());
    bytes = llvm::alignTo(bytes + getByteSize(type), kBufferAlignment);
    for (Operation *user : llvm::make_early_inc_range(alloc->getUsers()))
      if (isa<memref::DeallocOp>(user))
        user->erase();
    alloc.replaceAllUsesWith(view);
    alloc.erase();
    ++numBuffers;
  }
  func->setAttr(
      kPreparedSizeAttr,
      IntegerAttr::get(IntegerType::get(func.getContext(), 64), bytes));
  return success();
}

LogicalResult FunctionPlanner::run() {
  if (failed(check()))
    return failure();
  for (auto [index, op] : llvm::enumerate(body))
    order[&op] = index;
  return failure(failed(planGlobals()) || failed(planAllocations()) ||
                 failed(planPrepared()));
}

/// Drops the globals that nothing refers to any more.
static void dropDeadGlobals(ModuleOp module) {
  SymbolTable table(module);
  for (auto global :
       llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
    if (global.isPrivate() && SymbolTable::symbolKnownUseEmpty(global, module))
      table.erase(global);
}

namespace {
struct PlanBuffersPass : upweave::impl::PlanBuffersBase<PlanBuffersPass> {
  void runOnOperation() override {
    ConstantPool pool;
    int64_t numGlobals = 0;
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (!isEntryPoint(func))
        continue;
      FunctionPlanner planner(func, pool);
      if (failed(planner.run()))
        return signalPassFailure();
      numBuffers += planner.numBuffers;
      numGlobals += planner.numGlobals;
    }
    numConstants += pool.getNumEntries();
    numDuplicates += numGlobals - pool.getNumEntries();
    pool.record(getOperation());
    dropDeadGlobals(getOperation());
  }
};
} // namespace
