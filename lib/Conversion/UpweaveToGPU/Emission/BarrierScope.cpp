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

BarrierScope BarrierScope::group(Value number, int64_t groups, int64_t warps,
                                 int64_t firstBarrier) {
  [[maybe_unused]] constexpr int64_t kBarriers = 16;
  assert(number.getType().isInteger(32) && "groups are numbered by i32");
  assert(groups > 0 && warps > 0 && "a group has warps");
  assert(firstBarrier > 0 && firstBarrier + groups <= kBarriers &&
         "a block has 16 barriers, of which the first is for all");
  BarrierScope scope(Kind::Group);
  scope.number = number;
  scope.groups = groups;
  scope.warps = warps;
  scope.firstBarrier = firstBarrier;
  return scope;
}

void BarrierScope::synchronise(OpBuilder &b, Location loc) const {
  Int32Math m(b, loc);
  switch (kind) {
  case Kind::Block:
    gpu::BarrierOp::create(b, loc);
    return;
  case Kind::Group:
    NVVM::BarrierOp::create(b, loc, TypeRange(), m.add(number, firstBarrier),
                            m.constant(warps * kWarpSize),
                            NVVM::BarrierReductionAttr(), Value());
    return;
  case Kind::Warp:
    // All lanes take part.
    NVVM::SyncWarpOp::create(b, loc, m.constant(-1));
    return;
  }
}
