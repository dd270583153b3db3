//===- WorkspacePlan.cpp - Offsets of buffers in the workspace ------------===//
// First fit over lifetimes within arenas of commensurable sizes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "WorkspacePlan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace upweave;

namespace {
/// Part of the workspace whose buffers are whole multiples of one unit.
struct Arena {
  SmallVector<AffineExpr> factors; ///< Dynamic factors of the unit.
  int64_t unitBytes;               ///< The unit, before them.
  bool roundUp;                    ///< The unit's product needs alignment.
  struct Slot {
    PlannedBuffer *buffer;
    int64_t units;
    int64_t offset;
  };
  SmallVector<Slot> slots;
  int64_t extent = 0; ///< Units in use.
};
} // namespace

/// The arena for buffers of this size, made if there is none. A size that is
/// a multiple of the alignment for any dynamic factors is counted in units of
/// the alignment; one that is not is a unit by itself, rounded up as a whole
/// (rounding its constant part would waste up to 255 bytes per factor).
static Arena &getArena(SmallVectorImpl<Arena> &arenas, const BufferSize &size) {
  bool aligned = size.factors.empty() || size.bytes % kBufferAlignment == 0;
  int64_t unit = aligned ? kBufferAlignment : size.bytes;
  for (Arena &arena : arenas)
    if (arena.factors == size.factors && arena.unitBytes == unit &&
        arena.roundUp == !aligned)
      return arena;
  return arenas.emplace_back(Arena{size.factors, unit, !aligned, {}, 0});
}

/// Places the slots of one arena: largest first, each at the lowest offset
/// that is free during its lifetime.
static void firstFit(Arena &arena) {
  llvm::sort(arena.slots, [](const auto &a, const auto &b) {
    return std::make_pair(-a.units, a.buffer) <
           std::make_pair(-b.units, b.buffer);
  });
  SmallVector<Arena::Slot *> placed; // By offset.
  for (Arena::Slot &slot : arena.slots) {
    slot.offset = 0;
    for (Arena::Slot *other : placed) {
      bool together = slot.buffer->begin <= other->buffer->end &&
                      other->buffer->begin <= slot.buffer->end;
      if (!together || other->offset + other->units <= slot.offset)
        continue;
      if (slot.offset + slot.units <= other->offset)
        break;
      slot.offset = other->offset + other->units;
    }
    arena.extent = std::max(arena.extent, slot.offset + slot.units);
    placed.insert(llvm::upper_bound(placed, slot.offset,
                                    [](int64_t offset, Arena::Slot *other) {
                                      return offset < other->offset;
                                    }),
                  &slot);
  }
}

AffineExpr upweave::planWorkspace(MutableArrayRef<PlannedBuffer> buffers,
                                  MLIRContext *context) {
  SmallVector<Arena> arenas;
  for (PlannedBuffer &buffer : buffers) {
    Arena &arena = getArena(arenas, buffer.size);
    arena.slots.push_back(
        {&buffer, llvm::divideCeilSigned(buffer.size.bytes, arena.unitBytes),
         0});
  }
  AffineExpr base = getAffineConstantExpr(0, context);
  for (Arena &arena : arenas) {
    firstFit(arena);
    AffineExpr unit = getAffineConstantExpr(arena.unitBytes, context);
    for (AffineExpr factor : arena.factors)
      unit = factor * unit;
    if (arena.roundUp)
      unit = unit.ceilDiv(kBufferAlignment) * kBufferAlignment;
    for (Arena::Slot &slot : arena.slots)
      slot.buffer->offset = base + unit * slot.offset;
    base = base + unit * arena.extent;
  }
  return base;
}
