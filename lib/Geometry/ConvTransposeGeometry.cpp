//===- ConvTransposeGeometry.cpp - Shapes, phases and taps ----------------===//
// Shape inference, phases, taps and checks of a transposed convolution.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Geometry/ConvTransposeGeometry.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace llvm;

namespace upweave {

using Error = std::optional<std::string>;

/// Keeps every product of a size and a parameter within 64 bits.
static constexpr int64_t kMaxParameter = std::numeric_limits<int32_t>::max();

template <typename... Args>
static std::string error(const char *format, Args &&...args) {
  return formatv(format, std::forward<Args>(args)...).str();
}

//===----------------------------------------------------------------------===//
// One axis
//===----------------------------------------------------------------------===//

int64_t AxisGeometry::getResultSize(int64_t inputSize,
                                    int64_t filterSize) const {
  return (inputSize - 1) * stride - paddingLow - paddingHigh +
         dilation * (filterSize - 1) + outputPadding + 1;
}

SmallVector<Tap> AxisGeometry::getTaps(int64_t phase,
                                       int64_t filterSize) const {
  SmallVector<Tap> taps;
  // k' counts down so that offsets, which fall with it, come in order.
  for (int64_t k = filterSize - 1; k >= 0; --k) {
    int64_t position = phase + paddingLow - dilation * k;
    if (mod(position, stride) == 0)
      taps.push_back(
          {getFilterIndex(k, filterSize), divideFloorSigned(position, stride)});
  }
  return taps;
}

int64_t AxisGeometry::getPhaseSize(int64_t phase, int64_t resultSize) const {
  return resultSize <= phase ? 0 : (resultSize - phase - 1) / stride + 1;
}

AxisGeometry AxisGeometry::getCanonical(int64_t inputSize,
                                        int64_t filterSize) const {
  AxisGeometry axis = *this;
  if (filterSize == 1) {
    axis.dilation = 1;
    axis.reversed = false;
  }
  if (inputSize == 1)
    axis.stride = 1;
  // Only the difference of these two matters.
  int64_t high = paddingHigh - outputPadding;
  int64_t extra = paddingLow - high;
  bool isOutputPadding =
      extra >= 0 && extra < std::max(axis.stride, axis.dilation);
  axis.outputPadding = isOutputPadding ? extra : 0;
  axis.paddingHigh = isOutputPadding ? paddingLow : high;
  return axis;
}

//===----------------------------------------------------------------------===//
// Dims
//===----------------------------------------------------------------------===//

bool DataDims::operator==(const DataDims &other) const {
  return batch == other.batch && channel == other.channel &&
         spatial == other.spatial;
}

bool FilterDims::operator==(const FilterDims &other) const {
  return in == other.in && out == other.out && spatial == other.spatial;
}

StringRef stringifyFilterGroups(FilterGroups groups) {
  return groups == FilterGroups::Input ? "input" : "output";
}

/// Checks that `first`, `second` and `spatial` number all dims once.
static Error verifyDims(StringRef tensor, int64_t first, int64_t second,
                        ArrayRef<int64_t> spatial, int64_t numAxes) {
  if (static_cast<int64_t>(spatial.size()) != numAxes)
    return error("{0} dims name {1} spatial axes, strides {2}", tensor,
                 spatial.size(), numAxes);
  SmallVector<int64_t> sorted{first, second};
  sorted.append(spatial.begin(), spatial.end());
  llvm::sort(sorted);
  for (auto [expected, found] : enumerate(sorted))
    if (static_cast<int64_t>(expected) != found)
      return error("{0} dims are not a permutation of 0 to {1}: {2} is missing",
                   tensor, numAxes + 1, expected);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The geometry
//===----------------------------------------------------------------------===//

ConvTransposeGeometry
ConvTransposeGeometry::getDefault(int64_t numSpatialAxes) {
  ConvTransposeGeometry geometry;
  geometry.strides.assign(numSpatialAxes, 1);
  geometry.dilations.assign(numSpatialAxes, 1);
  for (auto *zeros :
       {&geometry.paddingLow, &geometry.paddingHigh, &geometry.outputPadding})
    zeros->assign(numSpatialAxes, 0);
  geometry.reversed.assign(numSpatialAxes, false);
  for (int64_t dim = 2; dim < numSpatialAxes + 2; ++dim) {
    geometry.inputDims.spatial.push_back(dim);
    geometry.filterDims.spatial.push_back(dim);
    geometry.resultDims.spatial.push_back(dim);
  }
  return geometry;
}

AxisGeometry ConvTransposeGeometry::getAxis(int64_t axis) const {
  return {strides[axis],   paddingLow[axis],    paddingHigh[axis],
          dilations[axis], outputPadding[axis], reversed[axis]};
}

void ConvTransposeGeometry::setAxis(int64_t axis, const AxisGeometry &value) {
  strides[axis] = value.stride;
  paddingLow[axis] = value.paddingLow;
  paddingHigh[axis] = value.paddingHigh;
  dilations[axis] = value.dilation;
  outputPadding[axis] = value.outputPadding;
  reversed[axis] = value.reversed;
}

static Error verifyParameters(StringRef name, ArrayRef<int64_t> values,
                              size_t numAxes, int64_t least) {
  if (values.size() != numAxes)
    return error("{0} has {1} entries, strides {2}", name, values.size(),
                 numAxes);
  for (auto [axis, value] : enumerate(values))
    if (value < least || value > kMaxParameter)
      return error("{0} of spatial axis {1} is {2}, must be in [{3}, {4}]",
                   name, axis, value, least, kMaxParameter);
  return std::nullopt;
}

Error ConvTransposeGeometry::verify() const {
  size_t numAxes = strides.size();
  if (numAxes == 0)
    return "strides is empty, at least one spatial axis is needed";
  if (Error e = verifyParameters("strides", strides, numAxes, 1))
    return e;
  if (Error e =
          verifyParameters("padding_low", paddingLow, numAxes, -kMaxParameter))
    return e;
  if (Error e = verifyParameters("padding_high", paddingHigh, numAxes,
                                 -kMaxParameter))
    return e;
  if (Error e = verifyParameters("dilations", dilations, numAxes, 1))
    return e;
  if (Error e = verifyParameters("output_padding", outputPadding, numAxes, 0))
    return e;
  if (reversed.size() != numAxes)
    return error("reversed has {0} entries, strides {1}", reversed.size(),
                 numAxes);
  if (groups < 1 || groups > kMaxParameter)
    return error("groups is {0}, must be in [1, {1}]", groups, kMaxParameter);
  if (Error e = verifyDims("input", inputDims.batch, inputDims.channel,
                           inputDims.spatial, numAxes))
    return e;
  if (Error e = verifyDims("filter", filterDims.in, filterDims.out,
                           filterDims.spatial, numAxes))
    return e;
  return verifyDims("result", resultDims.batch, resultDims.channel,
                    resultDims.spatial, numAxes);
}

/// Checks rank and sizes of one operand; `dynamicDim` may be dynamic and, as
/// the batch, zero.
static Error verifyShape(StringRef tensor, ArrayRef<int64_t> shape,
                         int64_t rank, int64_t dynamicDim) {
  if (static_cast<int64_t>(shape.size()) != rank)
    return error("{0} has rank {1}, the geometry needs {2}", tensor,
                 shape.size(), rank);
  for (auto [dim, size] : enumerate(shape)) {
    bool isBatch = static_cast<int64_t>(dim) == dynamicDim;
    if (size == kDynamicSize) {
      if (!isBatch)
        return error("dim {0} of {1} is dynamic, only the batch may be", dim,
                     tensor);
      continue;
    }
    if (size < (isBatch ? 0 : 1) || size > kMaxParameter)
      return error("dim {0} of {1} has size {2}, must be in [{3}, {4}]", dim,
                   tensor, size, isBatch ? 0 : 1, kMaxParameter);
  }
  return std::nullopt;
}

Error ConvTransposeGeometry::verifyOperands(ArrayRef<int64_t> input,
                                            ArrayRef<int64_t> filter) const {
  if (Error e = verifyShape("input", input, getRank(), inputDims.batch))
    return e;
  if (Error e = verifyShape("filter", filter, getRank(), /*dynamicDim=*/-1))
    return e;
  int64_t channels = input[inputDims.channel];
  int64_t filterIn = filter[filterDims.in];
  int64_t filterOut = filter[filterDims.out];
  if (channels % groups != 0)
    return error("input has {0} channels, not divisible by {1} groups",
                 channels, groups);
  bool onInput = filterGroups == FilterGroups::Input;
  int64_t expectedIn = onInput ? channels : channels / groups;
  if (filterIn != expectedIn)
    return error("filter has {0} input channels, expected {1} ({2} channels, "
                 "{3} groups, filter_groups = {4})",
                 filterIn, expectedIn, channels, groups,
                 stringifyFilterGroups(filterGroups));
  if (!onInput && filterOut % groups != 0)
    return error("filter has {0} output channels, not divisible by {1} groups",
                 filterOut, groups);
  return std::nullopt;
}

ConvTransposeSizes
ConvTransposeGeometry::getSizes(ArrayRef<int64_t> input,
                                ArrayRef<int64_t> filter) const {
  ConvTransposeSizes sizes;
  sizes.batch = input[inputDims.batch];
  sizes.inputChannels = input[inputDims.channel];
  sizes.outputChannels = filter[filterDims.out] *
                         (filterGroups == FilterGroups::Input ? groups : 1);
  for (int64_t axis = 0; axis < getNumSpatialAxes(); ++axis) {
    sizes.input.push_back(input[inputDims.spatial[axis]]);
    sizes.filter.push_back(filter[filterDims.spatial[axis]]);
    sizes.result.push_back(
        getAxis(axis).getResultSize(sizes.input.back(), sizes.filter.back()));
  }
  return sizes;
}

Error ConvTransposeGeometry::inferResultShape(
    ArrayRef<int64_t> input, ArrayRef<int64_t> filter,
    SmallVectorImpl<int64_t> &result) const {
  if (Error e = verify())
    return e;
  if (Error e = verifyOperands(input, filter))
    return e;
  ConvTransposeSizes sizes = getSizes(input, filter);
  result.assign(getRank(), 0);
  result[resultDims.batch] = sizes.batch;
  result[resultDims.channel] = sizes.outputChannels;
  for (int64_t axis = 0; axis < getNumSpatialAxes(); ++axis) {
    if (sizes.result[axis] < 1)
      return error("result size along spatial axis {0} is {1}: input {2}, "
                   "filter {3}, stride {4}, padding {5} and {6}, dilation {7}, "
                   "output padding {8}",
                   axis, sizes.result[axis], sizes.input[axis],
                   sizes.filter[axis], strides[axis], paddingLow[axis],
                   paddingHigh[axis], dilations[axis], outputPadding[axis]);
    result[resultDims.spatial[axis]] = sizes.result[axis];
  }
  return std::nullopt;
}

Error ConvTransposeGeometry::verifyShapes(ArrayRef<int64_t> input,
                                          ArrayRef<int64_t> filter,
                                          ArrayRef<int64_t> result) const {
  SmallVector<int64_t> expected;
  if (Error e = inferResultShape(input, filter, expected))
    return e;
  if (result.size() != expected.size())
    return error("result has rank {0}, the geometry needs {1}", result.size(),
                 expected.size());
  for (auto [dim, found, size] : enumerate(result, expected)) {
    bool unknown = found == kDynamicSize || size == kDynamicSize;
    if (unknown && static_cast<int64_t>(dim) == resultDims.batch)
      continue;
    if (found == kDynamicSize)
      return error("dim {0} of result is dynamic, expected {1}", dim, size);
    if (found != size)
      return error("dim {0} of result has size {1}, expected {2}", dim, found,
                   size);
  }
  return std::nullopt;
}

bool ConvTransposeGeometry::operator==(
    const ConvTransposeGeometry &other) const {
  return strides == other.strides && paddingLow == other.paddingLow &&
         paddingHigh == other.paddingHigh && dilations == other.dilations &&
         outputPadding == other.outputPadding && reversed == other.reversed &&
         groups == other.groups && filterGroups == other.filterGroups &&
         inputDims == other.inputDims && filterDims == other.filterDims &&
         resultDims == other.resultDims;
}

static hash_code hashList(ArrayRef<int64_t> values) {
  return hash_combine_range(values.begin(), values.end());
}

hash_code hash_value(const ConvTransposeGeometry &g) {
  hash_code parameters = hash_combine(
      hashList(g.strides), hashList(g.paddingLow), hashList(g.paddingHigh),
      hashList(g.dilations), hashList(g.outputPadding),
      hash_combine_range(g.reversed.begin(), g.reversed.end()), g.groups,
      static_cast<int>(g.filterGroups));
  return hash_combine(parameters, g.inputDims.batch, g.inputDims.channel,
                      hashList(g.inputDims.spatial), g.filterDims.in,
                      g.filterDims.out, hashList(g.filterDims.spatial),
                      g.resultDims.batch, g.resultDims.channel,
                      hashList(g.resultDims.spatial));
}

} // namespace upweave
