//===- Passes.h - Passes of Upweave/Schedule --------------------*- C++ -*-===//
// Declarations generated from Passes.td, and the pipelines built from them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_PASSES_H
#define UPWEAVE_SCHEDULE_PASSES_H

#include "Upweave/Schedule/TargetDescription.h"

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace upweave {

#define GEN_PASS_DECL
#include "Upweave/Schedule/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Upweave/Schedule/Passes.h.inc"

} // namespace upweave

#endif // UPWEAVE_SCHEDULE_PASSES_H
