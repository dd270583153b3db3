//===- KernelFixture.h - A function to emit kernel code into ----*- C++ -*-===//
// Gives tests of emission a builder, and what was built as text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TEST_UNIT_CONVERSION_KERNELFIXTURE_H
#define UPWEAVE_TEST_UNIT_CONVERSION_KERNELFIXTURE_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"

#include <gtest/gtest.h>

namespace upweave::test {

/// A test that emits into a function of one index and one i32.
class KernelFixture : public testing::Test {
protected:
  KernelFixture() : loc(mlir::UnknownLoc::get(&context)), builder(&context) {
    context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                        mlir::gpu::GPUDialect, mlir::NVVM::NVVMDialect,
                        mlir::scf::SCFDialect>();
    module = mlir::ModuleOp::create(loc);
    builder.setInsertionPointToEnd(module->getBody());
    auto type = builder.getFunctionType(
        {builder.getIndexType(), builder.getI32Type()}, {});
    auto func = mlir::func::FuncOp::create(builder, loc, "f", type);
    mlir::Block *body = func.addEntryBlock();
    index = body->getArgument(0);
    number = body->getArgument(1);
    builder.setInsertionPointToEnd(body);
    builder.setInsertionPoint(mlir::func::ReturnOp::create(builder, loc));
  }

  /// What was emitted, which must be valid.
  std::string print() {
    EXPECT_TRUE(mlir::succeeded(mlir::verify(*module)));
    std::string text;
    llvm::raw_string_ostream os(text);
    module->print(os);
    return text;
  }

  template <typename Op> int64_t count() {
    int64_t number = 0;
    module->walk([&](Op) { ++number; });
    return number;
  }

  mlir::MLIRContext context;
  mlir::Location loc;
  mlir::OpBuilder builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::Value index, number;
};

} // namespace upweave::test

#endif // UPWEAVE_TEST_UNIT_CONVERSION_KERNELFIXTURE_H
