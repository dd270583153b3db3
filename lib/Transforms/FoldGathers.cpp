//===- FoldGathers.cpp - Gathers through constant tables ------------------===//
// A gather whose indices are constants and count through its source in order is
// a reshape, which forming sees through.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Geometry/Sizes.h"
#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

#include <numeric>

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_FOLDGATHERS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

/// Gathers of more elements are left alone: evaluating them takes longer than a
/// compiler should.
static constexpr int64_t kMaxElements = int64_t(1) << 20;

/// The elements of an integer constant that is not too long, or nothing.
static std::optional<SmallVector<int64_t>> getElements(Value value) {
  Attribute attr;
  auto type = dyn_cast<ShapedType>(value.getType());
  if (!type || !matchPattern(value, m_Constant(&attr)) ||
      (isa<DenseIntElementsAttr>(attr) && type.getNumElements() > kMaxElements))
    return std::nullopt;
  SmallVector<int64_t> elements;
  if (auto dense = dyn_cast<DenseIntElementsAttr>(attr)) {
    for (const APInt &element : dense.getValues<APInt>()) {
      std::optional<int64_t> number = element.trySExtValue();
      if (!number)
        return std::nullopt;
      elements.push_back(*number);
    }
    return elements;
  }
  auto fill = [&](auto resource) {
    if (!resource)
      return false;
    auto data = resource.tryGetAsArrayRef();
    if (data)
      elements.assign(data->begin(), data->end());
    return data.has_value();
  };
  if (fill(dyn_cast<DenseI64ResourceElementsAttr>(attr)) ||
      fill(dyn_cast<DenseI32ResourceElementsAttr>(attr)))
    return elements;
  return std::nullopt;
}

namespace {
/// The payload of one gather, evaluated element by element.
class Gather {
public:
  /// Nothing if `op` is not an elementwise generic that yields an element of
  /// another tensor, at a position that only tables and coordinates decide.
  static std::optional<Gather> match(linalg::GenericOp op);

  /// Empty if the positions count through the whole source in row-major order;
  /// else what does not fit.
  std::string getMisfit();

  tensor::ExtractOp extract;

private:
  struct Table {
    SmallVector<int64_t> elements;
    SmallVector<int64_t> strides; ///< in elements, one per loop
  };

  explicit Gather(linalg::GenericOp op) : op(op) {}
  bool readTables();
  bool isKnown(Value value);
  bool computesKnown(Operation *def);
  /// The constants at the loops' values; false if an operation does not fold.
  bool evaluate(ArrayRef<int64_t> loops);
  bool fold(Operation *inner);

  linalg::GenericOp op;
  llvm::MapVector<BlockArgument, Table> tables;
  llvm::DenseMap<Value, Attribute> values;
  /// What `isKnown` has found of the payload's operations.
  llvm::DenseMap<Operation *, bool> known;
};
} // namespace

std::optional<Gather> Gather::match(linalg::GenericOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumResults() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() ||
      !op.getIndexingMapsArray().back().isIdentity() ||
      ShapedType::isDynamicShape(op.getStaticLoopRanges()))
    return std::nullopt;
  Gather gather(op);
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  gather.extract = yield.getOperand(0).getDefiningOp<tensor::ExtractOp>();
  if (!gather.extract)
    return std::nullopt;
  Value source = gather.extract.getTensor();
  auto type = cast<RankedTensorType>(source.getType());
  if (source.getParentRegion() == &op.getRegion() || !type.hasStaticShape() ||
      !gather.readTables() ||
      !llvm::all_of(gather.extract.getIndices(),
                    [&](Value index) { return gather.isKnown(index); }))
    return std::nullopt;
  return gather;
}

bool Gather::readTables() {
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    std::optional<SmallVector<int64_t>> elements = getElements(input->get());
    // A resource may hold any number of bytes.
    if (!elements || !map.isProjectedPermutation() ||
        static_cast<int64_t>(elements->size()) !=
            cast<ShapedType>(input->get().getType()).getNumElements())
      continue;
    Table table{std::move(*elements), SmallVector<int64_t>(op.getNumLoops())};
    ArrayRef<int64_t> shape =
        cast<ShapedType>(input->get().getType()).getShape();
    int64_t stride = 1;
    for (int64_t dim = map.getNumResults() - 1; dim >= 0; --dim) {
      table.strides[map.getDimPosition(dim)] = stride;
      stride *= shape[dim];
    }
    tables[op.getMatchingBlockArgument(input)] = std::move(table);
  }
  return !tables.empty();
}

/// True if a value of the payload depends on tables and coordinates alone.
bool Gather::isKnown(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return tables.contains(argument);
  Operation *def = value.getDefiningOp();
  if (matchPattern(value, m_Constant()) || isa<linalg::IndexOp>(def))
    return true;
  if (auto it = known.find(def); it != known.end())
    return it->second;
  bool isKnownNow = computesKnown(def);
  return known[def] = isKnownNow;
}

/// True if an operation of the payload computes from known values.
bool Gather::computesKnown(Operation *def) {
  return def->getBlock() == op.getBody() && def->getNumRegions() == 0 &&
         isPure(def) && llvm::all_of(def->getOperands(), [&](Value operand) {
           return isKnown(operand);
         });
}

bool Gather::fold(Operation *inner) {
  // Folding may first put operands into another order.
  for (int attempt = 0; attempt < 2; ++attempt) {
    SmallVector<Attribute> operands;
    for (Value operand : inner->getOperands()) {
      Attribute known = values.lookup(operand);
      if (!known && !matchPattern(operand, m_Constant(&known)))
        return false;
      operands.push_back(known);
    }
    SmallVector<OpFoldResult> results;
    if (failed(inner->fold(operands, results)))
      return false;
    if (results.empty())
      continue;
    for (auto [result, folded] : llvm::zip(inner->getResults(), results)) {
      auto attr = dyn_cast<Attribute>(folded);
      if (!attr) {
        Value same = cast<Value>(folded);
        attr = values.lookup(same);
        if (!attr && !matchPattern(same, m_Constant(&attr)))
          return false;
      }
      values[result] = attr;
    }
    return true;
  }
  return false;
}

bool Gather::evaluate(ArrayRef<int64_t> loops) {
  MLIRContext *context = op.getContext();
  values.clear();
  for (auto &[argument, table] : tables) {
    int64_t at = 0;
    for (auto [loop, stride] : llvm::zip(loops, table.strides))
      at += loop * stride;
    values[argument] = IntegerAttr::get(argument.getType(), table.elements[at]);
  }
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (&inner == extract)
      break;
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      values[index] =
          IntegerAttr::get(IndexType::get(context), loops[index.getDim()]);
    else if (inner.getNumResults() == 1 && isKnown(inner.getResult(0)) &&
             !matchPattern(&inner, m_Constant()) && !fold(&inner))
      return false;
  }
  return true;
}

std::string Gather::getMisfit() {
  auto type = cast<RankedTensorType>(extract.getTensor().getType());
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  auto countElements = [](ArrayRef<int64_t> shape) {
    return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                           upweave::multiplySizes);
  };
  int64_t count = countElements(sizes), wanted = countElements(type.getShape());
  if (count != wanted)
    return llvm::formatv("it takes {0} elements of a tensor of {1}", count,
                         wanted);
  if (count > kMaxElements)
    return llvm::formatv("it has {0} elements, more than {1}", count,
                         kMaxElements);
  SmallVector<int64_t> loops(sizes.size());
  for (int64_t element = 0; element < count; ++element) {
    if (!evaluate(loops))
      return "its indices do not fold to constants";
    int64_t position = 0;
    for (auto [index, size] :
         llvm::zip(extract.getIndices(), type.getShape())) {
      Attribute known = values.lookup(index);
      if (!known && !matchPattern(index, m_Constant(&known)))
        return "its indices do not fold to constants";
      int64_t value = cast<IntegerAttr>(known).getInt();
      if (value < 0 || value >= size)
        return llvm::formatv("element {0} has the index {1} along a dimension "
                             "of {2}",
                             element, value, size);
      position = position * size + value;
    }
    if (position != element)
      return llvm::formatv("element {0} is number {1} of its source", element,
                           position);
    for (size_t dim = sizes.size(); dim-- > 0;) {
      if (++loops[dim] < sizes[dim])
        break;
      loops[dim] = 0;
    }
  }
  return "";
}

/// `source` with the shape of `type`: one reshape if there is one, or two
/// through one dimension.
static Value reshape(OpBuilder &b, Location loc, Value source,
                     RankedTensorType type) {
  auto from = cast<RankedTensorType>(source.getType());
  if (from == type)
    return source;
  if (auto groups = getReassociationIndicesForReshape(from, type)) {
    if (from.getRank() > type.getRank())
      return tensor::CollapseShapeOp::create(b, loc, type, source, *groups);
    return tensor::ExpandShapeOp::create(b, loc, type, source, *groups);
  }
  auto allOf = [](int64_t rank) -> SmallVector<ReassociationIndices> {
    if (rank == 0)
      return {};
    return {llvm::to_vector<2>(llvm::seq<int64_t>(0, rank))};
  };
  auto flat =
      RankedTensorType::get({from.getNumElements()}, from.getElementType());
  Value line = from.getRank() == 1
                   ? source
                   : tensor::CollapseShapeOp::create(b, loc, flat, source,
                                                     allOf(from.getRank()))
                         .getResult();
  if (type == flat)
    return line;
  return tensor::ExpandShapeOp::create(b, loc, type, line,
                                       allOf(type.getRank()));
}

namespace {
struct FoldGathersPass : upweave::impl::FoldGathersBase<FoldGathersPass> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) { ops.push_back(op); });
    for (linalg::GenericOp op : ops)
      fold(op);
  }

private:
  void fold(linalg::GenericOp op) {
    std::optional<Gather> gather = Gather::match(op);
    if (!gather)
      return;
    auto options = [](StringRef id) {
      return remark::RemarkOpts::name(id).category("upweave-form");
    };
    std::string misfit = gather->getMisfit();
    if (!misfit.empty()) {
      ++numMissed;
      remark::missed(op.getLoc(), options("gather-not-folded"))
          << remark::add("a gather through constant tables is no reshape")
          << remark::reason("{0}", misfit)
          << remark::suggest("index with reshapes and slices instead");
      return;
    }
    OpBuilder builder(op);
    op->getResult(0).replaceAllUsesWith(
        reshape(builder, op.getLoc(), gather->extract.getTensor(),
                cast<RankedTensorType>(op.getResult(0).getType())));
    remark::passed(op.getLoc(), options("gather-folded"))
        << remark::add("a gather through constant tables is a reshape");
    op.erase();
    ++numFolded;
  }
};
} // namespace
