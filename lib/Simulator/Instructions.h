//===- Instructions.h - What PTX instructions do ----------------*- C++ -*-===//
// The functions that stand for NVVM intrinsics and pieces of inline PTX.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_INSTRUCTIONS_H
#define UPWEAVE_LIB_SIMULATOR_INSTRUCTIONS_H

#include "BlockRunner.h"

#include <cstring>

namespace upweave {
namespace sim {

/// Performs one instruction for the running thread. Arguments and results (the
/// members of a structure) are in slots of eight bytes each.
using Handler = void (*)(const Site &site, const uint64_t *args,
                         uint64_t *results);

/// The handler of an intrinsic by its name without "llvm.nvvm."; null if there
/// is none.
Handler findIntrinsic(llvm::StringRef name);
/// The same for inline PTX, by its text with single spaces.
Handler findInlinePTX(llvm::StringRef text);

/// The value in a slot.
template <typename T> T getSlot(const uint64_t *slots, unsigned index) {
  T value;
  std::memcpy(&value, slots + index, sizeof(T));
  return value;
}
template <typename T> void setSlot(uint64_t *slots, unsigned index, T value) {
  std::memcpy(slots + index, &value, sizeof(T));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// The approximate instructions, with errors up to what the PTX ISA documents.
/// The error of a value follows from its bits and `seed`.
float approximateEx2(float x, bool flush, uint64_t seed);
float approximateLg2(float x, bool flush, uint64_t seed);
float approximateRcp(float x, bool flush, uint64_t seed);
float approximateRsqrt(float x, bool flush, uint64_t seed);
float approximateSqrt(float x, bool flush, uint64_t seed);
float approximateTanh(float x, uint64_t seed);
float approximateSin(float x, bool flush, uint64_t seed);
float approximateCos(float x, bool flush, uint64_t seed);
double approximateRsqrtDouble(double x, uint64_t seed);

/// cvt.rna.tf32.f32: to nearest, ties away from zero; NaN stays NaN.
uint32_t roundToTF32(uint32_t bits);
/// What the tensor core reads of a TF32 operand.
uint32_t truncateToTF32(uint32_t bits);
float halfToFloat(uint16_t bits);
float bfloatToFloat(uint16_t bits);
/// To nearest even.
uint16_t floatToHalf(float value);
uint16_t floatToBfloat(float value);
uint16_t doubleToHalf(double value);
uint16_t doubleToBfloat(double value);

/// c + the sum of products[0 .. count), see MmaSums.
float addProducts(float c, const double *products, unsigned count,
                  MmaSums sums);

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_INSTRUCTIONS_H
