//===- MmaAtom.cpp - Products of fragments --------------------------------===//
// The atoms: fused multiply-adds of the FMA units, and mma.sync of TF32, f16
// and bf16 with f32 sums.
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

/// Reads `count` words from `word` on, as one access.
static Fragment loadWords(OpBuilder &b, Location loc, Value shared, Value word,
                          int64_t count) {
  auto type = VectorType::get({count}, b.getI32Type());
  Value vector = vector::LoadOp::create(b, loc, type, shared, ValueRange(word),
                                        /*nontemporal=*/false,
                                        llvm::MaybeAlign(4 * count));
  Fragment words;
  for (int64_t i = 0; i < count; ++i)
    words.push_back(vector::ExtractOp::create(b, loc, vector, i));
  return words;
}

namespace {
/// mma.sync: a lane reads 16 bytes of a filter's and 8 of an input's fragment.
class TensorCoreAtom : public MmaAtom {
public:
  explicit TensorCoreAtom(AtomKind kind) : kind(kind) {}

  Value getFilterLane(OpBuilder &b, Location loc, Value lane) const override {
    return Int32Math(b, loc).mul(lane, 4);
  }
  Value getInputLane(OpBuilder &b, Location loc, Value lane) const override {
    Int32Math m(b, loc);
    return m.mul(m.rem(lane, 4), 2);
  }
  Fragment loadFilter(OpBuilder &b, Location loc, Value shared, Value word,
                      int64_t) const override {
    return typed(b, loc, loadWords(b, loc, shared, word, 4));
  }
  Fragment loadInput(OpBuilder &b, Location loc, Value shared,
                     ArrayRef<Value> words, int64_t) const override {
    return typed(b, loc, loadWords(b, loc, shared, words.front(), 2));
  }
  void multiply(OpBuilder &b, Location loc, const Fragment &filter,
                const Fragment &input,
                MutableArrayRef<Value> sums) const override {
    Type f32 = b.getF32Type();
    auto type =
        LLVM::LLVMStructType::getLiteral(b.getContext(), {f32, f32, f32, f32});
    NVVM::MMATypes operand = kind == AtomKind::TF32  ? NVVM::MMATypes::tf32
                             : kind == AtomKind::F16 ? NVVM::MMATypes::f16
                                                     : NVVM::MMATypes::bf16;
    int64_t depth = getAtomInfo(kind).getChunkChannels();
    Value product = NVVM::MmaOp::create(
        b, loc, type, filter, input, sums,
        ArrayRef<int64_t>{kAtomChannels, kAtomColumns, depth},
        /*b1Op=*/std::nullopt, /*intOverflow=*/std::nullopt,
        std::array<NVVM::MMATypes, 2>{operand, operand},
        std::array<NVVM::MMALayout, 2>{NVVM::MMALayout::row,
                                       NVVM::MMALayout::col});
    for (auto [i, sum] : llvm::enumerate(sums))
      sum = LLVM::ExtractValueOp::create(b, loc, product,
                                         static_cast<int64_t>(i));
  }

private:
  /// mma.sync takes pairs of f16 as vectors, all else as words.
  Fragment typed(OpBuilder &b, Location loc, Fragment words) const {
    if (kind == AtomKind::F16)
      for (Value &word : words)
        word = LLVM::BitcastOp::create(
            b, loc, VectorType::get({2}, b.getF16Type()), word);
    return words;
  }

  AtomKind kind;
};

/// Multiply-adds of f32 by each thread for its own four results: filters and
/// inputs come as four channels in one access, half a chunk a step.
class FMAAtom : public MmaAtom {
public:
  int64_t getSteps() const override { return 2; }
  bool hasOwnColumns() const override { return true; }
  Value getFilterLane(OpBuilder &b, Location loc, Value lane) const override {
    Int32Math m(b, loc);
    return m.mul(m.div(lane, 4), 4);
  }
  Value getInputLane(OpBuilder &b, Location loc, Value) const override {
    return Int32Math(b, loc).constant(0);
  }
  Fragment loadFilter(OpBuilder &b, Location loc, Value shared, Value word,
                      int64_t step) const override {
    constexpr int64_t kHalfRows = 32, kStep = 64;
    Fragment low = floats(b, loc, shared, word, step * kStep);
    llvm::append_range(low,
                       floats(b, loc, shared, word, step * kStep + kHalfRows));
    return low;
  }
  Fragment loadInput(OpBuilder &b, Location loc, Value shared,
                     ArrayRef<Value> words, int64_t step) const override {
    Fragment all;
    for (Value word : words)
      llvm::append_range(all, floats(b, loc, shared, word, 4 * step));
    return all;
  }
  void multiply(OpBuilder &b, Location loc, const Fragment &filter,
                const Fragment &input,
                MutableArrayRef<Value> sums) const override {
    for (int64_t k = 0; k < 4; ++k)
      for (auto [i, sum] : llvm::enumerate(sums))
        sum = math::FmaOp::create(b, loc, filter[i / 2 * 4 + k],
                                  input[i % 2 * 4 + k], sum);
  }

private:
  static Fragment floats(OpBuilder &b, Location loc, Value shared, Value word,
                         int64_t offset) {
    Fragment words =
        loadWords(b, loc, shared, IndexMath(b, loc).add(word, offset), 4);
    for (Value &value : words)
      value = arith::BitcastOp::create(b, loc, b.getF32Type(), value);
    return words;
  }
};
} // namespace

std::unique_ptr<MmaAtom> MmaAtom::create(AtomKind kind) {
  if (kind == AtomKind::FMA)
    return std::make_unique<FMAAtom>();
  return std::make_unique<TensorCoreAtom>(kind);
}
