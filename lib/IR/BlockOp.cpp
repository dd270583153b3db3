//===- BlockOp.cpp - Verification and interfaces of upweave.block ---------===//
// What makes a block legal: its domain, maps, region and results.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "Upweave/Geometry/Sizes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace upweave;

//===----------------------------------------------------------------------===//
// Builder and accessors
//===----------------------------------------------------------------------===//

void BlockOp::build(OpBuilder &b, OperationState &state, ValueRange inputs,
                    ValueRange params, ValueRange outs,
                    ArrayRef<int64_t> domain, ArrayRef<int64_t> rows,
                    ArrayRef<AffineMap> maps, ConvTransposeAttr geometry,
                    ArrayRef<NamedAttribute> attributes) {
  state.addOperands(inputs);
  state.addOperands(params);
  state.addOperands(outs);
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.domain = b.getDenseI64ArrayAttr(domain);
  properties.rows = b.getDenseI64ArrayAttr(rows);
  properties.maps = b.getAffineMapArrayAttr(maps);
  properties.geometry = geometry;
  llvm::copy(
      ArrayRef<int32_t>({static_cast<int32_t>(inputs.size()),
                         /*packed=*/0, static_cast<int32_t>(params.size()),
                         static_cast<int32_t>(outs.size())}),
      properties.operandSegmentSizes.begin());
  state.addAttributes(attributes);
  for (Type type : outs.getTypes())
    if (isa<TensorType>(type))
      state.addTypes(type);

  // One region argument for the producer, one per param.
  Block &body = state.addRegion()->emplaceBlock();
  Type produced = getElementTypeOrSelf(inputs.front().getType());
  if (geometry)
    produced = getAccumulatorType(produced);
  body.addArgument(produced, state.location);
  for (Value param : params)
    body.addArgument(getElementTypeOrSelf(param.getType()), param.getLoc());
}

int64_t BlockOp::getRowLength() {
  int64_t length = 1;
  for (int64_t dim : getRows())
    length = multiplySizes(length, getDomain()[dim]);
  return length;
}

SmallVector<int64_t> BlockOp::getParallelDims() {
  SmallVector<int64_t> dims;
  for (unsigned dim = 0; dim < getNumDims(); ++dim)
    if (!isRowDim(dim))
      dims.push_back(dim);
  return dims;
}

SmallVector<int64_t> BlockOp::getProducerShape() {
  auto input = cast<ShapedType>(getInputs().front().getType());
  SmallVector<int64_t> shape(input.getShape());
  if (!isConv())
    return shape;
  auto filter = cast<ShapedType>(getInputs()[1].getType());
  shape.clear();
  (void)getGeometryAttr().getGeometry().inferResultShape(
      input.getShape(), filter.getShape(), shape);
  return shape;
}

YieldOp BlockOp::getYield() {
  return cast<YieldOp>(getBodyBlock()->getTerminator());
}

bool BlockOp::hasCollectives() {
  return llvm::any_of(*getBodyBlock(), llvm::IsaPred<RowReduceOp, LayerNormOp>);
}

bool BlockOp::isIdentity() {
  YieldOp yield = getYield();
  return yield->getNumOperands() == 1 &&
         yield->getOperand(0) == getProducerArg();
}

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

void BlockOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand &operand : (*this)->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

Speculation::Speculatability BlockOp::getSpeculatability() {
  return hasTensorSemantics() ? Speculation::Speculatable
                              : Speculation::NotSpeculatable;
}

LogicalResult BlockOp::reifyResultShapes(OpBuilder &b,
                                         ReifiedRankedShapedTypeDims &reified) {
  for (Value out : getOuts())
    reified.push_back(tensor::getMixedSizes(b, getLoc(), out));
  return success();
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

namespace {
/// One term `factor * d<dim>` of a map's result.
struct Term {
  unsigned dim;
  int64_t factor;
};
} // namespace

static bool isZero(AffineExpr expr) {
  auto constant = dyn_cast<AffineConstantExpr>(expr);
  return constant && constant.getValue() == 0;
}

/// An expression as it is printed, for an error.
static std::string toString(AffineExpr expr) {
  std::string text;
  llvm::raw_string_ostream(text) << expr;
  return text;
}

/// Splits a sum of dimensions with constant factors into its terms.
static LogicalResult collectTerms(AffineExpr expr,
                                  SmallVectorImpl<Term> &terms) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    terms.push_back({dim.getPosition(), 1});
    return success();
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return failure();
  if (binary.getKind() == AffineExprKind::Add)
    return success(succeeded(collectTerms(binary.getLHS(), terms)) &&
                   succeeded(collectTerms(binary.getRHS(), terms)));
  auto dim = dyn_cast<AffineDimExpr>(binary.getLHS());
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (binary.getKind() != AffineExprKind::Mul || !dim || !factor)
    return failure();
  terms.push_back({dim.getPosition(), factor.getValue()});
  return success();
}

/// The size that `expr` runs over if it is a dimension or one linearised group
/// of dimensions of `domain`, dynamic if its first dimension is; none if it is
/// neither. Dimensions of size 1 may have any factor.
static std::optional<int64_t> getGroupSize(AffineExpr expr,
                                           ArrayRef<int64_t> domain) {
  SmallVector<Term> terms;
  if (failed(collectTerms(expr, terms)))
    return std::nullopt;
  llvm::erase_if(terms, [&](Term t) { return domain[t.dim] == 1; });
  llvm::sort(terms, [](Term a, Term b) { return a.factor < b.factor; });
  int64_t size = 1;
  for (Term term : terms) {
    if (ShapedType::isDynamic(size) || term.factor != size)
      return std::nullopt;
    size = multiplySizes(size, domain[term.dim]);
  }
  return size;
}

/// Checks that `map` addresses an operand of shape `shape` from the domain:
/// what `name` is called in errors.
static LogicalResult verifyMap(BlockOp op, const Twine &name, AffineMap map,
                               ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> domain = op.getDomain();
  if (map.getNumDims() != domain.size() || map.getNumSymbols() != 0)
    return op.emitOpError()
           << name << "'s map is from " << map.getNumDims()
           << " dimensions and " << map.getNumSymbols()
           << " symbols; the domain has " << domain.size() << " dimensions";
  if (map.getNumResults() != shape.size())
    return op.emitOpError()
           << name << "'s map has " << map.getNumResults()
           << " results for an operand of rank " << shape.size();
  for (auto [position, expr] : llvm::enumerate(map.getResults())) {
    if (isZero(expr))
      continue;
    std::optional<int64_t> size = getGroupSize(expr, domain);
    if (!size)
      return op.emitOpError()
             << name << "'s map has the result '" << toString(expr)
             << "', which is neither a dimension, 0 nor one linearised group "
                "of dimensions";
    if (*size != shape[position] && !ShapedType::isDynamic(*size) &&
        !ShapedType::isDynamic(shape[position]))
      return op.emitOpError()
             << name << "'s dimension " << position << " has size "
             << shape[position] << "; its map's result '" << toString(expr)
             << "' runs over " << *size;
  }
  return success();
}

/// Checks that `map` reaches each element of an operand of shape `shape` at
/// most once per choice of the dimensions it drops, and reaches all of them.
/// `mayDrop` tells the dimensions of size other than 1 that it may leave out.
static LogicalResult verifyCovers(BlockOp op, const Twine &name, AffineMap map,
                                  ArrayRef<int64_t> shape,
                                  function_ref<bool(unsigned)> mayDrop) {
  SmallVector<int> uses(op.getNumDims());
  for (auto [position, expr] : llvm::enumerate(map.getResults())) {
    if (isZero(expr) && shape[position] != 1)
      return op.emitOpError()
             << name << "'s map is 0 on dimension " << position << " of size "
             << shape[position] << ", which it must cover";
    expr.walk([&](AffineExpr e) {
      if (auto dim = dyn_cast<AffineDimExpr>(e))
        ++uses[dim.getPosition()];
    });
  }
  for (auto [dim, count] : llvm::enumerate(uses)) {
    int64_t size = op.getDomain()[dim];
    if (count > 1)
      return op.emitOpError() << name << "'s map names d" << dim << " " << count
                              << " times; it must name it once";
    if (count == 0 && size != 1 && !mayDrop(dim))
      return op.emitOpError()
             << name << "'s map leaves out d" << dim << " of size "
             << (ShapedType::isDynamic(size) ? "?" : std::to_string(size));
  }
  return success();
}

static LogicalResult verifyDomain(BlockOp op) {
  ArrayRef<int64_t> domain = op.getDomain(), rows = op.getRows();
  for (auto [dim, size] : llvm::enumerate(domain))
    if (size < 0 && !ShapedType::isDynamic(size))
      return op.emitOpError()
             << "domain's dimension " << dim << " has size " << size;
  for (auto [position, dim] : llvm::enumerate(rows)) {
    if (dim < 0 || dim >= static_cast<int64_t>(domain.size()))
      return op.emitOpError() << "names row dimension " << dim
                              << " of a domain of rank " << domain.size();
    if (position > 0 && rows[position - 1] >= dim)
      return op.emitOpError(
          "lists row dimensions in ascending order, each once");
    if (ShapedType::isDynamic(domain[dim]))
      return op.emitOpError() << "has a dynamic row dimension d" << dim
                              << "; only parallel dimensions may be dynamic";
    if (domain[dim] == 0)
      return op.emitOpError() << "has a row dimension d" << dim
                              << " of size 0; rows have elements";
  }
  return success();
}

/// Checks operand kinds and counts, so that later checks can index freely.
static LogicalResult verifyOperandLists(BlockOp op) {
  if (op.getOuts().empty())
    return op.emitOpError("needs at least one out");
  size_t wanted = op.isConv() ? 2 : 1;
  if (op.getInputs().size() != wanted)
    return op.emitOpError()
           << "with a " << (op.isConv() ? "conv_transpose" : "stored")
           << " producer takes " << wanted << " inputs, not "
           << op.getInputs().size();
  size_t numMaps = 1 + op.getParams().size() + op.getOuts().size();
  if (op.getMaps().size() != numMaps)
    return op.emitOpError()
           << "has " << op.getMaps().size() << " maps; " << numMaps
           << " are needed: the producer's, one per param and "
              "one per out";
  bool isTensor = op.hasTensorSemantics();
  for (Type type : op->getOperandTypes())
    if (isa<ShapedType>(type) && isa<TensorType>(type) != isTensor)
      return op.emitOpError("takes tensors or memrefs, not both");
  SmallVector<Type> resultTypes;
  if (isTensor)
    llvm::append_range(resultTypes, op.getOuts().getTypes());
  if (op.getResultTypes() != TypeRange(resultTypes))
    return op.emitOpError("has one result of each out's type on tensors, none "
                          "on memrefs");
  return success();
}

static LogicalResult verifyProducer(BlockOp op) {
  if (op.isConv()) {
    auto input = cast<ShapedType>(op.getInputs()[0].getType());
    auto filter = cast<ShapedType>(op.getInputs()[1].getType());
    if (input.getElementType() != filter.getElementType())
      return op.emitOpError()
             << "multiplies elements of different types, "
             << input.getElementType() << " and " << filter.getElementType();
    SmallVector<int64_t> shape;
    if (std::optional<std::string> error =
            op.getGeometryAttr().getGeometry().inferResultShape(
                input.getShape(), filter.getShape(), shape))
      return op.emitOpError() << *error;
  }
  SmallVector<int64_t> shape = op.getProducerShape();
  if (failed(verifyMap(op, "producer", op.getProducerMap(), shape)))
    return failure();
  return verifyCovers(op, "producer", op.getProducerMap(), shape,
                      [](unsigned) { return false; });
}

/// Packed operands are those of a fused kernel: the filter, and before it the
/// input unless the kernel takes it as it lies.
static LogicalResult verifyPacked(BlockOp op) {
  size_t count = op.getPacked().size();
  if (count == 0)
    return success();
  auto schedule = dyn_cast_or_null<FusedScheduleAttr>(op.getScheduleAttr());
  if (!op.isConv() || !schedule)
    return op.emitOpError("has packed operands, which only a conv_transpose "
                          "producer with the schedule #upweave.fused takes");
  InputStaging input = schedule.getInput();
  if (input == InputStaging::Chosen)
    return op.emitOpError("has packed operands, but its schedule leaves out "
                          "'input', which says of what: write 'packed' or "
                          "'strided'");
  bool both = input == InputStaging::Packed;
  if (count != (both ? 2 : 1))
    return op.emitOpError()
           << "has " << count << " packed operands, but its schedule, 'input = "
           << stringifyInputStaging(input) << "', takes "
           << (both ? "two, the input and the filter" : "one, the filter");
  return success();
}

static LogicalResult verifySchedule(BlockOp op) {
  ScheduleAttr schedule = op.getScheduleAttr();
  if (schedule && isa<RowsScheduleAttr>(schedule) == op.isConv())
    return op.emitOpError()
           << "with a " << (op.isConv() ? "conv_transpose" : "stored")
           << " producer has the schedule #upweave." << schedule.getKindName()
           << "; it takes "
           << (op.isConv() ? "#upweave.fused, #upweave.split or #upweave.direct"
                           : "#upweave.rows");
  if (failed(verifyPacked(op)))
    return failure();
  if (op.getPrecisionAttr() && !op.isConv())
    return op.emitOpError("with a stored producer takes no 'precision', which "
                          "is a convolution's");
  return success();
}

LogicalResult BlockOp::verify() {
  if (failed(verifyOperandLists(*this)) || failed(verifyDomain(*this)) ||
      failed(verifyProducer(*this)) || failed(verifySchedule(*this)))
    return failure();
  auto shapeOf = [](Value value) {
    auto shaped = dyn_cast<ShapedType>(value.getType());
    return shaped ? shaped.getShape() : ArrayRef<int64_t>();
  };
  for (auto [i, param] : llvm::enumerate(getParams()))
    if (failed(verifyMap(*this, "param " + Twine(i), getParamMap(i),
                         shapeOf(param))))
      return failure();
  for (auto [i, out] : llvm::enumerate(getOuts())) {
    auto isRow = [&](unsigned dim) { return isRowDim(dim); };
    if (failed(
            verifyMap(*this, "out " + Twine(i), getOutMap(i), shapeOf(out))) ||
        failed(verifyCovers(*this, "out " + Twine(i), getOutMap(i),
                            shapeOf(out), isRow)))
      return failure();
  }
  return success();
}

static LogicalResult verifyRegionArguments(BlockOp op) {
  Block *body = op.getBodyBlock();
  unsigned wanted = 1 + op.getParams().size();
  if (body->getNumArguments() != wanted)
    return op.emitOpError() << "has " << body->getNumArguments()
                            << " region arguments; " << wanted
                            << " are needed: the producer's value and one per "
                               "param";
  Type element = getElementTypeOrSelf(op.getInputs().front().getType());
  Type produced = op.getProducerArg().getType();
  if (produced != element &&
      !(op.isConv() && produced == getAccumulatorType(element)))
    return op.emitOpError()
           << "producer of " << element
           << " elements has a region argument of type " << produced;
  for (auto [i, param] : llvm::enumerate(op.getParams()))
    if (op.getParamArg(i).getType() != getElementTypeOrSelf(param.getType()))
      return op.emitOpError() << "param " << i << " of type " << param.getType()
                              << " has a region argument of type "
                              << op.getParamArg(i).getType();
  return success();
}

LogicalResult BlockOp::verifyRegions() {
  if (failed(verifyRegionArguments(*this)))
    return failure();
  for (Operation &op : getBodyBlock()->without_terminator())
    if (!isBlockRegionOp(&op))
      return op.emitOpError("may not stand in an upweave.block: only "
                            "collectives and region-free, pure, speculatable "
                            "operations on scalars may");
  auto yield = dyn_cast<YieldOp>(getBodyBlock()->getTerminator());
  if (!yield || yield.getNumOperands() != getOuts().size())
    return emitOpError() << "region must end in upweave.yield of "
                         << getOuts().size() << " values, one per out";
  for (auto [i, value] : llvm::enumerate(yield.getValues())) {
    Type element = getElementTypeOrSelf(getOuts()[i].getType());
    if (value.getType() != element)
      return emitOpError() << "yields " << value.getType() << " for out " << i
                           << " of " << element << " elements";
    for (int64_t dim : getRows())
      if (getDomain()[dim] != 1 && !getOutMap(i).isFunctionOfDim(dim) &&
          !isRowUniform(value))
        return emitOpError() << "out " << i << " leaves out row dimension d"
                             << dim << ", but its value is not row-uniform";
  }
  return success();
}
