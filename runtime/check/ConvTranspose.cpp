// Transposed convolution, read element by element.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ConvTranspose.h"

#include "CompensatedSum.h"
#include "FloatErrors.h"

#include <cstring>
#include <fmt/format.h>

namespace upweave {
namespace check {

namespace {
/// What adds up to an axis' positions is below it, so that sums do not
/// overflow.
constexpr int64_t kMaxExtent = int64_t(1) << 60;
} // namespace

/// Running sums of one element.
struct ConvTransposeReader::Sums {
  std::vector<std::vector<Tap>> taps; ///< per axis
  bool floats = true;
  CompensatedSum v;
  double e = 0, magnitude = 0;
  int64_t i = 0, count = 0;

  void add(const Value &a, const Value &b) {
    ++count;
    if (!floats) {
      i = int64_t(uint64_t(i) + uint64_t(a.i) * uint64_t(b.i));
      return;
    }
    addExact(a.v, b.v);
    e += productError(a, b);
  }
  /// The product of two values without errors.
  void addExact(double a, double b) {
    const double product = a * b;
    v += product;
    magnitude += std::fabs(product);
  }
};

namespace {
/// The elements of a tensor that is in memory as it is, in row-major order.
template <typename T> const unsigned char *rawData(const TensorInfo &info) {
  const DType dtype = sizeof(T) == 4 ? DType::F32 : DType::F64;
  const bool isRaw = info.step < 0 && !info.generate && !info.splat &&
                     info.dtype == dtype && info.dataStrides == info.strides;
  return isRaw ? info.data : nullptr;
}

template <typename T> double loadRaw(const unsigned char *data, int64_t at) {
  T value;
  std::memcpy(&value, data + at * int64_t(sizeof(T)), sizeof(T));
  return value;
}
} // namespace

ConvTransposeReader::Dims
ConvTransposeReader::parseDims(const flatbuffers::Vector<int32_t> *dims,
                               size_t rank, const char *name) const {
  Dims result;
  result.spatial.assign(axes.size(), -1);
  bool ok = dims && dims->size() == rank;
  for (uint32_t d = 0; ok && d < rank; ++d) {
    const int32_t role = dims->Get(d);
    ok = role >= -2 && role < int32_t(axes.size());
    if (!ok)
      break;
    int &slot = role == -1   ? result.batch
                : role == -2 ? result.channel
                             : result.spatial[role];
    ok = slot == -1;
    slot = int(d);
  }
  for (int slot : result.spatial)
    ok &= slot != -1;
  if (!ok || result.channel == -1)
    throw CheckError(
        fmt::format("{}: the dimensions of {} are inconsistent", where, name));
  return result;
}

void ConvTransposeReader::bindAxes(const bundle::ConvTranspose &geometry) {
  const size_t count = axes.size();
  auto at = [&](const auto *values, size_t axis, int64_t missing) {
    if (!values || values->size() == 0)
      return missing;
    if (values->size() != count)
      throw CheckError(fmt::format("{}: {} values for {} spatial axes", where,
                                   values->size(), count));
    return int64_t(values->Get(axis));
  };
  for (size_t a = 0; a < count; ++a) {
    Axis &axis = axes[a];
    axis.in = xInfo.shape[xDims.spatial[a]];
    axis.kernel = filterInfo.shape[filterDims.spatial[a]];
    axis.stride = at(geometry.strides(), a, 1);
    axis.low = at(geometry.pad_low(), a, 0);
    axis.dilation = at(geometry.dilations(), a, 1);
    axis.reversed = at(geometry.reversed(), a, 0);
    if (axis.stride < 1 || axis.dilation < 1)
      throw CheckError(fmt::format("{}: axis {} has stride {} and dilation {}",
                                   where, a, axis.stride, axis.dilation));
    const int64_t high = at(geometry.pad_high(), a, 0);
    const int64_t extra = at(geometry.output_padding(), a, 0);
    int64_t stuffed = 0, reach = 0;
    bool ok = !__builtin_mul_overflow(axis.in - 1, axis.stride, &stuffed) &&
              !__builtin_mul_overflow(axis.kernel - 1, axis.dilation, &reach);
    for (int64_t part : {stuffed, reach, axis.low, high, extra})
      ok = ok && part > -kMaxExtent && part < kMaxExtent;
    if (!ok)
      throw CheckError(
          fmt::format("{}: the extents of axis {} overflow", where, a));
    axis.out = stuffed - axis.low - high + reach + extra + 1;
  }
}

void ConvTransposeReader::bindChannels(const bundle::ConvTranspose &geometry) {
  groups = geometry.groups();
  groupsInInput = geometry.filter_groups() == bundle::FilterGroups::Input;
  const int64_t in = xInfo.shape[xDims.channel];
  const int64_t filterIn = filterInfo.shape[filterDims.batch];
  const int64_t filterOut = filterInfo.shape[filterDims.channel];
  if (groups < 1 || in % groups ||
      filterIn != (groupsInInput ? in : in / groups) ||
      (!groupsInInput && filterOut % groups))
    throw CheckError(fmt::format("{}: {} channels of x, {} x {} of the filter "
                                 "and {} groups do not fit",
                                 where, in, filterIn, filterOut, groups));
  inPerGroup = in / groups;
  outPerGroup = groupsInInput ? filterOut : filterOut / groups;
  int64_t out;
  if (__builtin_mul_overflow(groups, outPerGroup, &out))
    throw CheckError(fmt::format("{}: {} groups of {} channels overflow", where,
                                 groups, outPerGroup));
}

ConvTransposeReader::ConvTransposeReader(const Evaluator &evaluator,
                                         const bundle::ConvTranspose &geometry,
                                         uint32_t x, uint32_t filter,
                                         Precision precision,
                                         const std::string &where)
    : where(where), x(evaluator.use(x, where)),
      filter(evaluator.use(filter, where)), xInfo(evaluator.tensor(x)),
      filterInfo(evaluator.tensor(filter)), precision(precision) {
  if (filterInfo.shape.size() < 2)
    throw CheckError(where + ": the filter has fewer than two dimensions");
  axes.resize(filterInfo.shape.size() - 2);
  xDims = parseDims(geometry.x_dims(), xInfo.shape.size(), "x");
  filterDims =
      parseDims(geometry.filter_dims(), filterInfo.shape.size(), "the filter");
  if (filterDims.batch == -1)
    throw CheckError(where + ": the filter has no input channels");
  const size_t rank = rt::length(geometry.result_dims());
  resultDims = parseDims(geometry.result_dims(), rank, "the result");
  bindAxes(geometry);
  bindChannels(geometry);
  resultShape.assign(rank, 0);
  if (resultDims.batch != -1)
    resultShape[resultDims.batch] =
        xDims.batch == -1 ? 1 : xInfo.shape[xDims.batch];
  resultShape[resultDims.channel] = groups * outPerGroup;
  for (size_t a = 0; a < axes.size(); ++a)
    resultShape[resultDims.spatial[a]] = axes[a].out;
}

void ConvTransposeReader::accumulate(Evaluator &evaluator, size_t axis,
                                     int64_t xBase, int64_t filterBase,
                                     Sums &sums) const {
  if (axis < axes.size()) {
    for (const Tap &tap : sums.taps[axis])
      accumulate(evaluator, axis + 1, xBase + tap.x, filterBase + tap.filter,
                 sums);
    return;
  }
  const int64_t xStep = xInfo.strides[xDims.channel];
  const int64_t filterStep = filterInfo.strides[filterDims.batch];
  if (accumulateRaw<float>(xBase, filterBase, sums) ||
      accumulateRaw<double>(xBase, filterBase, sums))
    return;
  for (int64_t ci = 0; ci < inPerGroup; ++ci)
    sums.add(evaluator.read(x, xBase + ci * xStep),
             evaluator.read(filter, filterBase + ci * filterStep));
}

template <typename T>
bool ConvTransposeReader::accumulateRaw(int64_t xBase, int64_t filterBase,
                                        Sums &sums) const {
  const unsigned char *xData = rawData<T>(xInfo);
  const unsigned char *filterData = rawData<T>(filterInfo);
  if (!xData || !filterData || !sums.floats)
    return false;
  const int64_t xStep = xInfo.strides[xDims.channel];
  const int64_t filterStep = filterInfo.strides[filterDims.batch];
  for (int64_t ci = 0; ci < inPerGroup; ++ci)
    sums.addExact(loadRaw<T>(xData, xBase + ci * xStep),
                  loadRaw<T>(filterData, filterBase + ci * filterStep));
  sums.count += inPerGroup;
  return true;
}

double ConvTransposeReader::addNeeds(const Need &need, Needs &needs) const {
  double products = double(inPerGroup);
  for (const Axis &axis : axes)
    products *= std::max(1.0, double(axis.kernel) / double(axis.stride));
  const Need read{need.elements * products, need.runs * products};
  needs[x] += read;
  needs[filter] += read;
  return products;
}

Value ConvTransposeReader::read(Evaluator &evaluator, const int64_t *coords,
                                DType dtype) const {
  Sums sums;
  sums.floats = isFloat(dtype);
  sums.taps.resize(axes.size());
  for (size_t a = 0; a < axes.size(); ++a) {
    const Axis &axis = axes[a];
    const int64_t target = coords[resultDims.spatial[a]] + axis.low;
    for (int64_t k = 0; k < axis.kernel; ++k) {
      const int64_t kk = axis.reversed ? axis.kernel - 1 - k : k;
      const int64_t rest = target - axis.dilation * kk;
      if (rest < 0 || rest % axis.stride || rest / axis.stride >= axis.in)
        continue;
      sums.taps[a].push_back(
          {rest / axis.stride * xInfo.strides[xDims.spatial[a]],
           k * filterInfo.strides[filterDims.spatial[a]]});
    }
  }
  const int64_t channel = coords[resultDims.channel];
  const int64_t group = channel / outPerGroup;
  int64_t xBase = group * inPerGroup * xInfo.strides[xDims.channel];
  if (xDims.batch != -1 && resultDims.batch != -1)
    xBase += coords[resultDims.batch] * xInfo.strides[xDims.batch];
  const int64_t filterBase =
      groupsInInput
          ? group * inPerGroup * filterInfo.strides[filterDims.batch] +
                channel % outPerGroup * filterInfo.strides[filterDims.channel]
          : channel * filterInfo.strides[filterDims.channel];
  accumulate(evaluator, 0, xBase, filterBase, sums);
  if (!sums.floats)
    return intValue(wrapInteger(dtype, sums.i));
  SumOf sum;
  sum.v = sums.v.get();
  sum.e = sums.e;
  sum.magnitude = sums.magnitude;
  sum.count = double(sums.count);
  sum.unit = contractionUnit(precision, dtype, sum.count);
  sum.low = -INFINITY;
  return roundedSum(dtype, sum);
}

} // namespace check
} // namespace upweave
