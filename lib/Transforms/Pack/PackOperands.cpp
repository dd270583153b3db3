//===- PackOperands.cpp - upweave-pack-operands ---------------------------===//
// Gives each fused convolution the packed operands that its kernel reads:
// constant filters packed here, all else by a launch before it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Schedule/BlockPlan.h"
#include "Upweave/Schedule/FusedLayout.h"
#include "Upweave/Transforms/PackFilter.h"
#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;

namespace upweave {
#define GEN_PASS_DEF_PACKOPERANDS
#include "Upweave/Transforms/Passes.h.inc"
} // namespace upweave

using namespace upweave;

/// A buffer of `bytes` for each of `count` (null: of one).
static Value createBuffer(OpBuilder &b, Location loc, int64_t bytes,
                          Value count) {
  int64_t words = bytes / kWordBytes;
  if (!count)
    return memref::AllocOp::create(b, loc,
                                   MemRefType::get({words}, b.getI32Type()));
  Value each = arith::ConstantIndexOp::create(b, loc, words);
  Value size = arith::MulIOp::create(b, loc, count, each);
  return memref::AllocOp::create(
      b, loc, MemRefType::get({ShapedType::kDynamic}, b.getI32Type()),
      ValueRange(size));
}

/// The size of a dynamic batch, which the sizes of `value` give: of a buffer's
/// own making, if it is one.
static Value createBatch(OpBuilder &b, Location loc, Value value, int64_t dim) {
  if (auto alloc = value.getDefiningOp<memref::AllocOp>())
    if (alloc.getType().isDynamicDim(dim))
      return alloc.getDynamicSizes()[alloc.getType().getDynamicDimIndex(dim)];
  return memref::DimOp::create(b, loc, value, dim);
}

//===----------------------------------------------------------------------===//
// Constant filters and weights
//===----------------------------------------------------------------------===//

/// What `memref` is a view of: the start of its chain of views. Nothing if some
/// view's place or sizes are not known.
static Value getStaticRoot(Value memref) {
  while (true) {
    auto type = cast<MemRefType>(memref.getType());
    SmallVector<int64_t> strides;
    int64_t offset;
    bool isCast = isa_and_nonnull<memref::CastOp>(memref.getDefiningOp());
    if (!isCast && (!type.hasStaticShape() ||
                    failed(type.getStridesAndOffset(strides, offset)) ||
                    ShapedType::isDynamic(offset) ||
                    llvm::any_of(strides, ShapedType::isDynamic)))
      return {};
    if (!isCast &&
        !isa_and_nonnull<memref::SubViewOp, memref::TransposeOp,
                         memref::ExpandShapeOp, memref::CollapseShapeOp,
                         memref::ReinterpretCastOp, memref::AssumeAlignmentOp>(
            memref.getDefiningOp()))
      return memref;
    memref = cast<ViewLikeOpInterface>(memref.getDefiningOp()).getViewSource();
  }
}

/// True if no operation writes `memref` or a view of it.
static bool isOnlyRead(Value memref) {
  return llvm::all_of(memref.getUsers(), [&](Operation *user) {
    if (isa<ViewLikeOpInterface>(user))
      return isOnlyRead(user->getResult(0));
    auto effects = dyn_cast<MemoryEffectOpInterface>(user);
    return effects && !effects.getEffectOnValue<MemoryEffects::Write>(memref) &&
           !effects.getEffectOnValue<MemoryEffects::Free>(memref);
  });
}

/// True if `filter` is a weight: an argument of the function that only its
/// caller writes, or a view of one at a known place.
static bool isWeight(Value filter) {
  auto arg = dyn_cast_or_null<BlockArgument>(getStaticRoot(filter));
  auto func = arg ? dyn_cast<func::FuncOp>(arg.getOwner()->getParentOp())
                  : func::FuncOp();
  return func && !func.getArgAttr(arg.getArgNumber(), kRoleAttr) &&
         isOnlyRead(arg);
}

/// The elements of `filter` if they are known: a view of a constant global.
static std::optional<FilterData> getConstantData(Value filter) {
  Value root = getStaticRoot(filter);
  auto get =
      root ? root.getDefiningOp<memref::GetGlobalOp>() : memref::GetGlobalOp();
  auto global = get ? SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
                          get, get.getNameAttr())
                    : memref::GlobalOp();
  if (!global || !global.getConstant() ||
      !global.getType().getLayout().isIdentity())
    return std::nullopt;
  while (auto cast = filter.getDefiningOp<memref::CastOp>())
    filter = cast.getSource();
  FilterData data;
  if (failed(cast<MemRefType>(filter.getType())
                 .getStridesAndOffset(data.strides, data.offset)))
    return std::nullopt;
  Attribute value = global.getInitialValue().value_or(Attribute());
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(value)) {
    data.bytes = dense.getRawData();
    if (dense.isSplat()) {
      data.offset = 0;
      data.strides.assign(data.strides.size(), 0);
    }
    return data;
  }
  auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(value);
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  // Planning says what is wrong with a resource without its data.
  int64_t bytes = global.getType().getNumElements() *
                  global.getType().getElementTypeBitWidth() / 8;
  if (!blob || static_cast<int64_t>(blob->getData().size()) != bytes)
    return std::nullopt;
  data.bytes = blob->getData();
  return data;
}

/// A new constant of the module, of the bytes that `fill` writes, read at `b`.
static Value createConstant(OpBuilder &b, Location loc, ModuleOp module,
                            SymbolTable &symbols, int64_t bytes,
                            function_ref<void(MutableArrayRef<char>)> fill) {
  AsmResourceBlob blob =
      HeapAsmResourceBlob::allocate(bytes, kPieceBytes, /*dataIsMutable=*/true);
  fill(blob.getMutableData());
  auto type = MemRefType::get({bytes / kWordBytes}, b.getI32Type());
  auto value = DenseResourceElementsAttr::get(
      RankedTensorType::get(type.getShape(), type.getElementType()),
      "packed_filter", std::move(blob));
  OpBuilder start = OpBuilder::atBlockBegin(module.getBody());
  auto global = memref::GlobalOp::create(
      start, loc, "packed_filter", b.getStringAttr("private"), type, value,
      /*constant=*/true, b.getI64IntegerAttr(kPieceBytes));
  symbols.insert(global);
  return memref::GetGlobalOp::create(b, loc, type, global.getSymName());
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
/// Packs the operands of one block.
class OperandPacker {
public:
  OperandPacker(BlockOp block, const FusedBlock &fused, SymbolTable &symbols)
      : block(block), fused(fused), symbols(symbols), b(block),
        loc(block.getLoc()) {}

  void run() {
    SmallVector<Value, 2> packed;
    if (fused.plan.input == FusedInput::Packed)
      packed.push_back(packInput());
    packed.push_back(packTheFilter());
    block.getPackedMutable().assign(packed);
  }

  /// Whether the filter is a constant, which is packed already, or can be
  /// packed before the first launch.
  bool constant = false, prepared = false;

private:
  Value packInput();
  Value packTheFilter();
  void createPack(ConvOperand which, Value source, Value packed, Value other,
                  const PackedOrder &order);

  BlockOp block;
  const FusedBlock &fused;
  SymbolTable &symbols;
  OpBuilder b;
  Location loc;
};
} // namespace

void OperandPacker::createPack(ConvOperand which, Value source, Value packed,
                               Value other, const PackedOrder &order) {
  PackOp::create(b, loc, source, packed, which, block.getGeometryAttr(),
                 cast<MemRefType>(other.getType()),
                 block.getPrecision().value_or(Precision::IEEE),
                 PackedOrderAttr::get(b.getContext(), order));
}

Value OperandPacker::packInput() {
  Value source = block.getInputs()[0];
  int64_t image = FusedPlan::getPackedImageBytes(fused.facts);
  Value packed;
  if (ShapedType::isDynamic(fused.facts.batch)) {
    Value batch = createBatch(
        b, loc, source, block.getGeometryAttr().getGeometry().inputDims.batch);
    packed = createBuffer(b, loc, image, batch);
  } else {
    packed = createBuffer(b, loc, image * fused.facts.batch, Value());
  }
  createPack(ConvOperand::Input, source, packed, block.getInputs()[1],
             getInputOrder(fused.facts));
  return packed;
}

Value OperandPacker::packTheFilter() {
  Value source = block.getInputs()[1];
  PackedOrder order = getFilterOrder(fused.plan, fused.facts);
  int64_t bytes = order.getSize() * getAtomInfo(fused.facts.atom).elementBytes;
  std::optional<FilterData> data = getConstantData(source);
  constant = data.has_value();
  const ConvTransposeGeometry &geometry = block.getGeometryAttr().getGeometry();
  int64_t columnSize = cast<MemRefType>(source.getType())
                           .getDimSize(geometry.filterDims.spatial.back());
  if (constant)
    return createConstant(b, loc, block->getParentOfType<ModuleOp>(), symbols,
                          bytes, [&](MutableArrayRef<char> packed) {
                            packFilter(fused.facts, order, geometry, columnSize,
                                       *data, packed);
                          });
  Value packed = createBuffer(b, loc, bytes, Value());
  if (isWeight(source)) {
    packed.getDefiningOp()->setAttr(kPreparedAttr, b.getUnitAttr());
    prepared = true;
  }
  createPack(ConvOperand::Filter, source, packed, block.getInputs()[0], order);
  return packed;
}

//===----------------------------------------------------------------------===//
// Operands that a kernel cannot walk
//===----------------------------------------------------------------------===//

/// A dense buffer with the sizes of `view`.
static Value createDense(OpBuilder &b, Location loc, Value view) {
  auto type = cast<MemRefType>(view.getType());
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(createBatch(b, loc, view, dim));
  return memref::AllocOp::create(
      b, loc, MemRefType::get(type.getShape(), type.getElementType()), sizes);
}

/// A fused kernel walks each dimension of the convolution's result with one
/// step an operand. A view that has none, as of a slice of a tensor that splits
/// the channels in two, is read from, or written to, a dense copy. The tensors
/// that schedules were chosen for were dense.
static void copySplitOperands(BlockOp block) {
  if (llvm::expectedToOptional(buildConvNest(block)))
    return;
  Location loc = block.getLoc();
  for (OpOperand &operand : block->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    unsigned number = operand.getOperandNumber();
    if (!type || type.getLayout().isIdentity() ||
        number < block.getInputs().size())
      continue;
    OpBuilder b(block);
    Value view = operand.get(), dense = createDense(b, loc, view);
    if (block.isDpsInit(&operand)) {
      OpBuilder after(block->getContext());
      after.setInsertionPointAfter(block);
      memref::CopyOp::create(after, loc, dense, view);
    } else {
      memref::CopyOp::create(b, loc, view, dense);
    }
    operand.set(dense);
  }
}

namespace {
struct PackOperandsPass : upweave::impl::PackOperandsBase<PackOperandsPass> {
  void runOnOperation() override {
    SmallVector<BlockOp> blocks;
    getOperation().walk([&](BlockOp block) {
      if (isa_and_nonnull<FusedScheduleAttr>(block.getScheduleAttr()) &&
          block.getPacked().empty())
        blocks.push_back(block);
    });
    SymbolTable symbols(getOperation());
    for (BlockOp block : blocks) {
      if (block.hasTensorSemantics()) {
        block.emitError("works on tensors; bufferize before packing operands");
        return signalPassFailure();
      }
      copySplitOperands(block);
      FailureOr<FusedBlock> fused = getFusedBlock(block);
      if (failed(fused))
        return signalPassFailure();
      OperandPacker packer(block, *fused, symbols);
      packer.run();
      numConstant += packer.constant;
      numPrepared += packer.prepared;
      ++numPacked;
    }
  }
};
} // namespace
