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

/// The place of a kernel's line .maxntid in the PTX; npos if it has none.
size_t findThreads(StringRef ptx, StringRef kernel) {
  size_t entry = ptx.find((".entry " + kernel + "(").str());
  return entry == StringRef::npos ? entry : ptx.find("\n.maxntid ", entry) + 1;
}

/// Threads of a thread block of the kernel.
int64_t getThreads(StringRef ptx, StringRef kernel) {
  size_t at = findThreads(ptx, kernel);
  StringRef line = ptx.substr(at).split('\n').first;
  if (at == 0 || !line.consume_front(".maxntid "))
    return 0;
  int64_t threads = 1;
  for (StringRef part : llvm::split(line, ',')) {
    int64_t size;
    if (part.trim().getAsInteger(10, size))
      return 0;
    threads *= size;
  }
  return threads;
}

/// Asks for `blocks` thread blocks a multiprocessor, no more, in the PTX of one
/// kernel: ptxas then has the registers that fewer blocks leave.
void setMinBlocksPerSM(std::string &ptx, StringRef kernel, int64_t blocks) {
  constexpr StringLiteral kBlocks = ".minnctapersm ";
  size_t next = ptx.find('\n', findThreads(ptx, kernel)) + 1;
  size_t end = next;
  if (StringRef(ptx).substr(next).starts_with(kBlocks))
    end = ptx.find('\n', next) + 1;
  ptx.replace(next, end - next, (kBlocks + Twine(blocks) + "\n").str());
}

/// Assembles the kernels until none spills that could do without: ptxas aims at
/// more blocks a multiprocessor than leave a thread its registers.
LogicalResult assemble(StringRef ptxas, const TargetDescription &target,
                       SerializedModule &module, EmitError emitError) {
  constexpr int kMostRounds = 8;
  llvm::StringMap<int64_t> blocks;
  for (int round = 0;; ++round) {
    if (failed(runPtxas(ptxas, target.chip, kOptLevel, module, emitError)))
      return failure();
    bool changed = false;
    for (const KernelResources &kernel : module.kernels) {
      int64_t threads = getThreads(module.ptx, kernel.name);
      if (kernel.spillStoreBytes + kernel.spillLoadBytes == 0 || threads == 0 ||
          round == kMostRounds)
        continue;
      auto [known, isNew] =
          blocks.try_emplace(kernel.name, target.registersPerMultiprocessor /
                                              (kernel.registers * threads));
      if (known->second <= 1)
        continue;
      setMinBlocksPerSM(module.ptx, kernel.name, --known->second);
      changed = true;
    }
    if (!changed)
      return success();
  }
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
  if (!ptxas.empty() && failed(assemble(ptxas, target, result, emitError)))
    return failure();
  return result;
}

} // namespace upweave
