// The reference's transposed convolution against a literal scatter.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestMeaning.h"

#include <gtest/gtest.h>
#include <random>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

/// One spatial axis.
struct Axis {
  int64_t in, kernel, stride, low, high, dilation, extra;
  bool reversed;
  int64_t out() const {
    return (in - 1) * stride - low - high + dilation * (kernel - 1) + extra + 1;
  }
};

struct Case {
  int64_t batch, groups, inPerGroup, outPerGroup;
  Axis a, b;
  bool groupsInInput;
  bool channelsLast;
};

/// x in [n, c, i, j] and w in the filter's order; both row-major and filled
/// with small integers, so that sums are exact.
std::vector<float> fill(std::mt19937 &random, int64_t count) {
  std::vector<float> values(count);
  for (float &v : values)
    v = float(int(random() % 7) - 3);
  return values;
}

/// out[o] += x[i] w[k] wherever S i + L k' = o + PL, as the definition says.
std::vector<double> scatter(const Case &c, const std::vector<float> &x,
                            const std::vector<float> &w) {
  const int64_t channels = c.groups * c.outPerGroup;
  const int64_t rows = c.a.out(), columns = c.b.out();
  std::vector<double> out(c.batch * channels * rows * columns);
  auto place = [](const Axis &axis, int64_t i, int64_t k) {
    const int64_t kk = axis.reversed ? axis.kernel - 1 - k : k;
    return axis.stride * i + axis.dilation * kk - axis.low;
  };
  for (int64_t n = 0; n < c.batch; ++n)
    for (int64_t g = 0; g < c.groups; ++g)
      for (int64_t ci = 0; ci < c.inPerGroup; ++ci)
        for (int64_t co = 0; co < c.outPerGroup; ++co)
          for (int64_t i = 0; i < c.a.in * c.b.in; ++i)
            for (int64_t k = 0; k < c.a.kernel * c.b.kernel; ++k) {
              const int64_t r = place(c.a, i / c.b.in, k / c.b.kernel);
              const int64_t s = place(c.b, i % c.b.in, k % c.b.kernel);
              if (r < 0 || r >= rows || s < 0 || s >= columns)
                continue;
              const int64_t xc = g * c.inPerGroup + ci;
              const int64_t xAt =
                  (n * c.groups * c.inPerGroup + xc) * (c.a.in * c.b.in) + i;
              const int64_t wi = c.groupsInInput ? xc : ci;
              const int64_t wo = c.groupsInInput ? co : g * c.outPerGroup + co;
              const int64_t wOut = c.groupsInInput ? c.outPerGroup : channels;
              const int64_t wAt =
                  (wi * wOut + wo) * (c.a.kernel * c.b.kernel) + k;
              const int64_t oc = g * c.outPerGroup + co;
              const int64_t at =
                  c.channelsLast
                      ? ((n * rows + r) * columns + s) * channels + oc
                      : ((n * channels + oc) * rows + r) * columns + s;
              out[at] += double(x[xAt]) * w[wAt];
            }
  return out;
}

std::unique_ptr<ConvTransposeT> geometryOf(const Case &c) {
  auto geometry = std::make_unique<ConvTransposeT>();
  for (const Axis *axis : {&c.a, &c.b}) {
    geometry->strides.push_back(axis->stride);
    geometry->pad_low.push_back(axis->low);
    geometry->pad_high.push_back(axis->high);
    geometry->dilations.push_back(axis->dilation);
    geometry->output_padding.push_back(axis->extra);
    geometry->reversed.push_back(axis->reversed);
  }
  geometry->groups = c.groups;
  geometry->filter_groups =
      c.groupsInInput ? FilterGroups::Input : FilterGroups::Output;
  geometry->x_dims = {-1, -2, 0, 1};
  geometry->filter_dims = {-1, -2, 0, 1};
  geometry->result_dims = c.channelsLast ? std::vector<int32_t>{-1, 0, 1, -2}
                                         : std::vector<int32_t>{-1, -2, 0, 1};
  return geometry;
}

std::vector<check::Value> reference(const Case &c, const std::vector<float> &x,
                                    const std::vector<float> &w,
                                    Precision precision) {
  TestMeaning builder;
  const int64_t channels = c.groups * c.outPerGroup;
  const uint32_t xId =
      builder.input({c.batch, c.groups * c.inPerGroup, c.a.in, c.b.in}, x);
  const uint32_t wId = builder.input(
      {c.groupsInInput ? c.groups * c.inPerGroup : c.inPerGroup,
       c.groupsInInput ? c.outPerGroup : channels, c.a.kernel, c.b.kernel},
      w);
  std::vector<int64_t> shape = {c.batch, channels, c.a.out(), c.b.out()};
  if (c.channelsLast)
    shape = {c.batch, c.a.out(), c.b.out(), channels};
  const uint32_t y = builder.tensor(DType::F32, shape);
  BlockStepT block;
  block.domain = sizes(shape);
  block.x = xId;
  block.filter = wId;
  block.geometry = geometryOf(c);
  block.producer_map = loops({0, 1, 2, 3});
  block.outs.push_back(operand(y, loops({0, 1, 2, 3})));
  block.program = program({DType::F32});
  block.program->results = {0};
  block.precision = precision;
  builder.step(std::move(block));
  builder.output(y);
  return builder.evaluate();
}

void expectScatter(const Case &c, std::mt19937 &random) {
  const std::vector<float> x =
      fill(random, c.batch * c.groups * c.inPerGroup * c.a.in * c.b.in);
  const std::vector<float> w =
      fill(random,
           c.groups * c.inPerGroup * c.outPerGroup * c.a.kernel * c.b.kernel);
  const std::vector<double> expected = scatter(c, x, w);
  const std::vector<check::Value> actual = reference(c, x, w, Precision::Ieee);
  ASSERT_EQ(expected.size(), actual.size());
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_EQ(expected[i], actual[i].v) << i;
}

TEST(ConvTranspose, MatchesScatter) {
  std::mt19937 random(5);
  auto upTo = [&](int64_t n) { return int64_t(random() % n); };
  int checked = 0;
  for (int round = 0; round < 200; ++round) {
    auto axis = [&] {
      Axis a = {1 + upTo(4), 1 + upTo(4), 1 + upTo(3), upTo(4) - 1,
                upTo(4) - 1, 1 + upTo(2), 0,           upTo(2) == 1};
      a.extra = upTo(a.stride);
      return a;
    };
    const Case c = {1 + upTo(2), 1 + upTo(2), 1 + upTo(3),  1 + upTo(3),
                    axis(),      axis(),      upTo(2) == 1, upTo(2) == 1};
    if (c.a.out() < 1 || c.b.out() < 1)
      continue;
    ++checked;
    expectScatter(c, random);
  }
  EXPECT_GT(checked, 100);
}

TEST(ConvTranspose, ErrorIsUnitTimesMagnitudes) {
  // One output per product: |x||w| is the magnitude.
  const Axis axis = {2, 1, 2, 0, 0, 1, 0, false};
  const Axis flat = {1, 1, 1, 0, 0, 1, 0, false};
  const Case c = {1, 1, 1, 1, axis, flat, true, false};
  auto ieee = reference(c, {3, -2}, {5}, Precision::Ieee);
  ASSERT_EQ(3u, ieee.size());
  EXPECT_EQ(15, ieee[0].v);
  EXPECT_EQ(0, ieee[1].v);
  EXPECT_EQ(-10, ieee[2].v);
  EXPECT_NEAR(2 * 15 * 0x1p-24, ieee[0].e, 1e-12); // sum and result
  EXPECT_LT(ieee[1].e, 1e-30);
  auto tf32 = reference(c, {3, -2}, {5}, Precision::Tf32);
  EXPECT_NEAR(15 * 0x1p-10, tf32[0].e, 1e-4);
}

TEST(ConvTranspose, InconsistentGeometryIsNamed) {
  const Axis flat = {1, 1, 1, 0, 0, 1, 0, false};
  Case c = {1, 2, 1, 1, flat, flat, true, false};
  TestMeaning builder;
  const uint32_t x = builder.input({1, 3, 1, 1}, {1, 2, 3});
  const uint32_t w = builder.input({2, 1, 1, 1}, {1, 2});
  const uint32_t y = builder.tensor(DType::F32, {1, 2, 1, 1});
  BlockStepT block;
  block.domain = sizes({1, 2, 1, 1});
  block.x = x;
  block.filter = w;
  block.geometry = geometryOf(c);
  block.producer_map = loops({0, 1, 2, 3});
  block.outs.push_back(operand(y, loops({0, 1, 2, 3})));
  block.program = program({DType::F32});
  block.program->results = {0};
  builder.step(std::move(block));
  builder.output(y);
  EXPECT_NE(std::string::npos,
            builder.error().find("step 0 at test.mlir:1: 3 channels of x, 2 x "
                                 "1 of the filter and 2 groups do not fit"))
      << builder.error();
}

} // namespace
