//===- TestTeam.h - A team of threads for host code -------------*- C++ -*-===//
// Runs host code as the runtime would: each thread calls it with its own team
// structure (docs/bundle.md).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TEST_TOOLS_TESTTEAM_H
#define UPWEAVE_TEST_TOOLS_TESTTEAM_H

#include "llvm/ADT/ArrayRef.h"

namespace upweave {

/// Calls `entry` from `threads` threads with `arguments` and a pointer to the
/// team structure behind them.
void callWithTeam(void (*entry)(void **), llvm::ArrayRef<void *> arguments,
                  unsigned threads);

} // namespace upweave

#endif // UPWEAVE_TEST_TOOLS_TESTTEAM_H
