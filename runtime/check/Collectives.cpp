// Reductions over a row and layer normalisation, with their errors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CompensatedSum.h"
#include "FloatErrors.h"

namespace upweave {
namespace check {

using bundle::Opcode;
using bundle::ReduceKind;

namespace {
Opcode combiner(ReduceKind kind, DType dtype) {
  const bool floats = isFloat(dtype);
  switch (kind) {
  case ReduceKind::Add:
    return floats ? Opcode::AddF : Opcode::AddI;
  case ReduceKind::Mul:
    return floats ? Opcode::MulF : Opcode::MulI;
  case ReduceKind::MaximumF:
    return Opcode::MaximumF;
  case ReduceKind::MaxNumF:
    return Opcode::MaxNumF;
  case ReduceKind::MinimumF:
    return Opcode::MinimumF;
  case ReduceKind::MinNumF:
    return Opcode::MinNumF;
  case ReduceKind::MaxSI:
    return Opcode::MaxSI;
  case ReduceKind::MaxUI:
    return Opcode::MaxUI;
  case ReduceKind::MinSI:
    return Opcode::MinSI;
  case ReduceKind::MinUI:
    return Opcode::MinUI;
  case ReduceKind::AndI:
    return Opcode::AndI;
  case ReduceKind::OrI:
    return Opcode::OrI;
  default:
    return Opcode::XorI;
  }
}

/// Sum of the row. The rounding of a sum does not follow the order of the
/// reference: it is that of `count` terms of these magnitudes.
Value sumRow(DType dtype, const Value *row, size_t count) {
  CompensatedSum v;
  SumOf sum;
  for (size_t r = 0; r < count; ++r) {
    v += row[r].v;
    sum.note(row[r]);
  }
  sum.v = v.get();
  sum.unit = sumUnit(dtype, count);
  sum.count = count;
  return roundedSum(dtype, sum);
}
} // namespace

Value combine(ReduceKind kind, DType dtype, const Value &a, const Value &b) {
  Op op;
  op.opcode = combiner(kind, dtype);
  op.dtype = dtype;
  op.operands = {0, 1};
  op.operandTypes = {dtype, dtype};
  const Value in[2] = {a, b};
  return applyScalar(op, in);
}

Value reduceRow(ReduceKind kind, DType dtype, const Value *row, size_t count) {
  if (kind == ReduceKind::Add && isFloat(dtype))
    return sumRow(dtype, row, count);
  if (count == 0)
    throw CheckError("a reduction over a row without elements");
  Value result = row[0];
  for (size_t r = 1; r < count; ++r)
    result = combine(kind, dtype, result, row[r]);
  return result;
}

namespace {
/// A row's statistics, with what a kernel may be off by.
struct Statistics {
  double mean = 0, correction = 0, meanError = 0;
  Value variance;
  double deviation = 0; ///< the root of the variance
  double unit = 0;      ///< roundoff of the type they are kept in
  double shift = 0;     ///< what the corrected mean is off by beside rounding
  double tiny = 0;      ///< what flushes to zero

  // What rounding the mean left is taken out as in a kernel, or f64 rows could
  // not be judged.
  double center(const Value &x) const { return (x.v - mean) - correction; }
  /// The corrected mean is good to the deviations' rounding, not the mean's.
  double errorOf(const Value &x) const {
    return x.e + meanError + shift + tiny +
           unit * (std::fabs(center(x)) + deviation);
  }
};

Statistics measureRow(DType inner, const Value *row, size_t count) {
  Statistics s;
  s.unit = roundoff(inner);
  s.tiny = flushesDenormals(inner) ? smallestNormal(inner) : 0;
  CompensatedSum sum, rest, squares;
  for (size_t r = 0; r < count; ++r) {
    sum += row[r].v;
    s.meanError += row[r].e / count;
  }
  s.mean = sum.get() / count;
  for (size_t r = 0; r < count; ++r)
    rest += row[r].v - s.mean;
  s.correction = rest.get() / count;
  for (size_t r = 0; r < count; ++r)
    squares += s.center(row[r]) * s.center(row[r]);
  const double variance = squares.get() / count;
  s.deviation = std::sqrt(variance);
  // What the mean was corrected by is good to its own rounding: all there is of
  // a constant row.
  const double sums = sumUnit(inner, count);
  s.shift = sums * sums * std::fabs(s.mean);
  double e = sums * variance + s.tiny + underflow(inner);
  for (size_t r = 0; r < count; ++r) {
    const Value x = floatValue(s.center(row[r]), s.errorOf(row[r]));
    e += productError(x, x) / count;
  }
  s.variance = floatValue(variance, e);
  s.variance.low = 0;
  return s;
}
} // namespace

void layerNormRow(DType dtype, double eps, const Value *row, Value *out,
                  size_t count) {
  bool known = true;
  for (size_t r = 0; r < count; ++r)
    known &= !std::isinf(row[r].e);
  // Statistics are kept in f32 at least, whatever the data's type.
  const DType inner = sumType(dtype);
  const Statistics s = measureRow(inner, row, count);
  Value square = floatValue(s.variance.v + eps, s.variance.e);
  square.low = eps;
  const double rstd = 1 / std::sqrt(square.v);
  auto inverseRoot = [](double x) { return 1 / std::sqrt(x); };
  // A variance that may be zero, with nothing added, is divided by.
  known &= !(lowest(square) <= 0 && square.e != 0);
  const double rstdError =
      known && std::isfinite(rstd) ? measured(square, rstd, inverseRoot) : 0;
  for (size_t r = 0; r < count; ++r) {
    const double d = s.center(row[r]), y = d * rstd;
    if (!known) {
      out[r] = floatValue(y, INFINITY);
      continue;
    }
    const Value x = floatValue(d, s.errorOf(row[r]));
    out[r] = rounded(dtype, y, productError(x, floatValue(rstd, rstdError)),
                     /*units=*/2);
    if (dtype != inner)
      out[r].e += 2 * s.unit * std::fabs(y);
  }
}

} // namespace check
} // namespace upweave
