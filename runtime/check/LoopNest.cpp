// linalg.generic: an element is computed from the loops that write it, found by
// inverting the result's map; nests that have no inverse run forward as a
// whole. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CompensatedSum.h"
#include "Evaluator.h"

#include <fmt/format.h>

namespace upweave {
namespace check {

using bundle::Opcode;

namespace {

/// Most elements that a nest without an inverse may write.
constexpr int64_t kMaxForwardElements = int64_t(1) << 27;

/// A result that is `accumulator + term`: its rounding does not follow the
/// order of the reference, see sumUnit().
struct Sum {
  bool isSum = false;
  bool isProduct = false; ///< the term is a product: a contraction
  uint32_t op = 0;        ///< position of the addition
  uint32_t term = 0;      ///< value added; of an fma, its first factor
};

class LoopNestEvaluator final : public StepEvaluator {
public:
  LoopNestEvaluator(Evaluator &evaluator, const bundle::LoopNestStep &table,
                    const std::string &where);
  Value read(uint32_t result, int64_t linear) override;

private:
  struct Result {
    uint32_t tensor;
    MappedTensor init;
    InverseMap inverse;
    std::unique_ptr<Memo> memo;
    Sum sum;
  };
  /// Error bookkeeping of one accumulator that is a sum.
  struct Running {
    Value value; ///< of a sum, its start and its terms' errors
    CompensatedSum terms;
    double magnitude = 0;
    int64_t count = 0;
  };

  void bindInverse();
  Sum findSum(uint32_t result) const;
  bool usesAccumulator(uint32_t accumulator, uint32_t exceptOp) const;
  /// Evaluates the body; `accumulators` are the inits' current values.
  void runBody(const int64_t *loops, const std::vector<Running> &accumulators);
  void update(std::vector<Running> &accumulators) const;
  Value finish(const Result &result, const Running &running) const;
  Value extract(const Op &op, const Value *in);
  void evaluateElement(std::vector<int64_t> loops);
  void evaluateForward();
  int64_t position(const Result &result, const int64_t *loops) const {
    const TensorInfo &info = evaluator.tensor(result.tensor);
    return result.init.map.linear(loops, info.shape, info.strides);
  }
  /// Steps `loops` over the loops in `over`, last fastest; false at the end.
  bool next(std::vector<int64_t> &loops,
            const std::vector<uint32_t> &over) const;

  Evaluator &evaluator;
  std::string where;
  Shape sizes;
  std::vector<MappedTensor> ins;
  std::vector<Result> results;
  ScalarProgram program;
  Precision precision;
  bool invertible = true;
  bool empty = false;
  bool forwardDone = false;
  std::vector<uint32_t> freeLoops; ///< not found from a result's coordinates
  std::vector<Value> values;
};

LoopNestEvaluator::LoopNestEvaluator(Evaluator &evaluator,
                                     const bundle::LoopNestStep &table,
                                     const std::string &where)
    : evaluator(evaluator), where(where), precision(table.precision()) {
  sizes = evaluator.sizes(table.sizes(), where);
  empty = elementCount(sizes) == 0;
  for (uint32_t i = 0; i < rt::length(table.ins()); ++i)
    ins.push_back(bindOperand(evaluator, table.ins()->Get(i)->tensor(),
                              table.ins()->Get(i)->map(), sizes.size(),
                              fmt::format("{}, input {}", where, i)));
  ScalarProgram::Context context;
  context.where = where;
  context.args = ins.size() + rt::length(table.inits());
  context.results = rt::length(table.inits());
  context.loops = sizes.size();
  context.tensors = evaluator.definedTensors();
  program = ScalarProgram(table.program(), context);
  for (const Op &op : program.ops())
    if (op.opcode == Opcode::TensorExtract &&
        op.operands.size() !=
            evaluator.tensor(evaluator.use(op.tensor, where)).shape.size())
      throw CheckError(where +
                       ": TensorExtract with a wrong number of indices");
  if (rt::length(table.results()) != rt::length(table.inits()))
    throw CheckError(where + ": not one result per init");
  for (uint32_t i = 0; i < rt::length(table.inits()); ++i) {
    Result result;
    const std::string name = fmt::format("{}, result {}", where, i);
    result.init = bindOperand(evaluator, table.inits()->Get(i)->tensor(),
                              table.inits()->Get(i)->map(), sizes.size(), name);
    result.tensor = table.results()->Get(i);
    results.push_back(std::move(result));
  }
  for (uint32_t i = 0; i < results.size(); ++i) {
    Result &result = results[i];
    const TensorInfo &info = evaluator.define(
        result.tensor, i, fmt::format("{}, result {}", where, i));
    if (info.shape != evaluator.tensor(result.init.tensor).shape)
      throw CheckError(where + ": a result is not of its init's shape");
    result.memo = std::make_unique<Memo>(info.count);
    result.sum = findSum(i);
  }
  bindInverse();
}

void LoopNestEvaluator::bindInverse() {
  for (Result &result : results)
    invertible =
        invertible &&
        InverseMap::build(result.init.map, sizes, result.inverse) &&
        result.inverse.determined() == results.front().inverse.determined();
  for (uint32_t l = 0; invertible && l < sizes.size(); ++l)
    if (results.empty() || !results.front().inverse.determined()[l])
      freeLoops.push_back(l);
}

bool LoopNestEvaluator::usesAccumulator(uint32_t accumulator,
                                        uint32_t exceptOp) const {
  for (uint32_t i = 0; i < program.ops().size(); ++i)
    if (i != exceptOp)
      for (uint32_t operand : program.ops()[i].operands)
        if (operand == accumulator)
          return true;
  return false;
}

Sum LoopNestEvaluator::findSum(uint32_t index) const {
  Sum sum;
  const uint32_t args = program.args().size();
  const uint32_t accumulator = ins.size() + index;
  const uint32_t value = program.results()[index];
  if (value < args || !isFloat(program.typeOf(value)))
    return sum;
  const Op &op = program.ops()[value - args];
  sum.op = value - args;
  if (op.opcode == Opcode::Fma && op.operands[2] == accumulator) {
    sum.isProduct = true;
    sum.term = op.operands[0];
  } else if (op.opcode == Opcode::AddF &&
             (op.operands[0] == accumulator || op.operands[1] == accumulator)) {
    sum.term = op.operands[op.operands[0] == accumulator];
    sum.isProduct = sum.term >= args &&
                    program.ops()[sum.term - args].opcode == Opcode::MulF;
  } else {
    return sum;
  }
  sum.isSum = sum.term != accumulator && !usesAccumulator(accumulator, sum.op);
  // Another result must not see the partial sum either.
  for (uint32_t other = 0; other < program.results().size(); ++other)
    if (other != index && (program.results()[other] == value ||
                           program.results()[other] == accumulator))
      sum.isSum = false;
  return sum;
}

Value LoopNestEvaluator::extract(const Op &op, const Value *in) {
  const TensorInfo &info = evaluator.tensor(op.tensor);
  int64_t linear = 0;
  for (size_t d = 0; d < info.shape.size(); ++d) {
    if (in[d].i < 0 || in[d].i >= info.shape[d])
      throw CheckError(
          fmt::format("{}: tensor.extract of index {} in dimension "
                      "{} of size {}",
                      where, in[d].i, d, info.shape[d]));
    linear += in[d].i * info.strides[d];
  }
  return evaluator.read(op.tensor, linear);
}

void LoopNestEvaluator::runBody(const int64_t *loops,
                                const std::vector<Running> &accumulators) {
  const uint32_t args = program.args().size();
  values.resize(program.valueCount());
  for (size_t i = 0; i < ins.size(); ++i)
    values[i] = ins[i].read(evaluator, loops);
  for (size_t i = 0; i < results.size(); ++i)
    values[ins.size() + i] = accumulators[i].value;
  std::vector<Value> in;
  for (uint32_t i = 0; i < program.ops().size(); ++i) {
    const Op &op = program.ops()[i];
    in.clear();
    for (uint32_t operand : op.operands)
      in.push_back(values[operand]);
    in.resize(std::max<size_t>(in.size(), 1));
    if (op.opcode == Opcode::LoopIndex)
      values[args + i] = intValue(loops[op.integer]);
    else if (op.opcode == Opcode::TensorExtract)
      values[args + i] = extract(op, in.data());
    else
      values[args + i] = applyScalar(op, in.data());
  }
}

/// Takes the body's results; sums add their term's value and error themselves.
void LoopNestEvaluator::update(std::vector<Running> &accumulators) const {
  for (size_t i = 0; i < results.size(); ++i) {
    Running &running = accumulators[i];
    const Sum &sum = results[i].sum;
    if (!sum.isSum) {
      running.value = values[program.results()[i]];
      continue;
    }
    Value term = values[sum.term];
    const Op &op = program.ops()[sum.op];
    if (op.opcode == Opcode::Fma) {
      const Value &b = values[op.operands[1]];
      term =
          floatValue(term.v * b.v, std::fabs(term.v) * b.e +
                                       std::fabs(b.v) * term.e + term.e * b.e);
    }
    running.magnitude += std::fabs(term.v);
    running.terms += term.v;
    running.value.e += term.e;
    ++running.count;
  }
}

Value LoopNestEvaluator::finish(const Result &result,
                                const Running &running) const {
  if (!result.sum.isSum || running.count == 0)
    return running.value;
  const DType dtype = evaluator.tensor(result.tensor).dtype;
  const double unit =
      result.sum.isProduct
          ? contractionUnit(precision, dtype, double(running.count))
          : sumUnit(dtype, double(running.count));
  CompensatedSum sum = running.terms;
  sum += running.value.v;
  return rounded(dtype, sum.get(), running.value.e + unit * running.magnitude);
}

bool LoopNestEvaluator::next(std::vector<int64_t> &loops,
                             const std::vector<uint32_t> &over) const {
  for (size_t i = over.size(); i-- > 0;) {
    if (++loops[over[i]] < sizes[over[i]])
      return true;
    loops[over[i]] = 0;
  }
  return false;
}

void LoopNestEvaluator::evaluateElement(std::vector<int64_t> loops) {
  std::vector<Running> accumulators(results.size());
  for (size_t i = 0; i < results.size(); ++i)
    accumulators[i].value = results[i].init.read(evaluator, loops.data());
  do {
    runBody(loops.data(), accumulators);
    update(accumulators);
  } while (next(loops, freeLoops));
  for (size_t i = 0; i < results.size(); ++i)
    results[i].memo->put(position(results[i], loops.data()),
                         finish(results[i], accumulators[i]));
}

void LoopNestEvaluator::evaluateForward() {
  forwardDone = true;
  std::vector<std::vector<Running>> state(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const int64_t count = evaluator.tensor(results[i].tensor).count;
    if (count > kMaxForwardElements)
      throw CheckError(fmt::format(
          "{}: the map of result {} has no inverse and its {} elements are too "
          "many to evaluate at once: compare with --expect FILE.npy",
          where, i, count));
    state[i].resize(count);
    for (int64_t at = 0; at < count; ++at)
      state[i][at].value = evaluator.read(results[i].init.tensor, at);
  }
  std::vector<uint32_t> all;
  for (uint32_t l = 0; l < sizes.size(); ++l)
    all.push_back(l);
  std::vector<int64_t> loops(sizes.size());
  std::vector<Running> accumulators(results.size());
  do {
    for (size_t i = 0; i < results.size(); ++i)
      accumulators[i] = state[i][position(results[i], loops.data())];
    runBody(loops.data(), accumulators);
    update(accumulators);
    for (size_t i = 0; i < results.size(); ++i)
      state[i][position(results[i], loops.data())] = accumulators[i];
  } while (!empty && next(loops, all));
  for (size_t i = 0; i < results.size(); ++i)
    for (size_t at = 0; at < state[i].size(); ++at)
      results[i].memo->put(at, finish(results[i], state[i][at]));
}

Value LoopNestEvaluator::read(uint32_t index, int64_t linear) {
  Result &result = results[index];
  if (empty)
    return evaluator.read(result.init.tensor, linear);
  if (const Value *known = result.memo->find(linear))
    return *known;
  if (!invertible) {
    if (!forwardDone)
      evaluateForward();
    return *result.memo->find(linear);
  }
  const TensorInfo &info = evaluator.tensor(result.tensor);
  std::vector<int64_t> coords(info.shape.size()), loops(sizes.size());
  unravel(linear, info.shape, coords.data());
  if (!result.inverse.apply(coords.data(), loops.data()))
    return evaluator.read(result.init.tensor, linear);
  evaluateElement(std::move(loops));
  return *result.memo->find(linear);
}

} // namespace

std::unique_ptr<StepEvaluator> makeLoopNest(Evaluator &evaluator,
                                            const bundle::LoopNestStep &table,
                                            const std::string &where) {
  return std::make_unique<LoopNestEvaluator>(evaluator, table, where);
}

} // namespace check
} // namespace upweave
