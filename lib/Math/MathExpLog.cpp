//===- MathExpLog.cpp - Exponentials, logarithms, hyperbolic functions ----===//
// e^x = 2^n e^r by Taylor sums of r; log(2^k m) = k ln 2 + log m by the series
// of the inverse hyperbolic tangent. The others follow from these.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Math/MathEmitter.h"

using namespace mlir;

namespace upweave {

namespace {
constexpr double kLn2 = 0x1.62e42fefa39efp-1;
constexpr double kLog2E = 0x1.71547652b82fep+0;
constexpr double kLog10E = 0x1.bcb7b1526e50ep-2;
/// ln 2 in two parts: the product of the first with an exponent is exact.
constexpr double kLn2HighF64 = 0x1.62e42feep-1;
constexpr double kLn2LowF64 = 1.90821492927058781614e-10;
constexpr double kLn2HighF32 = 0.693359375;
constexpr double kLn2LowF32 = kLn2 - kLn2HighF32;
constexpr double kLog10Of2 = 0x1.34413509f79ffp-2;
/// Terms of e^r for |r| <= 0.3466: the first left out is below a tenth of an
/// ulp (r^8/8! = 5e-9, r^14/14! = 4e-18).
constexpr unsigned kExpDegreeF32 = 7, kExpDegreeF64 = 13;
/// Terms of atanh(s) - s for |s| <= 0.1716, likewise.
constexpr unsigned kAtanhTermsF32 = 4, kAtanhTermsF64 = 11;

/// 1/first!, 1/(first+1)!, ..., 1/last!.
SmallVector<double> inverseFactorials(unsigned first, unsigned last) {
  SmallVector<double> c;
  double factorial = 1;
  for (unsigned i = 1; i <= last; ++i) {
    factorial *= i;
    if (i >= first)
      c.push_back(1 / factorial);
  }
  if (first == 0)
    c.insert(c.begin(), 1.0);
  return c;
}
} // namespace

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

Value MathEmitter::reduceLn2(Value x, Value n) {
  Value minusN = neg(n);
  Value r = fma(minusN, constant(wide ? kLn2HighF64 : kLn2HighF32), x);
  return fma(minusN, constant(wide ? kLn2LowF64 : kLn2LowF32), r);
}

Value MathEmitter::expReduced(Value r) {
  return polynomial(r,
                    inverseFactorials(0, wide ? kExpDegreeF64 : kExpDegreeF32));
}

Value MathEmitter::expm1Reduced(Value r) {
  // r + r^2 (1/2 + r/6 + ...): the first term is exact.
  Value tail =
      polynomial(r, inverseFactorials(2, wide ? kExpDegreeF64 : kExpDegreeF32));
  return fma(mul(r, r), tail, r);
}

Value MathEmitter::exp(Value x) {
  // Beyond these the result is 0 or infinity after rounding.
  Value y = wide ? clamp(x, -746.0, 710.0) : clamp(x, -104.0, 89.0);
  Rounded n = roundSmall(mul(y, constant(kLog2E)));
  return scale(expReduced(reduceLn2(y, n.real)), n.integer);
}

Value MathEmitter::exp2(Value x) {
  Value y = wide ? clamp(x, -1076.0, 1025.0) : clamp(x, -151.0, 129.0);
  Rounded n = roundSmall(y);
  Value r = mul(sub(y, n.real), constant(kLn2));
  return scale(expReduced(r), n.integer);
}

Value MathEmitter::expm1(Value x) {
  // Below -60 the result is -1 after rounding.
  Value y = clamp(x, -60.0, wide ? 709.9 : 88.8);
  Rounded n = roundSmall(mul(y, constant(kLog2E)));
  Value p = expm1Reduced(reduceLn2(y, n.real));
  // 2^n p + (2^n - 1), halved so that 2^n need not be finite.
  Value nLess1 = arith::SubIOp::create(b, n.integer, intConstant(1));
  Value factor = pow2(nLess1);
  Value half = fma(factor, p, sub(factor, constant(0.5)));
  Value result = mul(half, constant(2.0));
  // Keeps the sign of zero.
  return select(equal(x, constant(0.0)), x, result);
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

MathEmitter::Split MathEmitter::splitExponent(Value x) {
  Value smallestNormal = constant(wide ? 0x1p-1022 : 0x1p-126);
  Value isSubnormal = less(x, smallestNormal);
  int64_t lift = mantissaBits + 1;
  Value lifted = mul(x, constant(wide ? 0x1p53 : 0x1p24));
  Value pattern = bits(select(isSubnormal, lifted, x));
  // The exponent counted from sqrt(1/2), so that m is around 1.
  Value origin = intConstant(wide ? 0x3fe6a09e667f3bcd : 0x3f3504f3);
  Value k = arith::ShRSIOp::create(b, arith::SubIOp::create(b, pattern, origin),
                                   intConstant(mantissaBits));
  Value m = fromBits(arith::SubIOp::create(
      b, pattern, arith::ShLIOp::create(b, k, intConstant(mantissaBits))));
  Value real = arith::SIToFPOp::create(b, type, k);
  Value shift = select(isSubnormal, constant(lift), constant(0.0));
  return {sub(real, shift), m};
}

Value MathEmitter::log1pReduced(Value f, Value correction) {
  // log(1 + f) = 2 atanh(s) = f - s (f - R), s = f / (2 + f),
  // R = 2 (s^2/3 + s^4/5 + ...).
  Value s = div(f, add(f, constant(2.0)));
  Value square = mul(s, s);
  SmallVector<double> c;
  for (unsigned i = 1; i <= (wide ? kAtanhTermsF64 : kAtanhTermsF32); ++i)
    c.push_back(2.0 / (2 * i + 1));
  Value rest = mul(square, polynomial(square, c));
  Value small = mul(s, sub(f, rest));
  if (correction)
    small = sub(small, correction);
  return sub(f, small);
}

Value MathEmitter::sumLogarithm(Value k, Value f, Value correction) {
  Value low = mul(k, constant(wide ? kLn2LowF64 : kLn2LowF32));
  if (correction)
    low = add(low, correction);
  return fma(k, constant(wide ? kLn2HighF64 : kLn2HighF32),
             log1pReduced(f, low));
}

Value MathEmitter::fixLogarithm(Value x, Value result) {
  Value zero = constant(0.0);
  result = select(equal(x, infinity()), x, result);
  result = select(equal(x, zero), neg(infinity()), result);
  Value invalid = arith::CmpFOp::create(b, arith::CmpFPredicate::ULT, x, zero);
  return select(invalid, nan(), result);
}

Value MathEmitter::log(Value x) {
  Split split = splitExponent(x);
  Value f = sub(split.m, constant(1.0));
  return fixLogarithm(x, sumLogarithm(split.k, f, Value()));
}

Value MathEmitter::log2(Value x) {
  Split split = splitExponent(x);
  Value f = sub(split.m, constant(1.0));
  Value fraction = log1pReduced(f, Value());
  return fixLogarithm(x, fma(fraction, constant(kLog2E), split.k));
}

Value MathEmitter::log10(Value x) {
  Split split = splitExponent(x);
  Value f = sub(split.m, constant(1.0));
  Value fraction = mul(log1pReduced(f, Value()), constant(kLog10E));
  return fixLogarithm(x, fma(split.k, constant(kLog10Of2), fraction));
}

Value MathEmitter::log1p(Value x) {
  Value one = constant(1.0);
  Value u = add(x, one);
  Split split = splitExponent(u);
  // With k = 0, x itself is the small argument; else what the rounding of
  // 1 + x lost is made up for to first order.
  Value isSmall = equal(split.k, constant(0.0));
  Value f = select(isSmall, x, sub(split.m, one));
  Value lost = select(less(one, x), sub(one, sub(u, x)), sub(x, sub(u, one)));
  Value correction = select(isSmall, constant(0.0), div(lost, u));
  Value result = sumLogarithm(split.k, f, correction);
  result = fixLogarithm(u, result);
  // Keeps the sign of zero.
  return select(equal(x, constant(0.0)), x, result);
}

//===----------------------------------------------------------------------===//
// Hyperbolic functions and their inverses
//===----------------------------------------------------------------------===//

Value MathEmitter::tanh(Value x) {
  // -t / (2 + t) with t = e^(-2|x|) - 1: no cancellation anywhere.
  Value t = expm1(mul(abs(x), constant(-2.0)));
  Value magnitude = div(neg(t), add(t, constant(2.0)));
  return copySign(magnitude, x);
}

Value MathEmitter::sinh(Value x) {
  Value magnitude = abs(x);
  // (t + t/(t + 1)) / 2 with t = e^|x| - 1 where e^|x| is finite.
  Value t = expm1(magnitude);
  Value half = constant(0.5);
  Value direct = mul(half, add(t, div(t, add(t, constant(1.0)))));
  Value root = exp(mul(magnitude, half));
  Value large = mul(mul(half, root), root);
  Value result = select(less(magnitude, constant(700.0)), direct, large);
  return copySign(result, x);
}

Value MathEmitter::cosh(Value x) {
  Value magnitude = abs(x), half = constant(0.5);
  Value e = exp(magnitude);
  Value direct = mul(half, add(e, div(constant(1.0), e)));
  Value root = exp(mul(magnitude, half));
  Value large = mul(mul(half, root), root);
  return select(less(magnitude, constant(700.0)), direct, large);
}

Value MathEmitter::asinh(Value x) {
  Value magnitude = abs(x), one = constant(1.0);
  Value square = mul(magnitude, magnitude);
  Value t = div(square, add(one, sqrt(add(square, one))));
  Value direct = log1p(add(magnitude, t));
  Value large = add(log(magnitude), constant(kLn2));
  Value result = select(less(magnitude, constant(0x1p28)), direct, large);
  return copySign(result, x);
}

Value MathEmitter::acosh(Value x) {
  Value t = sub(x, constant(1.0));
  Value root = sqrt(fma(t, t, mul(constant(2.0), t)));
  Value direct = log1p(add(t, root));
  Value large = add(log(x), constant(kLn2));
  Value result = select(less(x, constant(0x1p28)), direct, large);
  // t^2 + 2t is positive again below -1.
  return select(less(x, constant(1.0)), nan(), result);
}

Value MathEmitter::atanh(Value x) {
  Value magnitude = abs(x);
  Value ratio = div(add(magnitude, magnitude), sub(constant(1.0), magnitude));
  return copySign(mul(constant(0.5), log1p(ratio)), x);
}

} // namespace upweave
