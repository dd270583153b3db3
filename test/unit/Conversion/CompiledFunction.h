//===- CompiledFunction.h - Functions of floats, run here -------*- C++ -*-===//
// Compiles an expansion for the CPU and measures its error in the last place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TEST_UNIT_CONVERSION_COMPILEDFUNCTION_H
#define UPWEAVE_TEST_UNIT_CONVERSION_COMPILEDFUNCTION_H

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/TargetSelect.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace upweave::test {

/// A function of one float, expanded and compiled for this machine.
class Compiled {
public:
  using AddPasses = llvm::function_ref<void(mlir::OpPassManager &)>;

  /// `expand` adds the passes that replace what is not arithmetic.
  Compiled(const std::string &type, const std::string &body, AddPasses expand) {
    using namespace mlir;
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    DialectRegistry registry;
    registry.insert<arith::ArithDialect, func::FuncDialect, math::MathDialect,
                    scf::SCFDialect, vector::VectorDialect, ub::UBDialect,
                    cf::ControlFlowDialect, LLVM::LLVMDialect>();
    registerBuiltinDialectTranslation(registry);
    registerLLVMDialectTranslation(registry);
    context = std::make_unique<MLIRContext>(registry);
    std::string source = "func.func @f(%x: " + type + ", %y: " + type +
                         ") -> " + type +
                         " attributes {llvm.emit_c_interface} {\n" + body +
                         "\n  return %r : " + type + "\n}\n";
    module = parseSourceString<ModuleOp>(source, context.get());
    if (!module)
      return;
    PassManager pm(context.get());
    expand(pm);
    pm.addPass(createSCFToControlFlowPass());
    pm.addPass(createConvertMathToLLVMPass());
    pm.addPass(createArithToLLVMConversionPass());
    pm.addPass(createConvertVectorToLLVMPass());
    pm.addPass(createConvertControlFlowToLLVMPass());
    pm.addPass(createConvertFuncToLLVMPass());
    pm.addPass(createReconcileUnrealizedCastsPass());
    if (failed(pm.run(*module)))
      return;
    ExecutionEngineOptions options;
    // The options only refer to it.
    auto transformer = makeOptimizingTransformer(2, 0, nullptr);
    options.transformer = transformer;
    auto created = ExecutionEngine::create(*module, options);
    if (!created) {
      llvm::consumeError(created.takeError());
      return;
    }
    engine = std::move(*created);
  }

  bool isValid() const { return engine != nullptr; }

  template <typename T> T operator()(T x, T y = 0) const {
    T result = 0;
    void *arguments[] = {&x, &y, &result};
    llvm::cantFail(engine->invokePacked("f", arguments));
    return result;
  }

private:
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<mlir::ExecutionEngine> engine;
};

/// |actual - exact| in units of the last place of T at `exact`.
template <typename T> double errorInUlps(T actual, long double exact) {
  T rounded = static_cast<T>(exact);
  if (std::isnan(rounded) || std::isnan(actual))
    return std::isnan(rounded) == std::isnan(actual) ? 0 : HUGE_VAL;
  if (rounded == actual)
    return 0;
  if (std::isinf(rounded) || std::isinf(actual))
    return HUGE_VAL;
  int exponent;
  std::frexp(rounded, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  long double ulp = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
  return static_cast<double>(std::fabs(actual - exact) / ulp);
}

template <typename T>
std::vector<T> makeArguments(double lo, double hi, unsigned count) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> x = {0,
                      -T(0),
                      1,
                      -1,
                      T(0.5),
                      2,
                      Limits::infinity(),
                      -Limits::infinity(),
                      Limits::quiet_NaN(),
                      Limits::min(),
                      Limits::denorm_min(),
                      -Limits::denorm_min(),
                      Limits::max(),
                      -Limits::max(),
                      Limits::epsilon()};
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> inside(lo, hi);
  std::uniform_real_distribution<double> exponent(Limits::min_exponent - 20,
                                                  Limits::max_exponent);
  for (unsigned i = 0; i < count; ++i) {
    x.push_back(static_cast<T>(inside(random)));
    T magnitude = static_cast<T>(std::exp2(exponent(random)));
    x.push_back(i % 2 ? magnitude : -magnitude);
  }
  return x;
}

} // namespace upweave::test

#endif // UPWEAVE_TEST_UNIT_CONVERSION_COMPILEDFUNCTION_H
