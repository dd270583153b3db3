//===- PackFilter.cpp - Packed filters made by the compiler ---------------===//
// The order of PackToGPU's filter kernel, fragment by fragment.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/PackFilter.h"

#include "llvm/ADT/STLExtras.h"

#include <cassert>
#include <cstring>

using namespace upweave;

static constexpr int64_t kFragmentBytes = kAtomChannels * kPositionBytes;
static constexpr int64_t kFragmentPieces = kFragmentBytes / kPieceBytes;

uint32_t upweave::roundToTF32(uint32_t bits) {
  constexpr uint32_t kSign = 0x80000000u, kInfinity = 0x7f800000u;
  constexpr uint32_t kDropped = 0x1fffu, kNaN = 0x7fffffffu;
  uint32_t magnitude = bits & ~kSign;
  if (magnitude > kInfinity)
    return kNaN & ~kDropped;
  if (magnitude == kInfinity)
    return bits;
  return (bits + (kDropped + 1) / 2) & ~kDropped;
}

FragmentOffsets::FragmentOffsets(const AtomInfo &atom)
    : rows(kAtomChannels), channels(atom.getChunkChannels()) {
  int64_t elements = kPieceBytes / atom.elementBytes;
  for (int64_t piece = 0; piece < kFragmentPieces; ++piece)
    for (int64_t i = 0; i < elements; ++i) {
      auto [row, channel] = atom.getFilterElement(piece, i);
      if (channel == 0)
        rows[row] = piece * elements + i;
      if (row == 0)
        channels[channel] = piece * elements + i;
    }
}

namespace {
/// Packs elements of one unsigned type.
template <typename Element> class FilterPacker {
public:
  FilterPacker(const FusedFacts &facts, const FusedPlan &plan,
               const ConvTransposeGeometry &geometry, int64_t columnSize,
               const FilterData &filter)
      : facts(facts), plan(plan), atom(getAtomInfo(facts.atom)),
        geometry(geometry), columnSize(columnSize), filter(filter),
        outStride(filter.strides[geometry.filterDims.out]),
        inStride(filter.strides[geometry.filterDims.in]), offsets(atom) {
    for (const auto &list : facts.column.taps)
      for (const Tap &tap : list)
        columnTaps.push_back(tap.filterIndex);
    column = geometry.getAxis(geometry.getNumSpatialAxes() - 1);
  }

  void run(llvm::MutableArrayRef<char> packed) {
    assert(static_cast<int64_t>(packed.size()) ==
           plan.getPackedFilterBytes(facts));
    for (size_t at = 0; at < packed.size(); at += kFragmentBytes) {
      Place place;
      if (locate(at / kFragmentBytes, place))
        copy(place, &packed[at]);
      else
        std::memset(&packed[at], 0, kFragmentBytes);
    }
  }

private:
  /// A fragment's first result and input channel in their group, and where
  /// that element lies in the filter.
  struct Place {
    int64_t out = 0, in = 0, element = 0;
  };

  bool locate(int64_t number, Place &place) const;
  int64_t getColumnPosition(int64_t tap, int64_t columnClass) const;
  void copy(const Place &place, char *to) const;
  Element load(int64_t element) const;
  int64_t getAxisStride(int64_t axis) const {
    return axis < 0 ? 0 : filter.strides[geometry.filterDims.spatial[axis]];
  }

  const FusedFacts &facts;
  const FusedPlan &plan;
  const AtomInfo &atom;
  const ConvTransposeGeometry &geometry;
  int64_t columnSize;
  const FilterData &filter;
  int64_t outStride, inStride;
  FragmentOffsets offsets;
  llvm::SmallVector<int64_t> columnTaps;
  AxisGeometry column;
};
} // namespace

/// The filter position of tap number `tap` of a class of the column's phases,
/// -1 if that class has none there.
template <typename Element>
int64_t FilterPacker<Element>::getColumnPosition(int64_t tap,
                                                 int64_t columnClass) const {
  int64_t reach = columnTaps[tap];
  if (facts.column.phaseClasses == 1)
    return reach;
  reach += columnClass * facts.column.getPhases();
  if (reach < 0 || reach > column.dilation * (columnSize - 1) ||
      reach % column.dilation != 0)
    return -1;
  return column.getFilterIndex(reach / column.dilation, columnSize);
}

/// Fragment order: [classes][column class][group][channel tile][outer taps]
/// [looped row tap]
/// [unit][chunk of the unit][row tap][column tap][channel atom]. False where a
/// phase has fewer taps: the fragment is zeros.
template <typename Element>
bool FilterPacker<Element>::locate(int64_t number, Place &place) const {
  auto digit = [&number](int64_t size) {
    int64_t value = number % size;
    number /= size;
    return value;
  };
  int64_t channelAtom = digit(plan.block[0] / kAtomChannels);
  int64_t columnTap = digit(plan.columnTaps);
  int64_t rowTap = digit(plan.rowTaps);
  int64_t chunk = digit(plan.unitChunks);
  chunk += plan.unitChunks * digit(facts.getChunks() / plan.unitChunks);
  if (!plan.rowTapsInUnit)
    rowTap = digit(facts.row.getMaxTaps());
  size_t numOuter = facts.outer.size();
  llvm::SmallVector<int64_t> outerTaps(numOuter);
  for (size_t i = numOuter; i-- > 0;)
    outerTaps[i] = digit(facts.outer[i].getMaxTaps());
  place.out = digit(plan.getChannelTiles(facts)) * plan.block[0] +
              channelAtom * kAtomChannels;
  place.in = chunk * atom.getChunkChannels();
  int64_t group = digit(facts.groups);

  // A convolution along one axis has no row.
  int64_t last = geometry.getNumSpatialAxes() - 1;
  int64_t position =
      getColumnPosition(columnTap, digit(facts.column.phaseClasses));
  bool valid = position >= 0;
  place.element = filter.offset + position * getAxisStride(last);
  auto addTap = [&](const PhasedAxis &axis, int64_t tap, int64_t stride) {
    const auto &list = axis.taps[digit(axis.getStride())];
    if (tap >= static_cast<int64_t>(list.size()))
      return false;
    place.element += list[tap].filterIndex * stride;
    return true;
  };
  valid &= addTap(facts.row, rowTap, getAxisStride(last - 1));
  for (size_t i = numOuter; i-- > 0;)
    valid &= addTap(facts.outer[i], outerTaps[i], getAxisStride(i));
  bool byInput = geometry.filterGroups == FilterGroups::Input;
  place.element += place.out * outStride + place.in * inStride +
                   group * (byInput ? facts.inputChannels * inStride
                                    : facts.outputChannels * outStride);
  return valid;
}

template <typename Element>
Element FilterPacker<Element>::load(int64_t element) const {
  Element bits;
  std::memcpy(&bits, &filter.bytes[element * sizeof(Element)], sizeof(Element));
  return facts.atom == AtomKind::TF32
             ? static_cast<Element>(roundToTF32(static_cast<uint32_t>(bits)))
             : bits;
}

template <typename Element>
void FilterPacker<Element>::copy(const Place &place, char *to) const {
  Element fragment[kFragmentBytes / sizeof(Element)] = {};
  int64_t rows = std::min(kAtomChannels, facts.outputChannels - place.out);
  int64_t channels =
      std::min(atom.getChunkChannels(), facts.inputChannels - place.in);
  for (int64_t channel = 0; channel < channels; ++channel)
    for (int64_t row = 0; row < rows; ++row)
      fragment[offsets.rows[row] + offsets.channels[channel]] =
          load(place.element + row * outStride + channel * inStride);
  std::memcpy(to, fragment, kFragmentBytes);
}

void upweave::packFilter(const FusedFacts &facts, const FusedPlan &plan,
                         const ConvTransposeGeometry &geometry,
                         int64_t columnSize, const FilterData &filter,
                         llvm::MutableArrayRef<char> packed) {
  if (getAtomInfo(facts.atom).elementBytes == sizeof(uint16_t))
    FilterPacker<uint16_t>(facts, plan, geometry, columnSize, filter)
        .run(packed);
  else
    FilterPacker<uint32_t>(facts, plan, geometry, columnSize, filter)
        .run(packed);
}
