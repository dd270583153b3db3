//===- MathSpecial.cpp - erf, powers, roots, rounding, remainder ----------===//
// What is neither an exponential, a logarithm nor a trigonometric function.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Math/MathEmitter.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include <cmath>

using namespace mlir;

namespace upweave {

namespace {
/// erf(x) = x P(x^2) below this, in f32 and f64.
constexpr double kErfSplitF32 = 0.921875, kErfSplitF64 = 1.0;

/// Minimax polynomial of erf(x)/x in x^2 on [0, 0.921875^2], relative error
/// 4.1e-10 (Remez exchange in 40 digits).
constexpr double kErfSmallF32[] = {
    1.12837916664,    -0.376126337391,    0.112836955299,  -0.0268593993966,
    0.00520103372986, -0.000814271010236, 8.37009424387e-5};

/// Minimax polynomial of log2(erfc(x)) on [0.921875, 4], weighted so that
/// erfc's absolute error is 1.5e-9 (same method).
constexpr double kLog2ErfcF32[] = {
    -0.000302856367474, -1.62680516637,    -0.919409115103,  -0.149807771228,
    0.0320009406037,    -0.00437366125188, 0.000280940978318};
/// erf rounds to 1 in f32 from 3.92 on.
constexpr double kErfLimitF32 = 4.0;

/// Chebyshev interpolation, rewritten in powers, of (1 + 2x) e^(x^2) erfc(x)
/// in t = (x - 4)/(x + 4) for x in [0.8, 28]: relative error 5.2e-18.
constexpr double kErfcTail[] = {
    1.2329951186255526,     -0.13962111684056244,   0.015379652102622243,
    0.06809705425468261,    -0.1010390660364829,    0.09373283499883432,
    -0.06633036580727128,   0.03716751552667093,    -0.016197734127307756,
    0.005031970111664443,   -0.0007577727289429549, -0.00019925769544705402,
    0.00015061894748938398, -2.43944838345406e-05,  -1.1213889125058736e-05,
    5.69549672661128e-06,   2.794901234667746e-07,  -7.988522004118235e-07,
    8.76293380269989e-08,   8.164166475850994e-08,  -2.1234140449640847e-08};
/// erfc underflows in f64 beyond 27.3.
constexpr double kErfcLimit = 28.0;

/// 2/sqrt(pi).
constexpr double kTwoOverSqrtPi = 1.1283791670955126;
} // namespace

//===----------------------------------------------------------------------===//
// Error function
//===----------------------------------------------------------------------===//

Value MathEmitter::erfF32(Value x) {
  Value magnitude = abs(x);
  Value square = mul(x, x);
  Value small = mul(x, polynomial(square, kErfSmallF32));
  Value limited = select(less(constant(kErfLimitF32), magnitude),
                         constant(kErfLimitF32), magnitude);
  Value tail = exp2(polynomial(limited, kLog2ErfcF32));
  Value large = copySign(sub(constant(1.0), tail), x);
  return select(less(magnitude, constant(kErfSplitF32)), small, large);
}

/// Taylor coefficients of erf(x)/x in x^2.
static SmallVector<double> erfSeries(unsigned terms) {
  SmallVector<double> c;
  double factorial = 1;
  for (unsigned n = 0; n < terms; ++n) {
    if (n)
      factorial *= n;
    c.push_back((n % 2 ? -1 : 1) * kTwoOverSqrtPi / (factorial * (2 * n + 1)));
  }
  return c;
}

Value MathEmitter::erfcTail(Value x) {
  Value y = select(less(constant(kErfcLimit), x), constant(kErfcLimit), x);
  // e^(-y^2) with what the rounding of y^2 lost.
  Value square = mul(y, y);
  Value lost = fma(y, y, neg(square));
  Value e = exp(neg(square));
  e = fma(neg(e), lost, e);
  Value four = constant(4.0);
  Value t = div(sub(y, four), add(y, four));
  Value g = polynomial(t, kErfcTail);
  return div(mul(e, g), fma(constant(2.0), y, constant(1.0)));
}

Value MathEmitter::erf(Value x) {
  if (!wide)
    return erfF32(x);
  Value magnitude = abs(x);
  // The first term left out is below 2/sqrt(pi) / (20! 41) = 1.2e-20.
  Value small = mul(x, polynomial(mul(x, x), erfSeries(20)));
  Value large = copySign(sub(constant(1.0), erfcTail(magnitude)), x);
  return select(less(magnitude, constant(kErfSplitF64)), small, large);
}

Value MathEmitter::erfc(Value x) {
  Value one = constant(1.0), magnitude = abs(x);
  Value small = sub(one, mul(x, polynomial(mul(x, x), erfSeries(20))));
  Value tail = erfcTail(magnitude);
  Value isNegative = less(x, constant(0.0));
  Value large = select(isNegative, sub(constant(2.0), tail), tail);
  // Below -0.8 the series does not cancel, above 0.8 it would.
  Value useSeries = logicalAnd(less(magnitude, one), less(x, constant(0.8)));
  return select(useSeries, small, large);
}

//===----------------------------------------------------------------------===//
// Powers and roots
//===----------------------------------------------------------------------===//

Value MathEmitter::pow(Value x, Value y) {
  Value zero = constant(0.0), one = constant(1.0), half = constant(0.5);
  Value magnitude = abs(x);
  Value result = exp(mul(y, log(magnitude)));
  // (+-1)^(+-inf) is 1.
  Value infinitePower =
      logicalAnd(equal(magnitude, one), equal(abs(y), infinity()));
  result = select(infinitePower, one, result);
  // Below zero: odd powers are negative, powers that are no integer are NaN.
  Value halfY = mul(y, half);
  Value isInteger = equal(trunc(y), y);
  Value halfIsInteger = equal(trunc(halfY), halfY);
  Value isNegative = less(copySign(one, x), zero);
  Value isFiniteNegative =
      logicalAnd(less(x, zero), less(magnitude, infinity()));
  Value isOdd = arith::AndIOp::create(
      b, isInteger,
      arith::XOrIOp::create(b, halfIsInteger,
                            arith::ConstantOp::create(b, b.getBoolAttr(true))));
  result = select(logicalAnd(isNegative, isOdd), neg(result), result);
  Value isFraction =
      arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, trunc(y), y);
  result = select(logicalAnd(isFiniteNegative, isFraction), nan(), result);
  Value isOne = logicalOr(equal(x, one), equal(y, zero));
  return select(isOne, one, result);
}

Value MathEmitter::powi(Value x, Value n) {
  auto nType = cast<IntegerType>(n.getType());
  auto integer = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, IntegerAttr::get(nType, value));
  };
  Value zero = integer(0), one = constant(1.0);
  Value isNegative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, n, zero);
  Value magnitude = select(isNegative, arith::SubIOp::create(b, zero, n), n);
  auto loop = scf::WhileOp::create(
      b, TypeRange{type, type, nType}, ValueRange{one, x, magnitude},
      [&](OpBuilder &, Location, ValueRange args) {
        Value more =
            arith::CmpIOp::create(b, arith::CmpIPredicate::ne, args[2], zero);
        scf::ConditionOp::create(b, more, args);
      },
      [&](OpBuilder &, Location, ValueRange args) {
        Value low = arith::AndIOp::create(b, args[2], integer(1));
        Value isOdd =
            arith::CmpIOp::create(b, arith::CmpIPredicate::ne, low, zero);
        Value product = select(isOdd, mul(args[0], args[1]), args[0]);
        Value square = mul(args[1], args[1]);
        Value rest = arith::ShRUIOp::create(b, args[2], integer(1));
        scf::YieldOp::create(b, ValueRange{product, square, rest});
      });
  Value power = loop.getResult(0);
  return select(isNegative, div(one, power), power);
}

Value MathEmitter::cbrt(Value x) {
  Value magnitude = abs(x);
  Value third = constant(1.0 / 3.0);
  Value y = exp(mul(log(magnitude), third));
  // One step of Newton's method: y - (y - |x| / y^2) / 3.
  Value ratio = div(magnitude, mul(y, y));
  Value better = sub(y, mul(sub(y, ratio), third));
  Value isPlain =
      logicalAnd(less(constant(0.0), magnitude), less(magnitude, infinity()));
  return select(isPlain, copySign(better, x), x);
}

//===----------------------------------------------------------------------===//
// Rounding and remainder
//===----------------------------------------------------------------------===//

Value MathEmitter::round(Value x) {
  Value whole = trunc(x);
  Value isUp = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE,
                                     abs(sub(x, whole)), constant(0.5));
  Value step = select(isUp, constant(1.0), constant(0.0));
  return add(whole, copySign(step, x));
}

Value MathEmitter::remainder(Value x, Value y) {
  Value divisor = abs(y), zero = constant(0.0);
  Value isPlain = logicalAnd(less(abs(x), infinity()), less(zero, divisor));
  // Long division: takes off y * 2^k, the largest that is not too large, until
  // less than y is left. Every step is exact.
  Value start = select(isPlain, abs(x), zero);
  auto loop = scf::WhileOp::create(
      b, TypeRange{type}, ValueRange{start},
      [&](OpBuilder &, Location, ValueRange args) {
        Value more = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE,
                                           args[0], divisor);
        scf::ConditionOp::create(b, logicalAnd(more, isPlain), args);
      },
      [&](OpBuilder &, Location, ValueRange args) {
        Value k =
            arith::SubIOp::create(b, exponent(args[0]), exponent(divisor));
        // k reaches twice what one scaling takes.
        Value half = arith::ShRSIOp::create(b, k, intConstant(1));
        Value rest = arith::SubIOp::create(b, k, half);
        Value step = scale(scale(divisor, half), rest);
        Value halved = mul(step, constant(0.5));
        step = select(less(args[0], step), halved, step);
        scf::YieldOp::create(b, ValueRange{sub(args[0], step)});
      });
  Value result = copySign(loop.getResult(0), x);
  return select(isPlain, result, nan());
}

} // namespace upweave
