//===- AxisReader.h - Read an axis off its views ----------------*- C++ -*-===//
// Axes too long to enumerate whose views have the form of stuffing and padding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_ANALYSIS_AXISREADER_H
#define UPWEAVE_LIB_ANALYSIS_AXISREADER_H

#include "LoopComponents.h"

#include "Upweave/Geometry/ConvTransposeGeometry.h"

namespace upweave {

/// The axis of a component with one dim of each tensor, where output o and step
/// k meet the input (o + b·k + c) / S wherever that is one of its positions.
/// The views have to say just that: the quotient as a coordinate, and no guards
/// but those that make it a position. Nothing for any other form.
std::optional<AxisGeometry> readAxis(const ContractionViews &views,
                                     const LoopComponent &component);

} // namespace upweave

#endif // UPWEAVE_LIB_ANALYSIS_AXISREADER_H
