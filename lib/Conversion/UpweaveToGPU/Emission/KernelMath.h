//===- KernelMath.h - 32-bit arithmetic in kernels --------------*- C++ -*-===//
// Sums, products, digits and tables of i32 values where constants fold and
// absent values are 0.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_KERNELMATH_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_KERNELMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace upweave {

/// Emits i32 arithmetic at the builder's place. Values are not negative where
/// they are divided.
class Int32Math {
public:
  Int32Math(mlir::OpBuilder &builder, mlir::Location loc)
      : b(builder), loc(loc) {}

  mlir::Value constant(int64_t value) {
    return mlir::arith::ConstantIntOp::create(b, loc, value, 32);
  }
  mlir::Value add(mlir::Value x, mlir::Value y) {
    if (!x || !y)
      return x ? x : y;
    return b.createOrFold<mlir::arith::AddIOp>(loc, x, y);
  }
  mlir::Value add(mlir::Value x, int64_t y) {
    return y == 0 && x ? x : add(x, constant(y));
  }
  mlir::Value sub(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::SubIOp>(loc, x, y);
  }
  mlir::Value mul(mlir::Value x, int64_t y) {
    return y == 1 ? x
                  : b.createOrFold<mlir::arith::MulIOp>(loc, x, constant(y));
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::MulIOp>(loc, x, y);
  }
  mlir::Value div(mlir::Value x, int64_t y) {
    return y == 1 ? x
                  : b.createOrFold<mlir::arith::DivUIOp>(loc, x, constant(y));
  }
  mlir::Value rem(mlir::Value x, int64_t y) {
    return y == 1 ? constant(0)
                  : b.createOrFold<mlir::arith::RemUIOp>(loc, x, constant(y));
  }
  /// x < bound as unsigned numbers: false for negative x.
  mlir::Value below(mlir::Value x, mlir::Value bound) {
    return b.createOrFold<mlir::arith::CmpIOp>(
        loc, mlir::arith::CmpIPredicate::ult, x, bound);
  }
  mlir::Value below(mlir::Value x, int64_t bound) {
    return below(x, constant(bound));
  }
  mlir::Value equal(mlir::Value x, int64_t y) {
    return b.createOrFold<mlir::arith::CmpIOp>(
        loc, mlir::arith::CmpIPredicate::eq, x, constant(y));
  }
  /// The conjunction of two conditions; an absent one holds.
  mlir::Value both(mlir::Value x, mlir::Value y) {
    if (!x || !y)
      return x ? x : y;
    return b.createOrFold<mlir::arith::AndIOp>(loc, x, y);
  }
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::SelectOp>(loc, condition, x, y);
  }
  mlir::Value toIndex(mlir::Value x) {
    return b.createOrFold<mlir::arith::IndexCastOp>(loc, b.getIndexType(), x);
  }
  mlir::Value fromIndex(mlir::Value x) {
    return b.createOrFold<mlir::arith::IndexCastOp>(loc, b.getI32Type(), x);
  }

  /// table[index]: a product where neighbours differ by the same step, else a
  /// chain of selections.
  mlir::Value lookup(mlir::Value index, llvm::ArrayRef<int64_t> table) {
    int64_t step = table.size() > 1 ? table[1] - table[0] : 0;
    bool linear = true;
    for (size_t i = 1; i < table.size(); ++i)
      linear &= table[i] - table[i - 1] == step;
    if (linear && step == 0)
      return constant(table[0]);
    if (linear)
      return add(mul(index, step), table[0]);
    mlir::Value value = constant(table.back());
    for (int64_t i = static_cast<int64_t>(table.size()) - 2; i >= 0; --i)
      value = select(equal(index, i), constant(table[i]), value);
    return value;
  }

  /// The mixed-radix digits of `number`, the fastest first; the last one takes
  /// what is left.
  llvm::SmallVector<mlir::Value> digits(mlir::Value number,
                                        llvm::ArrayRef<int64_t> sizes) {
    llvm::SmallVector<mlir::Value> list;
    for (auto [i, size] : llvm::enumerate(sizes)) {
      if (i + 1 == sizes.size()) {
        list.push_back(number);
        break;
      }
      list.push_back(rem(number, size));
      number = div(number, size);
    }
    return list;
  }

  mlir::OpBuilder &b;
  mlir::Location loc;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_KERNELMATH_H
