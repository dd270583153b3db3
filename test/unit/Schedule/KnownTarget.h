//===- KnownTarget.h - Targets of the table for tests -----------*- C++ -*-===//
// Without a context to report errors in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TEST_UNIT_SCHEDULE_KNOWNTARGET_H
#define UPWEAVE_TEST_UNIT_SCHEDULE_KNOWNTARGET_H

#include "Upweave/Schedule/BlockPlan.h"

#include "llvm/ADT/STLExtras.h"

namespace upweave {

/// The table's entry for `chip`, which must be in it.
inline const TargetDescription &getKnownTarget(llvm::StringRef chip) {
  const TargetDescription *found =
      llvm::find_if(getKnownTargets(), [&](const TargetDescription &target) {
        return target.chip == chip;
      });
  assert(found != getKnownTargets().end() && "no chip of the table");
  return *found;
}

} // namespace upweave

#endif // UPWEAVE_TEST_UNIT_SCHEDULE_KNOWNTARGET_H
