//===- MathEmitter.cpp - Arithmetic of the function emitter ---------------===//
// The helpers all functions are written with; no function is defined here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Math/MathEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;

namespace upweave {

MathEmitter::MathEmitter(OpBuilder &builder, Location loc, FloatType type)
    : b(loc, builder), type(type),
      intType(builder.getIntegerType(type.getWidth())), wide(type.isF64()),
      mantissaBits(wide ? 52 : 23), bias(wide ? 1023 : 127) {}

Value MathEmitter::constant(double value) {
  return arith::ConstantOp::create(b, FloatAttr::get(type, value));
}
Value MathEmitter::infinity() {
  return constant(std::numeric_limits<double>::infinity());
}
Value MathEmitter::nan() {
  return constant(std::numeric_limits<double>::quiet_NaN());
}
Value MathEmitter::add(Value x, Value y) {
  return arith::AddFOp::create(b, x, y);
}
Value MathEmitter::sub(Value x, Value y) {
  return arith::SubFOp::create(b, x, y);
}
Value MathEmitter::mul(Value x, Value y) {
  return arith::MulFOp::create(b, x, y);
}
Value MathEmitter::div(Value x, Value y) {
  return arith::DivFOp::create(b, x, y);
}
Value MathEmitter::neg(Value x) { return arith::NegFOp::create(b, x); }
Value MathEmitter::abs(Value x) { return math::AbsFOp::create(b, x); }
Value MathEmitter::sqrt(Value x) { return math::SqrtOp::create(b, x); }
Value MathEmitter::trunc(Value x) { return math::TruncOp::create(b, x); }
Value MathEmitter::copySign(Value magnitude, Value sign) {
  return math::CopySignOp::create(b, magnitude, sign);
}
Value MathEmitter::fma(Value x, Value y, Value z) {
  return math::FmaOp::create(b, x, y, z);
}

Value MathEmitter::polynomial(Value x, ArrayRef<double> c) {
  Value sum = constant(c.back());
  for (double coefficient : llvm::reverse(c.drop_back()))
    sum = fma(sum, x, constant(coefficient));
  return sum;
}

Value MathEmitter::less(Value x, Value y) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, y);
}
Value MathEmitter::equal(Value x, Value y) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, y);
}
Value MathEmitter::isNaN(Value x) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
}
Value MathEmitter::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}
Value MathEmitter::logicalAnd(Value x, Value y) {
  return arith::AndIOp::create(b, x, y);
}
Value MathEmitter::logicalOr(Value x, Value y) {
  return arith::OrIOp::create(b, x, y);
}

Value MathEmitter::clamp(Value x, double lo, double hi) {
  Value low = constant(lo), high = constant(hi);
  x = select(less(x, low), low, x);
  return select(less(high, x), high, x);
}

Value MathEmitter::bits(Value x) {
  return arith::BitcastOp::create(b, intType, x);
}
Value MathEmitter::fromBits(Value i) {
  return arith::BitcastOp::create(b, type, i);
}
Value MathEmitter::intConstant(int64_t value) {
  return arith::ConstantOp::create(b, IntegerAttr::get(intType, value));
}

MathEmitter::Rounded MathEmitter::roundSmall(Value x) {
  // Adding 1.5 * 2^p leaves the integer in the low bits of the significand.
  Value magic = constant(wide ? 0x1.8p52 : 0x1.8p23);
  Value shifted = add(x, magic);
  Value integer = arith::SubIOp::create(b, bits(shifted), bits(magic));
  return {sub(shifted, magic), integer};
}

Value MathEmitter::pow2(Value n) {
  Value biased = arith::AddIOp::create(b, n, intConstant(bias));
  return fromBits(arith::ShLIOp::create(b, biased, intConstant(mantissaBits)));
}

Value MathEmitter::scale(Value x, Value n) {
  // In two steps, each with a factor that is a normal number: only the second
  // can round.
  Value half = arith::ShRSIOp::create(b, n, intConstant(1));
  Value rest = arith::SubIOp::create(b, n, half);
  return mul(mul(x, pow2(half)), pow2(rest));
}

Value MathEmitter::exponent(Value x) {
  Value pattern = bits(x);
  Value field = arith::ShRUIOp::create(b, pattern, intConstant(mantissaBits));
  // A subnormal's leading bit is where its leading zeros say.
  Value zeros = math::CountLeadingZerosOp::create(b, pattern);
  int64_t exponentBits = intType.getWidth() - 1 - mantissaBits;
  Value subnormal =
      arith::SubIOp::create(b, intConstant(1 + exponentBits), zeros);
  Value isSubnormal =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, field, intConstant(0));
  Value stored = arith::SelectOp::create(b, isSubnormal, subnormal, field);
  return arith::SubIOp::create(b, stored, intConstant(bias));
}

} // namespace upweave
