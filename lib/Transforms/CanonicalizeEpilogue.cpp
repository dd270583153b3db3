//===- CanonicalizeEpilogue.cpp - Canonical form of block regions ---------===//
// The pass upweave-canonicalize-epilogue: folds, recognises, drops casts and
// addends that change nothing, and says what was left as written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Epilogue/Polynomial.h"
#include "Epilogue/Recognize.h"
#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

namespace upweave {
#define GEN_PASS_DEF_CANONICALIZEEPILOGUEPASS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace mlir;
using namespace upweave;

static constexpr llvm::StringLiteral kCategory = "upweave-epilogue";

namespace {
class CanonicalizeEpilogue
    : public upweave::impl::CanonicalizeEpiloguePassBase<CanonicalizeEpilogue> {
public:
  using CanonicalizeEpiloguePassBase::CanonicalizeEpiloguePassBase;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  LogicalResult simplify(BlockOp block);
  void dropUniformAddends(BlockOp block);
  void reportStatistics(BlockOp block);

  FrozenRewritePatternSet scalarPatterns;
  FrozenRewritePatternSet blockPatterns;
};
} // namespace

//===----------------------------------------------------------------------===//
// Scalar patterns
//===----------------------------------------------------------------------===//

namespace {
/// Pattern: extf(truncf(x)) -> x, for a rounding to 16 bits or fewer on the way
/// back to the element's own type.
struct DropRoundTrip : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    auto truncate = op.getIn().getDefiningOp<arith::TruncFOp>();
    if (!truncate || truncate.getIn().getType() != op.getType() ||
        truncate.getType().getIntOrFloatBitWidth() > 16)
      return rewriter.notifyMatchFailure(op, "no round trip through 16 bits");
    rewriter.replaceOp(op, truncate.getIn());
    return success();
  }
};

/// Pattern: truncf(extf(x)) -> x.
struct DropWidening : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    auto extend = op.getIn().getDefiningOp<arith::ExtFOp>();
    if (!extend || extend.getIn().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no value of the type behind it");
    rewriter.replaceOp(op, extend.getIn());
    return success();
  }
};

/// Pattern: truncf(constant) -> the constant rounded to nearest, as at run time
/// (the folder keeps constants that rounding changes).
struct RoundConstant : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    FloatAttr constant;
    if (!matchPattern(op.getIn(), m_Constant(&constant)) ||
        op.getRoundingmode().value_or(arith::RoundingMode::to_nearest_even) !=
            arith::RoundingMode::to_nearest_even)
      return rewriter.notifyMatchFailure(op, "not of a constant");
    APFloat value = constant.getValue();
    bool losesInfo = false;
    value.convert(cast<FloatType>(op.getType()).getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(
        op, FloatAttr::get(op.getType(), value));
    return success();
  }
};

/// Pattern: sqrt(constant) -> its correctly rounded root, for the 16-bit types
/// that the folder leaves out.
struct FoldNarrowSqrt : OpRewritePattern<math::SqrtOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::SqrtOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<double> value = getFloatConstant(op.getOperand());
    if (!value || !(*value >= 0) || op.getType().getIntOrFloatBitWidth() > 16)
      return rewriter.notifyMatchFailure(op, "not of a 16-bit constant");
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(
        op, FloatAttr::get(op.getType(), std::sqrt(*value)));
    return success();
  }
};

/// Pattern: truncf(extf(x) op extf(y)) : f64 to f32 -> x op y, for +, -, * and
/// / on f32 values and constants that are f32 values. f64 has more than twice
/// the bits of f32, so that rounding twice is rounding once.
struct NarrowArithmetic : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Operation *def = op.getIn().getDefiningOp();
    if (!op.getType().isF32() || !op.getIn().getType().isF64() || !def ||
        !isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp>(def))
      return rewriter.notifyMatchFailure(op, "no f64 arithmetic behind it");
    // All are found before a constant is made: a pattern that makes one and
    // fails is tried for ever.
    SmallVector<OpFoldResult> found;
    for (Value operand : def->getOperands()) {
      found.push_back(getNarrow(operand, op.getType()));
      if (!found.back())
        return rewriter.notifyMatchFailure(op, "an operand is no f32 value");
    }
    SmallVector<Value> operands;
    for (OpFoldResult narrow : found)
      operands.push_back(materialize(narrow, op.getLoc(), rewriter));
    rewriter.replaceOp(op, rewriter.create(op.getLoc(),
                                           def->getName().getIdentifier(),
                                           operands, op->getResultTypes()));
    return success();
  }

  static OpFoldResult getNarrow(Value wide, Type type) {
    if (auto extend = wide.getDefiningOp<arith::ExtFOp>())
      return extend.getIn().getType() == type ? OpFoldResult(extend.getIn())
                                              : OpFoldResult();
    std::optional<double> constant = getFloatConstant(wide);
    if (!constant ||
        static_cast<double>(static_cast<float>(*constant)) != *constant)
      return {};
    return FloatAttr::get(type, *constant);
  }

  static Value materialize(OpFoldResult value, Location loc,
                           PatternRewriter &rewriter) {
    if (auto constant = dyn_cast<Attribute>(value))
      return arith::ConstantOp::create(rewriter, loc,
                                       cast<FloatAttr>(constant));
    return cast<Value>(value);
  }
};
} // namespace

LogicalResult CanonicalizeEpilogue::initialize(MLIRContext *context) {
  RewritePatternSet scalar(context);
  scalar.add<DropWidening, RoundConstant, FoldNarrowSqrt, NarrowArithmetic>(
      context);
  if (numerics != Numerics::Strict)
    scalar.add<DropRoundTrip>(context);
  scalarPatterns = std::move(scalar);
  RewritePatternSet block(context);
  BlockOp::getCanonicalizationPatterns(block, context);
  blockPatterns = std::move(block);
  return success();
}

/// Folds constants, drops what is dead and merges what is equal.
LogicalResult CanonicalizeEpilogue::simplify(BlockOp block) {
  if (failed(applyPatternsGreedily(block.getBody(), scalarPatterns)))
    return failure();
  IRRewriter rewriter(block.getContext());
  DominanceInfo dominance(block);
  eliminateCommonSubExpressions(rewriter, dominance, block);
  return success();
}

//===----------------------------------------------------------------------===//
// Addends that cancel
//===----------------------------------------------------------------------===//

/// The operand that varies, if `op` adds a row-uniform value to it or subtracts
/// one from it, and the uniform one.
static std::pair<Value, Value> splitUniformAddend(Operation *op) {
  if (!isa_and_nonnull<arith::AddFOp, arith::SubFOp>(op))
    return {};
  Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  if (isRowUniform(rhs))
    return {lhs, rhs};
  if (isa<arith::AddFOp>(op) && isRowUniform(lhs))
    return {rhs, lhs};
  return {};
}

/// What a normalisation subtracts again with the mean need not be added.
void CanonicalizeEpilogue::dropUniformAddends(BlockOp block) {
  SmallVector<LayerNormOp> norms(block.getBodyBlock()->getOps<LayerNormOp>());
  for (LayerNormOp norm : norms)
    while (Operation *sum = norm.getValue().getDefiningOp()) {
      auto [varying, uniform] = splitUniformAddend(sum);
      // Infinity less infinity, or NaN, is not subtracted again.
      std::optional<double> constant =
          varying ? getFloatConstant(uniform) : std::nullopt;
      if (!varying || (constant && !std::isfinite(*constant)) ||
          !llvm::all_of(sum->getUsers(), llvm::IsaPred<LayerNormOp>))
        break;
      remark::analysis(sum->getLoc(),
                       remark::RemarkOpts::name("uniform-addend-dropped")
                           .category(kCategory))
          << "an addend that is equal along the row is not added: the "
             "normalisation behind it, its only use, subtracts it again with "
             "the mean (numerics=strict keeps it)";
      ++numAddendsDropped;
      sum->getResult(0).replaceAllUsesWith(varying);
      sum->erase();
    }
}

//===----------------------------------------------------------------------===//
// What was left as written
//===----------------------------------------------------------------------===//

/// Says once a block that statistics were not recognised, where that costs
/// speed (f64) or accuracy (a difference of squares).
void CanonicalizeEpilogue::reportStatistics(BlockOp block) {
  llvm::DenseSet<Value> summed;
  for (auto sum : block.getBodyBlock()->getOps<RowReduceOp>())
    if (sum.getKind() == ReduceKind::Add)
      summed.insert(stripExtensions(sum.getValue()));
  for (auto sum : block.getBodyBlock()->getOps<RowReduceOp>()) {
    StringRef reason;
    Operation *def = sum.getValue().getDefiningOp();
    if (sum.getType().isF64() && !block.getProducerArg().getType().isF64())
      reason = "it is computed in f64, as written";
    else if (isa_and_nonnull<arith::MulFOp>(def) &&
             def->getOperand(0) == def->getOperand(1) &&
             summed.contains(stripExtensions(def->getOperand(0))))
      reason = "a variance as the mean of squares less the square of the mean "
               "loses digits, as written";
    if (reason.empty())
      continue;
    ++numNotRecognized;
    remark::analysis(
        sum.getLoc(),
        remark::RemarkOpts::name("statistics-as-written").category(kCategory))
        << "a sum over the row is part of no normalisation that is known: "
        << reason
        << "; (v - mean) / sqrt(variance + eps) with the variance divided by "
           "the row's length would be computed as a whole";
    return;
  }
}

void CanonicalizeEpilogue::runOnOperation() {
  bool isStrict = numerics == Numerics::Strict;
  SmallVector<BlockOp> blocks;
  getOperation()->walk([&](BlockOp block) { blocks.push_back(block); });
  for (BlockOp block : blocks) {
    if (failed(simplify(block)))
      return signalPassFailure();
    numLayerNorms += recognizeLayerNorm(block, isStrict);
    if (failed(simplify(block)))
      return signalPassFailure();
    numGelus += recognizeGelu(block);
    if (!isStrict)
      dropUniformAddends(block);
    if (failed(simplify(block)))
      return signalPassFailure();
    reportStatistics(block);
  }
  SmallVector<Operation *> ops(blocks.begin(), blocks.end());
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  if (failed(applyOpPatternsGreedily(ops, blockPatterns, config)))
    signalPassFailure();
}
