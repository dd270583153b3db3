// The tolerances against f32 arithmetic as kernels do it: right kernels pass
// with room, a precision that was not asked for does not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FloatErrors.h"
#include "Random.h"
#include "ScalarProgram.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace upweave::check;

namespace {

enum class Data { Normal, Positive };

std::vector<float> makeData(Data data, size_t count, uint64_t seed) {
  std::vector<float> values(count);
  fillRandom(values.data(), DType::F32, count, seed);
  if (data == Data::Positive)
    for (float &v : values)
      v = std::fabs(v);
  return values;
}

float toTf32(float v) {
  uint32_t bits;
  std::memcpy(&bits, &v, 4);
  bits = (bits + 0x1000) & 0xffffe000;
  std::memcpy(&v, &bits, 4);
  return v;
}

/// Largest |error| / (unit * sum of magnitudes) over many contractions of n
/// products, accumulated one after the other in f32.
double worstRatio(int n, Data data, Precision assumed, bool tf32) {
  double worst = 0;
  for (uint64_t trial = 0; trial < 300; ++trial) {
    const std::vector<float> a = makeData(data, n, 2 * trial);
    const std::vector<float> b = makeData(data, n, 2 * trial + 1);
    float sum = 0;
    double exact = 0, magnitude = 0;
    for (int i = 0; i < n; ++i) {
      sum = tf32 ? std::fma(toTf32(a[i]), toTf32(b[i]), sum)
                 : std::fma(a[i], b[i], sum);
      exact += double(a[i]) * b[i];
      magnitude += std::fabs(double(a[i]) * b[i]);
    }
    const double unit = contractionUnit(assumed, DType::F32, n);
    worst = std::max(worst, std::fabs(sum - exact) / (unit * magnitude));
  }
  return worst;
}

TEST(Numerics, ContractionsStayWithinK) {
  for (int n : {1, 8, 64, 256, 2048, 16384})
    for (Data data : {Data::Normal, Data::Positive}) {
      EXPECT_LT(worstRatio(n, data, Precision::Ieee, false),
                tolerance(Precision::Ieee))
          << n;
      EXPECT_LT(worstRatio(n, data, Precision::Tf32, true),
                tolerance(Precision::Tf32))
          << n;
    }
}

TEST(Numerics, Tf32IsNotIeee) {
  for (int n : {8, 64, 256, 2048})
    for (Data data : {Data::Normal, Data::Positive})
      EXPECT_GT(worstRatio(n, data, Precision::Ieee, true),
                tolerance(Precision::Ieee))
          << n;
}

TEST(Numerics, TolerancesAreAtMostEight) {
  for (int p = 0; p <= int(Precision::BF16); ++p) {
    EXPECT_LE(tolerance(Precision(p)), 8);
    EXPECT_LE(tolerance(Precision(p)), kMaxTolerance);
  }
}

TEST(Numerics, LayerNormInF32) {
  for (double mean : {0.0, 1.0, 1e4})
    for (uint64_t trial = 0; trial < 100; ++trial) {
      const int n = 64;
      std::vector<float> x = makeData(Data::Normal, n, trial);
      Value row[n], reference[n];
      for (int i = 0; i < n; ++i)
        row[i] = floatValue(x[i] = float(x[i] + mean));
      layerNormRow(DType::F32, 1e-5, row, reference, n);
      // Corrected two-pass, as the contract says.
      float first = 0, c = 0, q = 0;
      for (float v : x)
        first += v;
      first /= n;
      for (float v : x) {
        c += v - first;
        q += (v - first) * (v - first);
      }
      const float corrected = c / n, variance = q / n - corrected * corrected;
      const float rstd = 1 / std::sqrt(variance + 1e-5f);
      for (int i = 0; i < n; ++i) {
        const float y = (x[i] - first - corrected) * rstd;
        ASSERT_LE(std::fabs(y - reference[i].v),
                  8 * reference[i].e + halfUlp(DType::F32, reference[i].v))
            << "mean " << mean;
      }
    }
}

TEST(Numerics, GeluInF32) {
  upweave::check::Op op;
  op.opcode = upweave::bundle::Opcode::GeluErf;
  op.dtype = DType::F32;
  op.operands = {0};
  op.operandTypes = {DType::F32};
  for (float v = -8; v < 8; v += 0.01f) {
    const Value in = floatValue(v);
    const Value reference = applyScalar(op, &in);
    const float y = 0.5f * v * (1 + std::erf(v * 0.70710678f));
    ASSERT_LE(std::fabs(y - reference.v), 8 * reference.e) << v;
    // erf in place of tanh is far outside.
    const double tanhForm =
        0.5 * v *
        (1 + std::tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)));
    if (std::fabs(v) > 0.7 && std::fabs(v) < 1.5) {
      ASSERT_GT(std::fabs(tanhForm - reference.v), 8 * reference.e) << v;
    }
  }
}

/// Half of f64's smallest subnormal is no double: nothing would be allowed.
TEST(Numerics, UnderflowOfDoubles) {
  for (DType dtype : {DType::F16, DType::BF16, DType::F32, DType::F64})
    EXPECT_GT(underflow(dtype), 0);
}

TEST(Numerics, TypesLimits) {
  EXPECT_EQ(65520, overflowThreshold(DType::F16));
  EXPECT_TRUE(std::isinf(float(overflowThreshold(DType::F32))));
  EXPECT_EQ(0x1p-11, roundoff(DType::F16));
  EXPECT_EQ(0x1p-24, halfUlp(DType::F32, 1));
  EXPECT_EQ(0x1p-150, halfUlp(DType::F32, 0));
  EXPECT_EQ(0, halfUlp(DType::I32, 5));
}

// Zero times what may be anything may be a NaN, and so may zero times infinity.
TEST(Numerics, UnknownTimesZeroIsUnknown) {
  const Value unknown = floatValue(1, INFINITY), zero = floatValue(0);
  EXPECT_EQ(productError(unknown, zero), INFINITY);
  EXPECT_EQ(productError(zero, unknown), INFINITY);
  EXPECT_EQ(productError(unknown, unknown), INFINITY);
  EXPECT_EQ(productError(zero, zero), 0);
}

} // namespace
