//===- HostMathTest.cpp - Errors of the host's functions ------------------===//
// Compares what upweave-expand-host-math writes with the C library over a
// sweep that has tiny, huge and special arguments: the bounds of docs/math.md.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"

#include "Upweave/Transforms/Passes.h"

#include "mlir/Dialect/Math/Transforms/Passes.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace upweave::test;

namespace {

/// A function with its math expanded as host code has it.
class OnHost : public Compiled {
public:
  OnHost(const std::string &type, const std::string &body)
      : Compiled(type, body, [](OpPassManager &pm) {
          pm.addNestedPass<func::FuncOp>(
              math::createMathExtendToSupportedTypes());
          pm.addNestedPass<func::FuncOp>(upweave::createExpandHostMath());
        }) {}
};

struct Case {
  const char *op;
  const char *constants;
  long double (*reference)(long double);
  double boundF32, boundF64;
  double lo, hi;
};

long double half(long double x) { return powl(x, 0.5L); }
long double inverseHalf(long double x) { return powl(x, -0.5L); }
long double inverse(long double x) { return 1 / x; }
long double cube(long double x) { return powl(x, 3); }
long double fourth(long double x) { return powl(x, 4); }

const Case kCases[] = {
    {"log1p", "", log1pl, 1, 1, -1, 10},
    {"expm1", "", expm1l, 1.6, 1.8, -20, 90},
    {"powf", "0.5", half, 0.51, 0.51, 0, 10},
    {"powf", "-0.5", inverseHalf, 1.6, 1.6, 0, 10},
    {"powf", "-1.0", inverse, 0.51, 0.51, -10, 10},
    {"powf", "3.0", cube, 1.51, 1.51, -10, 10},
    {"powf", "4.0", fourth, 2.1, 2.1, -10, 10},
};

template <typename T>
void sweep(const Case &c, const std::string &type, double bound) {
  std::string call = std::string("  %r = math.") + c.op + " %x";
  if (*c.constants)
    call = std::string("  %n = arith.constant ") + c.constants + " : " + type +
           "\n" + call + ", %n";
  OnHost f(type, call + " : " + type);
  ASSERT_TRUE(f.isValid());
  for (T x : makeArguments<T>(c.lo, c.hi, 20000))
    ASSERT_LE(errorInUlps(f(x), c.reference(x)), bound)
        << c.op << " " << c.constants << " on " << type << " at " << x
        << ": got " << f(x) << ", exact "
        << static_cast<double>(c.reference(x));
}

TEST(HostMath, StaysWithinItsBounds) {
  for (const Case &c : kCases) {
    sweep<float>(c, "f32", c.boundF32);
    sweep<double>(c, "f64", c.boundF64);
  }
}

TEST(HostMath, ZeroKeepsItsSign) {
  for (const char *op : {"log1p", "expm1"}) {
    OnHost f("f32", std::string("  %r = math.") + op + " %x : f32");
    ASSERT_TRUE(f.isValid());
    EXPECT_TRUE(std::signbit(f(-0.0f))) << op;
    EXPECT_FALSE(std::signbit(f(0.0f))) << op;
  }
}

/// Every f16, or every bf16 of a few exponents, against one rounding of the
/// exact value: the result is the nearest or, rarely, the one beside it.
void sweepNarrow(const std::string &op, const std::string &type,
                 long double (*reference)(long double), double ulp) {
  OnHost f("f32", "  %h = arith.truncf %x : f32 to " + type + "\n  %t = math." +
                      op + " %h : " + type +
                      "\n  %r = arith.extf %t : " + type + " to f32");
  ASSERT_TRUE(f.isValid());
  for (float x : {0x1p-14f, 0x1p-9f, -0x1p-9f, 0x1.8p-6f, -0x1.8p-6f, 0.125f,
                  -0.5f, 0.75f, 1.0f, 3.0f, 10.0f}) {
    long double exact = reference(x);
    EXPECT_NEAR(f(x), static_cast<double>(exact),
                std::fabs(static_cast<double>(exact)) * ulp * 0.51)
        << op << " on " << type << " at " << x;
  }
  EXPECT_EQ(f(INFINITY), INFINITY);
  EXPECT_TRUE(std::isnan(f(NAN)));
}

TEST(HostMath, NarrowTypesAreRoundedOnce) {
  sweepNarrow("log1p", "f16", log1pl, 0x1p-10);
  sweepNarrow("expm1", "f16", expm1l, 0x1p-10);
  sweepNarrow("log1p", "bf16", log1pl, 0x1p-7);
  sweepNarrow("expm1", "bf16", expm1l, 0x1p-7);
}

} // namespace
