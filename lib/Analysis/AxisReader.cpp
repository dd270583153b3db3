//===- AxisReader.cpp - Read an axis off its views ------------------------===//
// What an enumeration would prove term by term, from the form of the views.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "AxisReader.h"
#include "AxisFit.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cstdlib>

using namespace mlir;

namespace upweave {

/// Factors and constants of more are no strides and paddings: sums of products
/// with sizes stay within 64 bits.
static constexpr int64_t kMaxFactor = int64_t(1) << 29;
static constexpr int64_t kMaxConstant = int64_t(1) << 40;

namespace {

/// o·output + k·step + constant.
struct Line {
  int64_t output = 0;
  int64_t step = 0;
  int64_t constant = 0;
};

/// The position (line) / stride, where it is one.
struct Quotient {
  IndexExpr line;
  int64_t stride;
};

} // namespace

/// `expr` as a line over two loops; nothing if others or quotients occur.
static std::optional<Line> getLine(const IndexExpr &expr, int64_t output,
                                   int64_t step) {
  Line line;
  line.constant = expr.getConstantPart();
  if (!expr.isValid() || std::abs(line.constant) > kMaxConstant)
    return std::nullopt;
  for (const IndexExpr::Term &term : expr.getTerms()) {
    if (term.kind != IndexExpr::AtomKind::Loop ||
        std::abs(term.factor) > kMaxFactor)
      return std::nullopt;
    if (term.operand == output)
      line.output = term.factor;
    else if (term.operand == step)
      line.step = term.factor;
    else
      return std::nullopt;
  }
  return line;
}

/// A coordinate as a quotient. What its normal form took out goes back in.
static std::optional<Quotient> getQuotient(const IndexExpr &coord,
                                           ArrayRef<int64_t> extents) {
  ArrayRef<IndexExpr::Term> terms = coord.getTerms();
  if (terms.size() != 1 || terms[0].kind != IndexExpr::AtomKind::FloorDiv ||
      terms[0].factor != 1)
    return Quotient{coord, 1};
  int64_t stride = terms[0].operand;
  IndexExpr line = *terms[0].inner +
                   IndexExpr::getConstant(coord.getConstantPart()) * stride;
  if (stride > kMaxFactor ||
      IndexExpr::getFloorDiv(line, stride, extents) != coord)
    return std::nullopt;
  return Quotient{line, stride};
}

/// True if the guards hold just where the quotient is one of `size` positions.
static bool saysPosition(ArrayRef<Guard> guards, const Quotient &quotient,
                         int64_t size, ArrayRef<int64_t> extents) {
  IndexExpr last = (IndexExpr::getConstant(size) - 1) * quotient.stride;
  const Guard wanted[] = {
      {quotient.line, Guard::Kind::NonNegative},
      {last - quotient.line, Guard::Kind::NonNegative},
      {IndexExpr::getMod(quotient.line, quotient.stride, extents),
       Guard::Kind::Zero}};
  bool areAll = llvm::all_of(wanted, [&](const Guard &guard) {
    IndexRange range = guard.expr.getRange(extents);
    bool isProven = guard.kind == Guard::Kind::Zero
                        ? range.low == 0 && range.high == 0
                        : range.low >= 0;
    return isProven || llvm::is_contained(guards, guard);
  });
  return areAll && llvm::all_of(guards, [&](const Guard &guard) {
           return llvm::is_contained(wanted, guard);
         });
}

std::optional<AxisGeometry> readAxis(const ContractionViews &views,
                                     const LoopComponent &component) {
  ArrayRef<int64_t> extents = views.input.extents;
  ComponentSpace space(views, component);
  if (space.isDynamic() || component.loops.size() != 2 ||
      llvm::any_of(component.dims, [](auto &dims) { return dims.size() != 1; }))
    return std::nullopt;
  int64_t output = component.dims[kResult][0];
  int64_t step = component.loops[component.loops[0] == output ? 1 : 0];
  AxisTerms axis{space.getSize(kResult),
                 space.getSize(kInput),
                 space.getSize(kFilter),
                 {}};
  if (std::max({axis.outputSize, axis.inputSize, axis.filterSize}) >
          kMaxAxisParameter ||
      extents[step] != axis.filterSize || extents[output] != axis.outputSize)
    return std::nullopt;

  // The filter's positions in order, or backwards.
  std::optional<Line> filter =
      getLine(views.filter.coords[component.dims[kFilter][0]], output, step);
  bool isBackwards = filter && filter->step == -1;
  if (!filter || filter->output != 0 || std::abs(filter->step) != 1 ||
      filter->constant != (isBackwards ? axis.filterSize - 1 : 0))
    return std::nullopt;

  std::optional<Quotient> quotient =
      getQuotient(views.input.coords[component.dims[kInput][0]], extents);
  if (!quotient)
    return std::nullopt;
  std::optional<Line> line = getLine(quotient->line, output, step);
  if (!line || line->output != 1 || line->step == 0 ||
      !saysPosition(space.getGuards(), *quotient, axis.inputSize, extents))
    return std::nullopt;
  // S·i = o + b·k + c, and k is the filter's position, or K - 1 less that.
  AxisRelation relation{quotient->stride, -line->step, line->constant};
  if (isBackwards) {
    relation.dilation = line->step;
    relation.padding += line->step * (axis.filterSize - 1);
  }
  return getAxisGeometry(relation, axis);
}

} // namespace upweave
