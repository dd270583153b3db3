//===- HostEntryPoints.cpp - The calling convention of host code ----------===//
// Gives each lowered entry point a C function that takes one array of pointers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_HOSTENTRYPOINTS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

/// What func-to-llvm puts before the name of a function that takes pointers to
/// memref descriptors.
static constexpr llvm::StringLiteral kDescriptorPrefix = "_mlir_ciface_";

/// Emits `upweave_host_NAME(ptr args)`, which calls `callee` with args[0], ...
static void createEntry(ModuleOp module, LLVM::LLVMFuncOp callee,
                        StringRef name) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Location loc = callee.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(module.getContext());
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(module.getContext()), {pointer});
  auto entry = LLVM::LLVMFuncOp::create(
      builder, loc, (upweave::kHostEntryPrefix + name).str(), type);
  builder.setInsertionPointToStart(entry.addEntryBlock(builder));
  SmallVector<Value> operands;
  for (int32_t i = 0, e = callee.getNumArguments(); i < e; ++i) {
    Value slot =
        LLVM::GEPOp::create(builder, loc, pointer, pointer,
                            entry.getArgument(0), ArrayRef<LLVM::GEPArg>{i});
    operands.push_back(LLVM::LoadOp::create(builder, loc, pointer, slot));
  }
  LLVM::CallOp::create(builder, loc, callee, operands);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
}

/// Drops the roles and shapes of arguments, which mean nothing to LLVM.
static void dropArgumentAttributes(LLVM::LLVMFuncOp func) {
  for (unsigned i = 0, e = func.getNumArguments(); i < e; ++i)
    for (StringRef name :
         {StringRef(upweave::kRoleAttr), StringRef(upweave::kShapeAttr)})
      func.removeArgAttr(i, name);
}

namespace {
struct HostEntryPointsPass
    : upweave::impl::HostEntryPointsBase<HostEntryPointsPass> {
  void runOnOperation() override {
    SmallVector<LLVM::LLVMFuncOp> functions(
        getOperation().getOps<LLVM::LLVMFuncOp>());
    for (LLVM::LLVMFuncOp func : functions) {
      if (func.isExternal())
        continue;
      func.setLinkage(LLVM::Linkage::Internal);
      dropArgumentAttributes(func);
      StringRef name = func.getSymName();
      if (name.consume_front(kDescriptorPrefix))
        createEntry(getOperation(), func, name);
    }
  }
};
} // namespace
