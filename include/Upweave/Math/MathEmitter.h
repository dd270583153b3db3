//===- MathEmitter.h - Math functions as arithmetic -------------*- C++ -*-===//
// Emits elementary functions of f32 and f64 with arith ops, range reductions
// and polynomials; for kernels (upweave-expand-math) and for the host.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_MATH_MATHEMITTER_H
#define UPWEAVE_MATH_MATHEMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace upweave {

/// Emits functions of scalars of one type, f32 or f64, at one place. A note
/// "(f64)" says that the function is only written for f64: f32 operands are
/// widened by the caller, which also makes the result nearly correctly rounded.
/// No function relies on undefined results: NaN and infinities take the same
/// straight line, and conversions of floats to integers go through bits.
class MathEmitter {
public:
  using Value = mlir::Value;

  MathEmitter(mlir::OpBuilder &builder, mlir::Location loc,
              mlir::FloatType type);

  //===--------------------------------------------------------------------===//
  // Functions. Arguments and results are of the emitter's type.
  //===--------------------------------------------------------------------===//

  Value exp(Value x);
  Value exp2(Value x);
  Value expm1(Value x);
  Value log(Value x);
  Value log2(Value x);
  Value log10(Value x);
  Value log1p(Value x);
  Value tanh(Value x);
  Value erf(Value x);
  Value sinh(Value x);           // (f64)
  Value cosh(Value x);           // (f64)
  Value asinh(Value x);          // (f64)
  Value acosh(Value x);          // (f64)
  Value atanh(Value x);          // (f64)
  Value erfc(Value x);           // (f64)
  Value cbrt(Value x);           // (f64)
  Value pow(Value x, Value y);   // (f64)
  Value sin(Value x);            // (f64)
  Value cos(Value x);            // (f64)
  Value tan(Value x);            // (f64)
  Value atan(Value x);           // (f64)
  Value atan2(Value y, Value x); // (f64)
  Value asin(Value x);           // (f64)
  Value acos(Value x);           // (f64)
  /// Half away from zero.
  Value round(Value x);
  /// x - y * trunc(x / y), exactly, with the sign of x.
  Value remainder(Value x, Value y);
  /// x^n for a signed integer n, by repeated squaring. (f64)
  Value powi(Value x, Value n);

  //===--------------------------------------------------------------------===//
  // Arithmetic
  //===--------------------------------------------------------------------===//

  Value constant(double value);
  Value infinity();
  Value nan();
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value neg(Value a);
  Value abs(Value a);
  Value sqrt(Value a);
  Value trunc(Value a);
  Value copySign(Value magnitude, Value sign);
  /// a * b + c, rounded once.
  Value fma(Value a, Value b, Value c);
  /// c[0] + c[1] x + c[2] x^2 + ...
  Value polynomial(Value x, llvm::ArrayRef<double> c);
  Value less(Value a, Value b);
  Value equal(Value a, Value b);
  Value isNaN(Value a);
  Value select(Value condition, Value a, Value b);
  Value logicalAnd(Value a, Value b);
  Value logicalOr(Value a, Value b);
  /// x limited to [lo, hi]; NaN stays NaN.
  Value clamp(Value x, double lo, double hi);

private:
  /// A rounded float, as a float and as an integer of the same width.
  struct Rounded {
    Value real;
    Value integer;
  };
  /// x = 2^k * m with m in [sqrt(1/2), sqrt(2)); k is a float.
  struct Split {
    Value k;
    Value m;
  };
  /// x = (quadrant + 4 n) * pi/2 + r with |r| <= pi/4; quadrant is in [0, 4).
  struct Reduced {
    Value quadrant;
    Value r;
  };

  /// x to the nearest integer, for |x| below 2^(mantissa bits - 2).
  Rounded roundSmall(Value x);
  Value bits(Value x);
  Value fromBits(Value i);
  Value intConstant(int64_t value);
  /// 2^n as a float, n an integer within the range of normal exponents.
  Value pow2(Value n);
  /// x * 2^n, rounded once, for |n| up to twice the largest exponent.
  Value scale(Value x, Value n);
  /// x - n ln 2, rounded once more than exactly.
  Value reduceLn2(Value x, Value n);
  /// e^r for |r| <= ln(2)/2, and (e^r - 1).
  Value expReduced(Value r);
  Value expm1Reduced(Value r);
  Split splitExponent(Value x);
  /// log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)), with `correction` added
  /// before the largest term.
  Value log1pReduced(Value f, Value correction);
  /// The results of a logarithm outside of (0, inf).
  Value fixLogarithm(Value x, Value result);
  Value sumLogarithm(Value k, Value f, Value correction);
  Reduced reduceHalfPi(Value x);
  Reduced reduceHalfPiSmall(Value x);
  Reduced reduceHalfPiLarge(Value x);
  Value sinReduced(Value r);
  Value cosReduced(Value r);
  /// sin(r + quadrant * pi/2).
  Value sinOfQuadrant(Reduced reduced, int64_t shift);
  /// atan of |x| <= 1.
  Value atanUnit(Value x);
  /// exp(-x^2) * G(x) = erfc(x) for x >= 0.8. (f64)
  Value erfcTail(Value x);
  Value erfF32(Value x);
  /// Unbiased exponent of a positive finite number, subnormals included.
  Value exponent(Value x);

  mlir::ImplicitLocOpBuilder b;
  mlir::FloatType type;
  mlir::IntegerType intType;
  bool wide;
  /// Stored bits of the significand, and the exponent's bias.
  int64_t mantissaBits;
  int64_t bias;
};

} // namespace upweave

#endif // UPWEAVE_MATH_MATHEMITTER_H
