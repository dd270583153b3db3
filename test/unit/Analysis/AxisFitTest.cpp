//===- AxisFitTest.cpp ----------------------------------------------------===//
// Axes are fitted to terms that are theirs, and terms that cannot be are
// refused with a reason.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "AxisFit.h"

#include "gtest/gtest.h"

#include <limits>

using namespace upweave;

namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

/// The terms {stride · i + dilation · k = o + padding} that are in range.
AxisTerms makeTerms(int64_t inputs, int64_t filters, int64_t outputs,
                    int64_t stride, int64_t dilation, int64_t padding) {
  AxisTerms axis{outputs, inputs, filters, {}};
  for (int64_t i = 0; i < inputs; ++i)
    for (int64_t k = 0; k < filters; ++k) {
      int64_t output = stride * i + dilation * k - padding;
      if (output >= 0 && output < outputs)
        axis.terms.push_back({output, i, k});
    }
  return axis;
}

TEST(AxisFit, FindsItsParameters) {
  std::string whyNot;
  std::optional<AxisGeometry> axis =
      fitAxis(makeTerms(5, 4, 10, 2, 1, 1), whyNot);
  ASSERT_TRUE(axis) << whyNot;
  EXPECT_EQ(axis->stride, 2);
  EXPECT_EQ(axis->paddingLow, 1);
  axis = fitAxis(makeTerms(5, 3, 11, 2, -1, -2), whyNot);
  ASSERT_TRUE(axis) << whyNot;
  EXPECT_TRUE(axis->reversed);
}

/// Positions that an unverified gather reads are no positions.
TEST(AxisFit, RefusesPositionsOutOfRange) {
  AxisTerms good = makeTerms(5, 4, 10, 2, 1, 1);
  for (int64_t wrong : {int64_t(-1), int64_t(10), kMost, kLeast})
    for (int64_t AxisTerm::*field :
         {&AxisTerm::output, &AxisTerm::input, &AxisTerm::filter}) {
      AxisTerms axis = good;
      axis.terms[3].*field = wrong;
      std::string whyNot;
      EXPECT_FALSE(fitAxis(axis, whyNot));
      EXPECT_NE(whyNot.find("out of range"), std::string::npos) << whyNot;
    }
}

TEST(AxisFit, RefusesSizesThatAreNone) {
  AxisTerms good = makeTerms(5, 4, 10, 2, 1, 1);
  for (int64_t wrong : {int64_t(0), int64_t(-3), kMost, kLeast})
    for (int64_t AxisTerms::*field :
         {&AxisTerms::outputSize, &AxisTerms::inputSize,
          &AxisTerms::filterSize}) {
      AxisTerms axis = good;
      axis.*field = wrong;
      std::string whyNot;
      EXPECT_FALSE(fitAxis(axis, whyNot));
      EXPECT_FALSE(whyNot.empty());
    }
}

TEST(AxisFit, RefusesTermsTwice) {
  AxisTerms axis = makeTerms(5, 4, 10, 2, 1, 1);
  axis.terms.push_back(axis.terms.front());
  std::string whyNot;
  EXPECT_FALSE(fitAxis(axis, whyNot));
}

} // namespace
