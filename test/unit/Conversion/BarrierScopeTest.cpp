//===- BarrierScopeTest.cpp - Tests of barrier scopes ---------------------===//
// The barrier that each kind of scope emits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/BarrierScope.h"

#include "KernelFixture.h"

using namespace mlir;
using namespace upweave;

namespace {

using BarrierScopeTest = test::KernelFixture;

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST_F(BarrierScopeTest, ABlockWaitsByItsOwnBarrier) {
  BarrierScope::block().synchronise(builder, loc);
  EXPECT_TRUE(contains(print(), "gpu.barrier"));
  EXPECT_EQ(count<gpu::BarrierOp>(), 1);
  EXPECT_EQ(count<NVVM::BarrierOp>() + count<NVVM::SyncWarpOp>(), 0);
}

TEST_F(BarrierScopeTest, AGroupWaitsByANamedBarrierOfItsThreads) {
  BarrierScope::group(number, /*groups=*/2, /*warps=*/3, /*firstBarrier=*/5)
      .synchronise(builder, loc);
  std::string text = print();
  EXPECT_TRUE(contains(text, "%0 = arith.addi %arg1, %c5_i32 : i32")) << text;
  EXPECT_TRUE(contains(text, "%c96_i32 = arith.constant 96 : i32")) << text;
  EXPECT_TRUE(
      contains(text, "nvvm.barrier id = %0 number_of_threads = %c96_i32"))
      << text;
  EXPECT_EQ(count<gpu::BarrierOp>() + count<NVVM::SyncWarpOp>(), 0);
}

TEST_F(BarrierScopeTest, AWarpWaitsForAllItsLanes) {
  BarrierScope::warp().synchronise(builder, loc);
  std::string text = print();
  EXPECT_TRUE(contains(text, "%c-1_i32 = arith.constant -1 : i32")) << text;
  EXPECT_TRUE(contains(text, "nvvm.bar.warp.sync %c-1_i32")) << text;
  EXPECT_EQ(count<gpu::BarrierOp>() + count<NVVM::BarrierOp>(), 0);
}

} // namespace
