//===- PackFilter.cpp - Packed filters made by the compiler ---------------===//
// What the filter kernel of an upweave.pack writes, fragment by fragment.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Transforms/PackFilter.h"

#include "Upweave/Schedule/FusedLayout.h"

#include "llvm/ADT/STLExtras.h"

#include <cassert>
#include <cstring>

using namespace upweave;

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

namespace {
/// Packs elements of one unsigned type, fragment by fragment.
template <typename Element> class FilterPacker {
public:
  FilterPacker(const FusedFacts &facts, const PackedOrder &order,
               const ConvTransposeGeometry &geometry, int64_t columnSize,
               const FilterData &filter)
      : facts(facts), atom(getAtomInfo(facts.atom)),
        fragments(order.getOuter(kFragmentBytes / sizeof(Element))),
        geometry(geometry), columnSize(columnSize), filter(filter),
        outStride(filter.strides[geometry.filterDims.out]),
        inStride(filter.strides[geometry.filterDims.in]) {
    for (const auto &list : facts.width.taps)
      for (const Tap &tap : list)
        widthTaps.push_back(tap.filterIndex);
    column = geometry.getAxis(geometry.getNumSpatialAxes() - 1);
    PackedOrder inner = order.getInner(kFragmentBytes / sizeof(Element));
    for (int64_t row = 0; row < kAtomChannels; ++row)
      rowPlaces.push_back(inner.getPlace(PackedDim::kOut, row));
    for (int64_t i = 0; i < atom.getChunkChannels(); ++i)
      channelPlaces.push_back(inner.getPlace(PackedDim::kIn, i));
  }

  void run(llvm::MutableArrayRef<char> packed) {
    assert(static_cast<int64_t>(packed.size()) ==
           fragments.getSize() * kFragmentBytes);
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
  const AtomInfo &atom;
  PackedOrder fragments;
  const ConvTransposeGeometry &geometry;
  int64_t columnSize;
  const FilterData &filter;
  int64_t outStride, inStride;
  /// What a row and a channel add to the place in a fragment.
  llvm::SmallVector<int64_t> rowPlaces, channelPlaces;
  llvm::SmallVector<int64_t> widthTaps;
  AxisGeometry column;
};
} // namespace

/// The filter position of tap number `tap` of a class of the column's phases,
/// -1 if that class has none there.
template <typename Element>
int64_t FilterPacker<Element>::getColumnPosition(int64_t tap,
                                                 int64_t columnClass) const {
  int64_t reach = widthTaps[tap];
  if (facts.width.phaseClasses == 1)
    return reach;
  reach += columnClass * facts.width.getPhases();
  if (reach < 0 || reach > column.dilation * (columnSize - 1) ||
      reach % column.dilation != 0)
    return -1;
  return column.getFilterIndex(reach / column.dilation, columnSize);
}

/// False where a phase has fewer taps: the fragment is zeros.
template <typename Element>
bool FilterPacker<Element>::locate(int64_t number, Place &place) const {
  llvm::SmallVector<const PhasedAxis *, 3> axes = facts.getClassAxes();
  IntegerMath m;
  llvm::SmallVector<int64_t> at =
      fragments.decode(m, number, PackedDim::count(axes.size() + 1));
  place.out = at[PackedDim::kOut];
  place.in = at[PackedDim::kIn];
  int64_t last = geometry.getNumSpatialAxes() - 1;
  int64_t position =
      getColumnPosition(at[PackedDim::tap(0)], at[PackedDim::kPhaseClass]);
  bool isValid = position >= 0;
  place.element = filter.offset + position * getAxisStride(last);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    unsigned axisNumber = getAxisNumber(facts, i);
    int64_t tap = at[PackedDim::tap(axisNumber)];
    const auto &list = axis->taps[at[PackedDim::phase(axisNumber)]];
    if (tap >= static_cast<int64_t>(list.size()))
      return false;
    // A convolution along one axis has no row.
    place.element += list[tap].filterIndex * getAxisStride(last - axisNumber);
  }
  bool isByInput = geometry.filterGroups == FilterGroups::Input;
  place.element +=
      place.out * outStride + place.in * inStride +
      at[PackedDim::kGroup] * (isByInput ? facts.inputChannels * inStride
                                         : facts.outputChannels * outStride);
  return isValid;
}

template <typename Element>
Element FilterPacker<Element>::load(int64_t element) const {
  Element bits;
  std::memcpy(&bits, &filter.bytes[element * sizeof(Element)], sizeof(Element));
  return atom.roundsToTF32
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
      fragment[rowPlaces[row] + channelPlaces[channel]] =
          load(place.element + row * outStride + channel * inStride);
  std::memcpy(to, fragment, kFragmentBytes);
}

void upweave::packFilter(const FusedFacts &facts, const PackedOrder &order,
                         const ConvTransposeGeometry &geometry,
                         int64_t columnSize, const FilterData &filter,
                         llvm::MutableArrayRef<char> packed) {
  if (getAtomInfo(facts.atom).elementBytes == sizeof(uint16_t))
    FilterPacker<uint16_t>(facts, order, geometry, columnSize, filter)
        .run(packed);
  else
    FilterPacker<uint32_t>(facts, order, geometry, columnSize, filter)
        .run(packed);
}
