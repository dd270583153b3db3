// Unpacks and validates scalar programs; dispatches their ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FloatErrors.h"

#include <fmt/format.h>

namespace upweave {
namespace check {

using bundle::Opcode;

const char *opcodeName(Opcode opcode) { return bundle::EnumNameOpcode(opcode); }

bool isCollective(Opcode opcode) {
  return opcode == Opcode::RowReduce || opcode == Opcode::LayerNorm;
}

int operandCount(Opcode opcode) {
  switch (opcode) {
  case Opcode::Opaque:
  case Opcode::TensorExtract:
    return -1;
  case Opcode::Constant:
  case Opcode::LoopIndex:
    return 0;
  case Opcode::Select:
  case Opcode::Fma:
  case Opcode::ClampF:
    return 3;
  case Opcode::AddF:
  case Opcode::SubF:
  case Opcode::MulF:
  case Opcode::DivF:
  case Opcode::RemF:
  case Opcode::MaximumF:
  case Opcode::MaxNumF:
  case Opcode::MinimumF:
  case Opcode::MinNumF:
  case Opcode::Atan2:
  case Opcode::PowF:
  case Opcode::FPowI:
  case Opcode::CopySign:
  case Opcode::CmpF:
  case Opcode::CmpI:
  case Opcode::IPowI:
    return 2;
  default:
    break;
  }
  return opcode >= Opcode::AddI && opcode <= Opcode::MinUI ? 2 : 1;
}

Op ScalarProgram::unpack(const bundle::ScalarOp &table, const Context &context,
                         uint32_t position) const {
  const std::string where = fmt::format("{}, op {}", context.where, position);
  if (table.opcode() > Opcode::GeluTanh || table.dtype() > DType::Index)
    throw CheckError(fmt::format("{}: unknown opcode {} or dtype {}", where,
                                 int(table.opcode()), int(table.dtype())));
  if (table.opcode() == Opcode::Opaque)
    throw CheckError(
        fmt::format("{}: the check cannot evaluate '{}': compare with --expect "
                    "FILE.npy",
                    where, table.name() ? table.name()->c_str() : "?"));
  Op op;
  op.opcode = table.opcode();
  op.dtype = table.dtype();
  op.value = table.value();
  op.value2 = table.value2();
  op.integer = table.integer();
  op.predicate = table.predicate();
  op.reduce = table.reduce();
  op.tensor = table.tensor();
  if (table.operands())
    op.operands.assign(table.operands()->begin(), table.operands()->end());
  const int expected = operandCount(op.opcode);
  if (expected >= 0 && op.operands.size() != size_t(expected))
    throw CheckError(fmt::format("{}: {} has {} operands, expected {}", where,
                                 opcodeName(op.opcode), op.operands.size(),
                                 expected));
  for (uint32_t operand : op.operands) {
    if (operand >= valueCount())
      throw CheckError(
          fmt::format("{}: operand {} is not defined yet", where, operand));
    op.operandTypes.push_back(typeOf(operand));
  }
  if (op.opcode == Opcode::LoopIndex &&
      (op.integer < 0 || op.integer >= context.loops))
    throw CheckError(
        fmt::format("{}: loop {} of {}", where, op.integer, context.loops));
  if (op.opcode == Opcode::TensorExtract && op.tensor >= context.tensors)
    throw CheckError(
        fmt::format("{}: tensor {} is not defined yet", where, op.tensor));
  if (isCollective(op.opcode) && !context.collectives)
    throw CheckError(
        fmt::format("{}: {} outside a block", where, opcodeName(op.opcode)));
  if (op.opcode == Opcode::RowReduce && op.reduce > bundle::ReduceKind::XorI)
    throw CheckError(
        fmt::format("{}: unknown reduction {}", where, int(op.reduce)));
  return op;
}

ScalarProgram::ScalarProgram(const bundle::Program *table,
                             const Context &context) {
  if (!table)
    throw CheckError(context.where + ": no program");
  if (table->args())
    for (uint32_t i = 0; i < table->args()->size(); ++i)
      argTypes.push_back(DType(table->args()->Get(i)));
  if (argTypes.size() != context.args)
    throw CheckError(fmt::format("{}: the program has {} arguments, expected "
                                 "{}",
                                 context.where, argTypes.size(), context.args));
  for (uint32_t i = 0; table->ops() && i < table->ops()->size(); ++i) {
    opList.push_back(unpack(*table->ops()->Get(i), context, i));
    collective |= isCollective(opList.back().opcode);
  }
  if (table->results())
    resultList.assign(table->results()->begin(), table->results()->end());
  if (resultList.size() != context.results)
    throw CheckError(fmt::format("{}: the program has {} results, expected {}",
                                 context.where, resultList.size(),
                                 context.results));
  for (uint32_t result : resultList)
    if (result >= valueCount())
      throw CheckError(
          fmt::format("{}: result {} is not defined", context.where, result));
}

namespace {
/// The other branch counts when the condition was too close to call.
Value select(const Op &op, const Value *in) {
  Value chosen = in[0].i ? in[1] : in[2];
  if (in[0].e == 0)
    return chosen;
  const bool floats = isFloat(op.dtype);
  const double gap =
      floats ? (in[1].v == in[2].v ? 0 : std::fabs(in[1].v - in[2].v))
             : std::fabs(double(in[1].i) - double(in[2].i));
  const bool bothNaN = floats && std::isnan(in[1].v) && std::isnan(in[2].v);
  chosen.low = std::min(surelyAbove(in[1]), surelyAbove(in[2]));
  chosen.e = std::max(in[1].e, in[2].e) + (bothNaN ? 0 : gap);
  if (std::isnan(chosen.e)) // a NaN or a number
    chosen.e = INFINITY;
  return chosen;
}
} // namespace

Value applyScalar(const Op &op, const Value *in) {
  switch (op.opcode) {
  case Opcode::Constant:
    return isFloat(op.dtype) ? floatValue(op.value)
                             : intValue(wrapInteger(op.dtype, op.integer));
  case Opcode::Select:
    return select(op, in);
  case Opcode::GeluErf:
  case Opcode::GeluTanh:
    return applyFloat(op, in);
  default:
    break;
  }
  if (op.opcode >= Opcode::AddF && op.opcode <= Opcode::CmpF)
    return applyFloat(op, in);
  if (op.opcode >= Opcode::AddI && op.opcode <= Opcode::CmpI)
    return applyInteger(op, in);
  if (op.opcode >= Opcode::ExtF && op.opcode <= Opcode::Bitcast)
    return applyCast(op, in);
  throw CheckError(fmt::format("'{}' is no scalar op", opcodeName(op.opcode)));
}

} // namespace check
} // namespace upweave
