// Meanings with numbers at which arithmetic overflows are refused when they are
// bound, before any element is read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestMeaning.h"

#include "Limits.h"

#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::test;
using namespace upweave::bundle;

namespace {

constexpr int64_t kMax = INT64_MAX, kMin = INT64_MIN;

void expectError(TestMeaning &meaning, const std::string &part) {
  const std::string error = meaning.error();
  EXPECT_NE(std::string::npos, error.find(part)) << part << " in: " << error;
}

std::unique_ptr<FillValueT> zero() { return std::make_unique<FillValueT>(); }

TEST(ForgedMeaning, ShapesOverflow) {
  for (std::vector<int64_t> shape :
       std::vector<std::vector<int64_t>>{{kMax, 2}, {0, kMax, 4}, {-1}}) {
    TestMeaning meaning;
    FillStepT fill;
    fill.result = meaning.tensor(DType::F32, shape);
    fill.value = zero();
    meaning.step(fill);
    expectError(meaning, "a tensor dimension is");
  }
}

TEST(ForgedMeaning, TooManyDimensions) {
  TestMeaning meaning;
  FillStepT fill;
  fill.result = meaning.tensor(DType::F32, std::vector<int64_t>(65, 1));
  fill.value = zero();
  meaning.step(fill);
  expectError(meaning, "65 dimensions or loops, at most 64 are supported");
}

TEST(ForgedMeaning, PadsOverflow) {
  TestMeaning meaning;
  PadStepT pad;
  pad.source = meaning.input({2}, {1, 2});
  pad.result = meaning.tensor(DType::F32, {4});
  pad.low = sizes({kMin});
  pad.value = zero();
  meaning.step(pad);
  meaning.output(pad.result);
  expectError(meaning, "low is -9223372036854775808 in dimension 0");
}

TEST(ForgedMeaning, SlicesOverflow) {
  TestMeaning meaning;
  ExtractSliceStepT slice;
  slice.source = meaning.input({4}, {1, 2, 3, 4});
  slice.result = meaning.tensor(DType::F32, {3});
  slice.offsets = sizes({1});
  slice.sizes = sizes({3});
  slice.strides = sizes({kMax});
  meaning.step(slice);
  meaning.output(slice.result);
  expectError(meaning, "offset 1, size 3, stride 9223372036854775807 do not "
                       "fit 4");
}

/// A convolution of one axis with these paddings.
std::string convolutionError(int64_t low, int64_t high, int64_t stride) {
  TestMeaning meaning;
  BlockStepT block;
  block.domain = sizes({1, 1, 3});
  block.x = meaning.input({1, 1, 3}, {1, 2, 3});
  block.filter = meaning.input({1, 1, 1}, {1});
  block.geometry = std::make_unique<ConvTransposeT>();
  block.geometry->strides = {stride};
  block.geometry->pad_low = {low};
  block.geometry->pad_high = {high};
  block.geometry->x_dims = block.geometry->filter_dims =
      block.geometry->result_dims = {-1, -2, 0};
  block.producer_map = loops({0, 1, 2});
  const uint32_t result = meaning.tensor(DType::F32, {1, 1, 3});
  block.outs.push_back(operand(result, loops({0, 1, 2})));
  block.program = program({DType::F32});
  block.program->results = {0};
  meaning.step(std::move(block));
  meaning.output(result);
  return meaning.error();
}

TEST(ForgedMeaning, ConvolutionsOverflow) {
  EXPECT_EQ("", convolutionError(0, 0, 1));
  for (auto [low, high, stride] :
       {std::array<int64_t, 3>{kMin, 0, 1}, {0, kMax, 1}, {0, 0, kMax}})
    EXPECT_NE(std::string::npos, convolutionError(low, high, stride)
                                     .find("the extents of axis 0 overflow"));
}

/// A row without dimensions is one element.
TEST(ForgedMeaning, CollectivesWithoutRows) {
  TestMeaning meaning;
  BlockStepT block;
  block.domain = sizes({2});
  block.x = meaning.input({2}, {3, 5});
  block.producer_map = loops({0});
  const uint32_t result = meaning.tensor(DType::F32, {2});
  block.outs.push_back(operand(result, loops({0})));
  block.program = program({DType::F32});
  block.program->ops.push_back(op(Opcode::RowReduce, DType::F32, {0}));
  block.program->results = {1};
  meaning.step(std::move(block));
  meaning.output(result);
  EXPECT_EQ((std::vector<double>{3, 5}), meaning.values());
}

/// y[i] = x[map(i)], element by element.
std::string loopError(ExprVec map) {
  TestMeaning meaning;
  LoopNestStepT nest;
  nest.sizes = sizes({4});
  nest.iterators = {IteratorKind::Parallel};
  nest.ins.push_back(operand(meaning.input({4}, {1, 2, 3, 4}), loops({0})));
  nest.inits.push_back(
      operand(meaning.input({4}, {0, 0, 0, 0}), std::move(map)));
  nest.results = {meaning.tensor(DType::F32, {4})};
  nest.program = program({DType::F32, DType::F32});
  nest.program->results = {0};
  const uint32_t result = nest.results[0];
  meaning.step(std::move(nest));
  meaning.output(result);
  return meaning.error();
}

/// A map that overflows has no inverse; one that leaves the tensor writes none
/// of its elements.
TEST(ForgedMeaning, MapsOverflow) {
  EXPECT_EQ("", loopError(loops({0})));
  EXPECT_NE("", loopError(list(binary(ExprOp::Mul, loop(0), constant(kMax)))));
  EXPECT_EQ("", loopError(list(binary(ExprOp::Add, loop(0), constant(kMin)))));
  ExprPtr twice = binary(ExprOp::Mul, loop(0), constant(int64_t(1) << 62));
  EXPECT_NE(
      "", loopError(list(binary(ExprOp::Mul, std::move(twice), constant(4)))));
}

TEST(ForgedMeaning, LongExpressions) {
  ExprPtr expr = loop(0);
  expr->nodes.resize(5000, expr->nodes[0]);
  EXPECT_NE(std::string::npos,
            loopError(list(std::move(expr)))
                .find("an expression of 5000 nodes, at most 4096 are "
                      "supported"));
}

/// y = the sum of a[i] * b[i] for i below `size`; its error.
std::string sumError(TestMeaning &meaning, uint32_t a, uint32_t b,
                     int64_t size) {
  LoopNestStepT nest;
  nest.sizes = sizes({1, size});
  nest.iterators = {IteratorKind::Parallel, IteratorKind::Reduction};
  nest.ins.push_back(operand(a, loops({1})));
  nest.ins.push_back(operand(b, loops({1})));
  nest.inits.push_back(operand(meaning.input({1}, {0}), loops({0})));
  nest.results = {meaning.tensor(DType::F32, {1})};
  nest.program = program({DType::F32, DType::F32, DType::F32});
  nest.program->ops.push_back(op(Opcode::MulF, DType::F32, {0, 1}));
  nest.program->ops.push_back(op(Opcode::AddF, DType::F32, {2, 3}));
  nest.program->results = {4};
  const uint32_t result = nest.results[0];
  meaning.step(std::move(nest));
  meaning.output(result);
  return meaning.error();
}

/// Zeros in that shape.
uint32_t filled(TestMeaning &meaning, std::vector<int64_t> shape) {
  FillStepT fill;
  fill.result = meaning.tensor(DType::F32, std::move(shape));
  fill.value = zero();
  meaning.step(fill);
  return fill.result;
}

TEST(ForgedMeaning, LongLoops) {
  TestMeaning meaning;
  constexpr int64_t kLong = int64_t(1) << 40;
  const uint32_t x = filled(meaning, {kLong});
  const std::string error = sumError(meaning, x, x, kLong);
  EXPECT_NE(std::string::npos,
            error.find("an element is made from 1099511627776 values of loop "
                       "1, at most 16777216 are evaluated"))
      << error;
}

/// Which elements are zero is asked of each tensor once, and not of tensors too
/// long to list them.
TEST(ForgedMeaning, ZerosOfSharedAndLongTensors) {
  TestMeaning meaning;
  uint32_t last = filled(meaning, {4});
  for (int i = 0; i < 200; ++i) { // both operands are the tensor before
    InsertSliceStepT insert;
    insert.source = insert.dest = last;
    insert.result = last = meaning.tensor(DType::F32, {4});
    insert.offsets = sizes({0});
    insert.sizes = sizes({4});
    insert.strides = sizes({1});
    meaning.step(insert);
  }
  PadStepT pad;
  pad.source = last;
  pad.result = meaning.tensor(DType::F32, {int64_t(1) << 60});
  pad.low = sizes({1});
  pad.value = zero();
  meaning.step(pad);
  EXPECT_EQ("", sumError(meaning, pad.result, last, 4));
}

/// Reading recurs along chains of steps.
TEST(ForgedMeaning, LongChains) {
  for (int length : {1500, 2500}) {
    TestMeaning meaning;
    uint32_t last = filled(meaning, {1});
    for (int i = 1; i < length; ++i) {
      ReshapeStepT reshape;
      reshape.source = last;
      reshape.result = last = meaning.tensor(DType::F32, {1});
      meaning.step(reshape);
    }
    meaning.output(last);
    if (length < 2000)
      EXPECT_EQ("", meaning.error());
    else
      expectError(meaning, "the end of a chain of more than 2000 steps");
  }
}

/// 2^61 elements of 8 bytes: their bytes are 0 in 64 bits.
TEST(ForgedMeaning, ConstantsOutsideTheirSection) {
  BundleT table = doublingTable({});
  MeaningT &meaning = *table.entries[0]->meaning;
  meaning.tensors.push_back(std::make_unique<TensorT>());
  TensorT &constants = *meaning.tensors.back();
  constants.dtype = DType::F64;
  constants.shape = sizes({int64_t(1) << 61});
  constants.source = TensorSource::Constant;
  constants.section = 2;
  auto file = readBundle(writeBundle(std::move(table), doublingSections()));
  const float data[4] = {};
  try {
    check::WorkPool pool(1);
    check::Evaluator evaluator(
        *file, *file->table().entries()->Get(0),
        {{data, {1, 4}, {}, nullptr}, {nullptr, {1, 4}, {}, nullptr}}, pool);
    FAIL() << "bound a constant of 2^64 bytes";
  } catch (const check::CheckError &error) {
    EXPECT_STREQ("tensor 2: 2305843009213693952 elements of 8 bytes at 0 are "
                 "outside section 2",
                 error.what());
  }
}

} // namespace
