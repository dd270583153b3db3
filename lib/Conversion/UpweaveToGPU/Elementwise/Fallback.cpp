//===- Fallback.cpp - A kernel for any linalg op --------------------------===//
// One thread an output element, sequential loops over what is reduced: slow,
// and right for every indexing map, layout and size.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Elementwise/Fallback.h"

#include "Emission/KernelMath.h"
#include "Launch/PassScalar.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace upweave {

namespace {

/// Threads of a block of a fallback kernel.
constexpr int64_t kFallbackThreads = 256;

/// Which loops of an op threads are made of, and which run inside a thread.
struct LoopPlan {
  /// Slowest first; the last runs fastest over threads.
  SmallVector<unsigned> parallel;
  SmallVector<unsigned> sequential;
};

/// A loop becomes threads if every output has an index that is just that loop:
/// then no two threads touch the same output element. The order is that of the
/// first output's indices, so that neighbours store to neighbours.
LoopPlan planLoops(linalg::GenericOp op) {
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  SmallVector<AffineMap> outMaps;
  for (OpOperand &out : op.getDpsInitsMutable())
    outMaps.push_back(op.getMatchingIndexingMap(&out));
  LoopPlan plan;
  for (AffineExpr result : outMaps.front().getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(result);
    if (!dim || iterators[dim.getPosition()] != utils::IteratorType::parallel ||
        llvm::is_contained(plan.parallel, dim.getPosition()))
      continue;
    if (llvm::all_of(outMaps, [&](AffineMap map) {
          return llvm::is_contained(map.getResults(), result);
        }))
      plan.parallel.push_back(dim.getPosition());
  }
  for (unsigned d = 0; d < iterators.size(); ++d)
    if (!llvm::is_contained(plan.parallel, d))
      plan.sequential.push_back(d);
  return plan;
}

/// Emits the kernel of one linalg.generic on buffers.
class FallbackKernel {
public:
  FallbackKernel(linalg::GenericOp op, LaunchContext &context, StringRef name)
      : op(op), loc(op.getLoc()), launch(context, op, name, kFallbackThreads),
        plan(planLoops(op)) {}

  LogicalResult emit();

private:
  LogicalResult checkPayload();
  LogicalResult passOperands();
  LogicalResult passCaptures();
  LogicalResult passExtents();
  FailureOr<std::pair<Value, Value>> passDynamicExtent(unsigned loop);
  Value countThreads(OpBuilder &b, ArrayRef<Value> extents);
  void delinearize(OpBuilder &b, Value thread);
  void emitElement(OpBuilder &b);
  SmallVector<Value> emitLoops(OpBuilder &b, unsigned level,
                               ValueRange accumulators);
  SmallVector<Value> emitPayload(OpBuilder &b, ValueRange accumulators);
  SmallVector<Value> indicesOf(OpBuilder &b, OpOperand &operand);
  Value loadOperand(OpBuilder &b, OpOperand &operand);
  bool isAccumulated(OpOperand &out);
  bool needsOldValue(OpOperand &out);

  linalg::GenericOp op;
  Location loc;
  LaunchBuilder launch;
  LoopPlan plan;
  /// Kernel values of the operands of the op that are read or written.
  DenseMap<Value, Value> operands;
  IRMapping captures;
  /// Per loop: its extent on the host and in the kernel, its variable.
  SmallVector<Value> hostExtents, extents, variables;
};

} // namespace

//===----------------------------------------------------------------------===//
// What the kernel takes
//===----------------------------------------------------------------------===//

/// Ops that are cloned into a kernel as they are.
static bool isPayloadOp(Operation *op) {
  return isa<arith::ArithDialect, math::MathDialect, scf::SCFDialect,
             ub::UBDialect>(op->getDialect()) ||
         isa<memref::LoadOp, memref::StoreOp, memref::DimOp, linalg::IndexOp,
             linalg::YieldOp, affine::AffineApplyOp, cf::AssertOp>(op);
}

LogicalResult FallbackKernel::checkPayload() {
  WalkResult result = op.getRegion().walk([&](Operation *inner) {
    if (!isPayloadOp(inner)) {
      inner->emitError("'") << inner->getName()
                            << "' cannot be inside a kernel: the payload of a "
                               "fallback takes scalar arith and math ops, "
                               "memref.load, linalg.index and scf ops";
      return WalkResult::interrupt();
    }
    for (Type type : inner->getResultTypes())
      if (!isKernelElementType(type)) {
        inner->emitError("'")
            << inner->getName() << "' computes in type " << type
            << ", which kernels do not support (they take f16, bf16, f32, "
               "f64, i1, i8, i16, i32, i64 and index)";
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult FallbackKernel::passOperands() {
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (!op.payloadUsesValueFromOperand(input))
      continue;
    FailureOr<Value> passed = isa<MemRefType>(input->get().getType())
                                  ? launch.addBuffer(input->get(), Access::Read)
                                  : passScalar(input->get(), op, launch);
    if (failed(passed))
      return failure();
    operands[input->get()] = *passed;
  }
  for (OpOperand &out : op.getDpsInitsMutable()) {
    Access access = needsOldValue(out) ? Access::ReadWrite : Access::Write;
    FailureOr<Value> passed = launch.addBuffer(out.get(), access);
    if (failed(passed))
      return failure();
    operands[out.get()] = *passed;
  }
  return success();
}

LogicalResult FallbackKernel::passCaptures() {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op.getRegion(), captured);
  for (Value value : captured) {
    FailureOr<Value> passed;
    if (isa<BaseMemRefType>(value.getType())) {
      bool isStored = llvm::any_of(value.getUsers(), [&](Operation *user) {
        return isa<memref::StoreOp>(user) && op->isProperAncestor(user);
      });
      passed =
          launch.addBuffer(value, isStored ? Access::ReadWrite : Access::Read);
    } else {
      passed = passScalar(value, op, launch);
    }
    if (failed(passed))
      return failure();
    captures.map(value, *passed);
  }
  return success();
}

FailureOr<std::pair<Value, Value>>
FallbackKernel::passDynamicExtent(unsigned loop) {
  Value operand;
  unsigned dim;
  if (failed(op.mapIterationSpaceDimToOperandDim(loop, operand, dim)))
    return op.emitError("'")
           << op->getName() << "': the extent of loop " << loop
           << " is dynamic and no operand has it as a size";
  FailureOr<Value> view = launch.addBuffer(operand, Access::Read);
  if (failed(view))
    return failure();
  Value host = memref::DimOp::create(launch.host(), loc, operand, dim);
  Value kernel = memref::DimOp::create(launch.body(), loc, *view, dim);
  return std::make_pair(host, kernel);
}

LogicalResult FallbackKernel::passExtents() {
  for (auto [loop, range] : llvm::enumerate(op.getStaticLoopRanges())) {
    if (!ShapedType::isDynamic(range)) {
      hostExtents.push_back(
          arith::ConstantIndexOp::create(launch.host(), loc, range));
      extents.push_back(
          arith::ConstantIndexOp::create(launch.body(), loc, range));
      continue;
    }
    FailureOr<std::pair<Value, Value>> extent = passDynamicExtent(loop);
    if (failed(extent))
      return failure();
    hostExtents.push_back(extent->first);
    extents.push_back(extent->second);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

/// True if the output's element is the same for all sequential iterations: it
/// is kept in a register.
bool FallbackKernel::isAccumulated(OpOperand &out) {
  AffineMap map = op.getMatchingIndexingMap(&out);
  return llvm::none_of(plan.sequential, [&](unsigned loop) {
    return map.isFunctionOfDim(loop);
  });
}

/// True if the kernel reads the output's element: the payload does, or no
/// iteration may overwrite it.
bool FallbackKernel::needsOldValue(OpOperand &out) {
  if (op.payloadUsesValueFromOperand(&out))
    return true;
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  return llvm::any_of(plan.sequential, [&](unsigned loop) {
    return ShapedType::isDynamic(ranges[loop]) || ranges[loop] == 0;
  });
}

Value FallbackKernel::countThreads(OpBuilder &b, ArrayRef<Value> extents) {
  IndexMath m(b, loc);
  Value count = m.constant(1);
  for (unsigned loop : plan.parallel)
    count = m.mul(count, extents[loop]);
  return count;
}

void FallbackKernel::delinearize(OpBuilder &b, Value thread) {
  IndexMath m(b, loc);
  for (unsigned loop : llvm::reverse(plan.parallel)) {
    if (loop == plan.parallel.front()) {
      variables[loop] = thread;
      break;
    }
    variables[loop] = m.rem(thread, extents[loop]);
    thread = m.div(thread, extents[loop]);
  }
}

SmallVector<Value> FallbackKernel::indicesOf(OpBuilder &b, OpOperand &operand) {
  SmallVector<Value> indices;
  for (AffineExpr result : op.getMatchingIndexingMap(&operand).getResults())
    indices.push_back(affine::expandAffineExpr(b, loc, result, variables, {}));
  return indices;
}

Value FallbackKernel::loadOperand(OpBuilder &b, OpOperand &operand) {
  Value passed = operands[operand.get()];
  if (!isa<MemRefType>(passed.getType()))
    return passed;
  return memref::LoadOp::create(b, loc, passed, indicesOf(b, operand));
}

SmallVector<Value> FallbackKernel::emitPayload(OpBuilder &b,
                                               ValueRange accumulators) {
  IRMapping mapping = captures;
  Block *payload = op.getBlock();
  for (OpOperand *input : op.getDpsInputOperands())
    if (op.payloadUsesValueFromOperand(input))
      mapping.map(op.getMatchingBlockArgument(input), loadOperand(b, *input));
  unsigned next = 0;
  for (OpOperand &out : op.getDpsInitsMutable()) {
    BlockArgument argument = op.getMatchingBlockArgument(&out);
    if (isAccumulated(out))
      mapping.map(argument, accumulators[next++]);
    else if (op.payloadUsesValueFromOperand(&out))
      mapping.map(argument, loadOperand(b, out));
  }
  for (Operation &inner : payload->without_terminator()) {
    // A kernel cannot report a failed assertion.
    if (isa<cf::AssertOp>(inner))
      continue;
    Operation *clone = b.clone(inner, mapping);
    clone->walk([&](Operation *nested) {
      if (auto index = dyn_cast<linalg::IndexOp>(nested)) {
        Value variable = variables[index.getDim()];
        index.replaceAllUsesWith(variable);
        if (nested == clone)
          mapping.map(inner.getResult(0), variable);
        index.erase();
      } else if (isa<cf::AssertOp>(nested)) {
        nested->erase();
      }
    });
  }
  SmallVector<Value> results;
  for (auto [value, out] : llvm::zip(payload->getTerminator()->getOperands(),
                                     op.getDpsInitsMutable())) {
    Value yielded = mapping.lookupOrDefault(value);
    if (isAccumulated(out))
      results.push_back(yielded);
    else
      memref::StoreOp::create(b, loc, yielded, operands[out.get()],
                              indicesOf(b, out));
  }
  return results;
}

SmallVector<Value> FallbackKernel::emitLoops(OpBuilder &b, unsigned level,
                                             ValueRange accumulators) {
  if (level == plan.sequential.size())
    return emitPayload(b, accumulators);
  unsigned loop = plan.sequential[level];
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  auto forOp = scf::ForOp::create(
      b, loc, zero, extents[loop], one, accumulators,
      [&](OpBuilder &inner, Location, Value variable, ValueRange carried) {
        variables[loop] = variable;
        SmallVector<Value> next = emitLoops(inner, level + 1, carried);
        scf::YieldOp::create(inner, loc, next);
      });
  return forOp.getResults();
}

void FallbackKernel::emitElement(OpBuilder &b) {
  SmallVector<Value> accumulators;
  for (OpOperand &out : op.getDpsInitsMutable()) {
    if (!isAccumulated(out))
      continue;
    if (needsOldValue(out)) {
      accumulators.push_back(loadOperand(b, out));
      continue;
    }
    Type type = getElementTypeOrSelf(out.get().getType());
    accumulators.push_back(
        arith::ConstantOp::create(b, loc, b.getZeroAttr(type)));
  }
  SmallVector<Value> results = emitLoops(b, 0, accumulators);
  unsigned next = 0;
  for (OpOperand &out : op.getDpsInitsMutable())
    if (isAccumulated(out))
      memref::StoreOp::create(b, loc, results[next++], operands[out.get()],
                              indicesOf(b, out));
}

LogicalResult FallbackKernel::emit() {
  if (failed(checkPayload()) || failed(passOperands()) ||
      failed(passCaptures()) || failed(passExtents()))
    return failure();
  variables.resize(extents.size());
  OpBuilder &b = launch.body();
  Value thread = launch.globalThreadId();
  Value count = countThreads(b, extents);
  Value isInside =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, thread, count);
  scf::IfOp::create(b, loc, isInside, [&](OpBuilder &inner, Location) {
    delinearize(inner, thread);
    emitElement(inner);
    scf::YieldOp::create(inner, loc);
  });

  OpBuilder &host = launch.host();
  launch.finish(IndexMath(host, loc).ceilDiv(countThreads(host, hostExtents),
                                             kFallbackThreads));
  return success();
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

static LogicalResult lowerGeneric(linalg::GenericOp op, LaunchContext &context,
                                  StringRef name) {
  if (op.getDpsInits().empty())
    return op.emitError("'") << op->getName() << "' has no output";
  FallbackKernel kernel(op, context, name);
  if (failed(kernel.emit()))
    return failure();
  op.erase();
  return success();
}

LogicalResult lowerLinalgOp(linalg::LinalgOp op, LaunchContext &context) {
  std::string name = op->getName().stripDialect().str();
  if (auto generic = dyn_cast<linalg::GenericOp>(op.getOperation()))
    return lowerGeneric(generic, context, name);
  IRRewriter rewriter(op->getContext());
  rewriter.setInsertionPoint(op);
  FailureOr<linalg::GenericOp> generic =
      linalg::generalizeNamedOp(rewriter, op);
  if (failed(generic))
    return op->emitError("'") << op->getName()
                              << "' has no form as linalg.generic: write it "
                                 "as one, or as ops that have";
  return lowerGeneric(*generic, context, name);
}

LogicalResult lowerCopy(memref::CopyOp op, LaunchContext &context) {
  OpBuilder b(op);
  if (!isa<MemRefType>(op.getSource().getType()) ||
      !isa<MemRefType>(op.getTarget().getType()))
    return op.emitError("'")
           << op->getName() << "' of buffers without a rank: give them one";
  linalg::GenericOp generic =
      linalg::makeMemRefCopyOp(b, op.getLoc(), op.getSource(), op.getTarget());
  op.erase();
  return lowerGeneric(generic, context, "copy");
}

} // namespace upweave
