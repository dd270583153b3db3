//===- MeaningLoops.cpp - Linalg ops and blocks as steps ------------------===//
// Loop nests with their maps and bodies, blocks with their domains.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "MeaningBuilder.h"
#include "MeaningProgram.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace upweave {

void MeaningBuilder::setPrecision(Type element, bundle::Precision &precision,
                                  double *unitError) {
  precision = getPrecisionFor(element, requested);
  double unit = getUnitError(precision, element);
  if (unitError)
    *unitError = unit;
}

//===----------------------------------------------------------------------===//
// Linalg
//===----------------------------------------------------------------------===//

bool MeaningBuilder::getLoopSizes(linalg::LinalgOp op, Shape &sizes) {
  std::vector<std::optional<SizeExpr>> known(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands()) {
    auto tensor = tensors.find(operand.get());
    if (tensor == tensors.end())
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        continue;
      std::optional<SizeExpr> &size = known[dim.getPosition()];
      const SizeExpr &extent = shapes[tensor->second][i];
      if (size)
        unify(*size, extent);
      if (!size || !size->getConstant())
        size = extent;
    }
  }
  for (const std::optional<SizeExpr> &size : known) {
    if (!size)
      return false;
    sizes.push_back(*size);
  }
  return true;
}

/// True for ops that multiply and sum: contractions and convolutions.
static bool isContraction(linalg::LinalgOp op) {
  if (!linalg::isaContractionOpInterface(op) &&
      !linalg::isaConvolutionOpInterface(op))
    return false;
  return llvm::any_of(*op.getBlock(), [](Operation &inner) {
    return isa<arith::MulFOp>(inner);
  });
}

bool MeaningBuilder::visitLinalg(linalg::LinalgOp op) {
  if (auto fill = dyn_cast<linalg::FillOp>(op.getOperation())) {
    std::optional<unsigned> out = find(fill.getOutputs()[0]);
    return out && fill->getNumResults() == 1 &&
           visitFill(fill.getInputs()[0], fill->getResult(0),
                     Shape(shapes[*out]));
  }
  if (!op.hasPureTensorSemantics())
    return false;
  bundle::LoopNestStepT nest;
  ProgramBuilder program;
  Block &body = *op.getBlock();
  AffineMap scalarMap = AffineMap::get(op->getContext());
  auto addInput = [&](Value value, AffineMap map, Value argument) {
    std::optional<unsigned> tensor = find(value);
    if (!tensor)
      return false;
    nest.ins.push_back(getOperand(*tensor, map));
    program.addArgument(argument, getElementTypeOrSelf(value.getType()));
    return true;
  };
  for (OpOperand *input : op.getDpsInputOperands())
    if (!addInput(input->get(), op.getMatchingIndexingMap(input),
                  op.getMatchingBlockArgument(input)))
      return false;
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegion(0), captured);
  for (Value value : captured)
    if (!isa<ShapedType>(value.getType()) &&
        !matchPattern(value, m_Constant()) &&
        !addInput(value, scalarMap, value))
      return false;

  Shape sizes;
  if (!getLoopSizes(op, sizes))
    return false;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    std::optional<unsigned> tensor = find(init.get());
    if (!tensor)
      return false;
    nest.inits.push_back(getOperand(*tensor, op.getMatchingIndexingMap(&init)));
    // linalg.map before it had an argument for its init.
    bool hasArgument = init.getOperandNumber() < body.getNumArguments();
    program.addArgument(hasArgument ? Value(op.getMatchingBlockArgument(&init))
                                    : Value(),
                        getElementTypeOrSelf(init.get().getType()));
  }
  program.addBody(body, [&](Value tensor) { return find(tensor); });

  for (utils::IteratorType iterator : op.getIteratorTypesArray())
    nest.iterators.push_back(iterator == utils::IteratorType::parallel
                                 ? bundle::IteratorKind::Parallel
                                 : bundle::IteratorKind::Reduction);
  nest.sizes = getExprTable(sizes);
  nest.program = program.take();
  if (isContraction(op))
    nest.precision =
        getPrecisionFor(getElementTypeOrSelf(op->getOperand(0).getType()),
                        bundle::Precision::Ieee);
  for (auto [result, init] : llvm::zip(op->getResults(), op.getDpsInits()))
    nest.results.push_back(define(result, Shape(getShape(init))));
  addStep(std::move(nest), op.getLoc());
  return true;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// A list of dims as the table has it: for each dimension of a tensor the
/// spatial axis, or -1 and -2 for the two others.
static std::vector<int32_t> getDims(int64_t first, int64_t second,
                                    ArrayRef<int64_t> spatial) {
  std::vector<int32_t> dims(spatial.size() + 2);
  dims[first] = -1;
  dims[second] = -2;
  for (auto [axis, dim] : llvm::enumerate(spatial))
    dims[dim] = axis;
  return dims;
}

static std::unique_ptr<bundle::ConvTransposeT>
getGeometryTable(const ConvTransposeGeometry &geometry) {
  auto table = std::make_unique<bundle::ConvTransposeT>();
  auto copy = [](const auto &list, auto &out) {
    out.assign(list.begin(), list.end());
  };
  copy(geometry.strides, table->strides);
  copy(geometry.paddingLow, table->pad_low);
  copy(geometry.paddingHigh, table->pad_high);
  copy(geometry.dilations, table->dilations);
  copy(geometry.outputPadding, table->output_padding);
  copy(geometry.reversed, table->reversed);
  table->groups = geometry.groups;
  table->filter_groups = geometry.filterGroups == FilterGroups::Input
                             ? bundle::FilterGroups::Input
                             : bundle::FilterGroups::Output;
  const DataDims &x = geometry.inputDims, &y = geometry.resultDims;
  const FilterDims &w = geometry.filterDims;
  table->x_dims = getDims(x.batch, x.channel, x.spatial);
  table->filter_dims = getDims(w.in, w.out, w.spatial);
  table->result_dims = getDims(y.batch, y.channel, y.spatial);
  return table;
}

bool MeaningBuilder::visitBlock(BlockOp op) {
  if (!op.hasTensorSemantics())
    return false;
  // The domain: its dynamic sizes are those of the outs.
  Shape domain(op.getDomain().begin(), op.getDomain().end());
  auto visitExtents = [&](AffineMap map, const Shape &shape, bool assign) {
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim || !ShapedType::isDynamic(op.getDomain()[dim.getPosition()]))
        continue;
      if (assign)
        domain[dim.getPosition()] = shape[i];
      else
        unify(domain[dim.getPosition()], shape[i]);
    }
  };
  bundle::BlockStepT block;
  SmallVector<Shape> outShapes;
  for (auto [i, out] : llvm::enumerate(op.getOuts())) {
    std::optional<unsigned> init = find(out);
    if (!init)
      return false;
    outShapes.push_back(shapes[*init]);
    visitExtents(op.getOutMap(i), outShapes.back(), /*assign=*/true);
  }
  ProgramBuilder program;
  for (BlockArgument arg : op.getBody().getArguments())
    program.addArgument(arg, arg.getType());
  for (auto [i, param] : llvm::enumerate(op.getParams())) {
    std::optional<unsigned> tensor = find(param);
    if (!tensor)
      return false;
    block.params.push_back(getOperand(*tensor, op.getParamMap(i)));
    visitExtents(op.getParamMap(i), Shape(shapes[*tensor]), /*assign=*/false);
  }
  std::optional<unsigned> x = find(op.getInputs()[0]);
  std::optional<unsigned> filter = op.isConv() ? find(op.getInputs()[1]) : x;
  if (!x || !filter)
    return false;

  block.x = *x;
  Shape producer = shapes[*x];
  Type element = getElementTypeOrSelf(op.getInputs()[0].getType());
  if (op.isConv()) {
    const ConvTransposeGeometry &geometry = op.getGeometryAttr().getGeometry();
    block.filter = *filter;
    block.geometry = getGeometryTable(geometry);
    setPrecision(element, block.precision, &block.unit_error);
    if (op.getPrecision()) // stated by hand, or by an earlier run of stage 4
      block.precision = getBundlePrecision(*op.getPrecision());
    block.unit_error = getUnitError(block.precision, element);
    meaning.precision = block.precision;
    meaning.unitError = std::max(meaning.unitError, block.unit_error);
    // Only the batch can be dynamic in a convolution's result.
    SizeExpr batch = shapes[*x][geometry.inputDims.batch];
    producer.assign(geometry.getRank(), SizeExpr(0));
    producer[geometry.resultDims.batch] = batch;
  }
  visitExtents(op.getProducerMap(), producer, /*assign=*/false);

  block.domain = getExprTable(domain);
  block.rows.assign(op.getRows().begin(), op.getRows().end());
  block.producer_map = getMapTable(op.getProducerMap());
  program.addBody(*op.getBodyBlock(), [](Value) { return std::nullopt; });
  block.program = program.take();
  for (auto [i, result] : llvm::enumerate(op.getResults()))
    block.outs.push_back(
        getOperand(define(result, std::move(outShapes[i])), op.getOutMap(i)));
  addStep(std::move(block), op.getLoc());
  return true;
}

} // namespace upweave
