//===- PackedFilter.cpp - Direct sums over a packed filter ----------------===//
// Where in the packed filter the element of a tap and two channels lies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/PackedFilter.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace upweave;

/// The number of a tap in its phase's list, which counts the filter's positions
/// down where the direct sum counts them up.
static Value getTap(Int32Math &m, const PhasedAxis &axis, Value phase,
                    Value number) {
  SmallVector<int64_t> last;
  for (int64_t count : axis.getTapCounts())
    last.push_back(count - 1);
  return m.sub(m.lookup(phase, last), number);
}

/// The same by the input position that the tap reads, `offset` from the
/// result's: phases of a class have the offsets of all classes.
static Value getTapOfClass(Int32Math &m, const PhasedAxis &axis, Value offset) {
  ArrayRef<Tap> taps = axis.taps.front();
  SmallVector<int64_t> numbers(taps.back().offset - taps.front().offset + 1);
  for (auto [number, tap] : llvm::enumerate(taps))
    numbers[tap.offset - taps.front().offset] = number;
  return m.lookup(m.sub(offset, m.constant(taps.front().offset)), numbers);
}

/// The coordinates of `element` in the packed filter, null for those that are
/// always 0.
SmallVector<Value>
PackedFilterEmitter::getCoordinates(Int32Math &m,
                                    const FilterElement &element) {
  SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  SmallVector<Value> at(PackedDim::count(axes.size() + 1));
  // A convolution along one axis has no row.
  size_t skipped = axes.size() + 1 - element.taps.size();
  axes.push_back(&facts.width);
  for (auto [i, axis] : llvm::enumerate(ArrayRef(axes).drop_front(skipped))) {
    unsigned number = element.taps.size() - 1 - i;
    Value position = m.fromIndex(element.position[i]);
    Value phase = m.rem(position, axis->getStride());
    Value &tap = at[PackedDim::tap(number)];
    if (axis->phaseClasses > 1)
      tap = getTapOfClass(m, *axis,
                          m.sub(m.fromIndex(element.input[i]),
                                m.div(position, axis->getStride())));
    else
      tap = getTap(m, *axis, phase, m.fromIndex(element.taps[i]));
    at[PackedDim::phase(number)] = phase;
  }
  // Along the column the lists of all phases of a class are one.
  Value &phase = at[PackedDim::phase(0)], &tap = at[PackedDim::tap(0)];
  if (facts.width.phaseClasses > 1)
    at[PackedDim::kPhaseClass] = m.div(phase, facts.width.getPhases());
  phase = m.rem(phase, facts.width.getPhases());
  SmallVector<int64_t> firstTaps{0};
  for (int64_t count : facts.width.getTapCounts())
    firstTaps.push_back(firstTaps.back() + count);
  firstTaps.pop_back();
  tap = m.add(m.lookup(phase, firstTaps), tap);
  if (element.group)
    at[PackedDim::kGroup] = m.fromIndex(element.group);
  at[PackedDim::kOut] = m.fromIndex(element.out);
  at[PackedDim::kIn] = m.fromIndex(element.in);
  return at;
}

Value PackedFilterEmitter::loadFilter(OpBuilder &b,
                                      const FilterElement &element) {
  const AtomInfo &atom = getAtomInfo(facts.atom);
  int64_t inFragment = kFragmentBytes / atom.elementBytes;
  int64_t perWord = kWordBytes / atom.elementBytes;
  Int32Math m(b, loc);
  SmallVector<Value> at = getCoordinates(m, element);
  ArrayRef<Value> coordinates = at;
  // Fragments are counted in 32 bits, elements may be too many for that.
  Value number = order.getOuter(inFragment).encode(m, coordinates);
  at[PackedDim::kOut] = m.rem(at[PackedDim::kOut], kAtomChannels);
  at[PackedDim::kIn] = m.rem(at[PackedDim::kIn], atom.getChunkChannels());
  Value place = order.getInner(inFragment).encode(m, coordinates);
  Value word = IndexMath(b, loc).add(
      IndexMath(b, loc).mul(m.toIndex(number), kFragmentWords),
      m.toIndex(m.div(place, perWord)));
  Value bits = memref::LoadOp::create(b, loc, filter, word);
  if (perWord > 1) {
    Value shift = m.mul(m.rem(place, perWord), 8 * atom.elementBytes);
    bits = arith::ShRUIOp::create(b, loc, bits, shift);
    bits = arith::TruncIOp::create(
        b, loc, b.getIntegerType(8 * atom.elementBytes), bits);
  }
  Type type = cast<MemRefType>(input.getType()).getElementType();
  return arith::BitcastOp::create(b, loc, type, bits);
}
