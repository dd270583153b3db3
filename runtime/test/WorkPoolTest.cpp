// Threads that share work: loops in loops, waiting, failures.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "WorkPool.h"
#include "Memo.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>

using namespace upweave::check;

namespace {

TEST(WorkPool, CallsEachPieceOnce) {
  WorkPool pool(4);
  std::vector<std::atomic<int>> calls(1000);
  pool.run(0, 1000, 7, [&](int64_t begin, int64_t end) {
    EXPECT_LE(end - begin, 7);
    for (int64_t i = begin; i < end; ++i)
      ++calls[i];
  });
  for (const std::atomic<int> &count : calls)
    EXPECT_EQ(1, count);
}

TEST(WorkPool, LoopsInsideLoops) {
  WorkPool pool(4);
  std::atomic<int64_t> sum{0};
  pool.run(WorkPool::kOutermost, 20, 1, [&](int64_t, int64_t) {
    pool.run(1, 20, 1, [&](int64_t, int64_t) {
      pool.run(0, 20, 3,
               [&](int64_t begin, int64_t end) { sum += end - begin; });
    });
  });
  EXPECT_EQ(20 * 20 * 20, sum);
}

TEST(WorkPool, RethrowsAndGoesOn) {
  WorkPool pool(3);
  EXPECT_THROW(pool.run(0, 100, 1,
                        [&](int64_t begin, int64_t) {
                          if (begin == 50)
                            throw CheckError("fifty");
                        }),
               CheckError);
  std::atomic<int> calls{0};
  pool.run(0, 10, 1, [&](int64_t, int64_t) { ++calls; });
  EXPECT_EQ(10, calls);
}

/// Rows of step 1 are made of rows of step 0; every element asks for its row.
TEST(WorkPool, ClaimsAreComputedOnceAndWaitedFor) {
  WorkPool pool(8);
  WorkPool::Claims lower(pool, 0), upper(pool, 1);
  constexpr int64_t kRows = 4, kLower = 3;
  Memo lowerKnown(kLower), upperKnown(kRows);
  std::atomic<int> lowerCalls[kLower] = {}, upperCalls[kRows] = {};
  auto get = [](Memo &memo, int64_t at) {
    Value value;
    EXPECT_TRUE(memo.find(at, value));
    return value.v;
  };
  auto need = [](Memo &memo, int64_t at) {
    Value value;
    return !memo.find(at, value);
  };
  auto readLower = [&](int64_t row) {
    if (need(lowerKnown, row))
      lower.compute(row, [&] {
        if (!need(lowerKnown, row))
          return;
        ++lowerCalls[row];
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        lowerKnown.put(row, floatValue(double(row)));
      });
    return get(lowerKnown, row);
  };
  std::atomic<int64_t> total{0};
  pool.run(WorkPool::kOutermost, 64, 1, [&](int64_t element, int64_t) {
    const int64_t row = element % kRows;
    if (need(upperKnown, row))
      upper.compute(row, [&] {
        if (!need(upperKnown, row))
          return;
        ++upperCalls[row];
        std::atomic<int64_t> sum{0};
        pool.run(1, 30, 1, [&](int64_t at, int64_t) {
          sum += int64_t(readLower(at % kLower));
        });
        upperKnown.put(row, floatValue(double(sum)));
      });
    total += int64_t(get(upperKnown, row));
  });
  EXPECT_EQ(64 * 30, total);
  for (const std::atomic<int> &calls : lowerCalls)
    EXPECT_EQ(1, calls);
  for (const std::atomic<int> &calls : upperCalls)
    EXPECT_EQ(1, calls);
}

TEST(WorkPool, AFailedClaimIsFreeAgain) {
  WorkPool pool(2);
  WorkPool::Claims claims(pool, 0);
  EXPECT_THROW(claims.compute(7, [] { throw CheckError("no"); }), CheckError);
  bool ran = false;
  EXPECT_TRUE(claims.compute(7, [&] { ran = true; }));
  EXPECT_TRUE(ran);
}

TEST(Memo, KeepsWhatWasPutFirst) {
  for (int64_t count : {int64_t(100), int64_t(1) << 40}) {
    Memo memo(count);
    Value value;
    EXPECT_FALSE(memo.find(count - 1, value));
    memo.put(count - 1, floatValue(1.5, 0.25));
    memo.put(count - 1, floatValue(9));
    ASSERT_TRUE(memo.find(count - 1, value));
    EXPECT_EQ(1.5, value.v);
    EXPECT_EQ(0.25, value.e);
    EXPECT_FALSE(memo.find(count - 2, value));
  }
}

TEST(Memo, ManyThreadsPutTheSame) {
  WorkPool pool(8);
  Memo memo(1 << 12);
  pool.run(0, 1 << 16, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = i % (1 << 12);
      memo.put(at, floatValue(double(at)));
      Value value;
      ASSERT_TRUE(memo.find(at, value));
      ASSERT_EQ(double(at), value.v);
    }
  });
}

} // namespace
