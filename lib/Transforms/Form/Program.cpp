//===- Program.cpp - The scalar program of a block ------------------------===//
// The backward pull: values of the cone at their own coordinates, other values
// through views and elementwise operations to the farthest legal operand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Program.h"

#include "Payload.h"

#include "Upweave/Geometry/Sizes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace upweave;

/// Side operands are followed through this many operations; a longer chain is
/// stored before it enters the block.
static constexpr unsigned kMaxSideDepth = 64;

RegionProgram::RegionProgram(const Cone &cone, Type elementType, Location loc)
    : cone(cone), loc(loc), builder(loc.getContext()) {
  const DigitSystem &digits = cone.getDigits();
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(cone.getProducer().getType()).getShape();
  for (auto [list, size] : llvm::zip_equal(cone.getProducerLayout(), shape)) {
    if (list.empty())
      domain.push_back(size);
    for (unsigned digit : digits.resolve(list)) {
      dimOfDigit[digit] = domain.size();
      domain.push_back(digits.getSize(digit));
    }
  }
  builder.setInsertionPointToEnd(&body);
  Value element = body.addArgument(elementType, loc);
  Type stored = getElementTypeOrSelf(cone.getProducer().getType());
  if (stored != elementType)
    element = arith::TruncFOp::create(builder, loc, stored, element);
  scalars[cone.getProducer()] = element;
}

SmallVector<int64_t> RegionProgram::getRows() const {
  SmallVector<int64_t> rows;
  for (unsigned digit : cone.getRowDigits())
    rows.push_back(dimOfDigit.lookup(digit));
  llvm::sort(rows);
  return rows;
}

/// A coordinate as an expression over the domain's dimensions.
IndexExpr RegionProgram::getIndex(ArrayRef<unsigned> list) const {
  IndexExpr index;
  int64_t stride = 1;
  DigitList resolved = cone.getDigits().resolve(list);
  for (unsigned digit : llvm::reverse(resolved)) {
    unsigned dim = dimOfDigit.lookup(digit);
    index = index + IndexExpr::getLoop(dim) * stride;
    stride = multiplySizes(stride, domain[dim]); // The first may be dynamic.
  }
  return index;
}

SmallVector<IndexExpr> RegionProgram::getIndices(const Layout &layout) const {
  return llvm::map_to_vector(
      layout, [&](const DigitList &list) { return getIndex(list); });
}

AffineMap RegionProgram::getMap(Value value) const {
  MLIRContext *context = loc.getContext();
  SmallVector<AffineExpr> results;
  bool isIdentity = cone.getLayout(value).size() == domain.size();
  for (const IndexExpr &index : getIndices(cone.getLayout(value))) {
    // Dimensions of size 1 make no digits: there 0 and the dimension are one.
    unsigned dim = results.size();
    isIdentity =
        isIdentity && (index.getAsLoop() == static_cast<int64_t>(dim) ||
                       (index.getAsConstant() && domain[dim] == 1));
    results.push_back(index.getAsAffine(context));
  }
  if (isIdentity)
    return AffineMap::getMultiDimIdentityMap(domain.size(), context);
  if (value == cone.getProducer()) {
    // The domain has a dimension for each of the producer's of size 1.
    for (unsigned i = 0, dim = 0; i < results.size(); ++i) {
      DigitList list = cone.getDigits().resolve(cone.getLayout(value)[i]);
      if (list.empty())
        results[i] = getAffineDimExpr(dim, context);
      dim += list.empty() ? 1 : list.size();
    }
  }
  return AffineMap::get(domain.size(), 0, results, context);
}

//===----------------------------------------------------------------------===//
// The cone
//===----------------------------------------------------------------------===//

FailureOr<Value> RegionProgram::pull(Value root) {
  auto known = scalars.find(root);
  if (known != scalars.end())
    return known->second;
  // The cone's operations that `root` needs, in program order: a chain may be
  // longer than a stack is deep.
  llvm::DenseSet<Operation *> needed = {root.getDefiningOp()};
  SmallVector<Operation *> order;
  for (Operation *op : llvm::reverse(cone.getOps())) {
    if (!needed.contains(op))
      continue;
    order.push_back(op);
    for (Value operand : op->getOperands())
      if (Operation *def = operand.getDefiningOp())
        if (cone.contains(operand) && !scalars.contains(operand))
          needed.insert(def);
  }
  for (Operation *op : llvm::reverse(order))
    if (failed(pullCone(op)))
      return failure();
  return scalars.lookup(root);
}

LogicalResult RegionProgram::pullCone(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp) {
    scalars[op->getResult(0)] = scalars.lookup(op->getOperand(0));
    return success();
  }
  ++numFused;
  return isElementwise(linalgOp) ? pullElementwise(linalgOp)
                                 : pullReduction(linalgOp);
}

LogicalResult RegionProgram::pullElementwise(linalg::LinalgOp op) {
  SmallVector<IndexExpr> iteration = getIndices(cone.getLoops(op));
  SmallVector<Value> values;
  auto getArgument = [&](OpOperand &operand) {
    return pullOperand(op, operand, iteration, /*depth=*/0);
  };
  if (failed(inlinePayload(op, op.getBlock()->getTerminator()->getOperands(),
                           iteration, getArgument, values)))
    return failure();
  for (auto [result, value] : llvm::zip_equal(op->getResults(), values))
    scalars[result] = value;
  return success();
}

/// True when combining with `init` changes nothing: the identity, or +0.0 for
/// a sum (which differs from -0.0 only in the sign of an empty or zero sum).
static bool isNeutral(ReduceKind kind, Value init) {
  TypedAttr value;
  if (!matchPattern(init, m_Constant(&value)))
    return false;
  if (kind == ReduceKind::Add)
    return matchPattern(init, m_AnyZeroFloat()) || matchPattern(init, m_Zero());
  return value == getReduceIdentity(kind, init.getType());
}

LogicalResult RegionProgram::pullReduction(linalg::LinalgOp op) {
  SmallVector<IndexExpr> iteration = getIndices(cone.getLoops(op));
  for (OpResult result : op->getResults()) {
    if (!cone.contains(result))
      continue;
    std::optional<llvm::SmallBitVector> reduced =
        getReducedLoops(op, *op.getDpsInitOperand(result.getResultNumber()));
    if (!reduced)
      return failure();
    bool hasRows = llvm::any_of(reduced->set_bits(), [&](unsigned loop) {
      return !iteration[loop].getAsConstant().has_value();
    });
    std::string whyNot;
    FailureOr<ReductionPayload> payload =
        matchReduction(op, result.getResultNumber(), whyNot);
    SmallVector<Value> values;
    auto getArgument = [&](OpOperand &operand) {
      return pullOperand(op, operand, iteration, /*depth=*/0);
    };
    if (failed(payload) || failed(inlinePayload(op, payload->mapped, iteration,
                                                getArgument, values)))
      return failure();
    Value value = values.front();
    if (hasRows)
      value = RowReduceOp::create(builder, op.getLoc(), payload->kind, value);
    FailureOr<Value> init =
        pullOperand(op, *op.getDpsInitOperand(result.getResultNumber()),
                    iteration, /*depth=*/0);
    if (failed(init))
      return failure();
    if (!isNeutral(payload->kind, *init))
      value = createReduceCombine(builder, op.getLoc(), payload->kind, *init,
                                  value);
    scalars[result] = value;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Payloads
//===----------------------------------------------------------------------===//

/// Clones the payload operations that `wanted` depends on; `values` gets what
/// they become.
LogicalResult RegionProgram::inlinePayload(linalg::LinalgOp op,
                                           ValueRange wanted,
                                           ArrayRef<IndexExpr> iteration,
                                           GetArgument getArgument,
                                           SmallVectorImpl<Value> &values) {
  std::string whyNot;
  FailureOr<SmallVector<Operation *>> slice =
      getPayloadSlice(op, wanted, whyNot);
  if (failed(slice))
    return failure();
  IRMapping mapping;
  auto map = [&](Value value) -> FailureOr<Value> {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    auto argument = dyn_cast<BlockArgument>(value);
    bool isOwn = argument && argument.getOwner() == op.getBlock();
    FailureOr<Value> scalar =
        isOwn ? getArgument(op->getOpOperand(argument.getArgNumber()))
              : capture(value);
    if (succeeded(scalar))
      mapping.map(value, *scalar);
    return scalar;
  };
  for (Operation *inner : *slice) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      mapping.map(index.getResult(),
                  createIndex(iteration[index.getDim()], index.getLoc()));
      continue;
    }
    for (Value operand : inner->getOperands())
      if (failed(map(operand)))
        return failure();
    builder.clone(*inner, mapping);
  }
  for (Value value : wanted) {
    FailureOr<Value> scalar = map(value);
    if (failed(scalar))
      return failure();
    values.push_back(*scalar);
  }
  return success();
}

/// A scalar from outside the payload: a constant is cloned in, what is computed
/// on tensors of rank 0 is pulled, anything else becomes a param.
FailureOr<Value> RegionProgram::capture(Value scalar) {
  if (auto known = scalars.find(scalar); known != scalars.end())
    return known->second;
  // The element of a tensor of rank 0 is that tensor under an empty view.
  auto extract = scalar.getDefiningOp<tensor::ExtractOp>();
  if (extract && extract.getIndices().empty()) {
    ElementView view;
    view.extents.assign(domain.begin(), domain.end());
    view.source = extract.getTensor();
    FailureOr<Value> element = pullView(view, /*depth=*/0);
    if (succeeded(element))
      scalars[scalar] = *element;
    return element;
  }
  TypedAttr constant;
  Value result;
  if (matchPattern(scalar, m_Constant(&constant))) {
    result = arith::ConstantOp::create(builder, scalar.getLoc(), constant);
  } else {
    Type type = scalar.getType();
    if (!isa<FloatType, IndexType>(type) && !type.isSignlessInteger())
      return failure();
    params.push_back(scalar);
    paramMaps.push_back(AffineMap::get(domain.size(), 0, {}, loc.getContext()));
    result = body.addArgument(type, scalar.getLoc());
  }
  scalars[scalar] = result;
  return result;
}

/// Emits index arithmetic over the domain's coordinates.
Value RegionProgram::createIndex(const IndexExpr &index, Location loc) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  Value sum;
  for (const IndexExpr::Term &term : index.getTerms()) {
    Value atom;
    if (term.kind == IndexExpr::AtomKind::Loop)
      atom = upweave::IndexOp::create(builder, loc, builder.getIndexType(),
                                      term.operand);
    else if (term.kind == IndexExpr::AtomKind::FloorDiv)
      atom = arith::FloorDivSIOp::create(
          builder, loc, createIndex(*term.inner, loc), constant(term.operand));
    else
      // Side operands have coordinates that are not negative.
      atom = arith::RemUIOp::create(builder, loc, createIndex(*term.inner, loc),
                                    constant(term.operand));
    if (term.factor != 1)
      atom = arith::MulIOp::create(builder, loc, atom, constant(term.factor));
    sum =
        sum ? arith::AddIOp::create(builder, loc, sum, atom).getResult() : atom;
  }
  if (!sum)
    return constant(index.getConstantPart());
  if (index.getConstantPart() != 0)
    sum = arith::AddIOp::create(builder, loc, sum,
                                constant(index.getConstantPart()));
  return sum;
}

//===----------------------------------------------------------------------===//
// Side operands
//===----------------------------------------------------------------------===//

/// The element of an operand that an operation reads at `iteration`.
FailureOr<Value> RegionProgram::pullOperand(linalg::LinalgOp op,
                                            OpOperand &operand,
                                            ArrayRef<IndexExpr> iteration,
                                            unsigned depth) {
  if (!isa<RankedTensorType>(operand.get().getType()))
    return capture(operand.get());
  // A value of the cone has one layout, which operations of the cone were
  // placed by; others may read the stored tensor in any way.
  if (depth == 0 && cone.contains(operand.get()))
    return scalars.lookup(operand.get());
  std::optional<ElementView> view = getLinalgOperandView(
      domain, operand.get(), op.getMatchingIndexingMap(&operand), iteration);
  if (!view)
    return failure();
  return pullView(*view, depth);
}

FailureOr<Value> RegionProgram::pullView(const ElementView &view,
                                         unsigned depth) {
  auto known = sideScalars.find(view);
  if (known != sideScalars.end())
    return known->second;
  if (view.isGuarded())
    return failure();
  FailureOr<Value> result = failure();
  if (depth < kMaxSideDepth && !isWorthStoring(view))
    result = pullBehind(view, depth);
  if (failed(result)) {
    // A convolution's result, and what is computed from one, is stored by that
    // convolution's own block: the outermost operand is the leaf.
    if (depth > 0 && metContraction)
      return failure();
    metContraction = false;
    result = addLeaf(view);
  }
  if (succeeded(result))
    sideScalars[view] = *result;
  return result;
}

/// Pulls what defines the view's source, if that only moves elements or is
/// elementwise.
FailureOr<Value> RegionProgram::pullBehind(const ElementView &view,
                                           unsigned depth) {
  if (view.isConstant())
    return Value(arith::ConstantOp::create(builder, loc, view.fill));
  if (TypedAttr splat = getSplatValue(view.source))
    return Value(arith::ConstantOp::create(builder, loc, splat));
  FailureOr<ElementView> behind = stepThroughProducer(view);
  if (succeeded(behind) && !behind->isGuarded())
    return pullView(*behind, depth + 1);
  Operation *def = view.source.getDefiningOp();
  if (isa_and_nonnull<ConvTransposeOp>(def) && depth > 0) {
    metContraction = true;
    return failure();
  }
  if (auto op = dyn_cast_or_null<linalg::LinalgOp>(def))
    return pullSideOp(view, op, depth);
  return failure();
}

FailureOr<Value> RegionProgram::pullSideOp(const ElementView &view,
                                           linalg::LinalgOp op,
                                           unsigned depth) {
  if (!isElementwise(op) || !op.hasPureTensorSemantics())
    return failure();
  unsigned number = cast<OpResult>(view.source).getResultNumber();
  OpOperand *init = op.getDpsInitOperand(number);
  std::optional<SmallVector<int64_t>> mapLoops =
      getMapLoops(op.getMatchingIndexingMap(init), init->get());
  if (!mapLoops)
    return failure();
  // A loop that the result does not name has extent 1.
  SmallVector<IndexExpr> iteration(op.getNumLoops());
  for (auto [loop, coord] : llvm::zip_equal(*mapLoops, view.coords))
    if (loop >= 0)
      iteration[loop] = coord;
  SmallVector<Value> values;
  auto getArgument = [&](OpOperand &operand) {
    return pullOperand(op, operand, iteration, depth + 1);
  };
  if (failed(inlinePayload(op,
                           op.getBlock()->getTerminator()->getOperand(number),
                           iteration, getArgument, values)))
    return failure();
  ++numFused;
  return values.front();
}

/// True for an elementwise value of the domain's full size that is needed
/// elsewhere too: it is stored anyway, and reading it is all that is left to
/// do.
bool RegionProgram::isWorthStoring(const ElementView &view) const {
  auto op = view.isConstant() ? linalg::LinalgOp()
                              : view.source.getDefiningOp<linalg::LinalgOp>();
  if (!op || llvm::all_of(op->getUsers(), [&](Operation *user) {
        return user == *op->getUsers().begin() || cone.contains(user);
      }))
    return false;
  if (getSplatValue(view.source))
    return false;
  llvm::SmallBitVector used(domain.size());
  for (const IndexExpr &coord : view.coords)
    coord.collectLoops(used);
  for (auto [dim, size] : llvm::enumerate(domain))
    if (size != 1 && !used.test(dim))
      return false;
  return true;
}

FailureOr<Value> RegionProgram::addLeaf(const ElementView &view) {
  if (view.isConstant())
    return failure();
  std::optional<AffineMap> map = view.getAsOperandMap(loc.getContext());
  auto type = dyn_cast<RankedTensorType>(view.source.getType());
  if (!map || !type)
    return failure();
  for (auto [expr, size] :
       llvm::zip_equal(map->getResults(), type.getShape())) {
    // The sizes that a linearised group runs over, and the operand's own.
    int64_t runs = 1;
    expr.walk([&, &domain = domain](AffineExpr e) {
      if (auto dim = dyn_cast<AffineDimExpr>(e))
        runs = multiplySizes(runs, domain[dim.getPosition()]);
    });
    bool isDynamic = ShapedType::isDynamic(size) || ShapedType::isDynamic(runs);
    if (!isDynamic && runs != size && !isa<AffineConstantExpr>(expr))
      return failure();
  }
  // A stored producer's element at the producer's own index is the producer's.
  if (view.source == cone.getProducer() && !cone.isConv() &&
      *map == getMap(cone.getProducer()))
    return scalars.lookup(cone.getProducer());
  Value &leaf = leaves[{view.source, *map}];
  if (!leaf) {
    params.push_back(view.source);
    paramMaps.push_back(*map);
    leaf = body.addArgument(type.getElementType(), view.source.getLoc());
  }
  return leaf;
}
