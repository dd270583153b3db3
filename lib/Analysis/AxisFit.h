//===- AxisFit.h - Fit one axis to what contributes to it -------*- C++ -*-===//
// From the enumerated terms of an axis to its stride, dilation and padding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_ANALYSIS_AXISFIT_H
#define UPWEAVE_LIB_ANALYSIS_AXISFIT_H

#include "Upweave/Geometry/ConvTransposeGeometry.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace upweave {

/// out[output] += x[input] * w[filter].
struct AxisTerm {
  int64_t output;
  int64_t input;
  int64_t filter;
};

/// All terms of an axis, and its sizes.
struct AxisTerms {
  int64_t outputSize = 1;
  int64_t inputSize = 1;
  int64_t filterSize = 1;
  std::vector<AxisTerm> terms;
};

/// S·i + L·k = o + P, where L may be negative.
struct AxisRelation {
  int64_t stride;
  int64_t dilation;
  int64_t padding;
};

/// Larger strides and dilations are none, and products with positions stay
/// within 64 bits.
constexpr int64_t kMaxAxisParameter = std::numeric_limits<int32_t>::max();

/// The axis of a relation between positions of `axis` (of which the terms do
/// not matter), with a positive stride.
AxisGeometry getAxisGeometry(const AxisRelation &relation,
                             const AxisTerms &axis);

/// The smallest axis whose contributions are exactly `terms`, each once:
/// {S·i + L·k = o + P, all in range}. If there is none, says why in `whyNot`.
std::optional<AxisGeometry> fitAxis(const AxisTerms &axis, std::string &whyNot);

} // namespace upweave

#endif // UPWEAVE_LIB_ANALYSIS_AXISFIT_H
