// Functions in float64 with their errors: derivatives where an argument is good,
// the change over all that it may be where it is not, and what no bound can say
// where that crosses a singularity.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FloatErrors.h"

namespace upweave {
namespace check {

using bundle::Opcode;

namespace {
/// Units that a library or expanded function may be off by.
constexpr double kFunctionUnits = 4;

/// Functions of one argument: value and derivative.
struct Sample {
  double y, derivative;
};

Sample exponential(Opcode opcode, double x) {
  constexpr double kLn2 = 0.693147180559945309417, kLn10 = 2.302585092994045684;
  switch (opcode) {
  case Opcode::Exp:
    return {std::exp(x), std::exp(x)};
  case Opcode::Exp2:
    return {std::exp2(x), kLn2 * std::exp2(x)};
  case Opcode::ExpM1:
    return {std::expm1(x), std::exp(x)};
  case Opcode::Log:
    return {std::log(x), 1 / x};
  case Opcode::Log2:
    return {std::log2(x), 1 / (x * kLn2)};
  case Opcode::Log10:
    return {std::log10(x), 1 / (x * kLn10)};
  case Opcode::Log1P:
    return {std::log1p(x), 1 / (1 + x)};
  case Opcode::Cbrt:
    return {std::cbrt(x), 1 / (3 * std::cbrt(x) * std::cbrt(x))};
  default: // Rsqrt
    return {1 / std::sqrt(x), -0.5 / (x * std::sqrt(x))};
  }
}

Sample trigonometric(Opcode opcode, double x) {
  switch (opcode) {
  case Opcode::Sin:
    return {std::sin(x), std::cos(x)};
  case Opcode::Cos:
    return {std::cos(x), std::sin(x)};
  case Opcode::Tan:
    return {std::tan(x), 1 + std::tan(x) * std::tan(x)};
  case Opcode::Asin:
    return {std::asin(x), 1 / std::sqrt(1 - x * x)};
  case Opcode::Acos:
    return {std::acos(x), 1 / std::sqrt(1 - x * x)};
  case Opcode::Atan:
    return {std::atan(x), 1 / (1 + x * x)};
  case Opcode::Sinh:
    return {std::sinh(x), std::cosh(x)};
  case Opcode::Cosh:
    return {std::cosh(x), std::sinh(x)};
  case Opcode::Asinh:
    return {std::asinh(x), 1 / std::sqrt(1 + x * x)};
  case Opcode::Acosh:
    return {std::acosh(x), 1 / std::sqrt(x * x - 1)};
  case Opcode::Atanh:
    return {std::atanh(x), 1 / (1 - x * x)};
  case Opcode::Tanh:
    return {std::tanh(x), 1 - std::tanh(x) * std::tanh(x)};
  case Opcode::Erf:
    return {std::erf(x), 2 / std::sqrt(M_PI) * std::exp(-x * x)};
  default: // Erfc
    return {std::erfc(x), 2 / std::sqrt(M_PI) * std::exp(-x * x)};
  }
}

/// Functions that are small differences of larger numbers near their zeros,
/// where an expansion is good to an absolute error.
bool hasAbsoluteError(Opcode opcode) {
  return opcode == Opcode::Sin || opcode == Opcode::Cos ||
         opcode == Opcode::Tan || opcode == Opcode::Erfc ||
         opcode == Opcode::Acos;
}

Sample sample(Opcode opcode, double x) {
  if (opcode == Opcode::Sqrt)
    return {std::sqrt(x), 0.5 / std::sqrt(x)};
  const bool exponentials = opcode >= Opcode::Rsqrt && opcode <= Opcode::Log1P;
  return exponentials ? exponential(opcode, x) : trigonometric(opcode, x);
}

/// Functions whose slope does not change over the smallest parts of 1, wherever
/// their argument is.
bool isSmooth(Opcode opcode) {
  switch (opcode) {
  case Opcode::Exp:
  case Opcode::Exp2:
  case Opcode::ExpM1:
  case Opcode::Atan:
  case Opcode::Sinh:
  case Opcode::Cosh:
  case Opcode::Asinh:
  case Opcode::Tanh:
  case Opcode::Erf:
  case Opcode::Erfc:
    return true;
  default:
    return false;
  }
}

/// Where a function is defined; at the ends of an open one it is infinite.
struct Domain {
  double low = -INFINITY, high = INFINITY;
  bool isOpen = true;
};

Domain domainOf(Opcode opcode) {
  switch (opcode) {
  case Opcode::Log:
  case Opcode::Log2:
  case Opcode::Log10:
  case Opcode::Rsqrt:
    return {0};
  case Opcode::Log1P:
    return {-1};
  case Opcode::Sqrt:
    return {0, INFINITY, /*isOpen=*/false};
  case Opcode::Acosh:
    return {1, INFINITY, /*isOpen=*/false};
  case Opcode::Asin:
  case Opcode::Acos:
    return {-1, 1, /*isOpen=*/false};
  case Opcode::Atanh:
    return {-1, 1};
  default:
    return {};
  }
}

/// Whether what k e allows an argument leaves a function's domain or meets a
/// pole: a kernel may then have a NaN or an infinity.
bool crosses(Opcode opcode, const Value &a) {
  const double low = lowest(a), high = highest(a);
  if (opcode == Opcode::Tan)
    return std::floor(low / M_PI + 0.5) != std::floor(high / M_PI + 0.5);
  const Domain d = domainOf(opcode);
  if (high < d.low || low > d.high)
    return false; // a NaN everywhere
  return d.isOpen ? !(low > d.low && high < d.high)
                  : !(low >= d.low && high <= d.high);
}

/// Functions that tell a denormal argument from zero.
bool isSteepAtZero(Opcode opcode) {
  switch (opcode) {
  case Opcode::Sqrt:
  case Opcode::Rsqrt:
  case Opcode::Cbrt:
  case Opcode::Log:
  case Opcode::Log2:
  case Opcode::Log10:
    return true;
  default:
    return false;
  }
}

/// Values that no kernel's function is below.
double leastOf(Opcode opcode, const Value &a) {
  switch (opcode) {
  case Opcode::Exp:
  case Opcode::Exp2:
  case Opcode::Rsqrt:
  case Opcode::Acos:
  case Opcode::Erfc:
    return 0;
  case Opcode::Cosh:
    return 1;
  case Opcode::Sin:
  case Opcode::Cos:
  case Opcode::ExpM1:
  case Opcode::Tanh:
  case Opcode::Erf:
    return -1;
  case Opcode::Sqrt:
    return std::sqrt(std::max(surelyAbove(a), 0.0));
  case Opcode::Log1P:
  case Opcode::Cbrt:
  case Opcode::Asinh:
  case Opcode::Atan:
    return surelyAbove(a) >= 0 ? 0 : -INFINITY;
  default:
    return -INFINITY;
  }
}

/// The error that an argument's leads to, inside the domain.
double passedBy(Opcode opcode, const Sample &at, const Value &a) {
  constexpr double kSmall = 0x1p-14, kTiny = 0x1p-20;
  const double reach = kMaxTolerance * a.e;
  if (opcode == Opcode::Sin || opcode == Opcode::Cos) // |f| <= 1, |f''| <= 1
    return std::min({0.5, a.e, passed(at.derivative, a.e) + reach * a.e / 2});
  if (isSmooth(opcode) && reach < kSmall)
    return passed(at.derivative, a.e) * (1 + reach);
  double e = measured(a, at.y, [&](double x) { return sample(opcode, x).y; });
  if (opcode == Opcode::Cosh && mayBeZero(a)) // where it turns
    e = std::max(e, (at.y - 1) / tolerance(Precision::Tf32));
  // Below what float64 tells apart the derivative is all there is.
  return reach <= kTiny * std::fabs(a.v)
             ? std::max(e, passed(at.derivative, a.e))
             : e;
}

/// v (1 + t) / 2 for t = erf(v / sqrt 2) or tanh(c0 (v + c1 v^3)). The sum 1 +
/// t is rounded near one, so that its error is absolute.
Value gelu(const Op &op, const Value &a) {
  const double v = a.v;
  double t, slope, y;
  if (op.opcode == Opcode::GeluErf) {
    t = std::erf(v * M_SQRT1_2);
    slope = std::sqrt(2 / M_PI) * std::exp(-v * v / 2);
    y = v * 0.5 * std::erfc(-v * M_SQRT1_2);
  } else {
    const double inner = op.value * (v + op.value2 * v * v * v);
    t = std::tanh(inner);
    slope = (1 - t * t) * op.value * (1 + 3 * op.value2 * v * v);
    y = v / (1 + std::exp(-2 * inner));
  }
  if (std::isinf(v))
    return floatValue(v > 0 ? v : NAN);
  const double derivative = 0.5 * (1 + t) + 0.5 * v * slope;
  const double unit = roundoff(op.dtype);
  // Around its minimum the derivative vanishes, and what k a.e allows the
  // argument moves the value by the second order: |gelu''| <= 2 phi(0) < 0.8.
  constexpr double kCurvature = 0.8, kSteepest = 1.13;
  const double e =
      std::min(passed(derivative, a.e) +
                   kCurvature / 2 * kMaxTolerance * a.e * a.e,
               kSteepest * a.e) +
      unit * std::fabs(v) *
          (0.5 * kFunctionUnits * std::fabs(t) + 2 * std::fabs(v * slope));
  return rounded(op.dtype, y, e, 2);
}
} // namespace

Value flushed(DType dtype, Value a) {
  const double size = std::fabs(a.v);
  if (!flushesDenormals(dtype) || size == 0 ||
      size - kMaxTolerance * a.e >= smallestNormal(dtype))
    return a;
  if (a.e == 0)
    a.low = a.v > 0 ? 0 : -INFINITY;
  a.e = std::max(a.e, size / tolerance(Precision::Tf32));
  return a;
}

Value bounded(DType dtype, Value result, double low) {
  // Functions are rounded by some units, and flushed.
  constexpr double kUnits = 64;
  low -= std::fabs(low) * kUnits * roundoff(dtype);
  if (std::fabs(low) < smallestNormal(dtype) && low > 0)
    low = 0;
  result.low = std::isfinite(low) ? low : -INFINITY;
  return result;
}

Value applyFunction(const Op &op, const Value &in) {
  if (op.opcode == Opcode::GeluErf || op.opcode == Opcode::GeluTanh)
    return gelu(op, in);
  const Value a = isSteepAtZero(op.opcode) ? flushed(op.dtype, in) : in;
  const Sample s = sample(op.opcode, a.v);
  if (a.e != 0 && crosses(op.opcode, a))
    return floatValue(s.y, INFINITY);
  double e = a.e == 0 || std::isnan(s.y) ? 0 : passedBy(op.opcode, s, a);
  if (hasAbsoluteError(op.opcode))
    e += kFunctionUnits * roundoff(op.dtype);
  const double units = op.opcode == Opcode::Sqrt ? 2 : kFunctionUnits;
  return bounded(op.dtype, rounded(op.dtype, s.y, e, units),
                 leastOf(op.opcode, a));
}

namespace {
/// Whether a power of bases and exponents within their errors may be a NaN or
/// an infinity, or jump.
bool mayBeSingular(const Value &a, double leastB, double mostB,
                   bool wholeExponent) {
  if (lowest(a) > 0)
    return false;
  if (lowest(a) < 0 && highest(a) >= 0 && !wholeExponent)
    return true; // a NaN below zero
  if (highest(a) < 0)
    return !wholeExponent && leastB != mostB; // signs, and NaN in between
  // Bases of zero: 0^b is infinite below b = 0, and 1 at it.
  return wholeExponent ? leastB < 0 : leastB <= 0;
}

/// Powers grow or fall in each argument, but for whole ones, which turn at
/// zero: the corners of what the arguments may be are the farthest.
double powerError(const Value &a, const Value &b, double y, bool whole) {
  double e = 0;
  for (const double k : {tolerance(Precision::Tf32), kMaxTolerance})
    for (const double x : {lowest(a, k), highest(a, k)})
      for (const double t : {lowest(b, k), highest(b, k)}) {
        const double change = std::fabs(std::pow(x, t) - y);
        e = std::isnan(change) && std::isfinite(y) ? INFINITY
                                                   : std::max(e, change / k);
      }
  if (whole && mayBeZero(a))
    e = std::max(e, std::fabs(y) / tolerance(Precision::Tf32));
  // What float64 does not tell apart.
  constexpr double kTiny = 0x1p-20;
  double slopes = 0;
  if (a.e != 0 && kMaxTolerance * a.e <= kTiny * std::fabs(a.v))
    slopes += passed(y * b.v / a.v, a.e);
  if (b.e != 0 && kMaxTolerance * b.e <= kTiny && a.v != 0)
    slopes += passed(y * std::log(std::fabs(a.v)), b.e);
  return std::isfinite(slopes) ? std::max(e, slopes) : e;
}
} // namespace

Value applyPower(const Op &op, const Value *in) {
  const Value a = flushed(op.dtype, in[0]);
  const bool isInteger = op.opcode == Opcode::FPowI;
  const Value b = isInteger ? floatValue(double(in[1].i), in[1].e)
                            : flushed(op.dtype, in[1]);
  const double y = std::pow(a.v, b.v);
  const bool whole = b.e == 0 && std::trunc(b.v) == b.v;
  const double leastB = lowest(b), mostB = highest(b);
  if ((a.e != 0 || b.e != 0) && mayBeSingular(a, leastB, mostB, whole))
    return floatValue(y, INFINITY);
  double e = 0;
  if ((a.e != 0 || b.e != 0) && !std::isnan(y))
    e = powerError(a, b, y, whole);
  // exp(b log a) scales the logarithm's rounding by b log a.
  const double logarithm = a.v == 0 ? 0 : std::log(std::fabs(a.v));
  const double exponent = std::isfinite(b.v * logarithm) ? b.v * logarithm : 0;
  const bool even = whole && std::fmod(b.v, 2) == 0;
  return bounded(op.dtype,
                 rounded(op.dtype, y, e, kFunctionUnits + std::fabs(exponent)),
                 even || surelyAbove(a) >= 0 ? 0 : -INFINITY);
}

Value applyAtan2(const Op &op, const Value *in) {
  const Value a = flushed(op.dtype, in[0]), b = flushed(op.dtype, in[1]);
  const double y = std::atan2(a.v, b.v);
  double e = 0;
  if (a.e != 0 || b.e != 0) {
    // All angles are within 2 pi, across the cut and around the origin.
    const double all = 2 * M_PI / tolerance(Precision::Tf32);
    const double radius = std::hypot(a.v, b.v);
    const double nearest = radius - kMaxTolerance * std::hypot(a.e, b.e);
    const bool cut = lowest(b) < 0 && mayBeZero(a) && a.e != 0;
    if (nearest <= 0 || cut)
      e = all;
    else if (std::isfinite(radius))
      e = std::min(
          all, (std::fabs(b.v / radius) * a.e + std::fabs(a.v / radius) * b.e) *
                   (radius / nearest / nearest));
  }
  return rounded(op.dtype, y, e, kFunctionUnits);
}

} // namespace check
} // namespace upweave
