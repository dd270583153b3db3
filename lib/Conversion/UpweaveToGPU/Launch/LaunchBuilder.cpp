//===- LaunchBuilder.cpp - A kernel and the launch that calls it ----------===//
// The calling convention of kernels: bare base pointers, then index arguments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Launch/LaunchBuilder.h"

#include "Upweave/IR/Upweave.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace upweave {

bool isKernelElementType(Type type) {
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64() ||
         type.isIndex() || type.isSignlessInteger(1) ||
         type.isSignlessInteger(8) || type.isSignlessInteger(16) ||
         type.isSignlessInteger(32) || type.isSignlessInteger(64);
}

//===----------------------------------------------------------------------===//
// Roots of buffers
//===----------------------------------------------------------------------===//

/// Bytes of a buffer of static shape, or -1.
static int64_t getStaticBytes(MemRefType type) {
  if (!type.hasStaticShape() || !type.getLayout().isIdentity() ||
      !type.getElementType().isIntOrFloat())
    return -1;
  unsigned bits = type.getElementTypeBitWidth();
  return type.getNumElements() * static_cast<int64_t>((bits + 7) / 8);
}

BufferRoot getBufferRoot(Value memref) {
  BufferRoot root{memref};
  while (Operation *def = root.value.getDefiningOp()) {
    if (auto view = dyn_cast<memref::ViewOp>(def)) {
      std::optional<int64_t> shift = getConstantIntValue(view.getByteShift());
      int64_t bytes = getStaticBytes(view.getType());
      bool known = shift && bytes >= 0;
      root = {view.getSource(), known ? *shift : 0,
              known ? *shift + bytes : -1};
      continue;
    }
    if (auto metadata = dyn_cast<memref::ExtractStridedMetadataOp>(def)) {
      root.value = metadata.getSource();
      continue;
    }
    auto viewLike = dyn_cast<ViewLikeOpInterface>(def);
    if (!viewLike)
      break;
    root.value = viewLike.getViewSource();
  }
  return root;
}

bool mayOverlap(const BufferRoot &a, const BufferRoot &b) {
  if (a.value == b.value) {
    if (a.end < 0 || b.end < 0)
      return true;
    return a.begin < b.end && b.begin < a.end;
  }
  return !isa<BlockArgument>(a.value) || !isa<BlockArgument>(b.value);
}

//===----------------------------------------------------------------------===//
// LaunchContext
//===----------------------------------------------------------------------===//

std::string LaunchContext::nextKernelName(StringRef what) {
  SymbolTable symbols(kernels);
  std::string name;
  do {
    name = (func.getName() + "_" + Twine(nextNumber++) + "_" + what).str();
    for (char &c : name)
      if (!llvm::isAlnum(c) && c != '_')
        c = '_';
    if (llvm::isDigit(name.front()))
      name.insert(name.begin(), '_');
  } while (symbols.lookup(name));
  return name;
}

//===----------------------------------------------------------------------===//
// LaunchBuilder
//===----------------------------------------------------------------------===//

LaunchBuilder::LaunchBuilder(LaunchContext &context, Operation *op,
                             StringRef what, int64_t threads)
    : op(op), hostBuilder(op), bodyBuilder(op->getContext()), threads(threads) {
  OpBuilder builder = OpBuilder::atBlockEnd(context.getKernels().getBody());
  Location loc = op->getLoc();
  kernel = gpu::GPUFuncOp::create(builder, loc, context.nextKernelName(what),
                                  builder.getFunctionType({}, {}));
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                  builder.getUnitAttr());
  kernel.setKnownBlockSize(
      ArrayRef<int32_t>{static_cast<int32_t>(threads), 1, 1});
  builder.setInsertionPointToEnd(&kernel.getBody().front());
  auto end = gpu::ReturnOp::create(builder, loc);
  bodyBuilder.setInsertionPoint(end);
}

void LaunchBuilder::setMinBlocksPerSM(int64_t blocks) {
  kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                  hostBuilder.getI32IntegerAttr(blocks));
}

BlockArgument LaunchBuilder::appendArgument(Value hostValue, Type type) {
  unsigned index = kernel.getNumArguments();
  (void)kernel.insertArgument(index, type, {}, hostValue.getLoc());
  operands.push_back(hostValue);
  return kernel.getArgument(index);
}

FailureOr<Value> LaunchBuilder::addBuffer(Value memref, Access access) {
  auto known = buffers.find(memref);
  if (known != buffers.end()) {
    known->second.access = known->second.access | access;
    return known->second.view;
  }
  auto type = dyn_cast<MemRefType>(memref.getType());
  if (!type || type.getMemorySpace())
    return op->emitError("cannot pass a value of type ")
           << memref.getType()
           << " to a kernel: it takes memrefs without a memory space";
  if (!isKernelElementType(type.getElementType()))
    return op->emitError("'")
           << op->getName() << "' works on elements of type "
           << type.getElementType()
           << ", which kernels do not support (they take f16, bf16, f32, f64, "
              "i1, i8, i16, i32, i64 and index): convert them first";
  int64_t offset;
  SmallVector<int64_t> strides;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return op->emitError("cannot pass a value of type ")
           << type << " to a kernel: its layout is not strided";

  auto baseType = MemRefType::get({}, type.getElementType());
  unsigned pointerArgument = kernel.getNumArguments();
  Value base = memref;
  if (type != baseType)
    base = memref::ExtractStridedMetadataOp::create(hostBuilder, op->getLoc(),
                                                    memref)
               .getBaseBuffer();
  Value argument = appendArgument(base, baseType);
  kernel.setArgAttr(pointerArgument, LLVM::LLVMDialect::getAlignAttrName(),
                    hostBuilder.getI64IntegerAttr(kBasePointerAlignment));
  Value view = type == baseType ? argument : rebuildView(base, type, argument);
  buffers[memref] = {view, access, pointerArgument};
  return view;
}

Value LaunchBuilder::rebuildView(Value hostBase, MemRefType type, Value base) {
  auto metadata = hostBase.getDefiningOp<memref::ExtractStridedMetadataOp>();
  int64_t offset;
  SmallVector<int64_t> strides;
  (void)type.getStridesAndOffset(strides, offset);
  auto pass = [&](int64_t known, Value hostValue) -> OpFoldResult {
    if (!ShapedType::isDynamic(known))
      return hostBuilder.getIndexAttr(known);
    return addScalar(hostValue);
  };
  OpFoldResult newOffset = pass(offset, metadata.getOffset());
  SmallVector<OpFoldResult> newSizes, newStrides;
  for (auto [size, value] : llvm::zip(type.getShape(), metadata.getSizes()))
    newSizes.push_back(pass(size, value));
  for (auto [stride, value] : llvm::zip(strides, metadata.getStrides()))
    newStrides.push_back(pass(stride, value));

  // At the start of the kernel, so that the view dominates all of its body.
  OpBuilder builder(bodyBuilder);
  Block &entry = kernel.getBody().front();
  Operation *first = &entry.front();
  while (isa<memref::ReinterpretCastOp>(first) ||
         first->hasTrait<OpTrait::ConstantLike>())
    first = first->getNextNode();
  builder.setInsertionPoint(first);
  return memref::ReinterpretCastOp::create(builder, op->getLoc(), type, base,
                                           newOffset, newSizes, newStrides);
}

Value LaunchBuilder::addScalar(Value scalar) {
  Value &mapped = scalars[scalar];
  if (mapped)
    return mapped;
  Attribute constant;
  if (matchPattern(scalar, m_Constant(&constant))) {
    OpBuilder builder(bodyBuilder);
    builder.setInsertionPointToStart(&kernel.getBody().front());
    mapped = builder.clone(*scalar.getDefiningOp())->getResult(0);
    return mapped;
  }
  mapped = appendArgument(scalar, scalar.getType());
  return mapped;
}

Value LaunchBuilder::globalThreadId() {
  if (threadId)
    return threadId;
  Location loc = op->getLoc();
  OpBuilder &b = bodyBuilder;
  Value block = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x);
  Value thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
  Value size = arith::ConstantIndexOp::create(b, loc, threads);
  Value first = arith::MulIOp::create(b, loc, block, size);
  threadId = arith::AddIOp::create(b, loc, first, thread);
  return threadId;
}

void LaunchBuilder::markNoAlias() {
  SmallVector<std::pair<BufferRoot, const Buffer *>> roots;
  for (auto &entry : buffers)
    roots.push_back({getBufferRoot(entry.first), &entry.second});
  auto writes = [](const Buffer *buffer) {
    return buffer->access != Access::Read;
  };
  for (auto &[root, buffer] : roots) {
    bool reached =
        llvm::any_of(roots, [&, &root = root, &buffer = buffer](auto &other) {
          return other.second != buffer &&
                 (writes(other.second) || writes(buffer)) &&
                 mayOverlap(root, other.first);
        });
    if (!reached)
      kernel.setArgAttr(buffer->pointerArgument,
                        LLVM::LLVMDialect::getNoAliasAttrName(),
                        hostBuilder.getUnitAttr());
  }
}

gpu::LaunchFuncOp LaunchBuilder::finish(Value blocks,
                                        int64_t dynamicSharedBytes) {
  markNoAlias();
  Location loc = op->getLoc();
  Value one = arith::ConstantIndexOp::create(hostBuilder, loc, 1);
  Value size = arith::ConstantIndexOp::create(hostBuilder, loc, threads);
  Value shared;
  if (dynamicSharedBytes)
    shared = arith::ConstantIntOp::create(hostBuilder, loc, dynamicSharedBytes,
                                          /*width=*/32);
  return gpu::LaunchFuncOp::create(
      hostBuilder, loc, kernel, gpu::KernelDim3{blocks, one, one},
      gpu::KernelDim3{size, one, one}, shared, operands);
}

void LaunchBuilder::abandon() { kernel.erase(); }

} // namespace upweave
