//===- ConvertGPUToNVVM.cpp - Kernels to the LLVM and NVVM dialects -------===//
// One conversion of everything a kernel may hold; no call to libdevice is made.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Conversion/MathExpansion.h"
#include "Upweave/Conversion/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithCommon/AttrToLLVMConverter.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/LoweringOptions.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/LLVMCommon/VectorPattern.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/NVGPUToNVVM/NVGPUToNVVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorTransforms.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

namespace upweave {

#define GEN_PASS_DEF_CONVERTGPUTONVVM
#include "Upweave/Conversion/Passes.h.inc"

namespace {

/// The global that gpu.dynamic_shared_memory becomes starts with this.
constexpr StringLiteral kDynamicSharedPrefix = "__dynamic_shmem";

/// A one-operand f32 math op with an instruction of its own; f64 goes the
/// usual way.
template <typename MathOp>
struct F32Intrinsic : public ConvertOpToLLVMPattern<MathOp> {
  F32Intrinsic(const LLVMTypeConverter &converter, StringRef intrinsic,
               PatternBenefit benefit)
      : ConvertOpToLLVMPattern<MathOp>(converter, benefit),
        intrinsic(intrinsic) {}

  LogicalResult
  matchAndRewrite(MathOp op, typename MathOp::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = adaptor.getOperand().getType();
    if (!type.isF32())
      return rewriter.notifyMatchFailure(op, "not a scalar f32");
    rewriter.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(
        op, type, rewriter.getStringAttr(intrinsic), adaptor.getOperand());
    return success();
  }

  StringRef intrinsic;
};

/// An arith op and the LLVM op it is, fast-math flags kept.
template <typename ArithOp, typename LLVMOp>
using ArithToInstruction =
    VectorConvertToLLVMPattern<ArithOp, LLVMOp,
                               arith::AttrConvertFastMathToLLVM>;

/// Ops that have simpler forms before they have LLVM forms.
void populateSimplifications(RewritePatternSet &patterns) {
  populateGpuRewritePatterns(patterns);
  populateAffineToStdConversionPatterns(patterns);
  memref::populateExpandStridedMetadataPatterns(patterns);
  vector::populateVectorTransferLoweringPatterns(patterns,
                                                 /*maxTransferRank=*/1);
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
}

void populateConversions(const LLVMTypeConverter &converter,
                         RewritePatternSet &patterns) {
  // Above the patterns of GPUToNVVM, which would call libdevice.
  const PatternBenefit mathBenefit = 3, instructionBenefit = 4;
  patterns.add<F32Intrinsic<math::SqrtOp>>(converter, "llvm.nvvm.sqrt.rn.f",
                                           instructionBenefit);
  patterns.add<F32Intrinsic<math::RsqrtOp>>(
      converter, "llvm.nvvm.rsqrt.approx.f", instructionBenefit);
  patterns.add<ArithToInstruction<arith::MaximumFOp, LLVM::MaximumOp>,
               ArithToInstruction<arith::MinimumFOp, LLVM::MinimumOp>,
               ArithToInstruction<arith::MaxNumFOp, LLVM::MaxNumOp>,
               ArithToInstruction<arith::MinNumFOp, LLVM::MinNumOp>>(
      converter, instructionBenefit);
  populateMathToLLVMConversionPatterns(converter, patterns,
                                       /*approximateLog1p=*/false, mathBenefit);
  populateGpuToNVVMConversionPatterns(converter, patterns, /*benefit=*/2);

  populateSCFToControlFlowConversionPatterns(patterns);
  arith::populateArithToLLVMConversionPatterns(converter, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
  index::populateIndexToLLVMConversionPatterns(converter, patterns);
  ub::populateUBToLLVMConversionPatterns(converter, patterns);
  populateFuncToLLVMConversionPatterns(converter, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
  populateVectorToLLVMConversionPatterns(converter, patterns,
                                         /*reassociateFPReductions=*/true);
  vector::populateVectorBroadcastLoweringPatterns(patterns);
  vector::populateVectorShapeCastLoweringPatterns(patterns);
  populateNVGPUToNVVMConversionPatterns(converter, patterns);
}

struct ConvertGPUToNVVM : public impl::ConvertGPUToNVVMBase<ConvertGPUToNVVM> {
  using ConvertGPUToNVVMBase::ConvertGPUToNVVMBase;

  void runOnOperation() override {
    if (indexBitwidth != 32 && indexBitwidth != 64) {
      getOperation().emitError("index-bitwidth is ")
          << unsigned(indexBitwidth) << ", it must be 32 or 64";
      return signalPassFailure();
    }
    if (failed(checkMath()))
      return signalPassFailure();
    RewritePatternSet simplifications(&getContext());
    populateSimplifications(simplifications);
    if (failed(applyPatternsGreedily(getOperation(),
                                     std::move(simplifications))) ||
        failed(convert()) || failed(checkAllConverted()))
      return signalPassFailure();
    fixDynamicSharedMemory();
  }

private:
  /// LLVM ends the process on a function that NVPTX has no instruction for.
  LogicalResult checkMath() {
    WalkResult result = getOperation().walk([&](Operation *op) {
      if (hasInstruction(op))
        return WalkResult::advance();
      op->emitError("'") << op->getName()
                         << "' has no instruction: run upweave-expand-math "
                            "before upweave-convert-gpu-to-nvvm";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

  LogicalResult convert() {
    MLIRContext *context = &getContext();
    LowerToLLVMOptions options(context);
    options.overrideIndexBitwidth(indexBitwidth);
    options.useBarePtrCallConv = true;
    LLVMTypeConverter converter(context, options);
    configureGpuToNVVMTypeConverter(converter);
    nvgpu::populateCommonGPUTypeAndAttributeConversions(converter);
    converter.addConversion([](nvgpu::DeviceAsyncTokenType type) -> Type {
      return IntegerType::get(type.getContext(), 32);
    });

    RewritePatternSet patterns(context);
    populateConversions(converter, patterns);
    LLVMConversionTarget target(*context);
    configureGpuToNVVMConversionLegality(target);
    // Upstream forbids these in favour of libdevice; they have instructions.
    target.addLegalOp<LLVM::CopySignOp, LLVM::FAbsOp, LLVM::FCeilOp,
                      LLVM::FFloorOp, LLVM::FTruncOp, LLVM::RoundEvenOp,
                      LLVM::SqrtOp>();
    target.addIllegalDialect<arith::ArithDialect, cf::ControlFlowDialect,
                             math::MathDialect, memref::MemRefDialect,
                             nvgpu::NVGPUDialect, scf::SCFDialect,
                             ub::UBDialect, vector::VectorDialect>();
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      return failure();

    SmallVector<UnrealizedConversionCastOp> casts;
    getOperation().walk(
        [&](UnrealizedConversionCastOp cast) { casts.push_back(cast); });
    reconcileUnrealizedCasts(casts);
    return success();
  }

  /// What no pattern knows stays in a partial conversion: say its name here
  /// rather than have the translation to LLVM IR stumble over it.
  LogicalResult checkAllConverted() {
    WalkResult result = getOperation().walk([&](Operation *op) {
      if (op == getOperation() ||
          isa<LLVM::LLVMDialect, NVVM::NVVMDialect>(op->getDialect()))
        return WalkResult::advance();
      op->emitError("'") << op->getName()
                         << "' in a kernel has no translation to NVVM";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

  /// Upstream makes dynamic shared memory an internal array of no elements,
  /// which PTX turns into a byte of static memory that overlaps what else is
  /// there. As an external one it is what the launch asked for.
  void fixDynamicSharedMemory() {
    for (auto global : getOperation().getOps<LLVM::GlobalOp>())
      if (global.getSymName().starts_with(kDynamicSharedPrefix))
        global.setLinkage(LLVM::Linkage::External);
  }
};

} // namespace
} // namespace upweave
