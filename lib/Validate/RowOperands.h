//===- RowOperands.h - Long rows, compared before they are reduced -*- C++ -*-===//
// Finds in the source what the rows of blocks reduce.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_VALIDATE_ROWOPERANDS_H
#define UPWEAVE_LIB_VALIDATE_ROWOPERANDS_H

#include "Comparison.h"

namespace upweave {

/// What was found of one block's long rows.
struct RowOperandMatch {
  std::string where;  ///< the block
  bool found = false; ///< whether some tensor of the source has all the values
  int64_t elements = 0;
};

/// Where rows are too long to evaluate, compares what they reduce: for each
/// block with rows, looks for the tensor of the source that holds, at samples
/// chosen by `seed`, the values that the block reduces. Takes about `seconds`.
std::vector<RowOperandMatch> matchRowOperands(check::Comparison &comparison,
                                              double seconds, uint64_t seed);

} // namespace upweave

#endif // UPWEAVE_LIB_VALIDATE_ROWOPERANDS_H
