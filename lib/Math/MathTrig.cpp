//===- MathTrig.cpp - Trigonometric functions and their inverses ----------===//
// Arguments are reduced by multiples of pi/2: in three products up to 2^20,
// with as many bits of 2/pi as it takes beyond. All in f64.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Math/MathEmitter.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace upweave {

namespace {
/// pi/2 as a sum of three doubles; its product with an integer below 2^20 is
/// within 2^-150.
constexpr double kHalfPi[] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54,
                              -0x1.f1976b7ed8fbcp-110};
constexpr double kPi = 0x1.921fb54442d18p+1;
constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;

/// Above this, products with kHalfPi lose too much.
constexpr double kSmallLimit = 0x1p20;

/// floor(2/pi * 2^1280), hexadecimal. The largest double is below 2^1024, so
/// that 192 bits behind the point need 2/pi to 971 + 192 bits.
constexpr StringLiteral kTwoOverPiBits =
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561"
    "b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484"
    "e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980f"
    "ef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b"
    "3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361d";
constexpr unsigned kTwoOverPiWidth = 1280;
/// Bits kept of the product: a window of 2/pi, and those behind the point.
constexpr unsigned kWindow = 256, kFraction = 192;
} // namespace

//===----------------------------------------------------------------------===//
// Reduction
//===----------------------------------------------------------------------===//

MathEmitter::Reduced MathEmitter::reduceHalfPiSmall(Value x) {
  Rounded n = roundSmall(mul(x, constant(kTwoOverPi)));
  Value minusN = neg(n.real), r = x;
  for (double part : kHalfPi)
    r = fma(minusN, constant(part), r);
  return {n.integer, r};
}

MathEmitter::Reduced MathEmitter::reduceHalfPiLarge(Value x) {
  auto integer = [&](unsigned width) { return b.getIntegerType(width); };
  auto constantOf = [&](unsigned width, const APInt &value) -> Value {
    return arith::ConstantOp::create(
        b, IntegerAttr::get(integer(width), value.zextOrTrunc(width)));
  };
  // |x| = M * 2^E with an integer M of 53 bits.
  Value pattern = bits(abs(x));
  Value field = arith::ShRUIOp::create(b, pattern, intConstant(mantissaBits));
  Value mantissa = arith::OrIOp::create(
      b,
      arith::AndIOp::create(b, pattern,
                            intConstant((int64_t(1) << mantissaBits) - 1)),
      intConstant(int64_t(1) << mantissaBits));
  // The bits of 2^E * 2/pi from weight 2^63 down to 2^-192: higher ones only
  // add multiples of four. E = field - bias - mantissaBits.
  Value shift = arith::SubIOp::create(
      b, intConstant(kTwoOverPiWidth - kFraction + bias + mantissaBits), field);
  Value allBits =
      constantOf(kTwoOverPiWidth, APInt(kTwoOverPiWidth, kTwoOverPiBits, 16));
  Value wideShift = arith::ExtUIOp::create(b, integer(kTwoOverPiWidth), shift);
  Value window = arith::TruncIOp::create(
      b, integer(kWindow), arith::ShRUIOp::create(b, allBits, wideShift));
  Value product = arith::MulIOp::create(
      b, window, arith::ExtUIOp::create(b, integer(kWindow), mantissa));
  // To the nearest integer: half is added, and the fraction read as signed.
  Value half = constantOf(kWindow, APInt::getOneBitSet(kWindow, kFraction - 1));
  Value rounded = arith::AddIOp::create(b, product, half);
  auto word = [&](Value from, unsigned lowBit) -> Value {
    Value amount = constantOf(kWindow, APInt(kWindow, lowBit));
    return arith::TruncIOp::create(b, intType,
                                   arith::ShRUIOp::create(b, from, amount));
  };
  Value quadrant = word(rounded, kFraction);
  Value high = arith::SIToFPOp::create(b, type, word(product, kFraction - 64));
  Value low = arith::UIToFPOp::create(b, type, word(product, kFraction - 128));
  Value fraction = fma(high, constant(0x1p-64), mul(low, constant(0x1p-128)));
  Value r = mul(fraction, constant(kHalfPi[0]));
  // sin and cos of a negative argument: both the quadrant and r change sign.
  Value negative = less(x, constant(0.0));
  Value minusQuadrant = arith::SubIOp::create(b, intConstant(0), quadrant);
  return {select(negative, minusQuadrant, quadrant),
          select(negative, neg(r), r)};
}

MathEmitter::Reduced MathEmitter::reduceHalfPi(Value x) {
  Value isLarge = less(constant(kSmallLimit), abs(x));
  auto choice = scf::IfOp::create(b, TypeRange{intType, type}, isLarge,
                                  /*withElseRegion=*/true);
  auto fill = [&](Block *block, auto reduce) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(block);
    Reduced reduced = reduce();
    scf::YieldOp::create(b, ValueRange{reduced.quadrant, reduced.r});
  };
  fill(choice.thenBlock(), [&] { return reduceHalfPiLarge(x); });
  fill(choice.elseBlock(), [&] { return reduceHalfPiSmall(x); });
  Value isFinite = less(abs(x), infinity());
  return {choice.getResult(0), select(isFinite, choice.getResult(1), nan())};
}

//===----------------------------------------------------------------------===//
// sin, cos, tan
//===----------------------------------------------------------------------===//

/// The Taylor coefficients of x^first, x^(first + 2), ... of a sine or cosine:
/// (-1)^k / n!.
static SmallVector<double> alternatingFactorials(unsigned first,
                                                 unsigned terms) {
  SmallVector<double> c;
  double factorial = 1;
  for (unsigned i = 2; i <= first; ++i)
    factorial *= i;
  double sign = (first / 2) % 2 ? -1 : 1;
  for (unsigned k = 0, n = first; k < terms; ++k, n += 2) {
    c.push_back(sign / factorial);
    factorial *= double(n + 1) * double(n + 2);
    sign = -sign;
  }
  return c;
}

Value MathEmitter::sinReduced(Value r) {
  // r + r^3 (-1/3! + ...), up to r^17: the next is below 1e-19.
  Value square = mul(r, r);
  Value rest = polynomial(square, alternatingFactorials(3, 8));
  return fma(mul(square, r), rest, r);
}

Value MathEmitter::cosReduced(Value r) {
  // 1 - r^2/2 with what its rounding lost, + r^4 (1/4! - ...), up to r^18.
  Value square = mul(r, r), one = constant(1.0);
  Value half = mul(square, constant(0.5));
  Value first = sub(one, half);
  Value lost = sub(sub(one, first), half);
  Value rest = polynomial(square, alternatingFactorials(4, 8));
  return add(first, fma(mul(square, square), rest, lost));
}

Value MathEmitter::sinOfQuadrant(Reduced reduced, int64_t shift) {
  Value quadrant =
      arith::AddIOp::create(b, reduced.quadrant, intConstant(shift));
  auto bitIsSet = [&](int64_t mask) -> Value {
    Value masked = arith::AndIOp::create(b, quadrant, intConstant(mask));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, masked,
                                 intConstant(0));
  };
  Value value =
      select(bitIsSet(1), cosReduced(reduced.r), sinReduced(reduced.r));
  return select(bitIsSet(2), neg(value), value);
}

Value MathEmitter::sin(Value x) {
  Value result = sinOfQuadrant(reduceHalfPi(x), 0);
  // Keeps the sign of zero.
  return select(equal(x, constant(0.0)), x, result);
}

Value MathEmitter::cos(Value x) { return sinOfQuadrant(reduceHalfPi(x), 1); }

Value MathEmitter::tan(Value x) {
  Reduced reduced = reduceHalfPi(x);
  Value result = div(sinOfQuadrant(reduced, 0), sinOfQuadrant(reduced, 1));
  return select(equal(x, constant(0.0)), x, result);
}

//===----------------------------------------------------------------------===//
// Inverse functions
//===----------------------------------------------------------------------===//

Value MathEmitter::atanUnit(Value x) {
  // Above tan(pi/8), atan(x) = pi/4 + atan((x - 1)/(x + 1)): the series
  // t - t^3/3 + ... is left with |t| <= 0.4143.
  Value one = constant(1.0);
  Value isLarge = less(constant(0.41421356237309503), x);
  Value t = select(isLarge, div(sub(x, one), add(x, one)), x);
  SmallVector<double> c;
  for (int i = 1; i <= 20; ++i)
    c.push_back((i % 2 ? -1.0 : 1.0) / (2 * i + 1));
  Value square = mul(t, t);
  Value small = fma(mul(t, square), polynomial(square, c), t);
  Value low = add(small, constant(kHalfPi[1] / 2));
  return select(isLarge, add(constant(kHalfPi[0] / 2), low), small);
}

Value MathEmitter::atan(Value x) {
  Value magnitude = abs(x), one = constant(1.0);
  Value isLarge = less(one, magnitude);
  Value unit = atanUnit(select(isLarge, div(one, magnitude), magnitude));
  Value complement = add(constant(kHalfPi[0]), sub(constant(kHalfPi[1]), unit));
  return copySign(select(isLarge, complement, unit), x);
}

Value MathEmitter::atan2(Value y, Value x) {
  Value absY = abs(y), absX = abs(x), zero = constant(0.0);
  Value steep = less(absX, absY);
  Value top = select(steep, absX, absY), bottom = select(steep, absY, absX);
  Value ratio = div(top, bottom);
  // 0/0 counts as 0, infinity/infinity as 1; NaN must not.
  Value bothZero = equal(bottom, zero);
  Value bothInfinite = equal(top, infinity());
  ratio = select(bothZero, zero, ratio);
  ratio = select(bothInfinite, constant(1.0), ratio);
  Value angle = atanUnit(ratio);
  angle =
      select(steep, add(constant(kHalfPi[0]), sub(constant(kHalfPi[1]), angle)),
             angle);
  // To the left of the axis (-0 included): pi - angle.
  Value left = less(copySign(constant(1.0), x), zero);
  angle = select(left, add(constant(kPi), sub(constant(2 * kHalfPi[1]), angle)),
                 angle);
  angle = copySign(angle, y);
  return select(logicalOr(isNaN(x), isNaN(y)), nan(), angle);
}

Value MathEmitter::asin(Value x) {
  Value one = constant(1.0);
  return atan2(x, sqrt(mul(sub(one, x), add(one, x))));
}

Value MathEmitter::acos(Value x) {
  Value one = constant(1.0);
  return atan2(sqrt(mul(sub(one, x), add(one, x))), x);
}

} // namespace upweave
