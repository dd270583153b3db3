//===- MeaningScalars.cpp - Scalars, sizes and choices as steps -----------===//
// What functions compute beside tensor ops: numbers, the sizes that they are
// made from, and branches that sizes decide.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "MeaningBuilder.h"
#include "MeaningProgram.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace upweave {

std::optional<unsigned> MeaningBuilder::findScalar(Value value) {
  bundle::FillStepT fill;
  Attribute attr;
  if (value.getType().isIndex()) {
    std::optional<SizeExpr> size = index.evaluate(value);
    if (!size)
      return std::nullopt;
    fill.value = std::make_unique<bundle::FillValueT>();
    fill.value->size = size->toTable();
  } else if (matchPattern(value, m_Constant(&attr))) {
    fill.value = getFillValue(attr);
  } else {
    return std::nullopt;
  }
  fill.result = define(value, {});
  // It may be used behind the branch that it is met in, too.
  std::optional<SizeExpr> outer = std::exchange(when, std::nullopt);
  addStep(std::move(fill), value.getLoc());
  when = outer;
  return tensors[value];
}

bool MeaningBuilder::visitScalar(Operation *op) {
  if (op->getNumResults() != 1 || isa<ShapedType>(op->getResult(0).getType()))
    return false;
  // The evaluator reads sizes where they are used.
  if (op->getResult(0).getType().isIndex())
    return true;
  auto extract = dyn_cast<tensor::ExtractOp>(op);
  if (!extract && getOpcode(op) == bundle::Opcode::Opaque)
    return false;

  bundle::LoopNestStepT nest;
  ProgramBuilder program;
  AffineMap scalarMap = AffineMap::get(op->getContext());
  for (Value value : op->getOperands()) {
    if (extract && value != extract.getTensor())
      break;
    std::optional<unsigned> tensor = find(value);
    if (!tensor)
      return false;
    nest.ins.push_back(getOperand(*tensor, scalarMap));
    program.addArgument(extract ? Value() : value,
                        getElementTypeOrSelf(value.getType()));
  }
  if (extract) {
    Shape position;
    SmallVector<OpFoldResult> indices(extract.getIndices());
    if (!evaluate(indices, position))
      return false;
    nest.ins[0]->map = getExprTable(position);
  }

  Value result = op->getResult(0);
  bundle::FillStepT fill;
  fill.value = getFillValue(Attribute());
  fill.result = addTensor(result.getType(), {}, bundle::TensorSource::Step);
  nest.inits.push_back(getOperand(fill.result, scalarMap));
  addStep(std::move(fill), op->getLoc());
  program.addArgument(Value(), result.getType());
  if (!extract)
    program.addOp(op, [](Value) { return std::nullopt; });
  nest.program = program.take();
  // The op's value, or the element itself.
  nest.program->results.push_back(
      extract ? 0 : nest.program->args.size() + nest.program->ops.size() - 1);
  nest.results.push_back(define(result, {}));
  addStep(std::move(nest), op->getLoc());
  return true;
}

bool MeaningBuilder::visitGenerate(tensor::GenerateOp op) {
  Shape sizes;
  SmallVector<OpFoldResult> mixed;
  unsigned dynamic = 0;
  Builder builder(op.getContext());
  for (int64_t size : op.getType().getShape())
    mixed.push_back(ShapedType::isDynamic(size)
                        ? OpFoldResult(op.getDynamicExtents()[dynamic++])
                        : OpFoldResult(builder.getIndexAttr(size)));
  if (!evaluate(mixed, sizes))
    return false;

  AffineMap identity = builder.getMultiDimIdentityMap(op.getType().getRank());
  bundle::LoopNestStepT nest;
  ProgramBuilder program;
  program.addArgument(Value(), op.getType().getElementType());
  for (BlockArgument arg : op.getBody().getArguments())
    program.addLoopIndex(arg, arg.getArgNumber());
  program.addBody(op.getBody().front(),
                  [&](Value tensor) { return find(tensor); });
  bundle::FillStepT fill;
  fill.value = getFillValue(Attribute());
  fill.result = addTensor(op.getType().getElementType(), sizes,
                          bundle::TensorSource::Step);
  nest.inits.push_back(getOperand(fill.result, identity));
  nest.iterators.assign(sizes.size(), bundle::IteratorKind::Parallel);
  nest.sizes = getExprTable(sizes);
  nest.program = program.take();
  addStep(std::move(fill), op.getLoc());
  nest.results.push_back(define(op.getResult(), std::move(sizes)));
  addStep(std::move(nest), op.getLoc());
  return true;
}

/// 1 - `condition`, for one that is 0 or 1.
static SizeExpr negate(const SizeExpr &condition) { return 1 - condition; }

LogicalResult MeaningBuilder::visitArm(Region &arm, const SizeExpr &condition) {
  if (arm.empty())
    return success();
  std::optional<SizeExpr> outer = when;
  when = outer ? *outer * condition : condition;
  for (Operation &op : arm.front().without_terminator())
    if (failed(visit(&op)))
      return failure();
  when = outer;
  return success();
}

bool MeaningBuilder::visitIf(scf::IfOp op) {
  std::optional<SizeExpr> condition = index.evaluate(op.getCondition());
  if (!condition || op->getNumResults() == 0)
    return false;
  if (failed(visitArm(op.getThenRegion(), *condition)) ||
      failed(visitArm(op.getElseRegion(), negate(*condition))))
    return false;
  for (auto [result, then, otherwise] :
       llvm::zip(op.getResults(), op.thenYield().getOperands(),
                 op.elseYield().getOperands())) {
    std::optional<unsigned> first = find(then), second = find(otherwise);
    if (!first || !second)
      return false;
    Shape shape;
    for (auto [a, b] : llvm::zip(shapes[*first], shapes[*second]))
      shape.push_back(a == b ? a : *condition * a + negate(*condition) * b);
    bundle::ChooseStepT choose;
    choose.condition = condition->toTable();
    choose.then = *first;
    choose.otherwise = *second;
    choose.result = define(result, std::move(shape));
    addStep(std::move(choose), op.getLoc());
  }
  return true;
}

} // namespace upweave
