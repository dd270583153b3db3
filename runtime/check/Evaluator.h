// Evaluates the meaning of an entry element by element, on demand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_EVALUATOR_H
#define UPWEAVE_CHECK_EVALUATOR_H

#include "IndexMap.h"
#include "Memo.h"
#include "ScalarProgram.h"
#include "WorkPool.h"

#include "BundleFile.h"

#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

namespace upweave {
namespace check {

class Evaluator;

/// Coordinates of a tensor at which every element is a zero that was filled in,
/// whatever the inputs are: where a transposed convolution is written as a
/// stuffed input and an ordinary one.
struct ZeroMask {
  bool all = false;
  /// One list a dimension, with a flag a coordinate; empty where none is known.
  std::vector<std::vector<bool>> dims;
};

/// About how much of a tensor is read: elements, in runs along its last
/// dimension.
struct Need {
  double elements = 0, runs = 0;
  Need &operator+=(const Need &other) {
    elements += other.elements;
    runs += other.runs;
    return *this;
  }
};
using Needs = std::vector<Need>; ///< one a tensor

/// What the rows of a block reduce, or what that is made from, point by point
/// of its domain: a value of its program that needs no other point.
struct RowOperand {
  Shape domain;
  DType dtype;
  Precision precision; ///< of the block's convolution
  std::string where;
  int32_t step = -1;  ///< of the meaning
  uint32_t value = 0; ///< of the block's program
  std::function<Value(const int64_t *point)> read;
  /// Row-major position in the producer of what a point takes from it.
  std::function<int64_t(const int64_t *point)> producerPosition;
  double workOfPoint = 0; ///< scalar ops, with those of other steps
};

/// A step: computes elements of its results. Used by several threads.
class StepEvaluator {
public:
  virtual ~StepEvaluator() = default;
  /// Element `linear` (row-major) of result `result`.
  virtual Value read(uint32_t result, int64_t linear) = 0;
  /// What is known to be zero of result `result`.
  virtual ZeroMask findZeros(uint32_t result) const;
  /// Adds to `needs` what computing `need` of the results reads; returns about
  /// how many products and other scalar ops that takes, without those of other
  /// steps.
  virtual double addNeeds(const Need &need, Needs &needs) const = 0;
  /// Adds what rows reduce, if this is a block that reduces them.
  virtual void addRowOperands(std::vector<RowOperand> &operands);
  /// Takes `make` for value `value` of a block's program, at any point.
  virtual void substitute(uint32_t value,
                          std::function<Value(const int64_t *point)> make);
};

/// A tensor of the meaning with its sizes known.
struct TensorInfo {
  DType dtype = DType::F32;
  Shape shape;
  Shape strides;                       ///< row-major
  int64_t count = 0;                   ///< elements
  const unsigned char *data = nullptr; ///< of arguments and constants
  Shape dataStrides;                   ///< in elements, of `data`
  bool splat = false;
  int64_t dataCount = 0; ///< elements that may be read at `data`
  std::string error;     ///< why its sizes cannot be, if so
  /// Makes the elements, if given.
  const std::function<Value(int64_t)> *generate = nullptr;
  int32_t step = -1;   ///< of a step's result
  int32_t depth = 0;   ///< steps in the longest chain that leads to it
  uint32_t result = 0; ///< which of the step's
};

/// Where the elements of an input argument are.
struct ArgumentData {
  const void *data = nullptr; ///< null for outputs
  Shape shape;
  Shape strides; ///< in elements; empty is row-major
  /// Makes the elements instead of reading them, if given.
  std::function<Value(int64_t linear)> generate;
};

/// Which of an entry's two meanings.
enum class MeaningKind {
  Source, ///< the function as it was; what overflows in it is unknown
  Blocks  ///< what it was made into
};

/// The reference. `read` and `readOutput` may be called by several threads.
/// Throws CheckError.
class Evaluator {
public:
  /// Validates the entry's meaning for arguments of these shapes. The data of
  /// inputs must outlive the evaluator, as must the pool that it works with.
  Evaluator(const rt::BundleFile &file, const bundle::Entry &entry,
            std::vector<ArgumentData> args, WorkPool &pool,
            MeaningKind kind = MeaningKind::Blocks);
  ~Evaluator();

  /// About how many scalar ops it takes to compute that much of output
  /// `output`, each run from a different part of it.
  double estimateWork(uint32_t output, const Need &need) const;
  /// The same for a tensor.
  double estimateTensor(uint32_t tensor, const Need &need) const;
  /// The same for all that is needed; `needs` is completed by what that needs.
  double estimateNeeds(Needs &needs) const;
  /// What the blocks' rows reduce.
  std::vector<RowOperand> findRowOperands();
  /// Takes other values for a tensor, and for what rows reduce, in whatever is
  /// read from then on. To be called before anything is read.
  void substitute(uint32_t tensor, std::function<Value(int64_t linear)> make);
  void substitute(const RowOperand &operand,
                  std::function<Value(const int64_t *point)> make);
  uint32_t tensorCount() const { return tensors.size(); }
  bool isComputed(uint32_t tensor) const { return tensors[tensor].step >= 0; }

  /// `WorkPool::run` for bodies that read elements.
  void run(int64_t rank, int64_t count, int64_t grain,
           const WorkPool::Body &body);
  WorkPool &workPool() { return pool; }
  /// The rank of the step being bound: what it waits for is of lower ranks.
  int64_t stepRank() const { return currentStep; }
  /// What is known to be zero of a tensor.
  ZeroMask findZeros(uint32_t tensor) const;

  /// Element of a tensor of the meaning.
  Value read(uint32_t tensor, int64_t linear);
  /// Element of the entry's output number `output` (0 is the first output).
  Value readOutput(uint32_t output, int64_t linear) {
    return read(outputs[output], linear);
  }
  uint32_t outputCount() const { return outputs.size(); }
  const TensorInfo &outputInfo(uint32_t output) const {
    return tensors[outputs[output]];
  }

  const TensorInfo &tensor(uint32_t index) const { return tensors[index]; }
  /// Number of tensors defined so far; steps may use those below.
  uint32_t definedTensors() const { return defined; }
  /// Throws unless `index` is a tensor defined before the current step.
  uint32_t use(uint32_t index, const std::string &where) const;
  /// Claims `index` as result `result` of the current step.
  const TensorInfo &define(uint32_t index, uint32_t result,
                           const std::string &where);
  /// Value of an expression of argument sizes.
  int64_t size(const bundle::Expr *expr, const std::string &where) const;
  Shape sizes(const ExprList *exprs, const std::string &where) const;
  const std::vector<Shape> &argumentShapes() const { return argShapes; }

private:
  void bindTensor(const rt::BundleFile &file, const bundle::Entry &entry,
                  const bundle::Tensor &table, uint32_t index);
  void bindArgument(const bundle::Entry &entry, uint32_t argument,
                    TensorInfo &info, const std::string &where);
  void bindSteps(const bundle::Meaning &meaning);
  void bindStep(const bundle::Step &step, const std::string &where);
  void bindOutputs(const bundle::Entry &entry, const bundle::Meaning &meaning);

  WorkPool &pool;
  MeaningKind kind;
  std::vector<ArgumentData> arguments;
  std::vector<Shape> argShapes;
  std::vector<TensorInfo> tensors;
  std::vector<bool> isDefined;
  uint32_t defined = 0;
  int32_t currentStep = -1;
  mutable int32_t currentDepth = 1; ///< of the step being bound
  /// What was found once, as steps share tensors, and how many coordinates more
  /// are looked at for it.
  mutable std::unordered_map<uint32_t, ZeroMask> zeroMasks;
  mutable int64_t maskedLeft = int64_t(1) << 27;
  std::vector<std::unique_ptr<StepEvaluator>> steps;
  std::vector<std::vector<uint32_t>> results; ///< tensors of each step
  std::vector<uint32_t> outputs;
  std::list<std::function<Value(int64_t)>> substitutes; ///< of tensors
};

/// A tensor seen through an index map.
struct MappedTensor {
  uint32_t tensor = 0;
  IndexMap map;
  /// Reads the element at these loops.
  Value read(Evaluator &evaluator, const int64_t *loops) const;
};
/// Validates an operand over `loops` loops.
MappedTensor bindOperand(const Evaluator &evaluator, uint32_t tensor,
                         const ExprList *map, uint32_t loops,
                         const std::string &where);

std::unique_ptr<StepEvaluator> makeBlock(Evaluator &evaluator,
                                         const bundle::BlockStep &table,
                                         const std::string &where);
std::unique_ptr<StepEvaluator> makeLoopNest(Evaluator &evaluator,
                                            const bundle::LoopNestStep &table,
                                            const std::string &where);
/// Fill, pad, slices, reshapes and choices.
std::unique_ptr<StepEvaluator> makeView(Evaluator &evaluator,
                                        const bundle::Step &table,
                                        const std::string &where);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_EVALUATOR_H
