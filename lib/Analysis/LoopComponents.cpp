//===- LoopComponents.cpp - Independent parts of a contraction ------------===//
// Finds and enumerates them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "LoopComponents.h"

#include "Upweave/Geometry/Sizes.h"

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace upweave {

static ArrayRef<int64_t> getShape(const ContractionViews &views,
                                  TensorIndex tensor) {
  Value value = tensor == kResult  ? views.root
                : tensor == kInput ? views.input.source
                                   : views.filter.source;
  return cast<ShapedType>(value.getType()).getShape();
}

static const ElementView &getView(const ContractionViews &views,
                                  TensorIndex tensor) {
  return tensor == kInput ? views.input : views.filter;
}

/// The loops that `expr` depends on; those of one step only if there are no
/// others, so that they tie nothing together.
static llvm::SmallBitVector getLoops(const IndexExpr &expr,
                                     ArrayRef<int64_t> extents) {
  llvm::SmallBitVector all(extents.size());
  expr.collectLoops(all);
  llvm::SmallBitVector longer = all;
  for (unsigned loop : all.set_bits())
    if (extents[loop] == 1)
      longer.reset(loop);
  return longer.any() ? longer : all;
}

//===----------------------------------------------------------------------===//
// Components
//===----------------------------------------------------------------------===//

namespace {

/// Joins loops and dims. Nodes are loops, then the input's dims, then the
/// filter's; a result's dim is its loop.
class ComponentBuilder {
public:
  explicit ComponentBuilder(const ContractionViews &views) : views(views) {
    firstDim[kResult] = 0;
    firstDim[kInput] = views.input.extents.size();
    firstDim[kFilter] = firstDim[kInput] + views.input.coords.size();
  }

  SmallVector<LoopComponent, 0> build();

private:
  void join(const llvm::SmallBitVector &loops, std::optional<int64_t> node);
  void addNode(LoopComponent &component, int64_t node) const;

  const ContractionViews &views;
  std::array<int64_t, 3> firstDim;
  llvm::EquivalenceClasses<int64_t> classes;
};

} // namespace

void ComponentBuilder::join(const llvm::SmallBitVector &loops,
                            std::optional<int64_t> node) {
  std::optional<int64_t> previous = node;
  for (unsigned loop : loops.set_bits()) {
    if (previous)
      classes.unionSets(*previous, loop);
    previous = loop;
  }
}

void ComponentBuilder::addNode(LoopComponent &component, int64_t node) const {
  ArrayRef<int64_t> extents = views.input.extents;
  if (node >= firstDim[kFilter]) {
    component.dims[kFilter].push_back(node - firstDim[kFilter]);
  } else if (node >= firstDim[kInput]) {
    component.dims[kInput].push_back(node - firstDim[kInput]);
  } else {
    component.loops.push_back(node);
    if (node < views.getNumResultDims())
      component.dims[kResult].push_back(node);
    else
      component.reduces |= extents[node] != 1;
  }
}

SmallVector<LoopComponent, 0> ComponentBuilder::build() {
  ArrayRef<int64_t> extents = views.input.extents;
  for (size_t loop = 0; loop < extents.size(); ++loop)
    classes.insert(loop);
  for (TensorIndex tensor : {kInput, kFilter}) {
    const ElementView &view = getView(views, tensor);
    for (auto [dim, coord] : llvm::enumerate(view.coords))
      join(getLoops(coord, extents), firstDim[tensor] + dim);
    for (const Guard &guard : view.guards)
      join(getLoops(guard.expr, extents), std::nullopt);
  }
  SmallVector<LoopComponent, 0> components;
  for (const auto *leader : classes) {
    if (!leader->isLeader())
      continue;
    SmallVector<int64_t> nodes(classes.member_begin(*leader),
                               classes.member_end());
    llvm::sort(nodes);
    LoopComponent component;
    for (int64_t node : nodes)
      addNode(component, node);
    components.push_back(component);
  }
  llvm::sort(components, [](const LoopComponent &a, const LoopComponent &b) {
    return a.loops.front() < b.loops.front();
  });
  return components;
}

SmallVector<LoopComponent, 0> getLoopComponents(const ContractionViews &views) {
  return ComponentBuilder(views).build();
}

//===----------------------------------------------------------------------===//
// Enumeration
//===----------------------------------------------------------------------===//

ComponentSpace::ComponentSpace(const ContractionViews &views,
                               const LoopComponent &component)
    : views(views), component(component) {
  ArrayRef<int64_t> extents = views.input.extents;
  for (TensorIndex tensor : {kResult, kInput, kFilter}) {
    ArrayRef<int64_t> shape = getShape(views, tensor);
    strides[tensor].resize(component.dims[tensor].size());
    for (int64_t i = strides[tensor].size() - 1; i >= 0; --i) {
      strides[tensor][i] = sizes[tensor];
      int64_t size = shape[component.dims[tensor][i]];
      dynamic |= ShapedType::isDynamic(size);
      sizes[tensor] = multiplySizes(sizes[tensor], std::max<int64_t>(size, 1));
    }
  }
  int64_t iterations = 1;
  for (int64_t loop : component.loops)
    if (ShapedType::isDynamic(extents[loop]))
      dynamic = true;
    else
      iterations = multiplySizes(iterations, extents[loop]);
  bool isLarge =
      iterations > kMaxIterations || llvm::is_contained(sizes, kHugeSize);
  wanted = iterations;
  numIterations = dynamic || isLarge ? -1 : iterations;
  for (TensorIndex tensor : {kInput, kFilter})
    for (const Guard &guard : getView(views, tensor).guards) {
      llvm::SmallBitVector loops = getLoops(guard.expr, extents);
      if (llvm::any_of(component.loops,
                       [&](int64_t loop) { return loops[loop]; }))
        guards.push_back(guard);
    }
}

std::optional<int64_t>
ComponentSpace::getPosition(TensorIndex tensor, ArrayRef<int64_t> loops) const {
  ArrayRef<int64_t> shape = getShape(views, tensor);
  int64_t position = 0;
  for (auto [dim, stride] :
       llvm::zip_equal(component.dims[tensor], strides[tensor])) {
    int64_t index = tensor == kResult
                        ? loops[dim]
                        : getView(views, tensor).coords[dim].evaluate(loops);
    if (index < 0 || index >= shape[dim])
      return std::nullopt;
    position += stride * index;
  }
  return position;
}

bool ComponentSpace::guardsHold(ArrayRef<int64_t> loops) const {
  return llvm::all_of(guards,
                      [&](const Guard &guard) { return guard.holds(loops); });
}

bool ComponentSpace::enumerate(
    llvm::function_ref<bool(const std::array<int64_t, 3> &)> visit) const {
  ArrayRef<int64_t> extents = views.input.extents;
  SmallVector<int64_t> loops(extents.size(), 0);
  std::array<int64_t, 3> positions;
  for (int64_t count = 0; count < numIterations; ++count) {
    if (guardsHold(loops)) {
      for (TensorIndex tensor : {kResult, kInput, kFilter}) {
        std::optional<int64_t> position = getPosition(tensor, loops);
        if (!position)
          return false;
        positions[tensor] = *position;
      }
      if (!visit(positions))
        return false;
    }
    for (int64_t loop : llvm::reverse(component.loops)) {
      if (++loops[loop] < extents[loop])
        break;
      loops[loop] = 0;
    }
  }
  return true;
}

} // namespace upweave
