//===- SizeExpr.cpp - Sizes and offsets as the bundle writes them ---------===//
// Folding, reading from IR and printing of the bundle's integer expressions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/SizeExpr.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using upweave::bundle::ExprNode;
using upweave::bundle::ExprOp;

namespace upweave {

//===----------------------------------------------------------------------===//
// SizeExpr
//===----------------------------------------------------------------------===//

SizeExpr::SizeExpr(int64_t constant) {
  nodes.push_back(ExprNode(constant, 0, 0, ExprOp::Const));
}

SizeExpr SizeExpr::getDim(unsigned arg, unsigned dim) {
  SizeExpr expr;
  expr.nodes[0] = ExprNode(0, arg, dim, ExprOp::Dim);
  return expr;
}

SizeExpr SizeExpr::getLoop(unsigned loop) {
  SizeExpr expr;
  expr.nodes[0] = ExprNode(0, loop, 0, ExprOp::Loop);
  return expr;
}

std::optional<int64_t> SizeExpr::getConstant() const {
  if (nodes.size() == 1 && nodes[0].op() == ExprOp::Const)
    return nodes[0].value();
  return std::nullopt;
}

std::optional<bundle::DimRef> SizeExpr::getDimRef() const {
  if (nodes.size() == 1 && nodes[0].op() == ExprOp::Dim)
    return bundle::DimRef(nodes[0].a(), nodes[0].b());
  return std::nullopt;
}

bool SizeExpr::isNonNegative() const {
  return llvm::none_of(nodes, [](const ExprNode &node) {
    return node.op() == ExprOp::Sub ||
           (node.op() == ExprOp::Const && node.value() < 0);
  });
}

bool SizeExpr::operator==(const SizeExpr &other) const {
  return std::equal(nodes.begin(), nodes.end(), other.nodes.begin(),
                    other.nodes.end(),
                    [](const ExprNode &a, const ExprNode &b) {
                      return a.op() == b.op() && a.value() == b.value() &&
                             a.a() == b.a() && a.b() == b.b();
                    });
}

/// `a op b`, nothing where it overflows or divides by zero.
static std::optional<int64_t> foldConstants(ExprOp op, int64_t a, int64_t b) {
  int64_t result;
  switch (op) {
  case ExprOp::Add:
    return llvm::AddOverflow(a, b, result) ? std::nullopt
                                           : std::optional(result);
  case ExprOp::Sub:
    return llvm::SubOverflow(a, b, result) ? std::nullopt
                                           : std::optional(result);
  case ExprOp::Mul:
    return llvm::MulOverflow(a, b, result) ? std::nullopt
                                           : std::optional(result);
  case ExprOp::Min:
    return std::min(a, b);
  case ExprOp::Max:
    return std::max(a, b);
  default:
    break;
  }
  if (b <= 0)
    return std::nullopt;
  if (op == ExprOp::FloorDiv)
    return llvm::divideFloorSigned(a, b);
  if (op == ExprOp::CeilDiv)
    return llvm::divideCeilSigned(a, b);
  return llvm::mod(a, b);
}

/// True if `a op b` is `a` for the constant `b`.
static bool isNeutral(ExprOp op, int64_t b) {
  switch (op) {
  case ExprOp::Add:
  case ExprOp::Sub:
    return b == 0;
  case ExprOp::Mul:
  case ExprOp::FloorDiv:
  case ExprOp::CeilDiv:
    return b == 1;
  default:
    return false;
  }
}

SizeExpr SizeExpr::get(ExprOp op, const SizeExpr &a, const SizeExpr &b) {
  std::optional<int64_t> left = a.getConstant(), right = b.getConstant();
  if (left && right)
    if (std::optional<int64_t> value = foldConstants(op, *left, *right))
      return *value;
  if (right && isNeutral(op, *right))
    return a;
  bool commutes = op == ExprOp::Add || op == ExprOp::Mul;
  if (left && commutes && isNeutral(op, *left))
    return b;
  if (op == ExprOp::Mul && (left == 0 || right == 0))
    return 0;
  if ((op == ExprOp::Min || op == ExprOp::Max) && a == b)
    return a;

  SizeExpr result = a;
  int shift = a.nodes.size();
  for (const ExprNode &node : b.nodes) {
    bool binary = node.op() >= ExprOp::Add;
    result.nodes.push_back(
        ExprNode(node.value(), node.a() + (binary ? shift : 0),
                 node.b() + (binary ? shift : 0), node.op()));
  }
  result.nodes.push_back(
      ExprNode(0, shift - 1, shift + b.nodes.size() - 1, op));
  return result;
}

std::unique_ptr<bundle::ExprT> SizeExpr::toTable() const {
  auto table = std::make_unique<bundle::ExprT>();
  table->nodes = nodes;
  return table;
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

static void printNode(const bundle::ExprT &expr, size_t index,
                      llvm::raw_ostream &os, bool nested) {
  const ExprNode &node = expr.nodes[index];
  switch (node.op()) {
  case ExprOp::Const:
    os << node.value();
    return;
  case ExprOp::Dim:
    os << "arg" << node.a() << ".dim" << node.b();
    return;
  case ExprOp::Loop:
    os << "d" << node.a();
    return;
  default:
    break;
  }
  static const char *const names[] = {"+",       "-",   "*",   "floordiv",
                                      "ceildiv", "mod", "min", "max"};
  os << (nested ? "(" : "");
  printNode(expr, node.a(), os, /*nested=*/true);
  os << ' ' << names[int(node.op()) - int(ExprOp::Add)] << ' ';
  printNode(expr, node.b(), os, /*nested=*/true);
  os << (nested ? ")" : "");
}

void printExpr(const bundle::ExprT &expr, llvm::raw_ostream &os) {
  if (!expr.nodes.empty())
    printNode(expr, expr.nodes.size() - 1, os, /*nested=*/false);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

SizeExpr getSizeExpr(AffineExpr expr, ArrayRef<SizeExpr> dims,
                     ArrayRef<SizeExpr> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  SizeExpr lhs = getSizeExpr(binary.getLHS(), dims, symbols);
  SizeExpr rhs = getSizeExpr(binary.getRHS(), dims, symbols);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return lhs + rhs;
  case AffineExprKind::Mul:
    return lhs * rhs;
  case AffineExprKind::FloorDiv:
    return SizeExpr::get(ExprOp::FloorDiv, lhs, rhs);
  case AffineExprKind::CeilDiv:
    return SizeExpr::get(ExprOp::CeilDiv, lhs, rhs);
  default:
    return SizeExpr::get(ExprOp::Mod, lhs, rhs);
  }
}

std::vector<std::unique_ptr<bundle::ExprT>> getMapTable(AffineMap map) {
  SmallVector<SizeExpr> loops;
  for (unsigned i = 0; i < map.getNumDims(); ++i)
    loops.push_back(SizeExpr::getLoop(i));
  std::vector<std::unique_ptr<bundle::ExprT>> table;
  for (AffineExpr result : map.getResults())
    table.push_back(getSizeExpr(result, loops).toTable());
  return table;
}

std::vector<std::unique_ptr<bundle::ExprT>>
getExprTable(ArrayRef<SizeExpr> exprs) {
  std::vector<std::unique_ptr<bundle::ExprT>> table;
  for (const SizeExpr &expr : exprs)
    table.push_back(expr.toTable());
  return table;
}

std::optional<SizeExpr> IndexEvaluator::evaluate(Value value) {
  auto known = cache.find(value);
  if (known != cache.end())
    return known->second;
  std::optional<SizeExpr> result = compute(value);
  cache[value] = result;
  return result;
}

std::optional<SizeExpr> IndexEvaluator::evaluate(OpFoldResult value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return SizeExpr(*constant);
  return evaluate(cast<Value>(value));
}

std::optional<SizeExpr> IndexEvaluator::computeBinary(Operation *op,
                                                      ExprOp kind) {
  std::optional<SizeExpr> lhs = evaluate(op->getOperand(0));
  std::optional<SizeExpr> rhs = evaluate(op->getOperand(1));
  if (!lhs || !rhs)
    return std::nullopt;
  // Truncating and unsigned forms agree with the expression's only there.
  bool restricted =
      isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp,
          arith::CeilDivUIOp, arith::MinUIOp, arith::MaxUIOp>(op);
  if (restricted && !(lhs->isNonNegative() && rhs->isNonNegative()))
    return std::nullopt;
  return SizeExpr::get(kind, *lhs, *rhs);
}

std::optional<SizeExpr>
IndexEvaluator::computeAffine(Operation *op, AffineMap map, ExprOp combine) {
  SmallVector<SizeExpr> operands;
  for (Value operand : op->getOperands()) {
    std::optional<SizeExpr> expr = evaluate(operand);
    if (!expr)
      return std::nullopt;
    operands.push_back(*expr);
  }
  ArrayRef<SizeExpr> all(operands);
  std::optional<SizeExpr> result;
  for (AffineExpr expr : map.getResults()) {
    SizeExpr value = getSizeExpr(expr, all.take_front(map.getNumDims()),
                                 all.drop_front(map.getNumDims()));
    result = result ? SizeExpr::get(combine, *result, value) : value;
  }
  return result;
}

/// 1 if `difference` is above zero, else 0.
static SizeExpr isPositive(const SizeExpr &difference) {
  return SizeExpr::get(ExprOp::Min, SizeExpr::get(ExprOp::Max, difference, 0),
                       1);
}

std::optional<SizeExpr> IndexEvaluator::computeCompare(Operation *op) {
  auto compare = cast<arith::CmpIOp>(op);
  std::optional<SizeExpr> lhs = evaluate(compare.getLhs());
  std::optional<SizeExpr> rhs = evaluate(compare.getRhs());
  if (!lhs || !rhs)
    return std::nullopt;
  using arith::CmpIPredicate;
  CmpIPredicate predicate = compare.getPredicate();
  bool isUnsigned = llvm::is_contained({CmpIPredicate::ult, CmpIPredicate::ule,
                                        CmpIPredicate::ugt, CmpIPredicate::uge},
                                       predicate);
  // The two agree only there.
  if (isUnsigned && !(lhs->isNonNegative() && rhs->isNonNegative()))
    return std::nullopt;
  SizeExpr less = isPositive(*rhs - *lhs), greater = isPositive(*lhs - *rhs);
  switch (predicate) {
  case CmpIPredicate::eq:
    return 1 - (less + greater);
  case CmpIPredicate::ne:
    return less + greater;
  case CmpIPredicate::slt:
  case CmpIPredicate::ult:
    return less;
  case CmpIPredicate::sle:
  case CmpIPredicate::ule:
    return 1 - greater;
  case CmpIPredicate::sgt:
  case CmpIPredicate::ugt:
    return greater;
  case CmpIPredicate::sge:
  case CmpIPredicate::uge:
    return 1 - less;
  }
  return std::nullopt;
}

std::optional<SizeExpr> IndexEvaluator::computeSelect(Operation *op) {
  auto select = cast<arith::SelectOp>(op);
  std::optional<SizeExpr> condition = evaluate(select.getCondition());
  std::optional<SizeExpr> a = evaluate(select.getTrueValue());
  std::optional<SizeExpr> b = evaluate(select.getFalseValue());
  if (!condition || !a || !b)
    return std::nullopt;
  return *condition * *a + (1 - *condition) * *b;
}

std::optional<SizeExpr> IndexEvaluator::compute(Value value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return SizeExpr(value.getType().isInteger(1) ? *constant & 1 : *constant);
  using Result = std::optional<SizeExpr>;
  Operation *def = value.getDefiningOp();
  if (!def)
    return leaf(value);
  return llvm::TypeSwitch<Operation *, Result>(def)
      .Case([&](arith::AddIOp op) { return computeBinary(op, ExprOp::Add); })
      .Case([&](arith::SubIOp op) { return computeBinary(op, ExprOp::Sub); })
      .Case([&](arith::MulIOp op) { return computeBinary(op, ExprOp::Mul); })
      .Case<arith::DivUIOp, arith::DivSIOp, arith::FloorDivSIOp>(
          [&](auto op) { return computeBinary(op, ExprOp::FloorDiv); })
      .Case<arith::CeilDivSIOp, arith::CeilDivUIOp>(
          [&](auto op) { return computeBinary(op, ExprOp::CeilDiv); })
      .Case<arith::RemSIOp, arith::RemUIOp>(
          [&](auto op) { return computeBinary(op, ExprOp::Mod); })
      .Case<arith::MinSIOp, arith::MinUIOp>(
          [&](auto op) { return computeBinary(op, ExprOp::Min); })
      .Case<arith::MaxSIOp, arith::MaxUIOp>(
          [&](auto op) { return computeBinary(op, ExprOp::Max); })
      .Case([&](arith::CmpIOp op) { return computeCompare(op); })
      .Case([&](arith::SelectOp op) { return computeSelect(op); })
      .Case([&](arith::IndexCastOp op) { return evaluate(op.getIn()); })
      .Case([&](affine::AffineApplyOp op) {
        return computeAffine(op, op.getAffineMap(), ExprOp::Max);
      })
      .Case([&](affine::AffineMinOp op) {
        return computeAffine(op, op.getAffineMap(), ExprOp::Min);
      })
      .Case([&](affine::AffineMaxOp op) {
        return computeAffine(op, op.getAffineMap(), ExprOp::Max);
      })
      .Default([&](Operation *) { return leaf(value); });
}

} // namespace upweave
