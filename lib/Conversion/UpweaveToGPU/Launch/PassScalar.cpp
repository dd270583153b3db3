//===- PassScalar.cpp - Scalars that a kernel takes from its host ---------===//
// The host of a launch list computes indices only: other scalars are
// constants, arguments, or are computed again in each kernel.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Launch/PassScalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace upweave {

/// True if the host knows the value before any launch runs.
static bool isKnownOnHost(Value value) {
  if (isa<BlockArgument>(value) || matchPattern(value, m_Constant()))
    return true;
  Operation *def = value.getDefiningOp();
  if (!isLaunchFormOp(def))
    return false;
  return isa<memref::DimOp, memref::ExtractStridedMetadataOp>(def) ||
         llvm::all_of(def->getOperands(), isKnownOnHost);
}

/// True if nothing between `load` and `op` may write to what is loaded, so
/// that the kernel at `op` can load it instead.
static bool isUnchangedUntil(memref::LoadOp load, Operation *op) {
  if (load->getBlock() != op->getBlock())
    return false;
  BufferRoot root = getBufferRoot(load.getMemRef());
  for (Operation *between = load->getNextNode(); between && between != op;
       between = between->getNextNode()) {
    if (isMemoryEffectFree(between) || isa<memref::LoadOp>(between))
      continue;
    for (Value operand : between->getOperands())
      if (isa<BaseMemRefType>(operand.getType()) &&
          mayOverlap(getBufferRoot(operand), root))
        return false;
  }
  return true;
}

static FailureOr<Value> repeatLoad(memref::LoadOp load, Operation *op,
                                   LaunchBuilder &launch) {
  if (!isUnchangedUntil(load, op)) {
    InFlightDiagnostic error =
        op->emitError("'") << op->getName()
                           << "' takes a scalar that is loaded from a buffer "
                              "which is written to in between: pass the "
                              "buffer as an operand instead";
    error.attachNote(load.getLoc()) << "loaded here";
    return error;
  }
  FailureOr<Value> buffer = launch.addBuffer(load.getMemRef(), Access::Read);
  if (failed(buffer))
    return failure();
  SmallVector<Value> indices;
  for (Value index : load.getIndices()) {
    FailureOr<Value> passed = passScalar(index, op, launch);
    if (failed(passed))
      return failure();
    indices.push_back(*passed);
  }
  return memref::LoadOp::create(launch.body(), load.getLoc(), *buffer, indices)
      .getResult();
}

FailureOr<Value> passScalar(Value value, Operation *op, LaunchBuilder &launch) {
  if (!isKernelElementType(value.getType()))
    return op->emitError("'")
           << op->getName() << "' takes a scalar of type " << value.getType()
           << ", which kernels do not support (they take f16, bf16, f32, f64, "
              "i1, i8, i16, i32, i64 and index)";
  if (isKnownOnHost(value))
    return launch.addScalar(value);
  Operation *def = value.getDefiningOp();
  if (auto load = dyn_cast<memref::LoadOp>(def))
    return repeatLoad(load, op, launch);
  bool isScalarOp = isa_and_nonnull<arith::ArithDialect, math::MathDialect>(
                        def->getDialect()) &&
                    def->getNumRegions() == 0 && isPure(def);
  if (!isScalarOp)
    return op->emitError("'")
           << op->getName() << "' takes a scalar computed by '"
           << def->getName()
           << "' on the host, which a kernel cannot compute again";
  IRMapping mapping;
  for (Value operand : def->getOperands()) {
    FailureOr<Value> passed = passScalar(operand, op, launch);
    if (failed(passed))
      return failure();
    mapping.map(operand, *passed);
  }
  unsigned number = cast<OpResult>(value).getResultNumber();
  return launch.body().clone(*def, mapping)->getResult(number);
}

} // namespace upweave
