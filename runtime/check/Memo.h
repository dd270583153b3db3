// Elements that were computed already, for several threads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_MEMO_H
#define UPWEAVE_CHECK_MEMO_H

#include "Value.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace upweave {
namespace check {

/// Values by row-major position, in pages that come as they are needed. Of a
/// position only ever one value is put: who computes it again gets the same.
class Memo {
public:
  /// For positions [0, count).
  explicit Memo(int64_t count);
  ~Memo();

  /// The value at `linear`; false if nobody has put it yet.
  bool find(int64_t linear, Value &value) const;
  void put(int64_t linear, const Value &value);

private:
  static constexpr int64_t kPageElements = 64;
  enum State : uint8_t { Absent, Written, Known };
  struct Page {
    std::atomic<uint8_t> states[kPageElements] = {};
    Value values[kPageElements];
  };
  /// Pages of tensors too large for a table of all of them.
  struct Shard {
    std::mutex mutex;
    std::unordered_map<int64_t, std::unique_ptr<Page>> pages;
  };

  Page *findPage(int64_t number) const;
  Page &getPage(int64_t number);
  Shard &shardOf(int64_t number) const;

  std::vector<std::atomic<Page *>> table; ///< of small tensors
  std::unique_ptr<Shard[]> shards;        ///< of large ones
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_MEMO_H
