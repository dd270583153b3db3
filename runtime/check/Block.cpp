// upweave.block: evaluates a whole row of the domain at a time, because its
// collectives look along rows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ConvTranspose.h"

#include <fmt/format.h>

#include <unordered_map>

namespace upweave {
namespace check {

using bundle::Opcode;

namespace {

class BlockEvaluator final : public StepEvaluator {
public:
  BlockEvaluator(Evaluator &evaluator, const bundle::BlockStep &table,
                 const std::string &where);
  Value read(uint32_t result, int64_t linear) override;
  double addNeeds(const Need &need, Needs &needs) const override;
  void addRowOperands(std::vector<RowOperand> &operands) override;
  void substitute(uint32_t value,
                  std::function<Value(const int64_t *)> make) override;

private:
  /// Points of the domain, and one run of their values per value of the
  /// program.
  struct Points {
    std::vector<int64_t> coords;
    size_t count;
    std::vector<Value> values;
    Value *slot(uint32_t value) { return values.data() + value * count; }
  };
  /// One result: its map and the way back.
  struct Out {
    uint32_t tensor;
    IndexMap map;
    InverseMap inverse;
    std::unique_ptr<Memo> memo;
  };

  void bindProducer(const bundle::BlockStep &table);
  void bindOut(const bundle::Operand &table, uint32_t index);
  /// Evaluates the points that share the parallel coordinates of `point`; all
  /// row points if `wholeRow`, else the one.
  void evaluate(std::vector<int64_t> point, bool wholeRow);
  void evaluateLeaves(Points &points);
  Value readLeaf(uint32_t value, const int64_t *point);
  void findUsed();
  /// Whether an argument of the program is taken from its tensor.
  bool isRead(uint32_t argument) const {
    return used[argument] && !substitutes.count(argument);
  }
  void evaluateOp(uint32_t position, Points &points);
  void storeOuts(Points &points);
  Value readProducer(const int64_t *point);
  /// Which values of the program have no collective in them, and such a value
  /// at a point.
  std::vector<bool> findPointwise() const;
  Value readPointwise(uint32_t value, const int64_t *point);
  RowOperand makeRowOperand(uint32_t value);
  double workOfPoint() const;
  /// A number for each row: that of its first point.
  int64_t rowKey(std::vector<int64_t> point) const;

  Evaluator &evaluator;
  std::string where;
  Shape domain;
  std::vector<uint32_t> rows;
  int64_t rowLength = 1;
  Precision precision;
  std::unique_ptr<ConvTransposeReader> conv;
  MappedTensor stored;
  IndexMap producerMap;
  std::vector<MappedTensor> params;
  std::vector<Out> outs;
  ScalarProgram program;
  /// Values that are taken from elsewhere, and which values are used at all.
  std::unordered_map<uint32_t, std::function<Value(const int64_t *)>>
      substitutes;
  std::vector<bool> used;
  int64_t rank;            ///< of the step, in the pool
  WorkPool::Claims claims; ///< rows being evaluated
};

BlockEvaluator::BlockEvaluator(Evaluator &evaluator,
                               const bundle::BlockStep &table,
                               const std::string &where)
    : evaluator(evaluator), where(where), precision(table.precision()),
      rank(evaluator.stepRank()), claims(evaluator.workPool(), rank) {
  domain = evaluator.sizes(table.domain(), where);
  elementCount(domain);
  for (uint32_t i = 0; i < rt::length(table.rows()); ++i) {
    const uint32_t dim = table.rows()->Get(i);
    if (dim >= domain.size() || (i && dim <= rows.back()))
      throw CheckError(fmt::format("{}: row dimension {} of a domain of rank "
                                   "{}",
                                   where, dim, domain.size()));
    rows.push_back(dim);
    rowLength *= domain[dim];
  }
  bindProducer(table);
  for (uint32_t i = 0; i < rt::length(table.params()); ++i) {
    const bundle::Operand &param = *table.params()->Get(i);
    params.push_back(bindOperand(evaluator, param.tensor(), param.map(),
                                 domain.size(),
                                 fmt::format("{}, parameter {}", where, i)));
  }
  ScalarProgram::Context context;
  context.where = where;
  context.args = 1 + params.size();
  context.results = rt::length(table.outs());
  context.loops = domain.size();
  context.tensors = 0;
  context.collectives = true;
  program = ScalarProgram(table.program(), context);
  for (uint32_t i = 0; i < rt::length(table.outs()); ++i)
    bindOut(*table.outs()->Get(i), i);
  findUsed();
}

void BlockEvaluator::findUsed() {
  const uint32_t args = program.args().size();
  used.assign(program.valueCount(), false);
  for (uint32_t result : program.results())
    used[result] = true;
  for (uint32_t value = program.valueCount(); value-- > args;)
    if (used[value] && !substitutes.count(value))
      for (uint32_t operand : program.ops()[value - args].operands)
        used[operand] = true;
}

void BlockEvaluator::substitute(uint32_t value,
                                std::function<Value(const int64_t *)> make) {
  substitutes[value] = std::move(make);
  findUsed();
}

void BlockEvaluator::bindProducer(const bundle::BlockStep &table) {
  if (!table.geometry()) {
    stored = bindOperand(evaluator, table.x(), table.producer_map(),
                         domain.size(), where + ", producer");
    return;
  }
  if (table.filter() < 0)
    throw CheckError(where + ": a convolution without a filter");
  conv = std::make_unique<ConvTransposeReader>(evaluator, *table.geometry(),
                                               table.x(), table.filter(),
                                               table.precision(), where);
  producerMap = IndexMap(table.producer_map(), domain.size(),
                         evaluator.argumentShapes(), where + ", producer");
  if (producerMap.results() != conv->shape().size())
    throw CheckError(fmt::format("{}: a producer map of {} results for a "
                                 "convolution of rank {}",
                                 where, producerMap.results(),
                                 conv->shape().size()));
}

void BlockEvaluator::bindOut(const bundle::Operand &table, uint32_t index) {
  const std::string name = fmt::format("{}, result {}", where, index);
  const TensorInfo &info = evaluator.define(table.tensor(), index, name);
  Out out;
  out.tensor = table.tensor();
  out.map =
      IndexMap(table.map(), domain.size(), evaluator.argumentShapes(), name);
  if (out.map.results() != info.shape.size() ||
      !InverseMap::build(out.map, domain, out.inverse))
    throw CheckError(name + ": its map has no inverse");
  for (size_t d = 0; d < domain.size(); ++d)
    if (!out.inverse.determined()[d] &&
        !std::count(rows.begin(), rows.end(), uint32_t(d)))
      throw CheckError(
          fmt::format("{}: its map drops parallel dimension {}", name, d));
  out.memo = std::make_unique<Memo>(info.count);
  outs.push_back(std::move(out));
}

Value BlockEvaluator::readProducer(const int64_t *point) {
  if (!conv)
    return stored.read(evaluator, point);
  int64_t coords[64];
  if (producerMap.results() > 64)
    throw CheckError(where + ": the producer's rank is above 64");
  producerMap.apply(point, coords);
  for (uint32_t d = 0; d < producerMap.results(); ++d)
    if (coords[d] < 0 || coords[d] >= conv->shape()[d])
      throw CheckError(fmt::format(
          "{}: index {} is outside dimension {} of size {} of the producer",
          where, coords[d], d, conv->shape()[d]));
  return conv->read(evaluator, coords, program.args()[0]);
}

void BlockEvaluator::evaluateLeaves(Points &points) {
  constexpr int64_t kGrain = 64; ///< points that one thread takes at a time
  evaluator.run(rank, points.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const int64_t *point = points.coords.data() + p * domain.size();
      for (uint32_t value = 0; value <= params.size(); ++value)
        if (used[value])
          points.slot(value)[p] = readLeaf(value, point);
    }
  });
}

Value BlockEvaluator::readLeaf(uint32_t value, const int64_t *point) {
  if (auto other = substitutes.find(value); other != substitutes.end())
    return other->second(point);
  return value == 0 ? readProducer(point)
                    : params[value - 1].read(evaluator, point);
}

void BlockEvaluator::evaluateOp(uint32_t position, Points &points) {
  const Op &op = program.ops()[position];
  const size_t count = points.count;
  const uint32_t value = program.args().size() + position;
  Value *out = points.slot(value);
  if (!used[value])
    return;
  if (auto other = substitutes.find(value); other != substitutes.end()) {
    for (size_t p = 0; p < count; ++p)
      out[p] = other->second(points.coords.data() + p * domain.size());
    return;
  }
  if (op.opcode == Opcode::RowReduce) {
    std::fill(
        out, out + count,
        reduceRow(op.reduce, op.dtype, points.slot(op.operands[0]), count));
    return;
  }
  if (op.opcode == Opcode::LayerNorm)
    return layerNormRow(op.dtype, op.value, points.slot(op.operands[0]), out,
                        count);
  Value in[3];
  for (size_t p = 0; p < count; ++p) {
    if (op.opcode == Opcode::LoopIndex) {
      out[p] = intValue(points.coords[p * domain.size() + op.integer]);
      continue;
    }
    for (size_t i = 0; i < op.operands.size(); ++i)
      in[i] = points.slot(op.operands[i])[p];
    out[p] = applyScalar(op, in);
  }
}

void BlockEvaluator::storeOuts(Points &points) {
  for (size_t o = 0; o < outs.size(); ++o) {
    const TensorInfo &info = evaluator.tensor(outs[o].tensor);
    const Value *from = points.slot(program.results()[o]);
    for (size_t p = 0; p < points.count; ++p)
      outs[o].memo->put(
          outs[o].map.linear(points.coords.data() + p * domain.size(),
                             info.shape, info.strides),
          from[p]);
  }
}

void BlockEvaluator::evaluate(std::vector<int64_t> point, bool wholeRow) {
  Points points;
  points.count = wholeRow ? rowLength : 1;
  points.coords.resize(points.count * domain.size());
  for (size_t p = 0; p < points.count; ++p) {
    int64_t rest = p;
    for (size_t r = rows.size(); wholeRow && r-- > 0;) {
      point[rows[r]] = rest % domain[rows[r]];
      rest /= domain[rows[r]];
    }
    std::copy(point.begin(), point.end(),
              points.coords.begin() + p * domain.size());
  }
  points.values.resize(program.valueCount() * points.count);
  evaluateLeaves(points);
  for (uint32_t i = 0; i < program.ops().size(); ++i)
    evaluateOp(i, points);
  storeOuts(points);
}

int64_t BlockEvaluator::rowKey(std::vector<int64_t> point) const {
  for (uint32_t row : rows)
    point[row] = 0;
  int64_t key = 0;
  for (size_t d = 0; d < domain.size(); ++d)
    key = key * domain[d] + point[d];
  return key;
}

Value BlockEvaluator::read(uint32_t result, int64_t linear) {
  Out &out = outs[result];
  Value value;
  if (out.memo->find(linear, value))
    return value;
  const TensorInfo &info = evaluator.tensor(out.tensor);
  std::vector<int64_t> coords(info.shape.size()), point(domain.size());
  unravel(linear, info.shape, coords.data());
  if (!out.inverse.apply(coords.data(), point.data()))
    throw CheckError(fmt::format("{}: element {} of result {} is not written",
                                 where, linear, result));
  if (program.hasCollectives())
    claims.compute(rowKey(point), [&] {
      // Another thread may just have finished it.
      if (!out.memo->find(linear, value))
        evaluate(point, /*wholeRow=*/true);
    });
  else
    evaluate(point, /*wholeRow=*/false);
  if (!out.memo->find(linear, value))
    throw CheckError(fmt::format("{}: element {} of result {} is not written",
                                 where, linear, result));
  return value;
}

double BlockEvaluator::addNeeds(const Need &need, Needs &needs) const {
  Need points = need;
  if (program.hasCollectives() && rowLength > 0) {
    // A run of the last dimension is of one row, or each element of its own.
    const bool along = !rows.empty() && rows.back() + 1 == domain.size();
    const double touched = along ? need.runs : need.elements;
    points.elements =
        std::min(touched * double(rowLength), double(elementCount(domain)));
    points.runs =
        along ? points.elements / double(domain.back()) : points.elements;
  }
  for (size_t i = 0; i < params.size(); ++i)
    if (isRead(1 + i))
      needs[params[i].tensor] += points;
  const double ops = double(program.ops().size() + params.size() + 1);
  if (conv && isRead(0))
    return points.elements * (ops + conv->addNeeds(points, needs));
  if (isRead(0))
    needs[stored.tensor] += points;
  return points.elements * ops;
}

std::vector<bool> BlockEvaluator::findPointwise() const {
  const uint32_t args = program.args().size();
  std::vector<bool> pointwise(program.valueCount(), true);
  for (uint32_t value = args; value < pointwise.size(); ++value) {
    const Op &op = program.ops()[value - args];
    pointwise[value] = !isCollective(op.opcode);
    for (uint32_t operand : op.operands)
      pointwise[value] = pointwise[value] && pointwise[operand];
  }
  return pointwise;
}

/// Computes the ops up to `value` that it is made from, each once.
Value BlockEvaluator::readPointwise(uint32_t value, const int64_t *point) {
  const uint32_t args = program.args().size();
  std::vector<bool> needed(value + 1);
  needed[value] = true;
  for (uint32_t v = value; v >= args && v > 0; --v)
    if (needed[v])
      for (uint32_t operand : program.ops()[v - args].operands)
        needed[operand] = true;
  std::vector<Value> values(value + 1);
  for (uint32_t v = 0; v <= value; ++v) {
    if (!needed[v])
      continue;
    if (v < args) {
      values[v] =
          v == 0 ? readProducer(point) : params[v - 1].read(evaluator, point);
      continue;
    }
    const Op &op = program.ops()[v - args];
    Value in[3];
    for (size_t i = 0; i < op.operands.size(); ++i)
      in[i] = values[op.operands[i]];
    values[v] = op.opcode == Opcode::LoopIndex ? intValue(point[op.integer])
                                               : applyScalar(op, in);
  }
  return values[value];
}

double BlockEvaluator::workOfPoint() const {
  Needs needs(evaluator.tensorCount());
  double work = double(program.ops().size() + params.size() + 1);
  if (conv)
    work += conv->addNeeds({1, 1}, needs);
  else
    needs[stored.tensor] += {1, 1};
  for (const MappedTensor &param : params)
    needs[param.tensor] += {1, 1};
  return work + evaluator.estimateNeeds(needs);
}

void BlockEvaluator::addRowOperands(std::vector<RowOperand> &operands) {
  const uint32_t args = program.args().size();
  const std::vector<bool> pointwise = findPointwise();
  std::vector<uint32_t> values;
  auto add = [&](uint32_t value) {
    if (pointwise[value] && isFloat(program.typeOf(value)) &&
        !std::count(values.begin(), values.end(), value))
      values.push_back(value);
  };
  for (const Op &op : program.ops())
    if (isCollective(op.opcode))
      add(op.operands[0]);
  // Then what those are made from.
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] >= args)
      for (uint32_t operand : program.ops()[values[i] - args].operands)
        add(operand);
  for (uint32_t value : values)
    operands.push_back(makeRowOperand(value));
}

RowOperand BlockEvaluator::makeRowOperand(uint32_t value) {
  RowOperand operand;
  operand.domain = domain;
  operand.dtype = program.typeOf(value);
  operand.precision = precision;
  operand.where = where;
  operand.step = int32_t(rank);
  operand.value = value;
  operand.workOfPoint = workOfPoint();
  operand.read = [this, value](const int64_t *point) {
    return readPointwise(value, point);
  };
  operand.producerPosition = [this](const int64_t *point) {
    const Shape &shape =
        conv ? conv->shape() : evaluator.tensor(stored.tensor).shape;
    return (conv ? producerMap : stored.map)
        .linear(point, shape, rowMajorStrides(shape));
  };
  return operand;
}

} // namespace

std::unique_ptr<StepEvaluator> makeBlock(Evaluator &evaluator,
                                         const bundle::BlockStep &table,
                                         const std::string &where) {
  return std::make_unique<BlockEvaluator>(evaluator, table, where);
}

} // namespace check
} // namespace upweave
