//===- RowReduction.cpp - Row reductions across threads -------------------===//
// Shuffles and shared memory of row reductions, derived from a tile's layout.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emission/RowReduction.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace upweave;

ThreadNumbers upweave::createThreadNumbers(OpBuilder &b, Location loc) {
  Value thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
  Int32Math m(b, loc);
  Value number = m.fromUnsigned(thread);
  return {m.rem(number, kWarpSize), m.div(number, kWarpSize)};
}

/// The sum over `holder`'s digits that `select` maps to a positive factor of
/// digit * factor, of type i32; null if there are none.
static Value createDigits(OpBuilder &b, Location loc, const TileLayout &layout,
                          Holder holder, Value number,
                          function_ref<int64_t(const TileDigit &)> select) {
  Int32Math m(b, loc);
  int64_t count = layout.getCount(holder), unit = 1;
  Value sum;
  for (const TileDigit &digit : layout.getDigits()) {
    if (digit.holder != holder)
      continue;
    int64_t factor = select(digit);
    if (factor > 0) {
      Value value = m.div(number, unit);
      if (unit * digit.extent < count)
        value = m.rem(value, digit.extent);
      sum = m.add(sum, m.mul(value, factor));
    }
    unit *= digit.extent;
  }
  return sum;
}

Value upweave::createHolderOffset(OpBuilder &b, Location loc,
                                  const TileLayout &layout, Holder holder,
                                  Value number, unsigned dim) {
  return createDigits(b, loc, layout, holder, number,
                      [&](const TileDigit &digit) {
                        return digit.dim == dim ? digit.stride : 0;
                      });
}

Value upweave::createThreadOffset(OpBuilder &b, Location loc,
                                  const TileLayout &layout,
                                  const ThreadNumbers &numbers, unsigned dim) {
  return Int32Math(b, loc).add(
      createHolderOffset(b, loc, layout, Holder::Lane, numbers.lane, dim),
      createHolderOffset(b, loc, layout, Holder::Warp, numbers.warp, dim));
}

/// x combined with y; a product that may be contracted into a sum is.
static Value createCombine(OpBuilder &b, Location loc, ReduceKind kind, Value x,
                           Value y) {
  if (kind == ReduceKind::Add && isa<FloatType>(x.getType()))
    return arith::AddFOp::create(b, loc, x, y, arith::FastMathFlags::contract);
  return createReduceCombine(b, loc, kind, x, y);
}

void RowReduction::accumulate(OpBuilder &b, Location loc, ReduceKind kind,
                              MutableArrayRef<Value> chains,
                              ArrayRef<Value> values) {
  for (auto [i, value] : llvm::enumerate(values)) {
    Value &chain = chains[i % chains.size()];
    chain = createCombine(b, loc, kind, chain, value);
  }
}

Value RowReduction::reduceRegisters(OpBuilder &b, Location loc, ReduceKind kind,
                                    ArrayRef<Value> values) {
  // A few chains, to which products can be added one by one, then a tree.
  constexpr size_t kChains = 4;
  SmallVector<Value> level(values.take_front(kChains));
  accumulate(b, loc, kind, level, values.drop_front(level.size()));
  while (level.size() > 1) {
    SmallVector<Value> next;
    for (size_t i = 0; i + 1 < level.size(); i += 2)
      next.push_back(createCombine(b, loc, kind, level[i], level[i + 1]));
    if (level.size() % 2)
      next.push_back(level.back());
    level = std::move(next);
  }
  return level.front();
}

Value RowReduction::sumProducts(OpBuilder &b, Location loc,
                                ArrayRef<std::pair<Value, Value>> products) {
  // Independent sums hide the latency of an addition.
  constexpr size_t kSums = 4;
  SmallVector<Value> sums;
  for (auto [i, product] : llvm::enumerate(products)) {
    auto [x, y] = product;
    if (i < kSums) {
      sums.push_back(arith::MulFOp::create(b, loc, x, y));
      continue;
    }
    Value &sum = sums[i % kSums];
    sum = math::FmaOp::create(b, loc, x, y, sum);
  }
  return reduceRegisters(b, loc, ReduceKind::Add, sums);
}

void RowReduction::combine(OpBuilder &b, Location loc,
                           MutableArrayRef<PartialResult> partials) {
  if (combinesColumns())
    return combineColumns(b, loc, partials);
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

Value RowReduction::getScopeStart(OpBuilder &b, Location loc) {
  return Int32Math(b, loc).mul(scope.getNumber(), getRows() * steps.warps);
}

/// Where `warp` (of those that share a row) keeps the partial result of the row
/// register at `position` among those of a thread: [warp][position][row of the
/// threads], so that lanes of different rows are neighbours.
Value RowReduction::getSlot(OpBuilder &b, Location loc, Value position,
                            Value warp) {
  int64_t unit = 1;
  auto count = [&](const TileDigit &digit) -> int64_t {
    if (hasDim(reduced, digit.dim))
      return 0;
    int64_t factor = unit;
    unit *= digit.extent;
    return factor;
  };
  Value lanePart =
      createDigits(b, loc, layout, Holder::Lane, numbers.lane, count);
  Value warpPart =
      createDigits(b, loc, layout, Holder::Warp, numbers.warp, count);
  Int32Math m(b, loc);
  int64_t threadRows = unit;
  Value slot = m.add(m.mul(position, threadRows), m.add(lanePart, warpPart));
  Value first = m.mul(warp, threadRows * rowRegisters.size());
  slot = m.add(m.add(slot, first), getScopeStart(b, loc));
  return IndexMath(b, loc).fromUnsigned(slot);
}

int64_t RowReduction::getPosition(int64_t reg) const {
  int64_t row = layout.project(reg, ~reduced);
  return llvm::find(rowRegisters, row) - rowRegisters.begin();
}

/// The number along the row of this thread's lane (its warp), or null if all
/// lanes (warps) belong to different rows.
Value RowReduction::getNumberInRow(OpBuilder &b, Location loc, Holder holder) {
  int64_t unit = 1;
  Value number = holder == Holder::Lane ? numbers.lane : numbers.warp;
  return createDigits(b, loc, layout, holder, number,
                      [&](const TileDigit &digit) -> int64_t {
                        if (!hasDim(reduced, digit.dim))
                          return 0;
                        int64_t factor = unit;
                        unit *= digit.extent;
                        return factor;
                      });
}

RowReduction::Buffers
RowReduction::createBuffers(ArrayRef<PartialResult> partials) {
  Buffers buffers;
  for (const PartialResult &partial : partials)
    if (!buffers.count(partial.op))
      buffers[partial.op] = getBuffer(
          partial.value.getType(), getRows() * steps.warps * scope.getGroups());
  return buffers;
}

int64_t RowReduction::getRows() const {
  int64_t rows = 1;
  for (const TileDigit &digit : layout.getDigits())
    if (!hasDim(reduced, digit.dim))
      rows *= digit.extent;
  return rows;
}

/// Emits `build` at `b`, under `condition` unless that is null.
static void createIf(OpBuilder &b, Location loc, Value condition,
                     function_ref<void(OpBuilder &)> build) {
  if (!condition)
    return build(b);
  auto ifOp = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/false);
  OpBuilder inner = ifOp.getThenBodyBuilder();
  build(inner);
}

void RowReduction::combineWarps(OpBuilder &b, Location loc,
                                MutableArrayRef<PartialResult> partials) {
  Buffers buffers = createBuffers(partials);
  Value laneInRow = getNumberInRow(b, loc, Holder::Lane), first;
  Value warpInRow = getNumberInRow(b, loc, Holder::Warp);
  if (laneInRow)
    first = Int32Math(b, loc).equal(laneInRow, 0);
  createIf(b, loc, first, [&](OpBuilder &inner) {
    for (PartialResult &partial : partials) {
      Value position = Int32Math(inner, loc).constant(getPosition(partial.reg));
      memref::StoreOp::create(inner, loc, partial.value, buffers[partial.op],
                              getSlot(inner, loc, position, warpInRow));
    }
  });
  scope.synchronise(b, loc);
  loadCombined(b, loc, partials, buffers, steps.warps);
}

/// Every thread's results from the first `parts` partial ones of each row.
void RowReduction::loadCombined(OpBuilder &b, Location loc,
                                MutableArrayRef<PartialResult> partials,
                                Buffers &buffers, int64_t parts) {
  Int32Math m(b, loc);
  for (PartialResult &partial : partials) {
    Value position = m.constant(getPosition(partial.reg));
    SmallVector<Value> values;
    for (int64_t part = 0; part < parts; ++part)
      values.push_back(
          memref::LoadOp::create(b, loc, buffers[partial.op],
                                 getSlot(b, loc, position, m.constant(part))));
    partial.value = reduceRegisters(b, loc, partial.op.getKind(), values);
  }
}

//===----------------------------------------------------------------------===//
// Columns: many rows a thread
//===----------------------------------------------------------------------===//

bool RowReduction::combinesColumns() const {
  // A barrier and a few loads against so many loads in every thread.
  constexpr int64_t kManyLoads = 16;
  int64_t rows = rowRegisters.size();
  return rows > 1 && spansWarps() && rows * steps.warps >= kManyLoads;
}

void RowReduction::combineColumns(OpBuilder &b, Location loc,
                                  MutableArrayRef<PartialResult> partials) {
  Buffers buffers = createBuffers(partials);
  Value warpInRow = getNumberInRow(b, loc, Holder::Warp);
  for (auto &[op, buffer] : buffers) {
    SmallVector<Value> values;
    for (PartialResult &partial : partials)
      if (partial.op.getOperation() == op)
        values.push_back(partial.value);
    auto [position, writes] =
        scatterLanes(b, loc, cast<RowReduceOp>(op).getKind(), values);
    createIf(b, loc, writes,
             [&, &buffer = buffer, &position = position](OpBuilder &inner) {
               for (auto [i, value] : llvm::enumerate(values)) {
                 Value at = Int32Math(inner, loc).add(position, i);
                 memref::StoreOp::create(inner, loc, value, buffer,
                                         getSlot(inner, loc, at, warpInRow));
               }
             });
  }
  scope.synchronise(b, loc);
  int64_t number = 0;
  for (auto &[op, buffer] : buffers)
    combineColumn(b, loc, cast<RowReduceOp>(op).getKind(), buffer, number++);
  scope.synchronise(b, loc);
  loadCombined(b, loc, partials, buffers, /*parts=*/1);
}

/// Combines `values`, one a row register, across lanes and leaves each lane
/// with those of some rows only: at each step it sends one half of what it has
/// for the other half. Returns the position of its first row register, and
/// which lanes hold what no other does (null: all).
std::pair<Value, Value> RowReduction::scatterLanes(OpBuilder &b, Location loc,
                                                   ReduceKind kind,
                                                   SmallVector<Value> &values) {
  Int32Math m(b, loc);
  Value position = m.constant(0), zero = position, writes;
  for (int64_t mask : steps.laneMasks) {
    Value bit = arith::AndIOp::create(b, loc, numbers.lane, m.constant(mask));
    Value isLower = m.equal(bit, 0);
    if (values.size() % 2) {
      for (Value &value : values)
        value = createCombine(b, loc, kind, value,
                              createShuffle(b, loc, value, mask));
      writes = m.both(writes, isLower);
      continue;
    }
    size_t half = values.size() / 2;
    for (size_t i = 0; i < half; ++i) {
      Value low = values[i], high = values[half + i];
      Value kept = m.select(isLower, low, high);
      Value sent = m.select(isLower, high, low);
      values[i] =
          createCombine(b, loc, kind, kept, createShuffle(b, loc, sent, mask));
    }
    values.resize(half);
    Value skipped =
        m.select(isLower, zero, m.constant(static_cast<int64_t>(half)));
    position = m.add(position, skipped);
  }
  return {position, writes};
}

/// Combines the partial results that all warps left of each row, each row by
/// one thread, in the place of the first warp's. Reductions (`number` counts
/// them) go to different threads where there are enough.
void RowReduction::combineColumn(OpBuilder &b, Location loc, ReduceKind kind,
                                 Value buffer, int64_t number) {
  int64_t threads = kWarpSize * layout.getCount(Holder::Warp);
  int64_t rows = getRows(), first = number * rows % threads;
  if (first + rows > threads)
    first = 0;
  Int32Math m(b, loc);
  Value thread = m.add(m.mul(numbers.warp, kWarpSize), numbers.lane);
  for (int64_t start = 0; start < rows; start += threads) {
    // Threads before the first wrap around to numbers that are too large.
    Value column = m.add(thread, start - first);
    createIf(b, loc, m.below(column, rows), [&](OpBuilder &inner) {
      Int32Math m(inner, loc);
      IndexMath index(inner, loc);
      Value place = m.add(column, getScopeStart(inner, loc));
      SmallVector<Value> values;
      for (int64_t warp = 0; warp < steps.warps; ++warp) {
        Value slot = m.add(place, warp * rows);
        values.push_back(memref::LoadOp::create(inner, loc, buffer,
                                                index.fromUnsigned(slot)));
      }
      memref::StoreOp::create(inner, loc,
                              reduceRegisters(inner, loc, kind, values), buffer,
                              index.fromUnsigned(place));
    });
  }
}
