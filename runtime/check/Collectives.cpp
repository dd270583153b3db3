// Reductions over a row and layer normalisation, with their errors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CompensatedSum.h"
#include "ScalarProgram.h"

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
  double e = 0, magnitude = 0;
  for (size_t r = 0; r < count; ++r) {
    v += row[r].v;
    e += row[r].e;
    magnitude += std::fabs(row[r].v);
  }
  return rounded(dtype, v.get(), e + sumUnit(dtype, count) * magnitude);
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

void layerNormRow(DType dtype, double eps, const Value *row, Value *out,
                  size_t count) {
  // Statistics are kept in f32 at least, whatever the data's type.
  const DType inner = dtype == DType::F64 ? DType::F64 : DType::F32;
  const double unit = roundoff(inner);
  CompensatedSum sum, squares;
  double meanError = 0;
  for (size_t r = 0; r < count; ++r) {
    sum += row[r].v;
    meanError += row[r].e / count;
  }
  const double mean = sum.get() / count;
  // What rounding the mean left: as in a kernel, or f64 rows could not be judged.
  CompensatedSum rest;
  for (size_t r = 0; r < count; ++r)
    rest += row[r].v - mean;
  const double correction = rest.get() / count;
  auto center = [&](const Value &x) { return (x.v - mean) - correction; };
  for (size_t r = 0; r < count; ++r)
    squares += center(row[r]) * center(row[r]);
  const double variance = squares.get() / count;
  // The corrected mean is good to the deviations' rounding, not the mean's.
  const double deviation = std::sqrt(variance);
  // What it was corrected by is good to its own rounding: all there is of a
  // constant row.
  const double twice = sumUnit(inner, count) * sumUnit(inner, count);
  auto deviationError = [&](const Value &x) {
    return x.e + meanError + twice * std::fabs(mean) +
           unit * (std::fabs(center(x)) + deviation);
  };
  double varianceError = sumUnit(inner, count) * variance;
  for (size_t r = 0; r < count; ++r)
    varianceError +=
        2 * std::fabs(center(row[r])) * deviationError(row[r]) / count;
  const double rstd = 1 / std::sqrt(variance + eps);
  const double rstdError = 0.5 * rstd * rstd * rstd * varianceError;
  for (size_t r = 0; r < count; ++r) {
    const double d = center(row[r]);
    out[r] = rounded(dtype, d * rstd,
                     rstd * deviationError(row[r]) + std::fabs(d) * rstdError,
                     /*units=*/2);
    if (dtype != inner)
      out[r].e += 2 * unit * std::fabs(d * rstd);
  }
}

} // namespace check
} // namespace upweave
