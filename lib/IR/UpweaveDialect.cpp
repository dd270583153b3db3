//===- UpweaveDialect.cpp - Registration of the dialect -------------------===//
// The dialect's initialisation, and what TableGen defines for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace upweave;

#include "Upweave/IR/UpweaveDialect.cpp.inc"

#include "Upweave/IR/UpweaveEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "Upweave/IR/UpweaveAttrs.cpp.inc"

void UpweaveDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "Upweave/IR/UpweaveAttrs.cpp.inc"
      >();
}

void UpweaveDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "Upweave/IR/UpweaveOps.cpp.inc"
      >();
  // Canonicalization puts constants into regions.
  getContext()->getOrLoadDialect<arith::ArithDialect>();
}

Operation *UpweaveDialect::materializeConstant(OpBuilder &b, Attribute value,
                                               Type type, Location loc) {
  return arith::ConstantOp::materialize(b, value, type, loc);
}

void upweave::registerUpweaveDialect(DialectRegistry &registry) {
  registry.insert<UpweaveDialect>();
  registerBufferizableModels(registry);
}

/// Checks one number of a schedule against its range.
static LogicalResult
verifyScheduleField(llvm::function_ref<InFlightDiagnostic()> emitError,
                    StringRef name, int64_t value, int64_t limit) {
  if (value >= 0 && value <= limit)
    return success();
  return emitError() << "schedule's '" << name << "' is " << value
                     << "; it must be from 0 to " << limit;
}

LogicalResult
ScheduleAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     ScheduleKind kind, int64_t warps, int64_t lanes,
                     int64_t vector, int64_t registers, bool looped,
                     int64_t stages, llvm::ArrayRef<int64_t> tile,
                     int64_t staged, InputStaging input) {
  // A block has at most 1024 threads, an access at most 16 bytes, a thread at
  // most 255 registers.
  if (failed(verifyScheduleField(emitError, "warps", warps, 32)) ||
      failed(verifyScheduleField(emitError, "lanes", lanes, 1024)) ||
      failed(verifyScheduleField(emitError, "vector", vector, 16)) ||
      failed(verifyScheduleField(emitError, "registers", registers, 255)) ||
      failed(verifyScheduleField(emitError, "stages", stages, 16)) ||
      failed(verifyScheduleField(emitError, "staged", staged, 4096)))
    return failure();
  if (staged > 0 && !looped)
    return emitError() << "schedule's 'staged' is " << staged
                       << ", but only the steps of a 'looped' row are staged";
  if (lanes > 0 && !llvm::isPowerOf2_64(lanes))
    return emitError() << "schedule's 'lanes' is " << lanes
                       << "; it must be a power of two";
  if (warps > 0 && lanes > warps * 32)
    return emitError() << "schedule's 'lanes' is " << lanes << ", more than "
                       << warps << " warps of 32 threads have";
  if (vector > 0 && registers % vector != 0)
    return emitError() << "schedule's 'registers' is " << registers
                       << ", no multiple of its 'vector' of " << vector;
  constexpr int64_t kMostTile = 1 << 20;
  for (int64_t size : tile)
    if (size <= 0 || size > kMostTile)
      return emitError() << "schedule's 'tile' holds " << size
                         << "; tile sizes are 1 to " << kMostTile;
  if (kind != ScheduleKind::Fused && stages != 0)
    return emitError() << "schedule of kind '" << stringifyScheduleKind(kind)
                       << "' takes no 'stages'";
  if (kind != ScheduleKind::Fused && input != InputStaging::Chosen)
    return emitError() << "schedule of kind '" << stringifyScheduleKind(kind)
                       << "' takes no 'input'";
  if (kind == ScheduleKind::Direct && !tile.empty())
    return emitError() << "schedule of kind '" << stringifyScheduleKind(kind)
                       << "' takes no 'tile'";
  return success();
}

namespace {
/// The fields of a schedule as they are being parsed.
struct ParsedSchedule {
  int64_t warps = 0, lanes = 0, vector = 0, registers = 0, stages = 0;
  int64_t staged = 0;
  bool looped = false;
  InputStaging input = InputStaging::Chosen;
  SmallVector<int64_t> tile;
  SmallVector<StringRef> given;

  /// The number called `name`, or null.
  int64_t *getNumber(StringRef name) {
    return llvm::StringSwitch<int64_t *>(name)
        .Case("warps", &warps)
        .Case("lanes", &lanes)
        .Case("vector", &vector)
        .Case("registers", &registers)
        .Case("stages", &stages)
        .Case("staged", &staged)
        .Default(nullptr);
  }
};
} // namespace

static ParseResult parseInputStaging(AsmParser &parser, InputStaging &input) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  if (parser.parseKeyword(&name))
    return failure();
  std::optional<InputStaging> known = symbolizeInputStaging(name);
  if (!known || *known == InputStaging::Chosen)
    return parser.emitError(loc) << "schedule's 'input' is '" << name
                                 << "'; it is 'packed' or 'direct'";
  input = *known;
  return success();
}

static ParseResult parseScheduleField(AsmParser &parser,
                                      ParsedSchedule &parsed) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  if (parser.parseKeyword(&name) || parser.parseEqual())
    return failure();
  if (llvm::is_contained(parsed.given, name))
    return parser.emitError(loc) << "'" << name << "' is given twice";
  parsed.given.push_back(name);
  if (int64_t *number = parsed.getNumber(name))
    return parser.parseInteger(*number);
  if (name == "tile")
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
      return parser.parseInteger(parsed.tile.emplace_back());
    });
  if (name == "input")
    return parseInputStaging(parser, parsed.input);
  if (name != "looped")
    return parser.emitError(loc)
           << "unknown field '" << name
           << "'; the fields are warps, lanes, vector, registers, looped, "
              "staged, stages, tile, input";
  if (succeeded(parser.parseOptionalKeyword("false")))
    return success();
  parsed.looped = true;
  return parser.parseKeyword("true", " or 'false' for 'looped'");
}

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef kindName;
  if (parser.parseLess() || parser.parseKeyword(&kindName))
    return {};
  std::optional<ScheduleKind> kind = symbolizeScheduleKind(kindName);
  if (!kind) {
    parser.emitError(loc) << "schedule's kind is '" << kindName
                          << "'; it is 'stored', 'direct', 'split' or 'fused'";
    return {};
  }
  ParsedSchedule parsed;
  while (succeeded(parser.parseOptionalComma()))
    if (parseScheduleField(parser, parsed))
      return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<ScheduleAttr>(
      loc, parser.getContext(), *kind, parsed.warps, parsed.lanes,
      parsed.vector, parsed.registers, parsed.looped, parsed.stages,
      parsed.tile, parsed.staged, parsed.input);
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyScheduleKind(getKind());
  auto printNumber = [&](StringRef name, int64_t value) {
    if (value != 0)
      printer << ", " << name << " = " << value;
  };
  printNumber("warps", getWarps());
  printNumber("lanes", getLanes());
  printNumber("vector", getVector());
  printNumber("registers", getRegisters());
  if (getLooped())
    printer << ", looped = true";
  printNumber("staged", getStaged());
  printNumber("stages", getStages());
  if (!getTile().empty()) {
    printer << ", tile = [";
    llvm::interleaveComma(getTile(), printer);
    printer << "]";
  }
  if (getInput() != InputStaging::Chosen)
    printer << ", input = " << stringifyInputStaging(getInput());
  printer << ">";
}
