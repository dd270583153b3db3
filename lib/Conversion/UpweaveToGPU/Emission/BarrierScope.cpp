//===- BarrierScope.cpp - Threads that wait for each other ----------------===//
// The barrier of a block, of a named group of warps, or of a warp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/BarrierScope.h"

#include "Emission/KernelMath.h"

#include "Upweave/Layout/TileLayout.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace upweave;

BarrierScope BarrierScope::group(Value barrier, int64_t warps) {
  assert(barrier.getType().isInteger(32) && "barriers are numbered by i32");
  assert(warps > 0 && "a group has warps");
  BarrierScope scope(Kind::Group);
  scope.barrier = barrier;
  scope.warps = warps;
  return scope;
}

void BarrierScope::synchronise(OpBuilder &b, Location loc) const {
  Int32Math m(b, loc);
  switch (kind) {
  case Kind::Block:
    gpu::BarrierOp::create(b, loc);
    return;
  case Kind::Group:
    NVVM::BarrierOp::create(b, loc, TypeRange(), barrier,
                            m.constant(warps * kWarpSize),
                            NVVM::BarrierReductionAttr(), Value());
    return;
  case Kind::Warp:
    // All lanes take part.
    NVVM::SyncWarpOp::create(b, loc, m.constant(-1));
    return;
  }
}
