//===- PackedOrder.h - The order of a packed operand ------------*- C++ -*-===//
// What the digits of a packed filter and a packed input count. Whoever writes
// or reads packed memory takes its addresses from here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LAYOUT_PACKEDORDER_H
#define UPWEAVE_LAYOUT_PACKEDORDER_H

#include "Upweave/Layout/DigitOrder.h"

#include "llvm/ADT/StringRef.h"

#include <string>

namespace upweave {

/// The dimensions of a packed operand. Spatial axes are numbered from the
/// innermost: 0 is the width, 1 the height, 2 the depth. Channels are those of
/// a group.
///
/// A filter's element has a result and an input channel, a group, and for each
/// axis the phase it belongs to and the number of its tap in that phase's list;
/// along the width the lists of all phases (of one class of them) are one. An
/// input's element has an input channel, a group and a position on each axis;
/// which image it is of is not part of the order.
namespace PackedDim {
constexpr unsigned kOut = 0, kIn = 1, kGroup = 2, kPhaseClass = 3;
constexpr unsigned tap(unsigned axis) { return 4 + 3 * axis; }
constexpr unsigned phase(unsigned axis) { return 5 + 3 * axis; }
constexpr unsigned position(unsigned axis) { return 6 + 3 * axis; }
/// Dimensions of an operand with `axes` spatial axes.
constexpr unsigned count(unsigned axes) { return 4 + 3 * axes; }

/// "out", "width_tap", "height_phase", "position3": for texts.
std::string getName(unsigned dim);
/// The dimension of that name, if there is one.
std::optional<unsigned> parseName(llvm::StringRef name);
} // namespace PackedDim

/// The order of the elements of one packed operand.
using PackedOrder = DigitOrder;

} // namespace upweave

#endif // UPWEAVE_LAYOUT_PACKEDORDER_H
