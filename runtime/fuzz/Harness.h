// What the fuzzer does with an input, shared with the test that runs the corpus.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_FUZZ_HARNESS_H
#define UPWEAVE_FUZZ_HARNESS_H

#include <cstdint>
#include <vector>

namespace upweave {
namespace fuzz {

using Bytes = std::vector<uint8_t>;

/// Makes version, sizes and checksums of a bundle fit its bytes again, so that
/// what was altered in it is looked at. What does not begin like a bundle, or
/// is shorter than a header, stays as it is.
void refit(Bytes &bytes);

/// Bytes of the table that the header speaks of, cut to those in the file.
uint64_t tableBytes(const Bytes &bytes);

/// Loads a bundle and, if it is accepted, does all that can be done with it
/// without running its code: describes it, selects images, checks arguments,
/// evaluates expressions, and binds the reference. True if it was accepted.
/// Aborts where a refusal has no text.
bool exercise(const Bytes &bytes);

} // namespace fuzz
} // namespace upweave

#endif // UPWEAVE_FUZZ_HARNESS_H
