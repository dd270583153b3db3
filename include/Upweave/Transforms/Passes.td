//===- Passes.td - Passes of Upweave/Transforms ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PASSES
#define UPWEAVE_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

#endif // UPWEAVE_TRANSFORMS_PASSES
