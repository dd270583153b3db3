// Which instructions this machine's processor has, by LLVM's names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RT_HOSTPROCESSOR_H
#define UPWEAVE_RT_HOSTPROCESSOR_H

#include "Status.h"

#include <set>
#include <string>
#include <vector>

namespace upweave {
namespace rt {

/// The flags of the first processor in a text like /proc/cpuinfo: the words of
/// the line "flags" (x86) or "Features" (Arm). The kernel leaves out what it
/// does not save at a task switch. Empty if there is no such line.
std::set<std::string> parseProcessorFlags(const std::string &cpuinfo);

/// The flags of this machine; read once, unless that fails.
uw_status processorFlags(const std::set<std::string> *&flags);

/// Those of `features`, LLVM's names ("avx2", "sse4.1", "bmi"), whose flag is
/// not in `flags`, in the order given. A name that the kernel does not know
/// counts as missing.
std::vector<std::string>
missingFeatures(const std::vector<std::string> &features,
                const std::set<std::string> &flags);

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RT_HOSTPROCESSOR_H
