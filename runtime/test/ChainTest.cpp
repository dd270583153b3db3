// Chains of ops as exporters write norms, evaluated in f32 as a kernel does:
// right ones are within the bound on ordinary and on hostile rows, wrong ones
// are not on ordinary rows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Metric.h"
#include "Random.h"
#include "ScalarProgram.h"

#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::check;
using bundle::Opcode;
using bundle::ReduceKind;

namespace {

constexpr int kLength = 24; // no power of two: 1/24 is rounded
using Row = std::vector<float>;
using Values = std::vector<Value>;

Value apply(Opcode opcode, const Value &a, const Value &b = {}) {
  Op op;
  op.opcode = opcode;
  op.dtype = DType::F32;
  const bool binary = operandCount(opcode) == 2;
  op.operands = binary ? std::vector<uint32_t>{0, 1} : std::vector<uint32_t>{0};
  op.operandTypes.assign(op.operands.size(), DType::F32);
  const Value in[] = {a, b};
  return applyScalar(op, in);
}

Value sumOf(const Values &row) {
  return reduceRow(ReduceKind::Add, DType::F32, row.data(), row.size());
}

Values squaresOf(const Values &row) {
  Values squares;
  for (const Value &x : row)
    squares.push_back(apply(Opcode::MulF, x, x));
  return squares;
}

/// Rows of all kinds: `scale` times normal numbers, around `mean`.
Row makeRow(float mean, float scale, uint64_t seed) {
  Row row(kLength);
  fillRandom(row.data(), DType::F32, kLength, seed);
  for (float &x : row)
    x = mean + scale * x;
  return row;
}

Values exact(const Row &row) {
  Values values;
  for (float x : row)
    values.push_back(floatValue(x));
  return values;
}

Metric::Report compare(const Row &actual, const Values &reference) {
  Metric metric(DType::F32, Precision::Ieee, kLength);
  for (int i = 0; i < kLength; ++i)
    metric.add(i, floatValue(actual[i]), reference[i]);
  return metric.report();
}

float flush(float x) {
  return std::fabs(x) < 0x1p-126f ? std::copysign(0.0f, x) : x;
}

/// (x - mean) / sqrt(E[x^2] - E[x]^2 + eps), as it is written.
Values onePass(const Values &x, double factor, double eps) {
  const Value by = floatValue(factor);
  const Value mean = apply(Opcode::MulF, sumOf(x), by);
  const Value square = apply(Opcode::MulF, sumOf(squaresOf(x)), by);
  const Value variance =
      apply(Opcode::SubF, square, apply(Opcode::MulF, mean, mean));
  const Value root =
      apply(Opcode::Sqrt, apply(Opcode::AddF, variance, floatValue(eps)));
  Values out;
  for (const Value &v : x)
    out.push_back(apply(Opcode::DivF, apply(Opcode::SubF, v, mean), root));
  return out;
}

Row onePassInF32(const Row &x, float factor, float eps, bool backwards,
                 float count = 1) {
  float sum = 0, squares = 0;
  for (int i = 0; i < kLength; ++i) {
    const float v = x[backwards ? kLength - 1 - i : i];
    sum += v;
    squares = std::fma(v, v, squares);
  }
  const float mean = sum * factor;
  const float variance = (squares * factor - mean * mean) * count;
  Row out(kLength);
  for (int i = 0; i < kLength; ++i)
    out[i] = (x[i] - mean) / std::sqrt(variance + eps);
  return out;
}

TEST(Chains, OnePassVariance) {
  const float factor = 1.0f / kLength;
  double unknown = 0, rows = 0;
  for (float mean : {0.0f, 1.0f, 100.0f, 1e4f})
    for (float scale : {1.0f, 1e-3f, 0.0f, 1e-39f})
      for (uint64_t seed = 0; seed < 50; ++seed, ++rows) {
        const Row x = makeRow(mean, scale, seed);
        const Values reference = onePass(exact(x), factor, 1e-5f);
        for (bool backwards : {false, true}) {
          const Metric::Report report =
              compare(onePassInF32(x, factor, 1e-5f, backwards), reference);
          ASSERT_TRUE(report.passed())
              << mean << " " << scale << " ratio " << report.maxRatio;
          unknown += double(report.unknown) / kLength / 2;
        }
      }
  // Some are beyond any bound: a variance of 1 beside a mean of 10^4.
  EXPECT_GT(unknown, 0.1 * rows);
  EXPECT_LT(unknown, 0.7 * rows);
}

/// Ordinary rows are judged, however the source is written.
TEST(Chains, OnePassVarianceThatIsWrong) {
  const float factor = 1.0f / kLength;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Row x = makeRow(0.5f, 1, seed);
    const Values reference = onePass(exact(x), factor, 1e-5f);
    EXPECT_EQ(0, compare(x, reference).unknown);
    const Row right = onePassInF32(x, factor, 1e-5f, false);
    EXPECT_TRUE(compare(right, reference).passed());
    // Bessel's correction, another epsilon, one element.
    const Row bessel =
        onePassInF32(x, factor, 1e-5f, false, float(kLength) / (kLength - 1));
    EXPECT_FALSE(compare(bessel, reference).passed());
    EXPECT_FALSE(
        compare(onePassInF32(x, factor, 1e-3f, false), reference).passed());
    Row one = right;
    one[seed % kLength] *= 1.0001f;
    EXPECT_FALSE(compare(one, reference).passed());
  }
}

/// What a corrected kernel has and what the source says are both references, of
/// which the source's is the worse.
TEST(Chains, SourceAndBlocksAgree) {
  const float factor = 1.0f / kLength;
  for (float mean : {0.0f, 1.0f, 1e4f})
    for (uint64_t seed = 0; seed < 50; ++seed) {
      const Values x = exact(makeRow(mean, 1, seed));
      const Values source = onePass(x, factor, 1e-5f);
      Values blocks(kLength);
      layerNormRow(DType::F32, 1e-5f, x.data(), blocks.data(), kLength);
      for (int i = 0; i < kLength; ++i)
        ASSERT_TRUE(agree(source[i], blocks[i], DType::F32, Precision::Ieee))
            << source[i].v << " " << source[i].e << " " << blocks[i].v;
      // Not with another function, where the mean is no burden.
      layerNormRow(DType::F32, 1e-2f, x.data(), blocks.data(), kLength);
      int differ = 0;
      for (int i = 0; i < kLength; ++i)
        differ += !agree(source[i], blocks[i], DType::F32, Precision::Ieee);
      EXPECT_EQ(mean<100, differ> kLength / 2) << mean;
    }
}

/// g v / |v| with and without flushing to zero: a norm of denormals is zero,
/// and what is divided by it anything.
TEST(Chains, WeightNorm) {
  for (float scale : {1.0f, 1e-10f, 1e-18f, 1e-20f, 1e-30f, 1e-39f, 0.0f})
    for (uint64_t seed = 0; seed < 50; ++seed) {
      const Row v = makeRow(0, scale, seed);
      const Values x = exact(v);
      Values squares;
      for (const Value &value : x)
        squares.push_back(
            apply(Opcode::PowF, apply(Opcode::AbsF, value), floatValue(2)));
      const Value norm = apply(Opcode::PowF, sumOf(squares), floatValue(0.5));
      const Value factor = apply(Opcode::DivF, floatValue(1.5), norm);
      Values reference;
      for (const Value &value : x)
        reference.push_back(apply(Opcode::MulF, value, factor));
      for (bool flushes : {false, true}) {
        float sum = 0;
        for (float value : v)
          sum += flushes ? flush(value * value) : value * value;
        const float by = 1.5f / std::sqrt(sum);
        Row out;
        for (float value : v)
          out.push_back(flushes ? flush(flush(value) * by) : value * by);
        const Metric::Report report = compare(out, reference);
        ASSERT_TRUE(report.passed()) << scale << " " << report.maxRatio;
        // Squares of 1e-18 are just above what flushes: known, but not well.
        if (scale < 1e-17f && scale > 1e-19f)
          continue;
        EXPECT_EQ(scale < 1e-17f ? kLength : 0, report.unknown) << scale;
        if (scale < 1e-17f)
          continue;
        out[3] *= 1.0001f;
        EXPECT_FALSE(compare(out, reference).passed());
      }
    }
}

/// v / max(|v|, 1e-12): the clamp keeps rows of zeros known.
TEST(Chains, ClampedNorm) {
  for (float scale : {1.0f, 1e-12f, 1e-20f, 1e-39f, 0.0f})
    for (uint64_t seed = 0; seed < 50; ++seed) {
      const Row v = makeRow(0, scale, seed);
      const Values x = exact(v);
      const Value norm = apply(Opcode::Sqrt, sumOf(squaresOf(x)));
      const Value clamped = apply(Opcode::MaximumF, norm, floatValue(1e-12f));
      Values reference;
      float sum = 0;
      Row out;
      for (float value : v)
        sum += flush(value * value);
      for (int i = 0; i < kLength; ++i) {
        reference.push_back(apply(Opcode::DivF, x[i], clamped));
        out.push_back(flush(v[i] / std::max(std::sqrt(sum), 1e-12f)));
      }
      const Metric::Report report = compare(out, reference);
      ASSERT_TRUE(report.passed()) << scale << " " << report.maxRatio;
      EXPECT_EQ(0, report.unknown) << scale;
    }
}

} // namespace
