//===- RecognizeLayerNorm.cpp - Find normalisations over the row ----------===//
// Statistics become polynomials in a value x, its mean m and its mean square q,
// so that the variance is q - m² however it was written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Polynomial.h"
#include "Recognize.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace upweave;

namespace {
/// `scale · product · layer_norm(x) + shifts`.
struct Normalisation {
  Monomial product;
  double scale;
  std::vector<std::pair<Monomial, double>> shifts;
};

/// Looks for normalisations of one value.
class LayerNormMatcher {
public:
  LayerNormMatcher(BlockOp block, Value base, bool isStrict)
      : block(block), base(base),
        algebra(block.getRowLength(), /*throughTruncation=*/!isStrict) {
    algebra.define(base, Polynomial::variable(kBase));
  }

  /// Rewrites the first normalisation of `base`, if there is one.
  bool run();

private:
  bool evaluate(Operation *op);
  std::optional<Polynomial> reduce(const Polynomial &value);
  bool isVariance(const Polynomial &value, double &eps) const;
  std::optional<Normalisation> match(const Polynomial &value) const;
  void rewrite(Operation *op, const Normalisation &normalisation);

  BlockOp block;
  Value base;
  Algebra algebra;
  std::optional<double> eps;
};
} // namespace

/// The sum of a polynomial over the row: x and x² become their means times the
/// row's length, what is row-uniform is multiplied by it.
std::optional<Polynomial> LayerNormMatcher::reduce(const Polynomial &value) {
  Polynomial sum;
  for (const auto &[monomial, coefficient] : value.getTerms()) {
    auto degree = llvm::count(monomial, kBase);
    if (degree > 2)
      return std::nullopt;
    Polynomial term = Polynomial::constant(coefficient * block.getRowLength());
    if (degree > 0)
      term = term * Polynomial::variable(degree == 1 ? kMean : kMeanSquare);
    for (unsigned variable : monomial) {
      if (variable == kBase)
        continue;
      if (variable >= kFirstValue && !isRowUniform(algebra.getValue(variable)))
        return std::nullopt;
      term = term * Polynomial::variable(variable);
    }
    sum = sum + term;
  }
  return sum;
}

/// True for q - m² + eps with a constant eps ≥ 0.
bool LayerNormMatcher::isVariance(const Polynomial &value, double &eps) const {
  eps = value.getCoefficient({});
  Polynomial mean = Polynomial::variable(kMean);
  Polynomial wanted = Polynomial::variable(kMeanSquare) + mean * mean * -1 +
                      Polynomial::constant(eps);
  return eps >= 0 && value.isClose(wanted);
}

/// Extends the algebra by `op`: sums over the row, the clamped variance, the
/// deviation and its reciprocal.
bool LayerNormMatcher::evaluate(Operation *op) {
  if (op->getNumResults() != 1)
    return false;
  Value result = op->getResult(0);
  auto isTracked = [&](unsigned i) {
    return algebra.isTracked(op->getOperand(i));
  };
  if (auto sum = dyn_cast<RowReduceOp>(op)) {
    if (sum.getKind() != ReduceKind::Add || !isTracked(0))
      return false;
    std::optional<Polynomial> reduced = reduce(algebra.get(sum.getValue()));
    if (reduced)
      algebra.define(result, *reduced);
    return reduced.has_value();
  }
  double found = 0;
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op)) {
    // A variance is not negative but for rounding, which it is clamped for.
    unsigned i = isTracked(0) ? 0 : 1;
    if (!isTracked(i) || getFloatConstant(op->getOperand(1 - i)) != 0.0 ||
        !isVariance(algebra.get(op->getOperand(i)), found) || found != 0)
      return false;
    algebra.define(result, algebra.get(op->getOperand(i)));
    return true;
  }
  std::optional<double> power;
  if (auto pow = dyn_cast<math::PowFOp>(op))
    power = getFloatConstant(pow.getRhs());
  bool isRecip = isa<math::RsqrtOp>(op) || power == -0.5;
  if (isRecip || isa<math::SqrtOp>(op) || power == 0.5) {
    if (!isTracked(0) || !isVariance(algebra.get(op->getOperand(0)), found) ||
        (eps && *eps != found))
      return false;
    eps = found;
    algebra.define(result, Polynomial::variable(isRecip ? kRecipStd : kStd));
    return true;
  }
  return algebra.evaluate(op);
}

std::optional<Normalisation>
LayerNormMatcher::match(const Polynomial &value) const {
  // Terms x·r·a and m·r·a, by what a is.
  std::map<Monomial, std::pair<double, double>> factors;
  Normalisation found;
  for (const auto &[monomial, coefficient] : value.getTerms()) {
    Monomial symbols, product;
    for (unsigned variable : monomial)
      (variable < kFirstValue ? symbols : product).push_back(variable);
    if (symbols == Monomial{kBase, kRecipStd})
      factors[product].first = coefficient;
    else if (symbols == Monomial{kMean, kRecipStd})
      factors[product].second = coefficient;
    else if (symbols.empty())
      found.shifts.emplace_back(product, coefficient);
    else
      return std::nullopt;
  }
  if (factors.size() != 1)
    return std::nullopt;
  const auto &[product, coefficients] = *factors.begin();
  auto [ofBase, ofMean] = coefficients;
  double rest = std::abs(ofBase + ofMean);
  if (ofBase == 0 || !(rest <= Polynomial::kTolerance * std::abs(ofBase)))
    return std::nullopt;
  found.product = product;
  found.scale = ofBase;
  return found;
}

/// The type to normalise in, for a result of type `type`: no narrower than
/// either the element or the result, but f64 only for f64 elements.
static Type getComputeType(Type element, Type type) {
  unsigned from = element.getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (from >= to)
    return element;
  return to <= 32 ? type : Float32Type::get(type.getContext());
}

void LayerNormMatcher::rewrite(Operation *op,
                               const Normalisation &normalisation) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  Type computeType = getComputeType(base.getType(), type);
  Value value = convertFloat(b, loc, base, computeType);
  value = LayerNormOp::create(b, loc, value, b.getF64FloatAttr(*eps));
  value = convertFloat(b, loc, value, type);
  value = algebra.createProduct(b, loc, value, normalisation.product,
                                normalisation.scale, type);
  for (const auto &[monomial, factor] : normalisation.shifts) {
    Value shift =
        algebra.createProduct(b, loc, Value(), monomial, factor, type);
    value = arith::AddFOp::create(b, loc, value, shift);
  }
  op->getResult(0).replaceAllUsesWith(value);
}

bool LayerNormMatcher::run() {
  Operation *op = base.getDefiningOp();
  op = op ? op->getNextNode() : &block.getBodyBlock()->front();
  for (; op; op = op->getNextNode()) {
    if (!evaluate(op) || !eps || op->getResult(0).use_empty())
      continue;
    if (std::optional<Normalisation> found =
            match(algebra.get(op->getResult(0)))) {
      rewrite(op, *found);
      return true;
    }
  }
  return false;
}

unsigned upweave::recognizeLayerNorm(BlockOp block, bool isStrict) {
  if (block.getRowLength() < 1)
    return 0;
  llvm::SetVector<Value> bases;
  for (auto sum : block.getBodyBlock()->getOps<RowReduceOp>())
    if (sum.getKind() == ReduceKind::Add &&
        isa<FloatType>(sum.getValue().getType()))
      bases.insert(stripExtensions(sum.getValue()));
  unsigned count = 0;
  for (Value base : bases)
    while (LayerNormMatcher(block, base, isStrict).run())
      ++count;
  return count;
}
