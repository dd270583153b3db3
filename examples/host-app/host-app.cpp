// Launches the tutorial's bundle on the host: upsamples a small volume, prints
// a row of the result, and checks what is known of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "upweave/upweave.hpp"

#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

namespace {

// The shapes of examples/kb34/kb34tiny_f32_dynamic_batch.mlir, for a batch
// of 3.
constexpr int64_t kBatch = 3, kWidth = 8;
constexpr int64_t kInputSize = kBatch * 3 * 2 * 3 * 4;
constexpr int64_t kFilterSize = 3 * 4 * 4 * 4 * 4;
constexpr int64_t kOutputSize = kBatch * 4 * 4 * 6 * kWidth;

float gelu(float v) { return 0.5f * v * (1 + std::erf(v / std::sqrt(2.0f))); }

std::vector<float> random(size_t size, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(size);
  for (float &value : values)
    value = uniform(engine);
  return values;
}

/// Runs y = gelu(layer_norm(conv_transpose(x, w) + bias) * gamma + beta). The
/// launch takes inputs, then outputs, in the order of the function's arguments.
std::vector<float> launch(const upweave::Program &program,
                          std::vector<float> &x, std::vector<float> &w,
                          std::vector<float> &bias, std::vector<float> &gamma,
                          std::vector<float> &beta) {
  std::vector<float> y(kOutputSize, NAN);
  program.launch({
      {x.data(), UW_F32, {kBatch, 3, 2, 3, 4}},
      {w.data(), UW_F32, {3, 4, 4, 4, 4}},
      {bias.data(), UW_F32, {4}},
      {gamma.data(), UW_F32, {kWidth}},
      {beta.data(), UW_F32, {kWidth}},
      {y.data(), UW_F32, {kBatch, 4, 4, 6, kWidth}},
  });
  return y;
}

int run(const char *path) {
  upweave::Bundle bundle(path);
  upweave::Program program = bundle.load(upweave::Device::host());
  std::printf("loaded %s, image '%s'\n", path, program.image());

  std::vector<float> x = random(kInputSize, 1), w = random(kFilterSize, 2);
  std::vector<float> bias = random(4, 3), gamma(kWidth, 1.0f), beta(kWidth);
  std::vector<float> y = launch(program, x, w, bias, gamma, beta);
  std::printf("first row:");
  for (int64_t i = 0; i < kWidth; ++i)
    std::printf(" %8.5f", double(y[i]));
  std::printf("\n");
  for (float value : y)
    if (!std::isfinite(value)) {
      std::fprintf(stderr, "host-app: an element of the result is %f\n",
                   double(value));
      return 1;
    }

  // Without an input the rows are constant; normalised they are 0, so that each
  // element is the activation of its column's beta.
  std::fill(x.begin(), x.end(), 0.0f);
  beta = random(kWidth, 4);
  y = launch(program, x, w, bias, gamma, beta);
  float worst = 0;
  for (int64_t i = 0; i < kOutputSize; ++i)
    worst = std::max(worst, std::fabs(y[i] - gelu(beta[i % kWidth])));
  std::printf("largest error of the constant case: %.1e\n", double(worst));
  return worst < 1e-6f ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: host-app BUNDLE.upw\n");
    return 2;
  }
  try {
    return run(argv[1]);
  } catch (const upweave::Error &error) {
    std::fprintf(stderr, "host-app: %s (%s)\n", error.what(),
                 uw_status_name(error.status()));
    return 1;
  }
}
