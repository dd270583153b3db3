// The operators of the bundle's expressions, with overflow detected.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expr.h"

#include <limits>

namespace upweave {
namespace rt {

namespace {
bool floorDiv(int64_t a, int64_t b, int64_t &out) {
  if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min()))
    return false;
  out = a / b;
  if (a % b != 0 && (a < 0) != (b < 0))
    --out;
  return true;
}

/// Never overflows, as its size is below the divisor's; the quotient times the
/// divisor may.
bool floorMod(int64_t a, int64_t b, int64_t &out) {
  if (b == 0)
    return false;
  out = b == -1 ? 0 : a % b;
  if (out != 0 && (out < 0) != (b < 0))
    out += b;
  return true;
}
} // namespace

bool applyExprOp(bundle::ExprOp op, int64_t a, int64_t b, int64_t &out) {
  switch (op) {
  case bundle::ExprOp::Add:
    return !__builtin_add_overflow(a, b, &out);
  case bundle::ExprOp::Sub:
    return !__builtin_sub_overflow(a, b, &out);
  case bundle::ExprOp::Mul:
    return !__builtin_mul_overflow(a, b, &out);
  case bundle::ExprOp::FloorDiv:
    return floorDiv(a, b, out);
  case bundle::ExprOp::CeilDiv:
    if (!floorDiv(a, b, out))
      return false;
    out += a % b != 0;
    return true;
  case bundle::ExprOp::Mod:
    return floorMod(a, b, out);
  case bundle::ExprOp::Min:
    out = std::min(a, b);
    return true;
  case bundle::ExprOp::Max:
    out = std::max(a, b);
    return true;
  default:
    return false;
  }
}

} // namespace rt
} // namespace upweave
