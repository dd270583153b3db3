//===- Compile.h - Kernels of tests to LLVM IR ------------------*- C++ -*-===//
// From MLIR to what the simulator runs, and mutants of that.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TEST_MUTATION_COMPILE_H
#define UPWEAVE_TEST_MUTATION_COMPILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <string>
#include <vector>

namespace upweave {
namespace sim {

/// A context with all that kernels need.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// The LLVM IR for sm_89 of the gpu.module in `file` of test/unit/Mutation.
std::string compileKernels(const std::string &file);

/// A change that makes a kernel wrong.
struct Mutant {
  std::string what; ///< "barrier 2 dropped"
  std::string llvmIR;
};

/// All mutants of a module, one change each: a dropped barrier, a shuffle that
/// exchanges nothing or has fewer lanes, a wait for one group less, two
/// operands of an mma swapped. (Shuffles with some other offset are left out:
/// the mean of the wrong half of a row is near enough for a LayerNorm that
/// corrects it.)
std::vector<Mutant> makeMutants(const std::string &llvmIR);

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_TEST_MUTATION_COMPILE_H
