// Every op on hostile arguments: whatever a right kernel makes of arguments
// within their errors is within the bound, and the bound is no number that
// compares as it likes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Metric.h"
#include "ScalarProgram.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::check;
using bundle::Opcode;

namespace {

constexpr double kInf = INFINITY;
constexpr double kDenormal = 0x1p-130;

Op make(Opcode opcode, DType dtype, size_t operands) {
  Op op;
  op.opcode = opcode;
  op.dtype = dtype;
  for (size_t i = 0; i < operands; ++i) {
    op.operands.push_back(i);
    op.operandTypes.push_back(dtype);
  }
  return op;
}

double toType(DType dtype, double v) {
  unsigned char bytes[8];
  storeElement(bytes, dtype, 0, v, 0);
  return loadElement(bytes, dtype, 0).v;
}

double flush(double v) {
  return std::fabs(v) < 0x1p-126 ? std::copysign(0.0, v) : v;
}

/// Finite, infinite and none; zeros, denormals, what overflows, and the
/// neighbourhood of every singularity.
std::vector<double> hostileValues() {
  std::vector<double> values = {0, NAN, kInf};
  for (double v :
       {kDenormal, 0x1p-149, 0x1p-126, 1e-30, 1e-10, 1e-3,  0.5,  0.999,
        1.0,       1.001,    M_PI_2,   2.0,   M_PI,  7.5,   10.0, 88.7,
        89.0,      104.0,    1e4,      1e10,  1e30,  3.4e38})
    values.push_back(v);
  for (size_t i = 0, n = values.size(); i < n; ++i)
    values.push_back(-values[i]);
  return values;
}

/// Errors that an argument of size |v| may carry.
std::vector<double> hostileErrors(double v) {
  if (!std::isfinite(v))
    return {0};
  const double size = std::fabs(v);
  return {0, 0x1p-126, 0x1p-24 * size, 1e-3 * size, 0.2 * size, 1e-3, 3.0};
}

std::vector<double> fewErrors(double v) {
  if (!std::isfinite(v))
    return {0};
  return {0, 0x1p-126, 0x1p-24 * std::fabs(v), 0.05 * std::fabs(v) + 1e-3};
}

/// What a kernel may have for an argument of `dtype`: numbers of that type
/// within k e, the ends and what is near to the value first; exact ones as they
/// are; and denormals as zeros, if the op's instruction may do that.
std::vector<double> kernelArguments(const Value &a, double k, DType dtype,
                                    bool flushes) {
  std::vector<double> values = {a.v};
  if (a.e == 0 && flushes && flushesDenormals(dtype))
    values.push_back(flush(a.v));
  if (a.e == 0)
    return values;
  for (double part : {-1.0, -0.5, -0.1, 0.1, 0.5, 1.0}) {
    const double x = toType(dtype, a.v + part * k * a.e);
    if (std::fabs(x - a.v) <= k * a.e)
      values.push_back(x);
  }
  if (std::fabs(a.v) <= k * a.e)
    values.insert(values.end(), {0.0, -0.0});
  if (flushes && flushesDenormals(dtype))
    for (size_t i = 0, n = values.size(); i < n; ++i)
      values.push_back(flush(values[i]));
  return values;
}

/// Whether the metric with tolerance `k` lets `y` pass.
bool admits(const Value &reference, double y, DType dtype, double k) {
  Metric metric(dtype, k == 4 ? Precision::Tf32 : Precision::Ieee);
  metric.add(0, floatValue(y), reference);
  return metric.report().passed();
}

std::string describe(const Op &op, const Value *in, const Value &out) {
  std::string text = opcodeName(op.opcode);
  for (size_t i = 0; i < op.operands.size(); ++i)
    text += fmt::format(" {:.9g}+-{:.4g}", in[i].v, in[i].e);
  return text + fmt::format(" = {:.9g}+-{:.4g} (type {})", out.v, out.e,
                            int(op.dtype));
}

/// Ops on bits, which neither round nor flush.
bool isExact(Opcode opcode) {
  switch (opcode) {
  case Opcode::AbsF:
  case Opcode::NegF:
  case Opcode::CopySign:
  case Opcode::MaximumF:
  case Opcode::MinNumF:
  case Opcode::Floor:
    return true;
  default:
    return false;
  }
}

/// Sums and products have no instruction that takes a denormal for zero.
bool flushesArguments(Opcode opcode) {
  return !isExact(opcode) && opcode != Opcode::AddF && opcode != Opcode::SubF &&
         opcode != Opcode::MulF && opcode != Opcode::RemF;
}

/// Checks one op on one set of arguments; counts what the bound knows.
struct Tally {
  int64_t all = 0, known = 0, failures = 0;

  template <typename Function>
  void check(const Op &op, const Value *in, Function f) {
    const Value reference = applyScalar(op, in);
    ++all;
    ASSERT_FALSE(std::isnan(reference.e)) << describe(op, in, reference);
    if (isUnknown(reference))
      return;
    ++known;
    ASSERT_GE(reference.e, 0) << describe(op, in, reference);
    const bool binary = op.operands.size() > 1;
    const bool flushes = flushesArguments(op.opcode);
    for (double k : {4.0, 8.0})
      for (double x : kernelArguments(in[0], k, op.dtype, flushes))
        for (double z : binary ? kernelArguments(in[1], k, op.dtype, flushes)
                               : std::vector<double>{0}) {
          const double y = toType(op.dtype, f(x, z));
          if ((admits(reference, y, op.dtype, k) &&
               (!flushesDenormals(op.dtype) || isExact(op.opcode) ||
                admits(reference, flush(y), op.dtype, k))) ||
              failures++ > 4)
            continue;
          ADD_FAILURE() << describe(op, in, reference) << ", k " << k
                        << ": a kernel with " << x << ", " << z << " has " << y;
        }
  }
};

struct Unary {
  Opcode opcode;
  double (*f)(double);
  double leastKnown; ///< share of the arguments that a bound must be known for
};

double geluErf(double x) { return x * 0.5 * std::erfc(-x * M_SQRT1_2); }

const Unary kUnary[] = {
    {Opcode::Sqrt, std::sqrt, 0.6},
    {Opcode::Rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.6},
    {Opcode::Cbrt, std::cbrt, 0.9},
    {Opcode::Exp, std::exp, 0.8},
    {Opcode::Exp2, std::exp2, 0.8},
    {Opcode::ExpM1, std::expm1, 0.8},
    {Opcode::Log, std::log, 0.6},
    {Opcode::Log2, std::log2, 0.6},
    {Opcode::Log10, std::log10, 0.6},
    {Opcode::Log1P, std::log1p, 0.7},
    {Opcode::Sin, std::sin, 0.95},
    {Opcode::Cos, std::cos, 0.95},
    {Opcode::Tan, std::tan, 0.5},
    {Opcode::Asin, std::asin, 0.7},
    {Opcode::Acos, std::acos, 0.7},
    {Opcode::Atan, std::atan, 0.95},
    {Opcode::Sinh, std::sinh, 0.8},
    {Opcode::Cosh, std::cosh, 0.8},
    {Opcode::Tanh, std::tanh, 0.95},
    {Opcode::Asinh, std::asinh, 0.95},
    {Opcode::Acosh, std::acosh, 0.7},
    {Opcode::Atanh, std::atanh, 0.7},
    {Opcode::Erf, std::erf, 0.95},
    {Opcode::Erfc, std::erfc, 0.95},
    {Opcode::Floor, std::floor, 0.9},
    {Opcode::AbsF, std::fabs, 0.95},
    {Opcode::NegF, [](double x) { return -x; }, 0.95}};

TEST(Hostile, FunctionsOfOneArgument) {
  for (const Unary &entry : kUnary) {
    Tally tally;
    for (DType dtype : {DType::F32, DType::BF16, DType::F16})
      for (double raw : hostileValues()) {
        const double v = toType(dtype, raw);
        for (double e : hostileErrors(v)) {
          const Value in[] = {floatValue(v, e)};
          tally.check(make(entry.opcode, dtype, 1), in,
                      [&](double x, double) { return entry.f(x); });
        }
      }
    EXPECT_GE(double(tally.known), entry.leastKnown * double(tally.all))
        << opcodeName(entry.opcode);
  }
}

struct Binary {
  Opcode opcode;
  double (*f)(double, double);
  double leastKnown;
};

const Binary kBinary[] = {
    {Opcode::AddF, [](double a, double b) { return a + b; }, 0.9},
    {Opcode::SubF, [](double a, double b) { return a - b; }, 0.9},
    {Opcode::MulF, [](double a, double b) { return a * b; }, 0.8},
    {Opcode::DivF, [](double a, double b) { return a / b; }, 0.4},
    {Opcode::RemF, [](double a, double b) { return std::fmod(a, b); }, 0.4},
    {Opcode::PowF, [](double a, double b) { return std::pow(a, b); }, 0.35},
    {Opcode::Atan2, [](double a, double b) { return std::atan2(a, b); }, 0.9},
    {Opcode::CopySign, [](double a, double b) { return std::copysign(a, b); },
     0.9},
    {Opcode::MaximumF,
     [](double a, double b) {
       return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
     },
     0.95},
    {Opcode::MinNumF, [](double a, double b) { return std::fmin(a, b); },
     0.95}};

TEST(Hostile, FunctionsOfTwoArguments) {
  for (const Binary &entry : kBinary) {
    Tally tally;
    for (double a : hostileValues())
      for (double b : hostileValues())
        for (double ea : fewErrors(a))
          for (double eb : fewErrors(b)) {
            const Value in[] = {floatValue(toType(DType::F32, a), ea),
                                floatValue(toType(DType::F32, b), eb)};
            tally.check(make(entry.opcode, DType::F32, 2), in, entry.f);
          }
    EXPECT_GE(double(tally.known), entry.leastKnown * double(tally.all))
        << opcodeName(entry.opcode);
  }
}

TEST(Hostile, Gelu) {
  Tally tally;
  for (double v : hostileValues())
    for (double e : hostileErrors(v)) {
      const Value in[] = {floatValue(toType(DType::F32, v), e)};
      tally.check(make(Opcode::GeluErf, DType::F32, 1), in,
                  [](double x, double) { return geluErf(x); });
    }
  EXPECT_GE(double(tally.known), 0.95 * double(tally.all));
}

} // namespace
