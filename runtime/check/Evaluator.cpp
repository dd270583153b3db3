// Binds the meaning's tensors and steps; reads elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluator.h"

#include "Arguments.h"

#include <fmt/format.h>

namespace upweave {
namespace check {

namespace {
/// Steps that wait for each other, so that the stack suffices for them.
constexpr int32_t kMaxStepDepth = 2000;
} // namespace

Evaluator::~Evaluator() = default;

ZeroMask StepEvaluator::findZeros(uint32_t) const { return ZeroMask(); }

void StepEvaluator::addRowOperands(std::vector<RowOperand> &) {}

void StepEvaluator::substitute(uint32_t,
                               std::function<Value(const int64_t *)>) {
  throw CheckError("only what rows of a block reduce can be substituted");
}

void Evaluator::substitute(uint32_t tensor,
                           std::function<Value(int64_t)> make) {
  substitutes.push_back(std::move(make));
  tensors[tensor].generate = &substitutes.back();
}

void Evaluator::substitute(const RowOperand &operand,
                           std::function<Value(const int64_t *)> make) {
  steps[operand.step]->substitute(operand.value, std::move(make));
}

Evaluator::Evaluator(const rt::BundleFile &file, const bundle::Entry &entry,
                     std::vector<ArgumentData> args, WorkPool &pool,
                     MeaningKind kind)
    : pool(pool), kind(kind), arguments(std::move(args)) {
  const bundle::Meaning *meaning =
      kind == MeaningKind::Source ? entry.source() : entry.meaning();
  if (!meaning)
    throw CheckError(
        fmt::format("entry '{}' carries no meaning of its {}: compare with "
                    "--expect FILE.npy",
                    rt::text(entry.name()),
                    kind == MeaningKind::Source ? "source" : "blocks"));
  if (arguments.size() != rt::length(entry.args()))
    throw CheckError("the number of arguments differs from the entry's");
  for (ArgumentData &argument : arguments) {
    argShapes.push_back(argument.shape);
    if (argument.strides.empty())
      argument.strides = rowMajorStrides(argument.shape);
  }
  const uint32_t count = rt::length(meaning->tensors());
  tensors.resize(count);
  isDefined.resize(count);
  for (uint32_t i = 0; i < count; ++i)
    bindTensor(file, entry, *meaning->tensors()->Get(i), i);
  bindSteps(*meaning);
  bindOutputs(entry, *meaning);
}

void Evaluator::bindOutputs(const bundle::Entry &entry,
                            const bundle::Meaning &meaning) {
  uint32_t expected = 0;
  for (uint32_t i = 0; i < rt::length(entry.args()); ++i)
    expected += entry.args()->Get(i)->role() == bundle::Role::Output;
  if (rt::length(meaning.results()) != expected)
    throw CheckError(fmt::format("the meaning has {} results, the entry {} "
                                 "outputs",
                                 rt::length(meaning.results()), expected));
  for (uint32_t i = 0; i < expected; ++i) {
    outputs.push_back(use(meaning.results()->Get(i), "a result"));
    const uint32_t argument = arguments.size() - expected + i;
    if (tensors[outputs[i]].shape != argShapes[argument] ||
        tensors[outputs[i]].dtype != entry.args()->Get(argument)->dtype())
      throw CheckError(fmt::format(
          "result {} of the meaning is not of output {}'s type", i, i));
  }
}

void Evaluator::run(int64_t rank, int64_t count, int64_t grain,
                    const WorkPool::Body &body) {
  if (kind == MeaningKind::Blocks)
    return pool.run(rank, count, grain, body);
  pool.run(rank, count, grain, [&](int64_t begin, int64_t end) {
    // A source that rounds to f16 in between may overflow where blocks, which
    // need not round, do not: docs/numerics.md lists that.
    UnknownOverflow unknown;
    body(begin, end);
  });
}

std::vector<RowOperand> Evaluator::findRowOperands() {
  std::vector<RowOperand> operands;
  for (std::unique_ptr<StepEvaluator> &step : steps)
    if (step)
      step->addRowOperands(operands);
  return operands;
}

double Evaluator::estimateWork(uint32_t output, const Need &need) const {
  return estimateTensor(outputs[output], need);
}

double Evaluator::estimateTensor(uint32_t tensor, const Need &need) const {
  Needs needs(tensors.size());
  needs[tensor] = need;
  return need.elements + estimateNeeds(needs);
}

double Evaluator::estimateNeeds(Needs &needs) const {
  // A step uses only tensors defined before it.
  double work = 0;
  for (size_t step = steps.size(); step-- > 0;) {
    Need most;
    for (uint32_t tensor : results[step]) {
      const TensorInfo &info = tensors[tensor];
      const double last = info.shape.empty()
                              ? 1
                              : double(std::max<int64_t>(info.shape.back(), 1));
      Need &capped = needs[tensor];
      capped.elements = std::min(capped.elements, double(info.count));
      capped.runs = std::min({capped.runs, capped.elements,
                              std::max(1.0, double(info.count) / last)});
      if (capped.elements > most.elements && !info.generate)
        most = capped;
    }
    if (most.elements > 0)
      work += steps[step]->addNeeds(most, needs);
  }
  return work;
}

ZeroMask Evaluator::findZeros(uint32_t tensor) const {
  const TensorInfo &info = tensors[tensor];
  if (auto known = zeroMasks.find(tensor); known != zeroMasks.end())
    return known->second;
  ZeroMask mask;
  bool fits = true;
  for (int64_t size : info.shape) {
    fits = fits && size <= maskedLeft;
    maskedLeft -= fits ? size : 0;
  }
  if (!fits) // what is not known to be zero is read
    mask.all = false;
  else if (info.step >= 0)
    mask = steps[info.step]->findZeros(info.result);
  else if (info.splat && isFloat(info.dtype) &&
           loadElement(info.data, info.dtype, 0).v == 0)
    mask.all = true;
  mask.dims.resize(info.shape.size());
  return zeroMasks[tensor] = mask;
}

int64_t Evaluator::size(const bundle::Expr *expr,
                        const std::string &where) const {
  int64_t value;
  IndexMap::single(expr, 0, argShapes, where).apply(nullptr, &value);
  return value;
}

Shape Evaluator::sizes(const ExprList *exprs, const std::string &where) const {
  Shape result(rt::length(exprs));
  IndexMap(exprs, 0, argShapes, where).apply(nullptr, result.data());
  return result;
}

void Evaluator::bindArgument(const bundle::Entry &entry, uint32_t argument,
                             TensorInfo &info, const std::string &where) {
  if (argument >= arguments.size() ||
      entry.args()->Get(argument)->role() != bundle::Role::Input ||
      (!arguments[argument].data && !arguments[argument].generate &&
       info.count != 0))
    throw CheckError(
        fmt::format("{}: argument {} is no input", where, argument));
  if (info.shape != arguments[argument].shape ||
      info.dtype != entry.args()->Get(argument)->dtype())
    throw CheckError(
        fmt::format("{}: not of the type of argument {}", where, argument));
  if (arguments[argument].generate)
    info.generate = &arguments[argument].generate;
  info.data = static_cast<const unsigned char *>(arguments[argument].data);
  info.dataStrides = arguments[argument].strides;
}

void Evaluator::bindTensor(const rt::BundleFile &file,
                           const bundle::Entry &entry,
                           const bundle::Tensor &table, uint32_t index) {
  const std::string where = fmt::format("tensor {}", index);
  TensorInfo &info = tensors[index];
  if (table.dtype() > DType::Index)
    throw CheckError(
        fmt::format("{}: unknown dtype {}", where, int(table.dtype())));
  info.dtype = table.dtype();
  try {
    info.shape = sizes(table.shape(), where);
    info.count = elementCount(info.shape);
    info.strides = rowMajorStrides(info.shape);
  } catch (const CheckError &error) {
    // Of a step that a condition on sizes may have left out.
    if (table.source() != bundle::TensorSource::Step)
      throw;
    info.error = error.what();
  }
  if (table.source() == bundle::TensorSource::Step)
    return;
  isDefined[index] = true;
  if (table.source() == bundle::TensorSource::Argument)
    return bindArgument(entry, table.argument(), info, where);
  if (table.section() >= rt::length(file.table().sections()))
    throw CheckError(
        fmt::format("{}: section {} does not exist", where, table.section()));
  const rt::ByteView bytes = file.section(table.section());
  info.splat = table.splat();
  const uint64_t needed = info.splat ? 1 : info.count;
  const uint32_t each = rt::dtypeBytes(info.dtype);
  if (table.offset() > bytes.size ||
      needed > (bytes.size - table.offset()) / each)
    throw CheckError(
        fmt::format("{}: {} elements of {} bytes at {} are outside section {}",
                    where, needed, each, table.offset(), table.section()));
  info.data = bytes.data + table.offset();
  info.dataStrides = info.strides;
}

void Evaluator::bindSteps(const bundle::Meaning &meaning) {
  defined = tensors.size();
  results.resize(rt::length(meaning.steps()));
  for (uint32_t i = 0; i < rt::length(meaning.steps()); ++i) {
    const bundle::Step &step = *meaning.steps()->Get(i);
    std::string where = fmt::format("step {}", i);
    if (step.location() && step.location()->size())
      where += " at " + step.location()->str();
    currentStep = i;
    currentDepth = 1;
    if (step.when() && size(step.when(), where) == 0)
      steps.push_back(nullptr);
    else
      bindStep(step, where);
  }
}

void Evaluator::bindStep(const bundle::Step &step, const std::string &where) {
  switch (step.op_type()) {
  case bundle::StepOp::BlockStep:
    steps.push_back(makeBlock(*this, *step.op_as_BlockStep(), where));
    break;
  case bundle::StepOp::LoopNestStep:
    steps.push_back(makeLoopNest(*this, *step.op_as_LoopNestStep(), where));
    break;
  case bundle::StepOp::OpaqueStep:
    throw CheckError(fmt::format(
        "{}: the check cannot evaluate '{}': compare with --expect FILE.npy",
        where, rt::text(step.op_as_OpaqueStep()->name())));
  default:
    steps.push_back(makeView(*this, step, where));
  }
}

uint32_t Evaluator::use(uint32_t index, const std::string &where) const {
  if (index >= tensors.size() || !isDefined[index])
    throw CheckError(
        fmt::format("{}: tensor {} is not defined yet", where, index));
  if (tensors[index].step >= 0)
    currentDepth = std::max(currentDepth, tensors[index].depth + 1);
  return index;
}

const TensorInfo &Evaluator::define(uint32_t index, uint32_t result,
                                    const std::string &where) {
  if (index >= tensors.size() || isDefined[index])
    throw CheckError(
        fmt::format("{}: tensor {} is defined twice or missing", where, index));
  if (!tensors[index].error.empty())
    throw CheckError(tensors[index].error);
  // Reading recurs from step to step.
  if (currentDepth > kMaxStepDepth)
    throw CheckError(fmt::format("{}: it is the end of a chain of more than {} "
                                 "steps, the longest that is evaluated",
                                 where, kMaxStepDepth));
  isDefined[index] = true;
  tensors[index].step = currentStep;
  tensors[index].depth = currentDepth;
  tensors[index].result = result;
  results[currentStep].push_back(index);
  return tensors[index];
}

Value Evaluator::read(uint32_t tensor, int64_t linear) {
  const TensorInfo &info = tensors[tensor];
  if (info.generate)
    return (*info.generate)(linear);
  if (info.step >= 0)
    return steps[info.step]->read(info.result, linear);
  if (info.splat)
    return loadElement(info.data, info.dtype, 0);
  if (info.dataStrides == info.strides)
    return loadElement(info.data, info.dtype, linear);
  int64_t position = 0;
  for (size_t d = info.shape.size(); d-- > 0;) {
    position += linear % info.shape[d] * info.dataStrides[d];
    linear /= info.shape[d];
  }
  return loadElement(info.data, info.dtype, position);
}

Value MappedTensor::read(Evaluator &evaluator, const int64_t *loops) const {
  const TensorInfo &info = evaluator.tensor(tensor);
  return evaluator.read(tensor, map.linear(loops, info.shape, info.strides));
}

MappedTensor bindOperand(const Evaluator &evaluator, uint32_t tensor,
                         const ExprList *map, uint32_t loops,
                         const std::string &where) {
  MappedTensor operand;
  operand.tensor = evaluator.use(tensor, where);
  operand.map = IndexMap(map, loops, evaluator.argumentShapes(), where);
  if (operand.map.results() != evaluator.tensor(tensor).shape.size())
    throw CheckError(fmt::format("{}: a map of {} results for tensor {} of "
                                 "rank {}",
                                 where, operand.map.results(), tensor,
                                 evaluator.tensor(tensor).shape.size()));
  return operand;
}

} // namespace check
} // namespace upweave
