//===- Validate.h - Blocks against the source, before emission --*- C++ -*-===//
// Compares what the blocks of a bundle compute with what the source says, in
// float64 and at samples, without running anything that was generated.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_VALIDATE_VALIDATE_H
#define UPWEAVE_VALIDATE_VALIDATE_H

#include "Upweave/Target/BundleWriter.h"
#include "Upweave/Target/Report.h"

#include <string>

namespace upweave {

struct ValidateOptions {
  /// What all comparisons together may take, on the threads there are.
  double seconds = 2.0;
  uint64_t seed = 1;
  unsigned threads = 0; ///< 0 is one a processor
};

/// Evaluates both meanings of every entry of `bundle` on seeded inputs,
/// ordinary and hostile ones, with dynamic dimensions of 2 and of 1, at samples
/// whose number follows from what one costs. Nothing of a value's size is
/// allocated: inputs are made element by element.
///
/// Returns an empty string if source and blocks agree, else a sentence that
/// names the output, the element and both values. What could not be compared,
/// because the source has no evaluation or one sample costs more than all
/// there is, goes to `report` with its reason.
std::string validateBundle(BundleWriter &bundle, const ValidateOptions &options,
                           ReportValidation &report);

} // namespace upweave

#endif // UPWEAVE_VALIDATE_VALIDATE_H
