//===- PackedOrderAttr.cpp - The order of a packed operand as text --------===//
// Reads and writes digits, and refuses those that count no box.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

using namespace mlir;
using namespace upweave;

/// `8 out by 16`
static ParseResult parseDigit(AsmParser &parser, Digit &digit) {
  StringRef name;
  if (parser.parseInteger(digit.extent))
    return failure();
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return failure();
  std::optional<unsigned> dim = PackedDim::parseName(name);
  if (!dim)
    return parser.emitError(loc)
           << "a digit counts '" << name
           << "'; it is out, in, group, phase_class, or a tap, phase or "
              "position such as width_tap, height_phase, position3";
  digit.dim = *dim;
  digit.stride = 1;
  if (succeeded(parser.parseOptionalKeyword("by")))
    return parser.parseInteger(digit.stride);
  return success();
}

Attribute PackedOrderAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<Digit> digits;
  auto parseOne = [&] { return parseDigit(parser, digits.emplace_back()); };
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne) ||
      parser.parseGreater())
    return {};
  for (const Digit &digit : digits)
    if (digit.extent < 1 || digit.stride < 1) {
      parser.emitError(loc)
          << "digit '" << digit.extent << " " << PackedDim::getName(digit.dim)
          << " by " << digit.stride << "': both numbers must be positive";
      return {};
    }
  return parser.getChecked<PackedOrderAttr>(loc, parser.getContext(),
                                            PackedOrder(digits));
}

void PackedOrderAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(
      getOrder().getDigits(), printer, [&](const Digit &digit) {
        printer << digit.extent << " " << PackedDim::getName(digit.dim);
        if (digit.stride != 1)
          printer << " by " << digit.stride;
      });
  printer << "]>";
}

LogicalResult
PackedOrderAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        PackedOrder order) {
  for (unsigned dim = 0; dim < order.getNumDims(); ++dim)
    if (std::optional<int64_t> stride = order.findGap(dim))
      return emitError() << "the digits of '" << PackedDim::getName(dim)
                         << "' do not count on: one by " << *stride
                         << " is due";
  return success();
}
