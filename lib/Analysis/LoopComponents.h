//===- LoopComponents.h - Independent parts of a contraction ----*- C++ -*-===//
// Loops and dims that depend on each other form a component; each is enumerated
// on its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_ANALYSIS_LOOPCOMPONENTS_H
#define UPWEAVE_LIB_ANALYSIS_LOOPCOMPONENTS_H

#include "ContractionViews.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <array>

namespace upweave {

/// Loops and dims (by tensor, sorted) that depend on each other and on no
/// others.
struct LoopComponent {
  llvm::SmallVector<int64_t> loops;
  std::array<llvm::SmallVector<int64_t>, 3> dims;
  /// One of the loops is a reduction of more than one step.
  bool reduces = false;

  bool has(TensorIndex tensor) const { return !dims[tensor].empty(); }
};

/// The components of `views`, by their first result dim; those without one come
/// last. Dims of size 1 that no loop reaches are in none.
llvm::SmallVector<LoopComponent, 0>
getLoopComponents(const ContractionViews &views);

/// Larger components are not enumerated: this many take about half a second.
constexpr int64_t kMaxIterations = int64_t(1) << 22;

/// One component, or several taken as one, to be enumerated. Positions are
/// linear indices of the component's dims of a tensor, in their order.
class ComponentSpace {
public:
  ComponentSpace(const ContractionViews &views, const LoopComponent &component);

  /// True if the loops are static, and not too many to enumerate.
  bool isEnumerable() const { return numIterations >= 0; }
  bool isDynamic() const { return dynamic; }
  int64_t getNumIterations() const { return numIterations; }
  /// How many there would be if they were not too many, or kHugeSize.
  int64_t getNumWanted() const { return wanted; }

  /// The conditions under which there is a product.
  llvm::ArrayRef<Guard> getGuards() const { return guards; }

  /// How many positions the component has in a tensor.
  int64_t getSize(TensorIndex tensor) const { return sizes[tensor]; }

  /// Calls `visit` with the position in each of the three tensors for all
  /// iterations where the guards hold, until it returns false. Returns whether
  /// it never did, and no position lay outside of its tensor (which nothing has
  /// verified).
  bool enumerate(
      llvm::function_ref<bool(const std::array<int64_t, 3> &)> visit) const;

private:
  std::optional<int64_t> getPosition(TensorIndex tensor,
                                     llvm::ArrayRef<int64_t> loops) const;
  bool guardsHold(llvm::ArrayRef<int64_t> loops) const;

  const ContractionViews &views;
  LoopComponent component;
  llvm::SmallVector<Guard> guards;
  std::array<llvm::SmallVector<int64_t>, 3> strides;
  std::array<int64_t, 3> sizes{1, 1, 1};
  int64_t numIterations = 1;
  int64_t wanted = 1;
  bool dynamic = false;
};

} // namespace upweave

#endif // UPWEAVE_LIB_ANALYSIS_LOOPCOMPONENTS_H
