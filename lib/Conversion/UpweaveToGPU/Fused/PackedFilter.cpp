//===- PackedFilter.cpp - Direct sums over a packed filter ----------------===//
// Where in the packed filter the element of a tap and two channels lies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/PackedFilter.h"

#include "Emission/KernelMath.h"
#include "Upweave/Transforms/PackFilter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace upweave;

/// table[value] for a table of a power of two whose entries are sums of what
/// the bits of the position give.
static Value lookupBits(Int32Math &m, Value value, ArrayRef<int64_t> table) {
  SmallVector<int64_t> sizes;
  for (size_t bit = 1; bit < table.size(); bit *= 2)
    sizes.push_back(2);
  Value sum = m.constant(0);
  for (auto [bit, digit] : llvm::enumerate(m.digits(value, sizes)))
    sum = m.add(sum, m.mul(digit, table[int64_t(1) << bit]));
  return sum;
}

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

/// The number of the fragment that holds `element`.
Value PackedFilterEmitter::getFragment(Int32Math &m,
                                       const FilterElement &element) {
  SmallVector<const PhasedAxis *, 4> axes;
  for (const PhasedAxis &axis : facts.outer)
    axes.push_back(&axis);
  if (element.taps.size() > 1)
    axes.push_back(&facts.row);
  axes.push_back(&facts.column);
  SmallVector<Value, 4> phases, taps;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    Value position = m.fromIndex(element.position[i]);
    phases.push_back(m.rem(position, axis->getStride()));
    if (axis->phaseClasses > 1)
      taps.push_back(getTapOfClass(m, *axis,
                                   m.sub(m.fromIndex(element.input[i]),
                                         m.div(position, axis->getStride()))));
    else
      taps.push_back(
          getTap(m, *axis, phases.back(), m.fromIndex(element.taps[i])));
  }
  Value columnClass = m.div(phases.back(), facts.column.getPhases());
  phases.back() = m.rem(phases.back(), facts.column.getPhases());

  // The digits of the fragment's number, the slowest first.
  Value number = m.constant(0);
  auto append = [&](Value digit, int64_t size) {
    number = m.add(m.mul(number, size), digit);
  };
  for (size_t i = 0; i + 1 < axes.size(); ++i)
    append(phases[i], axes[i]->getStride());
  if (facts.column.phaseClasses > 1)
    append(columnClass, facts.column.phaseClasses);
  if (element.group)
    append(m.fromIndex(element.group), facts.groups);
  Value out = m.fromIndex(element.out), in = m.fromIndex(element.in);
  append(m.div(out, plan.block[0]), plan.getChannelTiles(facts));
  for (size_t i = 0; i < facts.outer.size(); ++i)
    append(taps[i], facts.outer[i].getMaxTaps());
  bool hasRow = axes.size() > facts.outer.size() + 1;
  if (hasRow && !plan.rowTapsInUnit)
    append(taps[facts.outer.size()], facts.row.getMaxTaps());
  append(m.div(in, getAtomInfo(facts.atom).getChunkChannels()),
         facts.getChunks());
  if (hasRow && plan.rowTapsInUnit)
    append(taps[facts.outer.size()], plan.rowTaps);
  SmallVector<int64_t> firstTaps{0};
  for (int64_t count : facts.column.getTapCounts())
    firstTaps.push_back(firstTaps.back() + count);
  firstTaps.pop_back();
  append(m.add(m.lookup(phases.back(), firstTaps), taps.back()),
         plan.columnTaps);
  append(m.div(m.rem(out, plan.block[0]), kAtomChannels),
         plan.block[0] / kAtomChannels);
  return number;
}

Value PackedFilterEmitter::loadFilter(OpBuilder &b,
                                      const FilterElement &element) {
  const AtomInfo &atom = getAtomInfo(facts.atom);
  Int32Math m(b, loc);
  Value number = getFragment(m, element);
  Value out = m.fromIndex(element.out), in = m.fromIndex(element.in);
  FragmentOffsets offsets(atom);
  Value inFragment = m.add(
      lookupBits(m, m.rem(out, kAtomChannels), offsets.rows),
      lookupBits(m, m.rem(in, atom.getChunkChannels()), offsets.channels));
  int64_t perWord = 4 / atom.elementBytes;
  Value word = IndexMath(b, loc).add(
      IndexMath(b, loc).mul(m.toIndex(number), kFragmentWords),
      m.toIndex(m.div(inFragment, perWord)));
  Value bits = memref::LoadOp::create(b, loc, filter, word);
  if (perWord > 1) {
    Value shift = m.mul(m.rem(inFragment, perWord), 8 * atom.elementBytes);
    bits = arith::ShRUIOp::create(b, loc, bits, shift);
    bits = arith::TruncIOp::create(
        b, loc, b.getIntegerType(8 * atom.elementBytes), bits);
  }
  Type type = cast<MemRefType>(input.getType()).getElementType();
  return arith::BitcastOp::create(b, loc, type, bits);
}
