//===- RowReduction.cpp - Row reductions across threads -------------------===//
// Shuffles and shared memory of row reductions, derived from a tile's layout.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Conversion/UpweaveToGPU/RowReduction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

static Value constantI32(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIntOp::create(b, loc, value, 32);
}

static Value toIndex(OpBuilder &b, Location loc, Value value) {
  return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), value);
}

ThreadNumbers upweave::createThreadNumbers(OpBuilder &b, Location loc) {
  Value thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
  Value number = arith::IndexCastUIOp::create(b, loc, b.getI32Type(), thread);
  Value width = constantI32(b, loc, kWarpSize);
  return {arith::RemUIOp::create(b, loc, number, width),
          arith::DivUIOp::create(b, loc, number, width)};
}

/// The sum over `holder`'s digits that `select` maps to a positive factor of
/// digit * factor, of type i32; null if there are none.
static Value createDigits(OpBuilder &b, Location loc, const TileLayout &layout,
                          Holder holder, Value number,
                          function_ref<int64_t(const TileDigit &)> select) {
  int64_t count = layout.getCount(holder), unit = 1;
  Value sum;
  for (const TileDigit &digit : layout.getDigits()) {
    if (digit.holder != holder)
      continue;
    int64_t factor = select(digit);
    if (factor > 0) {
      Value value = number;
      if (unit > 1)
        value =
            arith::DivUIOp::create(b, loc, value, constantI32(b, loc, unit));
      if (unit * digit.extent < count)
        value = arith::RemUIOp::create(b, loc, value,
                                       constantI32(b, loc, digit.extent));
      if (factor > 1)
        value =
            arith::MulIOp::create(b, loc, value, constantI32(b, loc, factor));
      sum = sum ? arith::AddIOp::create(b, loc, sum, value) : value;
    }
    unit *= digit.extent;
  }
  return sum;
}

static Value addOrOther(OpBuilder &b, Location loc, Value x, Value y) {
  if (!x || !y)
    return x ? x : y;
  return arith::AddIOp::create(b, loc, x, y);
}

Value upweave::createThreadOffset(OpBuilder &b, Location loc,
                                  const TileLayout &layout,
                                  const ThreadNumbers &numbers, unsigned dim) {
  auto select = [&](const TileDigit &digit) {
    return digit.dim == dim ? digit.stride : 0;
  };
  return addOrOther(
      b, loc, createDigits(b, loc, layout, Holder::Lane, numbers.lane, select),
      createDigits(b, loc, layout, Holder::Warp, numbers.warp, select));
}

Value RowReduction::reduceRegisters(OpBuilder &b, Location loc, ReduceKind kind,
                                    ArrayRef<Value> values) {
  SmallVector<Value> level(values);
  while (level.size() > 1) {
    SmallVector<Value> next;
    for (size_t i = 0; i + 1 < level.size(); i += 2)
      next.push_back(createReduceCombine(b, loc, kind, level[i], level[i + 1]));
    if (level.size() % 2)
      next.push_back(level.back());
    level = std::move(next);
  }
  return level.front();
}

void RowReduction::combine(OpBuilder &b, Location loc,
                           MutableArrayRef<PartialResult> partials) {
  combineLanes(b, loc, partials);
  if (spansWarps())
    combineWarps(b, loc, partials);
}

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

static Value shuffle32(OpBuilder &b, Location loc, Value value, int64_t mask) {
  return gpu::ShuffleOp::create(b, loc, value, static_cast<int32_t>(mask),
                                static_cast<int32_t>(kWarpSize),
                                gpu::ShuffleMode::XOR)
      .getShuffleResult();
}

/// The value of the lane whose number differs by `mask`; a shuffle moves 32
/// bits, so narrower values are widened and 64-bit ones go in two halves.
static Value createShuffle(OpBuilder &b, Location loc, Value value,
                           int64_t mask) {
  Type type = value.getType(), i32 = b.getI32Type(), i64 = b.getI64Type();
  if (type.isF32() || type.isInteger(32))
    return shuffle32(b, loc, value, mask);
  if (type.isIndex()) {
    Value wide = arith::IndexCastOp::create(b, loc, i64, value);
    wide = createShuffle(b, loc, wide, mask);
    return arith::IndexCastOp::create(b, loc, type, wide);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  if (isa<FloatType>(type)) {
    Type bits = b.getIntegerType(width);
    Value moved = arith::BitcastOp::create(b, loc, bits, value);
    moved = createShuffle(b, loc, moved, mask);
    return arith::BitcastOp::create(b, loc, type, moved);
  }
  if (width < 32) {
    Value wide = arith::ExtUIOp::create(b, loc, i32, value);
    return arith::TruncIOp::create(b, loc, type, shuffle32(b, loc, wide, mask));
  }
  Value half = arith::ConstantIntOp::create(b, loc, 32, 64);
  Value low = arith::TruncIOp::create(b, loc, i32, value);
  Value high = arith::TruncIOp::create(
      b, loc, i32, arith::ShRUIOp::create(b, loc, value, half));
  low = arith::ExtUIOp::create(b, loc, i64, shuffle32(b, loc, low, mask));
  high = arith::ExtUIOp::create(b, loc, i64, shuffle32(b, loc, high, mask));
  return arith::OrIOp::create(b, loc, low,
                              arith::ShLIOp::create(b, loc, high, half));
}

void RowReduction::combineLanes(OpBuilder &b, Location loc,
                                MutableArrayRef<PartialResult> partials) {
  // Step by step over all values: their shuffles are independent.
  for (int64_t mask : steps.laneMasks)
    for (PartialResult &partial : partials) {
      Value other = createShuffle(b, loc, partial.value, mask);
      partial.value = createReduceCombine(b, loc, partial.op.getKind(),
                                          partial.value, other);
    }
}

//===----------------------------------------------------------------------===//
// Warps
//===----------------------------------------------------------------------===//

Value RowReduction::getBuffer(Type type, int64_t count) {
  auto space = gpu::AddressSpaceAttr::get(
      type.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  auto memref = MemRefType::get({count}, type, MemRefLayoutAttrInterface(),
                                Attribute(space));
  return kernel.addWorkgroupAttribution(memref, kernel.getLoc());
}

/// Where `warp` (of those that share a row) keeps the partial result of row
/// register `row`: [warp][register][row of the threads], so that lanes of
/// different rows are neighbours.
Value RowReduction::getSlot(OpBuilder &b, Location loc, int64_t row,
                            Value warp) {
  int64_t unit = 1;
  auto count = [&](const TileDigit &digit) -> int64_t {
    if (digit.dim == dim)
      return 0;
    int64_t factor = unit;
    unit *= digit.extent;
    return factor;
  };
  Value lanePart =
      createDigits(b, loc, layout, Holder::Lane, numbers.lane, count);
  Value warpPart =
      createDigits(b, loc, layout, Holder::Warp, numbers.warp, count);
  int64_t threadRows = unit;
  DimSet others = ~(DimSet(1) << dim);
  SmallVector<int64_t> rows = layout.getRepresentatives(others);
  int64_t position = llvm::find(rows, row) - rows.begin();
  Value slot = constantI32(b, loc, position * threadRows);
  slot = addOrOther(b, loc, slot, addOrOther(b, loc, lanePart, warpPart));
  int64_t perWarp = threadRows * static_cast<int64_t>(rows.size());
  Value first =
      arith::MulIOp::create(b, loc, warp, constantI32(b, loc, perWarp));
  return toIndex(b, loc, arith::AddIOp::create(b, loc, slot, first));
}

void RowReduction::combineWarps(OpBuilder &b, Location loc,
                                MutableArrayRef<PartialResult> partials) {
  auto alongDim = [&](int64_t &unit) {
    return [&](const TileDigit &digit) -> int64_t {
      if (digit.dim != dim)
        return 0;
      int64_t factor = unit;
      unit *= digit.extent;
      return factor;
    };
  };
  int64_t laneUnit = 1, warpUnit = 1;
  Value laneInRow = createDigits(b, loc, layout, Holder::Lane, numbers.lane,
                                 alongDim(laneUnit));
  Value warpInRow = createDigits(b, loc, layout, Holder::Warp, numbers.warp,
                                 alongDim(warpUnit));
  DimSet others = ~(DimSet(1) << dim);
  int64_t rows = 1;
  for (const TileDigit &digit : layout.getDigits())
    if (digit.dim != dim)
      rows *= digit.extent;

  llvm::MapVector<Operation *, Value> buffers;
  for (PartialResult &partial : partials)
    if (!buffers.count(partial.op))
      buffers[partial.op] =
          getBuffer(partial.value.getType(), rows * steps.warps);

  auto store = [&](OpBuilder &builder) {
    for (PartialResult &partial : partials)
      memref::StoreOp::create(builder, loc, partial.value, buffers[partial.op],
                              getSlot(builder, loc,
                                      layout.project(partial.reg, others),
                                      warpInRow));
  };
  if (laneInRow) {
    Value first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                        laneInRow, constantI32(b, loc, 0));
    auto ifOp = scf::IfOp::create(b, loc, first, /*withElseRegion=*/false);
    OpBuilder inner = ifOp.getThenBodyBuilder();
    store(inner);
  } else {
    store(b);
  }
  gpu::BarrierOp::create(b, loc);
  for (PartialResult &partial : partials) {
    SmallVector<Value> parts;
    for (int64_t warp = 0; warp < steps.warps; ++warp)
      parts.push_back(memref::LoadOp::create(
          b, loc, buffers[partial.op],
          getSlot(b, loc, layout.project(partial.reg, others),
                  constantI32(b, loc, warp))));
    partial.value = reduceRegisters(b, loc, partial.op.getKind(), parts);
  }
}
