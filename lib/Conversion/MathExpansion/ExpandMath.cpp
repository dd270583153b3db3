//===- ExpandMath.cpp - Write math functions as arithmetic ----------------===//
// The pass upweave-expand-math: which function is computed in which type.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Conversion/MathExpansion.h"
#include "Upweave/Conversion/Passes.h"
#include "Upweave/Math/MathEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace upweave {

#define GEN_PASS_DEF_EXPANDMATH
#include "Upweave/Conversion/Passes.h.inc"

namespace {

using Unary = Value (MathEmitter::*)(Value);
using Binary = Value (MathEmitter::*)(Value, Value);

/// How a function of one or two floats is computed.
struct Expansion {
  Unary unary = nullptr;
  Binary binary = nullptr;
  /// The function is written for f32 too; else f32 goes through f64.
  bool inF32 = false;
};

std::optional<Expansion> getExpansion(Operation *op) {
  using M = MathEmitter;
  return llvm::TypeSwitch<Operation *, std::optional<Expansion>>(op)
      .Case([](math::ExpOp) { return Expansion{&M::exp, nullptr, true}; })
      .Case([](math::Exp2Op) { return Expansion{&M::exp2, nullptr, true}; })
      .Case([](math::ExpM1Op) { return Expansion{&M::expm1, nullptr, true}; })
      .Case([](math::LogOp) { return Expansion{&M::log, nullptr, true}; })
      .Case([](math::Log2Op) { return Expansion{&M::log2, nullptr, true}; })
      .Case([](math::Log10Op) { return Expansion{&M::log10, nullptr, true}; })
      .Case([](math::Log1pOp) { return Expansion{&M::log1p, nullptr, true}; })
      .Case([](math::TanhOp) { return Expansion{&M::tanh, nullptr, true}; })
      .Case([](math::ErfOp) { return Expansion{&M::erf, nullptr, true}; })
      .Case([](math::RoundOp) { return Expansion{&M::round, nullptr, true}; })
      .Case([](math::ErfcOp) { return Expansion{&M::erfc}; })
      .Case([](math::SinhOp) { return Expansion{&M::sinh}; })
      .Case([](math::CoshOp) { return Expansion{&M::cosh}; })
      .Case([](math::AsinhOp) { return Expansion{&M::asinh}; })
      .Case([](math::AcoshOp) { return Expansion{&M::acosh}; })
      .Case([](math::AtanhOp) { return Expansion{&M::atanh}; })
      .Case([](math::CbrtOp) { return Expansion{&M::cbrt}; })
      .Case([](math::SinOp) { return Expansion{&M::sin}; })
      .Case([](math::CosOp) { return Expansion{&M::cos}; })
      .Case([](math::TanOp) { return Expansion{&M::tan}; })
      .Case([](math::AsinOp) { return Expansion{&M::asin}; })
      .Case([](math::AcosOp) { return Expansion{&M::acos}; })
      .Case([](math::AtanOp) { return Expansion{&M::atan}; })
      .Case([](math::Atan2Op) { return Expansion{nullptr, &M::atan2}; })
      .Case([](math::PowFOp) { return Expansion{nullptr, &M::pow}; })
      .Case(
          [](arith::RemFOp) { return Expansion{nullptr, &M::remainder, true}; })
      .Default([](Operation *) { return std::nullopt; });
}

/// Ops of floats with an instruction in f32 and f64, which the narrow types
/// reach exactly, or correctly rounded, through f32.
bool isThroughF32(Operation *op) {
  return isa<math::CeilOp, math::FloorOp, math::TruncOp, math::RoundEvenOp,
             math::CopySignOp, math::SqrtOp, math::RsqrtOp>(op);
}

bool isNarrow(Type type) { return type.isF16() || type.isBF16(); }

bool isComputeType(Type type) { return type.isF32() || type.isF64(); }

/// `value` in `type`: widened or rounded if need be.
Value convertFloat(OpBuilder &b, Location loc, Value value, Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (from == to)
    return value;
  if (from < to)
    return arith::ExtFOp::create(b, loc, type, value);
  return arith::TruncFOp::create(b, loc, type, value);
}

LogicalResult refuse(Operation *op) {
  return op->emitError("'")
         << op->getName() << "' on "
         << (op->getNumOperands() ? op->getOperand(0).getType() : Type())
         << " has no expansion into instructions: rewrite it with functions "
            "that have one, or in f32";
}

/// x^n for a constant n of at most 4 by multiplications: exact for n <= 2, and
/// what exporters write squares and cubes as.
bool expandSmallPower(Operation *op) {
  APFloat exponent(0.0);
  if (!isa<math::PowFOp>(op) ||
      !matchPattern(op->getOperand(1), m_ConstantFloat(&exponent)))
    return false;
  bool exact;
  APFloat asDouble = exponent;
  asDouble.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &exact);
  double n = asDouble.convertToDouble();
  if (n != 1 && n != 2 && n != 3 && n != 4)
    return false;
  OpBuilder b(op);
  Value x = op->getOperand(0);
  Value square = arith::MulFOp::create(b, op->getLoc(), x, x);
  Value result = x;
  if (n == 2)
    result = square;
  else if (n == 3)
    result = arith::MulFOp::create(b, op->getLoc(), square, x);
  else if (n == 4)
    result = arith::MulFOp::create(b, op->getLoc(), square, square);
  op->getResult(0).replaceAllUsesWith(result);
  op->erase();
  return true;
}

/// Computes the op in f32 or f64 and converts back.
LogicalResult expandFloatFunction(Operation *op, const Expansion &expansion) {
  Type type = op->getResult(0).getType();
  if (!isNarrow(type) && !isComputeType(type))
    return refuse(op);
  OpBuilder b(op);
  Location loc = op->getLoc();
  bool wide = type.isF64() || !expansion.inF32;
  FloatType compute = wide ? cast<FloatType>(b.getF64Type()) : b.getF32Type();
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(convertFloat(b, loc, operand, compute));
  MathEmitter emitter(b, loc, compute);
  Value result = expansion.unary
                     ? (emitter.*expansion.unary)(operands[0])
                     : (emitter.*expansion.binary)(operands[0], operands[1]);
  op->getResult(0).replaceAllUsesWith(convertFloat(b, loc, result, type));
  op->erase();
  return success();
}

/// Performs a narrow op in f32.
void widenOp(Operation *op) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, convertFloat(b, loc, operand, b.getF32Type()));
  Operation *wide = b.clone(*op, mapping);
  Type type = op->getResult(0).getType();
  wide->getResult(0).setType(b.getF32Type());
  op->getResult(0).replaceAllUsesWith(
      convertFloat(b, loc, wide->getResult(0), type));
  op->erase();
}

/// base^exponent of integers, as math.ipowi defines it: negative exponents
/// give 0 but for bases of 1 and -1.
void expandIntegerPower(math::IPowIOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Type type = op.getType();
  auto constant = [&](int64_t v) -> Value {
    return arith::ConstantOp::create(b, b.getIntegerAttr(type, v));
  };
  auto compare = [&](arith::CmpIPredicate predicate, Value x,
                     int64_t v) -> Value {
    return arith::CmpIOp::create(b, predicate, x, constant(v));
  };
  using P = arith::CmpIPredicate;
  Value base = op.getLhs(), exponent = op.getRhs(), one = constant(1);
  auto loop = scf::WhileOp::create(
      b, TypeRange{type, type, type}, ValueRange{one, base, exponent},
      [&](OpBuilder &, Location, ValueRange args) {
        scf::ConditionOp::create(b, compare(P::sgt, args[2], 0), args);
      },
      [&](OpBuilder &, Location, ValueRange args) {
        Value low = arith::AndIOp::create(b, args[2], one);
        Value times = arith::MulIOp::create(b, args[0], args[1]);
        Value next =
            arith::SelectOp::create(b, compare(P::ne, low, 0), times, args[0]);
        Value square = arith::MulIOp::create(b, args[1], args[1]);
        Value rest = arith::ShRUIOp::create(b, args[2], one);
        scf::YieldOp::create(b, ValueRange{next, square, rest});
      });
  Value isOdd = compare(P::ne, arith::AndIOp::create(b, exponent, one), 0);
  Value sign = arith::SelectOp::create(b, isOdd, constant(-1), one);
  Value inverse =
      arith::SelectOp::create(b, compare(P::eq, base, -1), sign, constant(0));
  inverse = arith::SelectOp::create(b, compare(P::eq, base, 1), one, inverse);
  Value result = arith::SelectOp::create(b, compare(P::slt, exponent, 0),
                                         inverse, loop.getResult(0));
  op.replaceAllUsesWith(result);
  op.erase();
}

/// x^n of a float and an integer, in f64.
LogicalResult expandFloatIntegerPower(math::FPowIOp op) {
  Type type = op.getType();
  if (!isNarrow(type) && !isComputeType(type))
    return refuse(op);
  OpBuilder b(op);
  Location loc = op.getLoc();
  MathEmitter emitter(b, loc, b.getF64Type());
  Value x = convertFloat(b, loc, op.getLhs(), b.getF64Type());
  Value result = emitter.powi(x, op.getRhs());
  op.replaceAllUsesWith(convertFloat(b, loc, result, type));
  op.erase();
  return success();
}

/// 1/sqrt(x) in f64, where the instruction is only an approximation.
void expandRsqrtF64(math::RsqrtOp op) {
  OpBuilder b(op);
  MathEmitter emitter(b, op.getLoc(), b.getF64Type());
  op.replaceAllUsesWith(
      emitter.div(emitter.constant(1.0), emitter.sqrt(op.getOperand())));
  op.erase();
}

void expandClamp(math::ClampFOp op) {
  OpBuilder b(op);
  Value atLeast =
      arith::MaximumFOp::create(b, op.getLoc(), op.getValue(), op.getMin());
  Value result =
      arith::MinimumFOp::create(b, op.getLoc(), atLeast, op.getMax());
  op.replaceAllUsesWith(result);
  op.erase();
}

/// |x| is infinity, or between the smallest normal number and infinity.
template <typename ClassOp> void expandFloatClass(ClassOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  auto type = cast<FloatType>(op.getOperand().getType());
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  auto compare = [&](arith::CmpFPredicate predicate, Value x,
                     const APFloat &limit) -> Value {
    Value constant =
        arith::ConstantOp::create(b, loc, FloatAttr::get(type, limit));
    return arith::CmpFOp::create(b, loc, predicate, x, constant);
  };
  Value magnitude = math::AbsFOp::create(b, loc, op.getOperand());
  APFloat infinity = APFloat::getInf(semantics);
  Value result;
  if constexpr (std::is_same_v<ClassOp, math::IsInfOp>) {
    result = compare(arith::CmpFPredicate::OEQ, magnitude, infinity);
  } else {
    Value isLarge = compare(arith::CmpFPredicate::OGE, magnitude,
                            APFloat::getSmallestNormalized(semantics));
    Value isFinite = compare(arith::CmpFPredicate::OLT, magnitude, infinity);
    result = arith::AndIOp::create(b, loc, isLarge, isFinite);
  }
  op.replaceAllUsesWith(result);
  op.erase();
}

/// LLVM 22 gives 1 for both as bf16 on sm_90: a choice says what is meant.
///
// Pattern: arith.sitofp %b : i1 to bf16
bool isBoolToFloat(Operation *op) {
  return isa<arith::SIToFPOp, arith::UIToFPOp>(op) &&
         getElementTypeOrSelf(op->getOperand(0).getType()).isInteger(1);
}

void expandBoolToFloat(Operation *op) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(
        b, loc, b.getFloatAttr(op->getResult(0).getType(), value));
  };
  Value one = constant(isa<arith::SIToFPOp>(op) ? -1.0 : 1.0);
  Value zero = constant(0.0);
  op->getResult(0).replaceAllUsesWith(
      arith::SelectOp::create(b, loc, op->getOperand(0), one, zero));
  op->erase();
}

void expandSinCos(math::SincosOp op) {
  OpBuilder b(op);
  Value sine = math::SinOp::create(b, op.getLoc(), op.getOperand());
  Value cosine = math::CosOp::create(b, op.getLoc(), op.getOperand());
  op->replaceAllUsesWith(ValueRange{sine, cosine});
  op.erase();
}

/// Performs a one-dimensional vector op element by element; the new scalar ops
/// are appended to `work`.
LogicalResult unrollVector(Operation *op, VectorType type,
                           SmallVectorImpl<Operation *> &work) {
  if (op->getNumResults() != 1 || type.getRank() != 1 || type.isScalable())
    return refuse(op);
  OpBuilder b(op);
  Location loc = op->getLoc();
  SmallVector<Value> elements;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(vector::ExtractOp::create(b, loc, operand, i));
    OperationState state(loc, op->getName(), operands, {type.getElementType()},
                         op->getAttrs());
    work.push_back(b.create(state));
    elements.push_back(work.back()->getResult(0));
  }
  Value result = vector::FromElementsOp::create(b, loc, type, elements);
  op->getResult(0).replaceAllUsesWith(result);
  op->erase();
  return success();
}

} // namespace

bool hasInstruction(Operation *op) {
  if (!isa<arith::RemFOp>(op) && !isBoolToFloat(op) &&
      !isa_and_nonnull<math::MathDialect>(op->getDialect()))
    return true;
  if (isThroughF32(op)) {
    Type type = op->getResult(0).getType();
    return type.isF32() || (type.isF64() && !isa<math::RsqrtOp>(op));
  }
  return isa<math::AbsFOp, math::FmaOp, math::AbsIOp, math::CountLeadingZerosOp,
             math::CountTrailingZerosOp, math::CtPopOp, math::IsFiniteOp,
             math::IsNaNOp>(op);
}

/// Replaces one scalar op; the ops it makes may need replacing too.
static LogicalResult expandScalar(Operation *op,
                                  SmallVectorImpl<Operation *> &work) {
  if (expandSmallPower(op))
    return success();
  if (std::optional<Expansion> expansion = getExpansion(op))
    return expandFloatFunction(op, *expansion);
  if (isBoolToFloat(op))
    return expandBoolToFloat(op), success();
  if (auto power = dyn_cast<math::IPowIOp>(op))
    return expandIntegerPower(power), success();
  if (auto power = dyn_cast<math::FPowIOp>(op))
    return expandFloatIntegerPower(power);
  if (auto clamp = dyn_cast<math::ClampFOp>(op))
    return expandClamp(clamp), success();
  if (auto isNormal = dyn_cast<math::IsNormalOp>(op))
    return expandFloatClass(isNormal), success();
  if (auto isInf = dyn_cast<math::IsInfOp>(op))
    return expandFloatClass(isInf), success();
  if (auto both = dyn_cast<math::SincosOp>(op)) {
    Operation *before = op->getPrevNode();
    Block *block = op->getBlock();
    expandSinCos(both);
    Operation *sine = before ? before->getNextNode() : &block->front();
    work.append({sine, sine->getNextNode()});
    return success();
  }
  if (isThroughF32(op)) {
    Type type = op->getResult(0).getType();
    if (isNarrow(type))
      return widenOp(op), success();
    if (type.isF64())
      return expandRsqrtF64(cast<math::RsqrtOp>(op)), success();
  }
  return refuse(op);
}

LogicalResult expandMathOp(Operation *root) {
  SmallVector<Operation *> work{root};
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    auto vectorType = dyn_cast<VectorType>(op->getResult(0).getType());
    if (!vectorType && hasInstruction(op))
      continue;
    LogicalResult done = vectorType ? unrollVector(op, vectorType, work)
                                    : expandScalar(op, work);
    if (failed(done))
      return failure();
  }
  return success();
}

namespace {
struct ExpandMath : public impl::ExpandMathBase<ExpandMath> {
  using ExpandMathBase::ExpandMathBase;

  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (!hasInstruction(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (failed(expandMathOp(op)))
        return signalPassFailure();
      ++numExpanded;
    }
  }
};
} // namespace
} // namespace upweave
