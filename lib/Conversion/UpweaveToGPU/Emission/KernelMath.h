//===- KernelMath.h - Arithmetic of kernels and launches --------*- C++ -*-===//
// Sums, products, digits and tables of numbers where constants fold and absent
// values are 0: of indices, or of i32 where wide arithmetic is slow.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_KERNELMATH_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_KERNELMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"

namespace upweave {

/// Emits arithmetic of one type at the builder's place. Values are not negative
/// where they are divided. An absent value is 0, as a term and as a factor.
class KernelMath {
public:
  KernelMath(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type)
      : b(builder), loc(loc), type(type) {}

  mlir::Value constant(int64_t value) {
    return mlir::arith::ConstantOp::create(b, loc, type,
                                           b.getIntegerAttr(type, value));
  }
  /// `value` as an SSA value; an absent one is 0.
  mlir::Value toValue(mlir::OpFoldResult value) {
    if (!value)
      return constant(0);
    if (auto known = llvm::dyn_cast<mlir::Value>(value))
      return known;
    return constant(*mlir::getConstantIntValue(value));
  }

  /// x + y; the sum of two absent values is absent.
  mlir::Value add(mlir::Value x, mlir::Value y) {
    if (!x || !y)
      return x ? x : y;
    return b.createOrFold<mlir::arith::AddIOp>(loc, x, y);
  }
  mlir::Value add(mlir::Value x, int64_t y) {
    return y == 0 ? x : add(x, constant(y));
  }
  mlir::Value add(mlir::Value x, mlir::OpFoldResult y) {
    if (!y || mlir::isConstantIntValue(y, 0))
      return x;
    return add(x, toValue(y));
  }
  mlir::Value sub(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::SubIOp>(loc, x, y);
  }
  /// x * y; absent if a factor is.
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    if (!x || !y)
      return nullptr;
    return b.createOrFold<mlir::arith::MulIOp>(loc, x, y);
  }
  mlir::Value mul(mlir::Value x, int64_t y) {
    return y == 1 || !x ? x : mul(x, constant(y));
  }
  mlir::Value mul(mlir::Value x, mlir::OpFoldResult y) {
    if (!x || !y || mlir::isConstantIntValue(y, 1))
      return y ? x : mlir::Value();
    return mul(x, toValue(y));
  }
  mlir::Value div(mlir::Value x, int64_t y) {
    return y == 1 ? x : div(x, constant(y));
  }
  mlir::Value div(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::DivUIOp>(loc, x, y);
  }
  /// x / y, rounded up.
  mlir::Value ceilDiv(mlir::Value x, int64_t y) {
    return div(add(x, y - 1), y);
  }
  mlir::Value rem(mlir::Value x, int64_t y) {
    return y == 1 ? constant(0) : rem(x, constant(y));
  }
  mlir::Value rem(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::RemUIOp>(loc, x, y);
  }
  /// The lesser of two numbers, which may be negative.
  mlir::Value min(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::MinSIOp>(loc, x, y);
  }

  /// x < bound as unsigned numbers: false for negative x.
  mlir::Value below(mlir::Value x, mlir::Value bound) {
    return compare(mlir::arith::CmpIPredicate::ult, x, bound);
  }
  mlir::Value below(mlir::Value x, int64_t bound) {
    return below(x, constant(bound));
  }
  /// x < y of numbers that may be negative.
  mlir::Value less(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpIPredicate::slt, x, y);
  }
  mlir::Value equal(mlir::Value x, int64_t y) {
    return compare(mlir::arith::CmpIPredicate::eq, x, constant(y));
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

  /// `x`, an i32, as an index, with its sign.
  mlir::Value toIndex(mlir::Value x) {
    return b.createOrFold<mlir::arith::IndexCastOp>(loc, b.getIndexType(), x);
  }
  /// The low bits of an index, as an i32.
  mlir::Value fromIndex(mlir::Value x) {
    return b.createOrFold<mlir::arith::IndexCastOp>(loc, b.getI32Type(), x);
  }
  /// `x`, which is not negative, as one of these numbers; absent if it is.
  mlir::Value fromUnsigned(mlir::Value x) {
    if (!x || x.getType() == type)
      return x;
    return b.createOrFold<mlir::arith::IndexCastUIOp>(loc, type, x);
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

private:
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value x,
                      mlir::Value y) {
    return b.createOrFold<mlir::arith::CmpIOp>(loc, predicate, x, y);
  }

  mlir::Type type;
};

/// Numbers of threads, tiles and pieces, which 32 bits hold.
class Int32Math : public KernelMath {
public:
  Int32Math(mlir::OpBuilder &builder, mlir::Location loc)
      : KernelMath(builder, loc, builder.getI32Type()) {}
};

/// Sizes, coordinates and addresses.
class IndexMath : public KernelMath {
public:
  IndexMath(mlir::OpBuilder &builder, mlir::Location loc)
      : KernelMath(builder, loc, builder.getIndexType()) {}
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_EMISSION_KERNELMATH_H
