//===- RecognizeGelu.cpp - Find GELUs -------------------------------------===//
// An erf or tanh of the right argument, and the first value that is a multiple
// of v·(1 + that).
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

/// How many operations the argument of an erf or tanh is followed back to find
/// what it is a function of.
static constexpr unsigned kMaxArgumentOps = 12;

/// The relative error of a constant that went through f32.
static constexpr double kSingleTolerance = 3e-7;

namespace {
/// An erf, erfc or tanh, as a function of `base`.
struct Activation {
  Value base;
  GeluKind kind;
  double c0 = 0, c1 = 0;
  /// The operation's value, with kFunction for erf(v/√2) or the tanh.
  Polynomial value;
};
} // namespace

/// The values that `root` is computed from, nearest first.
static llvm::SetVector<Value> getCandidates(Value root) {
  llvm::SetVector<Value> candidates;
  candidates.insert(stripExtensions(root));
  for (unsigned i = 0; i < candidates.size() && i < kMaxArgumentOps; ++i)
    if (Operation *def = candidates[i].getDefiningOp())
      if (isa<arith::AddFOp, arith::MulFOp, arith::DivFOp, arith::NegFOp,
              arith::SubFOp, math::FmaOp, math::FPowIOp, math::PowFOp,
              arith::ExtFOp>(def))
        for (Value operand : def->getOperands())
          if (isa<FloatType>(operand.getType()) && !getFloatConstant(operand))
            candidates.insert(stripExtensions(operand));
  return candidates;
}

/// `root` as a polynomial in `base`.
static Polynomial evaluateIn(Value base, Value root) {
  Algebra algebra(/*rowLength=*/0, /*throughTruncation=*/false);
  algebra.define(base, Polynomial::variable(kBase));
  llvm::SetVector<Operation *> slice;
  SmallVector<Value> worklist = {root};
  while (!worklist.empty() && slice.size() < 2 * kMaxArgumentOps) {
    Value value = worklist.pop_back_val();
    Operation *def = value.getDefiningOp();
    if (value != base && def && slice.insert(def))
      llvm::append_range(worklist, def->getOperands());
  }
  SmallVector<Operation *> order(slice.begin(), slice.end());
  llvm::sort(order,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *op : order)
    algebra.evaluate(op);
  return algebra.get(root);
}

/// The tolerance of a constant that was rounded to `type`, or to f32 if that is
/// narrower, once or twice. In f64 an f32 constant is another one, which shows.
static double getRoundingTolerance(Type type) {
  auto floatType = cast<FloatType>(type);
  double rounding =
      std::ldexp(4.0, -static_cast<int>(floatType.getFPMantissaWidth()));
  return type.isF64() ? rounding : std::max(kSingleTolerance, rounding);
}

/// Matches erf(±v/√2), erfc(±v/√2).
static std::optional<Activation> matchErf(Operation *op) {
  if (!isa<math::ErfOp, math::ErfcOp>(op))
    return std::nullopt;
  Value argument = op->getOperand(0);
  for (Value base : getCandidates(argument)) {
    Polynomial value = evaluateIn(base, argument);
    double factor = value.getCoefficient({kBase});
    double error = std::abs(std::abs(factor) - M_SQRT1_2);
    if (value.getTerms().size() != 1 ||
        !(error <= getRoundingTolerance(argument.getType())))
      continue;
    Polynomial erf =
        Polynomial::variable(kFunction) * (factor < 0 ? -1.0 : 1.0);
    Polynomial result =
        isa<math::ErfOp>(op) ? erf : Polynomial::constant(1) + erf * -1;
    return Activation{base, GeluKind::Erf, 0, 0, result};
  }
  return std::nullopt;
}

/// True for a constant of the tanh form that neither overflows nor vanishes in
/// f16, alone or as a factor. (NaN is none.)
static bool isPlausible(double constant) {
  constexpr double kMost = 1024;
  return std::abs(constant) <= kMost && std::abs(constant) >= 1 / kMost;
}

/// Matches tanh(c0·(v + c1·v³)).
static std::optional<Activation> matchTanh(Operation *op) {
  if (!isa<math::TanhOp>(op))
    return std::nullopt;
  Value argument = op->getOperand(0);
  for (Value base : getCandidates(argument)) {
    Polynomial value = evaluateIn(base, argument);
    double linear = value.getCoefficient({kBase});
    double cubic = value.getCoefficient({kBase, kBase, kBase});
    if (value.getTerms().size() != 2 || !isPlausible(linear) ||
        !isPlausible(cubic / linear))
      continue;
    return Activation{base, GeluKind::Tanh, linear, cubic / linear,
                      Polynomial::variable(kFunction)};
  }
  return std::nullopt;
}

/// Replaces the value of `op`, which is `factor` times the GELU.
static void rewrite(Operation *op, const Activation &activation,
                    double factor) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  Value value = convertFloat(b, loc, activation.base, type);
  bool isTanh = activation.kind == GeluKind::Tanh;
  value =
      GeluOp::create(b, loc, type, activation.kind, value,
                     isTanh ? b.getF64FloatAttr(activation.c0) : FloatAttr(),
                     isTanh ? b.getF64FloatAttr(activation.c1) : FloatAttr());
  if (!(std::abs(factor - 1) <= Polynomial::kTolerance))
    value = arith::MulFOp::create(
        b, loc, value,
        arith::ConstantOp::create(b, loc, FloatAttr::get(type, factor)));
  op->getResult(0).replaceAllUsesWith(value);
}

/// Finds the value that is v·(1 + f) / 2, or else the first multiple of it.
static bool matchGelu(BlockOp block, Operation *function,
                      const Activation &activation) {
  Algebra algebra(/*rowLength=*/0, /*throughTruncation=*/false);
  algebra.define(activation.base, Polynomial::variable(kBase));
  algebra.define(function->getResult(0), activation.value);
  Polynomial base = Polynomial::variable(kBase);
  Polynomial wanted = base + base * Polynomial::variable(kFunction);
  unsigned width = activation.base.getType().getIntOrFloatBitWidth();
  Operation *found = nullptr;
  double foundFactor = 0;
  Operation *op = activation.base.getDefiningOp();
  op = op ? op->getNextNode() : &block.getBodyBlock()->front();
  for (; op && foundFactor != 0.5; op = op->getNextNode()) {
    if (!algebra.evaluate(op) || op->getResult(0).use_empty() ||
        op->getResult(0).getType().getIntOrFloatBitWidth() < width)
      continue;
    const Polynomial &value = algebra.get(op->getResult(0));
    double factor = value.getCoefficient({kBase});
    if (factor == 0 || !value.isClose(wanted * factor))
      continue;
    if (!found || factor == 0.5) {
      found = op;
      foundFactor = factor;
    }
  }
  if (!found)
    return false;
  rewrite(found, activation, 2 * foundFactor);
  return true;
}

unsigned upweave::recognizeGelu(BlockOp block) {
  unsigned count = 0;
  for (Operation &op : llvm::make_early_inc_range(*block.getBodyBlock())) {
    std::optional<Activation> activation = matchErf(&op);
    if (!activation)
      activation = matchTanh(&op);
    if (activation && matchGelu(block, &op, *activation))
      ++count;
  }
  return count;
}
