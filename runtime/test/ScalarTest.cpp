// Scalar ops of the reference: values, and errors that follow the derivative.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ScalarProgram.h"

#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::check;
using bundle::Opcode;

namespace {

Op make(Opcode opcode, DType dtype, std::vector<DType> types) {
  Op op;
  op.opcode = opcode;
  op.dtype = dtype;
  op.operandTypes = types;
  for (size_t i = 0; i < types.size(); ++i)
    op.operands.push_back(i);
  return op;
}

Value unary(Opcode opcode, double v, double e = 0, DType dtype = DType::F64) {
  const Value in[] = {floatValue(v, e)};
  return applyScalar(make(opcode, dtype, {dtype}), in);
}

int64_t integer(Opcode opcode, DType dtype, int64_t a, int64_t b) {
  const Value in[] = {intValue(a), intValue(b)};
  Op op = make(opcode, dtype, {dtype, dtype});
  if (operandCount(opcode) == 1)
    op.operands.resize(1);
  return applyScalar(op, in).i;
}

/// For each function: its error is the change of its value to first order.
TEST(ScalarOps, ErrorsFollowTheDerivative) {
  const Opcode opcodes[] = {
      Opcode::Exp,   Opcode::Exp2,  Opcode::ExpM1, Opcode::Log,    Opcode::Log2,
      Opcode::Log10, Opcode::Log1P, Opcode::Sqrt,  Opcode::Rsqrt,  Opcode::Cbrt,
      Opcode::Erf,   Opcode::Erfc,  Opcode::Sin,   Opcode::Cos,    Opcode::Tan,
      Opcode::Asin,  Opcode::Acos,  Opcode::Atan,  Opcode::Sinh,   Opcode::Cosh,
      Opcode::Tanh,  Opcode::Asinh, Opcode::Atanh, Opcode::GeluErf};
  for (Opcode opcode : opcodes)
    for (double x : {0.1, 0.37, 0.8}) {
      const double h = 1e-6;
      const double change =
          std::fabs(unary(opcode, x + h).v - unary(opcode, x - h).v) / 2;
      EXPECT_NEAR(change, unary(opcode, x, h).e, 1e-3 * change + 1e-14)
          << opcodeName(opcode) << " at " << x;
    }
}

/// Where the argument is good to no part of 1, what k e of it does counts.
TEST(ScalarOps, MonotoneFunctionsOfCoarseArguments) {
  for (Opcode opcode : {Opcode::Exp, Opcode::ExpM1, Opcode::Tanh, Opcode::Erf,
                        Opcode::Erfc, Opcode::Atan, Opcode::Sinh})
    for (double x : {-6.0, 0.0, 5.0})
      for (double e : {0.01, 0.25, 2.0})
        for (double k : {4.0, 8.0})
          for (double sign : {-1.0, 1.0})
            EXPECT_LE(std::fabs(unary(opcode, x + sign * k * e).v -
                                unary(opcode, x).v),
                      k * unary(opcode, x, e).e)
                << opcodeName(opcode) << " at " << x << " with " << e;
  // Nothing is known any more, which is not the same as a fault.
  EXPECT_TRUE(std::isinf(unary(Opcode::Exp, 0, 1e9).e));
}

TEST(ScalarOps, GeluForms) {
  EXPECT_NEAR(0.8413447460685429, unary(Opcode::GeluErf, 1).v, 1e-15);
  EXPECT_NEAR(-0.15865525393145707, unary(Opcode::GeluErf, -1).v, 1e-15);
  Op op = make(Opcode::GeluTanh, DType::F32, {DType::F32});
  op.value = 0.7978845608028654;
  op.value2 = 0.044715;
  for (double v : {-3.0, -0.5, 0.0, 1.0, 4.0}) {
    const Value in[] = {floatValue(v)};
    const double expected =
        0.5 * v * (1 + std::tanh(op.value * (v + op.value2 * v * v * v)));
    EXPECT_NEAR(expected, applyScalar(op, in).v, 1e-14) << v;
  }
}

TEST(ScalarOps, RoundingIsOfTheResultType) {
  const Value in[] = {floatValue(3), floatValue(4)};
  EXPECT_NEAR(
      7 * 0x1p-24,
      applyScalar(make(Opcode::AddF, DType::F32, {DType::F32, DType::F32}), in)
          .e,
      1e-20);
  EXPECT_NEAR(
      7 * 0x1p-11,
      applyScalar(make(Opcode::AddF, DType::F16, {DType::F16, DType::F16}), in)
          .e,
      1e-6);
  const Value product[] = {floatValue(3, 0.1), floatValue(4, 0.2)};
  EXPECT_NEAR(
      3 * 0.2 + 4 * 0.1 + kMaxTolerance * 0.02,
      applyScalar(make(Opcode::MulF, DType::F64, {DType::F64, DType::F64}),
                  product)
          .e,
      1e-12);
}

TEST(ScalarOps, OverflowOfTheTypeIsInfinity) {
  EXPECT_EQ(65519, unary(Opcode::TruncF, 65519, 0, DType::F16).v);
  EXPECT_TRUE(std::isinf(unary(Opcode::TruncF, 65520, 0, DType::F16).v));
  EXPECT_TRUE(std::isinf(unary(Opcode::Exp, 100, 0, DType::F32).v));
  EXPECT_FALSE(std::isinf(unary(Opcode::Exp, 100, 0, DType::F64).v));
}

/// An infinity of the source may lead to a finite value that no kernel sees.
TEST(ScalarOps, OverflowMayBeUnknown) {
  UnknownOverflow unknown;
  const Value in[] = {floatValue(300), floatValue(300)};
  const Value square =
      applyScalar(make(Opcode::MulF, DType::F16, {DType::F16, DType::F16}), in);
  EXPECT_TRUE(std::isnan(square.v));
  EXPECT_TRUE(std::isinf(square.e));
  const Value zero =
      applyScalar(make(Opcode::Rsqrt, DType::F16, {DType::F16}), &square);
  EXPECT_TRUE(std::isnan(zero.v));
  EXPECT_TRUE(std::isinf(zero.e));
  // Nor may a comparison make it known again.
  const Value limits[] = {zero, floatValue(0)};
  Op compare = make(Opcode::CmpF, DType::I1, {DType::F16, DType::F16});
  compare.predicate = uint8_t(bundle::FloatPredicate::OGT);
  EXPECT_NE(0, applyScalar(compare, limits).e);
}

TEST(ScalarOps, CloseComparisonsCount) {
  Op greater = make(Opcode::CmpF, DType::I1, {DType::F32, DType::F32});
  greater.predicate = uint8_t(bundle::FloatPredicate::OGT);
  const Value clear[] = {floatValue(1, 1e-3), floatValue(0)};
  const Value close[] = {floatValue(1e-3, 1e-3), floatValue(0)};
  EXPECT_EQ(0, applyScalar(greater, clear).e);
  EXPECT_EQ(1, applyScalar(greater, close).e);
  Op select =
      make(Opcode::Select, DType::F32, {DType::I1, DType::F32, DType::F32});
  const Value choice[] = {applyScalar(greater, close), floatValue(5, 0.1),
                          floatValue(2)};
  EXPECT_EQ(5, applyScalar(select, choice).v);
  EXPECT_NEAR(3.1, applyScalar(select, choice).e, 1e-12);
  // A ReLU is continuous: no jump at zero.
  const Value relu[] = {floatValue(1e-4, 1e-3), floatValue(0)};
  EXPECT_NEAR(
      1e-3,
      applyScalar(make(Opcode::MaximumF, DType::F32, {DType::F32, DType::F32}),
                  relu)
          .e,
      1e-12);
  EXPECT_EQ(0, unary(Opcode::Floor, 2.5, 1e-3).e);
  EXPECT_GT(unary(Opcode::Floor, 2.999, 1e-3).e, 1);
}

TEST(ScalarOps, NaNs) {
  const std::vector<DType> two = {DType::F32, DType::F32};
  const Value in[] = {floatValue(NAN), floatValue(1)};
  EXPECT_TRUE(
      std::isnan(applyScalar(make(Opcode::MaximumF, DType::F32, two), in).v));
  EXPECT_EQ(1, applyScalar(make(Opcode::MaxNumF, DType::F32, two), in).v);
  Op compare = make(Opcode::CmpF, DType::I1, two);
  for (uint8_t predicate = 0; predicate < 16; ++predicate) {
    compare.predicate = predicate;
    EXPECT_EQ(predicate >= 8, applyScalar(compare, in).i) << int(predicate);
  }
  EXPECT_EQ(0, unary(Opcode::Sqrt, -1, 1e-3).e);
}

TEST(ScalarOps, Integers) {
  EXPECT_EQ(-128, integer(Opcode::AddI, DType::I8, 127, 1));
  EXPECT_EQ(-2, integer(Opcode::FloorDivSI, DType::I32, -3, 2));
  EXPECT_EQ(-1, integer(Opcode::CeilDivSI, DType::I32, -3, 2));
  EXPECT_EQ(-1, integer(Opcode::DivSI, DType::I32, -3, 2));
  EXPECT_EQ(-1, integer(Opcode::RemSI, DType::I32, -3, 2));
  EXPECT_EQ(126, integer(Opcode::DivUI, DType::I8, -3, 2));
  EXPECT_EQ(INT32_MIN, integer(Opcode::DivSI, DType::I32, INT32_MIN, -1));
  EXPECT_EQ(-1, integer(Opcode::ShRSI, DType::I32, -1, 31));
  EXPECT_EQ(1, integer(Opcode::ShRUI, DType::I32, -1, 31));
  EXPECT_EQ(5, integer(Opcode::MaxUI, DType::I8, 3, 5));
  EXPECT_EQ(-5, integer(Opcode::MaxUI, DType::I8, 3, -5));
  EXPECT_EQ(8, integer(Opcode::CtPop, DType::I8, -1, 0));
  EXPECT_EQ(31, integer(Opcode::CtLz, DType::I32, 1, 0));
  EXPECT_EQ(-27, integer(Opcode::IPowI, DType::I32, -3, 3));
  EXPECT_THROW(integer(Opcode::DivSI, DType::I32, 1, 0), CheckError);
  Op less = make(Opcode::CmpI, DType::I1, {DType::I32, DType::I32});
  const Value in[] = {intValue(-1), intValue(1)};
  const int expected[] = {0, 1, 1, 1, 0, 0, 0, 0, 1, 1};
  for (uint8_t predicate = 0; predicate < 10; ++predicate) {
    less.predicate = predicate;
    EXPECT_EQ(expected[predicate], applyScalar(less, in).i) << int(predicate);
  }
}

/// What the source leaves undefined may be any integer, and stays behind where
/// a select does not choose it.
TEST(ScalarOps, Poison) {
  auto isUnknown = [](const Value &value) { return std::isinf(value.e); };
  const std::vector<DType> two = {DType::I32, DType::I32};
  const Value shift[] = {intValue(1), intValue(32)};
  const Value shifted = applyScalar(make(Opcode::ShLI, DType::I32, two), shift);
  EXPECT_TRUE(isUnknown(shifted));
  for (double v : {300.0, -200.0, double(NAN), double(INFINITY)}) {
    const Value in = floatValue(v);
    EXPECT_TRUE(isUnknown(
        applyScalar(make(Opcode::FPToSI, DType::I8, {DType::F32}), &in)))
        << v;
  }
  const Value close = floatValue(127.9, 0.1);
  EXPECT_TRUE(isUnknown(
      applyScalar(make(Opcode::FPToSI, DType::I8, {DType::F32}), &close)));
  // Divided by, it is no division by zero.
  const Value division[] = {intValue(1), shifted};
  EXPECT_TRUE(
      isUnknown(applyScalar(make(Opcode::DivSI, DType::I32, two), division)));
  const Value choice[] = {intValue(0), shifted, intValue(5)};
  const Value chosen = applyScalar(
      make(Opcode::Select, DType::I32, {DType::I1, DType::I32, DType::I32}),
      choice);
  EXPECT_EQ(5, chosen.i);
  EXPECT_EQ(0, chosen.e);
}

TEST(ScalarOps, Casts) {
  auto cast = [](Opcode opcode, DType from, DType to, Value value) {
    return applyScalar(make(opcode, to, {from}), &value);
  };
  EXPECT_EQ(-1, cast(Opcode::ExtSI, DType::I1, DType::I32, intValue(1)).i);
  EXPECT_EQ(1, cast(Opcode::ExtUI, DType::I1, DType::I32, intValue(1)).i);
  EXPECT_EQ(255, cast(Opcode::ExtUI, DType::I8, DType::I32, intValue(-1)).i);
  EXPECT_EQ(-1, cast(Opcode::TruncI, DType::I32, DType::I8, intValue(255)).i);
  EXPECT_EQ(-3,
            cast(Opcode::FPToSI, DType::F32, DType::I32, floatValue(-3.7)).i);
  EXPECT_EQ(4294967295.0,
            cast(Opcode::UIToFP, DType::I32, DType::F64, intValue(-1)).v);
  EXPECT_EQ(0x3f800000,
            cast(Opcode::Bitcast, DType::F32, DType::I32, floatValue(1)).i);
  EXPECT_THROW(cast(Opcode::Bitcast, DType::F32, DType::I32, floatValue(1, 1)),
               CheckError);
}

TEST(Collectives, LayerNorm) {
  const Value row[] = {floatValue(1), floatValue(2), floatValue(3),
                       floatValue(4)};
  Value out[4];
  layerNormRow(DType::F32, 0, row, out, 4);
  const double expected[] = {-1.3416407864998738, -0.4472135954999579,
                             0.4472135954999579, 1.3416407864998738};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(expected[i], out[i].v, 1e-12);
    EXPECT_GT(out[i].e, 0);
    EXPECT_LT(out[i].e, 1e-5);
  }
  // A large mean does not loosen the bound: the statistics are corrected.
  Value shifted[4], far[4];
  for (int i = 0; i < 4; ++i)
    shifted[i] = floatValue(row[i].v + 1e4);
  layerNormRow(DType::F32, 0, shifted, far, 4);
  EXPECT_NEAR(out[0].e, far[0].e, 1e-3 * out[0].e);
}

/// Equal terms cut off the same each time: the reference's own sum must not
/// show that, or f64 outputs could not be judged by it.
TEST(Collectives, SumsAreCompensated) {
  const std::vector<Value> row(3000, floatValue(0.1));
  const double exact =
      static_cast<double>(3000 * static_cast<long double>(0.1));
  EXPECT_NEAR(
      exact,
      reduceRow(bundle::ReduceKind::Add, DType::F64, row.data(), row.size()).v,
      exact * 0x1p-52);
}

/// Of a constant row the kernel's mean is off by u, and its correction by u of
/// that.
TEST(Collectives, LayerNormOfConstants) {
  const std::vector<Value> row(5, floatValue(1.5));
  std::vector<Value> out(5);
  layerNormRow(DType::F32, 1e-5, row.data(), out.data(), 5);
  for (const Value &value : out) {
    EXPECT_EQ(0, value.v);
    EXPECT_GT(8 * value.e, 2.3e-13);
    EXPECT_LT(value.e, 1e-11);
  }
}

/// Two numbers next to each other: their mean is neither, and no double.
TEST(Collectives, LayerNormOfNeighbours) {
  const Value row[] = {floatValue(1), floatValue(1 + 0x1p-52)};
  Value out[2];
  layerNormRow(DType::F64, 1e-40, row, out, 2);
  const double half = 0x1p-53;
  const double expected = half / std::sqrt(half * half + 1e-40);
  EXPECT_NEAR(-expected, out[0].v, 1e-12 * expected);
  EXPECT_NEAR(expected, out[1].v, 1e-12 * expected);
}

TEST(Collectives, Reductions) {
  const Value row[] = {floatValue(3), floatValue(-1), floatValue(2)};
  using K = bundle::ReduceKind;
  EXPECT_EQ(4, reduceRow(K::Add, DType::F32, row, 3).v);
  EXPECT_EQ(-6, reduceRow(K::Mul, DType::F32, row, 3).v);
  EXPECT_EQ(3, reduceRow(K::MaximumF, DType::F32, row, 3).v);
  EXPECT_EQ(-1, reduceRow(K::MinNumF, DType::F32, row, 3).v);
  EXPECT_NEAR(6 * 0x1p-24 + 4 * 0x1p-24,
              reduceRow(K::Add, DType::F32, row, 3).e, 1e-12);
  const Value ints[] = {intValue(12), intValue(10)};
  EXPECT_EQ(8, reduceRow(K::AndI, DType::I32, ints, 2).i);
  EXPECT_EQ(6, reduceRow(K::XorI, DType::I32, ints, 2).i);
  EXPECT_EQ(22, reduceRow(K::Add, DType::I32, ints, 2).i);
}

/// What is not negative for sure has a root that is no NaN; a difference has
/// not.
TEST(ScalarOps, RootsOfWhatIsNotNegative) {
  const std::vector<DType> two = {DType::F32, DType::F32};
  auto apply = [&](Opcode opcode, Value a, Value b) {
    const Value in[] = {a, b};
    return applyScalar(make(opcode, DType::F32, two), in);
  };
  auto root = [](Value a) {
    return applyScalar(make(Opcode::Sqrt, DType::F32, {DType::F32}), &a);
  };
  auto isUnknown = [](const Value &value) { return std::isinf(value.e); };
  const Value x = floatValue(1e-6, 1e-3), other = floatValue(1e-6, 1e-4);
  const Value square = apply(Opcode::MulF, x, x);
  EXPECT_FALSE(isUnknown(root(square)));
  EXPECT_FALSE(isUnknown(root(apply(Opcode::AddF, square, square))));
  EXPECT_FALSE(isUnknown(root(apply(Opcode::PowF, x, floatValue(2)))));
  EXPECT_TRUE(isUnknown(root(apply(Opcode::MulF, x, other))));
  // E[x^2] - E[x]^2, alone, with an epsilon, and clipped.
  const Value variance =
      apply(Opcode::SubF, floatValue(1e6, 0.1), floatValue(1e6, 0.1));
  const Value eps = floatValue(1e-5);
  EXPECT_TRUE(isUnknown(root(variance)));
  EXPECT_TRUE(isUnknown(root(apply(Opcode::AddF, variance, eps))));
  const Value clipped = apply(Opcode::MaximumF, variance, floatValue(0));
  const Value shifted = apply(Opcode::AddF, clipped, eps);
  EXPECT_FALSE(isUnknown(root(clipped)));
  const Value one = floatValue(1);
  EXPECT_TRUE(isUnknown(apply(Opcode::DivF, one, root(clipped))));
  EXPECT_FALSE(isUnknown(apply(Opcode::DivF, one, root(shifted))));
}

/// The powers that exporters write norms with, of a row of zeros.
TEST(ScalarOps, PowersAtZero) {
  auto power = [](Value a, double b) {
    const Value in[] = {a, floatValue(b)};
    return applyScalar(make(Opcode::PowF, DType::F32, {DType::F32, DType::F32}),
                       in);
  };
  const Value zero = floatValue(0), nearly = floatValue(0, 0x1p-126);
  EXPECT_EQ(INFINITY, power(zero, -0.5).v);
  EXPECT_EQ(0, power(zero, -0.5).e);
  EXPECT_EQ(INFINITY, power(nearly, -0.5).e); // or a large number
  Value square = power(nearly, 2);
  EXPECT_LT(square.e, 0x1p-124);
  EXPECT_LT(power(square, 0.5).e, 0x1p-60);
  EXPECT_TRUE(std::isfinite(power(floatValue(0, 1e-3), 3).e));
  EXPECT_EQ(INFINITY, power(floatValue(1e-3, 1e-3), 0.5).e); // a NaN below zero
}

/// A mean may be a product with f32(1/N), or a quotient: what the constant is
/// off by is not the kernel's fault.
TEST(ScalarOps, ReciprocalsOfCounts) {
  auto times = [](double factor) {
    const Value in[] = {floatValue(0x1p20), floatValue(factor)};
    return applyScalar(make(Opcode::MulF, DType::F32, {DType::F32, DType::F32}),
                       in);
  };
  const double fifth = double(1.0f / 5);
  EXPECT_NEAR(std::fabs(fifth - 0.2) * 0x1p20,
              times(fifth).e - times(0.25).e * fifth / 0.25, 1e-9);
  EXPECT_GT(times(fifth).e, std::fabs(times(fifth).v - 0x1p20 / 5));
  // Not that of a number, nor the reciprocal of a power of two.
  EXPECT_NEAR(0x1p20 * 0.21 * 0x1p-24, times(0.21).e, 1e-9);
  EXPECT_NEAR(0x1p20 * 0.125 * 0x1p-24, times(0.125).e, 1e-9);
}

/// Each term may flush to zero, and each partial sum may overflow.
TEST(Collectives, SumsOfExtremes) {
  const std::vector<Value> tiny(100, floatValue(0x1p-127));
  using K = bundle::ReduceKind;
  const Value sum = reduceRow(K::Add, DType::F32, tiny.data(), 100);
  EXPECT_GE(kMaxTolerance * sum.e, sum.v);
  const Value huge[] = {floatValue(3e38), floatValue(3e38), floatValue(-3e38)};
  EXPECT_TRUE(std::isinf(reduceRow(K::Add, DType::F32, huge, 3).e));
  EXPECT_TRUE(std::isfinite(reduceRow(K::Add, DType::F64, huge, 3).e));
  const Value certain[] = {floatValue(3e38), floatValue(3e38)};
  EXPECT_EQ(INFINITY, reduceRow(K::Add, DType::F32, certain, 2).v);
  EXPECT_EQ(0, reduceRow(K::Add, DType::F32, certain, 2).e);
}

/// A kernel's variance of denormals is zero: without an epsilon it divides by
/// that; with one the result is known.
TEST(Collectives, LayerNormOfDenormals) {
  const Value row[] = {floatValue(1e-39), floatValue(-2e-39),
                       floatValue(5e-40)};
  Value out[3];
  layerNormRow(DType::F32, 0, row, out, 3);
  EXPECT_TRUE(std::isinf(out[0].e));
  layerNormRow(DType::F32, 1e-5, row, out, 3);
  for (const Value &value : out) {
    EXPECT_TRUE(std::isfinite(value.e));
    EXPECT_GE(kMaxTolerance * value.e, std::fabs(value.v)); // or zero
    EXPECT_LT(value.e, 1e-34);
  }
  // Ordinary rows are told without one, too.
  const Value ordinary[] = {floatValue(1), floatValue(2), floatValue(4)};
  layerNormRow(DType::F32, 0, ordinary, out, 3);
  EXPECT_LT(out[0].e, 1e-6);
  // Of which a constant row is none.
  const Value constant[] = {floatValue(1, 1e-7), floatValue(1), floatValue(1)};
  layerNormRow(DType::F32, 0, constant, out, 3);
  EXPECT_TRUE(std::isinf(out[0].e));
}

} // namespace
