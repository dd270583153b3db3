//===- Recognize.h - Known functions in a block's region --------*- C++ -*-===//
// The matchers of upweave-canonicalize-epilogue.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TRANSFORMS_EPILOGUE_RECOGNIZE_H
#define UPWEAVE_LIB_TRANSFORMS_EPILOGUE_RECOGNIZE_H

#include "Upweave/IR/Upweave.h"

namespace upweave {

/// Replaces each normalisation over the row, `(v - mean) / sqrt(var + eps)`
/// with the biased variance in any spelling, by `upweave.layer_norm`. What
/// scales and shifts it stays arithmetic. `isStrict` forbids to take a rounded
/// element for the element. Returns how many were found.
unsigned recognizeLayerNorm(BlockOp block, bool isStrict);

/// Replaces each GELU, `0.5·v·(1 + erf(v/√2))` or its tanh form, in any
/// association by `upweave.gelu`. Returns how many were found.
unsigned recognizeGelu(BlockOp block);

} // namespace upweave

#endif // UPWEAVE_LIB_TRANSFORMS_EPILOGUE_RECOGNIZE_H
