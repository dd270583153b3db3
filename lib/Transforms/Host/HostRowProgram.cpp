//===- HostRowProgram.cpp - A block's program over one row ----------------===//
// The region of a block as loops over a row, collectives included.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostRowProgram.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace upweave;

/// Sums over a row may be formed in any order: by the lanes of a vector, then.
static constexpr arith::FastMathFlags kReorder = arith::FastMathFlags::reassoc;

/// The type in which sums over values of type `type` are formed.
static Type getSumType(Type type) {
  if (isa<FloatType>(type) && type.getIntOrFloatBitWidth() < 32)
    return Float32Type::get(type.getContext());
  return type;
}

/// The combination of two values, free to be reordered.
static Value combine(OpBuilder &b, Location loc, ReduceKind kind, Value lhs,
                     Value rhs) {
  Value result = createReduceCombine(b, loc, kind, lhs, rhs);
  if (auto add = result.getDefiningOp<arith::AddFOp>())
    add.setFastmath(kReorder);
  if (auto mul = result.getDefiningOp<arith::MulFOp>())
    mul.setFastmath(kReorder);
  return result;
}

HostRowProgram::HostRowProgram(BlockOp block, ArrayRef<Value> dims,
                               ProducerLoad load)
    : block(block), loc(block.getLoc()), dims(dims), load(std::move(load)) {}

void HostRowProgram::emit(OpBuilder &builder) {
  // A value that is equal along the row is that of its first element.
  SmallVector<Value> first(dims);
  for (int64_t dim : block.getRows())
    first[dim] = createIndex(builder, loc, 0);
  for (Operation &op : block.getBodyBlock()->without_terminator()) {
    if (auto reduce = dyn_cast<RowReduceOp>(op)) {
      emitReduce(builder, reduce);
    } else if (auto norm = dyn_cast<LayerNormOp>(op)) {
      emitStatistics(builder, norm);
    } else if (isRowUniform(op.getResult(0))) {
      for (Value result : op.getResults())
        evaluate(builder, result, first, uniform);
    }
  }
  auto body = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
    Values known(uniform);
    SmallVector<Value> values;
    for (Value value : block.getYield().getValues())
      values.push_back(evaluate(b, value, at, known));
    // An out may lie over an operand: all is read before anything is written.
    for (auto [i, value] : llvm::enumerate(values))
      memref::StoreOp::create(b, loc, value, block.getOuts()[i],
                              applyMap(b, loc, block.getOutMap(i), at));
    return SmallVector<Value>();
  };
  overRow(builder, {}, body);
}

SmallVector<Value> HostRowProgram::overRow(
    OpBuilder &builder, ArrayRef<Value> init,
    function_ref<SmallVector<Value>(OpBuilder &, ArrayRef<Value>,
                                    ArrayRef<Value>)>
        body) {
  SmallVector<Value> sizes;
  for (int64_t dim : block.getRows())
    sizes.push_back(createIndex(builder, loc, block.getDomain()[dim]));
  return createLoopNest(
      builder, loc, sizes, init,
      [&](OpBuilder &b, ArrayRef<Value> row, ArrayRef<Value> carried) {
        SmallVector<Value> at(dims);
        for (auto [dim, index] : llvm::zip_equal(block.getRows(), row))
          at[dim] = index;
        return body(b, at, carried);
      });
}

Value HostRowProgram::evaluate(OpBuilder &builder, Value value,
                               ArrayRef<Value> at, Values &known) {
  if (Value found = known.lookup(value))
    return found;
  Value result;
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    result = loadArgument(builder, arg, at);
  } else {
    Operation *op = value.getDefiningOp();
    result = evaluateOp(builder, op, at, known);
    if (!result)
      return known.lookup(value);
  }
  known[value] = result;
  return result;
}

Value HostRowProgram::loadArgument(OpBuilder &builder, BlockArgument arg,
                                   ArrayRef<Value> at) {
  if (arg == block.getProducerArg())
    return load(builder, at);
  unsigned number = arg.getArgNumber() - 1;
  Value param = block.getParams()[number];
  if (!isa<MemRefType>(param.getType()))
    return param;
  return memref::LoadOp::create(
      builder, loc, param,
      applyMap(builder, loc, block.getParamMap(number), at));
}

/// Emits the value of `op`, which has one result or, if null is returned, has
/// its results recorded in `known`.
Value HostRowProgram::evaluateOp(OpBuilder &builder, Operation *op,
                                 ArrayRef<Value> at, Values &known) {
  if (auto index = dyn_cast<IndexOp>(op))
    return at[index.getDim()];
  if (auto reduce = dyn_cast<RowReduceOp>(op))
    return uniform.lookup(reduce.getResult());
  if (auto norm = dyn_cast<LayerNormOp>(op)) {
    const Statistics &stats = statistics.find(op)->second;
    Value v = evaluate(builder, norm.getValue(), at, known);
    v = castFloat(builder, loc, v, stats.mean.getType());
    Value centred = arith::SubFOp::create(builder, loc, v, stats.mean);
    Value scaled = arith::MulFOp::create(builder, loc, centred, stats.scale);
    return castFloat(builder, loc, scaled, norm.getType());
  }
  if (auto gelu = dyn_cast<GeluOp>(op))
    return createGelu(builder, gelu,
                      evaluate(builder, gelu.getValue(), at, known));
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, evaluate(builder, operand, at, known));
  Operation *clone = builder.clone(*op, mapping);
  for (auto [from, to] : llvm::zip_equal(op->getResults(), clone->getResults()))
    known[from] = to;
  return {};
}

void HostRowProgram::emitReduce(OpBuilder &builder, RowReduceOp op) {
  Type type = op.getType();
  Type sumType = getSumType(type);
  Value init = arith::ConstantOp::create(
      builder, loc, getReduceIdentity(op.getKind(), sumType));
  auto body = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value> carried) {
    Values known(uniform);
    Value v = evaluate(b, op.getValue(), at, known);
    if (sumType != type)
      v = castFloat(b, loc, v, sumType);
    return SmallVector<Value>{combine(b, loc, op.getKind(), carried[0], v)};
  };
  Value result = overRow(builder, {init}, body)[0];
  if (sumType != type)
    result = castFloat(builder, loc, result, type);
  uniform[op.getResult()] = result;
}

/// Emits the corrected two-pass statistics: m0 = sum(v)/L; d = v - m0;
/// c = sum(d)/L; q = sum(d*d)/L; mean = m0 + c, var = q - c*c.
void HostRowProgram::emitStatistics(OpBuilder &builder, LayerNormOp op) {
  Type type = getSumType(op.getType());
  auto row = [&](OpBuilder &b, ArrayRef<Value> at) {
    Values known(uniform);
    return castFloat(b, loc, evaluate(b, op.getValue(), at, known), type);
  };
  auto add = [&](OpBuilder &b, Value lhs, Value rhs) {
    return combine(b, loc, ReduceKind::Add, lhs, rhs);
  };
  Value zero = createFloat(builder, loc, type, 0.0);
  Value length = createFloat(builder, loc, type, block.getRowLength());
  Value sum =
      overRow(builder, {zero},
              [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value> carried) {
                return SmallVector<Value>{add(b, carried[0], row(b, at))};
              })[0];
  Value m0 = arith::DivFOp::create(builder, loc, sum, length);
  auto body = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value> carried) {
    Value d = arith::SubFOp::create(b, loc, row(b, at), m0);
    Value square = arith::MulFOp::create(b, loc, d, d);
    return SmallVector<Value>{add(b, carried[0], d),
                              add(b, carried[1], square)};
  };
  SmallVector<Value> sums = overRow(builder, {zero, zero}, body);
  Value c = arith::DivFOp::create(builder, loc, sums[0], length);
  Value q = arith::DivFOp::create(builder, loc, sums[1], length);
  Value mean = arith::AddFOp::create(builder, loc, m0, c);
  Value cc = arith::MulFOp::create(builder, loc, c, c);
  Value var = arith::SubFOp::create(builder, loc, q, cc);
  Value eps = createFloat(builder, loc, type, op.getEps().convertToDouble());
  Value shifted = arith::AddFOp::create(builder, loc, var, eps);
  Value root = math::SqrtOp::create(builder, loc, shifted);
  Value one = createFloat(builder, loc, type, 1.0);
  Value scale = arith::DivFOp::create(builder, loc, one, root);
  statistics[op] = {mean, scale};
}

Value HostRowProgram::createGelu(OpBuilder &builder, GeluOp op, Value v) {
  Type type = getSumType(v.getType());
  Value x = castFloat(builder, loc, v, type);
  auto constant = [&](double value) {
    return createFloat(builder, loc, type, value);
  };
  auto mul = [&](Value lhs, Value rhs) -> Value {
    return arith::MulFOp::create(builder, loc, lhs, rhs);
  };
  Value curve;
  if (op.getApproximate() == GeluKind::Erf) {
    constexpr double kInverseSqrt2 = 0.70710678118654752440;
    curve = math::ErfOp::create(builder, loc, mul(x, constant(kInverseSqrt2)));
  } else {
    Value cube = mul(mul(x, x), x);
    Value term = mul(constant(op.getC1()->convertToDouble()), cube);
    Value inner = arith::AddFOp::create(builder, loc, x, term);
    inner = mul(constant(op.getC0()->convertToDouble()), inner);
    curve = math::TanhOp::create(builder, loc, inner);
  }
  Value upper = arith::AddFOp::create(builder, loc, constant(1.0), curve);
  Value result = mul(mul(constant(0.5), x), upper);
  return castFloat(builder, loc, result, v.getType());
}
