//===- WarpInstructions.cpp - Instructions of whole warps -----------------===//
// Shuffles, votes, ldmatrix and mma, with their fragments as in the PTX ISA.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "WarpInstructions.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace upweave {
namespace sim {

namespace {

BlockRunner &runner() { return BlockRunner::current(); }
constexpr uint32_t kAllLanes = 0xffffffffu;

//===----------------------------------------------------------------------===//
// Shuffles and votes
//===----------------------------------------------------------------------===//

enum class Shuffle { Up, Down, Butterfly, Index };

/// The lane that `lane` reads and whether it is in range, by the PTX ISA's
/// pseudocode for shfl.sync. `control` is {segment mask, clamp value}.
std::pair<uint32_t, bool> getSource(Shuffle mode, uint32_t lane, uint32_t value,
                                    uint32_t control) {
  uint32_t offset = value & 0x1f, clamp = control & 0x1f;
  uint32_t segments = control >> 8 & 0x1f;
  uint32_t most = (lane & segments) | (clamp & ~segments & 0x1f);
  uint32_t least = lane & segments;
  int64_t source = lane;
  bool inRange = false;
  switch (mode) {
  case Shuffle::Up:
    source = int64_t(lane) - offset;
    inRange = source >= int64_t(most);
    break;
  case Shuffle::Down:
    source = lane + offset;
    inRange = source <= int64_t(most);
    break;
  case Shuffle::Butterfly:
    source = lane ^ offset;
    inRange = source <= int64_t(most);
    break;
  case Shuffle::Index:
    source = least | (offset & ~segments);
    inRange = source <= int64_t(most);
    break;
  }
  return {inRange ? uint32_t(source) : lane, inRange};
}

/// Arguments: member mask, value, lane or offset, control. Results: value, and
/// whether the source was in range.
template <Shuffle Mode, bool Predicate>
void shuffle(const Site &site, const uint64_t *args, uint64_t *results) {
  uint32_t mask = getSlot<uint32_t>(args, 0);
  runner().meetWarp(site, mask, args, results, [&](const WarpCall &call) {
    for (uint32_t lane = 0; lane < kWarpSize; ++lane) {
      if (!call.has(lane))
        continue;
      auto [source, inRange] =
          getSource(Mode, lane, getSlot<uint32_t>(call.in[lane], 2),
                    getSlot<uint32_t>(call.in[lane], 3));
      if (!call.has(source))
        runner().fail(FaultKind::InactiveLane,
                      formatv("lane {0} reads lane {1} in '{2}', which is not "
                              "among the lanes {3:x8}",
                              lane, source, site.name, mask),
                      site);
      call.out[lane][0] = getSlot<uint32_t>(call.in[source], 1);
      if (Predicate)
        setSlot<uint8_t>(call.out[lane], 1, inRange);
    }
  });
}

enum class Vote { All, Any, Uniform, Ballot };

/// Arguments: member mask, predicate.
template <Vote Mode>
void vote(const Site &site, const uint64_t *args, uint64_t *results) {
  uint32_t mask = getSlot<uint32_t>(args, 0);
  runner().meetWarp(site, mask, args, results, [&](const WarpCall &call) {
    uint32_t ballot = 0;
    for (uint32_t lane = 0; lane < kWarpSize; ++lane)
      if (call.has(lane) && (getSlot<uint8_t>(call.in[lane], 1) & 1))
        ballot |= uint32_t(1) << lane;
    uint32_t value = ballot;
    if (Mode == Vote::All)
      value = ballot == mask;
    if (Mode == Vote::Any)
      value = ballot != 0;
    if (Mode == Vote::Uniform)
      value = ballot == 0 || ballot == mask;
    for (uint32_t lane = 0; lane < kWarpSize; ++lane)
      if (call.has(lane))
        call.out[lane][0] = value;
  });
}

template <typename T, T (*Combine)(T, T)>
void reduce(const Site &site, const uint64_t *args, uint64_t *results) {
  uint32_t mask = getSlot<uint32_t>(args, 1);
  runner().meetWarp(site, mask, args, results, [&](const WarpCall &call) {
    T value{};
    bool first = true;
    for (uint32_t lane = 0; lane < kWarpSize; ++lane)
      if (call.has(lane)) {
        T next = getSlot<T>(call.in[lane], 0);
        value = first ? next : Combine(value, next);
        first = false;
      }
    for (uint32_t lane = 0; lane < kWarpSize; ++lane)
      if (call.has(lane))
        setSlot<T>(call.out[lane], 0, value);
  });
}
template <typename T> T add(T a, T b) { return a + b; }
template <typename T> T smallest(T a, T b) { return std::min(a, b); }
template <typename T> T largest(T a, T b) { return std::max(a, b); }
uint32_t bitAnd(uint32_t a, uint32_t b) { return a & b; }
uint32_t bitOr(uint32_t a, uint32_t b) { return a | b; }
uint32_t bitXor(uint32_t a, uint32_t b) { return a ^ b; }

//===----------------------------------------------------------------------===//
// ldmatrix
//===----------------------------------------------------------------------===//

/// Lane l gives the address of row l % 8 of matrix l / 8; rows are 16 bytes and
/// a lane receives two neighbouring elements of 16 bits of each matrix.
template <unsigned Matrices, bool Transposed>
void loadMatrix(const Site &site, const uint64_t *args, uint64_t *results) {
  constexpr uint32_t kRowBytes = 16, kRows = 8;
  BlockRunner &self = runner();
  if (self.getThreadIndex() % kWarpSize < Matrices * kRows)
    self.access(args[0], kRowBytes, kRowBytes, AccessKind::Load,
                AddressSpace::Shared, site);
  self.meetWarp(site, kAllLanes, args, results, [&](const WarpCall &call) {
    auto element = [&](unsigned matrix, unsigned row, unsigned column) {
      const char *at =
          reinterpret_cast<const char *>(call.in[matrix * kRows + row][0]);
      uint16_t value;
      std::memcpy(&value, at + 2 * column, 2);
      return uint32_t(value);
    };
    for (uint32_t lane = 0; lane < kWarpSize; ++lane)
      for (unsigned matrix = 0; matrix < Matrices; ++matrix) {
        unsigned major = lane / 4, minor = lane % 4 * 2;
        uint32_t low = Transposed ? element(matrix, minor, major)
                                  : element(matrix, major, minor);
        uint32_t high = Transposed ? element(matrix, minor + 1, major)
                                   : element(matrix, major, minor + 1);
        setSlot<uint32_t>(call.out[lane], matrix, high << 16 | low);
      }
  });
}

//===----------------------------------------------------------------------===//
// mma
//===----------------------------------------------------------------------===//

enum class Element { F16, BF16, TF32 };

/// Element `half` (0 or 1; 0 for TF32) of an operand register.
template <Element Type> float getElement(uint32_t bits, unsigned half) {
  uint16_t narrow = bits >> (16 * half);
  if (Type == Element::F16)
    return halfToFloat(narrow);
  if (Type == Element::BF16)
    return bfloatToFloat(narrow);
  return llvm::bit_cast<float>(truncateToTF32(bits));
}

/// D = A B + C of 16 x K, K x 8 and 16 x 8, row and column major. Arguments:
/// the registers of A, B and C. With group g = lane / 4 and t = lane % 4,
/// register pairs of A alternate between rows g and g + 8, then step through k;
/// B has column g; C has rows g (two), g + 8 (two) and columns 2t, 2t + 1.
template <Element Type, unsigned K>
void multiply(const Site &site, const uint64_t *args, uint64_t *results) {
  constexpr unsigned kPerRegister = Type == Element::TF32 ? 1 : 2;
  constexpr unsigned kM = 16, kN = 8, kSpan = 4 * kPerRegister;
  constexpr unsigned kASlots = 2 * K / kSpan, kBSlots = K / kSpan;
  runner().meetWarp(site, kAllLanes, args, results, [&](const WarpCall &call) {
    ++runner().mmaCount;
    double a[kM][K], b[kN][K], products[K];
    for (unsigned lane = 0; lane < kWarpSize; ++lane) {
      unsigned g = lane / 4, t = lane % 4;
      const uint64_t *in = call.in[lane];
      for (unsigned half = 0; half < kPerRegister; ++half) {
        for (unsigned r = 0; r < kASlots; ++r)
          a[g + r % 2 * 8][r / 2 * kSpan + t * kPerRegister + half] =
              getElement<Type>(getSlot<uint32_t>(in, r), half);
        for (unsigned r = 0; r < kBSlots; ++r)
          b[g][r * kSpan + t * kPerRegister + half] =
              getElement<Type>(getSlot<uint32_t>(in, kASlots + r), half);
      }
    }
    MmaSums sums = runner().getOptions().sums;
    for (unsigned lane = 0; lane < kWarpSize; ++lane)
      for (unsigned r = 0; r < 4; ++r) {
        unsigned row = lane / 4 + r / 2 * 8, column = lane % 4 * 2 + r % 2;
        for (unsigned k = 0; k < K; ++k)
          products[k] = a[row][k] * b[column][k];
        float c = getSlot<float>(call.in[lane], kASlots + kBSlots + r);
        setSlot(call.out[lane], r, addProducts(c, products, K, sums));
      }
  });
}

void addShuffles(StringMap<Handler> &table) {
  auto add = [&](StringRef name, Handler plain, Handler predicate) {
    for (const char *type : {".i32", ".f32"}) {
      table[("shfl.sync." + name + type).str()] = plain;
      table[("shfl.sync." + name + type + "p").str()] = predicate;
    }
  };
  add("up", shuffle<Shuffle::Up, false>, shuffle<Shuffle::Up, true>);
  add("down", shuffle<Shuffle::Down, false>, shuffle<Shuffle::Down, true>);
  add("bfly", shuffle<Shuffle::Butterfly, false>,
      shuffle<Shuffle::Butterfly, true>);
  add("idx", shuffle<Shuffle::Index, false>, shuffle<Shuffle::Index, true>);
}

} // namespace

void addWarpInstructions(StringMap<Handler> &table) {
  addShuffles(table);
  table["vote.all.sync"] = vote<Vote::All>;
  table["vote.any.sync"] = vote<Vote::Any>;
  table["vote.uni.sync"] = vote<Vote::Uniform>;
  table["vote.ballot.sync"] = vote<Vote::Ballot>;
  table["redux.sync.add"] = reduce<uint32_t, add<uint32_t>>;
  table["redux.sync.min"] = reduce<int32_t, smallest<int32_t>>;
  table["redux.sync.max"] = reduce<int32_t, largest<int32_t>>;
  table["redux.sync.umin"] = reduce<uint32_t, smallest<uint32_t>>;
  table["redux.sync.umax"] = reduce<uint32_t, largest<uint32_t>>;
  table["redux.sync.and"] = reduce<uint32_t, bitAnd>;
  table["redux.sync.or"] = reduce<uint32_t, bitOr>;
  table["redux.sync.xor"] = reduce<uint32_t, bitXor>;
  table["ldmatrix.sync.aligned.m8n8.x1.b16.p3"] = loadMatrix<1, false>;
  table["ldmatrix.sync.aligned.m8n8.x2.b16.p3"] = loadMatrix<2, false>;
  table["ldmatrix.sync.aligned.m8n8.x4.b16.p3"] = loadMatrix<4, false>;
  table["ldmatrix.sync.aligned.m8n8.x1.trans.b16.p3"] = loadMatrix<1, true>;
  table["ldmatrix.sync.aligned.m8n8.x2.trans.b16.p3"] = loadMatrix<2, true>;
  table["ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3"] = loadMatrix<4, true>;
  table["mma.m16n8k4.row.col.tf32"] = multiply<Element::TF32, 4>;
  table["mma.m16n8k8.row.col.tf32"] = multiply<Element::TF32, 8>;
  table["mma.m16n8k8.row.col.bf16"] = multiply<Element::BF16, 8>;
  table["mma.m16n8k16.row.col.bf16"] = multiply<Element::BF16, 16>;
  table["mma.m16n8k8.row.col.f32.f32"] = multiply<Element::F16, 8>;
  table["mma.m16n8k16.row.col.f32.f32"] = multiply<Element::F16, 16>;
}

} // namespace sim
} // namespace upweave
