//===- RowNest.cpp - The loops of a block over stored rows ----------------===//
// Orders a block's dimensions by the producer's strides and merges those that
// every operand walks as one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/RowNest.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace upweave;

static_assert(kDynamicSize == ShapedType::kDynamic,
              "sizes are passed between the two without conversion");

/// a * b, dynamic if either is, but 0 if either is 0.
static int64_t multiply(int64_t a, int64_t b) {
  if (a == 0 || b == 0)
    return 0;
  if (ShapedType::isDynamic(a) || ShapedType::isDynamic(b))
    return kDynamicSize;
  return a * b;
}

int64_t RowNest::getRowLength() const {
  int64_t length = 1;
  for (unsigned i = numParallel; i < loops.size(); ++i)
    length = multiply(length, loops[i].size);
  return length;
}

int64_t RowNest::getNumRows() const {
  int64_t rows = 1;
  for (unsigned i = 0; i < numParallel; ++i)
    rows = multiply(rows, loops[i].size);
  return rows;
}

std::optional<unsigned> RowNest::getFastLoop() const {
  if (loops.empty())
    return std::nullopt;
  return alongRow ? loops.size() - 1 : numParallel - 1;
}

int64_t RowNest::getVector(const NestOperand &operand) const {
  constexpr int64_t kAccessBits = 128;
  std::optional<unsigned> fast = getFastLoop();
  // Elements below a byte are not packed in memory as vectors of them are.
  if (!fast || operand.isScalar || operand.elementBits < 8 ||
      operand.steps[*fast] != 1)
    return 1;
  auto divides = [](int64_t vector, int64_t step) {
    return !ShapedType::isDynamic(step) && step % vector == 0;
  };
  int64_t vector = kAccessBits / operand.elementBits;
  for (; vector > 1; vector /= 2) {
    bool fits =
        divides(vector, loops[*fast].size) && divides(vector, operand.offset);
    for (auto [loop, step] : llvm::enumerate(operand.steps))
      fits &= loop == *fast || divides(vector, step);
    if (fits)
      break;
  }
  return std::max<int64_t>(vector, 1);
}

int64_t upweave::getDimFactor(AffineExpr expr, unsigned dim) {
  if (auto dimExpr = dyn_cast<AffineDimExpr>(expr))
    return dimExpr.getPosition() == dim;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return 0;
  if (binary.getKind() == AffineExprKind::Add)
    return getDimFactor(binary.getLHS(), dim) +
           getDimFactor(binary.getRHS(), dim);
  if (auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS()))
    return getDimFactor(binary.getLHS(), dim) * factor.getValue();
  return 0;
}

/// Row-major strides of `shape`; those outside of a dynamic size are dynamic.
static SmallVector<int64_t> getDefaultStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = static_cast<int64_t>(shape.size()) - 2; i >= 0; --i)
    strides[i] = multiply(strides[i + 1], shape[i + 1]);
  return strides;
}

static NestOperand makeOperand(BlockOp block, Type type, AffineMap map) {
  NestOperand operand;
  Type element = getElementTypeOrSelf(type);
  operand.elementBits =
      element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  auto shaped = dyn_cast<ShapedType>(type);
  operand.isScalar = !shaped;
  operand.domainSteps.assign(block.getNumDims(), 0);
  if (!shaped)
    return operand;
  SmallVector<int64_t> strides;
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref) {
    strides = getDefaultStrides(shaped.getShape());
  } else if (failed(memref.getStridesAndOffset(strides, operand.offset))) {
    strides.assign(memref.getRank(), kDynamicSize);
    operand.offset = kDynamicSize;
  }
  for (unsigned dim = 0; dim < block.getNumDims(); ++dim)
    for (auto [expr, stride] : llvm::zip(map.getResults(), strides)) {
      int64_t step = multiply(stride, getDimFactor(expr, dim));
      int64_t &sum = operand.domainSteps[dim];
      bool dynamic = ShapedType::isDynamic(sum) || ShapedType::isDynamic(step);
      sum = dynamic ? kDynamicSize : sum + step;
    }
  return operand;
}

/// The domain's dimensions of a kind that have more than one point, sorted
/// by falling step of the producer; a step known at launch only is taken to
/// be large.
static SmallVector<unsigned> getOrder(BlockOp block, const NestOperand &main,
                                      function_ref<bool(unsigned)> isOfKind) {
  SmallVector<unsigned> order;
  for (unsigned dim = 0; dim < block.getNumDims(); ++dim)
    if (isOfKind(dim) && block.getDomain()[dim] != 1)
      order.push_back(dim);
  auto step = [&](unsigned dim) {
    int64_t value = main.domainSteps[dim];
    return ShapedType::isDynamic(value) ? std::numeric_limits<int64_t>::max()
                                        : value;
  };
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(step(b), a) < std::pair(step(a), b);
  });
  return order;
}

namespace {
/// Appends the loops of one kind, merging neighbours where every operand's
/// step over the outer one is its step over all of the inner one.
class LoopMerger {
public:
  LoopMerger(BlockOp block, RowNest &nest) : block(block), nest(nest) {
    operands.push_back(&nest.producer);
    for (NestOperand &param : nest.params)
      operands.push_back(&param);
    for (NestOperand &out : nest.outs)
      operands.push_back(&out);
  }

  void append(ArrayRef<unsigned> order) {
    for (auto [i, dim] : llvm::enumerate(order)) {
      int64_t size = block.getDomain()[dim];
      if (i > 0 && canMerge(order[i - 1], dim)) {
        NestDim &loop = nest.loops.back();
        loop.size = multiply(loop.size, size);
        loop.members.push_back(dim);
        loop.memberSizes.push_back(size);
        for (NestOperand *operand : operands)
          operand->steps.back() = operand->domainSteps[dim];
        continue;
      }
      nest.loops.push_back({size, {dim}, {size}});
      for (NestOperand *operand : operands)
        operand->steps.push_back(operand->domainSteps[dim]);
    }
  }

private:
  bool canMerge(unsigned outer, unsigned inner) {
    int64_t size = block.getDomain()[inner];
    return !ShapedType::isDynamic(size) &&
           llvm::all_of(operands, [&](NestOperand *operand) {
             int64_t step = operand->domainSteps[outer];
             return !ShapedType::isDynamic(step) &&
                    step == multiply(operand->domainSteps[inner], size);
           });
  }

  BlockOp block;
  RowNest &nest;
  SmallVector<NestOperand *> operands;
};
} // namespace

RowNest upweave::buildRowNest(BlockOp block, bool keepRows) {
  RowNest nest;
  Type producerType = block.getInputs().front().getType();
  if (block.isConv())
    producerType = RankedTensorType::get(block.getProducerShape(),
                                         block.getProducerArg().getType());
  nest.producer = makeOperand(block, producerType, block.getProducerMap());
  for (auto [i, param] : llvm::enumerate(block.getParams()))
    nest.params.push_back(
        makeOperand(block, param.getType(), block.getParamMap(i)));
  for (auto [i, out] : llvm::enumerate(block.getOuts()))
    nest.outs.push_back(makeOperand(block, out.getType(), block.getOutMap(i)));

  LoopMerger merger(block, nest);
  auto isRow = [&](unsigned dim) { return keepRows && block.isRowDim(dim); };
  merger.append(getOrder(block, nest.producer,
                         [&](unsigned dim) { return !isRow(dim); }));
  nest.numParallel = nest.loops.size();
  merger.append(getOrder(block, nest.producer, isRow));
  if (nest.loops.size() > nest.numParallel) {
    int64_t rowStep = nest.producer.steps.back();
    nest.alongRow = nest.numParallel == 0 || rowStep == 1 ||
                    nest.producer.steps[nest.numParallel - 1] != 1;
  }
  return nest;
}

/// The domain's dimensions that `expr` is made of, the outermost first.
static SmallVector<unsigned, 4> getMembers(BlockOp block, AffineExpr expr) {
  SmallVector<unsigned, 4> members;
  for (unsigned dim = 0; dim < block.getNumDims(); ++dim)
    if (block.getDomain()[dim] != 1 && getDimFactor(expr, dim) != 0)
      members.push_back(dim);
  llvm::sort(members, [&](unsigned a, unsigned b) {
    return getDimFactor(expr, a) > getDimFactor(expr, b);
  });
  return members;
}

/// True if `operand` steps over `outer` as over all of `inner`.
static bool walksAsOne(const NestOperand &operand, unsigned outer,
                       unsigned inner, int64_t innerSize) {
  int64_t step = operand.domainSteps[outer];
  return !ShapedType::isDynamic(step) &&
         step == multiply(operand.domainSteps[inner], innerSize);
}

llvm::Expected<RowNest> upweave::buildConvNest(BlockOp block) {
  RowNest nest;
  const ConvTransposeGeometry &geometry = block.getGeometryAttr().getGeometry();
  SmallVector<int64_t> shape = block.getProducerShape();
  auto type = RankedTensorType::get(shape, block.getProducerArg().getType());
  nest.producer = makeOperand(block, type, block.getProducerMap());
  for (auto [i, param] : llvm::enumerate(block.getParams()))
    nest.params.push_back(
        makeOperand(block, param.getType(), block.getParamMap(i)));
  for (auto [i, out] : llvm::enumerate(block.getOuts()))
    nest.outs.push_back(makeOperand(block, out.getType(), block.getOutMap(i)));
  SmallVector<NestOperand *> operands{&nest.producer};
  for (NestOperand &param : nest.params)
    operands.push_back(&param);
  for (NestOperand &out : nest.outs)
    operands.push_back(&out);

  SmallVector<int64_t> order{geometry.resultDims.batch,
                             geometry.resultDims.channel};
  llvm::append_range(order, geometry.resultDims.spatial);
  for (int64_t dim : order) {
    NestDim loop;
    loop.size = shape[dim];
    loop.members = getMembers(block, block.getProducerMap().getResult(dim));
    for (unsigned member : loop.members)
      loop.memberSizes.push_back(block.getDomain()[member]);
    for (size_t i = 1; i < loop.members.size(); ++i)
      for (NestOperand *operand : operands)
        if (!walksAsOne(*operand, loop.members[i - 1], loop.members[i],
                        loop.memberSizes[i]))
          return llvm::createStringError("an operand splits dimension " +
                                         Twine(dim) +
                                         " of the convolution's result");
    for (NestOperand *operand : operands)
      operand->steps.push_back(
          loop.members.empty() ? 0 : operand->domainSteps[loop.members.back()]);
    nest.loops.push_back(loop);
  }
  nest.numParallel = nest.loops.size() - 1;
  nest.alongRow = true;
  return nest;
}
