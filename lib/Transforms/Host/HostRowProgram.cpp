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
                               ProducerLoad load, RowStrip strip,
                               ScratchMemory &scratch)
    : block(block), loc(block.getLoc()), dims(dims), load(std::move(load)),
      strip(strip), scratch(scratch) {}

LogicalResult HostRowProgram::emit(OpBuilder &builder) {
  for (Operation &op : block.getBodyBlock()->without_terminator()) {
    if (auto reduce = dyn_cast<RowReduceOp>(op))
      emitReduce(builder, reduce);
    else if (auto norm = dyn_cast<LayerNormOp>(op))
      emitStatistics(builder, norm);
    else if (isRowUniform(op.getResult(0)))
      evaluateUniform(builder, op);
    if (!hasMemory)
      return failure();
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
  return success();
}

/// Emits the values of `op`, which are equal along the row: those of its first
/// element.
void HostRowProgram::evaluateUniform(OpBuilder &builder, Operation &op) {
  // An index has no place in a buffer; it costs nothing to compute again.
  if (isStrip() && llvm::any_of(op.getResultTypes(), llvm::IsaPred<IndexType>))
    return;
  ValueList results =
      perRow(builder, {}, SmallVector<Type>(op.getResultTypes()),
             [&](OpBuilder &b, ArrayRef<Value>) {
               SmallVector<Value> first(dims);
               for (int64_t dim : block.getRows())
                 first[dim] = createIndex(b, loc, 0);
               Values known(uniform);
               ValueList values;
               for (Value result : op.getResults())
                 values.push_back(evaluate(b, result, first, known));
               return values;
             });
  for (auto [value, result] : llvm::zip(op.getResults(), results))
    uniform[value] = result;
}

/// A buffer for one value of `type` for each row of the strip.
Value HostRowProgram::createBuffer(Type type) {
  FailureOr<Value> buffer =
      scratch.get(loc, MemRefType::get({strip.width}, type));
  hasMemory &= succeeded(buffer);
  return hasMemory ? *buffer : Value();
}

/// The running row's value of one for the whole row.
Value HostRowProgram::read(OpBuilder &builder, Value value) {
  if (!isa<MemRefType>(value.getType()))
    return value;
  return memref::LoadOp::create(builder, loc, value, lane);
}

void HostRowProgram::write(OpBuilder &builder, Value value, Value buffer) {
  memref::StoreOp::create(builder, loc, value, buffer, lane);
}

void HostRowProgram::overStrip(OpBuilder &builder,
                               function_ref<void(OpBuilder &)> body) {
  createLoopNest(builder, loc, {strip.size}, {},
                 [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value>) {
                   lane = at[0];
                   dims[strip.dim] =
                       arith::AddIOp::create(b, loc, strip.begin, lane);
                   body(b);
                   return SmallVector<Value>();
                 });
}

HostRowProgram::ValueList HostRowProgram::perRow(
    OpBuilder &builder, ArrayRef<Value> from, ArrayRef<Type> types,
    function_ref<ValueList(OpBuilder &, ArrayRef<Value>)> body) {
  if (!isStrip())
    return body(builder, from);
  ValueList buffers =
      llvm::map_to_vector(types, [&](Type type) { return createBuffer(type); });
  if (!hasMemory)
    return buffers;
  overStrip(builder, [&](OpBuilder &b) {
    ValueList values =
        llvm::map_to_vector(from, [&](Value value) { return read(b, value); });
    for (auto [value, buffer] : llvm::zip_equal(body(b, values), buffers))
      write(b, value, buffer);
  });
  return buffers;
}

HostRowProgram::ValueList HostRowProgram::overRow(
    OpBuilder &builder, ArrayRef<Value> init,
    function_ref<ValueList(OpBuilder &, ArrayRef<Value>, ArrayRef<Value>)>
        body) {
  SmallVector<Value> sizes;
  for (int64_t dim : block.getRows())
    sizes.push_back(createIndex(builder, loc, block.getDomain()[dim]));
  auto getIndex = [&](ArrayRef<Value> row) {
    SmallVector<Value> at(dims);
    for (auto [dim, index] : llvm::zip_equal(block.getRows(), row))
      at[dim] = index;
    return at;
  };
  if (!isStrip())
    return createLoopNest(
        builder, loc, sizes, init,
        [&](OpBuilder &b, ArrayRef<Value> row, ArrayRef<Value> carried) {
          return body(b, getIndex(row), carried);
        });
  ValueList sums;
  if (!init.empty())
    sums = perRow(
        builder, {},
        llvm::map_to_vector(init, [](Value value) { return value.getType(); }),
        [&](OpBuilder &, ArrayRef<Value>) { return ValueList(init); });
  if (!hasMemory)
    return sums;
  createLoopNest(builder, loc, sizes, {},
                 [&](OpBuilder &b, ArrayRef<Value> row, ArrayRef<Value>) {
                   overStrip(b, [&](OpBuilder &inner) {
                     ValueList carried = llvm::map_to_vector(
                         sums, [&](Value sum) { return read(inner, sum); });
                     ValueList values = body(inner, getIndex(row), carried);
                     for (auto [value, sum] : llvm::zip_equal(values, sums))
                       write(inner, value, sum);
                   });
                   return ValueList();
                 });
  return sums;
}

Value HostRowProgram::evaluate(OpBuilder &builder, Value value,
                               ArrayRef<Value> at, Values &known) {
  if (Value found = known.lookup(value)) {
    found = read(builder, found);
    known[value] = found;
    return found;
  }
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
  if (auto norm = dyn_cast<LayerNormOp>(op)) {
    const Statistics &stats = statistics.find(op)->second;
    Value v = evaluate(builder, norm.getValue(), at, known);
    Value mean = read(builder, stats.mean), scale = read(builder, stats.scale);
    v = castFloat(builder, loc, v, mean.getType());
    Value centred = arith::SubFOp::create(builder, loc, v, mean);
    Value scaled = arith::MulFOp::create(builder, loc, centred, scale);
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
  ValueList result = overRow(builder, {init}, body);
  if (sumType != type && hasMemory)
    result =
        perRow(builder, result, {type}, [&](OpBuilder &b, ArrayRef<Value> sum) {
          return ValueList{castFloat(b, loc, sum[0], type)};
        });
  if (hasMemory)
    uniform[op.getResult()] = result[0];
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
  auto first = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value> carried) {
    return ValueList{add(b, carried[0], row(b, at))};
  };
  ValueList sum = overRow(builder, {zero}, first);
  if (!hasMemory)
    return;
  auto divide = [&](OpBuilder &b, ArrayRef<Value> sum) -> ValueList {
    return {arith::DivFOp::create(b, loc, sum[0], length)};
  };
  ValueList m0 = perRow(builder, sum, {type}, divide);
  auto second = [&](OpBuilder &b, ArrayRef<Value> at, ArrayRef<Value> carried) {
    Value d = arith::SubFOp::create(b, loc, row(b, at), read(b, m0[0]));
    Value square = arith::MulFOp::create(b, loc, d, d);
    return ValueList{add(b, carried[0], d), add(b, carried[1], square)};
  };
  if (!hasMemory)
    return;
  ValueList sums = overRow(builder, {zero, zero}, second);
  if (!hasMemory)
    return;
  sums.push_back(m0[0]);
  auto finish = [&](OpBuilder &b, ArrayRef<Value> from) {
    return createStatistics(b, op, from[0], from[1], from[2]);
  };
  ValueList both = perRow(builder, sums, {type, type}, finish);
  if (hasMemory)
    statistics[op] = {both[0], both[1]};
}

/// The mean and the scale of a row whose deviations from `m0` have these sums,
/// of themselves and of their squares.
HostRowProgram::ValueList
HostRowProgram::createStatistics(OpBuilder &b, LayerNormOp op, Value sum,
                                 Value squares, Value m0) {
  Type type = sum.getType();
  Value length = createFloat(b, loc, type, block.getRowLength());
  Value c = arith::DivFOp::create(b, loc, sum, length);
  Value q = arith::DivFOp::create(b, loc, squares, length);
  Value mean = arith::AddFOp::create(b, loc, m0, c);
  Value cc = arith::MulFOp::create(b, loc, c, c);
  Value var = arith::SubFOp::create(b, loc, q, cc);
  Value eps = createFloat(b, loc, type, op.getEps().convertToDouble());
  Value shifted = arith::AddFOp::create(b, loc, var, eps);
  Value root = math::SqrtOp::create(b, loc, shifted);
  Value one = createFloat(b, loc, type, 1.0);
  Value scale = arith::DivFOp::create(b, loc, one, root);
  return {mean, scale};
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
