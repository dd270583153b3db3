//===- ExpandRegion.cpp - Collectives as reductions and arithmetic --------===//
// What LayerNorm and GELU are, in row reductions and scalar operations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/ExpandRegion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace upweave;

namespace {
/// Short spellings of scalar operations at one place.
class ScalarBuilder {
public:
  ScalarBuilder(Operation *op) : b(op), loc(op->getLoc()) {}

  /// The type statistics and approximations of a `type` are computed in.
  Type getWide(Type type) { return type.isF64() ? type : Type(b.getF32Type()); }
  Value constant(Type type, double value) {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
  }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(b, loc, x, y, z);
  }
  /// x * x that need not be rounded before it is added to something.
  Value square(Value x) {
    return arith::MulFOp::create(b, loc, x, x, arith::FastMathFlags::contract);
  }
  Value scale(Value x, double factor) {
    return mul(x, constant(x.getType(), factor));
  }
  /// 2^x of f32: one instruction, to 2 ulp, denormal results are 0.
  Value exp2(Value x) { return approximate("llvm.nvvm.ex2.approx.ftz.f32", x); }
  /// 1 / x of f32: one instruction, to 1 ulp, denormal results are 0.
  Value reciprocal(Value x) {
    return approximate("llvm.nvvm.rcp.approx.ftz.f", x);
  }
  /// 1 / sqrt(x) of x at or above `least`.
  Value rsqrt(Value x, double least) {
    // No denormal x: no need to scale it.
    constexpr double kSmallestNormal = 1.1754943508222875e-38;
    if (x.getType().isF32() && least >= kSmallestNormal)
      return approximate("llvm.nvvm.rsqrt.approx.ftz.f", x);
    return math::RsqrtOp::create(b, loc, x);
  }
  Value convert(Value x, Type type) {
    unsigned from = x.getType().getIntOrFloatBitWidth();
    unsigned to = type.getIntOrFloatBitWidth();
    if (from < to)
      return arith::ExtFOp::create(b, loc, type, x);
    if (from > to)
      return arith::TruncFOp::create(b, loc, type, x);
    return x;
  }
  Value reduce(ReduceKind kind, Value x) {
    return RowReduceOp::create(b, loc, x.getType(), kind, x);
  }

  OpBuilder b;
  Location loc;

private:
  Value approximate(StringRef intrinsic, Value x) {
    return LLVM::CallIntrinsicOp::create(
               b, loc, x.getType(), b.getStringAttr(intrinsic), ValueRange(x))
        .getResult(0);
  }
};
} // namespace

/// Corrected two-pass: a first mean m0 of any accuracy, deviations from it,
/// and their own mean and square in one round. What m0 is wrong by is
/// corrected in both moments.
/// m0 may be the mean of `sampled` elements of the row, its first: of a share f
/// of the row it is at most sqrt((1 - f) / f) standard deviations off.
static void expandLayerNorm(LayerNormOp op, int64_t rowLength,
                            int64_t sampled) {
  ScalarBuilder s(op);
  Type type = op.getValue().getType(), wide = s.getWide(type);
  double share = 1.0 / static_cast<double>(std::max<int64_t>(rowLength, 1));
  Value v = s.convert(op.getValue(), wide);
  Value first = s.reduce(ReduceKind::Add, v);
  if (sampled)
    first.getDefiningOp()->setAttr(kSampledAttrName,
                                   s.b.getI64IntegerAttr(sampled));
  Value m0 =
      s.scale(first, sampled ? 1.0 / static_cast<double>(sampled) : share);
  Value d = s.sub(v, m0);
  Value c = s.scale(s.reduce(ReduceKind::Add, d), share);
  Value q = s.scale(s.reduce(ReduceKind::Add, s.square(d)), share);
  Value variance = s.sub(q, s.mul(c, c));
  // Rounding may leave a variance of zero slightly negative.
  variance =
      arith::MaximumFOp::create(s.b, s.loc, variance, s.constant(wide, 0.0));
  Value eps = s.constant(wide, op.getEps().convertToDouble());
  Value rstd = s.rsqrt(s.add(variance, eps), op.getEps().convertToDouble());
  // (d - c) * rstd in one operation: c is small, so its rounding is harmless.
  Value shift = arith::NegFOp::create(s.b, s.loc, s.mul(c, rstd));
  Value n = s.fma(d, rstd, shift);
  op.getResult().replaceAllUsesWith(s.convert(n, type));
  op.erase();
}

/// True if every use of `v` is rounded to 16 bits, at once or once multiplied
/// by constants.
static bool isRoundedToNarrow(Value v) {
  return llvm::all_of(v.getUsers(), [](Operation *user) {
    if (auto rounding = dyn_cast<arith::TruncFOp>(user))
      return rounding.getType().getIntOrFloatBitWidth() <= 16;
    auto product = dyn_cast<arith::MulFOp>(user);
    return product && matchPattern(product.getRhs(), m_Constant()) &&
           isRoundedToNarrow(product);
  });
}

/// scale * v * Phi(v), Phi(v) being 1 - 2^p(|v|) or 2^p(|v|). Infinities and
/// NaN come out as in 0.5 * v * (1 + erf(v / sqrt(2))).
static Value createGeluErf(ScalarBuilder &s, Value v, ArrayRef<double> tailOf,
                           double scale) {
  Value a = math::AbsFOp::create(s.b, s.loc, v);
  Type type = v.getType();
  Value p = s.constant(type, tailOf.back());
  for (size_t i = tailOf.size() - 1; i-- > 0;)
    p = s.fma(p, a,
              s.constant(type, tailOf[i] + (i == 0 ? std::log2(scale) : 0)));
  Value tail = s.exp2(p);
  Value positive = arith::CmpFOp::create(s.b, s.loc, arith::CmpFPredicate::OGT,
                                         v, s.constant(type, 0.0));
  Value rest = s.sub(s.constant(type, scale), tail);
  Value phi = arith::SelectOp::create(s.b, s.loc, positive, rest, tail);
  return s.mul(v, phi);
}

/// The product with a constant that `gelu` is only used for, if 2^p can take it
/// in: no coefficient grows then, and nothing overflows that did not.
static arith::MulFOp getScaledUse(GeluOp gelu, double &scale) {
  if (!gelu.getResult().hasOneUse() || !gelu.getType().isF32())
    return nullptr;
  auto product = dyn_cast<arith::MulFOp>(*gelu->user_begin());
  FloatAttr factor;
  if (!product || !matchPattern(product.getRhs(), m_Constant(&factor)))
    return nullptr;
  scale = factor.getValueAsDouble();
  return scale >= 0.5 && scale <= 2 ? product : nullptr;
}

/// 0.5 * (1 + tanh(u)) is 1 / (1 + e^-2u), which loses nothing to
/// cancellation; e^-2u = 2^(v * (k + k*c1*v^2)) with k = -2*c0*log2(e).
static Value createGeluTanh(ScalarBuilder &s, Value v, double c0, double c1) {
  Type type = v.getType();
  double k = -2.0 * c0 / std::log(2.0);
  Value square = s.mul(v, v);
  Value slope = s.fma(square, s.constant(type, k * c1), s.constant(type, k));
  Value power = s.exp2(s.mul(v, slope));
  return s.mul(v, s.reciprocal(s.add(power, s.constant(type, 1.0))));
}

/// GELU as it is defined, for f64.
static Value createGeluExact(ScalarBuilder &s, GeluOp op, Value v) {
  Type type = v.getType();
  Value inner;
  if (op.getApproximate() == GeluKind::Erf) {
    inner = math::ErfOp::create(s.b, s.loc, s.scale(v, std::sqrt(0.5)));
  } else {
    Value cube = s.mul(s.mul(v, v), v);
    Value sum = s.add(v, s.scale(cube, op.getC1()->convertToDouble()));
    inner = math::TanhOp::create(s.b, s.loc,
                                 s.scale(sum, op.getC0()->convertToDouble()));
  }
  return s.mul(s.scale(v, 0.5), s.add(inner, s.constant(type, 1.0)));
}

static void expandGeluErf(ScalarBuilder &s, GeluOp op, Value v, bool mayFuse) {
  Type type = op.getValue().getType();
  bool narrow =
      type.getIntOrFloatBitWidth() <= 16 || isRoundedToNarrow(op.getResult());
  double scale = 1;
  arith::MulFOp product = mayFuse ? getScaledUse(op, scale) : nullptr;
  Value result = createGeluErf(s, v,
                               narrow ? ArrayRef<double>(kNormalTailNarrow)
                                      : ArrayRef<double>(kNormalTail),
                               product ? scale : 1);
  if (product) {
    product.getResult().replaceAllUsesWith(result);
    product.erase();
  } else {
    op.getResult().replaceAllUsesWith(s.convert(result, type));
  }
  op.erase();
}

static void expandGelu(GeluOp op, bool mayFuse) {
  ScalarBuilder s(op);
  Type type = op.getValue().getType(), wide = s.getWide(type);
  Value v = s.convert(op.getValue(), wide), result;
  if (wide.isF64())
    result = createGeluExact(s, op, v);
  else if (op.getApproximate() == GeluKind::Erf)
    return expandGeluErf(s, op, v, mayFuse);
  else
    result = createGeluTanh(s, v, op.getC0()->convertToDouble(),
                            op.getC1()->convertToDouble());
  op.getResult().replaceAllUsesWith(s.convert(result, type));
  op.erase();
}

static void widenReduction(RowReduceOp op) {
  ScalarBuilder s(op);
  Type type = op.getValue().getType();
  if (!isa<FloatType>(type) || type.getIntOrFloatBitWidth() >= 32)
    return;
  Value wide = s.convert(op.getValue(), s.getWide(type));
  op.getResult().replaceAllUsesWith(
      s.convert(s.reduce(op.getKind(), wide), type));
  op.erase();
}

/// x / c for a constant c: x * r with r = 1 / c rounded, and one step of
/// correction, after which the quotient is the rounded one (Markstein). The
/// instruction sequence of a division has a branch, around which no loads move.
static void expandDivision(arith::DivFOp op) {
  FloatAttr divisor;
  if (!op.getType().isF32() || !matchPattern(op.getRhs(), m_Constant(&divisor)))
    return;
  float c = divisor.getValue().convertToFloat();
  // Where neither 1 / c nor the correction leaves the normal numbers.
  constexpr float kLargest = 0x1p60f;
  if (!(std::fabs(c) <= kLargest && std::fabs(c) >= 1 / kLargest))
    return;
  ScalarBuilder s(op);
  Type type = op.getType();
  Value x = op.getLhs(), r = s.constant(type, 1.0f / c);
  Value quotient = s.mul(x, r);
  int exponent;
  if (std::fabs(std::frexp(c, &exponent)) != 0.5f) {
    Value rest = s.fma(quotient, s.constant(type, -c), x);
    Value corrected = s.fma(rest, r, quotient);
    // Infinities have no rest.
    Value size = math::AbsFOp::create(s.b, s.loc, quotient);
    Value finite = arith::CmpFOp::create(
        s.b, s.loc, arith::CmpFPredicate::OLT, size,
        s.constant(type, std::numeric_limits<float>::infinity()));
    quotient = arith::SelectOp::create(s.b, s.loc, finite, corrected, quotient);
  }
  op.getResult().replaceAllUsesWith(quotient);
  op.erase();
}

void upweave::expandBlockRegion(BlockOp block, bool mayFuse, int64_t sampled) {
  SmallVector<Operation *> ops;
  for (Operation &op : *block.getBodyBlock())
    if (isa<LayerNormOp, GeluOp, RowReduceOp, arith::DivFOp>(op))
      ops.push_back(&op);
  for (Operation *op : ops) {
    if (auto norm = dyn_cast<LayerNormOp>(op))
      expandLayerNorm(norm, block.getRowLength(), sampled);
    else if (auto gelu = dyn_cast<GeluOp>(op))
      expandGelu(gelu, mayFuse);
    else if (auto reduce = dyn_cast<RowReduceOp>(op))
      widenReduction(reduce);
    else
      expandDivision(cast<arith::DivFOp>(op));
  }
}

void upweave::allowContraction(BlockOp block) {
  auto allow = [](auto op) {
    op.setFastmath(op.getFastmath() | arith::FastMathFlags::contract);
  };
  for (Operation &op : *block.getBodyBlock()) {
    // A row's sum adds its products up, too.
    auto reduce = dyn_cast<RowReduceOp>(op);
    if (reduce ? reduce.getKind() != ReduceKind::Add
               : !isa<arith::AddFOp, arith::SubFOp>(op))
      continue;
    for (Value operand : op.getOperands()) {
      auto product = operand.getDefiningOp<arith::MulFOp>();
      if (!product || !product->hasOneUse())
        continue;
      allow(product);
      if (auto sum = dyn_cast<arith::AddFOp>(op))
        allow(sum);
      else if (auto difference = dyn_cast<arith::SubFOp>(op))
        allow(difference);
    }
  }
}
