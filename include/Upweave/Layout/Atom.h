//===- Atom.h - Products of fragments as data -------------------*- C++ -*-===//
// What planning, packing and emission know of the instructions that multiply:
// who holds which element of an operand, and in which order memory has them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LAYOUT_ATOM_H
#define UPWEAVE_LAYOUT_ATOM_H

#include "Upweave/Layout/DigitOrder.h"
#include "Upweave/Layout/TileLayout.h"

#include "llvm/ADT/StringRef.h"

namespace upweave {

/// Bytes of one staged position: the channels of one chunk.
constexpr int64_t kPositionBytes = 32;
/// Bytes of one access to packed operands, of which a position has two.
constexpr int64_t kPieceBytes = 16;
/// Result channels and positions of one product of fragments.
constexpr int64_t kAtomChannels = 16, kAtomPositions = 8;
/// Bytes of a filter fragment: kAtomChannels positions of one chunk.
constexpr int64_t kFragmentBytes = kAtomChannels * kPositionBytes;
/// Bytes of the words that packed and shared memory is counted in.
constexpr int64_t kWordBytes = 4;
/// The above in words.
constexpr int64_t kPositionWords = kPositionBytes / kWordBytes,
                  kPieceWords = kPieceBytes / kWordBytes,
                  kFragmentWords = kFragmentBytes / kWordBytes;

/// Dimensions of a product of fragments: result channels, positions along the
/// column, and the channels of the chunk that is summed over.
constexpr unsigned kAtomChannelDim = 0, kAtomColumnDim = 1, kAtomDepthDim = 2,
                   kAtomDims = 3;

/// How products of fragments are formed.
enum class AtomKind { FMA, TF32, F16, BF16 };

/// One operand of a product. `held` says which register and lane have which
/// element; a digit along a dimension that the operand does not have says which
/// results a lane needs its elements for. `order` is how elements lie in
/// memory: those of a filter fragment, those of a position of the input.
struct AtomOperand {
  TileLayout held;
  DigitOrder order;
};

/// The units of a multiprocessor that form an atom's products.
enum class ProductUnit { FMA, TensorTF32, TensorF16 };

/// What the cost model counts of an atom.
struct AtomCosts {
  /// Wavefronts of shared memory that a warp reads a fragment of the input, and
  /// of the filter, in.
  int64_t inputWavefronts, filterWavefronts;
  /// Registers of a fragment of the input, those of one that is read ahead, and
  /// those beside accumulators and fragments: addresses, temporaries of the
  /// region.
  int64_t inputRegisters, aheadRegisters, otherRegisters;
};

/// An atom: a row of the table in Atom.cpp. Its instructions are in
/// Fused/MmaAtom.cpp.
struct AtomInfo {
  AtomKind kind;
  llvm::StringLiteral name;
  /// Bytes of an operand element; a chunk is kPositionBytes of channels.
  int64_t elementBytes;
  /// Accumulators a thread may have beside its operands.
  int64_t maxAccumulators;
  /// Products that a unit's code may have in a row: more do not fit the
  /// instruction cache.
  int64_t maxUnitAtoms;
  /// True if f32 operands are rounded to TF32 when they are packed or staged.
  bool roundsToTF32;
  /// Parts, of equally many registers, that a chunk's operands are read and
  /// multiplied in.
  int64_t steps;
  ProductUnit unit;
  AtomCosts costs;
  AtomOperand filter, input;
  /// Who holds which of kAtomChannels x kAtomPositions results.
  TileLayout result;

  int64_t getChunkChannels() const { return kPositionBytes / elementBytes; }
  /// Elements of an access of kPieceBytes.
  int64_t getPieceElements() const { return kPieceBytes / elementBytes; }
  /// The channel of a chunk that is stored as element `i` of a position.
  int64_t getInputChannel(int64_t i) const;
  /// Columns of the input that a lane reads for one product: 1, or both
  /// parities of its own results.
  int64_t getInputColumns() const;
};

const AtomInfo &getAtomInfo(AtomKind kind);

} // namespace upweave

#endif // UPWEAVE_LAYOUT_ATOM_H
