// Scalar programs of the meaning, validated and evaluated with errors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_SCALARPROGRAM_H
#define UPWEAVE_CHECK_SCALARPROGRAM_H

#include "Value.h"

#include <functional>
#include <vector>

namespace upweave {
namespace check {

/// One op, unpacked.
struct Op {
  bundle::Opcode opcode;
  DType dtype;
  std::vector<uint32_t> operands;
  std::vector<DType> operandTypes;
  double value = 0, value2 = 0;
  int64_t integer = 0;
  uint8_t predicate = 0;
  bundle::ReduceKind reduce = bundle::ReduceKind::Add;
  uint32_t tensor = 0;
};

/// A validated program. Values are numbered: arguments, then op results.
class ScalarProgram {
public:
  /// What may appear in the program and what its numbers refer to.
  struct Context {
    std::string where;        ///< for errors
    uint32_t args = 0;        ///< expected number of arguments
    uint32_t results = 0;     ///< expected number of results
    uint32_t loops = 0;       ///< LoopIndex is below this
    uint32_t tensors = 0;     ///< TensorExtract reads tensors below this
    bool collectives = false; ///< RowReduce and LayerNorm are allowed
  };
  /// Throws CheckError when the table is inconsistent or holds an Opaque.
  ScalarProgram(const bundle::Program *table, const Context &context);
  ScalarProgram() = default;

  const std::vector<DType> &args() const { return argTypes; }
  const std::vector<Op> &ops() const { return opList; }
  const std::vector<uint32_t> &results() const { return resultList; }
  uint32_t valueCount() const { return argTypes.size() + opList.size(); }
  DType typeOf(uint32_t value) const {
    return value < argTypes.size() ? argTypes[value]
                                   : opList[value - argTypes.size()].dtype;
  }
  /// Whether any op reads other points of the row.
  bool hasCollectives() const { return collective; }

private:
  Op unpack(const bundle::ScalarOp &table, const Context &context,
            uint32_t position) const;

  std::vector<DType> argTypes;
  std::vector<Op> opList;
  std::vector<uint32_t> resultList;
  bool collective = false;
};

/// Name of an opcode, as in the schema.
const char *opcodeName(bundle::Opcode opcode);
/// Operands that an opcode takes; -1 when it varies.
int operandCount(bundle::Opcode opcode);
bool isCollective(bundle::Opcode opcode);

/// Result of an op that is no leaf and no collective, for operands `in`.
Value applyScalar(const Op &op, const Value *in);
/// The parts of applyScalar; each takes its own opcodes.
Value applyFloat(const Op &op, const Value *in);
Value applyInteger(const Op &op, const Value *in);
Value applyCast(const Op &op, const Value *in);

/// Adds rounding to an error and turns what overflows `dtype` into infinity.
Value rounded(DType dtype, double v, double e, double units = 1);

/// Terms added up in some order.
struct SumOf {
  double v = 0;         ///< exact sum
  double e = 0;         ///< of the terms
  double magnitude = 0; ///< sum of their sizes
  double unit = 0;      ///< of the rounding, relative to that
  double count = 0;
  double low = 0; ///< what no kernel's sum is below

  /// Adds a term's error, size and bound; its value is the caller's to add.
  void note(const Value &term) {
    e += term.e;
    magnitude += std::fabs(term.v);
    low += term.e == 0 ? term.v : term.low;
  }
};
/// The sum in `dtype`: rounding, what may flush to zero in each term, and
/// overflow on the way.
Value roundedSum(DType dtype, const SumOf &sum);

/// While one lives, what overflows in this thread is unknown, a NaN with an
/// infinite error: an infinity may lead to a finite value again, which a kernel
/// that keeps f32 where the source has f16 never sees.
class UnknownOverflow {
public:
  UnknownOverflow();
  ~UnknownOverflow();
  UnknownOverflow(const UnknownOverflow &) = delete;
  UnknownOverflow &operator=(const UnknownOverflow &) = delete;

private:
  bool before;
};

/// `combine` of a reduction kind, on accumulators of `dtype`.
Value combine(bundle::ReduceKind kind, DType dtype, const Value &a,
              const Value &b);
/// Reduction of `row`, with the error of a sum of that many terms.
Value reduceRow(bundle::ReduceKind kind, DType dtype, const Value *row,
                size_t count);
/// (row - mean) / sqrt(variance + eps), element by element.
void layerNormRow(DType dtype, double eps, const Value *row, Value *out,
                  size_t count);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_SCALARPROGRAM_H
