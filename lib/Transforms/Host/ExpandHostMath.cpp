//===- ExpandHostMath.cpp - Math without missing library calls ------------===//
// Vectorisable forms of the math of epilogues, exact narrow rounding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

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
    populateMathAlgebraicSimplificationPatterns(patterns);
    patterns.add<RoundTwice, ConvertThroughWider<arith::SIToFPOp>,
                 ConvertThroughWider<arith::UIToFPOp>, ExpandIsInf, WidenFma>(
        &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
