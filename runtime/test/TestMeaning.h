// Builds meanings for tests of the reference and evaluates them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_TEST_TESTMEANING_H
#define UPWEAVE_TEST_TESTMEANING_H

#include "Evaluator.h"
#include "TestBundle.h"

namespace upweave {
namespace test {

/// Collects arguments, tensors and steps of one entry.
class TestMeaning {
public:
  TestMeaning();

  /// An f32 (or other) input with these values; its tensor.
  uint32_t input(std::vector<int64_t> shape, std::vector<float> values);
  uint32_t integers(std::vector<int64_t> shape, std::vector<int32_t> values);
  /// A tensor that a step will define.
  uint32_t tensor(bundle::DType dtype, std::vector<int64_t> shape);

  template <typename StepT> void step(StepT value) {
    auto wrapped = std::make_unique<bundle::StepT>();
    wrapped->op.Set(std::move(value));
    wrapped->location = "test.mlir:1";
    entry->meaning->steps.push_back(std::move(wrapped));
  }
  /// The same, there only if `condition` is not zero.
  template <typename StepT>
  void stepWhen(std::unique_ptr<bundle::ExprT> condition, StepT value) {
    step(std::move(value));
    entry->meaning->steps.back()->when = std::move(condition);
  }
  /// Makes `tensor` an output.
  void output(uint32_t tensor);

  /// Evaluates output `index`: all elements.
  std::vector<check::Value> evaluate(uint32_t index = 0);
  /// Estimated work of one element.
  double workOf(uint32_t index = 0);
  /// Values alone.
  std::vector<double> values(uint32_t index = 0);
  std::vector<int64_t> integersOf(uint32_t index = 0);
  /// Text of the CheckError that evaluation throws; "" if none.
  std::string error();

private:
  std::unique_ptr<bundle::EntryT> entry;
  std::vector<Bytes> inputs;
  std::vector<std::vector<int64_t>> shapes;
  std::vector<bundle::DType> dtypes;
  double work = 0;
};

/// One op of a program under construction.
std::unique_ptr<bundle::ScalarOpT>
op(bundle::Opcode opcode, bundle::DType dtype, std::vector<uint32_t> operands);
/// A program of these argument types; add ops with `ops.push_back(op(...))`.
std::unique_ptr<bundle::ProgramT> program(std::vector<bundle::DType> args);
std::unique_ptr<bundle::OperandT> operand(uint32_t tensor, ExprVec map);

} // namespace test
} // namespace upweave

#endif // UPWEAVE_TEST_TESTMEANING_H
