//===- Passes.td - Passes of Upweave/Schedule ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_SCHEDULE_PASSES
#define UPWEAVE_SCHEDULE_PASSES

include "mlir/Pass/PassBase.td"

#endif // UPWEAVE_SCHEDULE_PASSES
