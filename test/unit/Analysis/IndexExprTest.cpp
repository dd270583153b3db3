//===- IndexExprTest.cpp --------------------------------------------------===//
// Simplification keeps values, joins digits, and finds ranges.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Analysis/IndexExpr.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <functional>
#include <limits>
#include <random>

using namespace upweave;
using llvm::SmallVector;

namespace {

IndexExpr loop(int64_t d) { return IndexExpr::getLoop(d); }

std::string str(const IndexExpr &expr) {
  std::string text;
  llvm::raw_string_ostream os(text);
  expr.print(os);
  return text;
}

/// Calls `visit` at every index of loops with `extents`.
void forEachIndex(llvm::ArrayRef<int64_t> extents,
                  const std::function<void(llvm::ArrayRef<int64_t>)> &visit) {
  SmallVector<int64_t> index(extents.size(), 0);
  while (true) {
    visit(index);
    size_t d = extents.size();
    while (d > 0 && ++index[d - 1] == extents[d - 1])
      index[--d] = 0;
    if (d == 0)
      return;
  }
}

/// An expression beside a plain function that computes the same.
struct Pair {
  IndexExpr expr;
  std::function<int64_t(llvm::ArrayRef<int64_t>)> value;
};

Pair draw(std::mt19937 &random, llvm::ArrayRef<int64_t> extents, int depth) {
  auto number = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  int64_t kind = depth == 0 ? 0 : number(0, 4);
  if (kind == 0) {
    int64_t d = number(0, extents.size() - 1);
    return {loop(d), [d](llvm::ArrayRef<int64_t> i) { return i[d]; }};
  }
  Pair a = draw(random, extents, depth - 1);
  if (kind == 1) {
    Pair b = draw(random, extents, depth - 1);
    return {
        (a.expr + b.expr).joinDigits(extents),
        [a, b](llvm::ArrayRef<int64_t> i) { return a.value(i) + b.value(i); }};
  }
  if (kind == 2) {
    int64_t f = number(-3, 6), c = number(-5, 5);
    return {a.expr * f + c, [a, f, c](llvm::ArrayRef<int64_t> i) {
              return a.value(i) * f + c;
            }};
  }
  int64_t c = number(1, 6);
  if (kind == 3)
    return {IndexExpr::getFloorDiv(a.expr, c, extents),
            [a, c](llvm::ArrayRef<int64_t> i) {
              return llvm::divideFloorSigned(a.value(i), c);
            }};
  return {
      IndexExpr::getMod(a.expr, c, extents),
      [a, c](llvm::ArrayRef<int64_t> i) { return llvm::mod(a.value(i), c); }};
}

TEST(IndexExpr, SimplificationKeepsValues) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 5000; ++trial) {
    SmallVector<int64_t> extents;
    for (int d = 0; d < 3; ++d)
      extents.push_back(std::uniform_int_distribution<int64_t>(1, 6)(random));
    Pair pair = draw(random, extents, 5);
    IndexRange range = pair.expr.getRange(extents);
    forEachIndex(extents, [&](llvm::ArrayRef<int64_t> index) {
      int64_t value = pair.value(index);
      ASSERT_EQ(pair.expr.evaluate(index), value) << str(pair.expr);
      ASSERT_LE(range.low, value);
      ASSERT_GE(range.high, value);
    });
  }
}

TEST(IndexExpr, SubstitutionKeepsValues) {
  std::mt19937 random(4);
  SmallVector<int64_t> inner{4, 6}, outer{3, 4, 2};
  for (int trial = 0; trial < 2000; ++trial) {
    Pair pair = draw(random, inner, 4);
    // 24 positions of the outer loops, taken apart into the inner ones.
    IndexExpr linear = loop(0) * 8 + loop(1) * 2 + loop(2);
    SmallVector<IndexExpr> replacements{
        IndexExpr::getFloorDiv(linear, 6, outer),
        IndexExpr::getMod(linear, 6, outer)};
    IndexExpr replaced = pair.expr.substitute(replacements, outer);
    forEachIndex(outer, [&](llvm::ArrayRef<int64_t> i) {
      int64_t n = i[0] * 8 + i[1] * 2 + i[2];
      ASSERT_EQ(replaced.evaluate(i), pair.value({n / 6, n % 6}));
    });
  }
}

TEST(IndexExpr, DigitsComeApart) {
  SmallVector<int64_t> extents{5, 4, 3};
  IndexExpr linear = loop(0) * 12 + loop(1) * 3 + loop(2);
  EXPECT_EQ(IndexExpr::getMod(linear, 3, extents), loop(2));
  EXPECT_EQ(IndexExpr::getFloorDiv(linear, 12, extents), loop(0));
  EXPECT_EQ(
      IndexExpr::getMod(IndexExpr::getFloorDiv(linear, 3, extents), 4, extents),
      loop(1));
  // A dynamic loop can be the highest digit.
  extents[0] = -1;
  EXPECT_EQ(IndexExpr::getFloorDiv(linear, 12, extents), loop(0));
}

TEST(IndexExpr, DigitsJoinAgain) {
  SmallVector<int64_t> extents{60};
  IndexExpr high = IndexExpr::getFloorDiv(loop(0), 12, extents);
  IndexExpr middle = IndexExpr::getMod(
      IndexExpr::getFloorDiv(loop(0), 3, extents), 4, extents);
  IndexExpr low = IndexExpr::getMod(loop(0), 3, extents);
  EXPECT_EQ((high * 12 + middle * 3 + low).joinDigits(extents), loop(0));
  // Regrouped: the two high digits as one.
  EXPECT_EQ((high * 4 + middle).joinDigits(extents),
            IndexExpr::getFloorDiv(loop(0), 3, extents));
}

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

/// What leaves 64 bits, or is divided by no positive number, is nothing at all,
/// and so is what is computed from it.
TEST(IndexExpr, OverflowIsInvalid) {
  SmallVector<int64_t> extents{8, 8};
  IndexExpr large = loop(0) * (kMost / 2);
  EXPECT_TRUE(large.isValid());
  SmallVector<IndexExpr> invalid{
      IndexExpr::getConstant(kLeast),
      IndexExpr::getConstant(kMost - 1) + 1,
      IndexExpr::getConstant(1 - kMost) - 2,
      IndexExpr::getConstant(3) - kLeast,
      large + large + large,
      large * 3,
      loop(0) * kLeast,
      IndexExpr::getConstant(kMost / 2) * -4,
      IndexExpr::getFloorDiv(loop(0), 0, extents),
      IndexExpr::getFloorDiv(loop(0), -2, extents),
      IndexExpr::getMod(loop(0), 0, extents),
      IndexExpr::getMod(loop(0), kLeast, extents),
  };
  for (const IndexExpr &expr : invalid) {
    EXPECT_FALSE(expr.isValid());
    for (const IndexExpr &next :
         {expr + loop(1), loop(1) + expr, expr - expr, expr * 0, expr + 1,
          IndexExpr::getFloorDiv(expr, 2, extents),
          IndexExpr::getMod(expr, 2, extents), expr.joinDigits(extents),
          loop(0).substitute({expr, loop(1)}, extents),
          expr.substitute({loop(0), loop(1)}, extents)}) {
      EXPECT_FALSE(next.isValid());
      EXPECT_FALSE(next.getAsConstant());
      EXPECT_FALSE(next.getAsLoop());
      EXPECT_FALSE(next.fits(extents));
      EXPECT_LT(next.getRange(extents).low, 0);
      EXPECT_GT(next.getRange(extents).high, 0);
    }
  }
}

/// Valid expressions may still be too large to evaluate where they are asked.
TEST(IndexExpr, FitsWithinExtents) {
  IndexExpr large = loop(0) * (kMost / 4);
  EXPECT_TRUE(large.fits({4}));
  EXPECT_FALSE(large.fits({8}));
  EXPECT_FALSE((large * -1).fits({8}));
  EXPECT_FALSE(IndexExpr::getMod(large, 7, {8}).fits({8}));
  EXPECT_FALSE((large - loop(1) * (kMost / 4)).fits({4, 4}));
  EXPECT_TRUE(loop(0).fits({kMost}));
  // Dynamic loops are short enough.
  EXPECT_TRUE(loop(0).fits({-1}));
  EXPECT_TRUE(IndexExpr::getFloorDiv(loop(0) + 1, 2, {-1}).fits({-1}));
}

/// The same with numbers near the ends of 64 bits: never a wrong value.
TEST(IndexExpr, LargeNumbersKeepValues) {
  std::mt19937 random(7);
  SmallVector<int64_t> extents{3, 4, 5};
  auto number = [&] {
    int64_t shift = std::uniform_int_distribution<int64_t>(0, 62)(random);
    int64_t value = std::uniform_int_distribution<int64_t>(1, kMost)(random);
    return random() % 2 ? -(value >> shift) : value >> shift;
  };
  int numFitting = 0;
  for (int trial = 0; trial < 5000; ++trial) {
    int64_t a = number(), b = number(), c = number(), d = number();
    bool isMod = random() % 2;
    IndexExpr sum = loop(0) * a + loop(1) * b + c;
    IndexExpr expr = isMod ? IndexExpr::getMod(sum, d, extents)
                           : IndexExpr::getFloorDiv(sum, d, extents);
    if (!expr.fits(extents))
      continue;
    ++numFitting;
    forEachIndex(extents, [&](llvm::ArrayRef<int64_t> i) {
      __int128 value = __int128(i[0]) * a + __int128(i[1]) * b + c;
      __int128 rest = (value % d + d) % d;
      __int128 expected = isMod ? rest : (value - rest) / d;
      ASSERT_EQ(__int128(expr.evaluate(i)) - expected, 0) << str(expr);
    });
  }
  EXPECT_GT(numFitting, 500);
}

TEST(IndexExpr, Prints) {
  SmallVector<int64_t> extents{8, 8};
  EXPECT_EQ(str(IndexExpr::getFloorDiv(loop(0) + loop(1) * 3 - 2, 4, extents)),
            "((d0 + 3*d1 + 2) floordiv 4) + -1");
  EXPECT_EQ(str(IndexExpr()), "0");
}

} // namespace
