//===- WarpTest.cpp - What warps and blocks compute together --------------===//
// Shuffles, votes, barriers of some threads and asynchronous copies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <chrono>
#include <cmath>
#include <cstdio>

using namespace upweave::sim;

namespace {

constexpr uint32_t kLanes = 32;

/// out[tid] = `expression`, which computes %v from %tid.
std::string makeLaneKernel(const std::string &expression) {
  return makeModule(R"(
define ptx_kernel void @k(ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
)" + expression + R"(
  %i = zext i32 %tid to i64
  %to = getelementptr i32, ptr %out, i64 %i
  store i32 %v, ptr %to, align 4
  ret void
})");
}

std::vector<int32_t> runLanes(const std::string &expression) {
  Machine machine(makeLaneKernel(expression));
  auto *out = machine.allocate<int32_t>("out", kLanes);
  LaunchShape shape;
  shape.block = {kLanes, 1, 1};
  std::optional<Fault> fault = machine.launch("k", shape, {out});
  EXPECT_FALSE(fault) << fault->str();
  return std::vector<int32_t>(out, out + kLanes);
}

TEST(Shuffles, Butterfly) {
  std::vector<int32_t> out = runLanes(
      "%v = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %tid, i32 5, "
      "i32 31)");
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    EXPECT_EQ(out[lane], int32_t(lane ^ 5));
}

TEST(Shuffles, DownKeepsItsOwnAtTheEnd) {
  std::vector<int32_t> out = runLanes(
      "%v = call i32 @llvm.nvvm.shfl.sync.down.i32(i32 -1, i32 %tid, i32 3, "
      "i32 31)");
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    EXPECT_EQ(out[lane], int32_t(lane + 3 < kLanes ? lane + 3 : lane));
}

TEST(Shuffles, UpKeepsItsOwnAtTheStart) {
  std::vector<int32_t> out = runLanes(
      "%v = call i32 @llvm.nvvm.shfl.sync.up.i32(i32 -1, i32 %tid, i32 4, "
      "i32 0)");
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    EXPECT_EQ(out[lane], int32_t(lane >= 4 ? lane - 4 : lane));
}

TEST(Shuffles, SegmentsOfEight) {
  // A segment mask of 0x18 makes segments of eight lanes; 7 is the last of one.
  std::vector<int32_t> out = runLanes(
      "%v = call i32 @llvm.nvvm.shfl.sync.idx.i32(i32 -1, i32 %tid, i32 2, "
      "i32 6175)"); // 0x181f
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    EXPECT_EQ(out[lane], int32_t(lane / 8 * 8 + 2));
}

TEST(Shuffles, PredicateSaysWhetherTheSourceIsInRange) {
  std::vector<int32_t> out = runLanes(R"(
  %s = call { i32, i1 } @llvm.nvvm.shfl.sync.down.i32p(i32 -1, i32 %tid, i32 1, i32 31)
  %p = extractvalue { i32, i1 } %s, 1
  %v = zext i1 %p to i32)");
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    EXPECT_EQ(out[lane], lane != 31);
}

TEST(Shuffles, QuadsMeetOnTheirOwn) {
  // Each quad names only its four lanes, and odd quads come later.
  std::vector<int32_t> out = runLanes(R"(
  %quad = and i32 %tid, 28
  %mask = shl i32 15, %quad
  %v = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 %mask, i32 %tid, i32 3, i32 31))");
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    EXPECT_EQ(out[lane], int32_t(lane ^ 3));
}

TEST(Votes, Ballot) {
  std::vector<int32_t> out = runLanes(R"(
  %bit = and i32 %tid, 1
  %p = icmp eq i32 %bit, 1
  %v = call i32 @llvm.nvvm.vote.ballot.sync(i32 -1, i1 %p))");
  for (int32_t value : out)
    EXPECT_EQ(uint32_t(value), 0xaaaaaaaau);
}

TEST(Votes, Sum) {
  std::vector<int32_t> out =
      runLanes("%v = call i32 @llvm.nvvm.redux.sync.add(i32 %tid, i32 -1)");
  for (int32_t value : out)
    EXPECT_EQ(value, 31 * 32 / 2);
}

TEST(Votes, PermuteTakesBytesAndSigns) {
  // Bytes 7, 0 of {b, a}, the sign of byte 3 and byte 4.
  std::vector<int32_t> out =
      runLanes("%v = call i32 @llvm.nvvm.prmt(i32 -2136907503, i32 1145324612, "
               "i32 19207)"); // a = 0x80a19111, b = 0x44444444, selector 0x4b07
  EXPECT_EQ(uint32_t(out[0]), 0x44ff1144u);
}

//===----------------------------------------------------------------------===//
// Barriers of some threads
//===----------------------------------------------------------------------===//

/// Warp 0 produces, warp 1 consumes; `wait0` and `wait1` are how they meet.
std::string makeProducer(const std::string &wait0, const std::string &wait1) {
  return makeModule(R"(
@tile = internal addrspace(3) global [32 x i32] poison, align 16
define ptx_kernel void @k(ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %lane = and i32 %tid, 31
  %i = zext i32 %lane to i64
  %at = getelementptr i32, ptr addrspace(3) @tile, i64 %i
  %c = icmp ult i32 %tid, 32
  br i1 %c, label %producer, label %consumer
producer:
  store i32 %tid, ptr addrspace(3) %at, align 4
)" + wait0 + R"(
  br label %end
consumer:
)" + wait1 + R"(
  %v = load i32, ptr addrspace(3) %at, align 4
  %to = getelementptr i32, ptr %out, i64 %i
  store i32 %v, ptr %to, align 4
  br label %end
end:
  ret void
})");
}

std::optional<Fault> runProducer(const std::string &llvmIR,
                                 ThreadOrder order = ThreadOrder::Backward) {
  SimulatorOptions options;
  options.order = order; // consumers first
  Machine machine(llvmIR, options);
  auto *out = machine.allocate<int32_t>("out", kLanes);
  LaunchShape shape;
  shape.block = {2 * kLanes, 1, 1};
  std::optional<Fault> fault = machine.launch("k", shape, {out});
  for (uint32_t lane = 0; !fault && lane < kLanes; ++lane)
    EXPECT_EQ(out[lane], int32_t(lane));
  return fault;
}

TEST(Barriers, ArriveAndSync) {
  EXPECT_FALSE(runProducer(makeProducer(
      "call void @llvm.nvvm.barrier.cta.arrive.aligned.count(i32 1, i32 64)",
      "call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 64)")));
}

TEST(Barriers, StoreAfterArrivingIsARace) {
  std::string kernel = makeProducer(
      R"(
  call void @llvm.nvvm.barrier.cta.arrive.aligned.count(i32 1, i32 64)
  store i32 7, ptr addrspace(3) %at, align 4)",
      "call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 64)");
  for (ThreadOrder order : {ThreadOrder::Forward, ThreadOrder::Backward}) {
    std::optional<Fault> fault = runProducer(kernel, order);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->kind, FaultKind::SharedRace);
  }
}

TEST(Barriers, OfOtherThreadsOrderNothing) {
  // Both warps meet only among themselves.
  std::optional<Fault> fault = runProducer(makeProducer(
      "call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 32)",
      "call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 2, i32 32)"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::SharedRace);
}

//===----------------------------------------------------------------------===//
// Asynchronous copies
//===----------------------------------------------------------------------===//

/// Two copies a thread, in two groups; `wait` before a barrier and the reads.
std::vector<float> runCopies(const std::string &wait) {
  Machine machine(makeModule(R"(
@tile = internal addrspace(3) global [64 x float] poison, align 16
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %i = zext i32 %tid to i64
  %j = add i64 %i, 32
  %global = addrspacecast ptr %in to ptr addrspace(1)
  %from0 = getelementptr float, ptr addrspace(1) %global, i64 %i
  %from1 = getelementptr float, ptr addrspace(1) %global, i64 %j
  %to0 = getelementptr float, ptr addrspace(3) @tile, i64 %i
  %to1 = getelementptr float, ptr addrspace(3) @tile, i64 %j
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %to0, ptr addrspace(1) %from0)
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.cp.async.ca.shared.global.4.s(ptr addrspace(3) %to1, ptr addrspace(1) %from1, i32 0)
  call void @llvm.nvvm.cp.async.commit.group()
)" + wait + R"(
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %v0 = load float, ptr addrspace(3) %to0, align 4
  %v1 = load float, ptr addrspace(3) %to1, align 4
  %out0 = getelementptr float, ptr %out, i64 %i
  %out1 = getelementptr float, ptr %out, i64 %j
  store float %v0, ptr %out0, align 4
  store float %v1, ptr %out1, align 4
  ret void
})"));
  std::vector<float> values(64, 3.0f);
  auto *in = machine.allocate<float>("in", 64, values.data());
  auto *out = machine.allocate<float>("out", 64);
  LaunchShape shape;
  shape.block = {kLanes, 1, 1};
  std::optional<Fault> fault = machine.launch("k", shape, {in, out});
  EXPECT_FALSE(fault) << fault->str();
  return std::vector<float>(out, out + 64);
}

TEST(Copies, ArriveWhenWaitedFor) {
  std::vector<float> out =
      runCopies("call void @llvm.nvvm.cp.async.wait.group(i32 0)");
  EXPECT_EQ(out[5], 3.0f);
  EXPECT_EQ(out[37], 0.0f); // none of its bytes came from the source
}

TEST(Copies, AreAsLateAsTheWaitAllows) {
  std::vector<float> out =
      runCopies("call void @llvm.nvvm.cp.async.wait.group(i32 1)");
  EXPECT_EQ(out[5], 3.0f);
  EXPECT_TRUE(std::isnan(out[37]));
  out = runCopies("");
  EXPECT_TRUE(std::isnan(out[5]));
}

TEST(Copies, WaitAll) {
  std::vector<float> out =
      runCopies("call void @llvm.nvvm.cp.async.wait.all()");
  EXPECT_EQ(out[5], 3.0f);
  EXPECT_EQ(out[37], 0.0f);
}

TEST(Copies, OfOtherThreadsNeedABarrier) {
  Machine machine(makeModule(R"(
@tile = internal addrspace(3) global [32 x float] poison, align 16
define ptx_kernel void @k(ptr %in, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %i = zext i32 %tid to i64
  %j = xor i64 %i, 1
  %global = addrspacecast ptr %in to ptr addrspace(1)
  %from = getelementptr float, ptr addrspace(1) %global, i64 %i
  %to = getelementptr float, ptr addrspace(3) @tile, i64 %i
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %to, ptr addrspace(1) %from)
  call void @llvm.nvvm.cp.async.wait.all()
  %at = getelementptr float, ptr addrspace(3) @tile, i64 %j
  %v = load float, ptr addrspace(3) %at, align 4
  ret void
})"));
  auto *in = machine.allocate<float>("in", 32);
  auto *out = machine.allocate<float>("out", 32);
  LaunchShape shape;
  shape.block = {kLanes, 1, 1};
  std::optional<Fault> fault = machine.launch("k", shape, {in, out});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::SharedRace);
}

TEST(Copies, MisalignedSource) {
  Machine machine(makeModule(R"(
@tile = internal addrspace(3) global [32 x float] poison, align 16
define ptx_kernel void @k(ptr %in) {
  %global = addrspacecast ptr %in to ptr addrspace(1)
  %from = getelementptr float, ptr addrspace(1) %global, i64 1
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) @tile, ptr addrspace(1) %from)
  ret void
})"));
  auto *in = machine.allocate<float>("in", 32);
  std::optional<Fault> fault = machine.launch("k", LaunchShape(), {in});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::Misaligned);
}

//===----------------------------------------------------------------------===//
// Speed
//===----------------------------------------------------------------------===//

TEST(Speed, FibersSwitchInNanoseconds) {
  constexpr int kRounds = 20000;
  Machine machine(makeModule(R"(
define ptx_kernel void @k(ptr %out) {
  br label %loop
loop:
  %n = phi i32 [ 0, %0 ], [ %next, %loop ]
  %v = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %n, i32 1, i32 31)
  %next = add i32 %n, 1
  %more = icmp ult i32 %next, 20000
  br i1 %more, label %loop, label %end
end:
  ret void
})"));
  auto *out = machine.allocate<int32_t>("out", 1);
  LaunchShape shape;
  shape.block = {kLanes, 1, 1};
  EXPECT_FALSE(machine.launch("k", LaunchShape{{1, 1, 1}, {1, 1, 1}, 0}, {out})
                   ->str()
                   .empty()); // compiles; a lone lane cannot shuffle
  auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(machine.launch("k", shape, {out}));
  double nanoseconds = std::chrono::duration<double, std::nano>(
                           std::chrono::steady_clock::now() - start)
                           .count() /
                       (double(kRounds) * kLanes);
  // A shuffle of a lane: to the scheduler and back, and what the shuffle does.
  RecordProperty("nanoseconds_a_shuffle", std::to_string(nanoseconds));
  std::printf("a shuffle takes a lane %.0f ns\n", nanoseconds);
  EXPECT_LT(nanoseconds, 2000);
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

TEST(Launches, RecordWhatIsWritten) {
  Machine machine(makeModule(R"(
define ptx_kernel void @k(ptr %out) {
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %i = zext i32 %block to i64
  %to = getelementptr i32, ptr %out, i64 %i
  store i32 %block, ptr %to, align 4
  ret void
})"));
  auto *out = machine.allocate<int32_t>("out", 8);
  LaunchShape shape;
  shape.grid = {7, 1, 1};
  EXPECT_FALSE(machine.launch("k", shape, {out}));
  const Allocation &allocation = machine.memory.get(out);
  EXPECT_TRUE(allocation.wasWritten(6 * 4));
  EXPECT_FALSE(allocation.wasWritten(7 * 4));
  EXPECT_EQ(out[7], -1); // poison
}

TEST(Launches, CountNeighbouringLoadsAsOneAccess) {
  SimulatorOptions options;
  options.countAccesses = true;
  Machine machine(makeModule(R"(
define ptx_kernel void @k(ptr noalias align 16 %in, ptr noalias align 16 %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %i = zext nneg i32 %tid to i64
  %first = shl nuw nsw i64 %i, 1
  %a = getelementptr inbounds i32, ptr %in, i64 %first
  %b = getelementptr inbounds i8, ptr %a, i64 4
  %x = load i32, ptr %a, align 8
  %y = load i32, ptr %b, align 4
  %sum = add i32 %x, %y
  %to = getelementptr inbounds i32, ptr %out, i64 %i
  store i32 %sum, ptr %to, align 4
  ret void
})"),
                  options);
  auto *in = machine.allocate<int32_t>("in", 64);
  auto *out = machine.allocate<int32_t>("out", 32);
  LaunchShape shape;
  shape.block = {kLanes, 1, 1};
  const void *params[] = {&in, &out};
  LaunchCounts counts;
  auto fault =
      machine.simulator->launch("k", shape, params, 0, nullptr, &counts);
  ASSERT_TRUE(bool(fault));
  EXPECT_FALSE(*fault);
  ASSERT_EQ(counts.accesses.size(), 2u);
  EXPECT_EQ(counts.accesses[0].accesses, 1u); // of eight bytes a lane
  EXPECT_EQ(counts.accesses[0].transactions, 8u);
  EXPECT_EQ(counts.accesses[0].ideal, 8u);
}

TEST(Launches, SampleTheFirstAndTheLastBlock) {
  Machine machine(makeModule(R"(
define ptx_kernel void @k(ptr %out) {
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %i = zext i32 %block to i64
  %to = getelementptr i32, ptr %out, i64 %i
  store i32 %block, ptr %to, align 4
  ret void
})"));
  auto *out = machine.allocate<int32_t>("out", 100);
  LaunchShape shape;
  shape.grid = {100, 1, 1};
  LaunchCounts counts;
  const void *param = &out;
  auto fault =
      machine.simulator->launch("k", shape, param, 5, nullptr, &counts);
  ASSERT_TRUE(bool(fault));
  EXPECT_FALSE(*fault);
  EXPECT_EQ(counts.blocks, 5u);
  EXPECT_EQ(counts.skipped, 95u);
  EXPECT_EQ(out[0], 0);
  EXPECT_EQ(out[99], 99);
}

} // namespace
