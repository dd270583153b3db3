// The reference on whole meanings: blocks, loop nests, views, errors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestMeaning.h"

#include <functional>
#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

using Doubles = std::vector<double>;

TEST(Evaluator, BlockWithRowsAndParameters) {
  // y = layer_norm(x) * gamma[d1], z = row max; rows along d1.
  TestMeaning builder;
  const uint32_t x = builder.input({2, 2}, {1, 3, 10, 30});
  const uint32_t gamma = builder.input({2}, {1, 2});
  const uint32_t y = builder.tensor(DType::F32, {2, 2});
  const uint32_t z = builder.tensor(DType::F32, {2});
  BlockStepT block;
  block.domain = sizes({2, 2});
  block.rows = {1};
  block.x = x;
  block.producer_map = loops({0, 1});
  block.params.push_back(operand(gamma, loops({1})));
  block.outs.push_back(operand(y, loops({0, 1})));
  block.outs.push_back(operand(z, loops({0})));
  block.program = program({DType::F32, DType::F32});
  auto norm = op(Opcode::LayerNorm, DType::F32, {0});
  norm->value = 0;
  block.program->ops.push_back(std::move(norm));                      // 2
  block.program->ops.push_back(op(Opcode::MulF, DType::F32, {2, 1})); // 3
  auto most = op(Opcode::RowReduce, DType::F32, {0});                 // 4
  most->reduce = ReduceKind::MaximumF;
  block.program->ops.push_back(std::move(most));
  block.program->results = {3, 4};
  builder.step(std::move(block));
  builder.output(y);
  builder.output(z);
  EXPECT_EQ((Doubles{-1, 2, -1, 2}), builder.values(0));
  EXPECT_EQ((Doubles{3, 30}), builder.values(1));
}

TEST(Evaluator, BlockMapsOfGroupedDims) {
  // The domain splits 4 columns into (2, 2) groups; out is transposed.
  TestMeaning builder;
  const uint32_t x = builder.input({1, 4}, {1, 2, 3, 4});
  const uint32_t y = builder.tensor(DType::F32, {4});
  const uint32_t sum = builder.tensor(DType::F32, {2});
  BlockStepT block;
  block.domain = sizes({1, 2, 2});
  block.rows = {2};
  block.x = x;
  auto column = [] {
    return binary(ExprOp::Add, binary(ExprOp::Mul, loop(1), constant(2)),
                  loop(2));
  };
  block.producer_map = list(loop(0), column());
  block.outs.push_back(
      operand(y, list(binary(ExprOp::Add, loop(1),
                             binary(ExprOp::Mul, loop(2), constant(2))))));
  block.outs.push_back(operand(sum, loops({1})));
  block.program = program({DType::F32});
  block.program->ops.push_back(op(Opcode::RowReduce, DType::F32, {0}));
  block.program->results = {0, 1};
  builder.step(std::move(block));
  builder.output(y);
  builder.output(sum);
  EXPECT_EQ((Doubles{1, 3, 2, 4}), builder.values(0));
  EXPECT_EQ((Doubles{3, 7}), builder.values(1));
}

/// sums of x along dimension 1, with init 100.
void addRowSum(TestMeaning &builder, uint32_t x, uint32_t y) {
  const uint32_t init = builder.tensor(DType::F32, {2});
  FillStepT fill;
  fill.result = init;
  fill.value = std::make_unique<FillValueT>();
  fill.value->value = 100;
  builder.step(std::move(fill));
  LoopNestStepT nest;
  nest.sizes = sizes({2, 3});
  nest.iterators = {IteratorKind::Parallel, IteratorKind::Reduction};
  nest.ins.push_back(operand(x, loops({0, 1})));
  nest.inits.push_back(operand(init, loops({0})));
  nest.results = {y};
  nest.program = program({DType::F32, DType::F32});
  nest.program->ops.push_back(op(Opcode::AddF, DType::F32, {0, 1}));
  nest.program->results = {2};
  builder.step(std::move(nest));
}

TEST(Evaluator, LoopNestSum) {
  TestMeaning builder;
  const uint32_t x = builder.input({2, 3}, {1, 2, 3, 4, 5, 6});
  const uint32_t y = builder.tensor(DType::F32, {2});
  addRowSum(builder, x, y);
  builder.output(y);
  const auto values = builder.evaluate();
  EXPECT_EQ(106, values[0].v);
  EXPECT_EQ(115, values[1].v);
  // A sum's rounding: what it starts with, its terms' magnitudes and the
  // result's, not each partial.
  EXPECT_NEAR((100 + 6 + 106) * 0x1p-24, values[0].e, 1e-9);
}

TEST(Evaluator, LoopNestArgmax) {
  // (value, index) pairs: the reduction of two results that see each other.
  TestMeaning builder;
  const uint32_t x = builder.input({2, 3}, {1, 5, 3, 7, 2, 7});
  const uint32_t least = builder.input({2}, {-9, -9});
  const uint32_t none = builder.integers({2}, {-1, -1});
  const uint32_t value = builder.tensor(DType::F32, {2});
  const uint32_t index = builder.tensor(DType::I32, {2});
  LoopNestStepT nest;
  nest.sizes = sizes({2, 3});
  nest.iterators = {IteratorKind::Parallel, IteratorKind::Reduction};
  nest.ins.push_back(operand(x, loops({0, 1})));
  nest.inits.push_back(operand(least, loops({0})));
  nest.inits.push_back(operand(none, loops({0})));
  nest.results = {value, index};
  nest.program = program({DType::F32, DType::F32, DType::I32});
  auto position = op(Opcode::LoopIndex, DType::Index, {}); // 3
  position->integer = 1;
  nest.program->ops.push_back(std::move(position));
  nest.program->ops.push_back(op(Opcode::IndexCast, DType::I32, {3})); // 4
  auto greater = op(Opcode::CmpF, DType::I1, {0, 1});                  // 5
  greater->predicate = uint8_t(FloatPredicate::OGT);
  nest.program->ops.push_back(std::move(greater));
  nest.program->ops.push_back(op(Opcode::Select, DType::F32, {5, 0, 1})); // 6
  nest.program->ops.push_back(op(Opcode::Select, DType::I32, {5, 4, 2})); // 7
  nest.program->results = {6, 7};
  builder.step(std::move(nest));
  builder.output(value);
  builder.output(index);
  EXPECT_EQ((Doubles{5, 7}), builder.values(0));
  EXPECT_EQ((std::vector<int64_t>{1, 0}), builder.integersOf(1));
}

TEST(Evaluator, LoopNestWithoutInverseRunsForward) {
  // y[d0 + d1] += x[d0] w[d1]: a full convolution.
  TestMeaning builder;
  const uint32_t x = builder.input({3}, {1, 2, 3});
  const uint32_t w = builder.input({2}, {10, 1});
  const uint32_t init = builder.input({4}, {0, 0, 0, 1000});
  const uint32_t y = builder.tensor(DType::F32, {4});
  LoopNestStepT nest;
  nest.sizes = sizes({3, 2});
  nest.iterators = {IteratorKind::Parallel, IteratorKind::Parallel};
  nest.ins.push_back(operand(x, loops({0})));
  nest.ins.push_back(operand(w, loops({1})));
  nest.inits.push_back(
      operand(init, list(binary(ExprOp::Add, loop(0), loop(1)))));
  nest.results = {y};
  nest.program = program({DType::F32, DType::F32, DType::F32});
  nest.program->ops.push_back(op(Opcode::MulF, DType::F32, {0, 1}));
  nest.program->ops.push_back(op(Opcode::AddF, DType::F32, {2, 3}));
  nest.program->results = {4};
  builder.step(std::move(nest));
  builder.output(y);
  EXPECT_EQ((Doubles{10, 21, 32, 1003}), builder.values());
}

TEST(Evaluator, LoopNestPartialWriteAndExtract) {
  // y[2 d0] = x[table[d0]]; the other elements keep the init.
  TestMeaning builder;
  const uint32_t x = builder.input({3}, {7, 8, 9});
  const uint32_t table = builder.integers({2}, {2, 0});
  const uint32_t init = builder.input({4}, {-1, -2, -3, -4});
  const uint32_t y = builder.tensor(DType::F32, {4});
  LoopNestStepT nest;
  nest.sizes = sizes({2});
  nest.iterators = {IteratorKind::Parallel};
  nest.ins.push_back(operand(table, loops({0})));
  nest.inits.push_back(
      operand(init, list(binary(ExprOp::Mul, loop(0), constant(2)))));
  nest.results = {y};
  nest.program = program({DType::I32, DType::F32});
  nest.program->ops.push_back(op(Opcode::IndexCast, DType::Index, {0}));
  auto gather = op(Opcode::TensorExtract, DType::F32, {2});
  gather->tensor = x;
  nest.program->ops.push_back(std::move(gather));
  nest.program->results = {3};
  builder.step(std::move(nest));
  builder.output(y);
  EXPECT_EQ((Doubles{9, -2, 7, -4}), builder.values());
}

TEST(Evaluator, FloorDivAndModMaps) {
  // Depth to space: y[d0] = x[d0 mod 2, d0 floordiv 2].
  TestMeaning builder;
  const uint32_t x = builder.input({2, 3}, {0, 2, 4, 1, 3, 5});
  const uint32_t y = builder.tensor(DType::F32, {6});
  BlockStepT block;
  block.domain = sizes({6});
  block.x = x;
  block.producer_map = list(binary(ExprOp::Mod, loop(0), constant(2)),
                            binary(ExprOp::FloorDiv, loop(0), constant(2)));
  block.outs.push_back(operand(y, loops({0})));
  block.program = program({DType::F32});
  block.program->results = {0};
  builder.step(std::move(block));
  builder.output(y);
  EXPECT_EQ((Doubles{0, 1, 2, 3, 4, 5}), builder.values());
}

TEST(Evaluator, Views) {
  TestMeaning builder;
  const uint32_t x = builder.input({2, 2}, {1, 2, 3, 4});
  const uint32_t padded = builder.tensor(DType::F32, {3, 4});
  PadStepT pad;
  pad.source = x;
  pad.result = padded;
  pad.low = sizes({0, 1});
  pad.value = std::make_unique<FillValueT>();
  pad.value->value = 9;
  builder.step(std::move(pad));
  const uint32_t column = builder.tensor(DType::F32, {3});
  ExtractSliceStepT extract;
  extract.source = padded;
  extract.result = column;
  extract.offsets = sizes({0, 2});
  extract.sizes = sizes({3, 1});
  extract.strides = sizes({1, 1});
  extract.dropped = {1};
  builder.step(std::move(extract));
  const uint32_t stuffed = builder.tensor(DType::F32, {3, 4});
  InsertSliceStepT insert;
  insert.source = x;
  insert.dest = padded;
  insert.result = stuffed;
  insert.offsets = sizes({0, 1});
  insert.sizes = sizes({2, 2});
  insert.strides = sizes({2, 2});
  builder.step(std::move(insert));
  const uint32_t flat = builder.tensor(DType::F32, {12});
  ReshapeStepT reshape;
  reshape.source = stuffed;
  reshape.result = flat;
  builder.step(std::move(reshape));
  builder.output(padded);
  builder.output(column);
  builder.output(flat);
  EXPECT_EQ((Doubles{9, 1, 2, 9, 9, 3, 4, 9, 9, 9, 9, 9}), builder.values(0));
  EXPECT_EQ((Doubles{2, 4, 9}), builder.values(1));
  EXPECT_EQ((Doubles{9, 1, 2, 2, 9, 3, 4, 9, 9, 3, 9, 4}), builder.values(2));
}

TEST(Evaluator, WhatCannotBeExpressedFailsByName) {
  TestMeaning builder;
  const uint32_t x = builder.input({1}, {1});
  const uint32_t y = builder.tensor(DType::F32, {1});
  OpaqueStepT opaque;
  opaque.name = "tensor.scatter";
  opaque.inputs = {x};
  opaque.results = {y};
  builder.step(std::move(opaque));
  builder.output(y);
  EXPECT_EQ(
      "step 0 at test.mlir:1: the check cannot evaluate 'tensor.scatter': "
      "compare with --expect FILE.npy",
      builder.error());
}

/// A one-element block whose program `change` alters.
std::string blockError(const std::function<void(BlockStepT &)> &change) {
  TestMeaning builder;
  const uint32_t x = builder.input({2}, {1, 2});
  const uint32_t y = builder.tensor(DType::F32, {2});
  BlockStepT block;
  block.domain = sizes({2});
  block.x = x;
  block.producer_map = loops({0});
  block.outs.push_back(operand(y, loops({0})));
  block.program = program({DType::F32});
  block.program->results = {0};
  change(block);
  builder.step(std::move(block));
  builder.output(y);
  return builder.error();
}

TEST(Evaluator, InconsistentMeaningsAreRefused) {
  auto expectError = [](const char *part,
                        const std::function<void(BlockStepT &)> &change) {
    const std::string error = blockError(change);
    EXPECT_NE(std::string::npos, error.find(part)) << part << " in " << error;
  };
  EXPECT_EQ("", blockError([](BlockStepT &) {}));
  expectError("tensor 7 is not defined yet", [](BlockStepT &b) { b.x = 7; });
  expectError("tensor 1 is not defined yet", [](BlockStepT &b) { b.x = 1; });
  expectError("index 2 is outside dimension 0 of size 2", [](BlockStepT &b) {
    b.producer_map = list(binary(ExprOp::Add, loop(0), constant(1)));
  });
  expectError("its map has no inverse", [](BlockStepT &b) {
    b.outs[0]->map = list(binary(ExprOp::Mod, loop(0), constant(2)));
  });
  expectError("its map drops parallel dimension 0",
              [](BlockStepT &b) { b.outs[0]->map = sizes({0}); });
  expectError("operand 4 is not defined yet", [](BlockStepT &b) {
    b.program->ops.push_back(op(Opcode::NegF, DType::F32, {4}));
  });
  expectError("AddF has 1 operands, expected 2", [](BlockStepT &b) {
    b.program->ops.push_back(op(Opcode::AddF, DType::F32, {0}));
  });
  expectError("the program has 0 results, expected 1",
              [](BlockStepT &b) { b.program->results.clear(); });
  expectError("row dimension 3", [](BlockStepT &b) { b.rows = {3}; });
  expectError("cannot evaluate 'math.mystery'", [](BlockStepT &b) {
    auto mystery = op(Opcode::Opaque, DType::F32, {0});
    mystery->name = "math.mystery";
    b.program->ops.push_back(std::move(mystery));
  });
}

} // namespace
