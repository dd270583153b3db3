// Floating-point arithmetic in float64, each op with the error it passes on and
// the error it adds (units of the result's roundoff).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FloatErrors.h"

#include <algorithm>
#include <fmt/format.h>

namespace upweave {
namespace check {

using bundle::Opcode;

namespace {
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
Value extremum(Opcode opcode, const Value &a, const Value &b) {
  const bool isMaximum =
      opcode == Opcode::MaximumF || opcode == Opcode::MaxNumF;
  const bool skipsNaN = opcode == Opcode::MaxNumF || opcode == Opcode::MinNumF;
  if (skipsNaN && std::isnan(a.v))
    return b;
  if (skipsNaN && std::isnan(b.v))
    return a;
  const double v = isMaximum ? larger(a.v, b.v) : smaller(a.v, b.v);
  Value result = floatValue(v, tooClose(a, b) ? std::max(a.e, b.e)
                               : v == a.v     ? a.e
                                              : b.e);
  const double lowA = surelyAbove(a), lowB = surelyAbove(b);
  result.low = isMaximum ? std::max(lowA, lowB) : std::min(lowA, lowB);
  return result;
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
Value step(const Value &a, double (*f)(double)) {
  const double v = f(a.v);
  const bool crosses = a.e > 0 && f(lowest(a)) != f(highest(a));
  Value result = floatValue(v, crosses ? 1 + a.e : 0);
  result.low = f(surelyAbove(a));
  return result;
}

/// The two factors are one value: its square is not negative. Two arguments of
/// one tensor are told by what they are.
bool isSquare(const Value &a, const Value &b) {
  return a.v == b.v && a.e == b.e && a.low == b.low;
}

/// What no kernel's product is below.
double leastProduct(const Value &a, const Value &b) {
  const double lowA = surelyAbove(a), lowB = surelyAbove(b);
  if (lowA >= 0 && lowB >= 0)
    return lowA == 0 || lowB == 0 ? 0 : lowA * lowB;
  return isSquare(a, b) ? 0 : -INFINITY;
}

/// What a factor is off by that its type's 1/N stands for (N no power of two):
/// who means a mean may divide.
double reciprocalError(DType dtype, const Value &factor) {
  const double size = std::fabs(factor.v);
  if (factor.e != 0 || !(size < 0.5) || size < 0x1p-30)
    return 0;
  const double n = std::nearbyint(1 / size);
  const double off = std::fabs(std::fma(-size, n, 1.0));
  return off <= roundoff(dtype) ? off / n : 0;
}

/// Of a product, or quotient, with an infinite operand: certain, unless the
/// other one may be zero or of either sign.
Value ofInfinity(double v, const Value &other) {
  return floatValue(v, other.e != 0 && mayBeZero(other) ? INFINITY : 0);
}

Value product(DType dtype, const Value &a, const Value &b) {
  const double v = a.v * b.v;
  if (std::isinf(a.v) || std::isinf(b.v))
    return ofInfinity(v, std::isinf(a.v) ? b : a);
  const double e = productError(a, b) +
                   std::fabs(a.v) * reciprocalError(dtype, b) +
                   std::fabs(b.v) * reciprocalError(dtype, a);
  return bounded(dtype, rounded(dtype, v, e), leastProduct(a, b));
}

Value quotient(DType dtype, const Value &dividend, const Value &divisor) {
  const Value a = flushed(dtype, dividend), b = flushed(dtype, divisor);
  const double q = a.v / b.v;
  if (b.e != 0 && mayBeZero(b))
    return floatValue(q, INFINITY);
  if (b.v == 0 || std::isinf(a.v))
    return ofInfinity(q, std::isinf(a.v) ? b : a);
  // |a'/b' - a/b| <= (|a' - a| + |q| |b' - b|) / |b'|
  const double nearest = b.v > 0 ? lowest(b) : -highest(b);
  const double e = (a.e + passed(q, b.e)) / nearest;
  return bounded(dtype, rounded(dtype, q, e, 2),
                 surelyAbove(a) >= 0 && surelyAbove(b) >= 0 ? 0 : -INFINITY);
}

Value remainder(DType dtype, const Value &a, const Value &b) {
  const double r = std::fmod(a.v, b.v);
  if (b.e != 0 && mayBeZero(b))
    return floatValue(r, INFINITY);
  const double q = std::trunc(a.v / b.v), size = std::fabs(r);
  double e = a.e + passed(q, b.e);
  const double reach = kMaxTolerance * (e + b.e);
  if (reach > 0 && (size <= reach || std::fabs(b.v) - size <= reach))
    e += std::fabs(b.v); // one more multiple, or one less
  return rounded(dtype, r, e);
}

Value sum(DType dtype, const Value &a, const Value &b, double sign,
          double more) {
  const Value result = rounded(dtype, a.v + sign * b.v, a.e + b.e + more);
  return sign > 0 ? bounded(dtype, result, surelyAbove(a) + surelyAbove(b))
                  : result;
}

Value arithmetic(const Op &op, const Value *in) {
  const Value &a = in[0], &b = in[1];
  switch (op.opcode) {
  case Opcode::AddF:
    return sum(op.dtype, a, b, 1, 0);
  case Opcode::SubF:
    return sum(op.dtype, a, b, -1, 0);
  case Opcode::MulF:
    return product(op.dtype, a, b);
  case Opcode::Fma: { // possibly a product and a sum
    Value first = product(DType::F64, a, b);
    return sum(op.dtype, first, in[2], 1,
               std::isfinite(first.v) ? roundoff(op.dtype) * std::fabs(first.v)
                                      : 0);
  }
  case Opcode::DivF:
    return quotient(op.dtype, a, b);
  default:
    return remainder(op.dtype, a, b);
  }
}

/// Whether an operand may be anything.
bool hasUnknown(const Op &op, const Value *in) {
  for (size_t i = 0; i < op.operands.size(); ++i)
    if (std::isinf(in[i].e))
      return true;
  return false;
}

/// Ops on floats that give floats.
Value applyKnown(const Op &op, const Value *in) {
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
  case Opcode::AbsF: {
    Value result = floatValue(std::fabs(a.v), a.e);
    result.low = std::max(surelyAbove(a), 0.0);
    return result;
  }
  case Opcode::CopySign: {
    const bool signKnown = in[1].e == 0 || !mayBeZero(in[1]) || std::isnan(a.v);
    return floatValue(std::copysign(a.v, in[1].v),
                      signKnown ? a.e : a.e + std::fabs(a.v));
  }
  case Opcode::MaximumF:
  case Opcode::MaxNumF:
  case Opcode::MinimumF:
  case Opcode::MinNumF:
    return extremum(op.opcode, a, in[1]);
  case Opcode::ClampF:
    return extremum(Opcode::MinimumF, extremum(Opcode::MaximumF, a, in[1]),
                    in[2]);
  case Opcode::PowF:
  case Opcode::FPowI:
    return applyPower(op, in);
  case Opcode::Atan2:
    return applyAtan2(op, in);
  case Opcode::Floor:
    return step(a, [](double x) { return std::floor(x); });
  case Opcode::Ceil:
    return step(a, [](double x) { return std::ceil(x); });
  case Opcode::Round:
    return step(a, [](double x) { return std::round(x); });
  case Opcode::RoundEven:
    return step(a, [](double x) { return std::nearbyint(x); });
  case Opcode::TruncFloat:
    return step(a, [](double x) { return std::trunc(x); });
  default:
    return applyFunction(op, a);
  }
}
} // namespace

static thread_local bool overflowIsUnknown = false;

UnknownOverflow::UnknownOverflow() : before(overflowIsUnknown) {
  overflowIsUnknown = true;
}

UnknownOverflow::~UnknownOverflow() { overflowIsUnknown = before; }

Value rounded(DType dtype, double v, double e, double units) {
  if (!std::isfinite(v)) // whatever led to it is as certain as it is unknown
    return floatValue(v, std::isinf(e) ? INFINITY : 0);
  const double size = std::fabs(v), threshold = overflowThreshold(dtype);
  // Of what is off by k e, the rounding is that of where it is.
  const double rounding = units * roundoff(dtype);
  const double total = e + rounding * (size + e) + underflow(dtype);
  if (size + kMaxTolerance * total < threshold || std::isnan(total))
    return floatValue(v, total);
  if (overflowIsUnknown && size >= threshold)
    return floatValue(NAN, INFINITY);
  // Near the threshold a kernel has the one or the other.
  const bool overflows = size >= threshold;
  const bool certain = size - kMaxTolerance * total >= threshold;
  return floatValue(overflows ? std::copysign(INFINITY, v) : v,
                    certain ? 0 : INFINITY);
}

Value roundedSum(DType dtype, const SumOf &sum) {
  // Partial sums are between those of the negative and the positive terms.
  const double v = sum.v, size = std::fabs(v);
  const double threshold = overflowThreshold(sumType(dtype));
  const double more = (sum.magnitude + size) / 2;
  const double less = (sum.magnitude - size) / 2;
  if (std::isfinite(v) && (size < threshold ? more : less) >= threshold)
    return floatValue(v, INFINITY);
  double e = sum.e + sum.unit * sum.magnitude;
  if (flushesDenormals(dtype))
    e += sum.count * underflow(dtype);
  return bounded(dtype, rounded(dtype, v, std::isfinite(v) ? e : sum.e),
                 sum.low);
}

Value applyFloat(const Op &op, const Value *in) {
  const Value &a = in[0];
  switch (op.opcode) {
  case Opcode::IsNaN:
    return intValue(std::isnan(a.v), std::isinf(a.e));
  case Opcode::IsInf:
    return intValue(std::isinf(a.v), std::isinf(a.e));
  case Opcode::IsFinite:
    return intValue(std::isfinite(a.v), std::isinf(a.e));
  case Opcode::CmpF:
    return intValue(compare(op.predicate, a.v, in[1].v), tooClose(a, in[1]));
  default:
    break;
  }
  if (!hasUnknown(op, in))
    return applyKnown(op, in);
  Value known[3];
  for (size_t i = 0; i < op.operands.size(); ++i) {
    known[i] = in[i];
    known[i].e = 0;
  }
  return floatValue(applyKnown(op, known).v, INFINITY);
}

} // namespace check
} // namespace upweave
