//===- AxisFit.cpp - Fit one axis to what contributes to it ---------------===//
// S, L and P come from a few terms; all terms then prove them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "AxisFit.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"

#include <cstdlib>

using namespace llvm;

namespace upweave {

namespace {

using Relation = AxisRelation;

/// More pairs of input and filter positions than these are not looked at.
constexpr int64_t kMaxPairs = int64_t(1) << 26;

/// Terms on one line leave S and L open: values up to kMaxTrials are tried, on
/// as many pairs as kMaxLinePairs.
constexpr int64_t kMaxTrials = 256;
constexpr int64_t kMaxLinePairs = int64_t(1) << 16;

class AxisFitter {
public:
  explicit AxisFitter(const AxisTerms &axis) : axis(axis) {}

  std::optional<Relation> find();
  bool isExact(const Relation &relation) const;

private:
  std::optional<Relation> tryFit(int64_t stride, int64_t dilation) const;
  std::optional<Relation> fitPlane(const AxisTerm &a, const AxisTerm &b) const;
  std::optional<Relation> fitLine(const AxisTerm &step) const;

  const AxisTerms &axis;
};

} // namespace

static AxisTerm subtract(const AxisTerm &a, const AxisTerm &b) {
  return {a.output - b.output, a.input - b.input, a.filter - b.filter};
}

/// True if the terms are all solutions in range, each once.
bool AxisFitter::isExact(const Relation &r) const {
  std::vector<bool> seen(axis.inputSize * axis.filterSize, false);
  for (const AxisTerm &term : axis.terms) {
    if (r.stride * term.input + r.dilation * term.filter !=
        term.output + r.padding)
      return false;
    auto place = seen[term.input * axis.filterSize + term.filter];
    if (place)
      return false;
    place = true;
  }
  size_t count = 0;
  for (int64_t i = 0; i < axis.inputSize; ++i)
    for (int64_t k = 0; k < axis.filterSize; ++k) {
      int64_t output = r.stride * i + r.dilation * k - r.padding;
      count += output >= 0 && output < axis.outputSize;
    }
  return count == axis.terms.size();
}

std::optional<Relation> AxisFitter::tryFit(int64_t stride,
                                           int64_t dilation) const {
  if (stride == 0 || dilation == 0 || std::abs(stride) > kMaxAxisParameter ||
      std::abs(dilation) > kMaxAxisParameter)
    return std::nullopt;
  const AxisTerm &first = axis.terms.front();
  Relation relation{stride, dilation,
                    stride * first.input + dilation * first.filter -
                        first.output};
  if (!isExact(relation))
    return std::nullopt;
  return relation;
}

/// Two independent steps a, b between terms determine S and L.
std::optional<Relation> AxisFitter::fitPlane(const AxisTerm &a,
                                             const AxisTerm &b) const {
  int64_t det = a.input * b.filter - b.input * a.filter;
  int64_t stride = a.output * b.filter - b.output * a.filter;
  int64_t dilation = a.input * b.output - b.input * a.output;
  if (stride % det != 0 || dilation % det != 0)
    return std::nullopt;
  return tryFit(stride / det, dilation / det);
}

/// All terms are multiples of `step` from the first one: the smallest S that
/// has an L, and then the smallest |L|.
std::optional<Relation> AxisFitter::fitLine(const AxisTerm &step) const {
  if (axis.inputSize * axis.filterSize > kMaxLinePairs)
    return std::nullopt;
  for (int64_t stride = 1; stride <= kMaxTrials; ++stride) {
    int64_t rest = step.output - stride * step.input;
    if (step.filter != 0) {
      if (rest % step.filter == 0)
        if (std::optional<Relation> r = tryFit(stride, rest / step.filter))
          return r;
      continue;
    }
    if (rest != 0)
      continue;
    // L only has to keep the other terms out of range.
    for (int64_t dilation = 1; dilation <= kMaxTrials; ++dilation)
      for (int64_t sign : {1, -1})
        if (std::optional<Relation> r = tryFit(stride, sign * dilation))
          return r;
  }
  return std::nullopt;
}

std::optional<Relation> AxisFitter::find() {
  const AxisTerm &first = axis.terms.front();
  AxisTerm step{0, 0, 0};
  for (const AxisTerm &term : axis.terms) {
    AxisTerm next = subtract(term, first);
    if (next.input == 0 && next.filter == 0)
      continue;
    if (step.input == 0 && step.filter == 0) {
      step = next;
      continue;
    }
    if (step.input * next.filter != next.input * step.filter)
      return fitPlane(step, next);
  }
  // An axis of one position has no stride, a filter of one no dilation.
  if (axis.inputSize == 1 && axis.filterSize == 1)
    return tryFit(1, 1);
  if (axis.filterSize == 1 && step.input != 0)
    return step.output % step.input == 0 ? tryFit(step.output / step.input, 1)
                                         : std::nullopt;
  if (axis.inputSize == 1 && step.filter != 0)
    return step.output % step.filter == 0 ? tryFit(1, step.output / step.filter)
                                          : std::nullopt;
  return fitLine(step);
}

AxisGeometry getAxisGeometry(const AxisRelation &relation,
                             const AxisTerms &axis) {
  AxisGeometry geometry;
  geometry.stride = relation.stride;
  geometry.reversed = relation.dilation < 0;
  geometry.dilation = std::abs(relation.dilation);
  geometry.paddingLow = relation.padding;
  if (geometry.reversed)
    geometry.paddingLow += geometry.dilation * (axis.filterSize - 1);
  geometry.paddingHigh =
      geometry.getResultSize(axis.inputSize, axis.filterSize) - axis.outputSize;
  return geometry.getCanonical(axis.inputSize, axis.filterSize);
}

std::optional<AxisGeometry> fitAxis(const AxisTerms &axis,
                                    std::string &whyNot) {
  if (axis.terms.empty()) {
    whyNot = "nothing of the input reaches the result";
    return std::nullopt;
  }
  if (axis.inputSize < 1 || axis.filterSize < 1 || axis.outputSize < 1 ||
      axis.inputSize > kMaxPairs / axis.filterSize ||
      axis.outputSize > kMaxPairs) {
    whyNot = formatv("{0} inputs and {1} filter positions over {2} outputs are "
                     "none, or too many to prove",
                     axis.inputSize, axis.filterSize, axis.outputSize);
    return std::nullopt;
  }
  auto isWithin = [](int64_t position, int64_t size) {
    return position >= 0 && position < size;
  };
  for (const AxisTerm &term : axis.terms)
    if (!isWithin(term.output, axis.outputSize) ||
        !isWithin(term.input, axis.inputSize) ||
        !isWithin(term.filter, axis.filterSize)) {
      whyNot = formatv("the product of input {0} and filter position {1} for "
                       "output {2} is out of range",
                       term.input, term.filter, term.output);
      return std::nullopt;
    }
  AxisFitter fitter(axis);
  std::optional<Relation> relation = fitter.find();
  if (!relation) {
    whyNot = formatv("the {0} products of {1} inputs and {2} filter positions "
                     "over {3} outputs are no S*i + L*k = o + P",
                     axis.terms.size(), axis.inputSize, axis.filterSize,
                     axis.outputSize);
    return std::nullopt;
  }
  if (relation->stride < 0) {
    whyNot =
        formatv("the input is read backwards (stride {0})", relation->stride);
    return std::nullopt;
  }
  return getAxisGeometry(*relation, axis);
}

} // namespace upweave
