//===- NarrowConversions.cpp - Conversions processors lack ----------------===//
// Integer arithmetic on the bits of IEEE 754 binary16, binary32 and bfloat16.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "NarrowConversions.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {
/// Writes the body of one conversion. Bits are i32 throughout.
class ConversionBuilder {
public:
  ConversionBuilder(Module &module, StringRef name, Type *to, Type *from)
      : b(module.getContext()),
        function(Function::Create(FunctionType::get(to, from, false),
                                  GlobalValue::ExternalLinkage, name, module)) {
    function->setVisibility(GlobalValue::HiddenVisibility);
    function->setDoesNotThrow();
    b.SetInsertPoint(BasicBlock::Create(module.getContext(), "", function));
    Type *word = b.getIntNTy(from->getPrimitiveSizeInBits());
    bits = b.CreateZExt(b.CreateBitCast(function->getArg(0), word),
                        b.getInt32Ty());
  }

  /// Any f16 is an f32: its exponent and mantissa as those of a number 2^112
  /// times smaller, a denormal one where it was denormal, scaled up exactly.
  void extendHalf() {
    Value *magnitude = b.CreateAnd(bits, 0x7fff);
    Value *scaled = b.CreateFMul(asFloat(b.CreateShl(magnitude, 13)),
                                 asFloat(b.getInt32(0x77800000)));
    Value *isFinite = b.CreateICmpULT(magnitude, b.getInt32(0x7c00));
    Value *special =
        b.CreateSelect(isFinite, b.getInt32(0), b.getInt32(0x7f800000));
    Value *sign = b.CreateShl(b.CreateAnd(bits, 0x8000), 16);
    b.CreateRet(
        asFloat(b.CreateOr({b.CreateOr(asBits(scaled), special), sign})));
  }

  /// Below 2^-14 the sum with 1/2, whose last bit is the smallest f16, rounds;
  /// above, carries from the bits that go. What is too large becomes infinite.
  void truncateToHalf() {
    Value *magnitude = b.CreateAnd(bits, 0x7fffffff);
    Value *half = b.getInt32(0x3f000000);
    Value *denormal = b.CreateSub(
        asBits(b.CreateFAdd(asFloat(magnitude), asFloat(half))), half);
    Value *normal = b.CreateSub(dropBits(magnitude, 13), b.getInt32(112 << 10));
    Value *result = b.CreateSelect(
        b.CreateICmpULT(magnitude, b.getInt32(0x38800000)), denormal, normal);
    result = b.CreateSelect(b.CreateICmpUGE(magnitude, b.getInt32(0x47800000)),
                            b.getInt32(0x7c00), result);
    Value *nan =
        b.CreateOr(b.CreateAnd(b.CreateLShr(magnitude, 13), b.getInt32(0x1ff)),
                   b.getInt32(0x7e00));
    result = b.CreateSelect(isNaN(magnitude), nan, result);
    Value *sign = b.CreateAnd(b.CreateLShr(bits, 16), 0x8000);
    returnNarrow(b.CreateOr(result, sign));
  }

  void truncateToBFloat() {
    Value *quiet = b.CreateOr(b.CreateLShr(bits, 16), 0x40);
    returnNarrow(b.CreateSelect(isNaN(b.CreateAnd(bits, 0x7fffffff)), quiet,
                                dropBits(bits, 16)));
  }

private:
  Value *asFloat(Value *x) { return b.CreateBitCast(x, b.getFloatTy()); }
  Value *asBits(Value *x) { return b.CreateBitCast(x, b.getInt32Ty()); }
  Value *isNaN(Value *magnitude) {
    return b.CreateICmpUGT(magnitude, b.getInt32(0x7f800000));
  }

  /// Drops `count` bits, to nearest even; the carry goes into the exponent.
  Value *dropBits(Value *x, unsigned count) {
    Value *isOdd = b.CreateAnd(b.CreateLShr(x, count), 1);
    Value *below = b.getInt32((1u << (count - 1)) - 1);
    return b.CreateLShr(b.CreateAdd(b.CreateAdd(x, below), isOdd), count);
  }

  void returnNarrow(Value *word) {
    b.CreateRet(b.CreateBitCast(b.CreateTrunc(word, b.getInt16Ty()),
                                function->getReturnType()));
  }

  IRBuilder<> b;
  Function *function;
  Value *bits;
};
} // namespace

static bool hasNarrowValue(Module &module) {
  auto isNarrow = [](Value *value) {
    Type *type = value->getType()->getScalarType();
    return type->isHalfTy() || type->isBFloatTy();
  };
  return any_of(module, [&](Function &function) {
    return any_of(instructions(function), [&](Instruction &instruction) {
      return isNarrow(&instruction) ||
             any_of(instruction.operands(),
                    [&](Use &use) { return isNarrow(use.get()); });
    });
  });
}

void upweave::defineNarrowConversions(Module &module) {
  if (!hasNarrowValue(module))
    return;
  LLVMContext &context = module.getContext();
  Type *half = Type::getHalfTy(context), *bfloat = Type::getBFloatTy(context);
  Type *single = Type::getFloatTy(context);
  ConversionBuilder(module, "__extendhfsf2", single, half).extendHalf();
  ConversionBuilder(module, "__truncsfhf2", half, single).truncateToHalf();
  ConversionBuilder(module, "__truncsfbf2", bfloat, single).truncateToBFloat();
}
