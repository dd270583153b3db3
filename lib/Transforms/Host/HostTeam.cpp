//===- HostTeam.cpp - The team of threads that runs host code -------------===//
// The team structure as host code sees it: four words, see docs/bundle.md.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostTeam.h"

#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace upweave;

/// The words of the team structure.
enum TeamWord : int32_t { kThread, kCount, kBarrier, kContext };

Value upweave::findTeam(func::FuncOp func) {
  int64_t index = findRole(func, kTeamRole);
  return index < 0 ? Value() : func.getArgument(index);
}

Value upweave::getOrAddTeam(func::FuncOp func) {
  if (Value team = findTeam(func))
    return team;
  Builder builder(func.getContext());
  unsigned index = func.getNumArguments();
  auto role = builder.getDictionaryAttr(
      builder.getNamedAttr(kRoleAttr, builder.getStringAttr(kTeamRole)));
  // Only fails for functions whose type cannot be changed.
  (void)func.insertArgument(index,
                            LLVM::LLVMPointerType::get(func.getContext()), role,
                            func.getLoc());
  if (!func->hasAttr(kThreadScratchAttr))
    func->setAttr(kThreadScratchAttr, builder.getI64IntegerAttr(0));
  return func.getArgument(index);
}

static Value loadWord(OpBuilder &builder, Location loc, Value team,
                      TeamWord word, Type type) {
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Value at = LLVM::GEPOp::create(builder, loc, pointer, builder.getI64Type(),
                                 team, ArrayRef<LLVM::GEPArg>{int32_t(word)});
  return LLVM::LoadOp::create(builder, loc, type, at);
}

static Value loadIndex(OpBuilder &builder, Location loc, Value team,
                       TeamWord word) {
  Value number = loadWord(builder, loc, team, word, builder.getI64Type());
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    number);
}

Value upweave::loadThread(OpBuilder &builder, Location loc, Value team) {
  return loadIndex(builder, loc, team, kThread);
}

Value upweave::loadThreadCount(OpBuilder &builder, Location loc, Value team) {
  return loadIndex(builder, loc, team, kCount);
}

void upweave::createBarrier(OpBuilder &builder, Location loc, Value team) {
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Value barrier = loadWord(builder, loc, team, kBarrier, pointer);
  Value context = loadWord(builder, loc, team, kContext, pointer);
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(builder.getContext()), {pointer});
  LLVM::CallOp::create(builder, loc, type, ValueRange{barrier, context});
}
