//===- ScheduleAttrs.cpp - How blocks run ---------------------------------===//
// Syntax and verification of the schedule attributes. Fields are named, come in
// any order and may be left out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

#include <functional>

using namespace mlir;
using namespace upweave;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

/// A thread block has at most 1024 threads, a thread at most 255 registers, an
/// access at most 16 bytes, a multiprocessor at most 32 thread blocks.
static constexpr int64_t kMostWarps = 32, kMostLanes = 1024, kMostVector = 16,
                         kMostRegisters = 255, kMostBlocksPerSM = 32,
                         kMostStages = 16, kMostStaged = 4096,
                         kMostSize = 1 << 20;

/// What the three sizes of a tile are of, in the order they are written in.
static constexpr StringLiteral kTileUnits[] = {"channels", "rows", "columns"};

StringRef ScheduleAttr::getKindName() const {
  if (isa<FusedScheduleAttr>(*this))
    return FusedScheduleAttr::getMnemonic();
  if (isa<RowsScheduleAttr>(*this))
    return RowsScheduleAttr::getMnemonic();
  if (isa<SplitScheduleAttr>(*this))
    return SplitScheduleAttr::getMnemonic();
  return DirectScheduleAttr::getMnemonic();
}

static LogicalResult refuseNumber(EmitError emitError, StringRef name,
                                  int64_t value, int64_t most) {
  return emitError() << "'" << name << "' is " << value
                     << "; it must be from 1 to " << most << ", or left out";
}

/// Checks a number that may be 0 for what is not set.
static LogicalResult verifyNumber(EmitError emitError, StringRef name,
                                  int64_t value, int64_t most) {
  return value >= 0 && value <= most
             ? success()
             : refuseNumber(emitError, name, value, most);
}

//===----------------------------------------------------------------------===//
// Syntax of fields
//===----------------------------------------------------------------------===//

namespace {
/// A field's name, and what parses its value, given the name.
struct Field {
  StringRef name;
  std::function<ParseResult(AsmParser &, StringRef)> parse;
};

/// Prints `<name = value, ...>`, or nothing if no field is set.
class FieldPrinter {
public:
  explicit FieldPrinter(AsmPrinter &printer) : printer(printer) {}
  ~FieldPrinter() {
    if (any)
      printer << ">";
  }

  AsmPrinter &start(StringRef name) {
    printer << (any ? ", " : "<") << name << " = ";
    any = true;
    return printer;
  }
  void print(StringRef name, int64_t value) {
    if (value != 0)
      start(name) << value;
  }
  void printTile(StringRef name, ArrayRef<int64_t> sizes) {
    if (sizes.empty())
      return;
    start(name);
    llvm::interleave(
        llvm::zip(sizes, kTileUnits), printer,
        [&](auto pair) {
          printer << std::get<0>(pair) << " " << std::get<1>(pair);
        },
        " x ");
  }

private:
  AsmPrinter &printer;
  bool any = false;
};
} // namespace

/// Parses `<name = value, ...>` of the given fields, or nothing.
static ParseResult parseFields(AsmParser &parser, StringRef attribute,
                               ArrayRef<Field> fields) {
  SmallVector<StringRef> given;
  auto parseField = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    const auto *field = llvm::find_if(
        fields, [&](const Field &known) { return known.name == name; });
    if (field == fields.end()) {
      InFlightDiagnostic error = parser.emitError(loc);
      error << "unknown field '" << name << "'; the fields of #upweave."
            << attribute << " are ";
      llvm::interleaveComma(fields, error,
                            [&](const Field &known) { error << known.name; });
      return error;
    }
    if (llvm::is_contained(given, name))
      return parser.emitError(loc) << "'" << name << "' is given twice";
    given.push_back(name);
    return failure(parser.parseEqual() || field->parse(parser, name));
  };
  if (failed(parser.parseOptionalLess()) ||
      succeeded(parser.parseOptionalGreater()))
    return success();
  return failure(parser.parseCommaSeparatedList(parseField) ||
                 parser.parseGreater());
}

/// A number from 1 to `most`.
static Field number(StringRef name, int64_t &value, int64_t most) {
  return {name, [&value, most](AsmParser &parser, StringRef name) {
            SMLoc loc = parser.getCurrentLocation();
            if (parser.parseInteger(value))
              return failure();
            // 0 stands for what is not set, so that the verifier takes it.
            auto emitError = [&] { return parser.emitError(loc); };
            return value == 0 ? refuseNumber(emitError, name, value, most)
                              : success();
          }};
}

static Field flag(StringRef name, bool &value) {
  return {name, [&value](AsmParser &parser, StringRef name) -> ParseResult {
            if (succeeded(parser.parseOptionalKeyword("false")))
              return success();
            value = true;
            return parser.parseKeyword("true",
                                       " or 'false' for '" + name + "'");
          }};
}

/// `32 channels x 8 rows x 32 columns`.
static Field tile(StringRef name, SmallVectorImpl<int64_t> &sizes) {
  return {name, [&sizes](AsmParser &parser, StringRef name) -> ParseResult {
            for (StringRef unit : kTileUnits) {
              SMLoc loc = parser.getCurrentLocation();
              bool ok =
                  sizes.empty() || succeeded(parser.parseOptionalKeyword("x"));
              OptionalParseResult size =
                  parser.parseOptionalInteger(sizes.emplace_back());
              if (!ok || !size.has_value() || failed(*size) ||
                  failed(parser.parseOptionalKeyword(unit)))
                return parser.emitError(loc)
                       << "'" << name << "' lacks its " << unit
                       << " here; it is written as in '" << name
                       << " = 32 channels x 8 rows x 32 columns'";
            }
            return success();
          }};
}

static Field staging(StringRef name, InputStaging &value) {
  return {name, [&value](AsmParser &parser, StringRef name) -> ParseResult {
            SMLoc loc = parser.getCurrentLocation();
            StringRef word;
            if (parser.parseKeyword(&word))
              return failure();
            std::optional<InputStaging> known = symbolizeInputStaging(word);
            if (!known || *known == InputStaging::Chosen)
              return parser.emitError(loc)
                     << "'" << name << "' is '" << word
                     << "'; it is 'packed' or 'strided', or left out";
            value = *known;
            return success();
          }};
}

//===----------------------------------------------------------------------===//
// #upweave.fused
//===----------------------------------------------------------------------===//

static LogicalResult verifyTile(EmitError emitError, StringRef name,
                                ArrayRef<int64_t> sizes) {
  if (sizes.empty())
    return success();
  if (sizes.size() != std::size(kTileUnits))
    return emitError() << "'" << name << "' has " << sizes.size()
                       << " sizes; it takes three, channels, rows and columns, "
                          "or is left out";
  for (auto [size, unit] : llvm::zip(sizes, kTileUnits))
    if (size < 1 || size > kMostSize)
      return emitError() << "'" << name << "' has " << size << " " << unit
                         << "; there must be from 1 to " << kMostSize;
  return success();
}

LogicalResult FusedScheduleAttr::verify(EmitError emitError,
                                        ArrayRef<int64_t> block,
                                        ArrayRef<int64_t> warp, int64_t chunks,
                                        int64_t stages, InputStaging,
                                        int64_t blocksPerSM) {
  if (failed(verifyTile(emitError, "block", block)) ||
      failed(verifyTile(emitError, "warp", warp)) ||
      failed(verifyNumber(emitError, "chunks", chunks, kMostSize)) ||
      failed(verifyNumber(emitError, "stages", stages, kMostStages)) ||
      failed(verifyNumber(emitError, "blocks_per_sm", blocksPerSM,
                          kMostBlocksPerSM)))
    return failure();
  bool hasBlock = !block.empty(), hasWarp = !warp.empty();
  if (hasBlock != hasWarp || hasBlock != (chunks != 0))
    return emitError() << "a tile is 'block', 'warp' and 'chunks', but '"
                       << (!hasBlock  ? "block"
                           : !hasWarp ? "warp"
                                      : "chunks")
                       << "' is left out; write all three or none";
  return success();
}

std::optional<StringRef> FusedScheduleAttr::getMissingField() const {
  if (getBlock().empty())
    return "block";
  if (getStages() == 0)
    return "stages";
  if (getInput() == InputStaging::Chosen)
    return "input";
  if (getBlocksPerSM() == 0)
    return "blocks_per_sm";
  return std::nullopt;
}

Attribute FusedScheduleAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t, 3> block, warp;
  int64_t chunks = 0, stages = 0, blocksPerSM = 0;
  InputStaging input = InputStaging::Chosen;
  if (parseFields(parser, getMnemonic(),
                  {tile("block", block), tile("warp", warp),
                   number("chunks", chunks, kMostSize),
                   number("stages", stages, kMostStages),
                   staging("input", input),
                   number("blocks_per_sm", blocksPerSM, kMostBlocksPerSM)}))
    return {};
  return parser.getChecked<FusedScheduleAttr>(
      loc, parser.getContext(), ArrayRef<int64_t>(block),
      ArrayRef<int64_t>(warp), chunks, stages, input, blocksPerSM);
}

void FusedScheduleAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.printTile("block", getBlock());
  fields.printTile("warp", getWarp());
  fields.print("chunks", getChunks());
  fields.print("stages", getStages());
  if (getInput() != InputStaging::Chosen)
    fields.start("input") << stringifyInputStaging(getInput());
  fields.print("blocks_per_sm", getBlocksPerSM());
}

//===----------------------------------------------------------------------===//
// #upweave.rows
//===----------------------------------------------------------------------===//

LogicalResult RowsScheduleAttr::verify(EmitError emitError, int64_t warps,
                                       int64_t lanes, int64_t vector,
                                       int64_t registers, bool looped,
                                       int64_t staged, int64_t rowsPerThread,
                                       int64_t tilesPerBlock,
                                       int64_t blocksPerSM) {
  if (failed(verifyNumber(emitError, "warps", warps, kMostWarps)) ||
      failed(verifyNumber(emitError, "lanes", lanes, kMostLanes)) ||
      failed(verifyNumber(emitError, "vector", vector, kMostVector)) ||
      failed(verifyNumber(emitError, "registers", registers, kMostRegisters)) ||
      failed(verifyNumber(emitError, "staged", staged, kMostStaged)) ||
      failed(verifyNumber(emitError, "rows_per_thread", rowsPerThread,
                          kMostSize)) ||
      failed(verifyNumber(emitError, "tiles_per_block", tilesPerBlock,
                          kMostSize)) ||
      failed(verifyNumber(emitError, "blocks_per_sm", blocksPerSM,
                          kMostBlocksPerSM)))
    return failure();
  if (staged > 0 && !looped)
    return emitError() << "'staged' is " << staged
                       << ", but only the steps of a 'looped' row are staged";
  if (lanes > 0 && !llvm::isPowerOf2_64(lanes))
    return emitError() << "'lanes' is " << lanes
                       << "; it must be a power of two";
  if (warps > 0 && lanes > warps * 32)
    return emitError() << "'lanes' is " << lanes << ", more than " << warps
                       << " warps of 32 threads have";
  if (vector > 0 && registers % vector != 0)
    return emitError() << "'registers' is " << registers
                       << "; it must be a multiple of 'vector', which is "
                       << vector;
  return success();
}

std::optional<StringRef> RowsScheduleAttr::getMissingField() const {
  const std::pair<StringRef, int64_t> fields[] = {
      {"warps", getWarps()},
      {"lanes", getLanes()},
      {"vector", getVector()},
      {"registers", getRegisters()},
      {"rows_per_thread", getRowsPerThread()},
      {"tiles_per_block", getTilesPerBlock()}};
  for (auto [name, value] : fields)
    if (value == 0)
      return name;
  return std::nullopt;
}

bool RowsScheduleAttr::isEmpty() const { return *this == get(getContext()); }

Attribute RowsScheduleAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t warps = 0, lanes = 0, vector = 0, registers = 0, staged = 0;
  int64_t rowsPerThread = 0, tilesPerBlock = 0, blocksPerSM = 0;
  bool looped = false;
  if (parseFields(parser, getMnemonic(),
                  {number("warps", warps, kMostWarps),
                   number("lanes", lanes, kMostLanes),
                   number("vector", vector, kMostVector),
                   number("registers", registers, kMostRegisters),
                   flag("looped", looped),
                   number("staged", staged, kMostStaged),
                   number("rows_per_thread", rowsPerThread, kMostSize),
                   number("tiles_per_block", tilesPerBlock, kMostSize),
                   number("blocks_per_sm", blocksPerSM, kMostBlocksPerSM)}))
    return {};
  return parser.getChecked<RowsScheduleAttr>(
      loc, parser.getContext(), warps, lanes, vector, registers, looped, staged,
      rowsPerThread, tilesPerBlock, blocksPerSM);
}

void RowsScheduleAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.print("warps", getWarps());
  fields.print("lanes", getLanes());
  fields.print("vector", getVector());
  fields.print("registers", getRegisters());
  if (getLooped())
    fields.start("looped") << "true";
  fields.print("staged", getStaged());
  fields.print("rows_per_thread", getRowsPerThread());
  fields.print("tiles_per_block", getTilesPerBlock());
  fields.print("blocks_per_sm", getBlocksPerSM());
}

//===----------------------------------------------------------------------===//
// #upweave.split and #upweave.direct
//===----------------------------------------------------------------------===//

LogicalResult SplitScheduleAttr::verify(EmitError emitError,
                                        ScheduleAttr convolution,
                                        RowsScheduleAttr) {
  if (!convolution || isa<FusedScheduleAttr, DirectScheduleAttr>(convolution))
    return success();
  return emitError()
         << "'convolution' is #upweave." << convolution.getKindName()
         << "; it is #upweave.fused or #upweave.direct, or left out";
}

Attribute SplitScheduleAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  ScheduleAttr convolution;
  RowsScheduleAttr rows = RowsScheduleAttr::get(parser.getContext());
  Field fields[] = {{"convolution",
                     [&convolution](AsmParser &parser, StringRef) {
                       return parser.parseAttribute(convolution);
                     }},
                    {"rows", [&rows](AsmParser &parser, StringRef) {
                       rows = llvm::cast_or_null<RowsScheduleAttr>(
                           RowsScheduleAttr::parse(parser, {}));
                       return success(rows != nullptr);
                     }}};
  if (parseFields(parser, getMnemonic(), fields))
    return {};
  return parser.getChecked<SplitScheduleAttr>(loc, parser.getContext(),
                                              convolution, rows);
}

void SplitScheduleAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  if (getConvolution())
    fields.start("convolution") << getConvolution();
  if (getRows().isEmpty())
    return;
  fields.start("rows");
  getRows().print(printer);
}

Attribute DirectScheduleAttr::parse(AsmParser &parser, Type) {
  return get(parser.getContext());
}

void DirectScheduleAttr::print(AsmPrinter &) const {}
