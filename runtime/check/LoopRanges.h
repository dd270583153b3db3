// Sums of products over loops: which values of the loops are worth visiting,
// and where the factors of each are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_LOOPRANGES_H
#define UPWEAVE_CHECK_LOOPRANGES_H

#include "Evaluator.h"

namespace upweave {
namespace check {

/// The values that the free loops of a nest take. A product with a zero that
/// was only filled in adds nothing, so its loops skip it: a convolution of a
/// stuffed input costs its own taps.
class LoopRanges {
public:
  LoopRanges() = default;
  LoopRanges(const Shape &sizes, std::vector<uint32_t> freeLoops);

  /// A factor of every product, with what is zero of its tensor.
  void addFactor(const MappedTensor &operand, ZeroMask zeros);

  /// The values of each free loop, in order.
  using Lists = std::vector<const std::vector<int64_t> *>;

  /// Finds the values where the other loops are `loops`; `storage` holds the
  /// lists that differ from point to point. False if there is no combination.
  bool find(const int64_t *loops, Lists &lists,
            std::vector<std::vector<int64_t>> &storage) const;

  const std::vector<uint32_t> &loops() const { return freeLoops; }
  /// About how many combinations there are.
  double expected() const;

private:
  /// Coordinate base + coefficients . loops must not be a zero.
  struct Rule {
    int free; ///< position of the one free loop in it, -1 for none
    int64_t base;
    Shape coefficients;
    std::vector<bool> zeros;
  };
  bool isZero(const Rule &rule, const int64_t *loops, int64_t value) const;

  Shape sizes;
  std::vector<uint32_t> freeLoops;
  std::vector<std::vector<int64_t>> all; ///< every value of each free loop
  std::vector<Rule> rules;
  bool nothing = false; ///< a factor is zero everywhere
};

/// Linear position of an operand's element as a sum over the loops.
struct LinearPosition {
  int64_t base = 0;
  Shape steps; ///< one a loop
  /// False if the map is no sum of loops, or leaves the tensor.
  static bool find(const Evaluator &evaluator, const MappedTensor &operand,
                   const Shape &sizes, LinearPosition &position);
  int64_t at(const int64_t *loops) const;
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_LOOPRANGES_H
