// Which image of an entry runs on a device.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_SELECT_H
#define UPWEAVE_RUNTIME_SELECT_H

#include "BundleFile.h"

#include <string_view>

namespace upweave {
namespace rt {

/// A launch list and the image to run it with.
struct Choice {
  const bundle::LaunchList *list = nullptr;
  uint32_t image = 0;
  bool isPtx = false;
  std::string name; ///< "sm_90" or "ptx:sm_89"
};

/// The image for a device of compute capability `compute` (89 for sm_89): a
/// cubin of its own; else the PTX of the highest chip that is not above it;
/// else a cubin of the same major version and a lower minor one. `wanted`
/// ("sm_90", "ptx:sm_89"; empty lets the device choose) insists on one.
uw_status selectImage(const bundle::Bundle &table, const bundle::Entry &entry,
                      int compute, std::string_view wanted, Choice &choice);

/// "sm_89, sm_90 and PTX 8.0 (sm_89)", with "a host variant" if there is one.
std::string imagesText(const bundle::Bundle &table, const bundle::Entry &entry);

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_SELECT_H
