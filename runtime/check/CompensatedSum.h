// Sums whose own rounding errors do not show.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_COMPENSATEDSUM_H
#define UPWEAVE_CHECK_COMPENSATEDSUM_H

#include <cmath>

namespace upweave {
namespace check {

/// Neumaier's sum: what each addition cuts off is added in the end. Of equal
/// terms an ordinary sum cuts off the same each time, which f64 outputs show.
class CompensatedSum {
public:
  CompensatedSum(double start = 0) : high(start) {}

  CompensatedSum &operator+=(double term) {
    const double sum = high + term;
    if (std::isfinite(sum))
      low += std::fabs(high) >= std::fabs(term) ? (high - sum) + term
                                                : (term - sum) + high;
    else
      low = 0;
    high = sum;
    return *this;
  }
  double get() const { return high + low; }

private:
  double high;
  double low = 0;
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_COMPENSATEDSUM_H
