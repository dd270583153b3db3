// Meanings for the tests.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestMeaning.h"

#include <gtest/gtest.h>

namespace upweave {
namespace test {

using namespace bundle;

TestMeaning::TestMeaning() : entry(std::make_unique<EntryT>()) {
  entry->name = "test";
  entry->meaning = std::make_unique<MeaningT>();
}

uint32_t TestMeaning::tensor(DType dtype, std::vector<int64_t> shape) {
  auto table = std::make_unique<TensorT>();
  table->dtype = dtype;
  table->shape = sizes(shape);
  entry->meaning->tensors.push_back(std::move(table));
  shapes.push_back(shape);
  dtypes.push_back(dtype);
  return entry->meaning->tensors.size() - 1;
}

uint32_t TestMeaning::input(std::vector<int64_t> shape,
                            std::vector<float> values) {
  const uint32_t index = tensor(DType::F32, shape);
  entry->meaning->tensors[index]->source = TensorSource::Argument;
  entry->meaning->tensors[index]->argument = entry->args.size();
  entry->args.push_back(argument("", Role::Input, DType::F32, shape));
  inputs.push_back(bytesOf(values));
  return index;
}

uint32_t TestMeaning::integers(std::vector<int64_t> shape,
                               std::vector<int32_t> values) {
  const uint32_t index = tensor(DType::I32, shape);
  entry->meaning->tensors[index]->source = TensorSource::Argument;
  entry->meaning->tensors[index]->argument = entry->args.size();
  entry->args.push_back(argument("", Role::Input, DType::I32, shape));
  inputs.push_back(bytesOf(values));
  return index;
}

void TestMeaning::output(uint32_t tensor) {
  entry->args.push_back(
      argument("", Role::Output, dtypes[tensor], shapes[tensor]));
  entry->meaning->results.push_back(tensor);
}

static bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

std::vector<check::Value> TestMeaning::evaluate(uint32_t index) {
  BundleT table;
  table.entries.push_back(std::move(entry));
  const Bytes bytes = writeBundle(table, {});
  entry = std::move(table.entries[0]);
  auto file = readBundle(bytes);
  std::vector<check::ArgumentData> args;
  for (size_t i = 0; i < entry->args.size(); ++i)
    args.push_back({i < inputs.size() ? inputs[i].data() : nullptr,
                    entry->args[i]->shape,
                    {},
                    nullptr});
  auto evaluateWith = [&](unsigned threads) {
    check::WorkPool pool(threads);
    check::Evaluator evaluator(*file, *file->table().entries()->Get(0), args,
                               pool);
    work = evaluator.estimateWork(index, {1, 1});
    std::vector<check::Value> result(evaluator.outputInfo(index).count);
    evaluator.run(check::WorkPool::kOutermost, result.size(), 1,
                  [&](int64_t begin, int64_t end) {
                    for (int64_t at = begin; at < end; ++at)
                      result[at] = evaluator.readOutput(index, at);
                  });
    return result;
  };
  const std::vector<check::Value> result = evaluateWith(1);
  // Whoever computes what, the values are the same.
  const std::vector<check::Value> again = evaluateWith(4);
  for (size_t i = 0; i < result.size(); ++i) {
    EXPECT_TRUE(same(result[i].v, again[i].v));
    EXPECT_TRUE(same(result[i].e, again[i].e));
    EXPECT_EQ(result[i].i, again[i].i);
  }
  return result;
}

double TestMeaning::workOf(uint32_t index) {
  evaluate(index);
  return work;
}

std::vector<double> TestMeaning::values(uint32_t index) {
  std::vector<double> result;
  for (const check::Value &value : evaluate(index))
    result.push_back(value.v);
  return result;
}

std::vector<int64_t> TestMeaning::integersOf(uint32_t index) {
  std::vector<int64_t> result;
  for (const check::Value &value : evaluate(index))
    result.push_back(value.i);
  return result;
}

std::string TestMeaning::error() {
  try {
    evaluate();
  } catch (const check::CheckError &error) {
    return error.what();
  }
  return "";
}

std::unique_ptr<ScalarOpT> op(Opcode opcode, DType dtype,
                              std::vector<uint32_t> operands) {
  auto result = std::make_unique<ScalarOpT>();
  result->opcode = opcode;
  result->dtype = dtype;
  result->operands = std::move(operands);
  return result;
}

std::unique_ptr<ProgramT> program(std::vector<DType> args) {
  auto result = std::make_unique<ProgramT>();
  result->args = std::move(args);
  return result;
}

std::unique_ptr<OperandT> operand(uint32_t tensor, ExprVec map) {
  auto result = std::make_unique<OperandT>();
  result->tensor = tensor;
  result->map = std::move(map);
  return result;
}

} // namespace test
} // namespace upweave
