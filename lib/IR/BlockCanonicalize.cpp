//===- BlockCanonicalize.cpp - Canonical form of upweave.block ------------===//
// Fewer operands and results: unused, repeated and constant params, and
// results that nobody uses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace upweave;

/// Rebuilds `op` with the params and outs at the given positions, moving its
/// region. The region must not use the arguments of dropped params; its yield
/// is cut to the kept outs.
static void rebuild(PatternRewriter &rewriter, BlockOp op,
                    ArrayRef<unsigned> keptParams,
                    ArrayRef<unsigned> keptOuts) {
  SmallVector<Value> params, outs;
  SmallVector<AffineMap> maps = {op.getProducerMap()};
  for (unsigned i : keptParams) {
    params.push_back(op.getParams()[i]);
    maps.push_back(op.getParamMap(i));
  }
  for (unsigned i : keptOuts) {
    outs.push_back(op.getOuts()[i]);
    maps.push_back(op.getOutMap(i));
  }
  auto block =
      BlockOp::create(rewriter, op.getLoc(), op.getInputs(), params, outs,
                      op.getDomain(), op.getRows(), maps, op.getGeometryAttr());
  block.setPrecisionAttr(op.getPrecisionAttr());
  block.setScheduleAttr(op.getScheduleAttr());
  block.getPackedMutable().assign(op.getPacked());
  block->setDiscardableAttrs(op->getDiscardableAttrDictionary());

  SmallVector<Value> arguments(1 + op.getParams().size());
  // The accumulator's type is the old block's own choice.
  block.getProducerArg().setType(op.getProducerArg().getType());
  arguments[0] = block.getProducerArg();
  for (auto [position, i] : llvm::enumerate(keptParams))
    arguments[1 + i] = block.getParamArg(position);
  for (auto [i, argument] : llvm::enumerate(arguments))
    if (!argument) // Unused; any value of its type will do.
      argument = op.getBody().getArgument(i);
  rewriter.inlineBlockBefore(op.getBodyBlock(), block.getBodyBlock(),
                             block.getBodyBlock()->end(), arguments);
  YieldOp yield = block.getYield();
  SmallVector<Value> yielded;
  for (unsigned i : keptOuts)
    yielded.push_back(yield.getValues()[i]);
  rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });

  SmallVector<Value> results(op->getNumResults());
  for (auto [position, i] : llvm::enumerate(keptOuts))
    if (op->getNumResults())
      results[i] = block->getResult(position);
  for (auto [i, result] : llvm::enumerate(results))
    if (!result) // Unused.
      result = op.getOuts()[i];
  rewriter.replaceOp(op, results);
}

static SmallVector<unsigned> allOf(size_t count) {
  return llvm::to_vector(llvm::seq<unsigned>(0, count));
}

namespace {
/// Pattern: a param that the region does not use -> no param.
struct DropUnusedParams : OpRewritePattern<BlockOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BlockOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<unsigned> kept;
    for (unsigned i = 0; i < op.getParams().size(); ++i)
      if (!op.getParamArg(i).use_empty())
        kept.push_back(i);
    if (kept.size() == op.getParams().size())
      return rewriter.notifyMatchFailure(op, "every param is used");
    rebuild(rewriter, op, kept, allOf(op.getOuts().size()));
    return success();
  }
};

/// Pattern: the same operand twice under the same map -> once. A param that is
/// the stored producer under the producer's map is the producer's value.
struct MergeEqualParams : OpRewritePattern<BlockOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BlockOp op,
                                PatternRewriter &rewriter) const override {
    for (unsigned i = 0; i < op.getParams().size(); ++i) {
      BlockArgument argument = op.getParamArg(i);
      if (argument.use_empty())
        continue;
      if (Value same = findEqual(op, i)) {
        rewriter.replaceAllUsesWith(argument, same);
        return success();
      }
    }
    return rewriter.notifyMatchFailure(op, "all params differ");
  }

  static Value findEqual(BlockOp op, unsigned i) {
    if (!op.isConv() && op.getParams()[i] == op.getInputs()[0] &&
        op.getParamMap(i) == op.getProducerMap())
      return op.getProducerArg();
    for (unsigned j = 0; j < i; ++j)
      if (op.getParams()[j] == op.getParams()[i] &&
          op.getParamMap(j) == op.getParamMap(i))
        return op.getParamArg(j);
    return {};
  }
};

/// Pattern: a constant scalar, or a splat constant -> arith.constant inside.
struct InlineConstantParams : OpRewritePattern<BlockOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BlockOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [i, param] : llvm::enumerate(op.getParams())) {
      BlockArgument argument = op.getParamArg(i);
      Attribute value;
      if (argument.use_empty() || !matchPattern(param, m_Constant(&value)))
        continue;
      if (auto splat = dyn_cast<SplatElementsAttr>(value))
        value = splat.getSplatValue<Attribute>();
      auto typed = dyn_cast<TypedAttr>(value);
      if (!typed || typed.getType() != argument.getType())
        continue;
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(op.getBodyBlock());
      Value constant = arith::ConstantOp::create(rewriter, op.getLoc(), typed);
      rewriter.replaceAllUsesWith(argument, constant);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no param is a constant");
  }
};

/// Pattern: a result that nobody uses beside one that is used -> no result.
struct DropUnusedResults : OpRewritePattern<BlockOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BlockOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<unsigned> kept;
    for (OpResult result : op->getResults())
      if (!result.use_empty())
        kept.push_back(result.getResultNumber());
    if (kept.empty() || kept.size() == op->getNumResults())
      return rewriter.notifyMatchFailure(op, "no result to drop");
    rebuild(rewriter, op, allOf(op.getParams().size()), kept);
    return success();
  }
};
} // namespace

void BlockOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<DropUnusedParams, MergeEqualParams, InlineConstantParams,
               DropUnusedResults>(context);
}
