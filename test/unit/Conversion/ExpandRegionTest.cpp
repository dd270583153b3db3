//===- ExpandRegionTest.cpp - Tests of the GELU approximation -------------===//
// Evaluates the polynomial behind GELU in f32, as kernels do, against erfc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/ExpandRegion.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/ArrayRef.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace upweave;

namespace {

float evaluateExponent(llvm::ArrayRef<double> tail, float a) {
  float p = static_cast<float>(tail.back());
  for (int i = static_cast<int>(tail.size()) - 2; i >= 0; --i)
    p = std::fma(p, a, static_cast<float>(tail[i]));
  return p;
}

/// v * Phi(v) with an exact 2^x, which kernels have to 2 ulp.
float evaluateGelu(llvm::ArrayRef<double> tailOf, float v) {
  float tail = std::exp2(evaluateExponent(tailOf, std::fabs(v)));
  return v * (v > 0 ? 1.0f - tail : tail);
}

double exactGelu(double v) { return 0.5 * v * std::erfc(-v * std::sqrt(0.5)); }

class GeluTest : public testing::TestWithParam<llvm::ArrayRef<double>> {};
INSTANTIATE_TEST_SUITE_P(
    , GeluTest,
    testing::Values(llvm::ArrayRef<double>(kNormalTail),
                    llvm::ArrayRef<double>(kNormalTailNarrow)),
    [](const auto &info) {
      return info.param.size() == kNormalTail.size() ? "Wide" : "Narrow";
    });

/// The largest error of v * Phi(v) over a fine grid of v, in units of
/// `allowed(v)`.
template <typename Allowed>
double findWorst(llvm::ArrayRef<double> tail, Allowed allowed) {
  double worst = 0;
  for (int i = -1200000; i <= 1200000; ++i) {
    float v = static_cast<float>(i) * 1e-5f;
    if (v != 0)
      worst = std::max(worst, std::fabs(evaluateGelu(tail, v) - exactGelu(v)) /
                                  allowed(v));
  }
  return worst;
}

double getUnit(double v) { return std::ldexp(std::fabs(v), -24); }

TEST(GeluErrorTest, WideIsWithinFourUnitsOfTheArgument) {
  double worst = findWorst(kNormalTail, getUnit);
  EXPECT_LT(worst, 2.0) << "leaves 2 units for the approximate 2^x";
  RecordProperty("worst", std::to_string(worst));
}

TEST(GeluErrorTest, NarrowIsWithinTwelveUnitsOfTheArgument) {
  EXPECT_LT(findWorst(kNormalTailNarrow, getUnit), 12.0);
}

/// What runtime/check allows a GELU in f32 whose argument is exact, 8 e.
double getAllowed(double v) {
  double t = std::erf(v * std::sqrt(0.5));
  double slope = std::sqrt(2 / M_PI) * std::exp(-v * v / 2);
  return 8 * getUnit(v) * (2 * std::fabs(t) + 2 * std::fabs(v * slope) + 1 + t);
}

TEST(GeluErrorTest, NarrowIsWithinTheContractOfF32) {
  EXPECT_LT(findWorst(kNormalTailNarrow, getAllowed), 0.7)
      << "leaves 2 of 8 units for the approximate 2^x";
}

TEST(GeluErrorTest, NarrowIsFarBelowTheRoundingOfItsResult) {
  // Half an ulp of f16 is 2^-12 of a result at least.
  auto relative = [](double lowest) {
    return findWorst(kNormalTailNarrow, [=](double v) {
      return v > lowest ? std::fabs(exactGelu(v)) : 1e9;
    });
  };
  EXPECT_LT(relative(0), std::ldexp(1, -20));
  EXPECT_LT(relative(-2), std::ldexp(1, -15));
  EXPECT_LT(relative(-3), std::ldexp(1, -12));
}

TEST(GeluErrorTest, NarrowIsWithinTheContractForAllF16AndBF16) {
  for (const llvm::fltSemantics *type :
       {&llvm::APFloat::IEEEhalf(), &llvm::APFloat::BFloat()})
    for (unsigned bits = 0; bits < 1 << 16; ++bits) {
      llvm::APFloat argument(*type, llvm::APInt(16, bits));
      if (!argument.isFinite() || argument.isZero())
        continue;
      float v = argument.convertToFloat();
      // What flushes to zero may be off by the smallest normal number.
      ASSERT_LE(std::fabs(evaluateGelu(kNormalTailNarrow, v) - exactGelu(v)),
                0.7 * getAllowed(v) + std::ldexp(1, -126))
          << "at " << v;
    }
}

/// A factor changes the constant coefficient only.
TEST(GeluErrorTest, FactorsKeepTheError) {
  for (double scale : {0.5, 0.7, 1.3, 2.0}) {
    std::array<double, 9> scaled = kNormalTail;
    scaled[0] += std::log2(scale);
    double worst = 0;
    for (float v = -12; v <= 12; v += 1e-4f) {
      float tail = std::exp2(evaluateExponent(scaled, std::fabs(v)));
      float y = v * (v > 0 ? static_cast<float>(scale) - tail : tail);
      if (v != 0)
        worst = std::max(worst, std::fabs(y - scale * exactGelu(v)) /
                                    (scale * getUnit(v)));
    }
    EXPECT_LT(worst, 2.5) << "scale " << scale;
  }
}

TEST_P(GeluTest, TinyArgumentsAreHalved) {
  for (float v : {1e-3f, 1e-10f, -1e-20f, 1e-38f})
    EXPECT_NEAR(evaluateGelu(GetParam(), v) / v, 0.5, 5e-4);
}

TEST_P(GeluTest, ExponentFallsForAllArguments) {
  float last = evaluateExponent(GetParam(), 0);
  for (float a = 0.01f; a < 1e4f; a *= 1.01f) {
    float p = evaluateExponent(GetParam(), a);
    EXPECT_LT(p, last) << "at " << a;
    last = p;
  }
}

TEST_P(GeluTest, InfinitiesAreThoseOfTheDefinition) {
  float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(evaluateGelu(GetParam(), infinity), infinity);
  // 0.5 * -inf * (1 + erf(-inf)) is -inf * 0.
  EXPECT_TRUE(std::isnan(evaluateGelu(GetParam(), -infinity)));
  EXPECT_TRUE(std::isnan(evaluateGelu(GetParam(), std::nanf(""))));
}

} // namespace
