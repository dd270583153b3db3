//===- GemmTest.cpp - Tensor cores and asynchronous copies ----------------===//
// Pipelined matrix products by hand, in f16, bf16 and TF32, and their mutants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Compile.h"
#include "Instructions.h"
#include "Machine.h"

#include "llvm/ADT/bit.h"

#include <cmath>

using namespace upweave::sim;

namespace {

constexpr unsigned kM = 32, kN = 16;

/// One type of operands: its kernel, and what a value becomes in it.
struct Type {
  const char *name;
  unsigned k;     ///< length of the products
  unsigned bytes; ///< of an element
  double (*round)(float);
  void (*store)(void *, size_t, float);
};

double roundHalf(float x) { return halfToFloat(floatToHalf(x)); }
double roundBfloat(float x) { return bfloatToFloat(floatToBfloat(x)); }
double roundSingle(float x) {
  return llvm::bit_cast<float>(roundToTF32(llvm::bit_cast<uint32_t>(x)));
}
void storeHalf(void *to, size_t i, float x) {
  static_cast<uint16_t *>(to)[i] = floatToHalf(x);
}
void storeBfloat(void *to, size_t i, float x) {
  static_cast<uint16_t *>(to)[i] = floatToBfloat(x);
}
void storeSingle(void *to, size_t i, float x) {
  static_cast<float *>(to)[i] = x;
}

const Type kTypes[] = {{"f16", 128, 2, roundHalf, storeHalf},
                       {"bf16", 128, 2, roundBfloat, storeBfloat},
                       {"tf32", 64, 4, roundSingle, storeSingle}};

float getValue(size_t i) { return std::sin(0.7f * float(i)) + 0.1f; }

/// Runs the product; empty if it is right, else what is wrong with it.
std::string runGemm(const Type &type, const std::string &llvmIR,
                    SimulatorOptions options = {}) {
  Machine machine(llvmIR, options);
  if (!machine.simulator)
    return machine.error;
  void *a = machine.memory.allocate(kM * type.k * type.bytes, "a", type.bytes);
  void *b = machine.memory.allocate(kN * type.k * type.bytes, "b", type.bytes);
  auto *c = machine.allocate<float>("c", kM * kN);
  for (size_t i = 0; i < kM * type.k; ++i)
    type.store(a, i, getValue(i));
  for (size_t i = 0; i < kN * type.k; ++i)
    type.store(b, i, getValue(3 * i + 1));
  LaunchShape shape;
  shape.block = {64, 1, 1};
  if (std::optional<Fault> fault = machine.launch("gemm", shape, {a, b, c}))
    return fault->str();
  for (unsigned m = 0; m < kM; ++m)
    for (unsigned n = 0; n < kN; ++n) {
      double sum = 0, magnitude = 0;
      for (unsigned k = 0; k < type.k; ++k) {
        double product = type.round(getValue(m * type.k + k)) *
                         type.round(getValue(3 * (n * type.k + k) + 1));
        sum += product;
        magnitude += std::fabs(product);
      }
      // One unit of f32 for each of k sums would be the worst case.
      if (!(std::fabs(c[m * kN + n] - sum) <= 0x1p-21 * magnitude))
        return "c[" + std::to_string(m) + ", " + std::to_string(n) + "] is " +
               std::to_string(c[m * kN + n]) + ", not " + std::to_string(sum);
    }
  return "";
}

class Gemm : public testing::TestWithParam<Type> {
protected:
  std::string getIR() const {
    return compileKernels("kernels/gemm_" + std::string(GetParam().name) +
                          ".mlir");
  }
};

TEST_P(Gemm, IsRightInAllOrdersAndSums) {
  std::string llvmIR = getIR();
  for (ThreadOrder order :
       {ThreadOrder::Forward, ThreadOrder::Backward, ThreadOrder::Random})
    for (MmaSums sums : {MmaSums::Ascending, MmaSums::Truncated}) {
      SimulatorOptions options;
      options.order = order;
      options.sums = sums;
      EXPECT_EQ(runGemm(GetParam(), llvmIR, options), "");
    }
}

TEST_P(Gemm, MutantsAreCaught) {
  std::vector<Mutant> mutants = makeMutants(getIR());
  EXPECT_GE(mutants.size(), 10u);
  for (const Mutant &mutant : mutants)
    EXPECT_NE(runGemm(GetParam(), mutant.llvmIR), "") << mutant.what;
}

INSTANTIATE_TEST_SUITE_P(Types, Gemm, testing::ValuesIn(kTypes),
                         [](const testing::TestParamInfo<Type> &info) {
                           return std::string(info.param.name);
                         });

} // namespace
