// What source functions have beside blocks: stuffed convolutions, sizes as
// numbers, choices by sizes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestMeaning.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

using Doubles = std::vector<double>;

std::unique_ptr<FillValueT> number(double value) {
  auto fill = std::make_unique<FillValueT>();
  fill->value = value;
  return fill;
}

uint32_t addFill(TestMeaning &builder, std::vector<int64_t> shape,
                 double value) {
  FillStepT fill;
  fill.result = builder.tensor(DType::F32, std::move(shape));
  fill.value = number(value);
  const uint32_t result = fill.result;
  builder.step(std::move(fill));
  return result;
}

/// A transposed convolution of stride 2 as front-ends write it: x is put into
/// every other element of zeros, which are padded; then y[o] = sum over (c, k)
/// of stuffed[c, o + k] w[c, k], from zero.
uint32_t addStuffedConvolution(TestMeaning &builder, uint32_t x, uint32_t w,
                               int64_t channels, int64_t in, int64_t kernel) {
  const int64_t stuffed = 2 * in - 1, padded = stuffed + 2 * (kernel - 1);
  const uint32_t zeros = addFill(builder, {channels, stuffed}, 0);
  InsertSliceStepT insert;
  insert.source = x;
  insert.dest = zeros;
  insert.result = builder.tensor(DType::F32, {channels, stuffed});
  insert.offsets = sizes({0, 0});
  insert.sizes = sizes({channels, in});
  insert.strides = sizes({1, 2});
  PadStepT pad;
  pad.source = insert.result;
  pad.result = builder.tensor(DType::F32, {channels, padded});
  pad.low = sizes({0, kernel - 1});
  pad.value = number(0);
  const uint32_t input = pad.result;
  builder.step(std::move(insert));
  builder.step(std::move(pad));

  const int64_t out = padded - kernel + 1;
  LoopNestStepT nest; // loops o, c, k
  nest.sizes = sizes({out, channels, kernel});
  nest.iterators = {IteratorKind::Parallel, IteratorKind::Reduction,
                    IteratorKind::Reduction};
  ExprVec inputMap = loops({1, 0});
  inputMap[1] = binary(ExprOp::Add, loop(0), loop(2));
  nest.ins.push_back(operand(input, std::move(inputMap)));
  nest.ins.push_back(operand(w, loops({1, 2})));
  nest.inits.push_back(operand(addFill(builder, {out}, 0), loops({0})));
  nest.program = program({DType::F32, DType::F32, DType::F32});
  nest.program->ops.push_back(op(Opcode::MulF, DType::F32, {0, 1}));
  nest.program->ops.push_back(op(Opcode::AddF, DType::F32, {2, 3}));
  nest.program->results = {4};
  nest.precision = Precision::Ieee;
  nest.results = {builder.tensor(DType::F32, {out})};
  const uint32_t result = nest.results[0];
  builder.step(std::move(nest));
  return result;
}

TEST(SourceMeaning, StuffedConvolutionIsItsTaps) {
  TestMeaning builder;
  const uint32_t x = builder.input({1, 3}, {1, 2, 3});
  const uint32_t w = builder.input({1, 3}, {10, 100, 1000});
  builder.output(addStuffedConvolution(builder, x, w, 1, 3, 3));
  // y[o] of x = 1 0 2 0 3 between two zeros on each side.
  EXPECT_EQ((Doubles{1000, 100, 10 + 2000, 200, 20 + 3000, 300, 30}),
            builder.values());
}

TEST(SourceMeaning, StuffedZerosAreNoFactors) {
  // An infinity in the filter makes NaN of no zero that was only filled in.
  TestMeaning builder;
  const uint32_t x = builder.input({1, 2}, {1, 2});
  const uint32_t w = builder.input({1, 3}, {1, INFINITY, 1});
  builder.output(addStuffedConvolution(builder, x, w, 1, 2, 3));
  EXPECT_EQ((Doubles{1, INFINITY, 3, INFINITY, 2}), builder.values());
}

TEST(SourceMeaning, StuffedConvolutionCostsItsTaps) {
  constexpr int64_t kChannels = 64, kIn = 100, kKernel = 16;
  TestMeaning builder;
  const uint32_t x =
      builder.input({kChannels, kIn}, std::vector<float>(kChannels * kIn, 1));
  const uint32_t w = builder.input({kChannels, kKernel},
                                   std::vector<float>(kChannels * kKernel, 1));
  builder.output(addStuffedConvolution(builder, x, w, kChannels, kIn, kKernel));
  // Half of the products are with zeros; each costs a few ops and the views.
  const double taps = kChannels * kKernel / 2;
  EXPECT_LT(builder.workOf(), 9 * taps);
  EXPECT_GT(builder.workOf(), taps);
  EXPECT_EQ(taps, builder.values()[100]);
}

TEST(SourceMeaning, SizesAreNumbers) {
  // y = x * (number of rows of x)
  TestMeaning builder;
  const uint32_t x = builder.input({2, 1}, {3, 5});
  FillStepT fill;
  fill.result = builder.tensor(DType::I64, {});
  fill.value = number(0);
  fill.value->size = dim(0, 0);
  const uint32_t rows = fill.result;
  builder.step(std::move(fill));
  LoopNestStepT nest;
  nest.sizes = sizes({2});
  nest.iterators = {IteratorKind::Parallel};
  ExprVec column = loops({0, 0});
  column[1] = constant(0);
  nest.ins.push_back(operand(x, std::move(column)));
  nest.ins.push_back(operand(rows, {}));
  nest.inits.push_back(operand(addFill(builder, {2}, 0), loops({0})));
  nest.program = program({DType::F32, DType::I64, DType::F32});
  nest.program->ops.push_back(op(Opcode::SIToFP, DType::F32, {1}));
  nest.program->ops.push_back(op(Opcode::MulF, DType::F32, {0, 3}));
  nest.program->results = {4};
  nest.results = {builder.tensor(DType::F32, {2})};
  builder.output(nest.results[0]);
  builder.step(std::move(nest));
  EXPECT_EQ((Doubles{6, 10}), builder.values());
}

/// `rows` rows of x; two or more of them are summed up, one is passed on.
TestMeaning makeChoice(int64_t rows) {
  TestMeaning builder;
  const uint32_t x =
      builder.input({rows, 2}, std::vector<float>(2 * rows, float(rows)));
  auto isOne = [] {
    return binary(ExprOp::Sub, constant(2),
                  binary(ExprOp::Min, dim(0, 0), constant(2)));
  };
  auto isMore = [&] { return binary(ExprOp::Sub, constant(1), isOne()); };
  const uint32_t one = builder.tensor(DType::F32, {2});
  ReshapeStepT reshape; // only one row has two elements
  reshape.source = x;
  reshape.result = one;
  const uint32_t sum = builder.tensor(DType::F32, {2});
  const uint32_t zeros = addFill(builder, {2}, 0);
  LoopNestStepT nest;
  nest.sizes = sizes({2, rows});
  nest.iterators = {IteratorKind::Parallel, IteratorKind::Reduction};
  nest.ins.push_back(operand(x, loops({1, 0})));
  nest.inits.push_back(operand(zeros, loops({0})));
  nest.program = program({DType::F32, DType::F32});
  nest.program->ops.push_back(op(Opcode::AddF, DType::F32, {0, 1}));
  nest.program->results = {2};
  nest.results = {sum};
  builder.stepWhen(isOne(), std::move(reshape));
  builder.stepWhen(isMore(), std::move(nest));
  ChooseStepT choose;
  choose.condition = isOne();
  choose.then = one;
  choose.otherwise = sum;
  choose.result = builder.tensor(DType::F32, {2});
  builder.output(choose.result);
  builder.step(std::move(choose));
  return builder;
}

TEST(SourceMeaning, SizesChoose) {
  EXPECT_EQ((Doubles{1, 1}), makeChoice(1).values());
  EXPECT_EQ((Doubles{9, 9}), makeChoice(3).values());
}

TEST(SourceMeaning, WhatWasLeftOutIsNotDefined) {
  TestMeaning builder;
  const uint32_t x = builder.input({2}, {1, 2});
  ReshapeStepT reshape;
  reshape.source = x;
  reshape.result = builder.tensor(DType::F32, {2});
  builder.output(reshape.result);
  builder.stepWhen(constant(0), std::move(reshape));
  EXPECT_EQ("a result: tensor 1 is not defined yet", builder.error());
}

TEST(SourceMeaning, LongSumsAreTheSameOnAnyThreads) {
  // Above the length from which threads read ahead; the sums of squares of
  // columns, each of which is a step of its own.
  constexpr int64_t kLength = 10000;
  std::vector<float> data(kLength);
  for (int64_t i = 0; i < kLength; ++i)
    data[i] = float(std::sin(double(i)));
  TestMeaning builder;
  const uint32_t x = builder.input({kLength}, data);
  LoopNestStepT square;
  square.sizes = sizes({kLength});
  square.iterators = {IteratorKind::Parallel};
  square.ins.push_back(operand(x, loops({0})));
  square.inits.push_back(operand(addFill(builder, {kLength}, 0), loops({0})));
  square.program = program({DType::F32, DType::F32});
  square.program->ops.push_back(op(Opcode::MulF, DType::F32, {0, 0}));
  square.program->results = {2};
  square.results = {builder.tensor(DType::F32, {kLength})};
  LoopNestStepT sum;
  sum.sizes = sizes({2, kLength});
  sum.iterators = {IteratorKind::Parallel, IteratorKind::Reduction};
  sum.ins.push_back(operand(square.results[0], loops({1})));
  sum.inits.push_back(operand(addFill(builder, {2}, 1), loops({0})));
  sum.program = program({DType::F32, DType::F32});
  sum.program->ops.push_back(op(Opcode::AddF, DType::F32, {0, 1}));
  sum.program->results = {2};
  sum.results = {builder.tensor(DType::F32, {2})};
  builder.output(sum.results[0]);
  builder.step(std::move(square));
  builder.step(std::move(sum));
  double expected = 1;
  for (float value : data)
    expected += double(value) * double(value);
  EXPECT_NEAR(expected, builder.values()[1], 1e-9);
}

} // namespace
