//===- Compile.cpp - Kernels of tests to LLVM IR --------------------------===//
// From MLIR to what the simulator runs, and mutants of that.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Compile.h"

#include "Upweave/Schedule/TargetDescription.h"
#include "Upweave/Target/Compile.h"
#include "Upweave/Target/Passes.h"
#include "Upweave/Target/Serialize.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace upweave {
namespace sim {

std::unique_ptr<MLIRContext> makeContext() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerCompileDialects(registry);
  return std::make_unique<MLIRContext>(registry);
}

std::string compileKernels(const std::string &file) {
  std::unique_ptr<MLIRContext> context = makeContext();
  std::string path = std::string(UPWEAVE_MUTATION_TESTS) + "/" + file;
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, context.get());
  EXPECT_TRUE(bool(module)) << path;
  if (!module)
    return "";
  PassManager pm(context.get());
  buildKernelsToNVVM(pm);
  auto emitError = [&] { return mlir::emitError(module->getLoc()); };
  FailureOr<TargetDescription> target = lookupTarget("sm_89", emitError);
  if (failed(pm.run(*module)) || failed(target))
    return "";
  FailureOr<SerializedModule> serialized = serializeGPUModule(
      *module->getOps<gpu::GPUModuleOp>().begin(), *target, /*ptxas=*/"");
  EXPECT_TRUE(succeeded(serialized));
  return succeeded(serialized) ? serialized->llvmIR : "";
}

//===----------------------------------------------------------------------===//
// Mutants
//===----------------------------------------------------------------------===//

using Change = std::pair<std::string, std::function<void(llvm::CallInst &)>>;

static void replaceConstant(llvm::CallInst &call, unsigned operand,
                            std::function<uint64_t(uint64_t)> change) {
  auto *constant = cast<llvm::ConstantInt>(call.getArgOperand(operand));
  call.setArgOperand(operand,
                     llvm::ConstantInt::get(constant->getType(),
                                            change(constant->getZExtValue())));
}

static Change swapOperands(unsigned a, unsigned b) {
  return {"operands " + std::to_string(a) + " and " + std::to_string(b) +
              " swapped",
          [a, b](llvm::CallInst &call) {
            llvm::Value *first = call.getArgOperand(a);
            call.setArgOperand(a, call.getArgOperand(b));
            call.setArgOperand(b, first);
          }};
}

/// What can be changed about a call of `name`.
static std::vector<Change> getChanges(StringRef name) {
  if (name.starts_with("llvm.nvvm.barrier.cta.sync"))
    return {{"dropped", [](llvm::CallInst &call) { call.eraseFromParent(); }}};
  if (name.starts_with("llvm.nvvm.shfl.sync.bfly"))
    return {{"with its own value",
             [](llvm::CallInst &call) {
               replaceConstant(call, 2, [](uint64_t) { return 0; });
             }},
            {"with half of its lanes", [](llvm::CallInst &call) {
               replaceConstant(call, 0,
                               [](uint64_t mask) { return mask & 0x55555555; });
             }}};
  if (name == "llvm.nvvm.cp.async.wait.group")
    return {{"for a group less", [](llvm::CallInst &call) {
               replaceConstant(call, 0, [](uint64_t n) { return n + 1; });
             }}};
  if (name.starts_with("llvm.nvvm.mma."))
    return {swapOperands(0, 1), swapOperands(1, 2), swapOperands(4, 5),
            swapOperands(6, 7)};
  return {};
}

/// The calls that have changes, in the order of the module.
static std::vector<llvm::CallInst *> findCalls(llvm::Module &module) {
  std::vector<llvm::CallInst *> calls;
  for (llvm::Function &function : module)
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = dyn_cast<llvm::CallInst>(&instruction))
        if (call->getCalledFunction() &&
            !getChanges(call->getCalledFunction()->getName()).empty())
          calls.push_back(call);
  return calls;
}

std::vector<Mutant> makeMutants(const std::string &llvmIR) {
  std::vector<Mutant> mutants;
  llvm::LLVMContext context;
  auto parse = [&] {
    llvm::SMDiagnostic diagnostic;
    return llvm::parseAssemblyString(llvmIR, diagnostic, context);
  };
  auto print = [](const llvm::Module &module) {
    std::string text;
    llvm::raw_string_ostream os(text);
    module.print(os, nullptr);
    return text;
  };
  std::unique_ptr<llvm::Module> original = parse();
  std::string same = print(*original);
  std::vector<llvm::CallInst *> calls = findCalls(*original);
  for (size_t i = 0; i < calls.size(); ++i) {
    std::string name = calls[i]->getCalledFunction()->getName().str();
    std::vector<Change> changes = getChanges(name);
    for (size_t change = 0; change < changes.size(); ++change) {
      std::unique_ptr<llvm::Module> copy = parse();
      llvm::CallInst *call = findCalls(*copy)[i];
      std::string kernel = call->getFunction()->getName().str();
      changes[change].second(*call);
      Mutant mutant{kernel + ": call " + std::to_string(i) + ", " + name + " " +
                        changes[change].first,
                    print(*copy)};
      if (mutant.llvmIR != same) // equal operands were swapped
        mutants.push_back(std::move(mutant));
    }
  }
  return mutants;
}

} // namespace sim
} // namespace upweave
