// The contract's metric: elementwise |y - ref| <= k e + half an ulp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_METRIC_H
#define UPWEAVE_CHECK_METRIC_H

#include "Value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace upweave {
namespace check {

/// Whether a reference says nothing about its element: any value, a NaN and an
/// infinity among them, may be right.
inline bool isUnknown(const Value &reference) {
  return std::isinf(reference.e);
}

/// Whether two references of one element, each within its own e of the truth,
/// agree: |a - b| <= k (e_a + e_b) + half an ulp of `dtype`. NaN and infinity
/// agree in place; a finite value agrees with an infinity that it may reach.
/// What is unknown agrees with everything; an e that is NaN with nothing.
bool agree(const Value &a, const Value &b, DType dtype, Precision precision);

/// Gathers the comparison of one output.
class Metric {
public:
  /// Of an output of `elements` elements.
  Metric(DType dtype, Precision precision, int64_t elements = -1)
      : dtype(dtype), precision(precision), elements(elements) {
    state.k = tolerance(precision);
  }

  /// Compares element `index`: `actual` against the reference.
  void add(int64_t index, const Value &actual, const Value &reference);
  /// With two references: `blocks`, which the kernels follow, bounds `actual`,
  /// and must agree with `source`, by which it is meant.
  void add(int64_t index, const Value &actual, const Value &blocks,
           const Value &source);

  struct Report {
    int64_t elements = -1; ///< of the output; -1: not said
    int64_t compared = 0;
    int64_t failures = 0;  ///< elements outside the bound or mismatched
    int64_t specials = 0;  ///< NaN or infinity on one side only, or unequal
    int64_t unbounded = 0; ///< references whose e is a NaN
    int64_t unknown = 0;   ///< references that say nothing, see isUnknown()
    double k = 0;
    double maxRatio = 0;     ///< of |y - ref| / (k e + half ulp)
    double maxRelative = 0;  ///< max |y - ref| / max |ref|
    double normRelative = 0; ///< ||y - ref|| / ||ref||
    double looseShare = 0;   ///< share with k e > 0.1 max |ref|, or unknown
    int64_t worst = -1;      ///< element of maxRatio, or of the first mismatch
    double worstActual = 0, worstReference = 0, worstError = 0;
    int64_t disagreements = 0;      ///< where source and blocks differ
    int64_t firstDisagreement = -1; ///< element
    double source = 0, sourceError = 0, blocks = 0, blocksError = 0;

    /// Whether nothing was compared of an output that has something.
    bool isVacuous() const { return compared == 0 && elements != 0; }
    bool passed() const {
      return failures == 0 && disagreements == 0 && !isVacuous();
    }
    /// What there is to say beside the numbers, a line each, of which the first
    /// says why a check failed: nothing compared, references that disagree, a
    /// share that nothing is known of.
    std::vector<std::string> notes() const;
  };
  Report report() const;

private:
  void addSpecial(int64_t index, double y, double ref);
  void keepWorst(int64_t index, double ratio, double y, double ref, double e);

  DType dtype;
  Precision precision;
  int64_t elements;
  Report state;
  double maxDifference = 0, maxReference = 0;
  double squaredDifference = 0, squaredReference = 0;
  std::vector<double> errors; ///< k e of each element, for the loose share
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_METRIC_H
