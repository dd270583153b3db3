//===- HostObject.cpp - Host code as a shared object ----------------------===//
// LLVM dialect to LLVM IR, optimised for one processor, to machine code.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/HostObject.h"

#include "HostLinker.h"
#include "NarrowConversions.h"

#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

#include <set>

using namespace mlir;
using namespace upweave;

/// The oldest x86-64 processors that host code runs on unless asked otherwise.
static constexpr llvm::StringLiteral kDefaultX86 = "x86-64-v3";

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// The target machine for `options`, or what is wrong with them.
static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createMachine(const HostObjectOptions &options) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple(llvm::Triple::normalize(
      options.triple.empty() ? llvm::sys::getDefaultTargetTriple()
                             : options.triple));
  if (!triple.isOSBinFormatELF())
    return makeError("host triple '" + triple.str() +
                     "' does not use ELF: only ELF systems can load the host "
                     "variant");
  std::string reason;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, reason);
  if (!target)
    return makeError("host triple '" + triple.str() + "': " + reason);
  std::string cpu = options.cpu;
  if (cpu.empty())
    cpu = triple.getArch() == llvm::Triple::x86_64 ? kDefaultX86.str()
                                                   : "generic";
  // An unknown processor is only a warning to the back end.
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      target->createMCSubtargetInfo(triple, "", ""));
  if (!info || !info->isCPUStringValid(cpu))
    return makeError("host processor '" + cpu +
                     "' is not one that LLVM knows "
                     "for " +
                     triple.getArchName() + ": 'llc -mcpu=help' lists them");
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, cpu, options.features, llvm::TargetOptions(), llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  if (!machine)
    return makeError("no code generator for host triple '" + triple.str() +
                     "'");
  return machine;
}

/// Fits a module to the machine. Nothing unwinds through host code.
static void retarget(llvm::Module &module, llvm::TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  module.setSourceFileName("upweave");
  for (llvm::Function &function : module) {
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    if (!machine.getTargetFeatureString().empty())
      function.addFnAttr("target-features", machine.getTargetFeatureString());
  }
}

static llvm::Expected<std::string> emitObject(llvm::Module &module,
                                              llvm::TargetMachine &machine) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream os(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr,
                                  llvm::CodeGenFileType::ObjectFile))
    return makeError("the code generator for '" +
                     machine.getTargetTriple().str() +
                     "' cannot write object files");
  passes.run(module);
  return std::string(bytes.begin(), bytes.end());
}

/// An object file with functions of these names.
static llvm::Expected<std::string>
compileStub(llvm::ArrayRef<std::string> functions,
            llvm::TargetMachine &machine) {
  llvm::LLVMContext context;
  llvm::Module module("upweave", context);
  auto *type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), false);
  for (const std::string &name : functions) {
    auto *function = llvm::Function::Create(
        type, llvm::GlobalValue::ExternalLinkage, name, module);
    llvm::IRBuilder<>(llvm::BasicBlock::Create(context, "", function))
        .CreateRetVoid();
  }
  retarget(module, machine);
  return emitObject(module, machine);
}

/// The instruction sets of the machine's processor and those asked for beside
/// it. The back end's own list holds tuning too, which no processor lacks.
static std::vector<std::string>
getInstructionSets(const llvm::TargetMachine &machine) {
  std::set<std::string> sets;
  if (machine.getTargetTriple().getArch() == llvm::Triple::x86_64) {
    llvm::SmallVector<llvm::StringRef> ofProcessor;
    llvm::X86::getFeaturesForCPU(machine.getTargetCPU(), ofProcessor);
    for (llvm::StringRef name : ofProcessor)
      sets.insert(name.str());
  }
  std::unique_ptr<llvm::MCSubtargetInfo> plain(
      machine.getTarget().createMCSubtargetInfo(machine.getTargetTriple(),
                                                machine.getTargetCPU(), ""));
  const llvm::MCSubtargetInfo &all = *machine.getMCSubtargetInfo();
  for (const llvm::SubtargetFeatureKV &feature :
       all.getAllProcessorFeatures()) {
    bool has = all.hasFeature(feature.Value);
    bool had = plain->hasFeature(feature.Value);
    if (has && !had)
      sets.insert(feature.Key);
    if (had && !has)
      sets.erase(feature.Key);
  }
  return {sets.begin(), sets.end()};
}

static llvm::Expected<HostObject> build(ModuleOp op,
                                        const HostObjectOptions &options) {
  auto machine = createMachine(options);
  if (!machine)
    return machine.takeError();
  registerBuiltinDialectTranslation(*op.getContext());
  registerLLVMDialectTranslation(*op.getContext());
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = translateModuleToLLVMIR(op, context);
  if (!module)
    return makeError("host code does not translate to LLVM IR: run "
                     "upweave-lower-to-host first");
  defineNarrowConversions(*module);
  retarget(*module, **machine);
  if (llvm::Error error = makeOptimizingTransformer(
          /*optLevel=*/3, /*sizeLevel=*/0, machine->get())(module.get()))
    return error;
  llvm::Expected<std::string> object = emitObject(*module, **machine);
  if (!object)
    return object.takeError();
  auto image = linkSharedObject(*object, options.linker,
                                [&](llvm::ArrayRef<std::string> functions) {
                                  return compileStub(functions, **machine);
                                });
  if (!image)
    return image.takeError();

  HostObject result;
  result.triple = (*machine)->getTargetTriple().str();
  result.cpu = (*machine)->getTargetCPU().str();
  result.features = getInstructionSets(**machine);
  result.image = std::move(*image);
  return result;
}

FailureOr<HostObject>
upweave::buildHostObject(ModuleOp module, const HostObjectOptions &options) {
  llvm::Expected<HostObject> object = build(module, options);
  if (object)
    return std::move(*object);
  // At the location alone: the module itself says nothing about these.
  emitError(module.getLoc(), llvm::toString(object.takeError()));
  return failure();
}
