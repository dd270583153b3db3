//===- PackFilter.h - Packed filters made by the compiler -------*- C++ -*-===//
// The bytes that a fused kernel reads in place of a filter that is known when
// it is compiled. No IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PACKFILTER_H
#define UPWEAVE_TRANSFORMS_PACKFILTER_H

#include "Upweave/Layout/PackedOrder.h"
#include "Upweave/Schedule/FusedPlan.h"

#include "llvm/ADT/ArrayRef.h"

namespace upweave {

/// A filter in memory: element (i0, i1, ...) lies at offset + sum(i * stride),
/// counted in elements. All strides of a splat are 0.
struct FilterData {
  llvm::ArrayRef<char> bytes;
  int64_t offset = 0;
  llvm::SmallVector<int64_t> strides;
};

/// `bits` of an f32 rounded as cvt.rna.tf32.f32 does: to nearest, ties away
/// from zero; every NaN becomes the canonical one.
uint32_t roundToTF32(uint32_t bits);

/// Fills `packed`, as many bytes as `order` has elements, with what the kernel
/// of an upweave.pack writes for `filter`, which has `columnSize` positions
/// along the last spatial axis. `order` is one that getFilterOrder makes of
/// `facts`.
void packFilter(const FusedFacts &facts, const PackedOrder &order,
                const ConvTransposeGeometry &geometry, int64_t columnSize,
                const FilterData &filter, llvm::MutableArrayRef<char> packed);

} // namespace upweave

#endif // UPWEAVE_TRANSFORMS_PACKFILTER_H
