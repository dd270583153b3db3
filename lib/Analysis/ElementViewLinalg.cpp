//===- ElementViewLinalg.cpp - Views through linalg operations ------------===//
// Payloads that yield an input, a constant, or a gathered element, perhaps
// under a select; and the index arithmetic of such payloads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ElementViewLinalg.h"
#include "ElementViewDetail.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;

namespace upweave {

using detail::checkFill;
using detail::giveUp;
using detail::withConstant;
using detail::withSource;

/// Index arithmetic of more values is not followed.
static constexpr unsigned kMaxPayloadValues = 4096;

namespace {

/// The payload of an elementwise linalg operation at one iteration, given as
/// expressions over a view's loops.
class Payload {
public:
  Payload(const ElementView &view, linalg::LinalgOp op,
          ArrayRef<IndexExpr> iteration, std::string &whyNot)
      : view(view), op(op), iteration(iteration), whyNot(whyNot) {}

  /// `value` as a view, under the guards collected so far.
  FailureOr<ElementView> getView(Value value);

private:
  std::optional<IndexExpr> getIndex(Value value) const;
  std::optional<IndexExpr> getWideIndex(Value value) const;
  std::optional<IndexExpr> getBinaryIndex(Operation *op) const;
  std::optional<IndexExpr> getQuotient(Operation *op) const;
  std::optional<IndexExpr> getRemainder(Operation *op) const;
  bool isKnownNonNegative(const IndexExpr &expr) const;
  bool isKnownMultiple(const IndexExpr &expr, int64_t divisor) const;

  FailureOr<ElementView> getArgument(BlockArgument argument);
  FailureOr<ElementView> getExtract(tensor::ExtractOp extract);
  FailureOr<ElementView> getSelect(arith::SelectOp select);
  bool addCondition(Value condition, bool isTrue);
  bool addComparison(arith::CmpIOp compare, bool isTrue);

  ElementView view;
  mutable linalg::LinalgOp op;
  ArrayRef<IndexExpr> iteration;
  std::string &whyNot;
  /// Values that may still be looked at: each counts as often as it is used.
  mutable unsigned budget = kMaxPayloadValues;
};

} // namespace

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

/// True if a guard says so, or the range does.
bool Payload::isKnownNonNegative(const IndexExpr &expr) const {
  if (expr.getRange(view.extents).low >= 0)
    return true;
  return llvm::any_of(view.guards, [&](const Guard &guard) {
    return guard.kind == Guard::Kind::NonNegative && guard.expr == expr;
  });
}

bool Payload::isKnownMultiple(const IndexExpr &expr, int64_t divisor) const {
  IndexExpr rest = IndexExpr::getMod(expr, divisor, view.extents);
  if (rest.getAsConstant() == 0)
    return true;
  return llvm::any_of(view.guards, [&](const Guard &guard) {
    return guard.kind == Guard::Kind::Zero && guard.expr == rest;
  });
}

/// Divisions round to zero: that is the floor from zero on, and where nothing
/// is left over.
std::optional<IndexExpr> Payload::getQuotient(Operation *op) const {
  std::optional<IndexExpr> lhs = getIndex(op->getOperand(0));
  std::optional<IndexExpr> rhs = getIndex(op->getOperand(1));
  if (!lhs || !rhs || rhs->getAsConstant().value_or(0) <= 0)
    return std::nullopt;
  int64_t divisor = *rhs->getAsConstant();
  if (isa<arith::CeilDivSIOp>(op))
    lhs = *lhs + divisor - 1;
  bool isFloor = isa<arith::FloorDivSIOp, arith::CeilDivSIOp>(op);
  bool isUnsigned = isa<arith::DivUIOp>(op);
  if (!isFloor && !isKnownNonNegative(*lhs) &&
      (isUnsigned || !isKnownMultiple(*lhs, divisor)))
    return std::nullopt;
  return IndexExpr::getFloorDiv(*lhs, divisor, view.extents);
}

std::optional<IndexExpr> Payload::getRemainder(Operation *op) const {
  std::optional<IndexExpr> lhs = getIndex(op->getOperand(0));
  std::optional<IndexExpr> rhs = getIndex(op->getOperand(1));
  if (!lhs || !rhs || rhs->getAsConstant().value_or(0) <= 0)
    return std::nullopt;
  int64_t divisor = *rhs->getAsConstant();
  if (!isKnownNonNegative(*lhs) &&
      (isa<arith::RemUIOp>(op) || !isKnownMultiple(*lhs, divisor)))
    return std::nullopt;
  return IndexExpr::getMod(*lhs, divisor, view.extents);
}

std::optional<IndexExpr> Payload::getBinaryIndex(Operation *op) const {
  std::optional<IndexExpr> lhs = getIndex(op->getOperand(0));
  std::optional<IndexExpr> rhs = getIndex(op->getOperand(1));
  if (!lhs || !rhs)
    return std::nullopt;
  if (isa<arith::AddIOp>(op))
    return (*lhs + *rhs).joinDigits(view.extents);
  if (isa<arith::SubIOp>(op))
    return (*lhs - *rhs).joinDigits(view.extents);
  if (isa<arith::MulIOp>(op)) {
    if (std::optional<int64_t> factor = rhs->getAsConstant())
      return *lhs * *factor;
    if (std::optional<int64_t> factor = lhs->getAsConstant())
      return *rhs * *factor;
    return std::nullopt;
  }
  // A clamp that the ranges or the guards decide.
  bool isMax = isa<arith::MaxSIOp>(op);
  if (isKnownNonNegative(*lhs - *rhs))
    return isMax ? lhs : rhs;
  if (isKnownNonNegative(*rhs - *lhs))
    return isMax ? rhs : lhs;
  return std::nullopt;
}

/// True if what is known of the range fits into the signed integers of `type`,
/// so that the arithmetic does not wrap around. Dynamic sizes are taken to fit.
static bool fitsType(const IndexExpr &expr, ArrayRef<int64_t> extents,
                     Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.getWidth() >= 64)
    return true;
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  IndexRange range = expr.getRange(extents);
  unsigned width = integer.getWidth();
  return width > 0 &&
         (range.low == kLeast || range.low >= llvm::minIntN(width)) &&
         (range.high == kMost || range.high <= llvm::maxIntN(width));
}

/// An index or integer of the payload as an expression.
std::optional<IndexExpr> Payload::getIndex(Value value) const {
  if (budget == 0)
    return std::nullopt;
  --budget;
  std::optional<IndexExpr> index = getWideIndex(value);
  if (index && !fitsType(*index, view.extents, value.getType()))
    return std::nullopt;
  return index;
}

/// The same in integers without end.
std::optional<IndexExpr> Payload::getWideIndex(Value value) const {
  llvm::APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant))) {
    std::optional<int64_t> number = constant.trySExtValue();
    return number ? IndexExpr::getConstant(*number)
                  : std::optional<IndexExpr>();
  }
  Operation *def = value.getDefiningOp();
  if (!def)
    return std::nullopt;
  if (auto index = dyn_cast<linalg::IndexOp>(def)) {
    if (index->getParentOp() != op.getOperation())
      return std::nullopt;
    return iteration[index.getDim()];
  }
  if (isa<arith::IndexCastOp, arith::ExtSIOp>(def))
    return getIndex(def->getOperand(0));
  if (isa<arith::IndexCastUIOp>(def)) {
    std::optional<IndexExpr> source = getIndex(def->getOperand(0));
    auto narrow = dyn_cast<IntegerType>(def->getOperand(0).getType());
    if (source && narrow && narrow.getWidth() < 64 &&
        !isKnownNonNegative(*source))
      return std::nullopt;
    return source;
  }
  if (isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::MaxSIOp,
          arith::MinSIOp>(def))
    return getBinaryIndex(def);
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp,
          arith::CeilDivSIOp>(def))
    return getQuotient(def);
  if (isa<arith::RemSIOp, arith::RemUIOp>(def))
    return getRemainder(def);
  if (auto apply = dyn_cast<affine::AffineApplyOp>(def)) {
    AffineMap map = apply.getAffineMap();
    if (map.getNumSymbols() != 0)
      return std::nullopt;
    SmallVector<IndexExpr> dims;
    for (Value operand : apply.getMapOperands()) {
      std::optional<IndexExpr> dim = getIndex(operand);
      if (!dim)
        return std::nullopt;
      dims.push_back(*dim);
    }
    return IndexExpr::get(map.getResult(0), dims, view.extents);
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

/// Adds `compare`, or its negation, to the guards.
bool Payload::addComparison(arith::CmpIOp compare, bool isTrue) {
  using Predicate = arith::CmpIPredicate;
  Predicate predicate = compare.getPredicate();
  if (!isTrue)
    predicate = arith::invertPredicate(predicate);
  Value lhsValue = compare.getLhs();
  std::optional<IndexExpr> rhs = getIndex(compare.getRhs());
  // x rem c == 0 says the same of either rounding.
  if (predicate == Predicate::eq && rhs && rhs->getAsConstant() == 0)
    if (auto rem = lhsValue.getDefiningOp<arith::RemSIOp>()) {
      std::optional<IndexExpr> dividend = getIndex(rem.getLhs());
      std::optional<IndexExpr> divisor = getIndex(rem.getRhs());
      if (dividend && divisor && divisor->getAsConstant().value_or(0) > 0) {
        view.addGuard(IndexExpr::getMod(*dividend, *divisor->getAsConstant(),
                                        view.extents),
                      Guard::Kind::Zero);
        return true;
      }
    }
  std::optional<IndexExpr> lhs = getIndex(lhsValue);
  if (!lhs || !rhs)
    return false;
  switch (predicate) {
  case Predicate::eq:
    view.addGuard(*lhs - *rhs, Guard::Kind::Zero);
    return true;
  case Predicate::sge:
    view.addGuard(*lhs - *rhs, Guard::Kind::NonNegative);
    return true;
  case Predicate::sgt:
    view.addGuard(*lhs - *rhs - 1, Guard::Kind::NonNegative);
    return true;
  case Predicate::sle:
    view.addGuard(*rhs - *lhs, Guard::Kind::NonNegative);
    return true;
  case Predicate::slt:
    view.addGuard(*rhs - *lhs - 1, Guard::Kind::NonNegative);
    return true;
  case Predicate::ult:
    // 0 <= lhs < rhs, for an rhs that is not negative.
    if (!isKnownNonNegative(*rhs))
      return false;
    view.addGuard(*lhs, Guard::Kind::NonNegative);
    view.addGuard(*rhs - *lhs - 1, Guard::Kind::NonNegative);
    return true;
  default:
    return false;
  }
}

/// Adds a condition that must be true (or false) to the guards; what is left of
/// it could not be expressed if the result is false.
bool Payload::addCondition(Value condition, bool isTrue) {
  Operation *def = condition.getDefiningOp();
  if (!def || budget == 0)
    return false;
  --budget;
  bool isConjunction =
      isTrue ? isa<arith::AndIOp>(def) : isa<arith::OrIOp>(def);
  if (isConjunction) {
    // Either side may need what the other one says.
    bool first = addCondition(def->getOperand(0), isTrue);
    bool second = addCondition(def->getOperand(1), isTrue);
    return second && (first || addCondition(def->getOperand(0), isTrue));
  }
  if (auto compare = dyn_cast<arith::CmpIOp>(def))
    return addComparison(compare, isTrue);
  llvm::APInt constant;
  if (isa<arith::XOrIOp>(def) &&
      matchPattern(def->getOperand(1), m_ConstantInt(&constant)) &&
      constant.isAllOnes())
    return addCondition(def->getOperand(0), !isTrue);
  return false;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

FailureOr<ElementView> Payload::getArgument(BlockArgument argument) {
  if (argument.getOwner() != op.getBlock())
    return giveUp(whyNot, "the payload yields an argument of another block");
  OpOperand &operand = op->getOpOperand(argument.getArgNumber());
  TypedAttr value;
  if (!isa<ShapedType>(operand.get().getType())) {
    if (matchPattern(operand.get(), m_Constant(&value)))
      return withConstant(view, value, whyNot);
    return giveUp(whyNot, "the payload yields a scalar that is not constant");
  }
  AffineMap map = op.getMatchingIndexingMap(&operand);
  // Another result's element, if several iterations write it, is not what it
  // was at the start.
  if (op.isDpsInit(&operand) && !map.isPermutation())
    return giveUp(whyNot, "the payload yields what it has accumulated");
  std::optional<ElementView> source =
      getLinalgOperandView(view.extents, operand.get(), map, iteration);
  if (!source)
    return giveUp(whyNot, "an indexing map has symbols, or is too large");
  return withSource(view, operand.get(), source->coords);
}

FailureOr<ElementView> Payload::getExtract(tensor::ExtractOp extract) {
  if (op->getRegion(0).isAncestor(extract.getTensor().getParentRegion()))
    return giveUp(whyNot, "the payload gathers from a tensor of its own");
  SmallVector<IndexExpr> coords;
  for (auto [dim, index] : llvm::enumerate(extract.getIndices())) {
    std::optional<IndexExpr> coord = getIndex(index);
    if (!coord)
      return giveUp(whyNot, "index " + Twine(dim) +
                                " of tensor.extract is no sum, quotient or "
                                "remainder of loops");
    coords.push_back(*coord);
  }
  return withSource(view, extract.getTensor(), coords);
}

FailureOr<ElementView> Payload::getSelect(arith::SelectOp select) {
  // One side must be constant: it becomes the fill.
  TypedAttr value;
  bool isTrue = matchPattern(select.getFalseValue(), m_Constant(&value));
  if (!isTrue && !matchPattern(select.getTrueValue(), m_Constant(&value)))
    return giveUp(whyNot, "neither side of a select is constant");
  if (failed(checkFill(view, value, whyNot)))
    return failure();
  TypedAttr outer = view.fill;
  SmallVector<Guard> before = view.guards;
  view.fill = value;
  if (!addCondition(select.getCondition(), isTrue))
    return giveUp(whyNot, "a select's condition is no conjunction of index "
                          "comparisons");
  if (view.isConstant())
    return view;
  if (view.guards == before)
    view.fill = outer;
  return getView(isTrue ? select.getTrueValue() : select.getFalseValue());
}

FailureOr<ElementView> Payload::getView(Value value) {
  if (budget == 0)
    return giveUp(whyNot, "the payload computes too much");
  --budget;
  TypedAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return withConstant(view, constant, whyNot);
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getArgument(argument);
  if (auto extract = value.getDefiningOp<tensor::ExtractOp>())
    return getExtract(extract);
  if (auto select = value.getDefiningOp<arith::SelectOp>())
    return getSelect(select);
  return giveUp(whyNot, "the payload of '" + op->getName().getStringRef() +
                            "' computes what it yields");
}

FailureOr<ElementView> detail::stepThroughLinalg(const ElementView &view,
                                                 linalg::LinalgOp op,
                                                 OpResult result,
                                                 std::string &whyNot) {
  if (op.getNumParallelLoops() != op.getNumLoops())
    return giveUp(whyNot, "'" + op->getName().getStringRef() + "' reduces");
  auto indices = getIterationIndices(view, op, result);
  if (!indices ||
      !llvm::all_of(*indices, [](auto &i) { return i.has_value(); }))
    return giveUp(whyNot, "the result's map is no permutation of the loops");
  SmallVector<IndexExpr> iteration;
  for (std::optional<IndexExpr> &index : *indices)
    iteration.push_back(*index);
  Operation *yield = op.getBlock()->getTerminator();
  return Payload(view, op, iteration, whyNot)
      .getView(yield->getOperand(result.getResultNumber()));
}

} // namespace upweave
