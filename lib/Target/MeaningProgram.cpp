//===- MeaningProgram.cpp - Scalar programs of the meaning ----------------===//
// Maps arith, math and region ops to opcodes with their operands and constants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "MeaningProgram.h"

#include "Upweave/IR/Upweave.h"
#include "Upweave/Target/Meaning.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using upweave::bundle::Opcode;

namespace upweave {

namespace {
struct NamedOpcode {
  const char *name;
  Opcode opcode;
};
} // namespace

static constexpr NamedOpcode kArithOpcodes[] = {
    {"select", Opcode::Select},
    {"addf", Opcode::AddF},
    {"subf", Opcode::SubF},
    {"mulf", Opcode::MulF},
    {"divf", Opcode::DivF},
    {"remf", Opcode::RemF},
    {"negf", Opcode::NegF},
    {"maximumf", Opcode::MaximumF},
    {"maxnumf", Opcode::MaxNumF},
    {"minimumf", Opcode::MinimumF},
    {"minnumf", Opcode::MinNumF},
    {"cmpf", Opcode::CmpF},
    {"addi", Opcode::AddI},
    {"subi", Opcode::SubI},
    {"muli", Opcode::MulI},
    {"divsi", Opcode::DivSI},
    {"divui", Opcode::DivUI},
    {"ceildivsi", Opcode::CeilDivSI},
    {"ceildivui", Opcode::CeilDivUI},
    {"floordivsi", Opcode::FloorDivSI},
    {"remsi", Opcode::RemSI},
    {"remui", Opcode::RemUI},
    {"andi", Opcode::AndI},
    {"ori", Opcode::OrI},
    {"xori", Opcode::XorI},
    {"shli", Opcode::ShLI},
    {"shrsi", Opcode::ShRSI},
    {"shrui", Opcode::ShRUI},
    {"maxsi", Opcode::MaxSI},
    {"maxui", Opcode::MaxUI},
    {"minsi", Opcode::MinSI},
    {"minui", Opcode::MinUI},
    {"cmpi", Opcode::CmpI},
    {"extf", Opcode::ExtF},
    {"truncf", Opcode::TruncF},
    {"extsi", Opcode::ExtSI},
    {"extui", Opcode::ExtUI},
    {"trunci", Opcode::TruncI},
    {"sitofp", Opcode::SIToFP},
    {"uitofp", Opcode::UIToFP},
    {"fptosi", Opcode::FPToSI},
    {"fptoui", Opcode::FPToUI},
    {"index_cast", Opcode::IndexCast},
    {"index_castui", Opcode::IndexCastUI},
    {"bitcast", Opcode::Bitcast},
};

static constexpr NamedOpcode kMathOpcodes[] = {
    {"fma", Opcode::Fma},           {"clampf", Opcode::ClampF},
    {"absf", Opcode::AbsF},         {"sqrt", Opcode::Sqrt},
    {"rsqrt", Opcode::Rsqrt},       {"cbrt", Opcode::Cbrt},
    {"exp", Opcode::Exp},           {"exp2", Opcode::Exp2},
    {"expm1", Opcode::ExpM1},       {"log", Opcode::Log},
    {"log2", Opcode::Log2},         {"log10", Opcode::Log10},
    {"log1p", Opcode::Log1P},       {"erf", Opcode::Erf},
    {"erfc", Opcode::Erfc},         {"sin", Opcode::Sin},
    {"cos", Opcode::Cos},           {"tan", Opcode::Tan},
    {"asin", Opcode::Asin},         {"acos", Opcode::Acos},
    {"atan", Opcode::Atan},         {"atan2", Opcode::Atan2},
    {"sinh", Opcode::Sinh},         {"cosh", Opcode::Cosh},
    {"tanh", Opcode::Tanh},         {"asinh", Opcode::Asinh},
    {"acosh", Opcode::Acosh},       {"atanh", Opcode::Atanh},
    {"powf", Opcode::PowF},         {"fpowi", Opcode::FPowI},
    {"floor", Opcode::Floor},       {"ceil", Opcode::Ceil},
    {"round", Opcode::Round},       {"roundeven", Opcode::RoundEven},
    {"trunc", Opcode::TruncFloat},  {"copysign", Opcode::CopySign},
    {"isnan", Opcode::IsNaN},       {"isinf", Opcode::IsInf},
    {"isfinite", Opcode::IsFinite}, {"absi", Opcode::AbsI},
    {"ipowi", Opcode::IPowI},       {"ctlz", Opcode::CtLz},
    {"cttz", Opcode::CtTz},         {"ctpop", Opcode::CtPop},
};

Opcode getOpcode(Operation *op) {
  if (op->getNumRegions() != 0 || op->getNumResults() != 1)
    return Opcode::Opaque;
  auto find = [&](ArrayRef<NamedOpcode> table) {
    StringRef name = op->getName().stripDialect();
    for (const NamedOpcode &entry : table)
      if (name == entry.name)
        return entry.opcode;
    return Opcode::Opaque;
  };
  StringRef dialect = op->getName().getDialectNamespace();
  if (dialect == "arith")
    return find(kArithOpcodes);
  if (dialect == "math")
    return find(kMathOpcodes);
  return llvm::TypeSwitch<Operation *, Opcode>(op)
      .Case<linalg::IndexOp, IndexOp>([](auto) { return Opcode::LoopIndex; })
      .Case([](tensor::ExtractOp) { return Opcode::TensorExtract; })
      .Case([](RowReduceOp) { return Opcode::RowReduce; })
      .Case([](LayerNormOp) { return Opcode::LayerNorm; })
      .Case([](GeluOp gelu) {
        return gelu.getApproximate() == GeluKind::Erf ? Opcode::GeluErf
                                                      : Opcode::GeluTanh;
      })
      .Default([](Operation *) { return Opcode::Opaque; });
}

void ProgramBuilder::addArgument(Value value, Type type) {
  if (value)
    numbers[value] = program->args.size();
  program->args.push_back(getBundleType(type).value_or(bundle::DType::F32));
}

bundle::ScalarOpT &ProgramBuilder::append(Opcode opcode, Type type) {
  program->ops.push_back(std::make_unique<bundle::ScalarOpT>());
  bundle::ScalarOpT &op = *program->ops.back();
  op.opcode = opcode;
  std::optional<bundle::DType> dtype = getBundleType(type);
  op.dtype = dtype.value_or(bundle::DType::F32);
  if (!dtype)
    op.opcode = Opcode::Opaque;
  return op;
}

void ProgramBuilder::addConstant(Value value, Attribute attr) {
  bundle::ScalarOpT &op = append(Opcode::Constant, value.getType());
  if (auto number = dyn_cast<FloatAttr>(attr))
    op.value = number.getValueAsDouble();
  else if (auto number = dyn_cast<IntegerAttr>(attr))
    op.integer = value.getType().isInteger(1)
                     ? number.getValue().getZExtValue()
                     : number.getValue().getSExtValue();
  else
    op.opcode = Opcode::Opaque;
  if (op.opcode == Opcode::Opaque) {
    llvm::raw_string_ostream os(op.name);
    os << "constant of type " << value.getType();
  }
  numbers[value] = program->args.size() + program->ops.size() - 1;
}

unsigned ProgramBuilder::getNumber(Value value) {
  auto known = numbers.find(value);
  if (known != numbers.end())
    return known->second;
  Attribute attr;
  if (matchPattern(value, m_Constant(&attr))) {
    addConstant(value, attr);
    return numbers[value];
  }
  // Captured, and not a tensor or a scalar that became an argument.
  bundle::ScalarOpT &op = append(Opcode::Opaque, value.getType());
  op.name = value.getDefiningOp()
                ? value.getDefiningOp()->getName().getStringRef().str()
                : "captured argument";
  return numbers[value] = program->args.size() + program->ops.size() - 1;
}

void ProgramBuilder::addLoopIndex(Value value, unsigned loop) {
  append(Opcode::LoopIndex, value.getType()).integer = loop;
  numbers[value] = program->args.size() + program->ops.size() - 1;
}

/// Attributes of `op` that its opcode alone does not say.
static void setAttributes(Operation *op, bundle::ScalarOpT &scalar) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](arith::CmpIOp cmp) {
        scalar.predicate = static_cast<uint8_t>(cmp.getPredicate());
      })
      .Case([&](arith::CmpFOp cmp) {
        scalar.predicate = static_cast<uint8_t>(cmp.getPredicate());
      })
      .Case([&](linalg::IndexOp index) { scalar.integer = index.getDim(); })
      .Case([&](IndexOp index) { scalar.integer = index.getDim(); })
      .Case([&](RowReduceOp reduce) {
        scalar.reduce = static_cast<bundle::ReduceKind>(reduce.getKind());
      })
      .Case([&](LayerNormOp norm) {
        scalar.value = norm.getEps().convertToDouble();
      })
      .Case([&](GeluOp gelu) {
        if (gelu.getC0())
          scalar.value = gelu.getC0()->convertToDouble();
        if (gelu.getC1())
          scalar.value2 = gelu.getC1()->convertToDouble();
      });
}

void ProgramBuilder::addOp(Operation *op, TensorFn getTensor) {
  Attribute attr;
  if (op->getNumResults() == 1 &&
      matchPattern(op->getResult(0), m_Constant(&attr)))
    return addConstant(op->getResult(0), attr);

  Opcode opcode = getOpcode(op);
  auto extract = dyn_cast<tensor::ExtractOp>(op);
  std::optional<unsigned> tensor;
  if (extract && !(tensor = getTensor(extract.getTensor())))
    opcode = Opcode::Opaque;
  std::vector<uint32_t> operands;
  for (Value operand : op->getOperands())
    if (!isa<ShapedType>(operand.getType()))
      operands.push_back(getNumber(operand));
  // An op with several results is opaque once a result.
  for (Value result : op->getResults()) {
    bundle::ScalarOpT &scalar = append(opcode, result.getType());
    scalar.operands = operands;
    scalar.tensor = tensor.value_or(0);
    setAttributes(op, scalar);
    if (scalar.opcode == Opcode::Opaque)
      scalar.name = op->getName().getStringRef().str();
    numbers[result] = program->args.size() + program->ops.size() - 1;
  }
}

void ProgramBuilder::addResult(Value value) {
  program->results.push_back(getNumber(value));
}

void ProgramBuilder::addBody(Block &body, TensorFn getTensor) {
  for (Operation &op : body.without_terminator())
    addOp(&op, getTensor);
  for (Value result : body.getTerminator()->getOperands())
    addResult(result);
}

} // namespace upweave
