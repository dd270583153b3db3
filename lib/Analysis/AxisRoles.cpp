//===- AxisRoles.cpp - Which dim of a contraction plays which part --------===//
// Proves batch, channels, groups and spatial axes by enumerating components.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "AxisRoles.h"
#include "AxisFit.h"
#include "AxisReader.h"
#include "LoopComponents.h"

#include "Upweave/Geometry/Sizes.h"

#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace upweave {

namespace {

class RoleFinder {
public:
  RoleFinder(const ContractionViews &views, ConvTransposeMismatch &mismatch)
      : views(views), mismatch(mismatch) {}

  std::optional<AxisRoles> find();

private:
  bool fail(StringRef id, const Twine &reason);
  bool failDynamic(const LoopComponent &component);
  bool failLarge(const LoopComponent &component);

  bool classify(const LoopComponent &component);
  bool classifyMixed(const LoopComponent &component);
  bool classifyReduction(const LoopComponent &component);
  bool addSpatial(const LoopComponent &component);
  std::optional<AxisGeometry> fitSpatial(const LoopComponent &component,
                                         std::string &whyNot) const;
  bool isIdentity(const LoopComponent &component, TensorIndex a,
                  TensorIndex b) const;
  bool isPlainIdentity(const ComponentSpace &space,
                       const LoopComponent &component, TensorIndex a,
                       TensorIndex b) const;
  bool isDynamicIdentity(const LoopComponent &component) const;
  bool isUnit(const LoopComponent &component) const;
  bool placeBatches();
  bool placeChannels();
  bool placeUngrouped();
  bool placeGrouped();
  bool fitGroups(const LoopComponent &channels, size_t split, bool inFirst);
  bool provesGroups(const ComponentSpace &space, int64_t inSize,
                    int64_t outSize, bool inIsHigh, FilterGroups mode,
                    int64_t groups) const;
  void setRole(const LoopComponent &component, TensorIndex tensor, Role role);

  const ContractionViews &views;
  ConvTransposeMismatch &mismatch;
  AxisRoles result;
  SmallVector<LoopComponent, 0> batches, inChannels, outChannels, groups;
};

} // namespace

bool RoleFinder::fail(StringRef id, const Twine &reason) {
  mismatch = {id.str(), reason.str()};
  return false;
}

/// "dims [2] of the result, [2] of the input, [] of the filter".
static std::string describe(const LoopComponent &component) {
  std::string text;
  llvm::raw_string_ostream os(text);
  const char *names[] = {" of the result", " of the input", " of the filter"};
  for (TensorIndex tensor : {kResult, kInput, kFilter}) {
    os << (tensor == kResult ? "dims [" : ", [");
    llvm::interleaveComma(component.dims[tensor], os);
    os << "]" << names[tensor];
  }
  return text;
}

/// Not a mismatch: what cannot be proven is left as it is written.
bool RoleFinder::failLarge(const LoopComponent &component) {
  ComponentSpace space(views, component);
  bool isKnown = space.getNumWanted() != kHugeSize;
  return fail(
      "too-large-to-prove",
      llvm::formatv("along {0}: {1} combinations of positions, of which "
                    "at most {2} are enumerated",
                    describe(component),
                    isKnown ? std::to_string(space.getNumWanted())
                            : "more than 2^63",
                    kMaxIterations)
          .str());
}

bool RoleFinder::failDynamic(const LoopComponent &component) {
  return fail("dynamic-spatial-size",
              describe(component) +
                  " have dynamic sizes; only the batch may be dynamic");
}

void RoleFinder::setRole(const LoopComponent &component, TensorIndex tensor,
                         Role role) {
  for (int64_t dim : component.dims[tensor])
    result.roles[tensor][dim] = role;
}

//===----------------------------------------------------------------------===//
// Proofs
//===----------------------------------------------------------------------===//

/// True if the component reads tensor `a` at each of its positions once, and at
/// the same position of `b`.
bool RoleFinder::isIdentity(const LoopComponent &component, TensorIndex a,
                            TensorIndex b) const {
  ComponentSpace space(views, component);
  if (space.isDynamic())
    return a == kResult && b == kInput && isDynamicIdentity(component);
  if (!space.isEnumerable())
    return isPlainIdentity(space, component, a, b);
  if (space.getSize(a) != space.getSize(b) ||
      space.getSize(a) > space.getNumIterations())
    return false;
  std::vector<bool> seen(space.getSize(a), false);
  int64_t count = 0;
  bool equal = space.enumerate([&](const std::array<int64_t, 3> &position) {
    if (position[a] != position[b] || seen[position[a]])
      return false;
    seen[position[a]] = true;
    ++count;
    return true;
  });
  return equal && count == space.getSize(a);
}

/// True if both tensors have one dim that is the component's one loop, however
/// long it is.
bool RoleFinder::isPlainIdentity(const ComponentSpace &space,
                                 const LoopComponent &component, TensorIndex a,
                                 TensorIndex b) const {
  if (component.loops.size() != 1 || !space.getGuards().empty() ||
      space.getSize(a) != space.getNumWanted() ||
      space.getSize(b) != space.getNumWanted())
    return false;
  IndexExpr loop = IndexExpr::getLoop(component.loops[0]);
  return llvm::all_of(ArrayRef({a, b}), [&](TensorIndex tensor) {
    if (component.dims[tensor].size() != 1)
      return false;
    const ElementView &view = tensor == kInput ? views.input : views.filter;
    return tensor == kResult || view.coords[component.dims[tensor][0]] == loop;
  });
}

/// A dynamic batch: one loop that is one dim of both, of equal sizes.
bool RoleFinder::isDynamicIdentity(const LoopComponent &component) const {
  if (component.dims[kResult].size() != 1 || component.dims[kInput].size() != 1)
    return false;
  int64_t resultDim = component.dims[kResult][0];
  int64_t inputDim = component.dims[kInput][0];
  if (views.input.coords[inputDim] != IndexExpr::getLoop(resultDim))
    return false;
  FailureOr<bool> equal = ValueBoundsConstraintSet::areEqual(
      {views.root, resultDim}, {views.input.source, inputDim});
  return succeeded(equal) && *equal;
}

/// True if the component is one position of each tensor, which is read.
bool RoleFinder::isUnit(const LoopComponent &component) const {
  ComponentSpace space(views, component);
  if (space.isDynamic() || space.getNumIterations() != 1 ||
      space.getSize(kResult) != 1 || space.getSize(kInput) != 1 ||
      space.getSize(kFilter) != 1)
    return false;
  int64_t count = 0;
  space.enumerate([&](const std::array<int64_t, 3> &) {
    ++count;
    return true;
  });
  return count == 1;
}

std::optional<AxisGeometry>
RoleFinder::fitSpatial(const LoopComponent &component,
                       std::string &whyNot) const {
  ComponentSpace space(views, component);
  AxisTerms axis;
  axis.outputSize = space.getSize(kResult);
  axis.inputSize = space.getSize(kInput);
  axis.filterSize = space.getSize(kFilter);
  bool isInRange = space.enumerate([&](const std::array<int64_t, 3> &position) {
    axis.terms.push_back(
        {position[kResult], position[kInput], position[kFilter]});
    return true;
  });
  if (!isInRange) {
    whyNot = "an element outside of the input or of the filter is read";
    return std::nullopt;
  }
  return fitAxis(axis, whyNot);
}

//===----------------------------------------------------------------------===//
// Classification
//===----------------------------------------------------------------------===//

bool RoleFinder::addSpatial(const LoopComponent &component) {
  ComponentSpace space(views, component);
  std::string whyNot;
  std::optional<AxisGeometry> axis;
  if (space.isEnumerable())
    axis = fitSpatial(component, whyNot);
  else if (space.isDynamic())
    return failDynamic(component);
  else if (!(axis = readAxis(views, component)))
    return failLarge(component);
  if (!axis)
    return fail("not-a-transposed-conv",
                "along " + describe(component) + ": " + whyNot);
  Role role = kFirstSpatialRole + result.axes.size();
  for (TensorIndex tensor : {kResult, kInput, kFilter})
    setRole(component, tensor, role);
  result.axes.push_back(*axis);
  return true;
}

/// A component of all three tensors: a spatial axis or a group.
bool RoleFinder::classifyMixed(const LoopComponent &component) {
  ComponentSpace space(views, component);
  if (space.isDynamic())
    return failDynamic(component);
  // An axis of one position everywhere is none.
  if (isUnit(component))
    return true;
  // Products of equal positions are one group each, with no window.
  bool isDiagonal = isIdentity(component, kResult, kInput) &&
                    isIdentity(component, kResult, kFilter);
  if (!isDiagonal && addSpatial(component))
    return true;
  // What is too large as an axis is so as groups.
  if (!isDiagonal && !space.isEnumerable())
    return false;
  if (!component.has(kInput) || !component.has(kFilter))
    return false;
  groups.push_back(component);
  return true;
}

/// A component of the factors alone: channels, a spatial axis with one output,
/// or a dim of size 1, which may become any axis' own.
bool RoleFinder::classifyReduction(const LoopComponent &component) {
  if (isUnit(component))
    return true;
  bool onBoth = component.has(kInput) && component.has(kFilter);
  if (onBoth && isIdentity(component, kInput, kFilter)) {
    inChannels.push_back(component);
    return true;
  }
  if (addSpatial(component))
    return true;
  if (!onBoth)
    return fail("not-a-transposed-conv",
                "only one factor depends on the reduction over " +
                    describe(component));
  // In an order that may be right beside other channels.
  inChannels.push_back(component);
  return true;
}

bool RoleFinder::classify(const LoopComponent &component) {
  bool onResult = component.has(kResult);
  bool onInput = component.has(kInput);
  bool onFilter = component.has(kFilter);
  if (!onInput && !onFilter) {
    // Of an axis with one input element, only guards may be left.
    if (isUnit(component) || addSpatial(component))
      return true;
    return fail("not-a-transposed-conv",
                "neither factor depends on " + describe(component));
  }
  if (!onResult)
    return classifyReduction(component);
  if (component.reduces || (onInput && onFilter))
    return classifyMixed(component);
  if (onFilter) {
    outChannels.push_back(component);
    return true;
  }
  if (isIdentity(component, kResult, kInput)) {
    batches.push_back(component);
    return true;
  }
  if (ComponentSpace(views, component).isDynamic())
    return failDynamic(component);
  return addSpatial(component);
}

//===----------------------------------------------------------------------===//
// Batch and channels
//===----------------------------------------------------------------------===//

/// The first untouched component is the batch, and those that lie right behind
/// it in both tensors; others are spatial axes with a filter of one position.
bool RoleFinder::placeBatches() {
  LoopComponent previous;
  for (const LoopComponent &component : batches) {
    bool follows =
        component.dims[kResult].size() == 1 &&
        component.dims[kInput].size() == 1 && previous.has(kResult) &&
        component.dims[kResult][0] == previous.dims[kResult].back() + 1 &&
        component.dims[kInput][0] == previous.dims[kInput].back() + 1;
    bool isBatch = !previous.has(kResult) || follows;
    if (isBatch) {
      setRole(component, kResult, kFirstRole);
      setRole(component, kInput, kFirstRole);
      previous = component;
    } else if (ComponentSpace(views, component).isDynamic()) {
      return failDynamic(component);
    } else if (!addSpatial(component)) {
      return false;
    }
  }
  return true;
}

/// All of `components` as one, in which the order of dims matters.
static LoopComponent joinComponents(ArrayRef<LoopComponent> components) {
  LoopComponent joined;
  for (const LoopComponent &component : components) {
    llvm::append_range(joined.loops, component.loops);
    for (TensorIndex tensor : {kResult, kInput, kFilter})
      llvm::append_range(joined.dims[tensor], component.dims[tensor]);
  }
  llvm::sort(joined.loops);
  for (auto &dims : joined.dims)
    llvm::sort(dims);
  return joined;
}

bool RoleFinder::placeUngrouped() {
  LoopComponent in = joinComponents(inChannels);
  LoopComponent out = joinComponents(outChannels);
  for (const LoopComponent &component : {in, out})
    if (ComponentSpace(views, component).isDynamic())
      return failDynamic(component);
  auto failOrder = [&](const LoopComponent &component, StringRef whose) {
    if (!ComponentSpace(views, component).isEnumerable())
      return failLarge(component);
    return fail("not-a-transposed-conv",
                whose + " channels differ in order or number along " +
                    describe(component));
  };
  if (!inChannels.empty() && !isIdentity(in, kInput, kFilter))
    return failOrder(in, "the factors'");
  if (!outChannels.empty() && !isIdentity(out, kResult, kFilter))
    return failOrder(out, "the filter's and the result's");
  setRole(in, kInput, kSecondRole);
  setRole(in, kFilter, kFirstRole);
  setRole(out, kResult, kSecondRole);
  setRole(out, kFilter, kSecondRole);
  return true;
}

/// True if, for each channel c of the result, the terms are the channels of c's
/// group in the input, each once, at the filter's position for them. The
/// filter's linear position has its `in` part high or low.
bool RoleFinder::provesGroups(const ComponentSpace &space, int64_t inSize,
                              int64_t outSize, bool inIsHigh, FilterGroups mode,
                              int64_t groups) const {
  int64_t inGroup = space.getSize(kInput) / groups;
  int64_t outGroup = space.getSize(kResult) / groups;
  // Each pair of channels of a group takes an iteration.
  if (inGroup > space.getNumIterations() / space.getSize(kResult))
    return false;
  std::vector<bool> seen(space.getSize(kResult) * inGroup, false);
  int64_t count = 0;
  bool fits = space.enumerate([&](const std::array<int64_t, 3> &position) {
    int64_t x = position[kInput], y = position[kResult], w = position[kFilter];
    int64_t in = inIsHigh ? w / outSize : w % inSize;
    int64_t out = inIsHigh ? w % outSize : w / inSize;
    bool onInput = mode == FilterGroups::Input;
    if (x / inGroup != y / outGroup || in != (onInput ? x : x % inGroup) ||
        out != (onInput ? y % outGroup : y))
      return false;
    auto place = seen[y * inGroup + x % inGroup];
    if (place)
      return false;
    place = true;
    ++count;
    return true;
  });
  return fits && count == static_cast<int64_t>(seen.size());
}

/// Tries the filter's first `split` channel dims as one part and the others as
/// the second one.
bool RoleFinder::fitGroups(const LoopComponent &channels, size_t split,
                           bool inFirst) {
  ComponentSpace space(views, channels);
  ArrayRef<int64_t> shape =
      cast<ShapedType>(views.filter.source.getType()).getShape();
  int64_t first = 1, second = 1;
  for (auto [i, dim] : llvm::enumerate(channels.dims[kFilter])) {
    int64_t &size = i < split ? first : second;
    size = multiplySizes(size, shape[dim]);
    if (size < 1 || size == kHugeSize)
      return false;
  }
  int64_t inSize = inFirst ? first : second;
  int64_t outSize = inFirst ? second : first;
  int64_t inputs = space.getSize(kInput), outputs = space.getSize(kResult);
  for (FilterGroups mode : {FilterGroups::Input, FilterGroups::Output}) {
    bool onInput = mode == FilterGroups::Input;
    int64_t part = onInput ? outSize : inSize;
    int64_t whole = onInput ? outputs : inputs;
    if ((onInput ? inSize != inputs : outSize != outputs) || whole % part != 0)
      continue;
    int64_t count = whole / part;
    if (inputs % count != 0 || outputs % count != 0 ||
        !provesGroups(space, inSize, outSize, inFirst, mode, count))
      continue;
    result.groups = count;
    result.filterGroups = mode;
    setRole(channels, kResult, kSecondRole);
    setRole(channels, kInput, kSecondRole);
    for (auto [i, dim] : llvm::enumerate(channels.dims[kFilter]))
      result.roles[kFilter][dim] =
          (i < split) == inFirst ? kFirstRole : kSecondRole;
    return true;
  }
  return false;
}

/// Groups tie all channels together: they are proven as one component.
bool RoleFinder::placeGrouped() {
  SmallVector<LoopComponent, 0> all = groups;
  llvm::append_range(all, inChannels);
  llvm::append_range(all, outChannels);
  LoopComponent channels = joinComponents(all);
  ComponentSpace space(views, channels);
  if (!space.isEnumerable())
    return space.isDynamic() ? failDynamic(channels) : failLarge(channels);
  // A depthwise filter's one dim counts as input channels, as in PyTorch.
  size_t numDims = channels.dims[kFilter].size();
  for (size_t split = 0; split <= numDims; ++split)
    for (bool inFirst : {true, false})
      if (fitGroups(channels, numDims - split, inFirst))
        return true;
  // What was wrong with a component as a spatial axis says more.
  if (mismatch.id.empty())
    fail("not-a-transposed-conv", "the channels of no number of groups meet "
                                  "along " +
                                      describe(channels));
  return false;
}

bool RoleFinder::placeChannels() {
  if (groups.empty() ? !placeUngrouped() : !placeGrouped())
    return false;
  // The mismatch of a component that is no spatial axis is still set.
  mismatch = {};
  return true;
}

std::optional<AxisRoles> RoleFinder::find() {
  result.roles[kResult].assign(views.getNumResultDims(), kNoRole);
  result.roles[kInput].assign(views.input.coords.size(), kNoRole);
  result.roles[kFilter].assign(views.filter.coords.size(), kNoRole);
  for (const LoopComponent &component : getLoopComponents(views))
    if (!classify(component))
      return std::nullopt;
  if (!placeBatches() || !placeChannels())
    return std::nullopt;
  return result;
}

std::optional<AxisRoles> findAxisRoles(const ContractionViews &views,
                                       ConvTransposeMismatch &mismatch) {
  return RoleFinder(views, mismatch).find();
}

} // namespace upweave
