//===- RowReductionTest.cpp - Tests of reductions across threads ----------===//
// The exchanges, shared memory and barriers of a round, by layout and scope.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/RowReduction.h"

#include "KernelFixture.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace upweave;

namespace {

constexpr unsigned kChannel = 0, kPosition = 1, kColumn = 2;

/// 32 channels, 4 row positions and 16 columns over four warps.
TileLayout makeLayout() {
  return TileLayout(3, {{Holder::Register, 2, kColumn, 1},
                        {Holder::Register, 2, kColumn, 8},
                        {Holder::Register, 2, kChannel, 8},
                        {Holder::Register, 2, kPosition, 1},
                        {Holder::Lane, 4, kColumn, 2},
                        {Holder::Lane, 8, kChannel, 1},
                        {Holder::Warp, 2, kPosition, 2},
                        {Holder::Warp, 2, kChannel, 16}});
}

class RowReductionTest : public test::KernelFixture {
protected:
  RowReductionTest() : layout(makeLayout()) {
    context.loadDialect<memref::MemRefDialect, UpweaveDialect>();
    builder.setInsertionPointToEnd(module->getBody());
    auto kernels = gpu::GPUModuleOp::create(builder, loc, "kernels");
    builder.setInsertionPointToEnd(kernels.getBody());
    kernel = gpu::GPUFuncOp::create(
        builder, loc, "kernel",
        builder.getFunctionType({builder.getI32Type(), builder.getF32Type()},
                                {}));
    Block &body = kernel.getBody().front();
    number = body.getArgument(0);
    value = body.getArgument(1);
    builder.setInsertionPointToEnd(&body);
    builder.setInsertionPoint(gpu::ReturnOp::create(builder, loc));
  }

  /// Emits a round of one sum along `reduced`; returns what was built.
  std::string reduce(DimSet reduced, const BarrierScope &scope) {
    auto op = RowReduceOp::create(builder, loc, ReduceKind::Add, value);
    ThreadNumbers numbers = createThreadNumbers(builder, loc);
    RowReduction reduction(layout, reduced, numbers, scope, kernel);
    SmallVector<PartialResult> partials;
    for (int64_t reg : layout.getRepresentatives(~reduced))
      partials.push_back({op, reg, value});
    reduction.combine(builder, loc, partials);
    // It is no operation of a kernel.
    op.erase();
    return print();
  }

  int64_t getBufferSize() {
    auto buffers = kernel.getWorkgroupAttributions();
    return buffers.empty()
               ? 0
               : cast<MemRefType>(buffers.front().getType()).getDimSize(0);
  }

  TileLayout layout;
  gpu::GPUFuncOp kernel;
  Value value;
};

TEST_F(RowReductionTest, ChannelsAndColumnsAreReducedTogether) {
  std::string text =
      reduce(makeDimSet({kChannel, kColumn}), BarrierScope::block());
  // Two rows a thread, by all lanes; then two warps for each of four rows.
  EXPECT_EQ(count<gpu::ShuffleOp>(), 2 * 5) << text;
  EXPECT_EQ(count<gpu::BarrierOp>(), 1) << text;
  EXPECT_EQ(getBufferSize(), 4 * 2) << text;
  EXPECT_EQ(count<memref::StoreOp>(), 2) << text;
  EXPECT_EQ(count<memref::LoadOp>(), 2 * 2) << text;
}

TEST_F(RowReductionTest, ColumnsAloneNeedNoBarrier) {
  std::string text = reduce(makeDimSet({kColumn}), BarrierScope::warp());
  EXPECT_EQ(count<gpu::ShuffleOp>(), 4 * 2) << text;
  EXPECT_EQ(count<gpu::BarrierOp>() + count<NVVM::SyncWarpOp>(), 0) << text;
  EXPECT_EQ(getBufferSize(), 0) << text;
}

TEST_F(RowReductionTest, GroupsReduceInSharedMemoryOfTheirOwn) {
  std::string text =
      reduce(makeDimSet({kChannel, kColumn}),
             BarrierScope::group(number, /*groups=*/3, /*warps=*/4));
  EXPECT_EQ(count<gpu::BarrierOp>(), 0) << text;
  EXPECT_EQ(count<NVVM::BarrierOp>(), 1) << text;
  EXPECT_EQ(getBufferSize(), 3 * 4 * 2) << text;
  EXPECT_NE(text.find("arith.muli %arg0, %c8_i32"), std::string::npos) << text;
}

/// Eight rows a thread, each of four warps: some threads combine a row each.
TEST_F(RowReductionTest, ManyRowsAreCombinedOnce) {
  layout = TileLayout(2, {{Holder::Register, 8, 1, 1},
                          {Holder::Lane, 32, 0, 1},
                          {Holder::Warp, 4, 0, 32}});
  std::string text =
      reduce(makeDimSet({0}), BarrierScope::group(number, /*groups=*/2,
                                                  /*warps=*/4));
  EXPECT_EQ(count<NVVM::BarrierOp>(), 2) << text;
  EXPECT_EQ(count<gpu::BarrierOp>(), 0) << text;
  EXPECT_EQ(getBufferSize(), 2 * 8 * 4) << text;
}

} // namespace
