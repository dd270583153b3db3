//===- MmaAtom.h - Products of fragments ------------------------*- C++ -*-===//
// Reads operand fragments from shared memory, as the atom's layouts say, and
// multiplies them by the atom's instructions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MMAATOM_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MMAATOM_H

#include "Upweave/Layout/Atom.h"

#include "mlir/IR/Builders.h"

#include <memory>

namespace upweave {

/// The registers of one thread's part of an operand fragment.
using Fragment = llvm::SmallVector<mlir::Value, 8>;

/// A product of kAtomChannels x chunk by chunk x kAtomPositions into results
/// that lie as AtomInfo::result says. Where operands lie follows from AtomInfo,
/// too; an implementation has only the types that its instructions take, and
/// these.
class MmaAtom {
public:
  static std::unique_ptr<MmaAtom> create(AtomKind kind);
  virtual ~MmaAtom() = default;

  const AtomInfo &getInfo() const { return info; }

  /// A lane's first word in a filter fragment, and in a position of the input;
  /// null for 0.
  mlir::Value getFilterLane(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value lane) const;
  mlir::Value getInputLane(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Value lane) const;
  /// Reads a lane's part of a filter fragment whose first word for the lane is
  /// `word` of `shared`, for a step of the chunk.
  Fragment loadFilter(mlir::OpBuilder &b, mlir::Location loc,
                      mlir::Value shared, mlir::Value word, int64_t step) const;
  /// The same of the positions at `words`, one for each of getInputColumns().
  Fragment loadInput(mlir::OpBuilder &b, mlir::Location loc, mlir::Value shared,
                     llvm::ArrayRef<mlir::Value> words, int64_t step) const;

  /// Adds the product to `sums`, one for each register of the result.
  virtual void multiply(mlir::OpBuilder &b, mlir::Location loc,
                        const Fragment &filter, const Fragment &input,
                        llvm::MutableArrayRef<mlir::Value> sums) const = 0;

protected:
  explicit MmaAtom(const AtomInfo &info) : info(info) {}
  /// Appends a word of an operand as the instructions take it, in one register
  /// or in several.
  virtual void appendWord(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Value word, Fragment &fragment) const = 0;

private:
  Fragment loadRegisters(mlir::OpBuilder &b, mlir::Location loc,
                         const AtomOperand &operand, mlir::Value shared,
                         mlir::Value word, int64_t step) const;

  const AtomInfo &info;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_FUSED_MMAATOM_H
