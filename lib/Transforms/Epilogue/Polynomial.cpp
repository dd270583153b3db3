//===- Polynomial.cpp - Scalars as polynomials ----------------------------===//
// Polynomial arithmetic, and the evaluation of arith and math operations to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Polynomial.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace upweave;

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

Polynomial Polynomial::constant(double value) {
  Polynomial result;
  if (value != 0)
    result.terms[{}] = value;
  return result;
}

Polynomial Polynomial::variable(unsigned number) {
  Polynomial result;
  result.terms[{number}] = 1;
  return result;
}

Polynomial Polynomial::operator+(const Polynomial &other) const {
  Polynomial result = *this;
  for (const auto &[monomial, coefficient] : other.terms) {
    double &sum = result.terms[monomial];
    double scale = std::max(std::abs(sum), std::abs(coefficient));
    sum += coefficient;
    // What rounding leaves of terms that cancel is not a term.
    if (std::isfinite(scale) && std::abs(sum) <= kTolerance * scale)
      result.terms.erase(monomial);
  }
  return result;
}

/// The product, in which each std cancels one of its reciprocals.
static Monomial multiply(const Monomial &lhs, const Monomial &rhs) {
  Monomial result;
  std::merge(lhs.begin(), lhs.end(), rhs.begin(), rhs.end(),
             std::back_inserter(result));
  auto recip = llvm::find(result, kRecipStd);
  auto std = llvm::find(result, kStd);
  if (recip != result.end() && std != result.end()) {
    result.erase(std); // After the reciprocals in the order.
    result.erase(llvm::find(result, kRecipStd));
  }
  return result;
}

Polynomial Polynomial::operator*(const Polynomial &other) const {
  Polynomial result;
  for (const auto &[lhs, a] : terms)
    for (const auto &[rhs, b] : other.terms) {
      Polynomial term;
      term.terms[multiply(lhs, rhs)] = a * b;
      result = result + term;
    }
  return result;
}

Polynomial Polynomial::operator*(double factor) const {
  return *this * constant(factor);
}

std::optional<double> Polynomial::getConstant() const {
  if (terms.empty())
    return 0.0;
  if (terms.size() == 1 && terms.begin()->first.empty())
    return terms.begin()->second;
  return std::nullopt;
}

double Polynomial::getCoefficient(const Monomial &monomial) const {
  auto it = terms.find(monomial);
  return it == terms.end() ? 0 : it->second;
}

bool Polynomial::hasSymbol() const {
  return llvm::any_of(terms, [](const auto &term) {
    return !term.first.empty() && term.first.front() < kFirstValue;
  });
}

bool Polynomial::isFinite() const {
  return llvm::all_of(
      terms, [](const auto &term) { return std::isfinite(term.second); });
}

bool Polynomial::isClose(const Polynomial &other) const {
  if (terms.size() != other.terms.size())
    return false;
  return llvm::all_of(terms, [&](const auto &term) {
    double wanted = other.getCoefficient(term.first);
    return std::abs(term.second - wanted) <= kTolerance * std::abs(wanted);
  });
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

std::optional<double> upweave::getFloatConstant(Value value) {
  FloatAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return constant.getValueAsDouble();
  if (Operation *def = value.getDefiningOp())
    if (isa<arith::ExtFOp, arith::TruncFOp>(def)) {
      auto truncate = dyn_cast<arith::TruncFOp>(def);
      if (truncate && truncate.getRoundingmode().value_or(
                          arith::RoundingMode::to_nearest_even) !=
                          arith::RoundingMode::to_nearest_even)
        return std::nullopt;
      std::optional<double> source = getFloatConstant(def->getOperand(0));
      if (!source)
        return std::nullopt;
      return FloatAttr::get(value.getType(), *source).getValueAsDouble();
    }
  return std::nullopt;
}

Value upweave::convertFloat(OpBuilder &builder, Location loc, Value value,
                            Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (value.getType() == type)
    return value;
  if (from < to)
    return arith::ExtFOp::create(builder, loc, type, value);
  if (from > to)
    return arith::TruncFOp::create(builder, loc, type, value);
  // f16 and bf16 meet in f32.
  value = arith::ExtFOp::create(builder, loc, builder.getF32Type(), value);
  return arith::TruncFOp::create(builder, loc, type, value);
}

Value upweave::stripExtensions(Value value) {
  while (auto extend = value.getDefiningOp<arith::ExtFOp>())
    value = extend.getIn();
  return value;
}

/// The row length or its reciprocal, where `value` is what they round to in
/// `type`; unless the count less one, which an unbiased variance divides by,
/// rounds to the same.
double Algebra::snap(double value, Type type) const {
  if (rowLength < 1 || value == 0)
    return value;
  auto round = [&](double exact) {
    return FloatAttr::get(type, exact).getValueAsDouble();
  };
  double length = rowLength;
  if (value == round(length) && value != round(length - 1))
    return length;
  if (value == round(1 / length) &&
      (rowLength == 1 || value != round(1 / (length - 1))))
    return 1 / length;
  return value;
}

const Polynomial &Algebra::get(Value value) {
  auto [it, isNew] = known.try_emplace(value);
  if (!isNew)
    return it->second;
  std::optional<double> constant = getFloatConstant(value);
  // Numbers cancel and merge; NaN and the infinities stay what they are.
  if (constant && std::isfinite(*constant)) {
    it->second = Polynomial::constant(snap(*constant, value.getType()));
  } else {
    values.push_back(value);
    it->second = Polynomial::variable(kFirstValue +
                                      static_cast<unsigned>(values.size()) - 1);
  }
  return it->second;
}

bool Algebra::isTracked(Value value) {
  auto it = known.find(value);
  return it != known.end() && it->second.hasSymbol();
}

std::optional<Polynomial> Algebra::divide(const Polynomial &lhs,
                                          const Polynomial &rhs) {
  if (std::optional<double> divisor = rhs.getConstant())
    return *divisor == 0 ? std::nullopt : std::optional(lhs * (1 / *divisor));
  // A multiple of the deviation.
  double factor = rhs.getCoefficient({kStd});
  if (factor == 0 || rhs.getTerms().size() != 1)
    return std::nullopt;
  return lhs * Polynomial::variable(kRecipStd) * (1 / factor);
}

std::optional<Polynomial> Algebra::compute(Operation *op) {
  auto operand = [&](unsigned i) { return get(op->getOperand(i)); };
  using Result = std::optional<Polynomial>;
  return TypeSwitch<Operation *, Result>(op)
      .Case([&](arith::AddFOp) { return operand(0) + operand(1); })
      .Case([&](arith::SubFOp) { return operand(0) + operand(1) * -1; })
      .Case([&](arith::MulFOp) { return operand(0) * operand(1); })
      .Case([&](arith::NegFOp) { return operand(0) * -1; })
      .Case([&](arith::DivFOp) { return divide(operand(0), operand(1)); })
      .Case([&](math::FmaOp) { return operand(0) * operand(1) + operand(2); })
      .Case([&](arith::ExtFOp) { return operand(0); })
      .Case([&](arith::TruncFOp) -> Result {
        // Statistics may be rounded between steps, elements not.
        Polynomial value = operand(0);
        bool isVarying = llvm::any_of(value.getTerms(), [](const auto &term) {
          return llvm::is_contained(term.first, unsigned(kBase));
        });
        return throughTruncation || !isVarying ? Result(value) : std::nullopt;
      })
      .Case<math::FPowIOp, math::PowFOp>([&](Operation *power) -> Result {
        llvm::APInt exponent;
        std::optional<double> constant =
            isa<math::PowFOp>(power) ? getFloatConstant(power->getOperand(1))
                                     : std::nullopt;
        if (matchPattern(power->getOperand(1), m_ConstantInt(&exponent)))
          constant = exponent.getSExtValue();
        if (!constant || (*constant != 2 && *constant != 3))
          return std::nullopt;
        Polynomial square = operand(0) * operand(0);
        return *constant == 2 ? square : square * operand(0);
      })
      .Default(std::nullopt);
}

bool Algebra::evaluate(Operation *op) {
  if (op->getNumResults() != 1 || known.contains(op->getResult(0)) ||
      !isa<FloatType>(op->getResult(0).getType()) ||
      llvm::none_of(op->getOperands(),
                    [&](Value operand) { return isTracked(operand); }))
    return false;
  std::optional<Polynomial> result = compute(op);
  // 0·v and v - v are zeros only where v is finite: no formula has them.
  if (!result || result->getTerms().empty() || !result->isFinite() ||
      result->getTerms().size() > Polynomial::kMaxTerms)
    return false;
  define(op->getResult(0), *result);
  return true;
}

Value Algebra::createProduct(OpBuilder &builder, Location loc, Value value,
                             const Monomial &monomial, double factor,
                             Type type) const {
  auto multiplyBy = [&](Value other) {
    value = value
                ? arith::MulFOp::create(builder, loc, value, other).getResult()
                : other;
  };
  for (unsigned variable : monomial)
    multiplyBy(convertFloat(builder, loc, getValue(variable), type));
  if (!value || !(std::abs(factor - 1) <= Polynomial::kTolerance))
    multiplyBy(
        arith::ConstantOp::create(builder, loc, FloatAttr::get(type, factor)));
  return value;
}
