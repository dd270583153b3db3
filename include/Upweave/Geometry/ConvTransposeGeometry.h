//===- ConvTransposeGeometry.h - Shapes, phases and taps --------*- C++ -*-===//
// The geometry of a transposed convolution of any rank and layout: what the
// dialect's attribute wraps and every later stage asks for shapes and taps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_GEOMETRY_CONVTRANSPOSEGEOMETRY_H
#define UPWEAVE_GEOMETRY_CONVTRANSPOSEGEOMETRY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace upweave {

/// The size of a dynamic dimension; the same value as MLIR's
/// `ShapedType::kDynamic`, which this IR-free header does not include.
constexpr int64_t kDynamicSize = std::numeric_limits<int64_t>::min();

/// One term of a phase: outputs `stride * q + phase` add
/// `x[q + offset] * w[filterIndex]`, where `q + offset` is in range.
struct Tap {
  int64_t filterIndex;
  int64_t offset;

  bool operator==(const Tap &other) const {
    return filterIndex == other.filterIndex && offset == other.offset;
  }
};

/// One spatial axis. `out[o] += x[i] * w[k]` for all i, k in range with
/// `stride * i + dilation * k' = o + paddingLow`, where k' is k, or K - 1 - k
/// when `reversed`.
struct AxisGeometry {
  int64_t stride = 1;
  int64_t paddingLow = 0;
  int64_t paddingHigh = 0;
  int64_t dilation = 1;
  int64_t outputPadding = 0;
  bool reversed = false;

  /// The result's size for `inputSize` and `filterSize` positions:
  /// (I-1)·S - PL - PH + L·(K-1) + Q + 1. It may come out below one.
  int64_t getResultSize(int64_t inputSize, int64_t filterSize) const;

  /// The filter position that k' denotes (and back: it is an involution).
  int64_t getFilterIndex(int64_t k, int64_t filterSize) const {
    return reversed ? filterSize - 1 - k : k;
  }

  /// The taps of outputs `stride * q + phase`, by increasing offset.
  /// `phase` is in [0, stride). A phase without taps is all zeros.
  llvm::SmallVector<Tap> getTaps(int64_t phase, int64_t filterSize) const;

  /// How many outputs a result of `resultSize` has in `phase`.
  int64_t getPhaseSize(int64_t phase, int64_t resultSize) const;

  /// The same contributions written the one way that raising prints: a filter
  /// of one position is not dilated or reversed, an input of one position not
  /// strided, and the high side is an output padding of the low one where
  /// frameworks would accept that (0 <= Q < max(S, L)).
  AxisGeometry getCanonical(int64_t inputSize, int64_t filterSize) const;
};

/// Where the dims of the input or of the result are.
struct DataDims {
  int64_t batch = 0;
  int64_t channel = 1;
  llvm::SmallVector<int64_t, 3> spatial;

  bool operator==(const DataDims &other) const;
};

/// Where the dims of the filter are: `in` runs over input channels, `out` over
/// output channels.
struct FilterDims {
  int64_t in = 0;
  int64_t out = 1;
  llvm::SmallVector<int64_t, 3> spatial;

  bool operator==(const FilterDims &other) const;
};

/// Which of the filter's channel dims has the group as its high digit.
/// `Input`: `in` has Ci and `out` has Co/G positions (PyTorch's transposed
/// convolutions). `Output`: `in` has Ci/G, `out` has Co (plain convolutions).
enum class FilterGroups { Input, Output };

/// Spells `groups` as the attribute does: "input" or "output".
llvm::StringRef stringifyFilterGroups(FilterGroups groups);

/// The sizes of one transposed convolution, by meaning and not by position.
struct ConvTransposeSizes {
  int64_t batch = 0; ///< May be kDynamicSize.
  int64_t inputChannels = 0;
  int64_t outputChannels = 0;
  llvm::SmallVector<int64_t, 3> input;
  llvm::SmallVector<int64_t, 3> filter;
  llvm::SmallVector<int64_t, 3> result;
};

/// The geometry of a transposed convolution with any number of spatial axes.
/// All per-axis lists have one entry for each spatial axis, in the order of
/// the dim lists. Channel x = g·(Ci/G) + ci and channel y = g·(Co/G) + co.
struct ConvTransposeGeometry {
  llvm::SmallVector<int64_t, 3> strides;
  llvm::SmallVector<int64_t, 3> paddingLow;
  llvm::SmallVector<int64_t, 3> paddingHigh;
  llvm::SmallVector<int64_t, 3> dilations;
  llvm::SmallVector<int64_t, 3> outputPadding;
  llvm::SmallVector<bool, 3> reversed;
  int64_t groups = 1;
  FilterGroups filterGroups = FilterGroups::Input;
  DataDims inputDims;
  FilterDims filterDims;
  DataDims resultDims;

  /// PyTorch's layout, unit strides and no padding: dims [b, c, 0, 1, ...] x
  /// [i, o, 0, 1, ...] -> [b, c, 0, 1, ...].
  static ConvTransposeGeometry getDefault(int64_t numSpatialAxes);

  int64_t getNumSpatialAxes() const { return strides.size(); }
  /// The rank of each of the three tensors.
  int64_t getRank() const { return strides.size() + 2; }

  AxisGeometry getAxis(int64_t axis) const;
  void setAxis(int64_t axis, const AxisGeometry &geometry);

  bool hasSymmetricPadding() const { return paddingLow == paddingHigh; }

  /// What is wrong with the parameters alone, or nothing.
  std::optional<std::string> verify() const;

  /// What is wrong with `input` and `filter` under valid parameters, or
  /// nothing. Only the batch may be dynamic.
  std::optional<std::string>
  verifyOperands(llvm::ArrayRef<int64_t> input,
                 llvm::ArrayRef<int64_t> filter) const;

  /// Fills `result` with the result's shape. Returns what is wrong instead when
  /// the parameters or the operands' shapes do not fit.
  std::optional<std::string>
  inferResultShape(llvm::ArrayRef<int64_t> input,
                   llvm::ArrayRef<int64_t> filter,
                   llvm::SmallVectorImpl<int64_t> &result) const;

  /// What is wrong with all three shapes, or nothing. A static batch agrees
  /// with a dynamic one.
  std::optional<std::string> verifyShapes(llvm::ArrayRef<int64_t> input,
                                          llvm::ArrayRef<int64_t> filter,
                                          llvm::ArrayRef<int64_t> result) const;

  /// The sizes by meaning. The shapes must have been verified.
  ConvTransposeSizes getSizes(llvm::ArrayRef<int64_t> input,
                              llvm::ArrayRef<int64_t> filter) const;

  bool operator==(const ConvTransposeGeometry &other) const;
  bool operator!=(const ConvTransposeGeometry &other) const {
    return !(*this == other);
  }
};

llvm::hash_code hash_value(const ConvTransposeGeometry &geometry);

} // namespace upweave

#endif // UPWEAVE_GEOMETRY_CONVTRANSPOSEGEOMETRY_H
