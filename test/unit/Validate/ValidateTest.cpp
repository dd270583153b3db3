//===- ValidateTest.cpp - Wrong blocks are found before they are emitted --===//
// Compiles real modules, makes one thing of what the blocks mean wrong, and
// expects the comparison with the source to say so.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Validate/Validate.h"

#include "Upweave/Target/Compile.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"

#include <functional>
#include <gtest/gtest.h>

using namespace upweave;
using bundle::BlockStepT;
using bundle::Opcode;

namespace {

std::unique_ptr<mlir::MLIRContext> makeContext() {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerCompileDialects(registry);
  return std::make_unique<mlir::MLIRContext>(registry);
}

/// A module's bundle and what validating it says.
class Compiled {
public:
  explicit Compiled(
      mlir::OwningOpRef<mlir::ModuleOp> (*parse)(mlir::MLIRContext &))
      : context(makeContext()), module(parse(*context)) {
    EXPECT_TRUE(bool(module));
    CompileOptions options;
    options.chips = {"sm_89"};
    options.host = false;
    options.assemble = false;
    compiled = compileModule(*module, options);
    EXPECT_TRUE(bool(compiled));
  }

  /// The last block of the one entry.
  BlockStepT &block() {
    for (auto &step :
         llvm::reverse(compiled->bundle.getTable().entries[0]->meaning->steps))
      if (BlockStepT *block = step->op.AsBlockStep())
        return *block;
    ADD_FAILURE() << "no block";
    std::abort();
  }
  bundle::ScalarOpT &op(Opcode opcode) {
    for (auto &op : block().program->ops)
      if (op->opcode == opcode)
        return *op;
    ADD_FAILURE() << "no such op";
    std::abort();
  }
  /// As a compiler would leave it that records none.
  void clearSource() { compiled->bundle.getTable().entries[0]->source.reset(); }
  std::string validate() {
    return validateBundle(compiled->bundle, options, report);
  }

  ValidateOptions options;
  ReportValidation report;

private:
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<CompileResult> compiled;
};

mlir::OwningOpRef<mlir::ModuleOp> parseTiny(mlir::MLIRContext &context) {
  return mlir::parseSourceFile<mlir::ModuleOp>(
      UPWEAVE_EXAMPLES "/kb34/kb34tiny_f32_tanh.mlir", &context);
}

mlir::OwningOpRef<mlir::ModuleOp> parseDynamic(mlir::MLIRContext &context) {
  return mlir::parseSourceFile<mlir::ModuleOp>(
      UPWEAVE_EXAMPLES "/kb34/kb34tiny_f32_dynamic_batch.mlir", &context);
}

TEST(Validate, RightBlocksAgree) {
  for (auto parse : {parseTiny, parseDynamic}) {
    Compiled module(parse);
    EXPECT_EQ("", module.validate());
    EXPECT_TRUE(module.report.ran);
    EXPECT_GT(module.report.elements, 1000);
    EXPECT_TRUE(module.report.leftOut.empty());
  }
}

struct Fault {
  const char *name;
  std::function<void(Compiled &)> make;
};

class Faults : public testing::TestWithParam<Fault> {};

TEST_P(Faults, AreFound) {
  Compiled module(parseTiny);
  GetParam().make(module);
  std::string text = module.validate();
  EXPECT_NE(std::string::npos,
            text.find("the blocks of entry 'main' do not compute what the "
                      "source says: output"))
      << text;
}

const Fault kFaults[] = {
    {"padding",
     [](Compiled &module) {
       ++module.block().geometry->pad_low[0];
       --module.block().geometry->pad_high[0];
     }},
    {"flip",
     [](Compiled &module) {
       auto &reversed = module.block().geometry->reversed;
       reversed.resize(3);
       reversed[2] = !reversed[2];
     }},
    {"axes_of_the_filter",
     [](Compiled &module) {
       std::swap(module.block().geometry->filter_dims[3],
                 module.block().geometry->filter_dims[4]);
     }},
    {"epsilon",
     [](Compiled &module) { module.op(Opcode::LayerNorm).value = 1e-3; }},
    {"form_of_gelu",
     [](Compiled &module) {
       module.op(Opcode::GeluTanh).opcode = Opcode::GeluErf;
     }},
    {"constant_of_gelu",
     [](Compiled &module) { module.op(Opcode::GeluTanh).value *= 1.01; }},
    {"operator",
     [](Compiled &module) { module.op(Opcode::AddF).opcode = Opcode::SubF; }},
    {"map_of_a_parameter", [](Compiled &module) {
       auto &map = module.block().params.back()->map[0];
       map->nodes = {bundle::ExprNode(0, 0, 0, bundle::ExprOp::Const)};
     }}};

INSTANTIATE_TEST_SUITE_P(Tiny, Faults, testing::ValuesIn(kFaults),
                         [](const testing::TestParamInfo<Fault> &info) {
                           return std::string(info.param.name);
                         });

/// Sums of 2^18 values, each of a convolution with 576 products.
mlir::OwningOpRef<mlir::ModuleOp> parseLong(mlir::MLIRContext &context) {
  return mlir::parseSourceString<mlir::ModuleOp>(R"mlir(
#all = affine_map<(n, c, h, w) -> (n, c, h, w)>
#kept = affine_map<(n, c, h, w) -> (n, c)>
func.func @main(%x: tensor<1x64x514x514xf32>, %w: tensor<8x64x3x3xf32>)
    -> tensor<1x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x8x512x512xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x512x512xf32>)
    -> tensor<1x8x512x512xf32>
  %y = linalg.conv_2d_nchw_fchw
    ins(%x, %w : tensor<1x64x514x514xf32>, tensor<8x64x3x3xf32>)
    outs(%f : tensor<1x8x512x512xf32>) -> tensor<1x8x512x512xf32>
  %s = tensor.empty() : tensor<1x8xf32>
  %t = linalg.fill ins(%zero : f32) outs(%s : tensor<1x8xf32>)
    -> tensor<1x8xf32>
  %m = linalg.generic {indexing_maps = [#all, #kept],
      iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
    ins(%y : tensor<1x8x512x512xf32>) outs(%t : tensor<1x8xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %a = math.absf %v : f32
    %r = arith.addf %a, %acc : f32
    linalg.yield %r : f32
  } -> tensor<1x8xf32>
  return %m : tensor<1x8xf32>
})mlir",
                                                 &context);
}

TEST(Validate, LongRowsAreComparedAtWhatTheyReduceAndBehind) {
  Compiled module(parseLong);
  module.options.seconds = 2;
  EXPECT_EQ("", module.validate());
  EXPECT_GT(module.report.operandElements, 15);
  ASSERT_EQ(1u, module.report.shortened.size());
  EXPECT_NE(std::string::npos,
            module.report.shortened[0].find("one element takes about"));
  EXPECT_TRUE(module.report.leftOut.empty());
}

TEST(Validate, FaultsOfLongRowsAreFound) {
  Compiled module(parseLong);
  module.options.seconds = 2;
  module.op(Opcode::RowReduce).reduce = bundle::ReduceKind::MaximumF;
  EXPECT_NE(std::string::npos, module.validate().find("output 'result0' at"));
}

TEST(Validate, FaultsOfWhatLongRowsReduceLeaveThemOut) {
  Compiled module(parseLong);
  module.options.seconds = 2;
  ++module.block().geometry->pad_low[0];
  --module.block().geometry->pad_high[0];
  EXPECT_EQ("", module.validate());
  EXPECT_EQ(0, module.report.operandElements);
  EXPECT_EQ(1u, module.report.leftOut.size());
}

TEST(Validate, WhatHasNoEvaluationIsNamed) {
  Compiled module(parseTiny);
  module.clearSource();
  EXPECT_EQ("", module.validate());
  ASSERT_EQ(1u, module.report.leftOut.size());
  EXPECT_NE(std::string::npos,
            module.report.leftOut[0].find("carries no meaning of its source"));
}

} // namespace
