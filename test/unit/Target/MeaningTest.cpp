//===- MeaningTest.cpp - What sources have that blocks have not -----------===//
// Branches that sizes decide, which no entry point keeps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/Meaning.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace upweave;

namespace {

std::string getMeaning(const char *source) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                      mlir::scf::SCFDialect, mlir::tensor::TensorDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
  if (!module)
    return "not parsed";
  ConstantPool pool;
  auto meaning = extractMeaning(*module->getOps<mlir::func::FuncOp>().begin(),
                                bundle::Precision::Ieee, pool);
  if (failed(meaning))
    return "no meaning";
  std::string text;
  llvm::raw_string_ostream os(text);
  printMeaning(*meaning->table, os);
  return text;
}

TEST(Meaning, SizesDecideBranches) {
  std::string text = getMeaning(R"mlir(
func.func @main(%x: tensor<?x4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %is = arith.cmpi eq, %n, %c1 : index
  %r = scf.if %is -> tensor<4xf32> {
    %s = tensor.extract_slice %x[0, 0] [1, 4] [1, 1]
      : tensor<?x4xf32> to tensor<4xf32>
    scf.yield %s : tensor<4xf32>
  } else {
    scf.yield %y : tensor<4xf32>
  }
  return %r : tensor<4xf32>
})mlir");
  EXPECT_NE(std::string::npos, text.find("arg0.dim0")) << text;
  EXPECT_NE(std::string::npos, text.find(": t6 = slice t0")) << text;
  EXPECT_NE(std::string::npos, text.find("t7 = choose t6 or t1 by")) << text;
}

TEST(Meaning, ABranchThatDataDecidesIsOpaque) {
  std::string text = getMeaning(R"mlir(
func.func @main(%c: tensor<i1>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %is = tensor.extract %c[] : tensor<i1>
  %r = scf.if %is -> tensor<4xf32> {
    scf.yield %y : tensor<4xf32>
  } else {
    scf.yield %y : tensor<4xf32>
  }
  return %r : tensor<4xf32>
})mlir");
  EXPECT_NE(std::string::npos, text.find("opaque 'scf.if'")) << text;
}

} // namespace
