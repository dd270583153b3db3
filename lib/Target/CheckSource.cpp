//===- CheckSource.cpp - What entry points may be -------------------------===//
// Refuses, before anything is done, functions that no bundle can hold.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "CheckSource.h"

#include "Upweave/IR/Upweave.h"
#include "Upweave/Target/ForeignInput.h"
#include "Upweave/Target/Meaning.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace upweave {

static constexpr llvm::StringLiteral kElements =
    "f16, bf16, f32, f64, i1, i8, i16, i32 or i64";

/// What to do about an argument or a result of this type; empty if nothing.
static std::string getAdvice(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto shaped = dyn_cast<ShapedType>(type);
  Type element = getElementTypeOrSelf(type);
  if (isa<BaseMemRefType>(type))
    return "functions that write to memory are not taken: compile the module "
           "before it is bufferized, with tensors as arguments and results";
  if (isa<TensorType>(type) && !shaped.hasRank())
    return "give it a rank, with '?' for a batch of any size";
  if (element.isIndex())
    element = IntegerType::get(type.getContext(), 64);
  bool known = getBundleType(element).has_value();
  if (!shaped && known) {
    os << "make it a tensor of rank 0, 'tensor<" << element
       << ">' (tensor.extract reads it, tensor.from_elements makes one), or "
          "write the number into the function";
    return text;
  }
  if (isa<RankedTensorType>(type) && known &&
      !getElementTypeOrSelf(type).isIndex())
    return {};
  os << "entry points take and give ranked tensors of " << kElements;
  if (isa<ComplexType>(element))
    os << ": give real and imaginary parts as two";
  return text;
}

static LogicalResult checkType(func::FuncOp func, Type type, StringRef what,
                               unsigned number) {
  std::string advice = getAdvice(type);
  if (advice.empty())
    return success();
  return func.emitError("function '")
         << func.getSymName() << "': " << what << ' ' << number << " has type "
         << type << "; " << advice;
}

/// True if all results are tensors without elements.
static bool computesNothing(func::FuncOp func) {
  return llvm::all_of(func.getResultTypes(), [](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return tensor.hasStaticShape() && tensor.getNumElements() == 0;
  });
}

LogicalResult checkInterfaces(ModuleOp module) {
  func::FuncOp idle;
  bool somethingIsComputed = false;
  for (func::FuncOp func : module.getOps<func::FuncOp>()) {
    if (!isEntryPoint(func))
      continue;
    for (auto [i, type] : llvm::enumerate(func.getArgumentTypes()))
      if (failed(checkType(func, type, "argument", i)))
        return failure();
    for (auto [i, type] : llvm::enumerate(func.getResultTypes()))
      if (failed(checkType(func, type, "result", i)))
        return failure();
    if (computesNothing(func))
      idle = func;
    else
      somethingIsComputed = true;
  }
  if (!idle || somethingIsComputed)
    return success();
  InFlightDiagnostic diag = idle.emitError("function '")
                            << idle.getSymName() << "' computes nothing: ";
  if (idle.getNumResults() == 0)
    return diag << "it has no results; return what it computes, as tensors";
  return diag << "result 0 has type " << idle.getResultTypes().front()
              << ", of no elements; give its sizes, or '?' for a batch of any "
                 "size";
}

LogicalResult checkHasKernel(Operation *op) {
  StringRef dialect = op->getName().getDialectNamespace();
  if (!op->isRegistered() || isForeignDialect(dialect))
    return op->emitError(explainDialect(
        ("'" + op->getName().getStringRef() + "'").str(), dialect));
  bool onTensors =
      llvm::any_of(op->getOperandTypes(), llvm::IsaPred<TensorType>) ||
      llvm::any_of(op->getResultTypes(), llvm::IsaPred<TensorType>);
  if (!onTensors)
    return success();
  bool isLinalg = isa<linalg::LinalgDialect>(op->getDialect());
  if (isa<bufferization::BufferizableOpInterface>(op) &&
      (!isLinalg || isa<linalg::LinalgOp>(op)))
    return success();
  return op->emitError("'") << op->getName()
                            << "' on tensors has no kernel: write it with "
                               "linalg.generic, tensor and arith ops";
}

} // namespace upweave
