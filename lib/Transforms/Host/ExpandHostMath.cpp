//===- ExpandHostMath.cpp - Math without missing library calls ------------===//
// Vectorisable forms of the math of epilogues, exact narrow rounding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Math/MathEmitter.h"
#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using upweave::MathEmitter;

namespace upweave {
#define GEN_PASS_DEF_EXPANDHOSTMATH
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

namespace {
/// Rounds f64 to f16 or bf16 in two steps with one rounding: first to f32 by
/// rounding to odd (a result that is not exact gets its last bit set), which
/// keeps enough for the second step to round correctly. The direct conversion
/// is a call of the compiler's runtime library on most machines.
///
// Pattern: arith.truncf %x : f64 to f16
struct RoundTwice : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type to = op.getType();
    if (!op.getIn().getType().isF64() || !(to.isF16() || to.isBF16()))
      return failure();
    Location loc = op.getLoc();
    Type f32 = rewriter.getF32Type(), i32 = rewriter.getI32Type();
    Value x = op.getIn();
    Value near = arith::TruncFOp::create(rewriter, loc, f32, x);
    Value back = arith::ExtFOp::create(rewriter, loc, x.getType(), near);
    // Unordered: a NaN stays as it is.
    Value exact = arith::CmpFOp::create(rewriter, loc,
                                        arith::CmpFPredicate::UEQ, back, x);
    Value tooLarge = arith::CmpFOp::create(
        rewriter, loc, arith::CmpFPredicate::OGT,
        math::AbsFOp::create(rewriter, loc, back).getResult(),
        math::AbsFOp::create(rewriter, loc, x).getResult());
    Value bits = arith::BitcastOp::create(rewriter, loc, i32, near);
    Value step = arith::ExtUIOp::create(rewriter, loc, i32, tooLarge);
    Value one = arith::ConstantIntOp::create(rewriter, loc, i32, 1);
    Value down = arith::SubIOp::create(rewriter, loc, bits, step);
    Value odd = arith::OrIOp::create(rewriter, loc, down, one);
    Value chosen = arith::SelectOp::create(rewriter, loc, exact, bits, odd);
    Value rounded = arith::BitcastOp::create(rewriter, loc, f32, chosen);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, to, rounded);
    return success();
  }
};

/// Converts an integer to f16 or bf16 with one rounding, through f64 (through
/// f32 it would become the direct conversion again). An i64 that f64 does not
/// hold is first moved to the middle of the two multiples of 4096 around it: no
/// result tells them apart, as its rounding looks at bits above 2^42.
///
// Pattern: arith.sitofp %i : i64 to bf16, arith.uitofp %i : i8 to f16
template <typename ConvertOp>
struct ConvertThroughWider : OpRewritePattern<ConvertOp> {
  using OpRewritePattern<ConvertOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvertOp op,
                                PatternRewriter &rewriter) const override {
    Type to = op.getType();
    auto from = dyn_cast<IntegerType>(op.getIn().getType());
    if (!from || from.getWidth() > 64 || !(to.isF16() || to.isBF16()))
      return failure();
    constexpr unsigned kDoubleDigits = 53;
    Location loc = op.getLoc();
    Value x = op.getIn();
    if (from.getWidth() > kDoubleDigits)
      x = dropDigits(rewriter, loc, x, from);
    Value exact = ConvertOp::create(rewriter, loc, rewriter.getF64Type(), x);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, to, exact);
    return success();
  }

private:
  static Value dropDigits(OpBuilder &b, Location loc, Value x,
                          IntegerType type) {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(b, loc, type, value);
    };
    constexpr int64_t kUnit = 4096, kExact = int64_t(1) << 53;
    Value low = arith::AndIOp::create(b, loc, x, constant(kUnit - 1));
    Value high = arith::SubIOp::create(b, loc, x, low);
    Value middle = arith::AddIOp::create(b, loc, high, constant(kUnit / 2));
    Value isMultiple = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                             low, constant(0));
    middle = arith::SelectOp::create(b, loc, isMultiple, x, middle);
    // Unsigned, -2^53 <= x < 2^53 (or x < 2^53, and a few that are exact too).
    Value shifted = arith::AddIOp::create(b, loc, x, constant(kExact));
    Value isExact = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                          shifted, constant(2 * kExact));
    return arith::SelectOp::create(b, loc, isExact, x, middle);
  }
};

/// Upstream widens every function but this one.
///
// Pattern: math.fma %a, %b, %c : f16
struct WidenFma : OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FmaOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (!element.isF16() && !element.isBF16())
      return failure();
    Type wide = rewriter.getF32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      wide = vector.clone(wide);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(
          arith::ExtFOp::create(rewriter, op.getLoc(), wide, operand));
    Value result = math::FmaOp::create(rewriter, op.getLoc(), wide, operands);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, result);
    return success();
  }
};

/// The conversion to LLVM has no case for it.
///
// Pattern: math.isinf %x
struct ExpandIsInf : OpRewritePattern<math::IsInfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::IsInfOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = dyn_cast<FloatType>(op.getOperand().getType());
    if (!type)
      return failure();
    Value magnitude = math::AbsFOp::create(rewriter, loc, op.getOperand());
    Value infinity = arith::ConstantOp::create(
        rewriter, loc,
        FloatAttr::get(type, APFloat::getInf(type.getFloatSemantics())));
    rewriter.replaceOpWithNewOp<arith::CmpFOp>(op, arith::CmpFPredicate::OEQ,
                                               magnitude, infinity);
    return success();
  }
};

/// Emits the function as the kernels do: the conversion to LLVM writes
/// log(1 + x) and exp(x) - 1, of which nothing is left for a small x. It comes
/// after f16 and bf16 have been widened.
///
// Pattern: math.log1p %x, math.expm1 %x
template <typename MathOp, Value (MathEmitter::*function)(Value)>
struct EmitFunction : OpRewritePattern<MathOp> {
  using OpRewritePattern<MathOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(MathOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isF32() && !type.isF64())
      return failure();
    MathEmitter emitter(rewriter, op.getLoc(), cast<FloatType>(type));
    rewriter.replaceOp(op, (emitter.*function)(op.getOperand()));
    return success();
  }
};

/// Powers that exporters write squares, cubes and roots as. Unlike the square
/// root, the power 1/2 of -0 is +0, and that of -inf is +inf.
///
// Pattern: math.powf %x, 3.0
struct ExpandConstantPower : OpRewritePattern<math::PowFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::PowFOp op,
                                PatternRewriter &rewriter) const override {
    APFloat exponent(0.0);
    Type type = op.getType();
    if (!(type.isF32() || type.isF64()) ||
        !matchPattern(op.getRhs(), m_ConstantFloat(&exponent)))
      return failure();
    MathEmitter m(rewriter, op.getLoc(), cast<FloatType>(type));
    Value x = op.getLhs();
    // Every power below is exact in f32 and f64.
    double n = exponent.convertToDouble();
    Value result;
    if (n == 1)
      result = x;
    else if (n == 2)
      result = m.mul(x, x);
    else if (n == 3)
      result = m.mul(m.mul(x, x), x);
    else if (n == 4)
      result = m.mul(m.mul(x, x), m.mul(x, x));
    else if (n == -1)
      result = m.div(m.constant(1.0), x);
    else if (n == 0.5 || n == -0.5)
      result = emitRoot(m, x, n < 0);
    else
      return failure();
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static Value emitRoot(MathEmitter &m, Value x, bool inverse) {
    Value root = m.sqrt(m.add(x, m.constant(0.0)));
    Value least = m.infinity();
    if (inverse) {
      root = m.div(m.constant(1.0), root);
      least = m.constant(0.0);
    }
    return m.select(m.equal(x, m.neg(m.infinity())), least, root);
  }
};

struct ExpandHostMathPass
    : upweave::impl::ExpandHostMathBase<ExpandHostMathPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    // These are within a few units in the last place of f32 and have no
    // branches; what is not named here keeps the C library's function.
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      return name == math::ErfOp::getOperationName() ||
             name == math::ExpOp::getOperationName() ||
             name == math::TanhOp::getOperationName();
    });
    patterns.add<RoundTwice, ConvertThroughWider<arith::SIToFPOp>,
                 ConvertThroughWider<arith::UIToFPOp>, ExpandIsInf, WidenFma,
                 EmitFunction<math::Log1pOp, &MathEmitter::log1p>,
                 EmitFunction<math::ExpM1Op, &MathEmitter::expm1>,
                 ExpandConstantPower>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
