//===- MathExpansionTest.cpp - Errors of the expanded functions -----------===//
// Compiles each expansion for the CPU and compares it with the C library over
// a sweep: the bounds are those of docs/math.md.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"

#include "Upweave/Conversion/Passes.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace upweave::test;

namespace {

/// A function with its math expanded as for kernels.
class Expanded : public Compiled {
public:
  Expanded(const std::string &type, const std::string &body)
      : Compiled(type, body, [](OpPassManager &pm) {
          pm.addNestedPass<func::FuncOp>(upweave::createExpandMath());
        }) {}
};

using Reference = long double (*)(long double);

struct Case {
  const char *op;
  Reference reference;
  /// Largest errors allowed, in ulps of f32 and f64.
  double boundF32, boundF64;
  /// The sweep is uniform over [lo, hi]; every function also gets arguments
  /// with uniform exponents and the special ones.
  double lo, hi;
};

long double rsqrtl(long double x) { return 1 / std::sqrt(x); }

const Case kCases[] = {
    {"exp", expl, 1, 1, -110, 90},
    {"exp2", exp2l, 1, 1, -155, 130},
    {"expm1", expm1l, 1.6, 1.8, -20, 90},
    {"log", logl, 1, 1, 0, 10},
    {"log2", log2l, 2, 2, 0, 10},
    {"log10", log10l, 2.2, 2, 0, 10},
    {"log1p", log1pl, 1, 1, -1, 10},
    {"tanh", tanhl, 2.6, 2.6, -10, 10},
    {"erf", erfl, 2.5, 1.8, -6, 6},
    {"erfc", erfcl, 0.51, 4.5, -6, 11},
    {"sinh", sinhl, 0.51, 2.2, -20, 20},
    {"cosh", coshl, 0.51, 1.6, -20, 20},
    {"asinh", asinhl, 0.51, 1.7, -10, 10},
    {"acosh", acoshl, 0.51, 2.5, 1, 10},
    {"atanh", atanhl, 0.51, 2, -1, 1},
    {"cbrt", cbrtl, 0.51, 1, -10, 10},
    {"sin", sinl, 0.51, 2.5, -100, 100},
    {"cos", cosl, 0.51, 2.5, -100, 100},
    {"tan", tanl, 0.51, 3.5, -100, 100},
    {"atan", atanl, 0.51, 2.5, -10, 10},
    {"asin", asinl, 0.51, 3.2, -1, 1},
    {"acos", acosl, 0.51, 3.2, -1, 1},
    {"round", roundl, 0, 0, -10, 10},
    {"floor", floorl, 0, 0, -10, 10},
    {"ceil", ceill, 0, 0, -10, 10},
    {"trunc", truncl, 0, 0, -10, 10},
    {"roundeven", nearbyintl, 0, 0, -10, 10},
    {"sqrt", sqrtl, 0.51, 0.51, 0, 10},
    {"rsqrt", rsqrtl, 1.5, 1.5, 0, 10},
};

template <typename T>
void sweep(const Case &c, const char *type, double bound) {
  std::string body = std::string("  %r = math.") + c.op + " %x : " + type;
  Expanded f(type, body);
  ASSERT_TRUE(f.isValid()) << c.op;
  double worst = 0;
  T where = 0;
  for (T x : makeArguments<T>(c.lo, c.hi, 20000)) {
    double error = errorInUlps(f(x), c.reference(x));
    if (error > worst) {
      worst = error;
      where = x;
    }
  }
  ::testing::Test::RecordProperty(std::string(c.op) + "_" + type,
                                  std::to_string(worst));
  EXPECT_LE(worst, bound) << c.op << " on " << type << " at " << where
                          << ": got " << f(where) << ", exact "
                          << static_cast<double>(c.reference(where));
}

class MathExpansion : public ::testing::TestWithParam<Case> {};

TEST_P(MathExpansion, F32StaysWithinItsBound) {
  sweep<float>(GetParam(), "f32", GetParam().boundF32);
}

TEST_P(MathExpansion, F64StaysWithinItsBound) {
  sweep<double>(GetParam(), "f64", GetParam().boundF64);
}

INSTANTIATE_TEST_SUITE_P(Functions, MathExpansion, ::testing::ValuesIn(kCases),
                         [](const auto &info) {
                           return std::string(info.param.op);
                         });

using Reference2 = long double (*)(long double, long double);

template <typename T>
void sweep2(const std::string &op, Reference2 reference, const char *type,
            double bound, double relative = 0) {
  std::string dialect = op == "remf" ? "arith." : "math.";
  Expanded f(type, "  %r = " + dialect + op + " %x, %y : " + type);
  ASSERT_TRUE(f.isValid()) << op;
  std::vector<T> xs = makeArguments<T>(-8, 8, 300);
  std::vector<T> ys = makeArguments<T>(-5, 5, 150);
  ys.insert(ys.end(), {3, -3, T(-0.5), 4, 7});
  double worst = 0;
  T whereX = 0, whereY = 0;
  for (T x : xs)
    for (T y : ys) {
      long double exact = reference(x, y);
      T actual = f(x, y);
      double error = errorInUlps(actual, exact);
      if (std::fabs(actual - exact) <= relative * std::fabs(exact))
        error = 0;
      if (error > worst) {
        worst = error;
        whereX = x;
        whereY = y;
      }
    }
  EXPECT_LE(worst, bound) << op << " on " << type << " at " << whereX << ", "
                          << whereY << ": got " << f(whereX, whereY)
                          << ", exact "
                          << static_cast<double>(reference(whereX, whereY));
}

TEST(MathExpansionOfTwo, PowersOfF32) {
  sweep2<float>("powf", powl, "f32", 0.51);
}
TEST(MathExpansionOfTwo, PowersOfF64) {
  // The logarithm is not carried to more than a double.
  sweep2<double>("powf", powl, "f64", 1, 2.5e-13);
}
TEST(MathExpansionOfTwo, Atan2) {
  sweep2<float>("atan2", atan2l, "f32", 0.51);
  sweep2<double>("atan2", atan2l, "f64", 3);
}
TEST(MathExpansionOfTwo, RemainderIsExact) {
  sweep2<float>("remf", fmodl, "f32", 0);
  sweep2<double>("remf", fmodl, "f64", 0);
}
TEST(MathExpansionOfTwo, CopySign) {
  sweep2<float>("copysign", copysignl, "f32", 0);
}

TEST(MathExpansionOfIntegers, FloatToAnInteger) {
  for (int n : {0, 1, 2, 3, 7, -1, -2, -5}) {
    Expanded f("f32", "  %n = arith.constant " + std::to_string(n) +
                          " : i32\n  %r = math.fpowi %x, %n : f32, i32");
    ASSERT_TRUE(f.isValid());
    for (float x : {0.5f, 1.25f, -3.0f, 10.0f})
      EXPECT_LE(errorInUlps(f(x), powl(x, n)), 0.51) << x << "^" << n;
  }
}

TEST(MathExpansionOfIntegers, IntegerToAnInteger) {
  struct {
    int base, exponent, power;
  } cases[] = {{3, 4, 81},  {-2, 3, -8},     {5, 0, 1},    {0, 0, 1},
               {2, -1, 0},  {1, -7, 1},      {-1, -3, -1}, {-1, -4, 1},
               {-7, 1, -7}, {2, 30, 1 << 30}};
  for (auto &c : cases) {
    Expanded f("f32", "  %b = arith.constant " + std::to_string(c.base) +
                          " : i32\n  %n = arith.constant " +
                          std::to_string(c.exponent) +
                          " : i32\n  %p = math.ipowi %b, %n : i32\n"
                          "  %r = arith.sitofp %p : i32 to f32");
    ASSERT_TRUE(f.isValid());
    EXPECT_EQ(f(0.0f), static_cast<float>(c.power))
        << c.base << "^" << c.exponent;
  }
}

TEST(MathExpansionOfNarrowTypes, HalfIsComputedInSingle) {
  Expanded f("f32", "  %h = arith.truncf %x : f32 to f16\n"
                    "  %t = math.tanh %h : f16\n"
                    "  %r = arith.extf %t : f16 to f32");
  ASSERT_TRUE(f.isValid());
  for (float x : {-2.0f, -0.5f, 0.0f, 0.125f, 3.0f})
    EXPECT_NEAR(f(x), std::tanh(x), 0x1p-12 + 1e-6) << x;
}

TEST(MathExpansionOfVectors, EveryElementIsComputed) {
  Expanded f("f32", "  %v = vector.from_elements %x, %y : vector<2xf32>\n"
                    "  %e = math.exp %v : vector<2xf32>\n"
                    "  %a = vector.extract %e[0] : f32 from vector<2xf32>\n"
                    "  %b = vector.extract %e[1] : f32 from vector<2xf32>\n"
                    "  %r = arith.subf %a, %b : f32");
  ASSERT_TRUE(f.isValid());
  EXPECT_NEAR(f(1.0f, 2.0f), std::exp(1.0f) - std::exp(2.0f), 1e-5);
}

} // namespace
