// Integer ops and casts. An error on an integer says that a float it came from
// was too close to call; an infinite one that the source leaves it undefined.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FloatErrors.h"

#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace upweave {
namespace check {

using bundle::Opcode;

namespace {
/// The value as signed: i1 true is -1.
int64_t asSigned(DType dtype, int64_t i) {
  return integerBits(dtype) == 1 ? -i : i;
}
uint64_t asUnsigned(DType dtype, int64_t i) {
  const int bits = integerBits(dtype);
  return bits == 64 ? uint64_t(i) : uint64_t(i) & ((uint64_t(1) << bits) - 1);
}

int64_t divide(Opcode opcode, DType dtype, int64_t a, int64_t b) {
  if (b == 0)
    throw CheckError("integer division by zero: the result is undefined");
  const int64_t sa = asSigned(dtype, a), sb = asSigned(dtype, b);
  const uint64_t ua = asUnsigned(dtype, a), ub = asUnsigned(dtype, b);
  switch (opcode) {
  case Opcode::DivUI:
    return ua / ub;
  case Opcode::RemUI:
    return ua % ub;
  case Opcode::CeilDivUI:
    return ua / ub + (ua % ub != 0);
  default:
    break;
  }
  if (sb == -1) // the quotient may not fit; wrap like the hardware
    return opcode == Opcode::RemSI ? 0 : int64_t(0 - uint64_t(sa));
  const int64_t quotient = sa / sb, remainder = sa % sb;
  const bool negative = (sa < 0) != (sb < 0);
  switch (opcode) {
  case Opcode::RemSI:
    return remainder;
  case Opcode::CeilDivSI:
    return quotient + (remainder != 0 && !negative);
  case Opcode::FloorDivSI:
    return quotient - (remainder != 0 && negative);
  default:
    return quotient;
  }
}

bool isShift(Opcode opcode) {
  return opcode == Opcode::ShLI || opcode == Opcode::ShRSI ||
         opcode == Opcode::ShRUI;
}

int64_t shift(Opcode opcode, DType dtype, int64_t a, int64_t by) {
  switch (opcode) {
  case Opcode::ShLI:
    return int64_t(uint64_t(a) << by);
  case Opcode::ShRUI:
    return int64_t(asUnsigned(dtype, a) >> by);
  default:
    return asSigned(dtype, a) >> by;
  }
}

int64_t power(int64_t base, int64_t exponent) {
  if (exponent < 0)
    return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  uint64_t result = 1, square = base;
  for (; exponent; exponent >>= 1, square *= square)
    if (exponent & 1)
      result *= square;
  return int64_t(result);
}

int64_t count(Opcode opcode, DType dtype, int64_t a) {
  const int bits = integerBits(dtype);
  const uint64_t u = asUnsigned(dtype, a);
  switch (opcode) {
  case Opcode::CtPop:
    return __builtin_popcountll(u);
  case Opcode::CtTz:
    return u ? __builtin_ctzll(u) : bits;
  default:
    return u ? __builtin_clzll(u) - (64 - bits) : bits;
  }
}

bool compare(uint8_t predicate, DType dtype, int64_t a, int64_t b) {
  using P = bundle::IntPredicate;
  const int64_t sa = asSigned(dtype, a), sb = asSigned(dtype, b);
  const uint64_t ua = asUnsigned(dtype, a), ub = asUnsigned(dtype, b);
  switch (P(predicate)) {
  case P::EQ:
    return a == b;
  case P::NE:
    return a != b;
  case P::SLT:
    return sa < sb;
  case P::SLE:
    return sa <= sb;
  case P::SGT:
    return sa > sb;
  case P::SGE:
    return sa >= sb;
  case P::ULT:
    return ua < ub;
  case P::ULE:
    return ua <= ub;
  case P::UGT:
    return ua > ub;
  case P::UGE:
    return ua >= ub;
  }
  throw CheckError(fmt::format("unknown cmpi predicate {}", predicate));
}

int64_t evaluate(const Op &op, int64_t a, int64_t b) {
  const DType dtype = op.operandTypes[0];
  const int64_t sa = asSigned(dtype, a), sb = asSigned(dtype, b);
  const bool less = asUnsigned(dtype, a) < asUnsigned(dtype, b);
  switch (op.opcode) {
  case Opcode::AddI:
    return int64_t(uint64_t(a) + uint64_t(b));
  case Opcode::SubI:
    return int64_t(uint64_t(a) - uint64_t(b));
  case Opcode::MulI:
    return int64_t(uint64_t(a) * uint64_t(b));
  case Opcode::AndI:
    return a & b;
  case Opcode::OrI:
    return a | b;
  case Opcode::XorI:
    return a ^ b;
  case Opcode::MaxSI:
    return sa > sb ? a : b;
  case Opcode::MinSI:
    return sa < sb ? a : b;
  case Opcode::MaxUI:
    return less ? b : a;
  case Opcode::MinUI:
    return less ? a : b;
  case Opcode::AbsI:
    return sa < 0 ? int64_t(0 - uint64_t(sa)) : sa;
  case Opcode::IPowI:
    return power(sa, sb);
  case Opcode::CtLz:
  case Opcode::CtTz:
  case Opcode::CtPop:
    return count(op.opcode, dtype, a);
  case Opcode::CmpI:
    return compare(op.predicate, dtype, a, b);
  case Opcode::ShLI:
  case Opcode::ShRSI:
  case Opcode::ShRUI:
    return shift(op.opcode, dtype, a, b);
  default:
    return divide(op.opcode, dtype, a, b);
  }
}

/// How far an uncertain operand moves the result.
double evaluateError(const Op &op, const Value &a, const Value *b) {
  const double ea = a.e, eb = b ? b->e : 0;
  if (ea == 0 && eb == 0)
    return 0;
  switch (op.opcode) {
  case Opcode::AddI:
  case Opcode::SubI:
    return ea + eb;
  case Opcode::MulI:
    return std::fabs(double(a.i)) * eb + std::fabs(double(b->i)) * ea +
           kMaxTolerance * ea * eb;
  case Opcode::MaxSI:
  case Opcode::MinSI:
  case Opcode::AbsI:
    return std::max(ea, eb);
  case Opcode::CmpI:
    return std::fabs(double(a.i) - double(b->i)) <= kMaxTolerance * (ea + eb);
  default: // anything in the type's range
    return op.dtype == DType::I1 ? 1
                                 : std::ldexp(1.0, integerBits(op.dtype) - 1);
  }
}

/// Floats to integers. What the target type cannot hold is poison in the
/// source, which a select may leave behind: any integer is right.
Value toInteger(const Op &op, const Value &a) {
  const int bits = integerBits(op.dtype);
  const bool isSigned = op.opcode == Opcode::FPToSI;
  const double high = std::ldexp(1.0, isSigned ? bits - 1 : bits);
  const double low = isSigned ? -high : 0;
  const double least = std::trunc(lowest(a)), most = std::trunc(highest(a));
  if (!(least >= low && most < high))
    return intValue(0, INFINITY);
  const double t = std::trunc(a.v);
  const int64_t i = isSigned ? int64_t(t) : int64_t(uint64_t(t));
  return intValue(wrapInteger(op.dtype, i), least != most ? 1 + a.e : 0);
}

Value bitcast(const Op &op, const Value &a) {
  if (std::isinf(a.e))
    return isFloat(op.dtype) ? floatValue(NAN, INFINITY)
                             : intValue(0, INFINITY);
  if (a.e > 0)
    throw CheckError("a bitcast of a rounded value has no error bound: compare "
                     "with --expect FILE.npy");
  unsigned char bytes[8] = {};
  storeElement(bytes, op.operandTypes[0], 0, a.v, a.i);
  return loadElement(bytes, op.dtype, 0);
}

/// Whether an integer op's result may be anything.
bool isPoison(const Op &op, const Value *in) {
  for (size_t i = 0; i < op.operands.size(); ++i)
    if (std::isinf(in[i].e))
      return true;
  return isShift(op.opcode) &&
         (in[1].i < 0 || in[1].i >= integerBits(op.operandTypes[0]));
}
} // namespace

Value applyInteger(const Op &op, const Value *in) {
  const Value *b = in + 1;
  const bool binary = op.operands.size() > 1;
  if (isPoison(op, in))
    return intValue(0, op.dtype == DType::I1 ? 1 : INFINITY);
  const int64_t i = evaluate(op, in[0].i, binary ? b->i : 0);
  return intValue(wrapInteger(op.dtype, i),
                  evaluateError(op, in[0], binary ? b : nullptr));
}

Value applyCast(const Op &op, const Value *in) {
  const Value &a = in[0];
  const DType from = op.operandTypes[0];
  switch (op.opcode) {
  case Opcode::ExtF:
    return a;
  case Opcode::TruncF:
    return bounded(op.dtype, rounded(op.dtype, a.v, a.e), surelyAbove(a));
  case Opcode::ExtSI:
  case Opcode::IndexCast:
    return intValue(wrapInteger(op.dtype, asSigned(from, a.i)), a.e);
  case Opcode::ExtUI:
  case Opcode::IndexCastUI:
    return intValue(wrapInteger(op.dtype, int64_t(asUnsigned(from, a.i))), a.e);
  case Opcode::TruncI:
    return intValue(wrapInteger(op.dtype, a.i), a.e);
  case Opcode::SIToFP:
    return rounded(op.dtype, double(asSigned(from, a.i)), a.e);
  case Opcode::UIToFP:
    return rounded(op.dtype, double(asUnsigned(from, a.i)), a.e);
  case Opcode::FPToSI:
  case Opcode::FPToUI:
    return toInteger(op, a);
  default:
    return bitcast(op, a);
  }
}

} // namespace check
} // namespace upweave
