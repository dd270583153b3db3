//===- TileOperands.cpp - Operands and results of a row tile --------------===//
// Coordinates and addresses of a tile's elements, and the loads from them.
// The stores are in ResultStore.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/TileOperands.h"

#include "Emission/KernelMath.h"
#include "Launch/PassScalar.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace upweave;

static constexpr DimSet kRows = getDimSet(kTileRowDim);
static constexpr DimSet kElements = getDimSet(kTileElementDim);

//===----------------------------------------------------------------------===//
// FlatOperand
//===----------------------------------------------------------------------===//

FailureOr<FlatOperand> FlatOperand::pass(LaunchBuilder &launch, BlockOp block,
                                         Value operand, AffineMap map,
                                         const RowNest &nest,
                                         const NestOperand &facts,
                                         Access access) {
  FlatOperand flat;
  flat.facts = &facts;
  OpBuilder &b = launch.body();
  Location loc = operand.getLoc();
  auto type = dyn_cast<MemRefType>(operand.getType());
  if (!type) {
    FailureOr<Value> scalar = passScalar(operand, block, launch);
    if (failed(scalar))
      return failure();
    flat.buffer = *scalar;
    flat.offset = b.getIndexAttr(0);
    flat.steps.assign(nest.getNumLoops(), b.getIndexAttr(0));
    return flat;
  }
  FailureOr<Value> view = launch.addBuffer(operand, access);
  if (failed(view))
    return failure();
  Value base = *view;
  SmallVector<OpFoldResult> strides;
  flat.offset = b.getIndexAttr(0);
  if (auto cast = base.getDefiningOp<memref::ReinterpretCastOp>()) {
    base = cast.getSource();
    strides = cast.getMixedStrides();
    flat.offset = cast.getMixedOffsets().front();
  }
  // The view's shape says nothing that the nest does not know better: all
  // addresses are counted in elements from the base pointer.
  Value size = arith::ConstantIndexOp::create(
      b, loc, std::numeric_limits<int64_t>::max());
  flat.buffer = memref::ReinterpretCastOp::create(
      b, loc, MemRefType::get({ShapedType::kDynamic}, type.getElementType()),
      base, OpFoldResult(b.getIndexAttr(0)), ArrayRef<OpFoldResult>{size},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  for (unsigned loop = 0; loop < nest.getNumLoops(); ++loop) {
    int64_t step = facts.steps[loop];
    if (!ShapedType::isDynamic(step)) {
      flat.steps.push_back(b.getIndexAttr(step));
      continue;
    }
    unsigned dim = nest.loops[loop].members.back();
    Value sum;
    for (auto [expr, stride] : llvm::zip(map.getResults(), strides)) {
      int64_t factor = getDimFactor(expr, dim);
      if (factor == 0)
        continue;
      Value product =
          IndexMath(b, loc).mul(IndexMath(b, loc).toValue(stride), factor);
      sum = IndexMath(b, loc).add(sum, product);
    }
    flat.steps.push_back(sum);
  }
  flat.vector = nest.getVector(facts);
  return flat;
}

//===----------------------------------------------------------------------===//
// TileOperands: set-up
//===----------------------------------------------------------------------===//

TileOperands::TileOperands(const RowNest &nest, const TileLayout &layout,
                           int64_t run, EmissionPoints &points,
                           const ThreadNumbers &numbers,
                           ArrayRef<OpFoldResult> sizes, Value numRows,
                           Location loc)
    : nest(nest), layout(layout), run(run), points(points), sizes(sizes),
      numRows(numRows), loc(loc) {
  OpBuilder &b = points.current;
  auto offset = [&](unsigned dim) -> Value {
    Value narrow = createThreadOffset(b, loc, layout, numbers, dim);
    return narrow
               ? arith::IndexCastUIOp::create(b, loc, b.getIndexType(), narrow)
               : Value();
  };
  threadRow = offset(kTileRowDim);
  threadElement = offset(kTileElementDim);
}

void TileOperands::setOperands(std::optional<FlatOperand> newProducer,
                               ArrayRef<FlatOperand> newParams,
                               ArrayRef<FlatOperand> newOuts) {
  producer = std::move(newProducer);
  params.assign(newParams.begin(), newParams.end());
  outs.assign(newOuts.begin(), newOuts.end());
}

void TileOperands::setFirstRow(Value row, bool mayEndOutside) {
  firstRow = row;
  rowsEndOutside = mayEndOutside;
}

void TileOperands::setFirstElement(Value element, bool isFull,
                                   const RowStage *newStage,
                                   HeldLoads *newHeld) {
  firstElement = element;
  stepIsFull = isFull;
  stage = newStage;
  held = newHeld;
}

void TileOperands::leaveRowLoop() {
  firstElement = nullptr;
  stage = nullptr;
  held = nullptr;
  elementParts.clear();
  elementMasks.clear();
  SmallVector<Key> stale;
  for (auto &entry : loaded) {
    const FlatOperand *operand = getOperand(entry.first.first);
    if (points.isPerStep(getDims(*operand)))
      stale.push_back(entry.first);
  }
  for (const Key &key : stale)
    loaded.erase(key);
  stale.clear();
  for (auto &entry : coordinates)
    if (entry.first.first == kTileElementDim)
      stale.push_back(entry.first);
  for (const Key &key : stale)
    coordinates.erase(key);
}

const FlatOperand *TileOperands::getOperand(unsigned arg) const {
  if (arg == 0)
    return producer ? &*producer : nullptr;
  return &params[arg - 1];
}

DimSet TileOperands::getDims(const FlatOperand &operand) const {
  DimSet dims = 0;
  for (unsigned loop = 0; loop < nest.getNumLoops(); ++loop)
    if (operand.facts->variesAlong(loop))
      dims |= nest.isRowLoop(loop) ? kElements : kRows;
  return dims;
}

//===----------------------------------------------------------------------===//
// TileOperands: coordinates
//===----------------------------------------------------------------------===//

/// The register at which the run of `reg` starts, if runs are along `dim`.
int64_t TileOperands::getRunStart(int64_t reg, unsigned dim) const {
  return getFastDim() == dim ? reg - reg % run : reg;
}

Value TileOperands::getRowNumber(int64_t reg, bool clamped) {
  OpBuilder b = points.at(kRows);
  int64_t offset = layout.getOffset(Holder::Register, kTileRowDim, reg);
  Value number = IndexMath(b, loc).add(firstRow, threadRow);
  number = IndexMath(b, loc).add(number, offset);
  if (!clamped || !rowsEndOutside)
    return number;
  int64_t length = getFastDim() == kTileRowDim ? run : 1;
  Value last = IndexMath(b, loc).add(numRows, -length);
  return arith::MinSIOp::create(b, loc, number, last);
}

/// True if some thread's element of `reg` is past the row's end.
bool TileOperands::elementsEndOutside(int64_t reg) const {
  int64_t length = nest.getRowLength();
  if (points.inRowLoop)
    return !stepIsFull;
  return layout.getOffset(Holder::Register, kTileElementDim, reg) +
             layout.getLargestThreadOffset(kTileElementDim) >=
         length;
}

Value TileOperands::getElementNumber(int64_t reg, bool clamped) {
  OpBuilder b = points.at(kElements);
  int64_t offset = layout.getOffset(Holder::Register, kTileElementDim, reg);
  Value number = IndexMath(b, loc).add(firstElement, threadElement);
  number = IndexMath(b, loc).add(number, offset);
  if (!number)
    number = arith::ConstantIndexOp::create(b, loc, 0);
  if (!clamped || !elementsEndOutside(reg))
    return number;
  int64_t length = getFastDim() == kTileElementDim ? run : 1;
  Value last =
      arith::ConstantIndexOp::create(b, loc, nest.getRowLength() - length);
  return arith::MinSIOp::create(b, loc, number, last);
}

Value TileOperands::getElementMask(int64_t reg) {
  reg = layout.project(getRunStart(reg, kTileElementDim), kElements);
  if (!elementsEndOutside(reg))
    return nullptr;
  Value &mask = elementMasks[reg];
  if (mask)
    return mask;
  Value number = getElementNumber(reg, /*clamped=*/false);
  OpBuilder b = points.at(kElements);
  Value length = arith::ConstantIndexOp::create(b, loc, nest.getRowLength());
  mask =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, number, length);
  return mask;
}

/// Takes `number`, below `bound` (dynamic: unknown), apart into coordinates
/// along loops [begin, end); in 32 bits where they hold it, as wide divisions
/// are slow.
TileOperands::Coordinates TileOperands::delinearise(OpBuilder &b, Value number,
                                                    unsigned begin,
                                                    unsigned end,
                                                    int64_t bound) {
  Coordinates list(end - begin);
  if (list.empty())
    return list;
  bool narrow = list.size() > 1 && !ShapedType::isDynamic(bound) &&
                bound <= std::numeric_limits<int32_t>::max();
  Type type = narrow ? Type(b.getI32Type()) : Type(b.getIndexType());
  auto cast = [&](Value value, Type to) -> Value {
    if (value.getType() == to)
      return value;
    return arith::IndexCastUIOp::create(b, loc, to, value);
  };
  Value rest = cast(number, type);
  for (unsigned loop = end - 1; loop > begin; --loop) {
    Value size = cast(IndexMath(b, loc).toValue(sizes[loop]), type);
    list[loop - begin] =
        cast(arith::RemUIOp::create(b, loc, rest, size), b.getIndexType());
    rest = arith::DivUIOp::create(b, loc, rest, size);
  }
  list[0] = cast(rest, b.getIndexType());
  return list;
}

/// The coordinates along the loops of `dim` at the start of the run of `reg`;
/// inside of the domain also where the tile is not.
const TileOperands::Coordinates &TileOperands::getCoordinates(unsigned dim,
                                                              int64_t reg) {
  DimSet dims = getDimSet(dim);
  reg = layout.project(getRunStart(reg, dim), dims);
  auto known = coordinates.find({dim, reg});
  if (known != coordinates.end())
    return known->second;
  OpBuilder b = points.at(dims);
  Coordinates made;
  if (dim == kTileRowDim)
    made = delinearise(b, getRowNumber(reg, /*clamped=*/true), 0,
                       nest.numParallel, nest.getNumRows());
  else
    made =
        delinearise(b, getElementNumber(reg, /*clamped=*/true),
                    nest.numParallel, nest.getNumLoops(), nest.getRowLength());
  return coordinates[{dim, reg}] = std::move(made);
}

DimSet TileOperands::getIndexDims(unsigned domainDim) {
  for (auto [loop, dim] : llvm::enumerate(nest.loops))
    if (llvm::is_contained(dim.members, domainDim))
      return nest.isRowLoop(loop) ? kElements : kRows;
  return 0;
}

Value TileOperands::getIndex(unsigned domainDim, int64_t reg) {
  OpBuilder b = points.at(getIndexDims(domainDim));
  for (auto [loop, dim] : llvm::enumerate(nest.loops)) {
    auto *member = llvm::find(dim.members, domainDim);
    if (member == dim.members.end())
      continue;
    unsigned tileDim = nest.isRowLoop(loop) ? kTileElementDim : kTileRowDim;
    unsigned first = nest.isRowLoop(loop) ? nest.numParallel : 0;
    Value value = getCoordinates(tileDim, reg)[loop - first];
    if (nest.getFastLoop() == loop)
      value = IndexMath(b, loc).add(value, reg % run);
    int64_t position = member - dim.members.begin(), inner = 1;
    for (int64_t size : ArrayRef(dim.memberSizes).drop_front(position + 1))
      inner *= size;
    value = IndexMath(b, loc).div(value, inner);
    if (position > 0)
      value = IndexMath(b, loc).rem(value, dim.memberSizes[position]);
    return value;
  }
  return arith::ConstantIndexOp::create(b, loc, 0);
}

//===----------------------------------------------------------------------===//
// TileOperands: addresses and loads
//===----------------------------------------------------------------------===//

/// What the loops of tile dimension `dim` add to the address of `operand` at
/// the start of the run of `reg`; null for nothing.
Value TileOperands::getPart(const FlatOperand &operand, unsigned dim,
                            int64_t reg) {
  DimSet dims = getDimSet(dim);
  if (!(getDims(operand) & dims))
    return nullptr;
  reg = layout.project(getRunStart(reg, dim), dims);
  auto &cache = dim == kTileRowDim ? rowParts : elementParts;
  Value &part = cache[{operand.facts, reg}];
  if (part)
    return part;
  const Coordinates &list = getCoordinates(dim, reg);
  OpBuilder b = points.at(dims);
  unsigned first = dim == kTileRowDim ? 0 : nest.numParallel;
  Value sum;
  for (auto [i, coordinate] : llvm::enumerate(list)) {
    if (!operand.facts->variesAlong(first + i))
      continue;
    OpFoldResult step = operand.steps[first + i];
    sum = IndexMath(b, loc).add(sum, IndexMath(b, loc).mul(coordinate, step));
  }
  return part = sum;
}

/// The address of `operand` at the start of the run of `reg`.
Value TileOperands::getAddress(const FlatOperand &operand, int64_t reg) {
  Value rows = getPart(operand, kTileRowDim, reg);
  Value elements = getPart(operand, kTileElementDim, reg);
  OpBuilder b = points.at(getDims(operand));
  Value address = IndexMath(b, loc).add(rows, elements);
  return IndexMath(b, loc).toValue(
      IndexMath(b, loc).add(address, operand.offset));
}

DimSet TileOperands::getArgumentDims(unsigned arg) {
  const FlatOperand *operand = getOperand(arg);
  return operand ? getDims(*operand) : kRows | kElements;
}

Value TileOperands::getArgument(unsigned arg, int64_t reg) {
  const FlatOperand *operand = getOperand(arg);
  if (operand->facts->isScalar)
    return operand->buffer;
  Key key{arg, layout.project(reg, getDims(*operand))};
  if (Value value = getLoads(*operand).lookup(key))
    return value;
  load(*operand, arg, reg);
  return getLoads(*operand).lookup(key);
}

/// Where what was loaded of `operand` is kept.
HeldLoads &TileOperands::getLoads(const FlatOperand &operand) {
  return held && getDims(operand) & kElements ? *held : loaded;
}

int64_t TileOperands::getFastStep(const FlatOperand &operand) const {
  std::optional<unsigned> fast = nest.getFastLoop();
  return fast ? operand.facts->steps[*fast] : 0;
}

int64_t TileOperands::getAccessWidth(const FlatOperand &operand) const {
  return getFastStep(operand) == 1 ? std::min(run, operand.vector) : 1;
}

void TileOperands::forEachAccess(const FlatOperand &operand, int64_t reg,
                                 function_ref<void(int64_t, Value)> visit) {
  Value address = getAddress(operand, reg - reg % run);
  OpBuilder b = points.at(getDims(operand));
  visit(0, address);
  if (getFastStep(operand) == 0)
    return;
  OpFoldResult step = operand.steps[*nest.getFastLoop()];
  int64_t width = getAccessWidth(operand);
  for (int64_t i = width; i < run; i += width) {
    Value offset = arith::ConstantIndexOp::create(b, loc, i);
    visit(i,
          IndexMath(b, loc).add(address, IndexMath(b, loc).mul(offset, step)));
  }
}

/// Loads the whole run of `reg`. Addresses outside of the tile's part of the
/// domain were moved into it: no load needs a mask.
void TileOperands::load(const FlatOperand &operand, unsigned arg, int64_t reg) {
  DimSet dims = getDims(operand);
  int64_t first = reg - reg % run, width = getAccessWidth(operand);
  OpBuilder b = points.at(dims);
  HeldLoads &loads = getLoads(operand);
  auto set = [&](int64_t i, Value value) {
    loads[{arg, layout.project(first + i, dims)}] = value;
  };
  auto loadAccess = [&](int64_t i, Value buffer, Value at) {
    if (width == 1)
      return set(i, memref::LoadOp::create(b, loc, buffer, at));
    auto type =
        VectorType::get({width}, getElementTypeOrSelf(buffer.getType()));
    Value vector = vector::LoadOp::create(
        b, loc, type, buffer, ValueRange{at}, /*nontemporal=*/false,
        llvm::MaybeAlign(width * operand.facts->elementBits / 8));
    for (int64_t j = 0; j < width; ++j)
      set(i + j, vector::ExtractOp::create(b, loc, vector, j));
  };
  if (stage && stage->holds(arg)) {
    int64_t accesses = getFastStep(operand) == 0 ? width : run;
    for (int64_t i = 0; i < accesses; i += width) {
      StageSlot slot = stage->getSlot(b, arg, first + i, firstElement);
      loadAccess(i, slot.buffer, slot.index);
    }
  } else {
    forEachAccess(operand, first, [&](int64_t i, Value at) {
      loadAccess(i, operand.buffer, at);
    });
  }
  // What does not vary along the run is the same for all of it.
  if (getFastStep(operand) == 0)
    for (int64_t i = 1; i < run; ++i)
      set(i, loads.lookup({arg, layout.project(first, dims)}));
}

void TileOperands::copyToStage(const RowStage &to) {
  OpBuilder &b = points.current;
  for (int64_t reg = 0; reg < layout.getCount(Holder::Register); reg += run)
    for (unsigned arg : to.getArguments()) {
      const FlatOperand &operand = *getOperand(arg);
      forEachAccess(operand, reg, [&](int64_t i, Value at) {
        StageSlot slot = to.getSlot(b, arg, reg + i, firstElement);
        to.copy(b, arg, operand.buffer, at, slot);
      });
    }
}
