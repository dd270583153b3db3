// Launch-time checks of tensors: dtype, shape, strides, alignment, device,
// overlap. Does not allocate unless it fails.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arguments.h"

#include "Expr.h"
#include "Limits.h"

#include <algorithm>

namespace upweave {
namespace rt {

uint32_t dtypeBytes(bundle::DType dtype) {
  static const uint32_t bytes[] = {2, 2, 4, 8, 1, 1, 2, 4, 8, 8};
  return bytes[uint32_t(dtype)];
}

const char *dtypeName(uint32_t dtype) {
  static const char *const names[] = {"f16", "bf16", "f32", "f64", "i1",
                                      "i8",  "i16",  "i32", "i64", "index"};
  return dtype < 10 ? names[dtype] : "unknown";
}

std::string shapeText(const int64_t *shape, uint32_t rank) {
  if (rank == 0)
    return "scalar";
  std::string out;
  for (uint32_t d = 0; d < rank; ++d)
    out += (d ? "x" : "") +
           (shape[d] == -1 ? std::string("?") : std::to_string(shape[d]));
  return out;
}

namespace {
/// "argument 2 ('bias')".
std::string argName(const bundle::Entry &entry, uint32_t index) {
  const char *name = text(entry.args()->Get(index)->name());
  return *name ? fmt::format("argument {} ('{}')", index, name)
               : fmt::format("argument {}", index);
}

/// Whether the elements can be counted in 64 bits, sizes of 0 taken as 1: what
/// multiplies sizes of some of the dimensions relies on it.
bool isCountable(const uw_tensor &tensor) {
  int64_t count = 1;
  for (uint32_t d = 0; d < tensor.rank; ++d)
    if (__builtin_mul_overflow(count, std::max<int64_t>(tensor.shape[d], 1),
                               &count))
      return false;
  return true;
}

uw_status checkShape(const bundle::Entry &entry, uint32_t index,
                     const uw_tensor &tensor) {
  const bundle::Argument &arg = *entry.args()->Get(index);
  const uint32_t rank = length(arg.shape());
  if (tensor.dtype != uint32_t(arg.dtype()))
    return fail(UW_BAD_TENSOR, "{}: dtype is {}, the entry takes {}",
                argName(entry, index), dtypeName(tensor.dtype),
                dtypeName(uint32_t(arg.dtype())));
  bool equal = tensor.rank == rank && (rank == 0 || tensor.shape);
  for (uint32_t d = 0; equal && d < rank; ++d)
    equal = tensor.shape[d] >= 0 && (arg.shape()->Get(d) == -1 ||
                                     arg.shape()->Get(d) == tensor.shape[d]);
  if (equal && isCountable(tensor))
    return UW_OK;
  if (equal)
    return fail(UW_BAD_TENSOR,
                "{}: shape {} has more elements than 64 bits count",
                argName(entry, index), shapeText(tensor.shape, rank));
  if (tensor.rank && !tensor.shape)
    return fail(UW_BAD_TENSOR, "{}: shape is null", argName(entry, index));
  return fail(UW_BAD_TENSOR,
              "{}: shape is {}, the entry was compiled for {}: pass that "
              "shape, or compile for this one",
              argName(entry, index),
              tensor.rank <= kMaxRank ? shapeText(tensor.shape, tensor.rank)
                                      : fmt::format("of rank {}", tensor.rank),
              shapeText(rank ? arg.shape()->data() : nullptr, rank));
}

uw_status checkSymbols(const bundle::Entry &entry, const uw_tensor *tensors) {
  for (uint32_t s = 0; s < length(entry.symbols()); ++s) {
    const bundle::Symbol &symbol = *entry.symbols()->Get(s);
    const bundle::DimRef &first = *symbol.sites()->Get(0);
    const int64_t size = tensors[first.arg()].shape[first.dim()];
    if (size < symbol.min() || size > symbol.max())
      return fail(UW_BAD_TENSOR,
                  "{}: dimension {} is {}, the entry takes {} to {}",
                  argName(entry, first.arg()), first.dim(), size, symbol.min(),
                  symbol.max());
    for (const bundle::DimRef *site : *symbol.sites())
      if (tensors[site->arg()].shape[site->dim()] != size)
        return fail(UW_BAD_TENSOR,
                    "{}: dimension {} is {}, but dimension {} of {} is {}: "
                    "they must be equal",
                    argName(entry, site->arg()), site->dim(),
                    tensors[site->arg()].shape[site->dim()], first.dim(),
                    argName(entry, first.arg()), size);
  }
  return UW_OK;
}

uw_status checkShapeExprs(const bundle::Entry &entry,
                          const uw_tensor *tensors) {
  for (uint32_t i = 0; i < length(entry.args()); ++i) {
    const bundle::Argument &arg = *entry.args()->Get(i);
    for (uint32_t d = 0; d < length(arg.shape_exprs()); ++d) {
      int64_t size;
      UW_TRY(evaluate(arg.shape_exprs()->Get(d), tensors, "an output's shape",
                      size));
      if (tensors[i].shape[d] != size)
        return fail(UW_BAD_TENSOR, "{}: dimension {} is {}, it must be {}",
                    argName(entry, i), d, tensors[i].shape[d], size);
    }
  }
  return UW_OK;
}

/// True when the tensor has no elements.
bool isEmpty(const uw_tensor &tensor) {
  for (uint32_t d = 0; d < tensor.rank; ++d)
    if (tensor.shape[d] == 0)
      return true;
  return false;
}

/// Bytes from element 0 to the end of the last one, by the argument's strides,
/// of a tensor with elements.
bool extentBytes(const bundle::Argument &arg, const uw_tensor &tensor,
                 uint64_t &bytes) {
  int64_t last = 0, contiguous = 1;
  for (uint32_t d = tensor.rank; d-- > 0;) {
    int64_t stride = length(arg.strides()) ? arg.strides()->Get(d) : contiguous;
    int64_t step;
    if (__builtin_mul_overflow(tensor.shape[d] - 1, stride, &step) ||
        __builtin_add_overflow(last, step, &last) ||
        __builtin_mul_overflow(contiguous, tensor.shape[d], &contiguous))
      return false;
  }
  return !__builtin_mul_overflow(uint64_t(last) + 1,
                                 uint64_t(dtypeBytes(arg.dtype())), &bytes);
}

/// The same, refused where it overflows or passes the last address.
uw_status checkExtent(const bundle::Entry &entry, uint32_t index,
                      const uw_tensor &tensor, uint64_t &bytes) {
  uint64_t end;
  if (extentBytes(*entry.args()->Get(index), tensor, bytes) &&
      !__builtin_add_overflow(reinterpret_cast<uintptr_t>(tensor.data), bytes,
                              &end))
    return UW_OK;
  return fail(UW_BAD_TENSOR,
              "{}: shape {} at {} takes more bytes than there are addresses",
              argName(entry, index), shapeText(tensor.shape, tensor.rank),
              fmt::ptr(tensor.data));
}

uw_status checkStrides(const bundle::Entry &entry, uint32_t index,
                       const uw_tensor &tensor) {
  if (!tensor.strides && !length(entry.args()->Get(index)->strides()))
    return UW_OK;
  const bundle::Argument &arg = *entry.args()->Get(index);
  int64_t expected[kMaxRank], given[kMaxRank], rowMajor = 1;
  bool equal = true;
  for (uint32_t d = tensor.rank; d-- > 0;) {
    expected[d] = length(arg.strides()) ? arg.strides()->Get(d) : rowMajor;
    given[d] = tensor.strides ? tensor.strides[d] : rowMajor;
    rowMajor *= tensor.shape[d];
    equal &= expected[d] == given[d] || tensor.shape[d] == 1;
  }
  if (equal)
    return UW_OK;
  return fail(UW_BAD_TENSOR,
              "{}: strides are {}, the entry takes {} (in elements): pass a "
              "{} copy",
              argName(entry, index), shapeText(given, tensor.rank),
              shapeText(expected, tensor.rank),
              length(arg.strides()) ? "strided" : "contiguous");
}

uw_status checkPointer(const bundle::Entry &entry, uint32_t index,
                       const uw_tensor &tensor, Place place) {
  const bundle::Argument &arg = *entry.args()->Get(index);
  const char *const kinds[] = {"the host", "CUDA device"};
  if (tensor.device_kind != place.kind ||
      (place.kind == UW_CUDA && tensor.device_ordinal != place.ordinal)) {
    auto where = [&](uint32_t kind, int32_t ordinal) {
      return kind == UW_CUDA ? fmt::format("{} {}", kinds[1], ordinal)
             : kind == UW_HOST
                 ? std::string(kinds[0])
                 : fmt::format("a device of unknown kind {}", kind);
    };
    return fail(UW_BAD_TENSOR,
                "{}: the tensor is on {}, the program was loaded on {}: copy "
                "it there",
                argName(entry, index),
                where(tensor.device_kind, tensor.device_ordinal),
                where(place.kind, place.ordinal));
  }
  if (isEmpty(tensor))
    return UW_OK;
  if (!tensor.data)
    return fail(UW_BAD_TENSOR, "{}: data is null", argName(entry, index));
  if (reinterpret_cast<uintptr_t>(tensor.data) % arg.alignment())
    return fail(UW_BAD_TENSOR,
                "{}: data is at {}, which is not a multiple of {} bytes: pass "
                "an aligned copy",
                argName(entry, index), fmt::ptr(tensor.data), arg.alignment());
  return UW_OK;
}

bool mayAlias(const bundle::Argument &output, uint32_t input) {
  for (uint32_t i = 0; i < length(output.may_alias()); ++i)
    if (output.may_alias()->Get(i) == input)
      return true;
  return false;
}

bool isIn(const std::vector<bool> &set, uint32_t index) {
  return index < set.size() && set[index];
}

/// Whether two runs of bytes, which end below 2^64, have one in common.
bool overlap(uint64_t a, uint64_t aBytes, uint64_t b, uint64_t bBytes) {
  return a < b + bBytes && b < a + aBytes;
}

/// No output may overlap another argument, but for may_alias at one address.
/// `bytes` are the arguments' extents; 0 is not looked at.
uw_status checkOverlaps(const bundle::Entry &entry, const uw_tensor *tensors,
                        const uint64_t *bytes) {
  for (uint32_t o = 0; o < length(entry.args()); ++o) {
    if (entry.args()->Get(o)->role() != bundle::Role::Output)
      continue;
    for (uint32_t j = 0; j < o; ++j) {
      auto a = reinterpret_cast<uintptr_t>(tensors[o].data);
      auto b = reinterpret_cast<uintptr_t>(tensors[j].data);
      if (bytes[o] == 0 || bytes[j] == 0 || !overlap(a, bytes[o], b, bytes[j]))
        continue;
      bool allowed = mayAlias(*entry.args()->Get(o), j);
      if (allowed && a == b && bytes[o] == bytes[j])
        continue;
      return fail(UW_BAD_TENSOR,
                  "{} overlaps {} in memory: pass separate memory{}",
                  argName(entry, o), argName(entry, j),
                  allowed ? ", or the very same tensor" : "");
    }
  }
  return UW_OK;
}
} // namespace

uw_status checkShapes(const bundle::Entry &entry, const uw_tensor *tensors,
                      size_t count) {
  const uint32_t expected = length(entry.args());
  if (count != expected)
    return fail(UW_INVALID_ARGUMENT,
                "{} tensors were passed, entry '{}' takes {} (inputs, then "
                "outputs)",
                count, text(entry.name()), expected);
  if (expected && !tensors)
    return fail(UW_INVALID_ARGUMENT, "tensors is null");
  for (uint32_t i = 0; i < expected; ++i)
    UW_TRY(checkShape(entry, i, tensors[i]));
  UW_TRY(checkSymbols(entry, tensors));
  return checkShapeExprs(entry, tensors);
}

uw_status checkData(const bundle::Entry &entry, const uw_tensor *tensors,
                    Place place, const std::vector<bool> &unused) {
  uint64_t bytes[kMaxArguments] = {};
  for (uint32_t i = 0; i < length(entry.args()); ++i) {
    if (isEmpty(tensors[i]) || isIn(unused, i))
      continue;
    UW_TRY(checkStrides(entry, i, tensors[i]));
    UW_TRY(checkPointer(entry, i, tensors[i], place));
    UW_TRY(checkExtent(entry, i, tensors[i], bytes[i]));
  }
  return checkOverlaps(entry, tensors, bytes);
}

uw_status evaluate(const bundle::Expr *expr, const uw_tensor *tensors,
                   const char *what, int64_t &value) {
  value = 0;
  if (!expr)
    return UW_OK;
  auto dim = [&](int32_t arg, int32_t d) { return tensors[arg].shape[d]; };
  if (evaluateExpr(*expr, dim, nullptr, value))
    return UW_OK;
  return fail(UW_BAD_TENSOR, "{}: {}", what, kExprFailure);
}

} // namespace rt
} // namespace upweave
