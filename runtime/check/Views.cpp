// Steps that move elements without computing: fill, pad, slices, reshape,
// choose.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluator.h"

#include <fmt/format.h>

namespace upweave {
namespace check {

namespace {

/// A constant, a size, or the element of a rank-0 tensor.
class Splat {
public:
  Splat(const Evaluator &evaluator, const bundle::FillValue *table, DType dtype,
        const std::string &where) {
    if (!table)
      throw CheckError(where + ": no value");
    tensor = table->scalar();
    if (tensor >= 0) {
      evaluator.use(tensor, where);
      if (evaluator.tensor(tensor).count != 1)
        throw CheckError(
            fmt::format("{}: tensor {} is no scalar", where, tensor));
    }
    if (isFloat(dtype))
      value = floatValue(table->value());
    else
      value = intValue(wrapInteger(
          dtype, table->size() ? evaluator.size(table->size(), where)
                               : table->integer()));
    isZero = tensor < 0 && isFloat(dtype) && value.v == 0;
  }
  Value read(Evaluator &evaluator) const {
    return tensor >= 0 ? evaluator.read(tensor, 0) : value;
  }
  /// Whether it is the constant zero.
  bool isZeroConstant() const { return isZero; }
  void addNeeds(Needs &needs) const {
    if (tensor >= 0)
      needs[tensor] += {1, 1};
  }

private:
  int32_t tensor;
  Value value;
  bool isZero;
};

class Fill final : public StepEvaluator {
public:
  Fill(Evaluator &evaluator, const bundle::FillStep &table,
       const std::string &where)
      : evaluator(evaluator),
        splat(evaluator, table.value(),
              evaluator.define(table.result(), 0, where).dtype, where) {}
  Value read(uint32_t, int64_t) override { return splat.read(evaluator); }
  ZeroMask findZeros(uint32_t) const override {
    ZeroMask mask;
    mask.all = splat.isZeroConstant();
    return mask;
  }
  double addNeeds(const Need &need, Needs &needs) const override {
    splat.addNeeds(needs);
    return need.elements;
  }

private:
  Evaluator &evaluator;
  Splat splat;
};

/// A box of a tensor, each dimension `offset + stride * i` for i below `size`.
class Box {
public:
  Box(const Evaluator &evaluator, const TensorInfo &of, const TensorInfo &part,
      const ExprList *offsets, const ExprList *sizes, const ExprList *strides,
      const flatbuffers::Vector<uint32_t> *dropped, const std::string &where)
      : whole(&of) {
    offset = evaluator.sizes(offsets, where);
    size = evaluator.sizes(sizes, where);
    stride = evaluator.sizes(strides, where);
    const size_t rank = of.shape.size();
    if (offset.size() != rank || size.size() != rank || stride.size() != rank)
      throw CheckError(where + ": offsets, sizes and strides are not one per "
                               "dimension");
    Shape kept;
    for (size_t d = 0; d < rank; ++d) {
      int64_t last;
      if (stride[d] < 1 || size[d] < 0 ||
          __builtin_mul_overflow(stride[d], size[d] - 1, &last) ||
          __builtin_add_overflow(last, offset[d], &last) ||
          (size[d] > 0 && (offset[d] < 0 || last >= of.shape[d])))
        throw CheckError(fmt::format(
            "{}: dimension {}: offset {}, size {}, stride {} do not fit {}",
            where, d, offset[d], size[d], stride[d], of.shape[d]));
      bool isDropped = false;
      for (uint32_t i = 0; i < rt::length(dropped); ++i)
        isDropped |= dropped->Get(i) == d;
      if (!isDropped || size[d] != 1) {
        kept.push_back(size[d]);
        keptDims.push_back(d);
      }
    }
    if (kept != part.shape)
      throw CheckError(where + ": the slice is not of the box's shape");
  }

  /// Row-major position in the box to one in the whole.
  int64_t toWhole(int64_t part) const {
    int64_t position = 0;
    for (size_t d = size.size(); d-- > 0;) {
      position +=
          (offset[d] + stride[d] * (part % size[d])) * whole->strides[d];
      part /= size[d];
    }
    return position;
  }
  /// What is zero of the part if this much is of the whole.
  ZeroMask takePart(const ZeroMask &of) const {
    ZeroMask part;
    part.all = of.all;
    for (size_t d : keptDims) {
      part.dims.emplace_back();
      for (int64_t at = 0; !of.dims[d].empty() && at < size[d]; ++at)
        part.dims.back().push_back(of.dims[d][offset[d] + stride[d] * at]);
    }
    return part;
  }
  /// What is zero of the whole if all outside the box is and this much of the
  /// part.
  ZeroMask putPart(const ZeroMask &part) const {
    ZeroMask of;
    of.all = part.all;
    of.dims.resize(size.size());
    for (size_t d = 0; d < size.size(); ++d) {
      of.dims[d].assign(whole->shape[d], true);
      for (int64_t at = 0; at < size[d]; ++at)
        of.dims[d][offset[d] + stride[d] * at] = false;
    }
    for (size_t i = 0; i < keptDims.size(); ++i) {
      const size_t d = keptDims[i];
      for (int64_t at = 0; !part.dims[i].empty() && at < size[d]; ++at)
        of.dims[d][offset[d] + stride[d] * at] = part.dims[i][at];
    }
    return of;
  }

  /// The other way; -1 when outside the box.
  int64_t toPart(int64_t position) const {
    int64_t part = 0, factor = 1;
    for (size_t d = size.size(); d-- > 0;) {
      const int64_t at = position % whole->shape[d] - offset[d];
      position /= whole->shape[d];
      if (at < 0 || at % stride[d] || at / stride[d] >= size[d])
        return -1;
      part += at / stride[d] * factor;
      factor *= size[d];
    }
    return part;
  }

private:
  const TensorInfo *whole;
  Shape offset, size, stride;
  std::vector<size_t> keptDims; ///< of the whole, one a dimension of the part
};

class Pad final : public StepEvaluator {
public:
  Pad(Evaluator &evaluator, const bundle::PadStep &table,
      const std::string &where)
      : evaluator(evaluator), source(evaluator.use(table.source(), where)),
        info(evaluator.define(table.result(), 0, where)),
        splat(evaluator, table.value(), info.dtype, where) {
    low = evaluator.sizes(table.low(), where);
    if (low.size() != info.shape.size() ||
        low.size() != evaluator.tensor(source).shape.size())
      throw CheckError(where + ": low is not one per dimension");
    // Reading subtracts it from coordinates.
    int64_t end;
    for (size_t d = 0; d < low.size(); ++d)
      if (__builtin_sub_overflow(info.shape[d], low[d], &end))
        throw CheckError(
            fmt::format("{}: low is {} in dimension {}", where, low[d], d));
  }
  Value read(uint32_t, int64_t linear) override {
    const TensorInfo &from = evaluator.tensor(source);
    int64_t position = 0;
    for (size_t d = low.size(); d-- > 0;) {
      const int64_t at = linear % info.shape[d] - low[d];
      linear /= info.shape[d];
      if (at < 0 || at >= from.shape[d])
        return splat.read(evaluator);
      position += at * from.strides[d];
    }
    return evaluator.read(source, position);
  }
  ZeroMask findZeros(uint32_t) const override {
    ZeroMask mask;
    if (!splat.isZeroConstant())
      return mask;
    const ZeroMask inner = evaluator.findZeros(source);
    const Shape &from = evaluator.tensor(source).shape;
    mask.all = inner.all;
    mask.dims.resize(low.size());
    for (size_t d = 0; d < low.size(); ++d)
      for (int64_t at = -low[d]; at < info.shape[d] - low[d]; ++at)
        mask.dims[d].push_back(at < 0 || at >= from[d] ||
                               (!inner.dims[d].empty() && inner.dims[d][at]));
    return mask;
  }
  double addNeeds(const Need &need, Needs &needs) const override {
    splat.addNeeds(needs);
    needs[source] += need;
    return need.elements;
  }

private:
  Evaluator &evaluator;
  uint32_t source;
  const TensorInfo &info;
  Splat splat;
  Shape low;
};

class ExtractSlice final : public StepEvaluator {
public:
  ExtractSlice(Evaluator &evaluator, const bundle::ExtractSliceStep &table,
               const std::string &where)
      : evaluator(evaluator), source(evaluator.use(table.source(), where)),
        box(evaluator, evaluator.tensor(source),
            evaluator.define(table.result(), 0, where), table.offsets(),
            table.sizes(), table.strides(), table.dropped(), where) {}
  Value read(uint32_t, int64_t linear) override {
    return evaluator.read(source, box.toWhole(linear));
  }
  ZeroMask findZeros(uint32_t) const override {
    return box.takePart(evaluator.findZeros(source));
  }
  double addNeeds(const Need &need, Needs &needs) const override {
    needs[source] += need;
    return need.elements;
  }

private:
  Evaluator &evaluator;
  uint32_t source;
  Box box;
};

class InsertSlice final : public StepEvaluator {
public:
  InsertSlice(Evaluator &evaluator, const bundle::InsertSliceStep &table,
              const std::string &where)
      : evaluator(evaluator), source(evaluator.use(table.source(), where)),
        dest(evaluator.use(table.dest(), where)),
        box(evaluator, evaluator.define(table.result(), 0, where),
            evaluator.tensor(source), table.offsets(), table.sizes(),
            table.strides(), table.dropped(), where) {
    if (evaluator.tensor(dest).shape != evaluator.tensor(table.result()).shape)
      throw CheckError(where +
                       ": the result is not of the destination's shape");
  }
  Value read(uint32_t, int64_t linear) override {
    const int64_t part = box.toPart(linear);
    return part >= 0 ? evaluator.read(source, part)
                     : evaluator.read(dest, linear);
  }
  ZeroMask findZeros(uint32_t) const override {
    if (!evaluator.findZeros(dest).all)
      return ZeroMask();
    return box.putPart(evaluator.findZeros(source));
  }
  double addNeeds(const Need &need, Needs &needs) const override {
    needs[source] += need;
    needs[dest] += need;
    return need.elements;
  }

private:
  Evaluator &evaluator;
  uint32_t source, dest;
  Box box;
};

class Reshape final : public StepEvaluator {
public:
  Reshape(Evaluator &evaluator, const bundle::ReshapeStep &table,
          const std::string &where)
      : evaluator(evaluator), source(evaluator.use(table.source(), where)),
        info(evaluator.define(table.result(), 0, where)) {
    if (info.count != evaluator.tensor(source).count)
      throw CheckError(where + ": a reshape changes the number of elements");
  }
  Value read(uint32_t, int64_t linear) override {
    return evaluator.read(source, linear);
  }
  /// Dimensions that both shapes have at the same place keep their zeros.
  ZeroMask findZeros(uint32_t) const override {
    const ZeroMask inner = evaluator.findZeros(source);
    const TensorInfo &from = evaluator.tensor(source);
    ZeroMask mask;
    mask.all = inner.all;
    mask.dims.resize(info.shape.size());
    for (size_t d = 0; d < info.shape.size(); ++d)
      for (size_t s = 0; s < from.shape.size(); ++s)
        if (info.shape[d] == from.shape[s] && info.shape[d] != 1 &&
            info.strides[d] == from.strides[s])
          mask.dims[d] = inner.dims[s];
    return mask;
  }
  double addNeeds(const Need &need, Needs &needs) const override {
    needs[source] += need;
    return need.elements;
  }

private:
  Evaluator &evaluator;
  uint32_t source;
  const TensorInfo &info;
};

class Choose final : public StepEvaluator {
public:
  Choose(Evaluator &evaluator, const bundle::ChooseStep &table,
         const std::string &where)
      : evaluator(evaluator),
        chosen(evaluator.use(evaluator.size(table.condition(), where)
                                 ? table.then()
                                 : table.otherwise(),
                             where)) {
    const TensorInfo &info = evaluator.define(table.result(), 0, where);
    if (info.shape != evaluator.tensor(chosen).shape ||
        info.dtype != evaluator.tensor(chosen).dtype)
      throw CheckError(where + ": the tensor chosen is of another type");
  }
  Value read(uint32_t, int64_t linear) override {
    return evaluator.read(chosen, linear);
  }
  ZeroMask findZeros(uint32_t) const override {
    return evaluator.findZeros(chosen);
  }
  double addNeeds(const Need &need, Needs &needs) const override {
    needs[chosen] += need;
    return need.elements;
  }

private:
  Evaluator &evaluator;
  uint32_t chosen;
};

} // namespace

std::unique_ptr<StepEvaluator> makeView(Evaluator &evaluator,
                                        const bundle::Step &table,
                                        const std::string &where) {
  switch (table.op_type()) {
  case bundle::StepOp::FillStep:
    return std::make_unique<Fill>(evaluator, *table.op_as_FillStep(), where);
  case bundle::StepOp::PadStep:
    return std::make_unique<Pad>(evaluator, *table.op_as_PadStep(), where);
  case bundle::StepOp::ExtractSliceStep:
    return std::make_unique<ExtractSlice>(
        evaluator, *table.op_as_ExtractSliceStep(), where);
  case bundle::StepOp::InsertSliceStep:
    return std::make_unique<InsertSlice>(evaluator,
                                         *table.op_as_InsertSliceStep(), where);
  case bundle::StepOp::ReshapeStep:
    return std::make_unique<Reshape>(evaluator, *table.op_as_ReshapeStep(),
                                     where);
  case bundle::StepOp::ChooseStep:
    return std::make_unique<Choose>(evaluator, *table.op_as_ChooseStep(),
                                    where);
  default:
    throw CheckError(fmt::format("{}: unknown kind of step {}", where,
                                 int(table.op_type())));
  }
}

} // namespace check
} // namespace upweave
