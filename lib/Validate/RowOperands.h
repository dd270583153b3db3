//===- RowOperands.h - Long rows, before they are reduced -------*- C++ -*-===//
// Finds in the source what the rows of blocks reduce.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_VALIDATE_ROWOPERANDS_H
#define UPWEAVE_LIB_VALIDATE_ROWOPERANDS_H

#include "Comparison.h"

namespace upweave {

/// What was found of one block's long rows.
struct RowOperandMatch {
  bool found = false; ///< whether some tensor of the source has all the values
  int64_t elements = 0;
  check::RowOperand operand;
  uint32_t tensor = 0;     ///< of the source
  bool byProducer = false; ///< in the producer's order, else in the domain's
};

/// Takes the same made-up values for what the rows reduce, in the source and in
/// the blocks: then rows cost no more than their own length. To be called
/// before `comparison` has read anything.
void substitute(check::Comparison &comparison, const RowOperandMatch &match,
                uint64_t seed);

/// Where rows are too long to evaluate, compares what they reduce: for each
/// block with rows that is not in `known`, looks for the tensor of the source
/// that holds, at samples chosen by `seed`, the values that the block reduces.
/// Returns those that were found. Takes about `seconds`.
std::vector<RowOperandMatch>
matchRowOperands(check::Comparison &comparison,
                 const std::vector<RowOperandMatch> &known, double seconds,
                 uint64_t seed);

} // namespace upweave

#endif // UPWEAVE_LIB_VALIDATE_ROWOPERANDS_H
