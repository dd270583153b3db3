//===- AxisRoles.h - Which dim plays which part -----------------*- C++ -*-===//
// Splits the loops of a contraction into independent components, and proves
// which are batch, channels, groups and spatial axes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_ANALYSIS_AXISROLES_H
#define UPWEAVE_LIB_ANALYSIS_AXISROLES_H

#include "ContractionViews.h"

#include "Upweave/Analysis/Contraction.h"
#include "Upweave/Geometry/ConvTransposeGeometry.h"

#include <array>

namespace upweave {

/// What a tensor's dim is: nothing (of size 1), batch or the filter's input
/// channel, channel or the filter's output channel, or a spatial axis (the axis
/// plus kFirstSpatialRole).
using Role = int64_t;
constexpr Role kNoRole = -1;
constexpr Role kFirstRole = 0;
constexpr Role kSecondRole = 1;
constexpr Role kFirstSpatialRole = 2;

/// The part of each dim of each tensor, and the geometry they make.
struct AxisRoles {
  std::array<llvm::SmallVector<Role>, 3> roles;
  llvm::SmallVector<AxisGeometry> axes;
  int64_t groups = 1;
  FilterGroups filterGroups = FilterGroups::Input;
};

/// The roles of all dims of the three tensors, proven. What is in the way goes
/// to `mismatch`.
std::optional<AxisRoles> findAxisRoles(const ContractionViews &views,
                                       ConvTransposeMismatch &mismatch);

} // namespace upweave

#endif // UPWEAVE_LIB_ANALYSIS_AXISROLES_H
