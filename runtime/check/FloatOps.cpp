// Floating-point ops in float64, each with the error it passes on (the size of
// its derivative) and the error it adds (units of the result's roundoff).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ScalarProgram.h"

#include <algorithm>
#include <fmt/format.h>

namespace upweave {
namespace check {

using bundle::Opcode;

namespace {
/// Units that a library or expanded function may be off by.
constexpr double kFunctionUnits = 4;

/// Error from an input: derivative times error, with 0 * Inf = 0.
double passed(double derivative, double e) {
  return e == 0 ? 0 : std::fabs(derivative) * e;
}

/// A comparison of floats that an error of k e could turn around.
bool tooClose(const Value &a, const Value &b) {
  if (std::isinf(a.e) || std::isinf(b.e))
    return true;
  return (a.e > 0 || b.e > 0) &&
         std::fabs(a.v - b.v) <= kMaxTolerance * (a.e + b.e);
}

double larger(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return NAN;
  return a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}
double smaller(double a, double b) { return -larger(-a, -b); }

/// Maxima and minima: the error of the one chosen, or of both when close.
Value extremum(const Op &op, const Value &a, const Value &b) {
  double v;
  switch (op.opcode) {
  case Opcode::MaximumF:
    v = larger(a.v, b.v);
    break;
  case Opcode::MinimumF:
    v = smaller(a.v, b.v);
    break;
  case Opcode::MaxNumF:
    v = std::isnan(a.v) ? b.v : std::isnan(b.v) ? a.v : larger(a.v, b.v);
    break;
  default:
    v = std::isnan(a.v) ? b.v : std::isnan(b.v) ? a.v : smaller(a.v, b.v);
  }
  if (tooClose(a, b))
    return floatValue(v, std::max(a.e, b.e));
  return floatValue(v, v == a.v ? a.e : b.e);
}

bool compare(uint8_t predicate, double a, double b) {
  using P = bundle::FloatPredicate;
  const bool unordered = std::isnan(a) || std::isnan(b);
  switch (P(predicate)) {
  case P::False:
    return false;
  case P::OEQ:
    return !unordered && a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  case P::UNO:
    return unordered;
  case P::True:
    return true;
  }
  throw CheckError(fmt::format("unknown cmpf predicate {}", predicate));
}

/// Steps (floor and the like) are exact unless an error could cross one.
Value step(const Op &op, const Value &a, double (*f)(double)) {
  const double v = f(a.v);
  const double reach = kMaxTolerance * a.e;
  const bool crosses = a.e > 0 && f(a.v - reach) != f(a.v + reach);
  return floatValue(v, crosses ? 1 + a.e : 0);
}

/// The error of a product of two values with errors. That of second order
/// counts where the values themselves are small; where it would be the larger
/// one the bound says nothing any more, and squaring it again and again must
/// not make it infinite.
double productError(const Value &a, const Value &b) {
  const double first = passed(b.v, a.e) + passed(a.v, b.e);
  return first + std::min(a.e * b.e, std::max({first, a.e, b.e}));
}

Value arithmetic(const Op &op, const Value *in) {
  const Value &a = in[0], &b = in[1];
  switch (op.opcode) {
  case Opcode::AddF:
    return rounded(op.dtype, a.v + b.v, a.e + b.e);
  case Opcode::SubF:
    return rounded(op.dtype, a.v - b.v, a.e + b.e);
  case Opcode::MulF:
    return rounded(op.dtype, a.v * b.v, productError(a, b));
  case Opcode::Fma: // possibly a product and a sum
    return rounded(op.dtype, a.v * b.v + in[2].v,
                   productError(a, b) + in[2].e +
                       roundoff(op.dtype) * std::fabs(a.v * b.v));
  case Opcode::DivF: {
    const double q = a.v / b.v;
    return rounded(op.dtype, q, passed(1 / b.v, a.e) + passed(q / b.v, b.e), 2);
  }
  default: { // RemF
    const double q = std::trunc(a.v / b.v);
    return rounded(op.dtype, std::fmod(a.v, b.v), a.e + passed(q, b.e));
  }
  }
}

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

/// Functions that grow, or fall, wherever they are defined: everywhere.
bool isMonotone(Opcode opcode) {
  switch (opcode) {
  case Opcode::Exp:
  case Opcode::Exp2:
  case Opcode::ExpM1:
  case Opcode::Cbrt:
  case Opcode::Atan:
  case Opcode::Sinh:
  case Opcode::Asinh:
  case Opcode::Tanh:
  case Opcode::Erf:
  case Opcode::Erfc:
    return true;
  default:
    return false;
  }
}

Sample sample(Opcode opcode, double x) {
  const bool exponentials = opcode >= Opcode::Rsqrt && opcode <= Opcode::Log1P;
  return exponentials ? exponential(opcode, x) : trigonometric(opcode, x);
}

/// The error that an argument's leads to. A derivative says little about an
/// argument that is not good to a small part of 1: what a monotone function does
/// over all that k e allows is measured, for each k there is.
double passedBy(Opcode opcode, const Sample &at, const Value &a) {
  constexpr double kSmall = 0x1p-6;
  constexpr double kFarthest = 64; // exp of it is as good as no bound
  double e = passed(at.derivative, a.e);
  if (!isMonotone(opcode) || kMaxTolerance * a.e < kSmall)
    return e;
  for (const double k : {tolerance(Precision::Tf32), kMaxTolerance})
    for (const double sign : {-1.0, 1.0}) {
      const double reach = sign * std::min(k * a.e, kFarthest);
      const double change = sample(opcode, a.v + reach).y - at.y;
      if (std::isfinite(change))
        e = std::max(e, std::fabs(change) / k);
    }
  return e;
}

Value function(const Op &op, const Value &a) {
  const Sample s = sample(op.opcode, a.v);
  double e = passedBy(op.opcode, s, a);
  if (hasAbsoluteError(op.opcode))
    e += kFunctionUnits * roundoff(op.dtype);
  return rounded(op.dtype, s.y, e, kFunctionUnits);
}

Value squareRoot(const Op &op, const Value &a) {
  const double y = std::sqrt(a.v);
  // At zero the derivative has no bound, but the change has.
  const double e =
      y > 0 ? std::min(passed(0.5 / y, a.e), std::sqrt(a.e)) : std::sqrt(a.e);
  return rounded(op.dtype, y, e, 2);
}

Value power(const Op &op, const Value *in) {
  const double a = in[0].v;
  const double b = op.opcode == Opcode::FPowI ? double(in[1].i) : in[1].v;
  const double y = std::pow(a, b);
  const double logarithm = a == 0 ? 0 : std::log(std::fabs(a));
  double e = passed(a == 0 ? std::pow(a, b - 1) * b : y * b / a, in[0].e);
  if (op.opcode == Opcode::PowF)
    e += passed(y * logarithm, in[1].e);
  // exp(b log a) scales the logarithm's rounding by b log a.
  return rounded(op.dtype, y, e, kFunctionUnits + std::fabs(b * logarithm));
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
  constexpr double kCurvature = 0.8;
  const double e =
      passed(derivative, a.e) + kCurvature / 2 * kMaxTolerance * a.e * a.e +
      unit * std::fabs(v) *
          (0.5 * kFunctionUnits * std::fabs(t) + 2 * std::fabs(v * slope));
  return rounded(op.dtype, y, e, 2);
}
} // namespace

static thread_local bool overflowIsUnknown = false;

UnknownOverflow::UnknownOverflow() : before(overflowIsUnknown) {
  overflowIsUnknown = true;
}

UnknownOverflow::~UnknownOverflow() { overflowIsUnknown = before; }

Value rounded(DType dtype, double v, double e, double units) {
  if (!std::isfinite(v))
    return floatValue(v, overflowIsUnknown && e != 0 ? INFINITY : 0);
  if (std::fabs(v) >= overflowThreshold(dtype))
    return overflowIsUnknown ? floatValue(NAN, INFINITY)
                             : floatValue(std::copysign(INFINITY, v));
  return floatValue(v, e + units * roundoff(dtype) * std::fabs(v) +
                           underflow(dtype));
}

Value applyFloat(const Op &op, const Value *in) {
  const Value &a = in[0];
  switch (op.opcode) {
  case Opcode::AddF:
  case Opcode::SubF:
  case Opcode::MulF:
  case Opcode::DivF:
  case Opcode::RemF:
  case Opcode::Fma:
    return arithmetic(op, in);
  case Opcode::NegF:
    return floatValue(-a.v, a.e);
  case Opcode::AbsF:
    return floatValue(std::fabs(a.v), a.e);
  case Opcode::CopySign:
    return floatValue(std::copysign(a.v, in[1].v), a.e);
  case Opcode::MaximumF:
  case Opcode::MaxNumF:
  case Opcode::MinimumF:
  case Opcode::MinNumF:
    return extremum(op, a, in[1]);
  case Opcode::ClampF: {
    Op bound = op;
    bound.opcode = Opcode::MaximumF;
    const Value low = extremum(bound, a, in[1]);
    bound.opcode = Opcode::MinimumF;
    return extremum(bound, low, in[2]);
  }
  case Opcode::Sqrt:
    return squareRoot(op, a);
  case Opcode::PowF:
  case Opcode::FPowI:
    return power(op, in);
  case Opcode::Atan2: {
    const double square = a.v * a.v + in[1].v * in[1].v;
    return rounded(op.dtype, std::atan2(a.v, in[1].v),
                   passed(in[1].v / square, a.e) +
                       passed(a.v / square, in[1].e),
                   kFunctionUnits);
  }
  case Opcode::Floor:
    return step(op, a, [](double x) { return std::floor(x); });
  case Opcode::Ceil:
    return step(op, a, [](double x) { return std::ceil(x); });
  case Opcode::Round:
    return step(op, a, [](double x) { return std::round(x); });
  case Opcode::RoundEven:
    return step(op, a, [](double x) { return std::nearbyint(x); });
  case Opcode::TruncFloat:
    return step(op, a, [](double x) { return std::trunc(x); });
  case Opcode::IsNaN:
    return intValue(std::isnan(a.v));
  case Opcode::IsInf:
    return intValue(std::isinf(a.v));
  case Opcode::IsFinite:
    return intValue(std::isfinite(a.v));
  case Opcode::CmpF:
    return intValue(compare(op.predicate, a.v, in[1].v), tooClose(a, in[1]));
  case Opcode::GeluErf:
  case Opcode::GeluTanh:
    return gelu(op, a);
  default:
    return function(op, a);
  }
}

} // namespace check
} // namespace upweave
