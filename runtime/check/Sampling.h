// What a check looks at: sizes of dynamic dimensions, and which elements of an
// output are compared.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_SAMPLING_H
#define UPWEAVE_CHECK_SAMPLING_H

#include "IndexMap.h"

#include <chrono>
#include <string>
#include <vector>

namespace upweave {
namespace check {

/// Size of the dynamic dimension `symbol` by options "N" (all) or "NAME=N"; the
/// last one that applies counts, 2 without any. Throws CheckError for an option
/// that is no size.
int64_t getDimOption(const std::vector<std::string> &options,
                     const std::string &symbol);

/// Throws CheckError for an option "NAME=N" whose name no entry of `entries`
/// has, and for any option where no entry has a dynamic dimension.
void checkDimNames(const std::vector<std::string> &options,
                   const std::vector<const bundle::Entry *> &entries);

/// Gives the dimensions of `shapes` (one per argument) that are -1 and in a
/// symbol their sizes: what another site of the symbol has, else the option's.
void resolveSymbols(const bundle::Entry &entry,
                    const std::vector<std::string> &options,
                    std::vector<Shape> &shapes);

/// Elements [first, first + count) in row-major order.
struct Row {
  int64_t first, count;
};

/// The rows of a tensor that are compared: all of them in a small tensor, else
/// the first, the last and some in between, chosen by `seed`. `samples` is the
/// number of rows, 0 lets the size decide. Very long rows are cut.
std::vector<Row> chooseRows(const Shape &shape, int64_t count, int64_t samples,
                            uint64_t seed);

/// "[0, 2, 5]" for row-major element `linear`.
std::string indexText(const Shape &shape, int64_t linear);

/// Says on standard error how far a long task is, once it takes over 2 seconds.
class Progress {
public:
  Progress(std::string task, bool quiet);
  ~Progress();
  void update(double share);

private:
  using Clock = std::chrono::steady_clock;
  std::string task;
  bool quiet, shown = false, terminal;
  Clock::time_point start, last;
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_SAMPLING_H
