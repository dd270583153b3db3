//===- BarrierScope.h - Threads that wait for each other --------*- C++ -*-===//
// A block, a group of its warps or a warp: what works together in a kernel
// synchronises by its scope, and does not know how many others there are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_BARRIERSCOPE_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_BARRIERSCOPE_H

#include "mlir/IR/Builders.h"

namespace upweave {

/// The threads that share a tile: they wait for each other, and see what each
/// of them has written to shared memory before.
class BarrierScope {
public:
  enum class Kind { Block, Group, Warp };

  /// All threads of the block.
  static BarrierScope block() { return BarrierScope(Kind::Block); }
  /// One of `groups` groups of `warps` warps each, of which `number`, of type
  /// i32, is this thread's. Their barriers are numbered from `firstBarrier` on:
  /// from 1 to 15, as 0 is the block's.
  static BarrierScope group(mlir::Value number, int64_t groups, int64_t warps,
                            int64_t firstBarrier = 1);
  /// The threads of a warp.
  static BarrierScope warp() { return BarrierScope(Kind::Warp); }

  Kind getKind() const { return kind; }
  /// The groups of a block that work at the same time, each in shared memory of
  /// its own, and the number of this thread's, absent if there is one.
  int64_t getGroups() const { return groups; }
  mlir::Value getNumber() const { return groups > 1 ? number : mlir::Value(); }

  /// Waits until all threads of the scope are here. All of them must come.
  void synchronise(mlir::OpBuilder &builder, mlir::Location loc) const;

private:
  explicit BarrierScope(Kind kind) : kind(kind) {}

  Kind kind;
  mlir::Value number;
  int64_t groups = 1, warps = 0, firstBarrier = 0;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_BARRIERSCOPE_H
