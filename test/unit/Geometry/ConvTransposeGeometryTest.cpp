//===- ConvTransposeGeometryTest.cpp --------------------------------------===//
// Phases and taps against the scatter definition; shapes and messages.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Geometry/ConvTransposeGeometry.h"

#include "gtest/gtest.h"

#include <random>
#include <set>
#include <tuple>

using namespace upweave;
using llvm::SmallVector;

namespace {

/// A contribution out[o] += x[i] * w[k].
using Term = std::tuple<int64_t, int64_t, int64_t>;

struct Case {
  AxisGeometry axis;
  int64_t input;
  int64_t filter;
};

Case drawCase(std::mt19937 &random) {
  auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  Case c;
  c.axis = {draw(1, 5), draw(-4, 6), draw(-4, 6),
            draw(1, 4), draw(0, 3),  draw(0, 1) != 0};
  c.input = draw(1, 7);
  c.filter = draw(1, 6);
  return c;
}

/// Every input position scattered over the filter, cut to the result.
std::set<Term> scatter(const Case &c, int64_t resultSize) {
  std::set<Term> terms;
  for (int64_t i = 0; i < c.input; ++i)
    for (int64_t k = 0; k < c.filter; ++k) {
      int64_t step = c.axis.reversed ? c.filter - 1 - k : k;
      int64_t o =
          c.axis.stride * i + c.axis.dilation * step - c.axis.paddingLow;
      if (o >= 0 && o < resultSize)
        terms.insert({o, i, k});
    }
  return terms;
}

/// The same from the phases and taps, as kernels compute it.
std::set<Term> gather(const Case &c, int64_t resultSize) {
  std::set<Term> terms;
  for (int64_t phase = 0; phase < c.axis.stride; ++phase) {
    SmallVector<Tap> taps = c.axis.getTaps(phase, c.filter);
    int64_t size = c.axis.getPhaseSize(phase, resultSize);
    for (int64_t q = 0; q < size; ++q)
      for (const Tap &tap : taps) {
        int64_t i = q + tap.offset;
        if (i >= 0 && i < c.input)
          EXPECT_TRUE(
              terms.insert({c.axis.stride * q + phase, i, tap.filterIndex})
                  .second);
      }
  }
  return terms;
}

TEST(AxisGeometry, TapsAgreeWithScatter) {
  std::mt19937 random(1);
  int64_t checked = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    Case c = drawCase(random);
    int64_t size = c.axis.getResultSize(c.input, c.filter);
    if (size < 1)
      continue;
    ASSERT_EQ(scatter(c, size), gather(c, size));
    ++checked;
  }
  EXPECT_GT(checked, 10000);
}

TEST(AxisGeometry, PhasesCoverTheResult) {
  AxisGeometry axis;
  for (axis.stride = 1; axis.stride < 6; ++axis.stride)
    for (int64_t size = 1; size < 20; ++size) {
      int64_t sum = 0;
      for (int64_t phase = 0; phase < axis.stride; ++phase)
        sum += axis.getPhaseSize(phase, size);
      EXPECT_EQ(sum, size);
    }
}

TEST(AxisGeometry, TapsAreSortedByOffset) {
  AxisGeometry axis{2, 1, 1, 1, 0, false};
  SmallVector<Tap> even = axis.getTaps(0, 4);
  ASSERT_EQ(even.size(), 2u);
  EXPECT_EQ(even[0], (Tap{3, -1}));
  EXPECT_EQ(even[1], (Tap{1, 0}));
  SmallVector<Tap> odd = axis.getTaps(1, 4);
  ASSERT_EQ(odd.size(), 2u);
  EXPECT_EQ(odd[0], (Tap{2, 0}));
  EXPECT_EQ(odd[1], (Tap{0, 1}));
}

TEST(AxisGeometry, CanonicalFormKeepsContributions) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 20000; ++trial) {
    Case c = drawCase(random);
    int64_t size = c.axis.getResultSize(c.input, c.filter);
    if (size < 1)
      continue;
    Case canonical = c;
    canonical.axis = c.axis.getCanonical(c.input, c.filter);
    ASSERT_EQ(canonical.axis.getResultSize(c.input, c.filter), size);
    ASSERT_EQ(scatter(c, size), scatter(canonical, size));
    if (c.filter == 1) {
      EXPECT_EQ(canonical.axis.dilation, 1);
      EXPECT_FALSE(canonical.axis.reversed);
    }
    if (c.input == 1)
      EXPECT_EQ(canonical.axis.stride, 1);
  }
}

TEST(AxisGeometry, HighSideBecomesOutputPadding) {
  AxisGeometry axis{2, 1, 0, 1, 0, false};
  AxisGeometry canonical = axis.getCanonical(8, 3);
  EXPECT_EQ(canonical.paddingHigh, 1);
  EXPECT_EQ(canonical.outputPadding, 1);
  // Two more outputs than the low side are no output padding at stride 2.
  axis.paddingHigh = -1;
  canonical = axis.getCanonical(8, 3);
  EXPECT_EQ(canonical.paddingHigh, -1);
  EXPECT_EQ(canonical.outputPadding, 0);
}

ConvTransposeGeometry getSample() {
  ConvTransposeGeometry geometry = ConvTransposeGeometry::getDefault(3);
  geometry.strides = {2, 2, 2};
  geometry.paddingLow = {1, 1, 1};
  geometry.paddingHigh = {1, 1, 1};
  return geometry;
}

TEST(ConvTransposeGeometry, InfersShape) {
  SmallVector<int64_t> result;
  EXPECT_FALSE(getSample().inferResultShape({kDynamicSize, 32, 16, 32, 32},
                                            {32, 64, 4, 4, 4}, result));
  EXPECT_EQ(result, (SmallVector<int64_t>{kDynamicSize, 64, 32, 64, 64}));
}

TEST(ConvTransposeGeometry, InfersShapeInAnyLayout) {
  ConvTransposeGeometry geometry = ConvTransposeGeometry::getDefault(2);
  geometry.groups = 2;
  geometry.inputDims = {0, 3, {1, 2}};
  geometry.resultDims = {2, 0, {3, 1}};
  SmallVector<int64_t> result;
  EXPECT_FALSE(geometry.inferResultShape({5, 7, 8, 6}, {6, 4, 3, 2}, result));
  EXPECT_EQ(result, (SmallVector<int64_t>{8, 9, 5, 9}));
  geometry.filterGroups = FilterGroups::Output;
  EXPECT_FALSE(geometry.inferResultShape({5, 7, 8, 6}, {3, 4, 3, 2}, result));
  EXPECT_EQ(result, (SmallVector<int64_t>{4, 9, 5, 9}));
}

std::string getShapeError(const ConvTransposeGeometry &geometry,
                          llvm::ArrayRef<int64_t> input,
                          llvm::ArrayRef<int64_t> filter,
                          llvm::ArrayRef<int64_t> result) {
  return geometry.verifyShapes(input, filter, result).value_or("");
}

TEST(ConvTransposeGeometry, ErrorsCarryNumbers) {
  ConvTransposeGeometry geometry = getSample();
  EXPECT_EQ(getShapeError(geometry, {1, 4, 8, 8, 8}, {3, 2, 4, 4, 4},
                          {1, 2, 16, 16, 16}),
            "filter has 3 input channels, expected 4 (4 channels, 1 groups, "
            "filter_groups = input)");
  EXPECT_EQ(getShapeError(geometry, {1, 4, 8, 8, 8}, {4, 2, 4, 4, 4},
                          {1, 2, 16, 17, 16}),
            "dim 3 of result has size 17, expected 16");
  EXPECT_EQ(getShapeError(geometry, {1, 4, kDynamicSize, 8, 8}, {4, 2, 4, 4, 4},
                          {1, 2, 16, 16, 16}),
            "dim 2 of input is dynamic, only the batch may be");
  EXPECT_EQ(getShapeError(geometry, {1, 4, 8, 8}, {4, 2, 4, 4, 4},
                          {1, 2, 16, 16, 16}),
            "input has rank 4, the geometry needs 5");
  geometry.paddingLow[1] = 30;
  EXPECT_EQ(getShapeError(geometry, {1, 4, 8, 8, 8}, {4, 2, 4, 4, 4},
                          {1, 2, 16, 16, 16}),
            "result size along spatial axis 1 is -13: input 8, filter 4, "
            "stride 2, padding 30 and 1, dilation 1, output padding 0");
}

TEST(ConvTransposeGeometry, VerifiesParameters) {
  auto getError = [](auto &&change) {
    ConvTransposeGeometry geometry = getSample();
    change(geometry);
    return geometry.verify().value_or("");
  };
  EXPECT_EQ(getError([](auto &g) { g.strides[2] = 0; }),
            "strides of spatial axis 2 is 0, must be in [1, 2147483647]");
  EXPECT_EQ(getError([](auto &g) { g.dilations.pop_back(); }),
            "dilations has 2 entries, strides 3");
  EXPECT_EQ(getError([](auto &g) { g.groups = 0; }),
            "groups is 0, must be in [1, 2147483647]");
  EXPECT_EQ(getError([](auto &g) { g.inputDims.channel = 0; }),
            "input dims are not a permutation of 0 to 4: 1 is missing");
  EXPECT_EQ(getError([](auto &g) { g.resultDims.spatial.pop_back(); }),
            "result dims name 2 spatial axes, strides 3");
}

TEST(ConvTransposeGeometry, EqualityAndHash) {
  ConvTransposeGeometry a = getSample(), b = getSample();
  EXPECT_EQ(a, b);
  EXPECT_EQ(hash_value(a), hash_value(b));
  b.reversed[1] = true;
  EXPECT_NE(a, b);
  EXPECT_NE(hash_value(a), hash_value(b));
}

} // namespace
