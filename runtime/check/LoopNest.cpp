// linalg.generic: an element is computed from the loops that write it, found by
// inverting the result's map; nests that have no inverse run forward as a
// whole.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CompensatedSum.h"
#include "FloatErrors.h"
#include "LoopRanges.h"

#include <fmt/format.h>

namespace upweave {
namespace check {

using bundle::Opcode;

namespace {

/// Most elements that a nest without an inverse may write.
constexpr int64_t kMaxForwardElements = int64_t(1) << 27;
/// Elements of so many iterations are computed by all threads together.
constexpr int64_t kLongElement = 4096;

/// Values of one loop that an element is made from; there are lists of them.
constexpr int64_t kMaxFreeLoop = int64_t(1) << 24;

/// A result that is `accumulator + term`: its rounding does not follow the
/// order of the reference, see sumUnit().
struct Sum {
  bool isSum = false;
  bool isProduct = false; ///< the term is a product: a contraction
  uint32_t op = 0;        ///< position of the addition
  uint32_t term = 0;      ///< value added; of an fma, its first factor
};

/// One side of the products that a nest sums: an input, through casts.
struct Factor {
  uint32_t input = 0;
  std::vector<const Op *> casts; ///< innermost first
  LinearPosition position;
};

class LoopNestEvaluator final : public StepEvaluator {
public:
  LoopNestEvaluator(Evaluator &evaluator, const bundle::LoopNestStep &table,
                    const std::string &where);
  Value read(uint32_t result, int64_t linear) override;
  ZeroMask findZeros(uint32_t result) const override;
  double addNeeds(const Need &need, Needs &needs) const override;

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
    Value value; ///< of a sum, its start
    CompensatedSum terms;
    SumOf sum;
  };

  /// What an evaluation of the body works on.
  struct Frame {
    std::vector<Running> accumulators;
    std::vector<Value> values, operands;
  };

  void bindResults(const bundle::LoopNestStep &table);
  void bindInverse();
  void bindProducts();
  bool findFactor(uint32_t value, Factor &factor) const;
  Sum findSum(uint32_t result) const;
  bool usesAccumulator(uint32_t accumulator, uint32_t exceptOp) const;
  /// Evaluates the body; `accumulators` are the inits' current values.
  void runBody(const int64_t *loops, Frame &frame);
  void update(Frame &frame) const;
  static void addTerm(Running &running, const Value &term);
  /// Sums the products of one element, loop by loop from `depth` on.
  void sumProducts(const LoopRanges::Lists &lists, size_t depth, int64_t a,
                   int64_t b, Running &running);
  Value readFactor(const Factor &factor, int64_t position);
  Need getOperandNeed(const MappedTensor &operand, const Need &need) const;
  void readAhead(const int64_t *loops, const LoopRanges::Lists &lists,
                 int64_t count);
  Value finish(const Result &result, const Running &running) const;
  Value extract(const Op &op, const Value *in);
  void evaluateElement(std::vector<int64_t> loops);
  void evaluateForward();
  int64_t position(const Result &result, const int64_t *loops) const {
    const TensorInfo &info = evaluator.tensor(result.tensor);
    return result.init.map.linear(loops, info.shape, info.strides);
  }
  /// Steps all loops, last fastest; false at the end.
  bool next(std::vector<int64_t> &loops) const;

  Evaluator &evaluator;
  std::string where;
  Shape sizes;
  std::vector<MappedTensor> ins;
  std::vector<Result> results;
  ScalarProgram program;
  Precision precision;
  bool invertible = true;
  bool empty = false;
  std::once_flag forwardDone;
  LoopRanges ranges; ///< of loops not found from a result's coordinates
  bool isProductSum = false;
  Factor left, right;      ///< of a product sum
  WorkPool::Claims claims; ///< long elements being evaluated
};

LoopNestEvaluator::LoopNestEvaluator(Evaluator &evaluator,
                                     const bundle::LoopNestStep &table,
                                     const std::string &where)
    : evaluator(evaluator), where(where), precision(table.precision()),
      claims(evaluator.workPool(), evaluator.stepRank()) {
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
  bindResults(table);
  bindInverse();
  bindProducts();
}

void LoopNestEvaluator::bindResults(const bundle::LoopNestStep &table) {
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
}

void LoopNestEvaluator::bindInverse() {
  for (Result &result : results)
    invertible =
        invertible &&
        InverseMap::build(result.init.map, sizes, result.inverse) &&
        result.inverse.determined() == results.front().inverse.determined();
  std::vector<uint32_t> freeLoops;
  for (uint32_t l = 0; invertible && l < sizes.size(); ++l)
    if (results.empty() || !results.front().inverse.determined()[l])
      freeLoops.push_back(l);
  for (uint32_t l : freeLoops)
    if (sizes[l] > kMaxFreeLoop)
      throw CheckError(fmt::format(
          "{}: an element is made from {} values of loop {}, at most {} are "
          "evaluated: compare with --expect FILE.npy",
          where, sizes[l], l, kMaxFreeLoop));
  ranges = LoopRanges(sizes, std::move(freeLoops));
}

bool LoopNestEvaluator::findFactor(uint32_t value, Factor &factor) const {
  const uint32_t args = program.args().size();
  while (value >= args) {
    const Op &op = program.ops()[value - args];
    if (op.opcode != Opcode::ExtF && op.opcode != Opcode::TruncF)
      return false;
    factor.casts.insert(factor.casts.begin(), &op);
    value = op.operands[0];
  }
  factor.input = value;
  return value < ins.size();
}

/// A nest whose one result is a sum of products of two inputs skips products
/// with filled-in zeros, and finds its factors without running the body.
void LoopNestEvaluator::bindProducts() {
  if (!invertible || empty || results.size() != 1 ||
      !results[0].sum.isProduct || !results[0].sum.isSum)
    return;
  const Sum &sum = results[0].sum;
  const Op &add = program.ops()[sum.op];
  const Op &product = add.opcode == Opcode::Fma
                          ? add
                          : program.ops()[sum.term - program.args().size()];
  if (!findFactor(product.operands[0], left) ||
      !findFactor(product.operands[1], right))
    return;
  for (const Factor *factor : {&left, &right}) {
    const MappedTensor &operand = ins[factor->input];
    ranges.addFactor(operand, evaluator.findZeros(operand.tensor));
  }
  isProductSum =
      LinearPosition::find(evaluator, ins[left.input], sizes, left.position) &&
      LinearPosition::find(evaluator, ins[right.input], sizes, right.position);
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
    if (in[d].e != 0) // any element
      return {NAN, INFINITY, 0};
    if (in[d].i < 0 || in[d].i >= info.shape[d])
      throw CheckError(
          fmt::format("{}: tensor.extract of index {} in dimension "
                      "{} of size {}",
                      where, in[d].i, d, info.shape[d]));
    linear += in[d].i * info.strides[d];
  }
  return evaluator.read(op.tensor, linear);
}

void LoopNestEvaluator::runBody(const int64_t *loops, Frame &frame) {
  const uint32_t args = program.args().size();
  frame.values.resize(program.valueCount());
  for (size_t i = 0; i < ins.size(); ++i)
    frame.values[i] = ins[i].read(evaluator, loops);
  for (size_t i = 0; i < results.size(); ++i)
    frame.values[ins.size() + i] = frame.accumulators[i].value;
  for (uint32_t i = 0; i < program.ops().size(); ++i) {
    const Op &op = program.ops()[i];
    frame.operands.clear();
    for (uint32_t operand : op.operands)
      frame.operands.push_back(frame.values[operand]);
    Value &value = frame.values[args + i];
    if (op.opcode == Opcode::LoopIndex)
      value = intValue(loops[op.integer]);
    else if (op.opcode == Opcode::TensorExtract)
      value = extract(op, frame.operands.data());
    else
      value = applyScalar(op, frame.operands.data());
  }
}

void LoopNestEvaluator::addTerm(Running &running, const Value &term) {
  running.terms += term.v;
  running.sum.note(term);
  ++running.sum.count;
}

/// The product of an fma, before it is added.
static Value multiply(const Value &a, const Value &b) {
  return floatValue(a.v * b.v, productError(a, b));
}

/// Takes the body's results; sums add their term's value and error themselves.
void LoopNestEvaluator::update(Frame &frame) const {
  for (size_t i = 0; i < results.size(); ++i) {
    Running &running = frame.accumulators[i];
    const Sum &sum = results[i].sum;
    if (!sum.isSum) {
      running.value = frame.values[program.results()[i]];
      continue;
    }
    const Op &op = program.ops()[sum.op];
    const Value &term = frame.values[sum.term];
    addTerm(running, op.opcode == Opcode::Fma
                         ? multiply(term, frame.values[op.operands[1]])
                         : term);
  }
}

Value LoopNestEvaluator::readFactor(const Factor &factor, int64_t position) {
  Value value = evaluator.read(ins[factor.input].tensor, position);
  for (const Op *cast : factor.casts)
    value = applyScalar(*cast, &value);
  return value;
}

void LoopNestEvaluator::sumProducts(const LoopRanges::Lists &lists,
                                    size_t depth, int64_t a, int64_t b,
                                    Running &running) {
  if (depth < lists.size()) {
    const uint32_t loop = ranges.loops()[depth];
    for (int64_t value : *lists[depth])
      sumProducts(lists, depth + 1, a + value * left.position.steps[loop],
                  b + value * right.position.steps[loop], running);
    return;
  }
  const Value factors[] = {readFactor(left, a), readFactor(right, b)};
  const Sum &sum = results[0].sum;
  if (program.ops()[sum.op].opcode == Opcode::Fma)
    return addTerm(running, multiply(factors[0], factors[1]));
  const Op &product = program.ops()[sum.term - program.args().size()];
  addTerm(running, applyScalar(product, factors));
}

Value LoopNestEvaluator::finish(const Result &result,
                                const Running &running) const {
  SumOf sum = running.sum;
  if (!result.sum.isSum || sum.count == 0)
    return running.value;
  const DType dtype = evaluator.tensor(result.tensor).dtype;
  sum.unit = result.sum.isProduct ? contractionUnit(precision, dtype, sum.count)
                                  : sumUnit(dtype, sum.count);
  CompensatedSum v = running.terms;
  v += running.value.v;
  sum.v = v.get();
  sum.note(running.value);
  return roundedSum(dtype, sum);
}

bool LoopNestEvaluator::next(std::vector<int64_t> &loops) const {
  for (size_t l = loops.size(); l-- > 0;) {
    if (++loops[l] < sizes[l])
      return true;
    loops[l] = 0;
  }
  return false;
}

/// Sets the free loops to combination `number` of their values.
static void setLoops(const LoopRanges &ranges, const LoopRanges::Lists &lists,
                     int64_t number, int64_t *loops) {
  for (size_t f = lists.size(); f-- > 0;) {
    const auto size = int64_t(lists[f]->size());
    loops[ranges.loops()[f]] = (*lists[f])[number % size];
    number /= size;
  }
}

/// Reads what a long element is made from by all threads; then it is known.
void LoopNestEvaluator::readAhead(const int64_t *loops,
                                  const LoopRanges::Lists &lists,
                                  int64_t count) {
  constexpr int64_t kGrain = 256;
  evaluator.run(evaluator.tensor(results.front().tensor).step, count, kGrain,
                [&](int64_t begin, int64_t end) {
                  std::vector<int64_t> own(loops, loops + sizes.size());
                  for (int64_t at = begin; at < end; ++at) {
                    setLoops(ranges, lists, at, own.data());
                    for (const MappedTensor &in : ins)
                      in.read(evaluator, own.data());
                  }
                });
}

void LoopNestEvaluator::evaluateElement(std::vector<int64_t> loops) {
  Frame frame;
  frame.accumulators.resize(results.size());
  for (size_t i = 0; i < results.size(); ++i)
    frame.accumulators[i].value = results[i].init.read(evaluator, loops.data());
  LoopRanges::Lists lists;
  std::vector<std::vector<int64_t>> storage;
  if (ranges.find(loops.data(), lists, storage)) {
    int64_t count = 1;
    for (const std::vector<int64_t> *list : lists)
      count *= int64_t(list->size());
    if (count >= kLongElement)
      readAhead(loops.data(), lists, count);
    if (isProductSum)
      sumProducts(lists, 0, left.position.at(loops.data()),
                  right.position.at(loops.data()), frame.accumulators[0]);
    for (int64_t at = 0; !isProductSum && at < count; ++at) {
      setLoops(ranges, lists, at, loops.data());
      runBody(loops.data(), frame);
      update(frame);
    }
  }
  for (size_t i = 0; i < results.size(); ++i)
    results[i].memo->put(position(results[i], loops.data()),
                         finish(results[i], frame.accumulators[i]));
}

void LoopNestEvaluator::evaluateForward() {
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
  std::vector<int64_t> loops(sizes.size());
  Frame frame;
  frame.accumulators.resize(results.size());
  do {
    for (size_t i = 0; i < results.size(); ++i)
      frame.accumulators[i] = state[i][position(results[i], loops.data())];
    runBody(loops.data(), frame);
    update(frame);
    for (size_t i = 0; i < results.size(); ++i)
      state[i][position(results[i], loops.data())] = frame.accumulators[i];
  } while (!empty && next(loops));
  for (size_t i = 0; i < results.size(); ++i)
    for (size_t at = 0; at < state[i].size(); ++at)
      results[i].memo->put(at, finish(results[i], state[i][at]));
}

Value LoopNestEvaluator::read(uint32_t index, int64_t linear) {
  Result &result = results[index];
  Value value;
  if (empty)
    return evaluator.read(result.init.tensor, linear);
  if (result.memo->find(linear, value))
    return value;
  if (!invertible) {
    std::call_once(forwardDone, [&] { evaluateForward(); });
    result.memo->find(linear, value);
    return value;
  }
  const TensorInfo &info = evaluator.tensor(result.tensor);
  std::vector<int64_t> coords(info.shape.size()), loops(sizes.size());
  unravel(linear, info.shape, coords.data());
  if (!result.inverse.apply(coords.data(), loops.data()))
    return evaluator.read(result.init.tensor, linear);
  if (ranges.expected() < kLongElement)
    evaluateElement(std::move(loops));
  else
    claims.compute(linear, [&] {
      // Another thread may just have finished it.
      if (!result.memo->find(linear, value))
        evaluateElement(std::move(loops));
    });
  if (!result.memo->find(linear, value))
    throw CheckError(fmt::format("{}: element {} of result {} is not written",
                                 where, linear, index));
  return value;
}

ZeroMask LoopNestEvaluator::findZeros(uint32_t index) const {
  ZeroMask mask;
  const uint32_t value = program.results()[index];
  const uint32_t args = program.args().size();
  const Result &result = results[index];
  const Shape &shape = evaluator.tensor(result.tensor).shape;
  if (value >= args) {
    const Op &op = program.ops()[value - args];
    mask.all = op.opcode == Opcode::Constant && isFloat(op.dtype) &&
               op.value == 0 && invertible && ranges.loops().empty() &&
               elementCount(sizes) == elementCount(shape);
    return mask;
  }
  // A copy, whatever it permutes, keeps the zeros of what it copies.
  if (value >= ins.size() || elementCount(sizes) != elementCount(shape))
    return mask;
  const MappedTensor &in = ins[value];
  const ZeroMask from = evaluator.findZeros(in.tensor);
  mask.all = from.all;
  mask.dims.resize(shape.size());
  for (uint32_t d = 0; d < shape.size(); ++d)
    for (uint32_t r = 0; r < in.map.results(); ++r)
      if (in.map.loopOf(r) >= 0 &&
          in.map.loopOf(r) == result.init.map.loopOf(d))
        mask.dims[d] = from.dims[r];
  return mask;
}

/// What an operand is read of, where each element takes all combinations of the
/// free loops that its map depends on.
Need LoopNestEvaluator::getOperandNeed(const MappedTensor &operand,
                                       const Need &need) const {
  const Shape &outShape = evaluator.tensor(results[0].tensor).shape;
  const int32_t runLoop =
      outShape.empty()
          ? -1
          : results[0].init.map.loopOf(uint32_t(outShape.size()) - 1);
  Need read{need.runs, need.runs};
  if (runLoop < 0 || operand.map.dependsOn(uint32_t(runLoop)))
    read.elements = need.elements;
  double combinations = ranges.expected();
  for (uint32_t loop : ranges.loops())
    if (!operand.map.dependsOn(loop))
      combinations /= std::max(1.0, double(sizes[loop]));
  read.elements *= std::max(1.0, combinations);
  const Shape &shape = evaluator.tensor(operand.tensor).shape;
  const int32_t last =
      shape.empty() ? -1 : operand.map.loopOf(uint32_t(shape.size()) - 1);
  read.runs = read.elements;
  if (last >= 0 && last == runLoop)
    read.runs *= need.runs / need.elements;
  else if (last >= 0 && std::count(ranges.loops().begin(), ranges.loops().end(),
                                   uint32_t(last)))
    read.runs /= double(sizes[last]);
  return read;
}

double LoopNestEvaluator::addNeeds(const Need &need, Needs &needs) const {
  if (empty) {
    for (const Result &result : results)
      needs[result.init.tensor] += need;
    return need.elements;
  }
  double iterations = need.elements * ranges.expected();
  if (!invertible) {
    iterations = 1;
    for (int64_t size : sizes)
      iterations *= double(size);
  }
  for (const MappedTensor &in : ins)
    needs[in.tensor] +=
        invertible ? getOperandNeed(in, need) : Need{iterations, iterations};
  for (const Result &result : results)
    needs[result.init.tensor] += need;
  double extracts = 0;
  for (const Op &op : program.ops())
    if (op.opcode == Opcode::TensorExtract) {
      needs[op.tensor] += {iterations, iterations};
      ++extracts;
    }
  return iterations * (double(ins.size() + program.ops().size()) + extracts);
}

} // namespace

std::unique_ptr<StepEvaluator> makeLoopNest(Evaluator &evaluator,
                                            const bundle::LoopNestStep &table,
                                            const std::string &where) {
  return std::make_unique<LoopNestEvaluator>(evaluator, table, where);
}

} // namespace check
} // namespace upweave
