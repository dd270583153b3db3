// Makes allocations and new threads of the test's process fail, and counts what
// is allocated and not freed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_TEST_FAULTS_H
#define UPWEAVE_TEST_FAULTS_H

namespace upweave {
namespace test {

/// The n-th allocation from here on fails; if `on`, all later ones do, too. 0
/// lets all succeed. Allocations are those of malloc and its kin, of the C
/// library's own as well; under sanitizers, which have their own malloc, those
/// of operator new.
void failAllocation(long n, bool on = false);
/// Allocations since then that were asked for, and that failed.
long allocationsAsked();
long allocationsFailed();
/// Allocations of this process that are not freed.
long allocationsLive();

/// The n-th thread from here on is not started, nor is any later one. 0 lets
/// all start.
void failThread(long n);

} // namespace test
} // namespace upweave

#endif // UPWEAVE_TEST_FAULTS_H
