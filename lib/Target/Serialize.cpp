//===- Serialize.cpp - Kernels to PTX and machine code --------------------===//
// MLIR to LLVM IR to PTX in this process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/Serialize.h"

#include "Ptxas.h"

#include "mlir/Target/LLVM/ModuleToObject.h"
#include "mlir/Target/LLVM/NVVM/Target.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

#include <mutex>

using namespace mlir;

namespace upweave {

namespace {

constexpr StringLiteral kTriple = "nvptx64-nvidia-cuda";
constexpr int kOptLevel = 3;

/// Upstream's route to an object, ended at PTX.
class ModuleToPTX : public LLVM::ModuleToObject {
public:
  ModuleToPTX(Operation &module, StringRef chip, StringRef features,
              function_ref<void(llvm::Module &)> keepIR)
      : ModuleToObject(module, kTriple, chip, features, kOptLevel, {}, {},
                       keepIR) {}

  FailureOr<SmallVector<char, 0>>
  moduleToObject(llvm::Module &llvmModule) override {
    auto emitError = [&] { return mlir::emitError(getOperation().getLoc()); };
    FailureOr<llvm::TargetMachine *> machine = getOrCreateTargetMachine();
    if (failed(machine))
      return emitError() << "the NVPTX back-end has no machine for this target";
    FailureOr<SmallString<0>> isa =
        translateModuleToISA(llvmModule, **machine, emitError);
    if (failed(isa))
      return failure();
    return SmallVector<char, 0>(isa->begin(), isa->end());
  }
};

void initializeNVPTX() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
  });
}

/// PTX that refers to functions of other modules loads nowhere.
LogicalResult checkNoExternals(gpu::GPUModuleOp module, StringRef ptx) {
  // .extern .func (.param .b32 result) name
  llvm::Regex declaration(
      "\\.extern[ \t]+\\.func[ \t\n]+(\\([^)]*\\)[ \t\n]*)?([A-Za-z0-9_$]+)");
  SmallVector<StringRef> matches;
  if (!declaration.match(ptx, &matches))
    return success();
  return emitError(module.getLoc(), "kernels call '")
         << matches[2]
         << "', which is not in the module: nothing is linked to kernels, so "
            "every function must be expanded (upweave-expand-math)";
}

} // namespace

void registerSerialization(DialectRegistry &registry) {
  registerAllGPUToLLVMIRTranslations(registry);
  NVVM::registerNVVMTargetInterfaceExternalModels(registry);
}

FailureOr<SerializedModule> serializeGPUModule(gpu::GPUModuleOp module,
                                               const TargetDescription &target,
                                               StringRef ptxas) {
  // At the location: the op itself is too long to be printed with an error.
  auto emitError = [&] { return mlir::emitError(module.getLoc()); };
  // LLVM ends the process on a chip it does not know.
  if (failed(lookupTarget(target.chip, emitError)))
    return failure();
  initializeNVPTX();
  SerializedModule result;
  std::string features = target.getFeatures();
  auto keepIR = [&](llvm::Module &llvmModule) {
    llvm::raw_string_ostream os(result.llvmIR);
    llvmModule.print(os, nullptr);
  };
  ModuleToPTX toPTX(*module, target.chip, features, keepIR);
  std::optional<SmallVector<char, 0>> ptx = toPTX.run();
  if (!ptx)
    return failure();
  result.ptx = StringRef(ptx->data(), ptx->size()).rtrim('\0').str();
  if (failed(checkNoExternals(module, result.ptx)))
    return failure();
  if (!ptxas.empty() &&
      failed(runPtxas(ptxas, target.chip, kOptLevel, result, emitError)))
    return failure();
  return result;
}

} // namespace upweave
