//===- Instructions.cpp - What PTX instructions do ------------------------===//
// Special registers, barriers, copies and arithmetic; the table of all names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "WarpInstructions.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/bit.h"

#include <cmath>

using namespace llvm;

namespace upweave {
namespace sim {

namespace {

BlockRunner &runner() { return BlockRunner::current(); }
uint64_t seed() { return runner().getOptions().seed; }

//===----------------------------------------------------------------------===//
// Special registers
//===----------------------------------------------------------------------===//

template <unsigned Dim>
void readThread(const Site &, const uint64_t *, uint64_t *results) {
  setSlot<uint32_t>(results, 0, runner().getThread()[Dim]);
}
template <unsigned Dim>
void readBlock(const Site &, const uint64_t *, uint64_t *results) {
  setSlot<uint32_t>(results, 0, runner().getBlock()[Dim]);
}
template <unsigned Dim>
void readBlockSize(const Site &, const uint64_t *, uint64_t *results) {
  setSlot<uint32_t>(results, 0, runner().getShape().block[Dim]);
}
template <unsigned Dim>
void readGridSize(const Site &, const uint64_t *, uint64_t *results) {
  setSlot<uint32_t>(results, 0, runner().getShape().grid[Dim]);
}
void readLane(const Site &, const uint64_t *, uint64_t *results) {
  setSlot<uint32_t>(results, 0, runner().getThreadIndex() % kWarpSize);
}
void readWarpSize(const Site &, const uint64_t *, uint64_t *results) {
  setSlot<uint32_t>(results, 0, kWarpSize);
}

//===----------------------------------------------------------------------===//
// Barriers and copies
//===----------------------------------------------------------------------===//

template <bool Aligned>
void syncAll(const Site &site, const uint64_t *args, uint64_t *) {
  runner().meetBlock(site, getSlot<uint32_t>(args, 0), 0, Aligned, true);
}
template <bool Aligned, bool Wait>
void syncCount(const Site &site, const uint64_t *args, uint64_t *) {
  runner().meetBlock(site, getSlot<uint32_t>(args, 0),
                     getSlot<uint32_t>(args, 1), Aligned, Wait);
}
void syncWarp(const Site &site, const uint64_t *args, uint64_t *) {
  runner().synchronizeWarp(site, getSlot<uint32_t>(args, 0));
}
/// Fences order what this thread does; alone they make no other thread wait.
void fence(const Site &, const uint64_t *, uint64_t *) {}

template <uint32_t Bytes>
void copy(const Site &site, const uint64_t *args, uint64_t *) {
  runner().copyAsync(site, args[0], args[1], Bytes, Bytes);
}
template <uint32_t Bytes>
void copySized(const Site &site, const uint64_t *args, uint64_t *) {
  runner().copyAsync(site, args[0], args[1], Bytes, getSlot<uint32_t>(args, 2));
}
void commit(const Site &, const uint64_t *, uint64_t *) {
  runner().commitCopies();
}
void waitGroup(const Site &site, const uint64_t *args, uint64_t *) {
  runner().waitForCopies(site, getSlot<uint32_t>(args, 0));
}
void waitAll(const Site &site, const uint64_t *, uint64_t *) {
  runner().waitForAllCopies(site);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

template <float (*Function)(float, bool, uint64_t), bool Flush>
void approximate(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, Function(getSlot<float>(args, 0), Flush, seed()));
}
void tanhApprox(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, approximateTanh(getSlot<float>(args, 0), seed()));
}
void rsqrtDouble(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, approximateRsqrtDouble(getSlot<double>(args, 0), seed()));
}
void sqrtRound(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, std::sqrt(getSlot<float>(args, 0)));
}
void sqrtRoundDouble(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, std::sqrt(getSlot<double>(args, 0)));
}
void rcpRound(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, 1.0f / getSlot<float>(args, 0));
}
void rcpRoundDouble(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, 1.0 / getSlot<double>(args, 0));
}
void fmaRound(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0,
          std::fma(getSlot<float>(args, 0), getSlot<float>(args, 1),
                   getSlot<float>(args, 2)));
}
void roundTF32(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, roundToTF32(getSlot<uint32_t>(args, 0)));
}
void roundBfloat(const Site &, const uint64_t *args, uint64_t *results) {
  setSlot(results, 0, floatToBfloat(getSlot<float>(args, 0)));
}
/// The first operand goes to the upper half.
template <uint16_t (*Round)(float)>
void roundPair(const Site &, const uint64_t *args, uint64_t *results) {
  uint32_t high = Round(getSlot<float>(args, 0));
  uint32_t low = Round(getSlot<float>(args, 1));
  setSlot<uint32_t>(results, 0, high << 16 | low);
}

/// prmt.b32 in its default mode: bytes of {b, a} by four selectors, whose upper
/// bit asks for the byte's sign instead.
void permute(const Site &, const uint64_t *args, uint64_t *results) {
  uint64_t bytes =
      uint64_t(getSlot<uint32_t>(args, 1)) << 32 | getSlot<uint32_t>(args, 0);
  uint32_t selectors = getSlot<uint32_t>(args, 2), value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    uint32_t selector = selectors >> (4 * i) & 0xf;
    uint32_t byte = bytes >> (8 * (selector & 7)) & 0xff;
    if (selector & 8)
      byte = byte & 0x80 ? 0xff : 0;
    value |= byte << (8 * i);
  }
  setSlot(results, 0, value);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

using Table = StringMap<Handler>;

void addRegisters(Table &table) {
  table["read.ptx.sreg.tid.x"] = readThread<0>;
  table["read.ptx.sreg.tid.y"] = readThread<1>;
  table["read.ptx.sreg.tid.z"] = readThread<2>;
  table["read.ptx.sreg.ctaid.x"] = readBlock<0>;
  table["read.ptx.sreg.ctaid.y"] = readBlock<1>;
  table["read.ptx.sreg.ctaid.z"] = readBlock<2>;
  table["read.ptx.sreg.ntid.x"] = readBlockSize<0>;
  table["read.ptx.sreg.ntid.y"] = readBlockSize<1>;
  table["read.ptx.sreg.ntid.z"] = readBlockSize<2>;
  table["read.ptx.sreg.nctaid.x"] = readGridSize<0>;
  table["read.ptx.sreg.nctaid.y"] = readGridSize<1>;
  table["read.ptx.sreg.nctaid.z"] = readGridSize<2>;
  table["read.ptx.sreg.laneid"] = readLane;
  table["read.ptx.sreg.warpsize"] = readWarpSize;
}

void addSynchronization(Table &table) {
  table["barrier.cta.sync.aligned.all"] = syncAll<true>;
  table["barrier.cta.sync.all"] = syncAll<false>;
  table["barrier.cta.sync.aligned.count"] = syncCount<true, true>;
  table["barrier.cta.sync.count"] = syncCount<false, true>;
  table["barrier.cta.arrive.aligned.count"] = syncCount<true, false>;
  table["barrier.cta.arrive.count"] = syncCount<false, false>;
  table["bar.warp.sync"] = syncWarp;
  table["membar.cta"] = fence;
  table["membar.gl"] = fence;
  table["membar.sys"] = fence;
  table["cp.async.ca.shared.global.4"] = copy<4>;
  table["cp.async.ca.shared.global.8"] = copy<8>;
  table["cp.async.ca.shared.global.16"] = copy<16>;
  table["cp.async.cg.shared.global.16"] = copy<16>;
  table["cp.async.ca.shared.global.4.s"] = copySized<4>;
  table["cp.async.ca.shared.global.8.s"] = copySized<8>;
  table["cp.async.ca.shared.global.16.s"] = copySized<16>;
  table["cp.async.cg.shared.global.16.s"] = copySized<16>;
  table["cp.async.commit.group"] = commit;
  table["cp.async.wait.group"] = waitGroup;
  table["cp.async.wait.all"] = waitAll;
}

void addArithmetic(Table &table) {
  table["ex2.approx.f32"] = approximate<approximateEx2, false>;
  table["ex2.approx.ftz.f32"] = approximate<approximateEx2, true>;
  table["lg2.approx.f"] = approximate<approximateLg2, false>;
  table["lg2.approx.ftz.f"] = approximate<approximateLg2, true>;
  table["rcp.approx.ftz.f"] = approximate<approximateRcp, true>;
  table["rsqrt.approx.f"] = approximate<approximateRsqrt, false>;
  table["rsqrt.approx.ftz.f"] = approximate<approximateRsqrt, true>;
  table["sqrt.approx.f"] = approximate<approximateSqrt, false>;
  table["sqrt.approx.ftz.f"] = approximate<approximateSqrt, true>;
  table["sin.approx.f"] = approximate<approximateSin, false>;
  table["sin.approx.ftz.f"] = approximate<approximateSin, true>;
  table["cos.approx.f"] = approximate<approximateCos, false>;
  table["cos.approx.ftz.f"] = approximate<approximateCos, true>;
  table["tanh.approx.f32"] = tanhApprox;
  table["rsqrt.approx.d"] = rsqrtDouble;
  table["sqrt.rn.f"] = sqrtRound;
  table["sqrt.rn.d"] = sqrtRoundDouble;
  table["rcp.rn.f"] = rcpRound;
  table["rcp.rn.d"] = rcpRoundDouble;
  table["fma.rn.f"] = fmaRound;
  table["f2tf32.rna"] = roundTF32;
  table["f2bf16.rn"] = roundBfloat;
  table["ff2bf16x2.rn"] = roundPair<floatToBfloat>;
  table["ff2f16x2.rn"] = roundPair<floatToHalf>;
  table["prmt"] = permute;
}

const Table &getTable() {
  static const Table table = [] {
    Table made;
    addRegisters(made);
    addSynchronization(made);
    addArithmetic(made);
    addWarpInstructions(made);
    return made;
  }();
  return table;
}

} // namespace

Handler findIntrinsic(StringRef name) { return getTable().lookup(name); }

Handler findInlinePTX(StringRef text) {
  static const std::pair<StringRef, StringRef> known[] = {
      {"cvt.rna.tf32.f32 $0, $1;", "f2tf32.rna"},
      {"tanh.approx.f32 $0, $1;", "tanh.approx.f32"},
      {"ex2.approx.f32 $0, $1;", "ex2.approx.f32"},
      {"ex2.approx.ftz.f32 $0, $1;", "ex2.approx.ftz.f32"},
      {"lg2.approx.f32 $0, $1;", "lg2.approx.f"},
      {"rcp.approx.ftz.f32 $0, $1;", "rcp.approx.ftz.f"},
      {"rsqrt.approx.f32 $0, $1;", "rsqrt.approx.f"}};
  for (auto [ptx, intrinsic] : known)
    if (ptx == text)
      return findIntrinsic(intrinsic);
  return nullptr;
}

} // namespace sim
} // namespace upweave
