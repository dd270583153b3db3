//===- NarrowConversions.h - Conversions processors lack --------*- C++ -*-===//
// Functions that code generation calls to round to f16 and bf16.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_NARROWCONVERSIONS_H
#define UPWEAVE_LIB_TARGET_NARROWCONVERSIONS_H

namespace llvm {
class Module;
} // namespace llvm

namespace upweave {

/// Gives a module that has f16 or bf16 values the functions that code
/// generation calls where the processor has no instruction for a conversion:
/// __extendhfsf2, __truncsfhf2 and __truncsfbf2 of the compiler's own runtime
/// library, which nobody links to host code. They are hidden, and round to
/// nearest even. f64 is not among them: it is rounded by way of f32 before.
void defineNarrowConversions(llvm::Module &module);

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_NARROWCONVERSIONS_H
