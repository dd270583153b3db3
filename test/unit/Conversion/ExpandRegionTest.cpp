//===- ExpandRegionTest.cpp - Tests of the GELU approximation -------------===//
// Evaluates the polynomial behind GELU in f32, as kernels do, against erfc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Conversion/UpweaveToGPU/ExpandRegion.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace upweave;

namespace {

float evaluateExponent(float a) {
  float p = static_cast<float>(kNormalTail.back());
  for (int i = static_cast<int>(kNormalTail.size()) - 2; i >= 0; --i)
    p = std::fma(p, a, static_cast<float>(kNormalTail[i]));
  return p;
}

/// v * Phi(v) with an exact 2^x, which kernels have to 2 ulp.
float evaluateGelu(float v) {
  float tail = std::exp2(evaluateExponent(std::fabs(v)));
  return v * (v > 0 ? 1.0f - tail : tail);
}

TEST(GeluTest, ErrorIsWithinFourUnitsOfTheArgument) {
  double worst = 0;
  for (int i = -1200000; i <= 1200000; ++i) {
    float v = static_cast<float>(i) * 1e-5f;
    if (v == 0)
      continue;
    double exact = 0.5 * v * std::erfc(-v * std::sqrt(0.5));
    double error = std::fabs(evaluateGelu(v) - exact);
    worst = std::max(worst, error / (std::ldexp(1.0, -24) * std::fabs(v)));
  }
  EXPECT_LT(worst, 2.0) << "leaves 2 units for the approximate 2^x";
  RecordProperty("worst", std::to_string(worst));
}

TEST(GeluTest, TinyArgumentsAreHalved) {
  for (float v : {1e-3f, 1e-10f, -1e-20f, 1e-38f})
    EXPECT_NEAR(evaluateGelu(v) / v, 0.5, 5e-4);
}

TEST(GeluTest, ExponentFallsForAllArguments) {
  float last = evaluateExponent(0);
  for (float a = 0.01f; a < 1e4f; a *= 1.01f) {
    float p = evaluateExponent(a);
    EXPECT_LT(p, last) << "at " << a;
    last = p;
  }
}

TEST(GeluTest, InfinitiesAreThoseOfTheDefinition) {
  float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(evaluateGelu(infinity), infinity);
  // 0.5 * -inf * (1 + erf(-inf)) is -inf * 0.
  EXPECT_TRUE(std::isnan(evaluateGelu(-infinity)));
  EXPECT_TRUE(std::isnan(evaluateGelu(std::nanf(""))));
}

} // namespace
