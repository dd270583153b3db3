// Evaluates the meaning of an entry element by element, on demand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_EVALUATOR_H
#define UPWEAVE_CHECK_EVALUATOR_H

#include "IndexMap.h"
#include "ScalarProgram.h"

#include "BundleFile.h"

#include <memory>
#include <unordered_map>

namespace upweave {
namespace check {

class Evaluator;

/// Elements already computed: dense for small tensors, sparse for large ones.
class Memo {
public:
  explicit Memo(int64_t count);
  const Value *find(int64_t linear) const;
  const Value &put(int64_t linear, const Value &value);

private:
  std::vector<Value> dense;
  std::vector<bool> known;
  std::unordered_map<int64_t, Value> sparse;
  bool isDense;
};

/// A step: computes elements of its results.
class StepEvaluator {
public:
  virtual ~StepEvaluator() = default;
  /// Element `linear` (row-major) of result `result`.
  virtual Value read(uint32_t result, int64_t linear) = 0;
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
  int32_t step = -1;     ///< of a step's result
  uint32_t result = 0;   ///< which of the step's
};

/// Where the elements of an input argument are.
struct ArgumentData {
  const void *data = nullptr; ///< null for outputs
  Shape shape;
  Shape strides; ///< in elements; empty is row-major
};

/// The reference. Not thread-safe. Throws CheckError.
class Evaluator {
public:
  /// Validates the entry's meaning for arguments of these shapes. The data of
  /// inputs must outlive the evaluator.
  Evaluator(const rt::BundleFile &file, const bundle::Entry &entry,
            std::vector<ArgumentData> args);
  ~Evaluator();

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

  std::vector<ArgumentData> arguments;
  std::vector<Shape> argShapes;
  std::vector<TensorInfo> tensors;
  std::vector<bool> isDefined;
  uint32_t defined = 0;
  int32_t currentStep = -1;
  std::vector<std::unique_ptr<StepEvaluator>> steps;
  std::vector<uint32_t> outputs;
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
/// Fill, pad, slices and reshapes.
std::unique_ptr<StepEvaluator> makeView(Evaluator &evaluator,
                                        const bundle::Step &table,
                                        const std::string &where);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_EVALUATOR_H
