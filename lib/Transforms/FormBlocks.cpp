//===- FormBlocks.cpp - Form blocks from producers and consumers ----------===//
// The pass upweave-form-blocks: chooses producers, writes blocks in the place
// of cones, and says what did not join.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Form/Cone.h"
#include "Form/Payload.h"
#include "Form/Program.h"
#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

namespace upweave {
#define GEN_PASS_DEF_FORMBLOCKSPASS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace mlir;
using namespace upweave;

static constexpr llvm::StringLiteral kCategory = "upweave-form";

namespace {
class FormBlocks : public upweave::impl::FormBlocksPassBase<FormBlocks> {
public:
  void runOnOperation() override;

private:
  void formInBlock(Block &block);
  bool formConv(ConvTransposeOp conv);
  void formReduction(linalg::LinalgOp op);
  bool form(const Cone &cone);
  void reportMiss(const Cone &cone);

  /// Operations that forming has erased.
  llvm::DenseSet<Operation *> erased;
};
} // namespace

//===----------------------------------------------------------------------===//
// Writing a block
//===----------------------------------------------------------------------===//

/// A destination for the block's result `root`: what the operation it replaces
/// wrote to, if that is a bare destination and none of `others`, else a new
/// empty tensor.
static Value createOut(OpBuilder &builder, Location loc, Value root,
                       ArrayRef<Value> others) {
  Value init = root;
  while (auto dps = init.getDefiningOp<DestinationStyleOpInterface>())
    init = dps.getDpsInitOperand(cast<OpResult>(init).getResultNumber())->get();
  if (init.getType() == root.getType() && !llvm::is_contained(others, init) &&
      (isa<BlockArgument>(init) || init.getDefiningOp<tensor::EmptyOp>()))
    return init;
  auto type = cast<RankedTensorType>(root.getType());
  return tensor::EmptyOp::create(builder, loc,
                                 tensor::getMixedSizes(builder, loc, init),
                                 type.getElementType(), type.getEncoding());
}

/// Moves what depends on the cone but is not part of it, and stands between its
/// first and its last root, behind `block`: it may use the block's results.
static void moveUsersBehind(const Cone &cone, Operation *first, Operation *last,
                            Operation *block) {
  llvm::DenseSet<Value> dependent;
  Operation *insertAfter = block;
  for (Operation *op = first, *next; op != last; op = next) {
    next = op->getNextNode();
    // The cone's own operations go away, but for reshapes of its results.
    if (cone.contains(op) && isa<linalg::LinalgOp>(op))
      continue;
    bool depends = false;
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        depends |= dependent.contains(operand) ||
                   (cone.contains(operand) &&
                    (cone.isConv() || operand != cone.getProducer()));
    });
    if (!depends)
      continue;
    dependent.insert(op->result_begin(), op->result_end());
    op->moveAfter(insertAfter);
    insertAfter = op;
  }
}

/// Erases what the region's yield does not need.
static void eraseDead(Block &body) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

static BlockOp createBlock(OpBuilder &builder, Location loc, const Cone &cone,
                           RegionProgram &program, ArrayRef<Value> roots,
                           ArrayRef<Value> yielded) {
  SmallVector<Value> inputs = {cone.getProducer()};
  ConvTransposeAttr geometry;
  if (cone.isConv()) {
    auto conv = cone.getProducer().getDefiningOp<ConvTransposeOp>();
    inputs = {conv.getInput(), conv.getFilter()};
    geometry = conv.getGeometryAttr();
  }
  SmallVector<Value> outs;
  SmallVector<AffineMap> maps = {program.getMap(cone.getProducer())};
  llvm::append_range(maps, program.getParamMaps());
  for (Value root : roots) {
    outs.push_back(createOut(builder, loc, root, outs));
    maps.push_back(program.getMap(root));
  }
  auto block =
      BlockOp::create(builder, loc, inputs, program.getParams(), outs,
                      program.getDomain(), program.getRows(), maps, geometry);
  Block &body = *block.getBodyBlock();
  for (auto [from, to] :
       llvm::zip_equal(program.getBody().getArguments(), body.getArguments()))
    from.replaceAllUsesWith(to);
  SmallVector<Value> results;
  for (Value value : yielded) {
    auto argument = dyn_cast<BlockArgument>(value);
    results.push_back(argument && argument.getOwner() == &program.getBody()
                          ? Value(body.getArgument(argument.getArgNumber()))
                          : value);
  }
  body.getOperations().splice(body.end(), program.getBody().getOperations());
  builder.setInsertionPointToEnd(&body);
  YieldOp::create(builder, loc, results);
  eraseDead(body);
  return block;
}

/// Writes the block of `cone`. Returns false, with nothing changed, if one of
/// its roots cannot be pulled.
bool FormBlocks::form(const Cone &cone) {
  SmallVector<Value> roots = cone.getRoots();
  if (roots.empty())
    return false;
  auto orderOf = [](Value a, Value b) {
    return a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
  };
  Operation *first = llvm::min_element(roots, orderOf)->getDefiningOp();
  Operation *last = llvm::max_element(roots, orderOf)->getDefiningOp();
  Location loc = last->getLoc();

  Type elementType = getElementTypeOrSelf(cone.getProducer().getType());
  if (cone.isConv()) {
    auto conv = cone.getProducer().getDefiningOp<ConvTransposeOp>();
    elementType =
        getAccumulatorType(getElementTypeOrSelf(conv.getInput().getType()));
  }
  RegionProgram program(cone, elementType, loc);
  // What reduces nothing still writes its results.
  if (llvm::any_of(program.getRows(),
                   [&](int64_t dim) { return program.getDomain()[dim] == 0; }))
    return false;
  SmallVector<Value> yielded;
  for (Value root : roots) {
    FailureOr<Value> value = program.pull(root);
    if (failed(value))
      return false;
    yielded.push_back(*value);
  }

  OpBuilder builder(&getContext());
  builder.setInsertionPointAfter(last);
  BlockOp block = createBlock(builder, loc, cone, program, roots, yielded);
  moveUsersBehind(cone, first, last, block);
  for (auto [root, result] : llvm::zip_equal(roots, block->getResults()))
    root.replaceAllUsesWith(result);
  for (Operation *op : llvm::reverse(cone.getOps()))
    if (op->use_empty()) {
      erased.insert(op);
      op->erase();
    }
  ++numBlocks;
  numFused += program.getNumFused();
  remark::passed(loc,
                 remark::RemarkOpts::name("block-formed").category(kCategory))
      << llvm::formatv("{0} and {1} fused operations in one block of {2} "
                       "results, rows of {3} elements",
                       cone.isConv() ? "conv_transpose" : "stored tensor",
                       program.getNumFused(), roots.size(),
                       block.getRowLength())
             .str();
  return true;
}

//===----------------------------------------------------------------------===//
// Choosing producers
//===----------------------------------------------------------------------===//

/// Says once a block what its first consumer is that did not join, and why.
void FormBlocks::reportMiss(const Cone &cone) {
  for (const ConeMiss &miss : cone.getMisses()) {
    if (isa<linalg::ContractionOpInterface, linalg::ConvolutionOpInterface>(
            miss.op))
      continue;
    ++numMissed;
    remark::missed(miss.op->getLoc(),
                   remark::RemarkOpts::name(miss.id).category(kCategory))
        << llvm::formatv("'{0}' is not part of the block whose result it "
                         "takes: {1}",
                         miss.op->getName(), miss.reason)
               .str();
    return;
  }
}

/// Forms the block of a convolution: with all that joins it, or else alone.
bool FormBlocks::formConv(ConvTransposeOp conv) {
  if (conv->use_empty())
    return false;
  Cone cone(conv.getResult(), /*isConv=*/true);
  cone.grow();
  cone.finish();
  if (form(cone)) {
    reportMiss(cone);
    return true;
  }
  return form(Cone(conv.getResult(), /*isConv=*/true));
}

/// The operand of an elementwise operation or a reshape that runs over all of
/// the result's elements, or null.
static Value getFullOperand(Operation *op) {
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op))
    return op->getOperand(0);
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  std::string whyNot;
  if (!linalgOp || !linalgOp.hasPureTensorSemantics() ||
      op->getNumRegions() != 1 || !isElementwise(linalgOp) ||
      failed(getPayloadSlice(
          linalgOp, linalgOp.getBlock()->getTerminator()->getOperands(),
          whyNot)))
    return {};
  SmallVector<int64_t> ranges = linalgOp.getStaticLoopRanges();
  for (OpOperand *operand : linalgOp.getDpsInputOperands()) {
    AffineMap map = linalgOp.getMatchingIndexingMap(operand);
    auto isRead = [&](unsigned loop) {
      return ranges[loop] == 1 || map.isFunctionOfDim(loop);
    };
    if (isa<RankedTensorType>(operand->get().getType()) &&
        getMapLoops(map, operand->get()) &&
        llvm::all_of(llvm::seq<unsigned>(0, map.getNumDims()), isRead))
      return operand->get();
  }
  return {};
}

/// The operand that a reduction runs over, or null if `op` is no reduction that
/// could be a block's.
static Value getReducedOperand(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op->getNumRegions() != 1 ||
      isElementwise(op) || op->use_empty())
    return {};
  Value reduced;
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!isPlainMap(map))
      return {};
    auto isRead = [&](unsigned loop) {
      return ranges[loop] == 1 || map.isFunctionOfDim(loop);
    };
    if (!reduced && op.isDpsInput(&operand) &&
        isa<RankedTensorType>(operand.get().getType()) &&
        getMapLoops(map, operand.get()) &&
        llvm::all_of(llvm::seq<unsigned>(0, map.getNumDims()), isRead))
      reduced = operand.get();
  }
  return reduced;
}

/// Forms the block of a reduction over a stored tensor: the farthest tensor
/// behind its operand that is still read along the whole domain, or else the
/// operand itself.
void FormBlocks::formReduction(linalg::LinalgOp op) {
  Value operand = getReducedOperand(op);
  if (!operand)
    return;
  Value farthest = operand;
  while (Operation *def = farthest.getDefiningOp()) {
    Value next =
        def->getBlock() == op->getBlock() ? getFullOperand(def) : Value();
    if (!next || next.getParentBlock() != op->getBlock())
      break;
    farthest = next;
  }
  SmallVector<Value, 2> candidates = {farthest};
  if (operand != farthest)
    candidates.push_back(operand);
  for (Value producer : candidates) {
    if (producer.getParentBlock() != op->getBlock())
      continue;
    Cone cone(producer, /*isConv=*/false);
    cone.grow();
    cone.finish();
    if (cone.contains(op.getOperation()) && cone.hasReduction() && form(cone)) {
      reportMiss(cone);
      return;
    }
    if (producer == candidates.back())
      reportMiss(cone);
  }
}

/// Writes sizes of results as sizes of what they were written to, so that
/// asking for a size is no use of the elements.
static void resolveSizes(Block &block) {
  for (auto dim : llvm::make_early_inc_range(block.getOps<tensor::DimOp>())) {
    Value source = dim.getSource();
    while (auto dps = source.getDefiningOp<DestinationStyleOpInterface>())
      source = dps.getDpsInitOperand(cast<OpResult>(source).getResultNumber())
                   ->get();
    std::optional<int64_t> index = dim.getConstantIndex();
    auto empty = source.getDefiningOp<tensor::EmptyOp>();
    if (empty && index && *index < empty.getType().getRank() &&
        empty.getType().isDynamicDim(*index)) {
      dim.replaceAllUsesWith(empty.getDynamicSize(*index));
      dim.erase();
    } else if (source != dim.getSource()) {
      dim.getSourceMutable().assign(source);
    }
  }
}

void FormBlocks::formInBlock(Block &block) {
  resolveSizes(block);
  SmallVector<ConvTransposeOp> convs(block.getOps<ConvTransposeOp>());
  for (ConvTransposeOp conv : convs)
    if (formConv(conv))
      conv.erase();
  SmallVector<linalg::LinalgOp> reductions;
  for (auto op : block.getOps<linalg::LinalgOp>())
    if (!isElementwise(op))
      reductions.push_back(op);
  for (linalg::LinalgOp op : reductions)
    if (!erased.contains(op))
      formReduction(op);
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void FormBlocks::runOnOperation() {
  erased.clear();
  SmallVector<Block *> blocks;
  getOperation()->walk([&](Block *block) {
    Operation *parent = block->getParentOp();
    if (!isa<linalg::LinalgOp, BlockOp>(parent))
      blocks.push_back(block);
  });
  for (Block *block : blocks)
    formInBlock(*block);
}
