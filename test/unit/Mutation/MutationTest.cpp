//===- MutationTest.cpp - Row kernels that were made wrong ----------------===//
// Every dropped barrier and every changed shuffle of the compiler's own kernels
// has to be noticed by what upweave-check does.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Checker.h"
#include "Compile.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace upweave;

namespace {

struct RowCase {
  const char *name;
  unsigned mutants; ///< at least
  const char *source;
};

const RowCase kCases[] = {
    {"short_rows", 8, R"mlir(
func.func @main(%x: tensor<6x64xf32>) -> tensor<6x64xf32> {
  %e = tensor.empty() : tensor<6x64xf32>
  %y = upweave.block domain [6, 64] rows [1] stored(%x : tensor<6x64xf32>)
    outs(%e : tensor<6x64xf32>) {
  ^bb0(%v: f32):
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    upweave.yield %n : f32
  }
  return %y : tensor<6x64xf32>
})mlir"},
    // No layer_norm: of long rows, the mean of the wrong half is near enough
    // for its second round to make up for it, so that half of the mutants are
    // right.
    {"rows_over_warps", 12, R"mlir(
func.func @main(%x: tensor<3x4096xf32>) -> tensor<3x4096xf32> {
  %e = tensor.empty() : tensor<3x4096xf32>
  %y = upweave.block domain [3, 4096] rows [1] stored(%x : tensor<3x4096xf32>)
    outs(%e : tensor<3x4096xf32>) {
  ^bb0(%v: f32):
    %s = upweave.row_reduce <add> %v : f32
    %q = arith.mulf %v, %v : f32
    %t = upweave.row_reduce <add> %q : f32
    %r = math.rsqrt %t : f32
    %m = arith.addf %v, %s : f32
    %o = arith.mulf %m, %r : f32
    upweave.yield %o : f32
  }
  return %y : tensor<3x4096xf32>
})mlir"},
    {"softmax_over_channels", 4, R"mlir(
func.func @main(%x: tensor<2x96x40xf32>) -> tensor<2x96x40xf32> {
  %e = tensor.empty() : tensor<2x96x40xf32>
  %y = upweave.block domain [2, 96, 40] rows [1]
    stored(%x : tensor<2x96x40xf32>) outs(%e : tensor<2x96x40xf32>) {
  ^bb0(%v: f32):
    %m = upweave.row_reduce <maximumf> %v : f32
    %d = arith.subf %v, %m : f32
    %p = math.exp %d : f32
    %s = upweave.row_reduce <add> %p : f32
    %o = arith.divf %p, %s : f32
    upweave.yield %o : f32
  }
  return %y : tensor<2x96x40xf32>
})mlir"}};

/// Whether everything upweave-check tries on these kernels passes.
class Module {
public:
  explicit Module(const RowCase &rows) : context(sim::makeContext()) {
    options.compile.chips = {"sm_89"};
    options.compile.host = false;
    options.compile.assemble = false;
    options.compile.keepKernelIR = true;
    options.inputs = {InputKind::Normal, InputKind::Wide, InputKind::LargeMean};
    options.orders = {sim::ThreadOrder::Forward, sim::ThreadOrder::Backward};
    options.quiet = true;
    module =
        mlir::parseSourceString<mlir::ModuleOp>(rows.source, context.get());
    EXPECT_TRUE(bool(module));
    compiled = compileModule(*module, options.compile);
    EXPECT_TRUE(bool(compiled));
    out = std::tmpfile();
    checker = std::make_unique<Checker>(options, *compiled, out);
  }
  ~Module() { std::fclose(out); }

  const std::string &getIR() const {
    return *compiled->find(Stage::LLVM, "sm_89");
  }
  bool passes(const std::string &llvmIR) {
    mlir::FailureOr<TargetDescription> target = lookupTarget(
        "sm_89", [&] { return mlir::emitError(module->getLoc()); });
    return checker->run(llvmIR, *target);
  }

private:
  std::unique_ptr<mlir::MLIRContext> context;
  CheckOptions options;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<CompileResult> compiled;
  std::unique_ptr<Checker> checker;
  std::FILE *out;
};

class RowMutants : public testing::TestWithParam<RowCase> {};

TEST_P(RowMutants, AreCaught) {
  Module module(GetParam());
  EXPECT_TRUE(module.passes(module.getIR()));
  std::vector<sim::Mutant> mutants = sim::makeMutants(module.getIR());
  EXPECT_GE(mutants.size(), GetParam().mutants);
  for (const sim::Mutant &mutant : mutants)
    EXPECT_FALSE(module.passes(mutant.llvmIR)) << mutant.what;
}

INSTANTIATE_TEST_SUITE_P(Rows, RowMutants, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<RowCase> &info) {
                           return std::string(info.param.name);
                         });

} // namespace
