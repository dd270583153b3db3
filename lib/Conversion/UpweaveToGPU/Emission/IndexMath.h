//===- IndexMath.h - Index arithmetic that folds constants ------*- C++ -*-===//
// Sums and products of index values where 0, 1 and absent values cost nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_INDEXMATH_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_INDEXMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"

namespace upweave {

/// `value` as an SSA value; an absent one is 0.
inline mlir::Value toValue(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::OpFoldResult value) {
  if (!value)
    return mlir::arith::ConstantIndexOp::create(b, loc, 0);
  if (auto known = llvm::dyn_cast<mlir::Value>(value))
    return known;
  return mlir::arith::ConstantIndexOp::create(
      b, loc, *mlir::getConstantIntValue(value));
}

/// x + y; absent values are 0, and the sum of two absent ones is absent.
inline mlir::Value createAdd(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value x, mlir::OpFoldResult y) {
  if (!y || mlir::isConstantIntValue(y, 0))
    return x;
  if (!x)
    return toValue(b, loc, y);
  return mlir::arith::AddIOp::create(b, loc, x, toValue(b, loc, y));
}

inline mlir::Value createAdd(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value x, int64_t y) {
  return createAdd(b, loc, x, mlir::OpFoldResult(b.getIndexAttr(y)));
}

/// x * y.
inline mlir::Value createMul(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value x, mlir::OpFoldResult y) {
  if (mlir::isConstantIntValue(y, 1))
    return x;
  return mlir::arith::MulIOp::create(b, loc, x, toValue(b, loc, y));
}

inline mlir::Value createMul(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value x, int64_t y) {
  return createMul(b, loc, x, mlir::OpFoldResult(b.getIndexAttr(y)));
}

/// x / y of values that are not negative.
inline mlir::Value createDiv(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value x, int64_t y) {
  if (y == 1)
    return x;
  return mlir::arith::DivUIOp::create(
      b, loc, x, mlir::arith::ConstantIndexOp::create(b, loc, y));
}

/// x mod y of values that are not negative.
inline mlir::Value createRem(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value x, int64_t y) {
  return mlir::arith::RemUIOp::create(
      b, loc, x, mlir::arith::ConstantIndexOp::create(b, loc, y));
}

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_INDEXMATH_H
