// Checks a caller's tensors against an entry's arguments and evaluates
// expressions over their sizes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_ARGUMENTS_H
#define UPWEAVE_RUNTIME_ARGUMENTS_H

#include "BundleFile.h"

#include <vector>

namespace upweave {
namespace rt {

/// Bytes of one element in memory.
uint32_t dtypeBytes(bundle::DType dtype);
/// "f32" and the like; "unknown" out of range.
const char *dtypeName(uint32_t dtype);
/// "32x16x4", "?" for -1, "scalar" for rank 0.
std::string shapeText(const int64_t *shape, uint32_t rank);

/// Where a launch runs.
struct Place {
  uint32_t kind = UW_HOST; ///< a uw_device_kind
  int32_t ordinal = 0;
};

/// Ranks, dtypes, shapes and symbols of the tensors; not their data.
uw_status checkShapes(const bundle::Entry &entry, const uw_tensor *tensors,
                      size_t count);

/// Everything else a launch relies on: strides, data pointers, alignment,
/// devices and overlaps. Arguments in `unused` need no data. Call after
/// checkShapes.
uw_status checkData(const bundle::Entry &entry, const uw_tensor *tensors,
                    Place place, const std::vector<bool> &unused = {});

/// Value of `expr` (absent: 0) over the tensors' sizes. `what` names it in the
/// error.
uw_status evaluate(const bundle::Expr *expr, const uw_tensor *tensors,
                   const char *what, int64_t &value);

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_ARGUMENTS_H
