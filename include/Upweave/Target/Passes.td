//===- Passes.td - Passes of Upweave/Target ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TARGET_PASSES
#define UPWEAVE_TARGET_PASSES

include "mlir/Pass/PassBase.td"

#endif // UPWEAVE_TARGET_PASSES
