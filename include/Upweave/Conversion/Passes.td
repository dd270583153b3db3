//===- Passes.td - Passes of Upweave/Conversion ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CONVERSION_PASSES
#define UPWEAVE_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

#endif // UPWEAVE_CONVERSION_PASSES
