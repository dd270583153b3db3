//===- MeaningPrinter.cpp - The meaning in text ---------------------------===//
// Prints meaning tables for people and tests, one line a tensor, step and op.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/Meaning.h"
#include "Upweave/Target/SizeExpr.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace upweave::bundle;

namespace upweave {

namespace {
/// The parts of one meaning.
class Printer {
public:
  Printer(const MeaningT &meaning, llvm::raw_ostream &os)
      : meaning(meaning), os(os) {}

  void run();

private:
  using Exprs = std::vector<std::unique_ptr<ExprT>>;

  void print(const Exprs &exprs);
  void print(const OperandT &operand);
  void print(const std::vector<std::unique_ptr<OperandT>> &operands);
  void print(const FillValueT &value);
  void print(const ProgramT &program);
  void print(const ScalarOpT &op);
  void print(const BlockStepT &step);
  void print(const LoopNestStepT &step);
  void print(const StepT &step);
  void printNumber(double value) { os << llvm::format("%.17g", value); }

  const MeaningT &meaning;
  llvm::raw_ostream &os;
};
} // namespace

void Printer::print(const Exprs &exprs) {
  os << '[';
  llvm::interleaveComma(exprs, os, [&](const std::unique_ptr<ExprT> &expr) {
    printExpr(*expr, os);
  });
  os << ']';
}

void Printer::print(const OperandT &operand) {
  os << 't' << operand.tensor;
  print(operand.map);
}

void Printer::print(const std::vector<std::unique_ptr<OperandT>> &operands) {
  os << '(';
  llvm::interleaveComma(
      operands, os,
      [&](const std::unique_ptr<OperandT> &operand) { print(*operand); });
  os << ')';
}

void Printer::print(const FillValueT &value) {
  if (value.scalar >= 0)
    os << 't' << value.scalar;
  else if (value.size)
    printExpr(*value.size, os);
  else if (value.integer != 0)
    os << value.integer;
  else
    printNumber(value.value);
}

void Printer::print(const ScalarOpT &op) {
  os << EnumNameOpcode(op.opcode);
  for (uint32_t operand : op.operands)
    os << " v" << operand;
  switch (op.opcode) {
  case Opcode::Constant:
    os << ' ';
    if (op.dtype <= DType::F64)
      printNumber(op.value);
    else
      os << op.integer;
    break;
  case Opcode::LoopIndex:
    os << " d" << op.integer;
    break;
  case Opcode::TensorExtract:
    os << " of t" << op.tensor;
    break;
  case Opcode::CmpF:
    os << ' ' << EnumNameFloatPredicate(FloatPredicate(op.predicate));
    break;
  case Opcode::CmpI:
    os << ' ' << EnumNameIntPredicate(IntPredicate(op.predicate));
    break;
  case Opcode::RowReduce:
    os << ' ' << EnumNameReduceKind(op.reduce);
    break;
  case Opcode::LayerNorm:
    os << " eps ";
    printNumber(op.value);
    break;
  case Opcode::GeluTanh:
    os << " c0 ";
    printNumber(op.value);
    os << " c1 ";
    printNumber(op.value2);
    break;
  case Opcode::Opaque:
    os << " '" << op.name << "'";
    break;
  default:
    break;
  }
  os << " : " << EnumNameDType(op.dtype);
}

void Printer::print(const ProgramT &program) {
  for (size_t i = 0; i < program.args.size(); ++i)
    os << "    v" << i << " = argument : " << EnumNameDType(program.args[i])
       << '\n';
  for (size_t i = 0; i < program.ops.size(); ++i) {
    os << "    v" << program.args.size() + i << " = ";
    print(*program.ops[i]);
    os << '\n';
  }
  os << "    yield";
  for (uint32_t result : program.results)
    os << " v" << result;
  os << '\n';
}

template <typename T>
static void printList(llvm::StringRef name, const std::vector<T> &list,
                      llvm::raw_ostream &os) {
  os << ' ' << name << " [";
  llvm::interleaveComma(list, os, [&](T value) { os << int64_t(value); });
  os << ']';
}

void Printer::print(const BlockStepT &step) {
  os << "block ";
  print(step.domain);
  printList("rows", step.rows, os);
  if (step.geometry) {
    os << " conv_transpose t" << step.x << ", t" << step.filter;
    const ConvTransposeT &g = *step.geometry;
    printList("strides", g.strides, os);
    printList("low", g.pad_low, os);
    printList("high", g.pad_high, os);
    printList("dilations", g.dilations, os);
    printList("output_padding", g.output_padding, os);
    printList("reversed", g.reversed, os);
    os << " groups " << g.groups << ' '
       << EnumNameFilterGroups(g.filter_groups);
    printList("dims", g.x_dims, os);
    printList("x", g.filter_dims, os);
    printList("->", g.result_dims, os);
    os << ' ' << EnumNamePrecision(step.precision) << " unit ";
    printNumber(step.unit_error);
  } else {
    os << " stored t" << step.x;
  }
  os << " at ";
  print(step.producer_map);
  os << " params ";
  print(step.params);
  os << " outs ";
  print(step.outs);
  os << '\n';
  print(*step.program);
}

void Printer::print(const LoopNestStepT &step) {
  os << "loops ";
  print(step.sizes);
  os << " (";
  llvm::interleaveComma(step.iterators, os, [&](IteratorKind kind) {
    os << EnumNameIteratorKind(kind);
  });
  os << ") ins ";
  print(step.ins);
  os << " inits ";
  print(step.inits);
  os << " results";
  for (uint32_t result : step.results)
    os << " t" << result;
  if (step.precision != bundle::Precision::None)
    os << ' ' << EnumNamePrecision(step.precision);
  os << '\n';
  print(*step.program);
}

void Printer::print(const StepT &step) {
  os << "  ";
  if (step.when) {
    os << "if ";
    printExpr(*step.when, os);
    os << ": ";
  }
  if (const BlockStepT *block = step.op.AsBlockStep())
    return print(*block);
  if (const LoopNestStepT *nest = step.op.AsLoopNestStep())
    return print(*nest);
  if (const FillStepT *fill = step.op.AsFillStep()) {
    os << 't' << fill->result << " = fill ";
    print(*fill->value);
  } else if (const PadStepT *pad = step.op.AsPadStep()) {
    os << 't' << pad->result << " = pad t" << pad->source << " low ";
    print(pad->low);
    os << " with ";
    print(*pad->value);
  } else if (const ExtractSliceStepT *slice = step.op.AsExtractSliceStep()) {
    os << 't' << slice->result << " = slice t" << slice->source << ' ';
    print(slice->offsets);
    print(slice->sizes);
    print(slice->strides);
    printList("without", slice->dropped, os);
  } else if (const InsertSliceStepT *slice = step.op.AsInsertSliceStep()) {
    os << 't' << slice->result << " = insert t" << slice->source << " into t"
       << slice->dest << ' ';
    print(slice->offsets);
    print(slice->sizes);
    print(slice->strides);
    printList("without", slice->dropped, os);
  } else if (const ReshapeStepT *reshape = step.op.AsReshapeStep()) {
    os << 't' << reshape->result << " = reshape t" << reshape->source;
  } else if (const ChooseStepT *choose = step.op.AsChooseStep()) {
    os << 't' << choose->result << " = choose t" << choose->then << " or t"
       << choose->otherwise << " by ";
    printExpr(*choose->condition, os);
  } else if (const OpaqueStepT *opaque = step.op.AsOpaqueStep()) {
    for (uint32_t result : opaque->results)
      os << 't' << result << ' ';
    os << "= opaque '" << opaque->name << "'";
    for (uint32_t input : opaque->inputs)
      os << " t" << input;
  }
  os << '\n';
}

void Printer::run() {
  for (size_t i = 0; i < meaning.tensors.size(); ++i) {
    const TensorT &tensor = *meaning.tensors[i];
    os << "  t" << i << ": " << EnumNameDType(tensor.dtype) << ' ';
    print(tensor.shape);
    if (tensor.source == TensorSource::Argument)
      os << " argument " << tensor.argument;
    if (tensor.source == TensorSource::Constant)
      os << " constant" << (tensor.splat ? " splat" : "") << " at "
         << tensor.offset;
    os << '\n';
  }
  for (const std::unique_ptr<StepT> &step : meaning.steps)
    print(*step);
  os << "  return";
  for (uint32_t result : meaning.results)
    os << " t" << result;
  os << '\n';
}

void printMeaning(const MeaningT &meaning, llvm::raw_ostream &os) {
  Printer(meaning, os).run();
}

} // namespace upweave
