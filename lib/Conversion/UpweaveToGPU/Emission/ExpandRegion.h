//===- ExpandRegion.h - Collectives as reductions ---------------*- C++ -*-===//
// Rewrites a block's region before a kernel is made from it: LayerNorm and
// GELU become row reductions and scalar operations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_EXPANDREGION_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_EXPANDREGION_H

#include "Upweave/IR/Upweave.h"

#include <array>

namespace upweave {

/// Coefficients c0..c8 of a polynomial p with Phi(-a) = 2^p(a) for a >= 0,
/// where Phi is the normal distribution function. Found by linear programming
/// as the minimax fit over [0, 5.6] of |2^p(a) - Phi(-a)| (at most 7.6e-9),
/// with p(a) < -24.5 - 3(a - 5.6) beyond. p falls for all a > 0.
constexpr std::array<double, 9> kNormalTail = {
    -0.999999978283,    -1.15110572358,    -0.459204906765,
    -0.052505030221,    0.00707547400044,  -0.000145871856247,
    -0.000182546880115, 3.86205929605e-05, -2.77203604358e-06};

/// The same of degree 5, for results that are rounded to 16 bits: |2^p(a) -
/// Phi(-a)| is at most half of what the numerics contract allows an f32 GELU,
/// and within that, relative to the larger of Phi(-a) and 2^-12 / a, least.
constexpr std::array<double, 6> kNormalTailNarrow = {
    -1.00000068793,   -1.15107753743,   -0.459335729525,
    -0.0524120174262, 0.00729820146816, -0.00049942430099};

/// Expands, in the region of `block`:
/// * `layer_norm` by the corrected two-pass formula, in f32 (f64 for f64);
/// * `gelu` of f16, bf16 and f32 in f32: v * Phi(v) with Phi from kNormalTail
///   (error at most 4 units of 2^-24 |v|) or, if all that its result is used
///   for is rounded to 16 bits, from kNormalTailNarrow (12 units), or v / (1 +
///   e^-2u) for the tanh form, both by `ex2.approx` and `rcp.approx`; of f64 as
///   it is defined. Where `mayFuse` is set, a product of the erf form with a
///   constant of 1/2 to 2 is made with it, rounded once less;
/// * float reductions narrower than f32 into f32 ones, rounded at the end;
/// * divisions of f32 by a constant into multiplications with a correction, to
///   the same quotient.
/// Where `sampled` is not 0, the first mean of a `layer_norm` (which the second
/// pass corrects) is that of so many elements of the row; the reduction has the
/// number as its kSampledAttrName.
void expandBlockRegion(BlockOp block, bool mayFuse, int64_t sampled = 0);

/// Lets products of the region that are only added to something go unrounded.
void allowContraction(BlockOp block);

/// The number of elements, the row's first, that a row_reduce is over.
constexpr llvm::StringLiteral kSampledAttrName = "upweave.sampled";

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_EXPANDREGION_H
