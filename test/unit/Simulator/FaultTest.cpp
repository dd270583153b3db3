//===- FaultTest.cpp - Kernels that do what they must not -----------------===//
// Each fault of the simulator, committed by a kernel of its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Machine.h"

using namespace upweave::sim;

namespace {

constexpr uint32_t kThreads = 64;

/// Runs @k(ptr %in, ptr %out) with 64 threads on two buffers of 64 floats.
std::optional<Fault> runKernel(const std::string &body,
                               SimulatorOptions options = {},
                               uint32_t sharedBytes = 0) {
  Machine machine(makeModule(body), options);
  auto *in = machine.allocate<float>("in", kThreads);
  auto *out = machine.allocate<float>("out", kThreads);
  std::fill(in, in + kThreads, 1.0f);
  machine.memory.get(in).writable = false;
  LaunchShape shape;
  shape.block = {kThreads, 1, 1};
  shape.dynamicSharedBytes = sharedBytes;
  return machine.launch("k", shape, {in, out});
}

/// out[i] = in[i + offset], accessed as `type` with `align`.
std::string makeCopy(const std::string &index, const std::string &access) {
  return R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %i = zext i32 %tid to i64
)" + index +
         "\n" + access + R"(
  ret void
})";
}

TEST(Faults, NoneInAPlainCopy) {
  EXPECT_FALSE(runKernel(makeCopy("", R"(
  %from = getelementptr float, ptr %in, i64 %i
  %to = getelementptr float, ptr %out, i64 %i
  %v = load float, ptr %from, align 4
  store float %v, ptr %to, align 4)")));
}

TEST(Faults, GlobalLoadBehindATensor) {
  std::optional<Fault> fault = runKernel(makeCopy("%j = add i64 %i, 1", R"(
  %from = getelementptr float, ptr %in, i64 %j
  %to = getelementptr float, ptr %out, i64 %i
  %v = load float, ptr %from, align 4
  store float %v, ptr %to, align 4)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::GlobalBounds);
  EXPECT_EQ(fault->thread, (Index3{63, 0, 0}));
  EXPECT_PRED2(contains, fault->str(),
               "kernel 'k', block (0,0,0), thread (63,0,0): 'load' "
               "loads 4 bytes outside of every tensor: byte 256 of "
               "'in', which has 256 [global-bounds]");
}

TEST(Faults, GlobalStoreBeforeATensor) {
  std::optional<Fault> fault = runKernel(makeCopy("%j = sub i64 %i, 1", R"(
  %to = getelementptr float, ptr %out, i64 %j
  store float 1.0, ptr %to, align 4)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::GlobalBounds);
  EXPECT_PRED2(contains, fault->message, "byte -4 of 'out'");
}

TEST(Faults, VectorHalfOutside) {
  std::optional<Fault> fault = runKernel(makeCopy("%j = shl i64 %i, 1", R"(
  %from = getelementptr float, ptr %in, i64 %j
  %v = load <2 x float>, ptr %from, align 4)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::GlobalBounds);
}

TEST(Faults, MaskedVectorsAreCheckedByElement) {
  auto makeKernel = [](const char *mask) {
    return std::string(
               "declare <4 x float> @llvm.masked.load.v4f32.p0(ptr, <4 x i1>, "
               "<4 x float>)\n") +
           makeCopy("", std::string(R"(
  %from = getelementptr float, ptr %in, i64 62
  %v = call <4 x float> @llvm.masked.load.v4f32.p0(ptr align 8 %from, <4 x i1> )") +
                            mask + R"(, <4 x float> poison)
  %x = extractelement <4 x float> %v, i64 0
  %to = getelementptr float, ptr %out, i64 %i
  store float %x, ptr %to, align 4)");
  };
  EXPECT_FALSE(runKernel(makeKernel("<i1 1, i1 1, i1 0, i1 0>")));
  std::optional<Fault> fault =
      runKernel(makeKernel("<i1 1, i1 0, i1 0, i1 1>"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::GlobalBounds);
}

TEST(Faults, StoreToAnInput) {
  std::optional<Fault> fault = runKernel(makeCopy("", R"(
  %to = getelementptr float, ptr %in, i64 %i
  store float 1.0, ptr %to, align 4)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::ReadOnly);
  EXPECT_PRED2(contains, fault->message,
               "stores 4 bytes to 'in', which is read only");
}

TEST(Faults, MisalignedVector) {
  std::optional<Fault> fault = runKernel(makeCopy("", R"(
  %from = getelementptr float, ptr %in, i64 1
  %v = load <4 x float>, ptr %from, align 16)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::Misaligned);
  EXPECT_PRED2(contains, fault->message,
               "16 bytes at byte 4 of 'in', which must be a multiple "
               "of 16");
}

TEST(Faults, SharedBounds) {
  std::optional<Fault> fault = runKernel(R"(
@tile = internal addrspace(3) global [64 x float] poison, align 16
)" + makeCopy("%j = add i64 %i, 1", R"(
  %to = getelementptr float, ptr addrspace(3) @tile, i64 %j
  store float 1.0, ptr addrspace(3) %to, align 4)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::SharedBounds);
  EXPECT_PRED2(contains, fault->message, "byte 256 of 'tile', which has 256");
}

TEST(Faults, DynamicSharedBounds) {
  std::string kernel = R"(
@tile = external addrspace(3) global [0 x float], align 16
)" + makeCopy("", R"(
  %to = getelementptr float, ptr addrspace(3) @tile, i64 %i
  store float 1.0, ptr addrspace(3) %to, align 4)");
  EXPECT_FALSE(runKernel(kernel, {}, 256));
  std::optional<Fault> fault = runKernel(kernel, {}, 252);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::SharedBounds);
  EXPECT_PRED2(contains, fault->message,
               "dynamic shared memory, which has 252");
}

/// Each thread stores to shared memory, then reads its neighbour's element,
/// with `between` in between.
std::string makeExchange(const std::string &between) {
  return R"(
@tile = internal addrspace(3) global [64 x float] poison, align 16
)" + makeCopy("%j = xor i64 %i, 33",
              R"(
  %to = getelementptr float, ptr addrspace(3) @tile, i64 %i
  store float 1.0, ptr addrspace(3) %to, align 4
)" + between + R"(
  %from = getelementptr float, ptr addrspace(3) @tile, i64 %j
  %v = load float, ptr addrspace(3) %from, align 4
  %back = getelementptr float, ptr %out, i64 %i
  store float %v, ptr %back, align 4)");
}

TEST(Faults, RaceWithoutABarrier) {
  EXPECT_FALSE(runKernel(makeExchange(
      "call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)")));
  for (ThreadOrder order :
       {ThreadOrder::Forward, ThreadOrder::Backward, ThreadOrder::Random}) {
    SimulatorOptions options;
    options.order = order;
    std::optional<Fault> fault = runKernel(makeExchange(""), options);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->kind, FaultKind::SharedRace);
    EXPECT_PRED2(contains, fault->message, "with no barrier in between");
  }
}

TEST(Faults, TwoThreadsStoreToOneElement) {
  std::string kernel = makeCopy("%j = lshr i64 %i, 1", R"(
  %to = getelementptr float, ptr %out, i64 %j
  store float 1.0, ptr %to, align 4)");
  std::optional<Fault> fault = runKernel(kernel);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::GlobalRace);
  EXPECT_PRED2(contains, fault->message,
               "stores 4 bytes at byte 0 of 'out', where thread 0 of block 0 "
               "stored in the same launch");
}

TEST(Faults, StoresOfTwoLaunchesDoNotRace) {
  Machine machine(makeModule(R"(
define ptx_kernel void @k(ptr %out) {
  store float 1.0, ptr %out, align 4
  store float 2.0, ptr %out, align 4
  ret void
})"));
  auto *out = machine.allocate<float>("out", 1);
  EXPECT_FALSE(machine.launch("k", LaunchShape(), {out}));
  EXPECT_FALSE(machine.launch("k", LaunchShape(), {out}));
  LaunchShape two;
  two.grid = {2, 1, 1};
  std::optional<Fault> fault = machine.launch("k", two, {out});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::GlobalRace);
}

TEST(Faults, RaceAcrossWarpsDespiteWarpBarrier) {
  std::optional<Fault> fault =
      runKernel(makeExchange("call void @llvm.nvvm.bar.warp.sync(i32 -1)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::SharedRace);
}

TEST(Faults, BarrierThatSomeThreadsMiss) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %c = icmp ult i32 %tid, 32
  br i1 %c, label %then, label %end
then:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br label %end
end:
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::DivergentBarrier);
  EXPECT_PRED2(contains, fault->message, "waits for all of the block");
}

TEST(Faults, LanesAtTwoBarriers) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %bit = and i32 %tid, 1
  %c = icmp eq i32 %bit, 0
  br i1 %c, label %then, label %else
then:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br label %end
else:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br label %end
end:
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::DivergentBarrier);
  EXPECT_PRED2(contains, fault->message, "lanes of warp 0 meet at two ");
}

TEST(Faults, BarriersThatWaitForEachOther) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %c = icmp ult i32 %tid, 32
  %id = select i1 %c, i32 1, i32 2
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 %id, i32 64)
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::Deadlock);
  EXPECT_PRED2(contains, fault->message, "waits at barrier 1 with 32 of 64");
}

TEST(Faults, BarrierOfAnOddCount) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 40)
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::DivergentBarrier);
  EXPECT_PRED2(contains, fault->message, "waits for 40 threads");
}

TEST(Faults, ShuffleFromALaneThatHasEnded) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %lane = and i32 %tid, 31
  %c = icmp ult i32 %lane, 31
  br i1 %c, label %then, label %end
then:
  %v = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %tid, i32 1, i32 31)
  br label %end
end:
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::InactiveLane);
}

TEST(Faults, ShuffleFromOutsideItsMask) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %lane = and i32 %tid, 31
  %c = icmp ult i32 %lane, 16
  br i1 %c, label %then, label %end
then:
  %v = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 65535, i32 %tid, i32 16, i32 31)
  br label %end
end:
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::InactiveLane);
  EXPECT_PRED2(contains, fault->message, "reads lane 16");
}

TEST(Faults, ShuffleByALaneOutsideItsMask) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %v = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 65535, i32 1, i32 1, i32 31)
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::InactiveLane);
  EXPECT_PRED2(contains, fault->message, "but lane 16 runs it");
}

TEST(Faults, LanesInTwoShuffles) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %bit = and i32 %tid, 1
  %c = icmp eq i32 %bit, 0
  br i1 %c, label %then, label %else
then:
  %v = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 1, i32 2, i32 31)
  br label %end
else:
  %w = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 1, i32 2, i32 31)
  br label %end
end:
  ret void
})");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::Deadlock);
  EXPECT_PRED2(contains, fault->message, "for the lanes 0xffffffff");
}

TEST(Faults, LoopWithoutAnEnd) {
  SimulatorOptions options;
  options.maxIterations = 1000;
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) {
  br label %loop
loop:
  br label %loop
})",
                                         options);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::Runaway);
  EXPECT_PRED2(contains, fault->message, "more than 1000 loop iterations");
}

TEST(Faults, MoreThreadsThanCompiledFor) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) #0 {
  ret void
}
attributes #0 = { "nvvm.maxntid"="32,1,1" })");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::Launch);
  EXPECT_PRED2(contains, fault->message, "compiled for at most 32");
}

TEST(Faults, NamesThePlaceInTheSource) {
  std::optional<Fault> fault = runKernel(R"(
define ptx_kernel void @k(ptr %in, ptr %out) !dbg !4 {
  %from = getelementptr float, ptr %in, i64 64
  %v = load float, ptr %from, align 4, !dbg !5
  ret void, !dbg !5
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "model.mlir", directory: "")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !DISubroutineType(types: !{})
!4 = distinct !DISubprogram(name: "k", file: !1, line: 1, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DILocation(line: 12, column: 7, scope: !4))");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->location, "model.mlir:12:7");
  EXPECT_PRED2(contains, fault->str(), "at model.mlir:12:7: 'load'");
}

TEST(Faults, OfOneBlockEndTheLaunch) {
  Machine machine(makeModule(R"(
define ptx_kernel void @k(ptr %in) {
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %i = zext i32 %block to i64
  %at = getelementptr float, ptr %in, i64 %i
  %v = load float, ptr %at, align 4
  ret void
})"));
  auto *in = machine.allocate<float>("in", 5);
  LaunchShape shape;
  shape.grid = {6, 1, 1};
  std::optional<Fault> fault = machine.launch("k", shape, {in});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->block, (Index3{5, 0, 0}));
}

//===----------------------------------------------------------------------===//
// What is not known
//===----------------------------------------------------------------------===//

TEST(Unknown, IntrinsicIsNamed) {
  Machine machine(makeModule(R"(
declare i64 @llvm.nvvm.read.ptx.sreg.clock64()
define ptx_kernel void @k() {
  %c = call i64 @llvm.nvvm.read.ptx.sreg.clock64()
  ret void
})"));
  EXPECT_PRED2(contains, machine.error,
               "does not know the intrinsic "
               "'llvm.nvvm.read.ptx.sreg.clock64' in kernel 'k'");
}

TEST(Unknown, IntrinsicOfLLVMIsNamed) {
  Machine machine(makeModule(R"(
declare float @llvm.exp.f32(float)
define ptx_kernel void @k(ptr %p) {
  %c = call float @llvm.exp.f32(float 1.0)
  ret void
})"));
  EXPECT_PRED2(contains, machine.error, "'llvm.exp.f32'");
}

TEST(Unknown, InlinePTXIsNamed) {
  Machine machine(makeModule(R"(
define ptx_kernel void @k() {
  call void asm sideeffect "nanosleep.u32   10;", ""()
  ret void
})"));
  EXPECT_PRED2(contains, machine.error,
               "does not know the inline PTX \"nanosleep.u32 10;\" in "
               "kernel 'k'");
}

TEST(Unknown, FunctionIsNamed) {
  Machine machine(makeModule(R"(
declare float @__nv_expf(float)
define ptx_kernel void @k() {
  %v = call float @__nv_expf(float 1.0)
  ret void
})"));
  EXPECT_PRED2(contains, machine.error,
               "does not know the function '__nv_expf'");
}

TEST(Unknown, FlushingOfAllNumbersIsRefused) {
  Machine machine(makeModule(R"(
define ptx_kernel void @k() #0 {
  ret void
}
attributes #0 = { "denormal-fp-math-f32"="preserve-sign,preserve-sign" })"));
  EXPECT_PRED2(contains, machine.error,
               "kernel 'k' flushes all subnormal numbers");
}

TEST(Unknown, BrokenIRNamesTheLine) {
  Machine machine("define ptx_kernel void @k() {\n  nonsense\n}\n");
  EXPECT_PRED2(contains, machine.error, "does not parse: line 2");
}

TEST(Unknown, KernelIsNamed) {
  Machine machine(makeModule("define ptx_kernel void @k() { ret void }"));
  llvm::Expected<std::optional<Fault>> fault =
      machine.simulator->launch("other", LaunchShape(), {});
  ASSERT_FALSE(fault);
  EXPECT_EQ(llvm::toString(fault.takeError()), "there is no kernel 'other'");
}

} // namespace
