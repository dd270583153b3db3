// Index maps of the meaning: evaluation, and the inverse of those whose results
// are mixed-radix digits of the loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_INDEXMAP_H
#define UPWEAVE_CHECK_INDEXMAP_H

#include "Value.h"

#include <vector>

namespace upweave {
namespace check {

using Shape = std::vector<int64_t>;
using ExprList = flatbuffers::Vector<flatbuffers::Offset<bundle::Expr>>;

/// Number of elements; throws when it overflows.
int64_t elementCount(const Shape &shape);
/// Row-major strides of a shape; throws when they overflow.
Shape rowMajorStrides(const Shape &shape);
/// Coordinates of row-major element `linear`.
void unravel(int64_t linear, const Shape &shape, int64_t *coords);

/// A map from loops to coordinates.
class IndexMap {
public:
  IndexMap() = default;
  /// Validates `exprs` over `loops` loops, with `shapes` the sizes that
  /// ExprOp::Dim names. `where` is for errors.
  IndexMap(const ExprList *exprs, uint32_t loops,
           const std::vector<Shape> &shapes, const std::string &where);

  /// The map of one expression.
  static IndexMap single(const bundle::Expr *expr, uint32_t loops,
                         const std::vector<Shape> &shapes,
                         const std::string &where);

  uint32_t results() const { return perDimension.size(); }
  /// Whether any result uses loop `loop`.
  bool dependsOn(uint32_t loop) const;
  /// The loop that result `r` just is, -1 if it is something else.
  int32_t loopOf(uint32_t r) const { return perDimension[r].loop; }
  /// Writes results() coordinates.
  void apply(const int64_t *loops, int64_t *coords) const;
  /// Row-major position in `shape` of the mapped point; throws when a
  /// coordinate is out of range.
  int64_t linear(const int64_t *loops, const Shape &shape,
                 const Shape &strides) const;

  /// Result r as base + sum of coefficients[l] * loop l; false if it is no such
  /// thing.
  bool linearForm(uint32_t result, int64_t &base, Shape &coefficients) const;

private:
  struct Node {
    bundle::ExprOp op;
    int64_t value;
    int32_t a, b;
  };
  struct Result {
    int32_t loop = -1; ///< the result is just this loop
    std::vector<Node> nodes;
  };
  void add(const bundle::Expr *expr, const std::vector<Shape> &shapes);
  int64_t evaluate(const Result &result, const int64_t *loops) const;

  std::vector<Result> perDimension;
  uint32_t loopCount = 0;
  std::string where;
};

/// Finds the loops from the coordinates of a map.
class InverseMap {
public:
  /// False when the coordinates do not determine digits of the loops.
  static bool build(const IndexMap &map, const Shape &loops, InverseMap &out);

  /// Whether a loop is found from the coordinates; the others keep 0 and are
  /// free. Loops of size 1 count as found.
  const std::vector<bool> &determined() const { return found; }
  /// Writes the determined loops; false when no point maps to `coords`.
  bool apply(const int64_t *coords, int64_t *loops) const;

private:
  struct Digit {
    uint32_t loop;
    int64_t factor;
  };
  struct Result {
    int64_t base;
    std::vector<Digit> digits; ///< largest factor first
  };
  std::vector<Result> results;
  Shape sizes;
  std::vector<bool> found;
};

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_INDEXMAP_H
