//===- MmaAtom.cpp - Products of fragments --------------------------------===//
// Accesses from layouts, and the instructions: multiply-adds of the FMA units,
// mma.sync of TF32, f16 and bf16 with f32 sums.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Fused/MmaAtom.h"

#include "Emission/KernelMath.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace upweave;

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

/// Words of an order's memory that a step along `dim` moves by.
static int64_t getWords(const AtomInfo &info, const AtomOperand &operand,
                        unsigned dim, int64_t step) {
  return operand.order.getPlace(dim, step) * info.elementBytes / kWordBytes;
}

/// The first word of `lane`. Neighbouring digits that move on alike are one.
static Value createLaneWord(OpBuilder &b, Location loc, const AtomInfo &info,
                            const AtomOperand &operand, Value lane) {
  struct Part {
    int64_t unit, extent, words;
  };
  SmallVector<Part> parts;
  int64_t unit = 1;
  for (const TileDigit &digit : operand.held.getDigits()) {
    if (digit.holder != Holder::Lane)
      continue;
    int64_t words = getWords(info, operand, digit.dim, digit.stride);
    if (!parts.empty() && parts.back().words * parts.back().extent == words)
      parts.back().extent *= digit.extent;
    else
      parts.push_back({unit, digit.extent, words});
    unit *= digit.extent;
  }
  Int32Math m(b, loc);
  Value sum;
  for (const Part &part : parts) {
    if (part.words == 0)
      continue;
    Value value = m.div(lane, part.unit);
    if (part.unit * part.extent < kWarpSize)
      value = m.rem(value, part.extent);
    sum = m.add(sum, m.mul(value, part.words));
  }
  return sum;
}

Value MmaAtom::getFilterLane(OpBuilder &b, Location loc, Value lane) const {
  return createLaneWord(b, loc, info, info.filter, lane);
}

Value MmaAtom::getInputLane(OpBuilder &b, Location loc, Value lane) const {
  return createLaneWord(b, loc, info, info.input, lane);
}

/// Reads `count` words from `word` on, as one access.
static SmallVector<Value, 4> loadWords(OpBuilder &b, Location loc, Value shared,
                                       Value word, int64_t count) {
  auto type = VectorType::get({count}, b.getI32Type());
  Value vector = vector::LoadOp::create(b, loc, type, shared, ValueRange(word),
                                        /*nontemporal=*/false,
                                        llvm::MaybeAlign(kWordBytes * count));
  SmallVector<Value, 4> words;
  for (int64_t i = 0; i < count; ++i)
    words.push_back(vector::ExtractOp::create(b, loc, vector, i));
  return words;
}

/// Words of `operand` that a lane reads in a step, from its first one on: those
/// of registers in one column, in the order of the registers.
static SmallVector<int64_t> getRegisterWords(const AtomInfo &info,
                                             const AtomOperand &operand,
                                             int64_t step) {
  int64_t registers = operand.held.getCount(Holder::Register) / info.steps;
  SmallVector<int64_t> words;
  for (int64_t i = 0; i < registers; ++i) {
    int64_t reg = step * registers + i, place = 0;
    if (operand.held.getOffset(Holder::Register, kAtomColumnDim, reg) != 0)
      continue;
    for (unsigned dim : {kAtomChannelDim, kAtomDepthDim})
      place += operand.order.getPlace(
          dim, operand.held.getOffset(Holder::Register, dim, reg));
    int64_t word = place * info.elementBytes / kWordBytes;
    if (words.empty() || words.back() != word)
      words.push_back(word);
  }
  return words;
}

Fragment MmaAtom::loadRegisters(OpBuilder &b, Location loc,
                                const AtomOperand &operand, Value shared,
                                Value word, int64_t step) const {
  SmallVector<int64_t> words = getRegisterWords(info, operand, step);
  Fragment fragment;
  for (size_t i = 0; i < words.size();) {
    int64_t count = 1;
    while (count < kPieceWords && i + count < words.size() &&
           words[i + count] == words[i] + count)
      ++count;
    Value first = IndexMath(b, loc).add(word, words[i]);
    for (Value bits : loadWords(b, loc, shared, first, count))
      appendWord(b, loc, bits, fragment);
    i += count;
  }
  return fragment;
}

Fragment MmaAtom::loadFilter(OpBuilder &b, Location loc, Value shared,
                             Value word, int64_t step) const {
  return loadRegisters(b, loc, info.filter, shared, word, step);
}

Fragment MmaAtom::loadInput(OpBuilder &b, Location loc, Value shared,
                            ArrayRef<Value> words, int64_t step) const {
  Fragment all;
  for (Value word : words)
    llvm::append_range(all,
                       loadRegisters(b, loc, info.input, shared, word, step));
  return all;
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

namespace {
/// mma.sync with f32 sums.
class TensorCoreAtom : public MmaAtom {
public:
  /// `type` is that of the operands; `isPair`: they come as vectors of two f16,
  /// and not as words.
  TensorCoreAtom(const AtomInfo &info, NVVM::MMATypes type, bool isPair)
      : MmaAtom(info), type(type), isPair(isPair) {}

  void multiply(OpBuilder &b, Location loc, const Fragment &filter,
                const Fragment &input,
                MutableArrayRef<Value> sums) const override {
    Type f32 = b.getF32Type();
    auto results =
        LLVM::LLVMStructType::getLiteral(b.getContext(), {f32, f32, f32, f32});
    int64_t depth = getInfo().getChunkChannels();
    Value product = NVVM::MmaOp::create(
        b, loc, results, filter, input, sums,
        ArrayRef<int64_t>{kAtomChannels, kAtomPositions, depth},
        /*b1Op=*/std::nullopt, /*intOverflow=*/std::nullopt,
        std::array<NVVM::MMATypes, 2>{type, type},
        std::array<NVVM::MMALayout, 2>{NVVM::MMALayout::row,
                                       NVVM::MMALayout::col});
    for (auto [i, sum] : llvm::enumerate(sums))
      sum = LLVM::ExtractValueOp::create(b, loc, product,
                                         static_cast<int64_t>(i));
  }

protected:
  void appendWord(OpBuilder &b, Location loc, Value word,
                  Fragment &fragment) const override {
    if (isPair)
      word = LLVM::BitcastOp::create(
          b, loc, VectorType::get({2}, b.getF16Type()), word);
    fragment.push_back(word);
  }

private:
  NVVM::MMATypes type;
  bool isPair;
};

/// Multiply-adds of f32 by each thread for its own results.
class FMAAtom : public MmaAtom {
public:
  explicit FMAAtom(const AtomInfo &info) : MmaAtom(info) {}

  void multiply(OpBuilder &b, Location loc, const Fragment &filter,
                const Fragment &input,
                MutableArrayRef<Value> sums) const override {
    const TileLayout &result = getInfo().result;
    int64_t columns = getInfo().getInputColumns();
    auto depth = static_cast<int64_t>(input.size()) / columns;
    // Of the filter a lane has two rows, its results' lower one first.
    for (int64_t k = 0; k < depth; ++k)
      for (auto [i, sum] : llvm::enumerate(sums)) {
        int64_t row = result.getOffset(Holder::Register, kAtomChannelDim, i);
        int64_t column = result.getOffset(Holder::Register, kAtomColumnDim, i);
        sum = math::FmaOp::create(b, loc, filter[(row != 0) * depth + k],
                                  input[column * depth + k], sum);
      }
  }

protected:
  void appendWord(OpBuilder &b, Location loc, Value word,
                  Fragment &fragment) const override {
    fragment.push_back(arith::BitcastOp::create(b, loc, b.getF32Type(), word));
  }
};
} // namespace

std::unique_ptr<MmaAtom> MmaAtom::create(AtomKind kind) {
  const AtomInfo &info = getAtomInfo(kind);
  auto tensorCore = [&](NVVM::MMATypes type, bool isPair = false) {
    return std::make_unique<TensorCoreAtom>(info, type, isPair);
  };
  switch (kind) {
  case AtomKind::FMA:
    return std::make_unique<FMAAtom>(info);
  case AtomKind::TF32:
    return tensorCore(NVVM::MMATypes::tf32);
  case AtomKind::F16:
    return tensorCore(NVVM::MMATypes::f16, /*isPair=*/true);
  case AtomKind::BF16:
    return tensorCore(NVVM::MMATypes::bf16);
  }
  llvm_unreachable("unknown atom");
}
