//===- RowStage.cpp - Steps of a row in shared memory ---------------------===//
// Slots in dynamic shared memory, and the asynchronous copies that fill them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/RowStage.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace upweave;

static int64_t getElementBytes(Type element) {
  int64_t bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  return std::max<int64_t>(bits / 8, 1);
}

static MemRefType getSharedType(int64_t size, Type element) {
  auto space = gpu::AddressSpaceAttr::get(
      element.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  return MemRefType::get({size}, element, MemRefLayoutAttrInterface(), space);
}

RowStage::RowStage(OpBuilder &b, Location loc, const TileLayout &layout,
                   int64_t tileRows, int64_t steps)
    : loc(loc), tileRows(tileRows),
      registers(layout.getCount(Holder::Register)), steps(steps),
      threads(layout.getCount(Holder::Lane) * layout.getCount(Holder::Warp)) {
  thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
  memory = gpu::DynamicSharedMemoryOp::create(
      b, loc, getSharedType(ShapedType::kDynamic, b.getI8Type()));
}

void RowStage::add(OpBuilder &b, unsigned arg, Type element, int64_t width) {
  int64_t size = steps * registers * threads;
  Value shift = arith::ConstantIndexOp::create(b, loc, bytes);
  Value view = memref::ViewOp::create(b, loc, getSharedType(size, element),
                                      memory, shift, ValueRange());
  buffers[arg] = {view, width, IndexMath(b, loc).mul(thread, width)};
  bytes += size * getElementBytes(element);
}

SmallVector<unsigned> RowStage::getArguments() const {
  return llvm::to_vector(llvm::make_first_range(buffers));
}

StageSlot RowStage::getSlot(OpBuilder &b, unsigned arg, int64_t reg,
                            Value firstElement) const {
  const Buffer &buffer = buffers.find(arg)->second;
  // A step of n row elements and r rows has n * r slots of one element.
  IndexMath m(b, loc);
  Value index = m.add(m.mul(firstElement, tileRows), buffer.threadStart);
  return {buffer.memory, m.add(index, reg * threads)};
}

void RowStage::copy(OpBuilder &b, unsigned arg, Value source, Value address,
                    const StageSlot &slot) const {
  int64_t width = buffers.find(arg)->second.width;
  Type element = cast<MemRefType>(source.getType()).getElementType();
  int64_t size = width * getElementBytes(element);
  if (size == 4 || size == 8 || size == 16) {
    nvgpu::DeviceAsyncCopyOp::create(
        b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), slot.buffer,
        slot.index, source, address, b.getIndexAttr(width),
        /*srcElements=*/Value(), size == 16 ? b.getUnitAttr() : UnitAttr());
    return;
  }
  if (width == 1) {
    Value value = memref::LoadOp::create(b, loc, source, address);
    memref::StoreOp::create(b, loc, value, slot.buffer, slot.index);
    return;
  }
  auto type = VectorType::get({width}, element);
  llvm::MaybeAlign align(size);
  Value value = vector::LoadOp::create(b, loc, type, source, address,
                                       /*nontemporal=*/false, align);
  vector::StoreOp::create(b, loc, value, slot.buffer, slot.index,
                          /*nontemporal=*/false, align);
}

void RowStage::commit(OpBuilder &b) const {
  NVVM::CpAsyncCommitGroupOp::create(b, loc);
}

void RowStage::wait(OpBuilder &b, int64_t groups) const {
  NVVM::CpAsyncWaitGroupOp::create(b, loc, groups);
}
