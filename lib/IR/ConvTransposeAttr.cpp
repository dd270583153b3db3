//===- ConvTransposeAttr.cpp - Syntax of the geometry attribute -----------===//
// Parses and prints #upweave.conv_transpose, leaving defaults out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace upweave;

namespace {
/// The attribute as it is being parsed: lists keep what was written, so that
/// their lengths can be checked once the number of axes is known.
struct ParsedGeometry {
  SmallVector<int64_t> strides, padding, paddingLow, paddingHigh, dilations,
      outputPadding, reversed;
  int64_t groups = 1;
  FilterGroups filterGroups = FilterGroups::Input;
  std::optional<std::array<SmallVector<int64_t>, 3>> dims;
  SmallVector<StringRef> given;
};
} // namespace

static ParseResult parseList(AsmParser &parser,
                             SmallVectorImpl<int64_t> &list) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseInteger(list.emplace_back());
  });
}

/// Parses one bracketed list of dimension numbers, such as `[b, 0, 1, c]`, into
/// {position of first letter, position of second letter, positions of axes...}.
/// `letters` names the two dimensions that are not spatial axes.
static ParseResult parseDims(AsmParser &parser, StringRef letters,
                             SmallVectorImpl<int64_t> &positions) {
  SmallVector<int64_t> meaning; // -2, -1 for the letters, else the axis
  SMLoc loc = parser.getCurrentLocation();
  auto parseOne = [&]() -> ParseResult {
    int64_t axis;
    OptionalParseResult number = parser.parseOptionalInteger(axis);
    if (number.has_value()) {
      meaning.push_back(axis);
      return *number;
    }
    StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    size_t which = name.size() == 1 ? letters.find(name[0]) : StringRef::npos;
    if (which == StringRef::npos)
      return parser.emitError(loc)
             << "dimension '" << name << "' is none of '" << letters[0]
             << "', '" << letters[1] << "' or an axis number";
    meaning.push_back(static_cast<int64_t>(which) - 2);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  for (int64_t wanted = -2; wanted < static_cast<int64_t>(meaning.size()) - 2;
       ++wanted) {
    auto *it = llvm::find(meaning, wanted);
    if (it == meaning.end())
      return parser.emitError(loc) << "dimension list of " << meaning.size()
                                   << " names '" << letters[0] << "', '"
                                   << letters[1] << "' and each axis from 0 to "
                                   << int64_t(meaning.size()) - 3 << " once";
    positions.push_back(it - meaning.begin());
  }
  return success();
}

static ParseResult parseAllDims(AsmParser &parser, ParsedGeometry &parsed) {
  auto &dims = parsed.dims.emplace();
  if (parseDims(parser, "bc", dims[0]) || parser.parseKeyword("x") ||
      parseDims(parser, "io", dims[1]) || parser.parseArrow() ||
      parseDims(parser, "bc", dims[2]))
    return failure();
  return success();
}

static ParseResult parseField(AsmParser &parser, ParsedGeometry &parsed) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  if (parser.parseKeyword(&name) || parser.parseEqual())
    return failure();
  if (llvm::is_contained(parsed.given, name))
    return parser.emitError(loc) << "'" << name << "' is given twice";
  parsed.given.push_back(name);
  SmallVector<int64_t> *list =
      llvm::StringSwitch<SmallVector<int64_t> *>(name)
          .Case("strides", &parsed.strides)
          .Case("padding", &parsed.padding)
          .Case("padding_low", &parsed.paddingLow)
          .Case("padding_high", &parsed.paddingHigh)
          .Case("dilations", &parsed.dilations)
          .Case("output_padding", &parsed.outputPadding)
          .Case("reversed", &parsed.reversed)
          .Default(nullptr);
  if (list)
    return parseList(parser, *list);
  if (name == "groups")
    return parser.parseInteger(parsed.groups);
  if (name == "dims")
    return parseAllDims(parser, parsed);
  if (name == "filter_groups") {
    StringRef value;
    if (parser.parseKeyword(&value))
      return failure();
    if (value != "input" && value != "output")
      return parser.emitError(loc) << "'filter_groups' is '" << value
                                   << "'; it is 'input' or 'output'";
    parsed.filterGroups =
        value == "input" ? FilterGroups::Input : FilterGroups::Output;
    return success();
  }
  return parser.emitError(loc)
         << "unknown field '" << name
         << "'; the fields are strides, padding, padding_low, padding_high, "
            "dilations, output_padding, groups, reversed, filter_groups, dims";
}

/// Replaces `target` by `list` if that was written, checking its length.
template <typename List>
static ParseResult setList(AsmParser &parser, SMLoc loc, StringRef name,
                           ArrayRef<int64_t> list, List &target) {
  if (list.empty())
    return success();
  if (list.size() != target.size())
    return parser.emitError(loc)
           << "'" << name << "' has " << list.size() << " entries for "
           << target.size() << " spatial axes";
  target.assign(list.begin(), list.end());
  return success();
}

static ParseResult toGeometry(AsmParser &parser, SMLoc loc,
                              const ParsedGeometry &parsed,
                              ConvTransposeGeometry &g) {
  g = ConvTransposeGeometry::getDefault(parsed.strides.size());
  for (int64_t entry : parsed.reversed)
    if (entry != 0 && entry != 1)
      return parser.emitError(loc)
             << "'reversed' has the entry " << entry << "; it is 0 or 1";
  if (!parsed.padding.empty() &&
      (!parsed.paddingLow.empty() || !parsed.paddingHigh.empty()))
    return parser.emitError(loc) << "'padding' excludes 'padding_low' and "
                                    "'padding_high'";
  if (setList(parser, loc, "strides", parsed.strides, g.strides) ||
      setList(parser, loc, "padding", parsed.padding, g.paddingLow) ||
      setList(parser, loc, "padding", parsed.padding, g.paddingHigh) ||
      setList(parser, loc, "padding_low", parsed.paddingLow, g.paddingLow) ||
      setList(parser, loc, "padding_high", parsed.paddingHigh, g.paddingHigh) ||
      setList(parser, loc, "dilations", parsed.dilations, g.dilations) ||
      setList(parser, loc, "output_padding", parsed.outputPadding,
              g.outputPadding) ||
      setList(parser, loc, "reversed", parsed.reversed, g.reversed))
    return failure();
  g.groups = parsed.groups;
  g.filterGroups = parsed.filterGroups;
  if (!parsed.dims)
    return success();
  for (const SmallVector<int64_t> &dims : *parsed.dims)
    if (dims.size() != parsed.strides.size() + 2)
      return parser.emitError(loc)
             << "'dims' has lists of " << dims.size() << " for "
             << parsed.strides.size() << " spatial axes";
  auto axes = [](ArrayRef<int64_t> dims) {
    return SmallVector<int64_t, 3>(dims.drop_front(2));
  };
  const auto &[input, filter, result] = *parsed.dims;
  g.inputDims = DataDims{input[0], input[1], axes(input)};
  g.filterDims = FilterDims{filter[0], filter[1], axes(filter)};
  g.resultDims = DataDims{result[0], result[1], axes(result)};
  return success();
}

Attribute ConvTransposeAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  ParsedGeometry parsed;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, [&] {
        return parseField(parser, parsed);
      }))
    return {};
  if (parsed.strides.empty()) {
    parser.emitError(loc) << "'strides' is required, one per spatial axis";
    return {};
  }
  ConvTransposeGeometry geometry;
  if (toGeometry(parser, loc, parsed, geometry))
    return {};
  return parser.getChecked<ConvTransposeAttr>(loc, parser.getContext(),
                                              geometry);
}

static void printDims(raw_ostream &os, StringRef letters, int64_t first,
                      int64_t second, ArrayRef<int64_t> axes) {
  SmallVector<std::string> names(axes.size() + 2);
  names[first] = letters[0];
  names[second] = letters[1];
  for (auto [axis, position] : llvm::enumerate(axes))
    names[position] = std::to_string(axis);
  os << "[";
  llvm::interleaveComma(names, os);
  os << "]";
}

void ConvTransposeAttr::print(AsmPrinter &printer) const {
  const ConvTransposeGeometry &g = getGeometry();
  auto defaults = ConvTransposeGeometry::getDefault(g.getNumSpatialAxes());
  raw_ostream &os = printer.getStream();
  auto printList = [&](StringRef name, const auto &list) {
    os << name << " = [";
    llvm::interleaveComma(list, os, [&](auto v) { os << int64_t(v); });
    os << "]";
  };
  auto printOptional = [&](StringRef name, const auto &list, const auto &def) {
    if (list != def)
      printList((", " + name).str(), list);
  };
  os << "<";
  printList("strides", g.strides);
  if (g.hasSymmetricPadding()) {
    printOptional("padding", g.paddingLow, defaults.paddingLow);
  } else {
    printList(", padding_low", g.paddingLow);
    printList(", padding_high", g.paddingHigh);
  }
  printOptional("dilations", g.dilations, defaults.dilations);
  printOptional("output_padding", g.outputPadding, defaults.outputPadding);
  printOptional("reversed", g.reversed, defaults.reversed);
  if (g.groups != 1)
    os << ", groups = " << g.groups;
  if (g.filterGroups != FilterGroups::Input)
    os << ", filter_groups = " << stringifyFilterGroups(g.filterGroups);
  if (!(g.inputDims == defaults.inputDims &&
        g.filterDims == defaults.filterDims &&
        g.resultDims == defaults.resultDims)) {
    os << ", dims = ";
    printDims(os, "bc", g.inputDims.batch, g.inputDims.channel,
              g.inputDims.spatial);
    os << " x ";
    printDims(os, "io", g.filterDims.in, g.filterDims.out,
              g.filterDims.spatial);
    os << " -> ";
    printDims(os, "bc", g.resultDims.batch, g.resultDims.channel,
              g.resultDims.spatial);
  }
  os << ">";
}

LogicalResult
ConvTransposeAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                          ConvTransposeGeometry geometry) {
  if (std::optional<std::string> error = geometry.verify())
    return emitError() << *error;
  return success();
}
