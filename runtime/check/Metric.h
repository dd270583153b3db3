// The contract's metric: elementwise |y - ref| <= k e + half an ulp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_METRIC_H
#define UPWEAVE_CHECK_METRIC_H

#include "Value.h"

#include <vector>

#include <cstdint>

namespace upweave {
namespace check {

/// Gathers the comparison of one output.
class Metric {
public:
  Metric(DType dtype, Precision precision)
      : dtype(dtype), k(tolerance(precision)) {}

  /// Compares element `index`: `actual` against the reference.
  void add(int64_t index, const Value &actual, const Value &reference);

  struct Report {
    int64_t compared = 0;
    int64_t failures = 0;  ///< elements outside the bound or mismatched
    int64_t specials = 0;  ///< NaN or infinity on one side only, or unequal
    int64_t unbounded = 0; ///< finite reference without a finite e
    double k = 0;
    double maxRatio = 0;     ///< of |y - ref| / (k e + half ulp)
    double maxRelative = 0;  ///< max |y - ref| / max |ref|
    double normRelative = 0; ///< ||y - ref|| / ||ref||
    double looseShare = 0;   ///< share with k e > 0.1 max |ref|
    int64_t worst = -1;      ///< element of maxRatio, or of the first mismatch
    double worstActual = 0, worstReference = 0, worstError = 0;
    bool passed() const { return failures == 0; }
  };
  Report report() const;

private:
  void addSpecial(int64_t index, double y, double ref);
  void keepWorst(int64_t index, double ratio, double y, double ref, double e);

  DType dtype;
  double k;
  Report state;
  double maxDifference = 0, maxReference = 0;
  double squaredDifference = 0, squaredReference = 0;
  std::vector<double> errors; ///< k e of each element, for the loose share
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_METRIC_H
