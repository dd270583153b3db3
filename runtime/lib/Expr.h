// Evaluation of the bundle's int64 expressions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_EXPR_H
#define UPWEAVE_RUNTIME_EXPR_H

#include "upweave/bundle_generated.h"

#include <algorithm>
#include <cstdint>

namespace upweave {
namespace rt {

/// Most nodes an expression may have; bounds the stack an evaluation takes.
inline constexpr uint32_t kMaxExprNodes = 4096;

/// `a op b` for a binary operator. On failure (overflow, division by zero)
/// returns false and leaves `out` undefined.
bool applyExprOp(bundle::ExprOp op, int64_t a, int64_t b, int64_t &out);

/// Text for what evaluateExpr() could not compute.
inline constexpr const char *kExprFailure =
    "the expression overflows 64 bits or divides by zero";

/// Value of a verified expression. `dim(arg, d)` gives sizes of arguments,
/// `loops` the coordinates that ExprOp::Loop names. Returns false on overflow
/// or division by zero. Does not allocate.
template <typename DimFn>
bool evaluateExpr(const bundle::Expr &expr, DimFn &&dim, const int64_t *loops,
                  int64_t &out) {
  const auto &nodes = *expr.nodes();
  const uint32_t count = nodes.size();
  int64_t values[kMaxExprNodes];
  for (uint32_t i = 0; i < count; ++i) {
    const bundle::ExprNode &node = *nodes.Get(i);
    switch (node.op()) {
    case bundle::ExprOp::Const:
      values[i] = node.value();
      break;
    case bundle::ExprOp::Dim:
      values[i] = dim(node.a(), node.b());
      break;
    case bundle::ExprOp::Loop:
      values[i] = loops[node.a()];
      break;
    default:
      if (!applyExprOp(node.op(), values[node.a()], values[node.b()],
                       values[i]))
        return false;
    }
  }
  out = values[count - 1];
  return true;
}

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_EXPR_H
