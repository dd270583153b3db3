//===- SerializePass.cpp - gpu.module to gpu.binary -----------------------===//
// The pass upweave-serialize and the pipeline upweave-gpu-to-binary.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Conversion/Passes.h"
#include "Upweave/Target/Passes.h"
#include "Upweave/Target/Serialize.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace upweave {

#define GEN_PASS_DEF_SERIALIZE
#include "Upweave/Target/Passes.h.inc"

namespace {

/// The kernels' resources as metadata of an object.
gpu::KernelTableAttr getKernelTable(gpu::GPUModuleOp module,
                                    const SerializedModule &serialized) {
  Builder b(module.getContext());
  SmallVector<gpu::KernelMetadataAttr> kernels;
  for (const KernelResources &kernel : serialized.kernels) {
    auto func = module.lookupSymbol<LLVM::LLVMFuncOp>(kernel.name);
    if (!func)
      continue;
    auto number = [&](StringRef name, int64_t value) {
      return b.getNamedAttr(name, b.getI64IntegerAttr(value));
    };
    DictionaryAttr metadata = b.getDictionaryAttr(
        {number("registers", kernel.registers),
         number("shared_bytes", kernel.sharedBytes),
         number("stack_bytes", kernel.stackBytes),
         number("spill_store_bytes", kernel.spillStoreBytes),
         number("spill_load_bytes", kernel.spillLoadBytes)});
    kernels.push_back(gpu::KernelMetadataAttr::get(func, metadata));
  }
  return kernels.empty()
             ? nullptr
             : gpu::KernelTableAttr::get(module.getContext(), kernels);
}

struct Serialize : public impl::SerializeBase<Serialize> {
  using SerializeBase::SerializeBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    registerSerialization(registry);
    registry.insert<gpu::GPUDialect, LLVM::LLVMDialect, NVVM::NVVMDialect>();
  }

  void runOnOperation() override {
    ModuleOp root = getOperation();
    SmallVector<gpu::GPUModuleOp> modules(root.getOps<gpu::GPUModuleOp>());
    if (modules.empty())
      return;
    SmallVector<TargetDescription> targets;
    FailureOr<std::string> ptxas = findPtxas(toolkit, root.getLoc());
    if (failed(collectTargets(targets)) || failed(ptxas))
      return signalPassFailure();
    for (gpu::GPUModuleOp module : modules)
      if (failed(replaceByBinary(module, targets, *ptxas)))
        return signalPassFailure();
  }

private:
  /// The chips of the option, else the one the module is described for, else
  /// the default.
  LogicalResult collectTargets(SmallVectorImpl<TargetDescription> &targets) {
    ModuleOp root = getOperation();
    auto emitError = [&] { return mlir::emitError(root.getLoc()); };
    SmallVector<std::string> names(chips.begin(), chips.end());
    if (names.empty() &&
        root->hasAttr(DLTIDialect::kTargetSystemDescAttrName)) {
      FailureOr<TargetDescription> target = getAttachedTarget(root);
      if (failed(target))
        return failure();
      targets.push_back(*target);
      return success();
    }
    if (names.empty())
      names.push_back(kDefaultChip.str());
    for (const std::string &name : names) {
      FailureOr<TargetDescription> target = lookupTarget(name, emitError);
      if (failed(target))
        return failure();
      targets.push_back(*target);
    }
    return success();
  }

  static LogicalResult replaceByBinary(gpu::GPUModuleOp module,
                                       ArrayRef<TargetDescription> targets,
                                       StringRef ptxas) {
    MLIRContext *context = module.getContext();
    OpBuilder b(module);
    SmallVector<Attribute> objects;
    for (const TargetDescription &target : targets) {
      FailureOr<SerializedModule> serialized =
          serializeGPUModule(module, target, ptxas);
      if (failed(serialized))
        return failure();
      auto attribute = NVVM::NVVMTargetAttr::get(
          context, /*optLevel=*/3, "nvptx64-nvidia-cuda", target.chip,
          target.getFeatures());
      auto addObject = [&](gpu::CompilationTarget format, StringRef bytes,
                           gpu::KernelTableAttr kernels) {
        objects.push_back(gpu::ObjectAttr::get(attribute, format,
                                               b.getStringAttr(bytes),
                                               DictionaryAttr(), kernels));
      };
      if (!serialized->cubin.empty())
        addObject(gpu::CompilationTarget::Binary, serialized->cubin,
                  getKernelTable(module, *serialized));
      addObject(gpu::CompilationTarget::Assembly, serialized->ptx, nullptr);
    }
    gpu::BinaryOp::create(b, module.getLoc(), module.getName(),
                          /*offloadingHandler=*/Attribute(),
                          b.getArrayAttr(objects));
    module.erase();
    return success();
  }
};

} // namespace

void buildKernelsToNVVM(OpPassManager &pm, unsigned indexBitwidth) {
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createExpandMath());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createConvertGPUToNVVM({indexBitwidth}));
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
}

void buildGPUToBinary(OpPassManager &pm, const GPUToBinaryOptions &options) {
  buildKernelsToNVVM(pm, options.indexBitwidth);
  SerializeOptions serialize;
  serialize.chips.assign(options.chips.begin(), options.chips.end());
  serialize.toolkit = options.toolkit;
  pm.addPass(createSerialize(serialize));
}

void registerGPUToBinary() {
  PassPipelineRegistration<GPUToBinaryOptions>(
      "upweave-gpu-to-binary",
      "Compile every gpu.module to PTX and, with a CUDA toolkit, to machine "
      "code for the chips asked for",
      buildGPUToBinary);
}

} // namespace upweave
