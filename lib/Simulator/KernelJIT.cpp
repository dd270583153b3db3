//===- KernelJIT.cpp - Kernels compiled for the host ----------------------===//
// Compiles instrumented kernels with ORC and finds their entries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelJIT.h"

#include "Instructions.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/Transforms/Vectorize/LoadStoreVectorizer.h"

#include <mutex>

using namespace llvm;
using namespace llvm::orc;

namespace upweave {
namespace sim {

namespace {

// Conversions that the host's compiler may call, by the names and the calling
// convention of compiler-rt: 16-bit floats are the low half of a vector
// register, as the low half of a float is.
float passNarrow(uint16_t bits) {
  return llvm::bit_cast<float>(uint32_t(bits));
}
uint16_t takeNarrow(float carrier) {
  return static_cast<uint16_t>(llvm::bit_cast<uint32_t>(carrier));
}
float truncateFloatToHalf(float x) { return passNarrow(floatToHalf(x)); }
float truncateDoubleToHalf(double x) { return passNarrow(doubleToHalf(x)); }
float truncateFloatToBfloat(float x) { return passNarrow(floatToBfloat(x)); }
float truncateDoubleToBfloat(double x) { return passNarrow(doubleToBfloat(x)); }
float extendHalfToFloat(float x) { return halfToFloat(takeNarrow(x)); }

void initializeHost() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
  });
}

Error defineConversions(LLJIT &jit) {
  SymbolMap symbols;
  auto define = [&](const char *name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {ExecutorAddr::fromPtr(function),
                                          JITSymbolFlags::Exported |
                                              JITSymbolFlags::Callable};
  };
  define("__truncsfhf2", truncateFloatToHalf);
  define("__truncdfhf2", truncateDoubleToHalf);
  define("__truncsfbf2", truncateFloatToBfloat);
  define("__truncdfbf2", truncateDoubleToBfloat);
  define("__extendhfsf2", extendHalfToFloat);
  return jit.getMainJITDylib().define(absoluteSymbols(std::move(symbols)));
}

} // namespace

/// Merges neighbouring accesses as the NVPTX back-end does before it selects
/// instructions: how wide an access is decides how it must be aligned and what
/// it costs.
static Error vectorizeAccesses(Module &module) {
  std::string message;
  const Target *target =
      TargetRegistry::lookupTarget(module.getTargetTriple(), message);
  if (!target)
    return createStringError(inconvertibleErrorCode(),
                             "no back-end for kernels: " + message);
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      module.getTargetTriple(), /*CPU=*/"", /*Features=*/"", TargetOptions(),
      std::nullopt));
  PassBuilder builder(machine.get());
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  FunctionPassManager passes;
  passes.addPass(LoadStoreVectorizerPass());
  for (Function &function : module)
    if (!function.isDeclaration())
      passes.run(function, functions);
  return Error::success();
}

Error KernelJIT::addModule(StringRef llvmIR) {
  auto context = std::make_unique<LLVMContext>();
  SMDiagnostic diagnostic;
  MemoryBufferRef buffer(llvmIR, "kernels");
  std::unique_ptr<Module> module = parseAssembly(buffer, diagnostic, *context);
  if (!module)
    return createStringError(inconvertibleErrorCode(),
                             "the kernels' LLVM IR does not parse: line " +
                                 Twine(diagnostic.getLineNo()) + ": " +
                                 diagnostic.getMessage());
  if (Error error = vectorizeAccesses(*module))
    return error;
  if (Error error = instrument(*module, jit->getDataLayout(),
                               jit->getTargetTriple(), code))
    return error;
  std::string broken;
  raw_string_ostream os(broken);
  if (verifyModule(*module, &os))
    return createStringError(inconvertibleErrorCode(),
                             "the instrumented kernels are not valid: " +
                                 broken);
  // Locations are in the sites already.
  StripDebugInfo(*module);
  return jit->addIRModule(
      ThreadSafeModule(std::move(module), std::move(context)));
}

Expected<std::unique_ptr<KernelJIT>> KernelJIT::create(StringRef llvmIR) {
  initializeHost();
  std::unique_ptr<KernelJIT> result(new KernelJIT());
  Expected<JITTargetMachineBuilder> machine =
      JITTargetMachineBuilder::detectHost();
  if (!machine)
    return machine.takeError();
  // The kernels are optimised already, and most of what is left are calls.
  machine->setCodeGenOptLevel(CodeGenOptLevel::Less);
  Expected<std::unique_ptr<LLJIT>> jit =
      LLJITBuilder().setJITTargetMachineBuilder(std::move(*machine)).create();
  if (!jit)
    return jit.takeError();
  result->jit = std::move(*jit);
  // fma and the like may be calls of the C library.
  auto process = DynamicLibrarySearchGenerator::GetForCurrentProcess(
      result->jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  result->jit->getMainJITDylib().addGenerator(std::move(*process));
  if (Error error = defineConversions(*result->jit))
    return std::move(error);
  if (Error error = result->addModule(llvmIR))
    return std::move(error);
  return result;
}

Expected<const KernelCode *> KernelJIT::find(StringRef name) {
  for (KernelCode &kernel : code.kernels) {
    if (kernel.name != name)
      continue;
    if (!kernel.entry) {
      Expected<ExecutorAddr> address = jit->lookup(getEntryName(name));
      if (!address)
        return address.takeError();
      kernel.entry = address->toPtr<void (*)(const void *const *)>();
    }
    return &kernel;
  }
  return createStringError(inconvertibleErrorCode(),
                           "there is no kernel '" + name + "'");
}

} // namespace sim
} // namespace upweave
