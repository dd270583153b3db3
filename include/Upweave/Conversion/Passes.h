//===- Passes.h - Passes of Upweave/Conversion -------------------------*- C++ -*-===//
// Declarations generated from Passes.td, and the pipelines built from them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CONVERSION_PASSES_H
#define UPWEAVE_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace upweave {

#define GEN_PASS_DECL
#include "Upweave/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Upweave/Conversion/Passes.h.inc"

} // namespace upweave

#endif // UPWEAVE_CONVERSION_PASSES_H
