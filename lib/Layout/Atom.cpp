//===- Atom.cpp - Products of fragments as data ---------------------------===//
// The table of atoms. Layouts of mma.sync are those of the PTX manual.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Layout/Atom.h"

#include "llvm/Support/ErrorHandling.h"

#include <vector>

using namespace upweave;

static constexpr Holder kRegister = Holder::Register, kLane = Holder::Lane;
static constexpr unsigned kM = kAtomChannelDim, kN = kAtomColumnDim,
                          kK = kAtomDepthDim;

/// FMA reads four channels of each position for two columns, twice a chunk, and
/// of filters for two rows; mma.sync a fragment of 8 bytes a lane, one of 16.
/// Multiply-adds leave fewer temporaries alive.
static constexpr AtomCosts kCostsFMA = {/*inputWavefronts=*/16,
                                        /*filterWavefronts=*/8,
                                        /*inputRegisters=*/8,
                                        /*aheadRegisters=*/0,
                                        /*otherRegisters=*/32};
static constexpr AtomCosts kCostsTensor = {/*inputWavefronts=*/2,
                                           /*filterWavefronts=*/4,
                                           /*inputRegisters=*/2,
                                           /*aheadRegisters=*/2,
                                           /*otherRegisters=*/56};

/// Lane 4g + t holds rows g and g + 8 at columns 2t and 2t + 1.
static TileLayout getResultLayout() {
  return TileLayout(kAtomDims, {{kRegister, 2, kN, 1},
                                {kRegister, 2, kM, 8},
                                {kLane, 4, kN, 2},
                                {kLane, 8, kM, 1}});
}

/// Multiply-adds of each thread for its own four results, half a chunk a step:
/// four channels are one access, of a filter for each of two rows, of the input
/// for each of two columns.
static AtomInfo makeFMA() {
  AtomOperand filter{TileLayout(kAtomDims, {{kRegister, 4, kK, 1},
                                            {kRegister, 2, kM, 8},
                                            {kRegister, 2, kK, 4},
                                            {kLane, 4, kN, 2},
                                            {kLane, 8, kM, 1}}),
                     DigitOrder({{4, kK, 1}, {16, kM, 1}, {2, kK, 4}})};
  AtomOperand input{TileLayout(kAtomDims, {{kRegister, 4, kK, 1},
                                           {kRegister, 2, kN, 1},
                                           {kRegister, 2, kK, 4},
                                           {kLane, 4, kN, 2},
                                           {kLane, 8, kM, 1}}),
                    DigitOrder({{8, kK, 1}})};
  return {AtomKind::FMA,
          "fma",
          /*elementBytes=*/4,
          /*maxAccumulators=*/64,
          /*maxUnitAtoms=*/64,
          /*roundsToTF32=*/false,
          /*steps=*/2,
          ProductUnit::FMA,
          kCostsFMA,
          filter,
          input,
          getResultLayout()};
}

/// mma.sync.m16n8k8: registers are channels t and t + 4 of rows g and g + 8,
/// and of column g.
static AtomInfo makeTF32() {
  AtomOperand filter{
      TileLayout(kAtomDims, {{kRegister, 2, kM, 8},
                             {kRegister, 2, kK, 4},
                             {kLane, 4, kK, 1},
                             {kLane, 8, kM, 1}}),
      DigitOrder({{2, kM, 8}, {2, kK, 4}, {4, kK, 1}, {8, kM, 1}})};
  AtomOperand input{
      TileLayout(kAtomDims,
                 {{kRegister, 2, kK, 4}, {kLane, 4, kK, 1}, {kLane, 8, kN, 1}}),
      DigitOrder({{2, kK, 4}, {4, kK, 1}})};
  return {AtomKind::TF32,
          "tf32 m16n8k8",
          /*elementBytes=*/4,
          /*maxAccumulators=*/128,
          /*maxUnitAtoms=*/512,
          /*roundsToTF32=*/true,
          /*steps=*/1,
          ProductUnit::TensorTF32,
          kCostsTensor,
          filter,
          input,
          getResultLayout()};
}

/// mma.sync.m16n8k16 of f16 or bf16: pairs of channels 2t and 2t + 8.
static AtomInfo makeHalf(AtomKind kind, llvm::StringLiteral name) {
  AtomOperand filter{
      TileLayout(kAtomDims, {{kRegister, 2, kK, 1},
                             {kRegister, 2, kM, 8},
                             {kRegister, 2, kK, 8},
                             {kLane, 4, kK, 2},
                             {kLane, 8, kM, 1}}),
      DigitOrder({{2, kK, 1}, {2, kM, 8}, {2, kK, 8}, {4, kK, 2}, {8, kM, 1}})};
  AtomOperand input{TileLayout(kAtomDims, {{kRegister, 2, kK, 1},
                                           {kRegister, 2, kK, 8},
                                           {kLane, 4, kK, 2},
                                           {kLane, 8, kN, 1}}),
                    DigitOrder({{2, kK, 1}, {2, kK, 8}, {4, kK, 2}})};
  return {kind,
          name,
          /*elementBytes=*/2,
          /*maxAccumulators=*/128,
          /*maxUnitAtoms=*/512,
          /*roundsToTF32=*/false,
          /*steps=*/1,
          ProductUnit::TensorF16,
          kCostsTensor,
          filter,
          input,
          getResultLayout()};
}

const AtomInfo &upweave::getAtomInfo(AtomKind kind) {
  static const std::vector<AtomInfo> atoms = {
      makeFMA(), makeTF32(), makeHalf(AtomKind::F16, "f16 m16n8k16"),
      makeHalf(AtomKind::BF16, "bf16 m16n8k16")};
  for (const AtomInfo &atom : atoms)
    if (atom.kind == kind)
      return atom;
  llvm_unreachable("all kinds are in the table");
}

int64_t AtomInfo::getInputChannel(int64_t i) const {
  IntegerMath m;
  return input.order.decode(m, i, kAtomDims)[kAtomDepthDim];
}

int64_t AtomInfo::getInputColumns() const {
  int64_t columns = 1;
  for (const TileDigit &digit : input.held.getDigits())
    if (digit.holder == Holder::Register && digit.dim == kAtomColumnDim)
      columns *= digit.extent;
  return columns;
}
