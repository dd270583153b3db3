// Evaluates and inverts index maps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "IndexMap.h"

#include "Expr.h"

#include <algorithm>
#include <fmt/format.h>

namespace upweave {
namespace check {

using bundle::ExprOp;

namespace {
/// Dimensions of a tensor and loops of a step; they bound what is done for each
/// pair of them.
constexpr size_t kMaxDimensions = 64;

uint32_t requireDimensions(size_t count, const std::string &where) {
  if (count > kMaxDimensions)
    throw CheckError(fmt::format("{}: {} dimensions or loops, at most {} are "
                                 "supported",
                                 where, count, kMaxDimensions));
  return count;
}
} // namespace

int64_t elementCount(const Shape &shape) {
  // A size of 0 counts as 1 at first: strides are products of some sizes.
  int64_t count = 1;
  bool empty = false;
  for (int64_t size : shape) {
    if (size < 0 ||
        __builtin_mul_overflow(count, std::max<int64_t>(size, 1), &count))
      throw CheckError(fmt::format("a tensor dimension is {}", size));
    empty |= size == 0;
  }
  return empty ? 0 : count;
}

Shape rowMajorStrides(const Shape &shape) {
  elementCount(shape); // no stride is above it
  Shape strides(shape.size());
  int64_t stride = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

void unravel(int64_t linear, const Shape &shape, int64_t *coords) {
  for (size_t d = shape.size(); d-- > 0;) {
    coords[d] = linear % shape[d];
    linear /= shape[d];
  }
}

IndexMap::IndexMap(const ExprList *exprs, uint32_t loops,
                   const std::vector<Shape> &shapes, const std::string &where)
    : loopCount(requireDimensions(loops, where)), where(where) {
  const size_t count = requireDimensions(exprs ? exprs->size() : 0, where);
  for (size_t r = 0; r < count; ++r)
    add(exprs->Get(r), shapes);
}

IndexMap IndexMap::single(const bundle::Expr *expr, uint32_t loops,
                          const std::vector<Shape> &shapes,
                          const std::string &where) {
  IndexMap map(nullptr, loops, shapes, where);
  map.add(expr, shapes);
  return map;
}

void IndexMap::add(const bundle::Expr *expr, const std::vector<Shape> &shapes) {
  const auto below = [](int64_t v, size_t limit) {
    return v >= 0 && size_t(v) < limit;
  };
  Result result;
  const auto *nodes = expr ? expr->nodes() : nullptr;
  if (nodes && nodes->size() > rt::kMaxExprNodes)
    throw CheckError(fmt::format("{}: an expression of {} nodes, at most {} "
                                 "are supported",
                                 where, nodes->size(), rt::kMaxExprNodes));
  for (uint32_t i = 0; nodes && i < nodes->size(); ++i) {
    const bundle::ExprNode &node = *nodes->Get(i);
    Node copy = {node.op(), node.value(), node.a(), node.b()};
    if (node.op() > ExprOp::Max ||
        (node.op() == ExprOp::Loop && !below(node.a(), loopCount)) ||
        (node.op() == ExprOp::Dim &&
         (!below(node.a(), shapes.size()) ||
          !below(node.b(), shapes[node.a()].size()))) ||
        (node.op() >= ExprOp::Add &&
         (!below(node.a(), i) || !below(node.b(), i))))
      throw CheckError(
          fmt::format("{}: node {} of an expression is malformed", where, i));
    if (copy.op == ExprOp::Dim)
      copy = {ExprOp::Const, shapes[node.a()][node.b()], 0, 0};
    result.nodes.push_back(copy);
  }
  if (result.nodes.empty())
    throw CheckError(where + ": an expression is empty");
  if (result.nodes.back().op == ExprOp::Loop)
    result.loop = result.nodes.back().a;
  perDimension.push_back(std::move(result));
}

int64_t IndexMap::evaluate(const Result &result, const int64_t *loops) const {
  if (result.loop >= 0)
    return loops[result.loop];
  static thread_local std::vector<int64_t> values;
  values.resize(std::max(values.size(), result.nodes.size()));
  for (size_t i = 0; i < result.nodes.size(); ++i) {
    const Node &node = result.nodes[i];
    if (node.op == ExprOp::Const)
      values[i] = node.value;
    else if (node.op == ExprOp::Loop)
      values[i] = loops[node.a];
    else if (!rt::applyExprOp(node.op, values[node.a], values[node.b],
                              values[i]))
      throw CheckError(fmt::format("{}: {}", where, rt::kExprFailure));
  }
  return values[result.nodes.size() - 1];
}

bool IndexMap::dependsOn(uint32_t loop) const {
  for (const Result &result : perDimension) {
    if (result.loop == int32_t(loop))
      return true;
    for (const Node &node : result.nodes)
      if (node.op == ExprOp::Loop && node.a == int32_t(loop))
        return true;
  }
  return false;
}

void IndexMap::apply(const int64_t *loops, int64_t *coords) const {
  for (size_t r = 0; r < perDimension.size(); ++r)
    coords[r] = evaluate(perDimension[r], loops);
}

int64_t IndexMap::linear(const int64_t *loops, const Shape &shape,
                         const Shape &strides) const {
  int64_t position = 0;
  for (size_t r = 0; r < perDimension.size(); ++r) {
    const int64_t c = evaluate(perDimension[r], loops);
    if (c < 0 || c >= shape[r])
      throw CheckError(
          fmt::format("{}: index {} is outside dimension {} of size {}", where,
                      c, r, shape[r]));
    position += c * strides[r];
  }
  return position;
}

namespace {
/// base + sum of factors[l] * loop l.
struct LinearForm {
  int64_t base = 0;
  Shape factors;

  bool isConstant() const {
    return std::all_of(factors.begin(), factors.end(),
                       [](int64_t factor) { return factor == 0; });
  }
  /// `a op b` for Add and Sub, term by term; false on overflow.
  bool combine(ExprOp op, const LinearForm &a, const LinearForm &b) {
    bool ok = rt::applyExprOp(op, a.base, b.base, base);
    for (size_t l = 0; ok && l < factors.size(); ++l)
      ok = rt::applyExprOp(op, a.factors[l], b.factors[l], factors[l]);
    return ok;
  }
  /// `other * factor`; false on overflow.
  bool scale(const LinearForm &other, int64_t factor) {
    bool ok = !__builtin_mul_overflow(other.base, factor, &base);
    for (size_t l = 0; ok && l < factors.size(); ++l)
      ok = !__builtin_mul_overflow(other.factors[l], factor, &factors[l]);
    return ok;
  }
  /// `a op b` for any operator; false where it is not linear.
  bool apply(ExprOp op, const LinearForm &a, const LinearForm &b) {
    if (op == ExprOp::Add || op == ExprOp::Sub)
      return combine(op, a, b);
    if (op == ExprOp::Mul && (a.isConstant() || b.isConstant()))
      return a.isConstant() ? scale(b, a.base) : scale(a, b.base);
    return a.isConstant() && b.isConstant() &&
           rt::applyExprOp(op, a.base, b.base, base);
  }
};
} // namespace

bool IndexMap::linearForm(uint32_t index, int64_t &base,
                          Shape &coefficients) const {
  std::vector<LinearForm> forms;
  for (const Node &node : perDimension[index].nodes) {
    LinearForm form;
    form.factors.assign(loopCount, 0);
    if (node.op == ExprOp::Const)
      form.base = node.value;
    else if (node.op == ExprOp::Loop)
      form.factors[node.a] = 1;
    else if (!form.apply(node.op, forms[node.a], forms[node.b]))
      return false;
    forms.push_back(std::move(form));
  }
  base = forms.back().base;
  coefficients = forms.back().factors;
  return true;
}

bool InverseMap::build(const IndexMap &map, const Shape &loops,
                       InverseMap &out) {
  out = InverseMap();
  out.sizes = loops;
  out.found.assign(loops.size(), false);
  for (uint32_t r = 0; r < map.results(); ++r) {
    Result result;
    Shape factors;
    if (!map.linearForm(r, result.base, factors))
      return false;
    for (uint32_t l = 0; l < loops.size(); ++l) {
      if (factors[l] == 0 || loops[l] <= 1)
        continue;
      if (factors[l] < 0 || out.found[l])
        return false;
      out.found[l] = true;
      result.digits.push_back({l, factors[l]});
    }
    std::sort(
        result.digits.begin(), result.digits.end(),
        [](const Digit &a, const Digit &b) { return a.factor > b.factor; });
    // Each digit must exceed all that the lower ones can add up to.
    int64_t reach = 0;
    for (size_t i = result.digits.size(); i-- > 0;) {
      const Digit &digit = result.digits[i];
      if (digit.factor <= reach)
        return false;
      int64_t own;
      if (__builtin_mul_overflow(digit.factor, loops[digit.loop] - 1, &own) ||
          __builtin_add_overflow(reach, own, &reach))
        return false;
    }
    out.results.push_back(std::move(result));
  }
  for (size_t l = 0; l < loops.size(); ++l)
    if (loops[l] <= 1)
      out.found[l] = true;
  return true;
}

bool InverseMap::apply(const int64_t *coords, int64_t *loops) const {
  std::fill(loops, loops + sizes.size(), 0);
  for (size_t r = 0; r < results.size(); ++r) {
    int64_t rest;
    if (__builtin_sub_overflow(coords[r], results[r].base, &rest))
      return false;
    for (const Digit &digit : results[r].digits) {
      if (rest < 0)
        return false;
      const int64_t value =
          std::min(rest / digit.factor, sizes[digit.loop] - 1);
      loops[digit.loop] = value;
      rest -= value * digit.factor;
    }
    if (rest != 0)
      return false;
  }
  return true;
}

} // namespace check
} // namespace upweave
