//===- ConvTransposeFacts.cpp - Contractions that are convolutions --------===//
// Composes the views before and after a contraction, and turns the roles of
// their dims into a geometry.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Analysis/ConvTransposeFacts.h"

#include "AxisRoles.h"

#include "Upweave/Geometry/Sizes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace upweave {

//===----------------------------------------------------------------------===//
// Views over the loops of a root
//===----------------------------------------------------------------------===//

/// The contraction's result and its pure views: each has the one before as its
/// only use.
static SmallVector<Value> getRoots(Contraction &contraction) {
  SmallVector<Value> roots{contraction.getResult()};
  while (roots.back().hasOneUse()) {
    Operation *user = *roots.back().user_begin();
    if (user->getNumResults() != 1 ||
        user->getBlock() != contraction.op->getBlock() ||
        !isa<RankedTensorType>(user->getResult(0).getType()))
      break;
    FailureOr<ElementView> view =
        stepThroughProducer(ElementView::getIdentity(user->getResult(0)));
    if (failed(view) || view->isGuarded() || view->source != roots.back())
      break;
    roots.push_back(user->getResult(0));
  }
  return roots;
}

/// The loops of the contraction over those of `root`: the root's dims, then the
/// reduction loops, whose extents are added to `extents`.
static std::optional<SmallVector<IndexExpr>>
getIteration(Contraction &contraction, Value root,
             SmallVectorImpl<int64_t> &extents) {
  ElementView view = ElementView::getIdentity(root);
  while (view.source != contraction.getResult()) {
    FailureOr<ElementView> next = stepThroughProducer(view);
    if (failed(next) || next->isConstant())
      return std::nullopt;
    view = *next;
  }
  auto indices = getIterationIndices(view, contraction.op,
                                     cast<OpResult>(contraction.getResult()));
  if (!indices)
    return std::nullopt;
  extents.assign(view.extents.begin(), view.extents.end());
  SmallVector<int64_t> ranges = contraction.op.getStaticLoopRanges();
  SmallVector<IndexExpr> iteration;
  for (auto [loop, index] : llvm::enumerate(*indices)) {
    if (!index) {
      index = IndexExpr::getLoop(extents.size());
      extents.push_back(ranges[loop]);
    }
    iteration.push_back(*index);
  }
  return iteration;
}

/// The sources that a factor may be taken from, the farthest first. Nearer ones
/// count as long as they see the same gaps: a stuffed tensor is not a source.
static std::vector<ElementView> getSources(Contraction &contraction,
                                           const ContractionFactor &factor,
                                           ArrayRef<IndexExpr> iteration,
                                           ArrayRef<int64_t> extents) {
  std::optional<ElementView> view = getLinalgOperandView(
      extents, factor.operand->get(),
      contraction.op.getMatchingIndexingMap(factor.operand), iteration);
  if (!view)
    return {};
  std::vector<ElementView> views = stepToFarthest(*view);
  std::reverse(views.begin(), views.end());
  size_t numGuards = views.front().guards.size();
  while (views.back().guards.size() != numGuards)
    views.pop_back();
  return views;
}

/// A guard's fill must be zero for the gaps to add nothing.
static bool hasZeroFill(const ElementView &view, StringRef name,
                        ConvTransposeMismatch &mismatch) {
  if (!view.isGuarded() || isZeroOfAnySign(view.fill))
    return true;
  std::string fill;
  llvm::raw_string_ostream(fill) << view.fill;
  mismatch = {"non-zero-fill", "the gaps of the " + name.str() + " hold " +
                                   fill +
                                   ", not 0: they would have to be zeros"};
  return false;
}

//===----------------------------------------------------------------------===//
// From roles to dims
//===----------------------------------------------------------------------===//

namespace {

/// The dims of one tensor, grouped by role.
struct GroupedDims {
  DimGroups groups;
  /// Where the group of each role is.
  SmallVector<int64_t> positions;
};

} // namespace

/// Gives roles that no dim has to dims of size 1 that have none.
static void fillRoles(SmallVectorImpl<Role> &roles, int64_t numRoles) {
  for (Role role = 0; role < numRoles; ++role) {
    if (llvm::is_contained(roles, role))
      continue;
    Role *unused = llvm::find(roles, kNoRole);
    if (unused == roles.end())
      return;
    *unused = role;
  }
}

/// Groups the dims of `tensor` by role. Dims of size 1 without one join their
/// neighbours.
static std::optional<GroupedDims> groupDims(SmallVector<Role> roles,
                                            int64_t numRoles, Value tensor,
                                            ConvTransposeMismatch &mismatch) {
  ArrayRef<int64_t> shape = cast<ShapedType>(tensor.getType()).getShape();
  for (auto [dim, role] : llvm::enumerate(roles))
    if (role == kNoRole && shape[dim] != 1) {
      mismatch = {"not-a-transposed-conv",
                  llvm::formatv("of dim {0} of {1}, only part is used", dim,
                                tensor.getType())};
      return std::nullopt;
    }
  fillRoles(roles, numRoles);
  GroupedDims grouped;
  grouped.positions.assign(numRoles, -1);
  SmallVector<int64_t, 2> leading;
  Role current = kNoRole;
  for (auto [dim, role] : llvm::enumerate(roles)) {
    if (role == kNoRole || role == current) {
      (grouped.groups.empty() ? leading : grouped.groups.back()).push_back(dim);
      continue;
    }
    if (grouped.positions[role] >= 0) {
      mismatch = {"not-a-transposed-conv",
                  llvm::formatv("dims of {0} that make one axis are not next "
                                "to each other: dim {1}",
                                tensor.getType(), dim)};
      return std::nullopt;
    }
    current = role;
    grouped.positions[role] = grouped.groups.size();
    grouped.groups.push_back(
        grouped.groups.empty() ? leading : SmallVector<int64_t, 2>());
    grouped.groups.back().push_back(dim);
  }
  for (int64_t &position : grouped.positions)
    if (position < 0) {
      position = grouped.groups.size();
      grouped.groups.emplace_back();
    }
  return grouped;
}

/// The order of the spatial axes is the root's.
static ConvTransposeGeometry makeGeometry(const AxisRoles &roles,
                                          const GroupedDims &input,
                                          const GroupedDims &filter,
                                          const GroupedDims &result) {
  int64_t numAxes = roles.axes.size();
  ConvTransposeGeometry geometry = ConvTransposeGeometry::getDefault(numAxes);
  geometry.groups = roles.groups;
  geometry.filterGroups = roles.filterGroups;
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, numAxes));
  llvm::sort(order, [&](int64_t a, int64_t b) {
    return result.positions[kFirstSpatialRole + a] <
           result.positions[kFirstSpatialRole + b];
  });
  geometry.inputDims.batch = input.positions[kFirstRole];
  geometry.inputDims.channel = input.positions[kSecondRole];
  geometry.filterDims.in = filter.positions[kFirstRole];
  geometry.filterDims.out = filter.positions[kSecondRole];
  geometry.resultDims.batch = result.positions[kFirstRole];
  geometry.resultDims.channel = result.positions[kSecondRole];
  for (auto [axis, from] : llvm::enumerate(order)) {
    geometry.setAxis(axis, roles.axes[from]);
    Role role = kFirstSpatialRole + from;
    geometry.inputDims.spatial[axis] = input.positions[role];
    geometry.filterDims.spatial[axis] = filter.positions[role];
    geometry.resultDims.spatial[axis] = result.positions[role];
  }
  return geometry;
}

/// The shape of `tensor` with its dims grouped.
static SmallVector<int64_t> getGroupedShape(Value tensor,
                                            const DimGroups &groups) {
  SmallVector<int64_t> shape;
  for (const auto &group : groups) {
    int64_t size = 1;
    for (int64_t dim : group)
      size = multiplySizes(size,
                           cast<ShapedType>(tensor.getType()).getDimSize(dim));
    shape.push_back(size);
  }
  return shape;
}

/// A matmul is no convolution, whatever its spelling: some axis must have a
/// filter of more than one position or a stride, if the operation is not named
/// a convolution.
static bool isConvolution(Contraction &contraction, const AxisRoles &roles,
                          ArrayRef<int64_t> filterShape,
                          const ConvTransposeGeometry &geometry) {
  if (roles.axes.empty())
    return false;
  if (isa<linalg::ConvolutionOpInterface>(contraction.op.getOperation()))
    return true;
  for (int64_t axis = 0; axis < geometry.getNumSpatialAxes(); ++axis)
    if (geometry.strides[axis] > 1 ||
        filterShape[geometry.filterDims.spatial[axis]] > 1)
      return true;
  return false;
}

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// The facts for one choice of root and sources.
static std::optional<ConvTransposeFacts>
analyzeCandidate(Contraction &contraction, const ContractionViews &views,
                 ConvTransposeMismatch &mismatch) {
  if (!hasZeroFill(views.input, "input", mismatch) ||
      !hasZeroFill(views.filter, "filter", mismatch))
    return std::nullopt;
  std::optional<AxisRoles> roles = findAxisRoles(views, mismatch);
  if (!roles)
    return std::nullopt;
  int64_t numRoles = kFirstSpatialRole + roles->axes.size();
  auto result =
      groupDims(roles->roles[kResult], numRoles, views.root, mismatch);
  auto input =
      groupDims(roles->roles[kInput], numRoles, views.input.source, mismatch);
  auto filter =
      groupDims(roles->roles[kFilter], numRoles, views.filter.source, mismatch);
  if (!result || !input || !filter)
    return std::nullopt;
  ConvTransposeFacts facts;
  facts.contraction = contraction;
  facts.root = views.root;
  facts.input = views.input.source;
  facts.filter = views.filter.source;
  facts.inputGroups = input->groups;
  facts.filterGroups = filter->groups;
  facts.resultGroups = result->groups;
  facts.geometry = makeGeometry(*roles, *input, *filter, *result);
  SmallVector<int64_t> filterShape =
      getGroupedShape(facts.filter, facts.filterGroups);
  if (!isConvolution(contraction, *roles, filterShape, facts.geometry)) {
    mismatch = {"no-spatial-axis", "no axis has a stride or a filter of more "
                                   "than one position"};
    return std::nullopt;
  }
  if (std::optional<std::string> error = facts.geometry.verifyShapes(
          getGroupedShape(facts.input, facts.inputGroups), filterShape,
          getGroupedShape(facts.root, facts.resultGroups))) {
    mismatch = {"not-a-transposed-conv", *error};
    return std::nullopt;
  }
  return facts;
}

/// Tries the sources for one root, the farthest first.
static std::optional<ConvTransposeFacts>
analyzeRoot(Contraction &contraction, Value root,
            ConvTransposeMismatch &mismatch) {
  SmallVector<int64_t> extents;
  auto iteration = getIteration(contraction, root, extents);
  if (!iteration) {
    mismatch = {"not-a-transposed-conv", "the result's indexing map is no "
                                         "projected permutation"};
    return std::nullopt;
  }
  std::vector<ElementView> inputs =
      getSources(contraction, contraction.input, *iteration, extents);
  std::vector<ElementView> filters =
      getSources(contraction, contraction.filter, *iteration, extents);
  // The reason that holds for the farthest sources is the one to tell.
  ConvTransposeMismatch other, *reason = &mismatch;
  for (const ElementView &input : inputs)
    for (const ElementView &filter : filters) {
      if (std::optional<ConvTransposeFacts> facts =
              analyzeCandidate(contraction, {root, input, filter}, *reason))
        return facts;
      reason = &other;
    }
  return std::nullopt;
}

std::optional<ConvTransposeFacts>
analyzeConvTranspose(Contraction contraction, ConvTransposeMismatch &mismatch) {
  SmallVector<Value> roots = getRoots(contraction);
  for (Value root : llvm::reverse(roots)) {
    std::optional<ConvTransposeFacts> facts =
        analyzeRoot(contraction, root, mismatch);
    if (!facts)
      continue;
    for (Value view = root; view != contraction.getResult();) {
      Operation *op = view.getDefiningOp();
      facts->outputViews.insert(facts->outputViews.begin(), op);
      view = *llvm::find_if(op->getOperands(), [&](Value operand) {
        return stepThroughProducer(ElementView::getIdentity(view))->source ==
               operand;
      });
    }
    facts->addsInit = !isZeroOfAnySign(getSplatValue(contraction.getInit()));
    return facts;
  }
  return std::nullopt;
}

} // namespace upweave
