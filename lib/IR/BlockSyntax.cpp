//===- BlockSyntax.cpp - Syntax of upweave.block --------------------------===//
// Parses and prints blocks: the domain first, so that maps can be written in
// brackets after the operands, as expressions of d0, d1, ...
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/IR/Upweave.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace upweave;

namespace {
/// The operands of one parenthesised list, with the map written after each.
struct ParsedOperands {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<std::optional<AffineMap>> maps;
  SmallVector<Type> types;
  SMLoc loc;
};

/// Parses a block; the names d0, d1, ... stand for the domain's dimensions.
class BlockParser {
public:
  BlockParser(OpAsmParser &parser, OperationState &result)
      : parser(parser), result(result) {}
  ParseResult parse();

private:
  ParseResult parseDomain();
  ParseResult parseProducer();
  ParseResult parseOperands(ParsedOperands &list, bool withMaps);
  ParseResult parseMap(AffineMap &map);
  ParseResult resolve();
  void addMaps();

  OpAsmParser &parser;
  OperationState &result;
  SmallVector<int64_t> domain, rows;
  SmallVector<std::string> names;
  SmallVector<std::pair<StringRef, AffineExpr>> symbols;
  ConvTransposeAttr geometry;
  std::optional<AffineMap> producerMap;
  ParsedOperands inputs, packed, params, outs;
};
} // namespace

ParseResult BlockParser::parseDomain() {
  auto parseSize = [&]() -> ParseResult {
    if (succeeded(parser.parseOptionalQuestion())) {
      domain.push_back(ShapedType::kDynamic);
      return success();
    }
    return parser.parseInteger(domain.emplace_back());
  };
  if (parser.parseKeyword("domain") ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseSize))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("rows")) &&
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseInteger(rows.emplace_back());
      }))
    return failure();
  names.reserve(domain.size());
  for (size_t dim = 0; dim < domain.size(); ++dim) {
    names.push_back("d" + std::to_string(dim));
    symbols.emplace_back(names.back(),
                         getAffineDimExpr(dim, parser.getContext()));
  }
  return success();
}

ParseResult BlockParser::parseMap(AffineMap &map) {
  SmallVector<AffineExpr> exprs;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseAffineExpr(symbols, exprs.emplace_back());
      }))
    return failure();
  map = AffineMap::get(domain.size(), 0, exprs, parser.getContext());
  return success();
}

/// Parses `(%a[d0, d1], %b : type, type)`.
ParseResult BlockParser::parseOperands(ParsedOperands &list, bool withMaps) {
  list.loc = parser.getCurrentLocation();
  if (parser.parseLParen())
    return failure();
  if (succeeded(parser.parseOptionalRParen()))
    return success();
  do {
    if (parser.parseOperand(list.operands.emplace_back()))
      return failure();
    std::optional<AffineMap> &map = list.maps.emplace_back();
    // A look-ahead for '[' is parseMap's own first step.
    if (withMaps && succeeded(parser.parseOptionalLSquare())) {
      SmallVector<AffineExpr> exprs;
      if (failed(parser.parseOptionalRSquare())) {
        do {
          if (parser.parseAffineExpr(symbols, exprs.emplace_back()))
            return failure();
        } while (succeeded(parser.parseOptionalComma()));
        if (parser.parseRSquare())
          return failure();
      }
      map = AffineMap::get(domain.size(), 0, exprs, parser.getContext());
    }
  } while (succeeded(parser.parseOptionalComma()));
  return failure(parser.parseColonTypeList(list.types) || parser.parseRParen());
}

ParseResult BlockParser::parseProducer() {
  if (succeeded(parser.parseOptionalKeyword("conv_transpose"))) {
    if (parseOperands(inputs, /*withMaps=*/false) ||
        parser.parseAttribute(geometry))
      return failure();
  } else if (parser.parseKeyword("stored",
                                 " or 'conv_transpose' as the producer") ||
             parseOperands(inputs, /*withMaps=*/false)) {
    return failure();
  }
  if (failed(parser.parseOptionalKeyword("at")))
    return success();
  return parseMap(producerMap.emplace());
}

ParseResult BlockParser::resolve() {
  for (ParsedOperands *list : {&inputs, &packed, &params, &outs})
    if (parser.resolveOperands(list->operands, list->types, list->loc,
                               result.operands))
      return failure();
  return success();
}

void BlockParser::addMaps() {
  MLIRContext *ctx = parser.getContext();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(domain.size(), ctx);
  AffineMap scalar = AffineMap::get(domain.size(), 0, ctx);
  SmallVector<AffineMap> maps = {producerMap.value_or(identity)};
  for (const std::optional<AffineMap> &map : params.maps)
    maps.push_back(map.value_or(scalar));
  for (const std::optional<AffineMap> &map : outs.maps)
    maps.push_back(map.value_or(identity));
  Builder &b = parser.getBuilder();
  BlockOp::Properties &properties =
      result.getOrAddProperties<BlockOp::Properties>();
  properties.maps = b.getAffineMapArrayAttr(maps);
  properties.domain = b.getDenseI64ArrayAttr(domain);
  properties.rows = b.getDenseI64ArrayAttr(rows);
  properties.geometry = geometry;
  llvm::copy(ArrayRef<int32_t>({static_cast<int32_t>(inputs.operands.size()),
                                static_cast<int32_t>(packed.operands.size()),
                                static_cast<int32_t>(params.operands.size()),
                                static_cast<int32_t>(outs.operands.size())}),
             properties.operandSegmentSizes.begin());
}

ParseResult BlockParser::parse() {
  if (parseDomain() || parseProducer())
    return failure();
  if (succeeded(parser.parseOptionalKeyword("packed")) &&
      parseOperands(packed, /*withMaps=*/false))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("params")) &&
      parseOperands(params, /*withMaps=*/true))
    return failure();
  if (parser.parseKeyword("outs") || parseOperands(outs, /*withMaps=*/true))
    return failure();
  // A schedule that is none would be dropped without a word.
  SMLoc loc = parser.getCurrentLocation();
  auto emitError = [&] { return parser.emitError(loc); };
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      failed(BlockOp::verifyInherentAttrs(result.name, result.attributes,
                                          emitError)) ||
      resolve())
    return failure();
  addMaps();
  for (Type type : outs.types)
    if (isa<TensorType>(type))
      result.addTypes(type);
  return parser.parseRegion(*result.addRegion());
}

ParseResult BlockOp::parse(OpAsmParser &parser, OperationState &result) {
  return BlockParser(parser, result).parse();
}

static void printOperands(OpAsmPrinter &p, ValueRange operands,
                          ArrayRef<AffineMap> maps,
                          function_ref<bool(AffineMap)> isImplied) {
  p << "(";
  llvm::interleaveComma(llvm::zip(operands, maps), p, [&](auto pair) {
    auto [operand, map] = pair;
    p << operand;
    if (isImplied(map))
      return;
    p << "[";
    llvm::interleaveComma(map.getResults(), p);
    p << "]";
  });
  if (!operands.empty()) {
    p << " : ";
    llvm::interleaveComma(operands.getTypes(), p);
  }
  p << ")";
}

static void printDomain(OpAsmPrinter &p, BlockOp op) {
  p << " domain [";
  llvm::interleaveComma(op.getDomain(), p, [&](int64_t size) {
    if (ShapedType::isDynamic(size))
      p << "?";
    else
      p << size;
  });
  p << "]";
  if (!op.getRows().empty()) {
    p << " rows [";
    llvm::interleaveComma(op.getRows(), p);
    p << "]";
  }
}

void BlockOp::print(OpAsmPrinter &p) {
  SmallVector<AffineMap> maps(getMaps().getAsValueRange<AffineMapAttr>());
  ArrayRef<AffineMap> paramMaps = ArrayRef(maps).slice(1, getParams().size());
  ArrayRef<AffineMap> outMaps = ArrayRef(maps).take_back(getOuts().size());
  auto isIdentity = [](AffineMap map) { return map.isIdentity(); };
  auto isScalar = [](AffineMap map) { return map.getNumResults() == 0; };

  printDomain(p, *this);
  p.increaseIndent();
  p.printNewline();
  p << (isConv() ? "conv_transpose" : "stored");
  auto printPlain = [&](ValueRange operands) {
    printOperands(p, operands, SmallVector<AffineMap>(operands.size()),
                  [](AffineMap) { return true; });
  };
  printPlain(getInputs());
  if (isConv())
    p << " " << getGeometryAttr();
  if (!isIdentity(getProducerMap())) {
    p << " at [";
    llvm::interleaveComma(getProducerMap().getResults(), p);
    p << "]";
  }
  if (!getPacked().empty()) {
    p.printNewline();
    p << "packed";
    printPlain(getPacked());
  }
  if (!getParams().empty()) {
    p.printNewline();
    p << "params";
    printOperands(p, getParams(), paramMaps, isScalar);
  }
  p.printNewline();
  p << "outs";
  printOperands(p, getOuts(), outMaps, isIdentity);
  p.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {"domain", "rows", "maps", "geometry", "operandSegmentSizes"});
  p.decreaseIndent();
  p << " ";
  p.printRegion(getBody(), /*printEntryBlockArgs=*/true,
                /*printBlockTerminators=*/true);
}
