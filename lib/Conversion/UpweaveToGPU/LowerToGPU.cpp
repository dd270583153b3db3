//===- LowerToGPU.cpp - A planned function becomes a list of launches -----===//
// The pass upweave-lower-to-gpu: dispatches each op to what makes its kernels
// and refuses by name what no launch list can hold.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "BlockToGPU.h"
#include "Elementwise/Fallback.h"
#include "Fused/PackToGPU.h"
#include "Launch/PassScalar.h"
#include "Upweave/Conversion/Passes.h"

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;

namespace upweave {

#define GEN_PASS_DEF_LOWERTOGPU
#include "Upweave/Conversion/Passes.h.inc"

/// Arithmetic that the writer of a launch list knows as expressions.
static bool isIndexArithmetic(Operation *op) {
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::DivSIOp,
           arith::DivUIOp, arith::CeilDivSIOp, arith::CeilDivUIOp,
           arith::FloorDivSIOp, arith::RemSIOp, arith::RemUIOp, arith::MinSIOp,
           arith::MinUIOp, arith::MaxSIOp, arith::MaxUIOp,
           affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(op))
    return false;
  return op->getResult(0).getType().isIndex();
}

bool isLaunchFormOp(Operation *op) {
  if (isa<func::ReturnOp>(op))
    return op->getNumOperands() == 0;
  if (isa<gpu::LaunchFuncOp, arith::ConstantOp, memref::DimOp,
          memref::ExtractStridedMetadataOp>(op))
    return true;
  if (isa<ViewLikeOpInterface>(op) &&
      isa<memref::MemRefDialect>(op->getDialect()))
    return true;
  return isIndexArithmetic(op);
}

/// Scalar ops that kernels repeat for themselves (see passScalar).
static bool isRepeatable(Operation *op) {
  if (isa<memref::LoadOp>(op))
    return true;
  return isa_and_nonnull<arith::ArithDialect, math::MathDialect>(
             op->getDialect()) &&
         op->getNumRegions() == 0 && isPure(op);
}

/// Why `op` cannot be in a launch list, and the way out.
static StringRef getRefusal(Operation *op) {
  auto isTensor = [](Type type) { return isa<TensorType>(type); };
  if (llvm::any_of(op->getOperandTypes(), isTensor) ||
      llvm::any_of(op->getResultTypes(), isTensor))
    return "works on tensors: run upweave-bufferize and upweave-plan-buffers "
           "first";
  if (isa<memref::AllocOp, memref::AllocaOp, memref::DeallocOp,
          memref::GetGlobalOp>(op))
    return "needs memory that is not planned: run upweave-plan-buffers first";
  if (isa<memref::StoreOp>(op))
    return "stores one element from the host, as tensor.insert and "
           "tensor.from_elements of a rank above 0 become: write them as "
           "linalg.generic";
  if (isa<func::ReturnOp>(op))
    return "returns values: run upweave-bufferize first, which makes results "
           "destination arguments";
  if (isa<CallOpInterface>(op))
    return "calls a function: inline it first";
  if (op->getNumRegions() || op->hasTrait<OpTrait::IsTerminator>())
    return "is control flow on the host, which a list of launches cannot "
           "hold: unroll it, or lower the host code with gpu-to-llvm instead";
  if (isRepeatable(op))
    return "computes a value on the host from memory or floats: only index "
           "arithmetic on sizes may stay there";
  return "cannot become a kernel: those made are of linalg ops, memref.copy "
         "and upweave.block";
}

/// Refuses `op` with an error and, for tools that collect them, a remark.
static LogicalResult refuse(Operation *op) {
  StringRef reason = getRefusal(op);
  remark::failed(op->getLoc(),
                 remark::RemarkOpts::name("refused").category("upweave-lower"))
      << (Twine("'") + op->getName().getStringRef() + "' " + reason).str();
  return op->emitError("'") << op->getName() << "' " << reason;
}

namespace {

struct LowerToGPU : public impl::LowerToGPUBase<LowerToGPU> {
  using LowerToGPUBase::LowerToGPUBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    gpu::GPUModuleOp kernels = getKernels(module);
    for (auto func : module.getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      LaunchContext context(func, kernels, contract);
      if (failed(lowerFunction(context)))
        return signalPassFailure();
    }
    if (kernels.getBody()->empty())
      return kernels.erase();
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                    UnitAttr::get(&getContext()));
  }

private:
  static gpu::GPUModuleOp getKernels(ModuleOp module) {
    if (auto known = module.lookupSymbol<gpu::GPUModuleOp>(kKernelModuleName))
      return known;
    OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
    return gpu::GPUModuleOp::create(b, module.getLoc(), kKernelModuleName);
  }

  LogicalResult lowerFunction(LaunchContext &context) {
    func::FuncOp func = context.getFunc();
    if (!func.getBody().hasOneBlock())
      return refuse(func.getBody().front().getTerminator());
    Block &body = func.getBody().front();
    for (Operation &op : llvm::make_early_inc_range(body))
      if (failed(lowerOp(&op, context)))
        return failure();
    return checkHost(body);
  }

  /// The dispatch: one case per kind of op.
  LogicalResult lowerOp(Operation *op, LaunchContext &context) {
    if (isLaunchFormOp(op) || isRepeatable(op))
      return success();
    if (auto block = dyn_cast<BlockOp>(op)) {
      ++numBlocks;
      return lowerBlock(context, block);
    }
    if (auto pack = dyn_cast<PackOp>(op))
      return lowerPack(context, pack);
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      if (!linalgOp.hasPureBufferSemantics())
        return refuse(op);
      ++numFallback;
      return lowerLinalgOp(linalgOp, context);
    }
    if (auto copy = dyn_cast<memref::CopyOp>(op)) {
      ++numFallback;
      return lowerCopy(copy, context);
    }
    return refuse(op);
  }

  /// Drops what only the replaced ops needed; the rest must be launch form.
  static LogicalResult checkHost(Block &body) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op))
        op.erase();
    for (Operation &op : body)
      if (!isLaunchFormOp(&op))
        return refuse(&op);
    return success();
  }
};

} // namespace
} // namespace upweave
