//===- Passes.h - Passes of Upweave/Transforms -------------------------*- C++ -*-===//
// Declarations generated from Passes.td, and the pipelines built from them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PASSES_H
#define UPWEAVE_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace upweave {

#define GEN_PASS_DECL
#include "Upweave/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Upweave/Transforms/Passes.h.inc"

} // namespace upweave

#endif // UPWEAVE_TRANSFORMS_PASSES_H
