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
    patterns.add<RoundTwice>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
