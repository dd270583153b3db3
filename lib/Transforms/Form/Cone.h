//===- Cone.h - The consumers that may join a producer ----------*- C++ -*-===//
// All operations after a producer that compute on its domain, with the
// coordinates of their loops and results in that domain.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_FORM_CONE_H
#define UPWEAVE_LIB_TRANSFORMS_FORM_CONE_H

#include "Digits.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

#include <string>

namespace upweave {

/// Why an operation that consumes a block's values is not part of it.
struct ConeMiss {
  mlir::Operation *op;
  /// The remark's id.
  llvm::StringRef id;
  std::string reason;
};

/// The operations that compute on the domain of a producer from nothing but its
/// values and values that do not depend on it.
///
/// `grow` walks forward from the producer. Each tensor of the cone gets a
/// layout, its index as coordinates of the domain; the producer's own is the
/// identity. An operation joins if its loops get consistent coordinates from
/// its operands, and if it takes no value that depends on the cone through an
/// operation outside of it. `finish` then settles the coordinates along which
/// values were only broadcast, and drops what stays without.
class Cone {
public:
  Cone(mlir::Value producer, bool isConv);

  void grow();
  void finish();

  mlir::Value getProducer() const { return producer; }
  bool isConv() const { return conv; }
  bool contains(mlir::Value value) const { return layouts.contains(value); }
  bool contains(mlir::Operation *op) const { return members.contains(op); }
  /// The operations, in program order.
  llvm::ArrayRef<mlir::Operation *> getOps() const { return ops; }
  const Layout &getLayout(mlir::Value value) const {
    return layouts.find(value)->second;
  }
  /// The coordinates of a linalg operation's loops.
  const Layout &getLoops(mlir::Operation *op) const {
    return loopLayouts.find(op)->second;
  }
  /// The coordinates of the producer's dimensions.
  const Layout &getProducerLayout() const { return getLayout(producer); }
  /// The digits that reductions run over.
  DigitList getRowDigits() const { return digits.resolve(rows); }
  /// True when an operation of the cone reduces over rows.
  bool hasReduction() const { return !rows.empty(); }
  const DigitSystem &getDigits() const { return digits; }
  llvm::ArrayRef<ConeMiss> getMisses() const { return misses; }

  /// The values of the cone that others use, in program order: results of
  /// linalg operations, or the producer if it is a convolution.
  llvm::SmallVector<mlir::Value> getRoots() const;

private:
  enum class Verdict { Untouched, Joined, Outside };
  Verdict visit(mlir::Operation *op);
  bool join(mlir::Operation *op);
  bool joinLinalg(mlir::linalg::LinalgOp op);
  bool joinReshape(mlir::Operation *op);
  bool checkOperand(mlir::linalg::LinalgOp op, mlir::OpOperand &operand,
                    llvm::ArrayRef<int64_t> ranges);
  bool placeLoops(mlir::linalg::LinalgOp op, Layout &loops);
  bool checkPayload(mlir::linalg::LinalgOp op);
  bool placeReduction(mlir::linalg::LinalgOp op, const Layout &loops);
  bool isSettled(mlir::Operation *op);
  void keepRelevant();
  void settleBroadcast(mlir::Operation *op);
  bool isLegal(llvm::ArrayRef<unsigned> list) const;
  void drop(llvm::function_ref<bool(mlir::Operation *)> isKept);
  bool miss(mlir::Operation *op, llvm::StringRef id, const llvm::Twine &reason);
  void noteUses(mlir::Value value);

  mlir::Value producer;
  bool conv;
  DigitSystem digits;
  DigitList rows;
  llvm::DenseMap<mlir::Value, Layout> layouts;
  llvm::DenseMap<mlir::Operation *, Layout> loopLayouts;
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::DenseSet<mlir::Operation *> members;
  /// Values that depend on the cone through an operation outside of it.
  llvm::DenseSet<mlir::Value> outside;
  /// The last operation that uses a value of the cone.
  mlir::Operation *lastUser = nullptr;
  llvm::SmallVector<ConeMiss> misses;
};

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_FORM_CONE_H
