//===- Instrument.cpp - Kernels made to run on the host -------------------===//
// Accesses, intrinsics and loops become calls of the simulator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Instrument.h"

#include "KernelCalls.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace upweave {
namespace sim {

std::string getEntryName(StringRef kernel) {
  return ("upweave.simulate." + kernel).str();
}

namespace {

constexpr unsigned kSharedSpace = 3, kGlobalSpace = 1, kConstantSpace = 4;
/// Bytes between variables of shared memory, which belong to none.
constexpr uint64_t kSharedGap = 256;

// What the rewritten code calls.
void checkAccess(uint64_t address, uint64_t packed, const Site *site) {
  BlockRunner::current().access(
      address, packed & 0xffffffff, uint32_t(1) << (packed >> 32 & 0xff),
      static_cast<AccessKind>(packed >> 40 & 0xff),
      static_cast<AddressSpace>(packed >> 48 & 0xff), *site);
}
void checkRange(uint64_t address, uint64_t bytes, uint64_t packed,
                const Site *site) {
  if (bytes != 0)
    checkAccess(address, (packed & ~uint64_t(0xffffffff)) | bytes, site);
}
void countIteration(const Site *site) { BlockRunner::current().tick(*site); }
char *getSharedMemory() { return BlockRunner::current().getShared(); }

/// Rewrites the functions of one module.
class Instrumenter {
public:
  Instrumenter(Module &module, InstrumentedModule &result)
      : module(module), result(result), context(module.getContext()),
        int64(Type::getInt64Ty(context)), pointer(PointerType::get(context, 0)),
        none(Type::getVoidTy(context)) {}

  Error run();

private:
  void layOutShared();
  void rewriteShared(Function &function);
  void rewriteFunction(Function &function);
  void rewriteAccess(Instruction &instruction);
  void rewriteMasked(IntrinsicInst &access);
  void checkMemory(IRBuilder<> &builder, Value *address, Value *bytes,
                   uint64_t size, Align align, AccessKind kind,
                   const Site *site);
  void rewriteCall(CallInst &call);
  void countLoops(Function &function);
  void makeEntry(Function &kernel);
  void describeKernel(Function &kernel);
  void stripAttributes();

  const Site *makeSite(StringRef name, const Instruction &at);
  Value *embed(const void *data) {
    return ConstantExpr::getIntToPtr(
        ConstantInt::get(int64, reinterpret_cast<uintptr_t>(data)), pointer);
  }
  template <typename Function> Value *embedFunction(Function *function) {
    return embed(reinterpret_cast<const void *>(function));
  }
  void callSimulator(IRBuilder<> &builder, Value *function,
                     ArrayRef<Value *> args) {
    SmallVector<Type *> types;
    for (Value *arg : args)
      types.push_back(arg->getType());
    builder.CreateCall(FunctionType::get(none, types, false), function, args);
  }

  Module &module;
  InstrumentedModule &result;
  LLVMContext &context;
  Type *int64, *pointer, *none;
  std::vector<SharedVariable> shared;
  DenseMap<const GlobalVariable *, uint64_t> sharedOffsets;
  uint64_t dynamicOffset = 0;
  /// The function being rewritten: its slots for arguments and results.
  AllocaInst *argSlots = nullptr, *resultSlots = nullptr;
  unsigned granuleLog2 = 2;
};

} // namespace

const Site *Instrumenter::makeSite(StringRef name, const Instruction &at) {
  Site site;
  site.name = name.str();
  if (const DILocation *location = at.getDebugLoc().get()) {
    // The place in the user's file rather than in what was inlined into it.
    while (const DILocation *outer = location->getInlinedAt())
      location = outer;
    if (location->getLine() != 0)
      site.location =
          (location->getFilename() + ":" + Twine(location->getLine()) + ":" +
           Twine(location->getColumn()))
              .str();
  }
  site.number = result.sites.size();
  result.sites.push_back(std::move(site));
  return &result.sites.back();
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

void Instrumenter::layOutShared() {
  uint64_t offset = 0;
  const DataLayout &layout = module.getDataLayout();
  SmallVector<GlobalVariable *> dynamic;
  SmallVector<Constant *> all;
  for (GlobalVariable &global : module.globals()) {
    if (global.getAddressSpace() != kSharedSpace)
      continue;
    all.push_back(&global);
    if (global.isDeclaration()) {
      dynamic.push_back(&global);
      continue;
    }
    uint64_t size = layout.getTypeAllocSize(global.getValueType());
    offset = alignTo(offset, global.getAlign().valueOrOne());
    sharedOffsets[&global] = offset;
    shared.push_back({global.getName().str(), offset, size});
    offset = alignTo(offset + size, 16) + kSharedGap;
  }
  dynamicOffset = alignTo(offset, 1024);
  for (GlobalVariable *global : dynamic)
    sharedOffsets[global] = dynamicOffset;
  convertUsersOfConstantsToInstructions(all);
}

void Instrumenter::rewriteShared(Function &function) {
  IRBuilder<> builder(&*function.getEntryBlock().getFirstInsertionPt());
  Value *base = nullptr;
  for (auto [global, offset] : sharedOffsets) {
    auto *variable = const_cast<GlobalVariable *>(global);
    bool used = any_of(variable->users(), [&](User *user) {
      auto *instruction = dyn_cast<Instruction>(user);
      return instruction && instruction->getFunction() == &function;
    });
    if (!used)
      continue;
    if (!base)
      base = builder.CreateCall(FunctionType::get(pointer, false),
                                embedFunction(getSharedMemory));
    Value *address = builder.CreateAddrSpaceCast(
        builder.CreateConstGEP1_64(builder.getInt8Ty(), base, offset),
        variable->getType());
    variable->replaceUsesWithIf(address, [&](Use &use) {
      auto *instruction = dyn_cast<Instruction>(use.getUser());
      return instruction && instruction->getFunction() == &function;
    });
  }
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

static uint64_t pack(uint64_t size, Align align, AccessKind kind,
                     unsigned space) {
  AddressSpace known = space == kSharedSpace   ? AddressSpace::Shared
                       : space == kGlobalSpace ? AddressSpace::Global
                                               : AddressSpace::Generic;
  return size | uint64_t(Log2(align)) << 32 | uint64_t(kind) << 40 |
         uint64_t(known) << 48;
}

void Instrumenter::checkMemory(IRBuilder<> &builder, Value *address,
                               Value *bytes, uint64_t size, Align align,
                               AccessKind kind, const Site *site) {
  const Value *object = getUnderlyingObject(address);
  unsigned space = address->getType()->getPointerAddressSpace();
  bool isOwn = isa<AllocaInst>(object) || space == kConstantSpace;
  if (auto *global = dyn_cast<GlobalVariable>(object))
    isOwn |= global->getAddressSpace() != kSharedSpace;
  if (isOwn)
    return;
  Value *number = builder.CreatePtrToInt(address, int64);
  Value *packed = ConstantInt::get(int64, pack(size, align, kind, space));
  if (bytes)
    return callSimulator(
        builder, embedFunction(checkRange),
        {number, builder.CreateZExtOrTrunc(bytes, int64), packed, embed(site)});
  granuleLog2 = std::min<unsigned>(granuleLog2, Log2_64(size));
  callSimulator(builder, embedFunction(checkAccess),
                {number, packed, embed(site)});
}

void Instrumenter::rewriteAccess(Instruction &instruction) {
  const DataLayout &layout = module.getDataLayout();
  IRBuilder<> builder(&instruction);
  auto sizeOf = [&](Type *type) {
    return layout.getTypeStoreSize(type).getFixedValue();
  };
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    return checkMemory(builder, load->getPointerOperand(), nullptr,
                       sizeOf(load->getType()), load->getAlign(),
                       AccessKind::Load, makeSite("load", instruction));
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    return checkMemory(builder, store->getPointerOperand(), nullptr,
                       sizeOf(store->getValueOperand()->getType()),
                       store->getAlign(), AccessKind::Store,
                       makeSite("store", instruction));
  if (auto *atomic = dyn_cast<AtomicRMWInst>(&instruction))
    return checkMemory(builder, atomic->getPointerOperand(), nullptr,
                       sizeOf(atomic->getType()), atomic->getAlign(),
                       AccessKind::Atomic, makeSite("atomicrmw", instruction));
  if (auto *atomic = dyn_cast<AtomicCmpXchgInst>(&instruction))
    return checkMemory(builder, atomic->getPointerOperand(), nullptr,
                       sizeOf(atomic->getNewValOperand()->getType()),
                       atomic->getAlign(), AccessKind::Atomic,
                       makeSite("cmpxchg", instruction));
  auto *memory = dyn_cast<MemIntrinsic>(&instruction);
  if (!memory)
    return;
  granuleLog2 = 0;
  const Site *site = makeSite("memory intrinsic", instruction);
  checkMemory(builder, memory->getDest(), memory->getLength(), 0,
              memory->getDestAlign().valueOrOne(), AccessKind::Store, site);
  if (auto *transfer = dyn_cast<MemTransferInst>(memory))
    checkMemory(builder, transfer->getSource(), transfer->getLength(), 0,
                transfer->getSourceAlign().valueOrOne(), AccessKind::Load,
                site);
}

/// A vector access that leaves out some elements, by a constant mask: each run
/// of elements is an access.
void Instrumenter::rewriteMasked(IntrinsicInst &access) {
  bool store = access.getIntrinsicID() == Intrinsic::masked_store;
  unsigned pointerArg = store ? 1 : 0;
  Value *address = access.getArgOperand(pointerArg);
  auto *mask = cast<Constant>(access.getArgOperand(pointerArg + 1));
  auto *type = cast<FixedVectorType>(store ? access.getArgOperand(0)->getType()
                                           : access.getType());
  uint64_t bytes =
      module.getDataLayout().getTypeStoreSize(type->getElementType());
  Align align = access.getParamAlign(pointerArg).valueOrOne();
  const Site *site = makeSite(store ? "store" : "load", access);
  IRBuilder<> builder(&access);
  unsigned count = type->getNumElements();
  auto isOn = [&](unsigned i) {
    return i < count && mask->getAggregateElement(i)->isOneValue();
  };
  for (unsigned begin = 0; begin < count; ++begin) {
    unsigned end = begin;
    while (isOn(end))
      ++end;
    if (end == begin)
      continue;
    Value *from =
        builder.CreateConstGEP1_64(builder.getInt8Ty(), address, begin * bytes);
    checkMemory(builder, from, nullptr, (end - begin) * bytes,
                commonAlignment(align, begin * bytes),
                store ? AccessKind::Store : AccessKind::Load, site);
    begin = end;
  }
}

//===----------------------------------------------------------------------===//
// Calls and loops
//===----------------------------------------------------------------------===//

/// The call of an instruction becomes one of its handler: arguments go through
/// slots of eight bytes, and so do results.
void Instrumenter::rewriteCall(CallInst &call) {
  Handler handler = findHandler(call);
  if (!handler)
    return;
  IRBuilder<> builder(&call);
  StringRef name =
      isa<InlineAsm>(call.getCalledOperand())
          ? StringRef("inline PTX")
          : call.getCalledFunction()->getName().drop_front(kNVVM.size());
  for (auto [i, arg] : enumerate(call.args())) {
    Value *value = arg;
    if (value->getType()->isPointerTy())
      value = builder.CreatePtrToInt(value, int64);
    else if (value->getType()->isIntegerTy())
      value = builder.CreateZExtOrTrunc(value, int64);
    builder.CreateStore(value,
                        builder.CreateConstInBoundsGEP1_64(int64, argSlots, i));
  }
  callSimulator(builder, embedFunction(handler),
                {embed(makeSite(name, call)), argSlots, resultSlots});
  auto loadSlot = [&](Type *type, unsigned index) -> Value * {
    Value *slot = builder.CreateConstInBoundsGEP1_64(int64, resultSlots, index);
    if (!type->isIntegerTy())
      return builder.CreateLoad(type, slot);
    return builder.CreateTrunc(builder.CreateLoad(int64, slot), type);
  };
  Type *type = call.getType();
  if (auto *structure = dyn_cast<StructType>(type)) {
    Value *all = PoisonValue::get(type);
    for (auto [i, element] : enumerate(structure->elements()))
      all = builder.CreateInsertValue(all, loadSlot(element, i), i);
    call.replaceAllUsesWith(all);
  } else if (!type->isVoidTy()) {
    call.replaceAllUsesWith(loadSlot(type, 0));
  }
  call.eraseFromParent();
}

void Instrumenter::countLoops(Function &function) {
  DominatorTree dominators(function);
  LoopInfo loops(dominators);
  for (Loop *loop : loops.getLoopsInPreorder()) {
    Instruction &first = *loop->getHeader()->getFirstInsertionPt();
    IRBuilder<> builder(&first);
    callSimulator(builder, embedFunction(countIteration),
                  {embed(makeSite("loop", first))});
  }
}

void Instrumenter::rewriteFunction(Function &function) {
  constexpr unsigned kSlots =
      32; // mma has ten arguments, ldmatrix four results
  granuleLog2 = 2;
  rewriteShared(function);
  countLoops(function);
  IRBuilder<> builder(&*function.getEntryBlock().getFirstInsertionPt());
  argSlots = builder.CreateAlloca(int64, builder.getInt32(kSlots));
  resultSlots = builder.CreateAlloca(int64, builder.getInt32(kSlots));
  SmallVector<Instruction *> worklist;
  for (Instruction &instruction : instructions(function))
    worklist.push_back(&instruction);
  for (Instruction *instruction : worklist) {
    auto *intrinsic = dyn_cast<IntrinsicInst>(instruction);
    if (intrinsic && isMasked(*intrinsic))
      rewriteMasked(*intrinsic);
    else if (auto *call = dyn_cast<CallInst>(instruction);
             call && !isa<MemIntrinsic>(call))
      rewriteCall(*call);
    else
      rewriteAccess(*instruction);
  }
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

void Instrumenter::makeEntry(Function &kernel) {
  Function *entry = Function::Create(FunctionType::get(none, {pointer}, false),
                                     GlobalValue::ExternalLinkage,
                                     getEntryName(kernel.getName()), module);
  IRBuilder<> builder(BasicBlock::Create(context, "", entry));
  SmallVector<Value *> args;
  for (auto [i, arg] : enumerate(kernel.args())) {
    Value *slot =
        builder.CreateConstInBoundsGEP1_64(pointer, entry->getArg(0), i);
    args.push_back(
        builder.CreateLoad(arg.getType(), builder.CreateLoad(pointer, slot)));
  }
  builder.CreateCall(&kernel, args);
  builder.CreateRetVoid();
}

/// "128,1,1" of a function attribute; missing sizes are 1.
static bool getSizes(const Function &kernel, StringRef name, Index3 &sizes) {
  if (!kernel.hasFnAttribute(name))
    return false;
  SmallVector<StringRef> parts;
  kernel.getFnAttribute(name).getValueAsString().split(parts, ',');
  sizes = {1, 1, 1};
  for (auto [size, part] : zip(sizes, parts))
    (void)part.trim().getAsInteger(10, size);
  return true;
}

void Instrumenter::describeKernel(Function &kernel) {
  KernelCode code;
  code.name = kernel.getName().str();
  code.exactThreads = getSizes(kernel, "nvvm.reqntid", code.maxThreads);
  if (!code.exactThreads)
    getSizes(kernel, "nvvm.maxntid", code.maxThreads);
  code.shared = shared;
  code.dynamicOffset = dynamicOffset;
  code.granuleLog2 = granuleLog2;
  const DataLayout &layout = module.getDataLayout();
  for (auto [global, offset] : sharedOffsets) {
    bool used = any_of(global->users(), [&](const User *user) {
      auto *instruction = dyn_cast<Instruction>(user);
      return instruction && instruction->getFunction() == &kernel;
    });
    if (used && !global->isDeclaration())
      code.staticBytes += layout.getTypeAllocSize(global->getValueType());
  }
  result.kernels.push_back(std::move(code));
}

/// What was true for NVPTX need not be true of code that calls the simulator:
/// a barrier is an opaque call, and another thread stores in between.
void Instrumenter::stripAttributes() {
  for (Function &function : module) {
    if (function.isIntrinsic())
      continue;
    function.setAttributes({});
    function.setCallingConv(CallingConv::C);
    function.addFnAttr(Attribute::NoUnwind);
    for (Instruction &instruction : instructions(function)) {
      instruction.setMetadata(LLVMContext::MD_invariant_load, nullptr);
      instruction.setMetadata(LLVMContext::MD_noalias, nullptr);
      instruction.setMetadata(LLVMContext::MD_alias_scope, nullptr);
      instruction.setMetadata(LLVMContext::MD_tbaa, nullptr);
      if (auto *call = dyn_cast<CallInst>(&instruction))
        call->setTailCallKind(CallInst::TCK_None);
    }
  }
}

Error Instrumenter::run() {
  SmallVector<Function *> kernels, functions;
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (Error error = checkCalls(function))
      return error;
    functions.push_back(&function);
    if (function.getCallingConv() == CallingConv::PTX_Kernel)
      kernels.push_back(&function);
  }
  layOutShared();
  for (Function *function : functions) {
    bool isKernel = is_contained(kernels, function);
    if (isKernel)
      describeKernel(*function);
    rewriteFunction(*function);
    if (isKernel)
      result.kernels.back().granuleLog2 = granuleLog2;
  }
  stripAttributes();
  for (Function *kernel : kernels)
    makeEntry(*kernel);
  for (auto [global, offset] : sharedOffsets)
    if (global->use_empty())
      const_cast<GlobalVariable *>(global)->eraseFromParent();
  for (GlobalVariable &global : module.globals())
    if (global.hasExternalLinkage())
      global.setLinkage(GlobalValue::InternalLinkage);
  return Error::success();
}

Error instrument(Module &module, const DataLayout &layout, const Triple &triple,
                 InstrumentedModule &result) {
  module.setTargetTriple(triple);
  module.setDataLayout(layout);
  return Instrumenter(module, result).run();
}

} // namespace sim
} // namespace upweave
