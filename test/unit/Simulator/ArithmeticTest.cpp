//===- ArithmeticTest.cpp - Approximate and mixed-precision arithmetic ----===//
// The documented errors of instructions, rounding, and sums of an mma.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Instructions.h"

#include "llvm/ADT/bit.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace upweave::sim;

namespace {

/// The largest relative error over a sweep of [low, high], for several seeds;
/// it must be nearly as large as `bound`, which says that errors are tried.
template <typename Approximate, typename Exact>
void checkRelative(Approximate approximate, Exact exact, float low, float high,
                   double bound) {
  double largest = 0;
  constexpr int kSteps = 20000;
  for (uint64_t seed = 1; seed <= 3; ++seed)
    for (int i = 0; i <= kSteps; ++i) {
      float x = low + (high - low) * float(i) / kSteps;
      double want = exact(double(x)), got = approximate(x, seed);
      if (want != 0)
        largest = std::max(largest, std::fabs(got - want) / std::fabs(want));
    }
  EXPECT_LE(largest, bound);
  EXPECT_GE(largest, bound / 4);
}

TEST(Approximations, StayWithinWhatIsDocumented) {
  checkRelative([](float x, uint64_t s) { return approximateEx2(x, true, s); },
                [](double x) { return std::exp2(x); }, -20, 20, 0x1p-22);
  checkRelative([](float x, uint64_t s) { return approximateRcp(x, true, s); },
                [](double x) { return 1 / x; }, 0.1f, 50, 0x1p-23);
  checkRelative(
      [](float x, uint64_t s) { return approximateRsqrt(x, false, s); },
      [](double x) { return 1 / std::sqrt(x); }, 0.01f, 90, 0x1.845p-23);
  checkRelative(
      [](float x, uint64_t s) { return approximateSqrt(x, false, s); },
      [](double x) { return std::sqrt(x); }, 0.01f, 90, 0x1p-23);
  checkRelative([](float x, uint64_t s) { return approximateTanh(x, s); },
                [](double x) { return std::tanh(x); }, -3, 3, 0x1p-11);
  checkRelative([](float x, uint64_t s) { return approximateLg2(x, true, s); },
                [](double x) { return std::log2(x); }, 2.5f, 1e4f, 0x1p-22);
}

TEST(Approximations, KeepSpecialValues) {
  EXPECT_EQ(approximateEx2(-INFINITY, true, 1), 0.0f);
  EXPECT_EQ(approximateEx2(INFINITY, true, 1), INFINITY);
  EXPECT_EQ(approximateRcp(0.0f, true, 1), INFINITY);
  EXPECT_EQ(approximateRcp(-INFINITY, true, 1), 0.0f);
  EXPECT_EQ(approximateRsqrt(0.0f, false, 1), INFINITY);
  EXPECT_TRUE(std::isnan(approximateRsqrt(-1.0f, false, 1)));
  EXPECT_TRUE(std::isnan(approximateTanh(NAN, 1)));
  EXPECT_LE(approximateTanh(40.0f, 1), 1.0f);
  EXPECT_EQ(approximateLg2(0.0f, false, 1), -INFINITY);
}

TEST(Approximations, FlushWhereAsked) {
  EXPECT_EQ(approximateRcp(1e-40f, true, 1), INFINITY);
  EXPECT_EQ(approximateEx2(-130.0f, true, 1), 0.0f);
  EXPECT_NE(approximateEx2(-130.0f, false, 1), 0.0f);
}

TEST(Approximations, FollowTheSeed) {
  int different = 0;
  for (int i = 1; i < 100; ++i)
    different += approximateTanh(0.01f * i, 1) != approximateTanh(0.01f * i, 2);
  EXPECT_GT(different, 90);
  EXPECT_EQ(approximateTanh(0.3f, 1), approximateTanh(0.3f, 1));
}

TEST(TF32, RoundsToNearestAwayFromZero) {
  EXPECT_EQ(roundToTF32(0x3f801000), 0x3f802000u); // half way: up
  EXPECT_EQ(roundToTF32(0xbf801000), 0xbf802000u);
  EXPECT_EQ(roundToTF32(0x3f800fff), 0x3f800000u);
  EXPECT_EQ(roundToTF32(0x7f7fffff), 0x7f800000u); // overflows
  EXPECT_EQ(roundToTF32(0xff800000), 0xff800000u);
}

TEST(TF32, KeepsNaN) {
  // An integer addition would carry this one into a negative zero.
  for (uint32_t bits : {0x7fffffffu, 0xffffffffu, 0x7f800001u, 0x7fc00000u}) {
    EXPECT_TRUE(std::isnan(llvm::bit_cast<float>(roundToTF32(bits))));
    EXPECT_TRUE(std::isnan(llvm::bit_cast<float>(truncateToTF32(bits))));
  }
  EXPECT_EQ(truncateToTF32(0x3f801fff), 0x3f800000u);
}

TEST(Narrow, HalfIsExact) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    float value = halfToFloat(uint16_t(bits));
    if (std::isnan(value))
      EXPECT_GT(bits & 0x7fffu, 0x7c00u);
    else
      EXPECT_EQ(floatToHalf(value), bits);
  }
}

TEST(Narrow, BfloatRoundsToNearestEven) {
  EXPECT_EQ(floatToBfloat(llvm::bit_cast<float>(0x3f808000u)), 0x3f80);
  EXPECT_EQ(floatToBfloat(llvm::bit_cast<float>(0x3f818000u)), 0x3f82);
  EXPECT_EQ(floatToBfloat(llvm::bit_cast<float>(0x3f808001u)), 0x3f81);
  EXPECT_TRUE(std::isnan(bfloatToFloat(floatToBfloat(NAN))));
  EXPECT_EQ(doubleToBfloat(1.00390625), 0x3f80); // no double rounding
  EXPECT_EQ(doubleToHalf(1.0 + 0x1p-11 + 0x1p-40), 0x3c01);
}

TEST(Sums, AscendAndRound) {
  const double products[] = {0x1p-25, 0x1p-25, 0x1p-25, 0x1p-25};
  EXPECT_EQ(addProducts(1.0f, products, 4, MmaSums::Ascending), 1.0f);
  const double large[] = {1.0, -1.0, 0x1p-25};
  EXPECT_EQ(addProducts(0.0f, large, 3, MmaSums::Ascending), 0x1p-25f);
}

TEST(Sums, TruncatedCutOffBelowTheLargest) {
  // Aligned to 1, 2^-24 is below the last bit kept, whatever the others are.
  const double products[] = {0x1.8p-24, 0x1.8p-24, 0x1.8p-24};
  EXPECT_EQ(addProducts(1.0f, products, 3, MmaSums::Truncated), 1.0f);
  const double cancel[] = {1.0, -1.0, 0x1p-25};
  EXPECT_EQ(addProducts(0.0f, cancel, 3, MmaSums::Truncated), 0.0f);
  const double exact[] = {0.5, 0.25, 0.125};
  EXPECT_EQ(addProducts(1.0f, exact, 3, MmaSums::Truncated), 1.875f);
  const double negative[] = {-0x1.8p-23};
  EXPECT_EQ(addProducts(1.0f, negative, 1, MmaSums::Truncated),
            1.0f - 0x1p-23f);
  const double infinite[] = {INFINITY, 1.0};
  EXPECT_EQ(addProducts(1.0f, infinite, 2, MmaSums::Truncated), INFINITY);
}

} // namespace
