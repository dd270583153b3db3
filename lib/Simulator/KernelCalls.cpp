//===- KernelCalls.cpp - What kernels may call ----------------------------===//
// Finds the handlers of calls, and names what has none.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelCalls.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

namespace upweave {
namespace sim {

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// Inline PTX with single spaces.
static std::string normalize(StringRef text) {
  std::string result;
  SmallVector<StringRef> words;
  SplitString(text, words, " \t\n\r");
  for (StringRef word : words)
    result += (result.empty() ? "" : " ") + word.str();
  return result;
}

Handler findHandler(const CallInst &call) {
  if (auto *code = dyn_cast<InlineAsm>(call.getCalledOperand()))
    return findInlinePTX(normalize(code->getAsmString()));
  const Function *callee = call.getCalledFunction();
  if (!callee || !callee->getName().starts_with(kNVVM))
    return nullptr;
  return findIntrinsic(callee->getName().drop_front(kNVVM.size()));
}

/// The intrinsics that are not NVIDIA's which the host computes as PTX would.
static constexpr Intrinsic::ID kPortable[] = {
    Intrinsic::abs,
    Intrinsic::assume,
    Intrinsic::bitreverse,
    Intrinsic::bswap,
    Intrinsic::ceil,
    Intrinsic::copysign,
    Intrinsic::ctlz,
    Intrinsic::ctpop,
    Intrinsic::cttz,
    Intrinsic::dbg_declare,
    Intrinsic::dbg_value,
    Intrinsic::experimental_noalias_scope_decl,
    Intrinsic::fabs,
    Intrinsic::floor,
    Intrinsic::fma,
    Intrinsic::fmuladd,
    Intrinsic::fshl,
    Intrinsic::fshr,
    Intrinsic::is_fpclass,
    Intrinsic::lifetime_end,
    Intrinsic::lifetime_start,
    Intrinsic::masked_load,
    Intrinsic::masked_store,
    Intrinsic::maximum,
    Intrinsic::maxnum,
    Intrinsic::memcpy,
    Intrinsic::memmove,
    Intrinsic::memset,
    Intrinsic::minimum,
    Intrinsic::minnum,
    Intrinsic::nearbyint,
    Intrinsic::rint,
    Intrinsic::round,
    Intrinsic::roundeven,
    Intrinsic::sadd_with_overflow,
    Intrinsic::scmp,
    Intrinsic::smax,
    Intrinsic::smin,
    Intrinsic::smul_with_overflow,
    Intrinsic::sqrt,
    Intrinsic::ssub_with_overflow,
    Intrinsic::trunc,
    Intrinsic::uadd_with_overflow,
    Intrinsic::ucmp,
    Intrinsic::umax,
    Intrinsic::umin,
    Intrinsic::umul_with_overflow,
    Intrinsic::usub_sat,
    Intrinsic::usub_with_overflow,
    Intrinsic::vector_reduce_add,
    Intrinsic::vector_reduce_and,
    Intrinsic::vector_reduce_fadd,
    Intrinsic::vector_reduce_fmax,
    Intrinsic::vector_reduce_fmin,
    Intrinsic::vector_reduce_fmul,
    Intrinsic::vector_reduce_or,
    Intrinsic::vector_reduce_xor};

/// Whether all of a function's f32 arithmetic flushes subnormal numbers.
static bool flushesAll(const Function &function) {
  for (StringRef name : {"denormal-fp-math", "denormal-fp-math-f32"})
    if (function.getFnAttribute(name).getValueAsString().contains(
            "preserve-sign"))
      return true;
  return false;
}

/// Whether a masked access has a mask that is not known.
static bool hasOpenMask(const CallBase &call) {
  auto *access = dyn_cast<IntrinsicInst>(&call);
  return access && isMasked(*access) &&
         !isa<Constant>(access->getArgOperand(
             access->getIntrinsicID() == Intrinsic::masked_store ? 2 : 1));
}

Error checkCalls(Function &function) {
  if (flushesAll(function))
    return makeError("kernel '" + function.getName() +
                     "' flushes all subnormal numbers, which the simulator "
                     "does for single instructions (.ftz) only");
  for (Instruction &instruction : instructions(function)) {
    auto *call = dyn_cast<CallBase>(&instruction);
    if (!call)
      continue;
    std::string where = " in kernel '" + function.getName().str() + "'";
    if (auto *code = dyn_cast<InlineAsm>(call->getCalledOperand())) {
      if (!isa<CallInst>(call) || !findHandler(cast<CallInst>(*call)))
        return makeError("the simulator does not know the inline PTX \"" +
                         normalize(code->getAsmString()) + "\"" + where);
      continue;
    }
    Function *callee = call->getCalledFunction();
    if (!callee)
      return makeError("the simulator does not follow indirect calls" + where);
    if (callee->getName().starts_with(kNVVM)) {
      if (!findHandler(cast<CallInst>(*call)))
        return makeError("the simulator does not know the intrinsic '" +
                         callee->getName() + "'" + where);
      continue;
    }
    if (callee->isIntrinsic()
            ? !is_contained(kPortable, callee->getIntrinsicID()) ||
                  hasOpenMask(*call)
            : callee->isDeclaration())
      return makeError("the simulator does not know the " +
                       Twine(callee->isIntrinsic() ? "intrinsic" : "function") +
                       " '" + callee->getName() + "'" + where);
  }
  return Error::success();
}

} // namespace sim
} // namespace upweave
