//===- MeaningProgram.h - Scalar programs of the meaning --------*- C++ -*-===//
// Turns the body of a block or of a linalg op into the bundle's scalar program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_MEANINGPROGRAM_H
#define UPWEAVE_LIB_TARGET_MEANINGPROGRAM_H

#include "upweave/bundle_generated.h"

#include "mlir/IR/Block.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <memory>
#include <optional>

namespace upweave {

/// The opcode of a scalar op, `Opaque` for ops that have none.
bundle::Opcode getOpcode(mlir::Operation *op);

/// Writes one scalar program. Value numbers: the arguments in the order of
/// `addArgument`, then the ops.
class ProgramBuilder {
public:
  /// The tensor that a captured tensor value is, for tensor.extract.
  using TensorFn = llvm::function_ref<std::optional<unsigned>(mlir::Value)>;

  ProgramBuilder() : program(std::make_unique<bundle::ProgramT>()) {}

  /// The next argument; `value` (may be null) is what it stands for.
  void addArgument(mlir::Value value, mlir::Type type);

  /// `value` is the coordinate of loop `loop`.
  void addLoopIndex(mlir::Value value, unsigned loop);

  /// Adds the ops of `body` but its terminator, whose operands become the
  /// results.
  void addBody(mlir::Block &body, TensorFn getTensor);

  /// Adds one op.
  void addOp(mlir::Operation *op, TensorFn getTensor);
  void addResult(mlir::Value value);

  std::unique_ptr<bundle::ProgramT> take() { return std::move(program); }

private:
  unsigned getNumber(mlir::Value value);
  bundle::ScalarOpT &append(bundle::Opcode opcode, mlir::Type type);
  void addConstant(mlir::Value value, mlir::Attribute attr);

  std::unique_ptr<bundle::ProgramT> program;
  llvm::DenseMap<mlir::Value, unsigned> numbers;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_MEANINGPROGRAM_H
