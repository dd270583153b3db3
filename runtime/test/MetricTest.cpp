// The metric: what passes, what fails and why; two references that must agree.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Metric.h"
#include "Sampling.h"

#include <gtest/gtest.h>

using namespace upweave;
using namespace upweave::check;

namespace {

constexpr double kInf = INFINITY;

bool agreeF32(Value a, Value b) {
  const bool one = agree(a, b, DType::F32, Precision::Ieee);
  EXPECT_EQ(one, agree(b, a, DType::F32, Precision::Ieee)) << "not symmetric";
  return one;
}

TEST(Agree, WithinBothErrors) {
  EXPECT_TRUE(agreeF32(floatValue(1), floatValue(1)));
  EXPECT_TRUE(agreeF32(floatValue(1), floatValue(1 + 0x1p-25)));
  EXPECT_FALSE(agreeF32(floatValue(1), floatValue(1 + 0x1p-22)));
  EXPECT_TRUE(
      agreeF32(floatValue(1, 0x1p-26), floatValue(1 + 0x1p-22, 0x1p-26)));
  EXPECT_FALSE(agreeF32(floatValue(1, 0x1p-26), floatValue(1.001, 0x1p-26)));
  EXPECT_FALSE(agreeF32(floatValue(1, 1e-3), floatValue(1.1, 1e-3)));
  // TF32's k is half of the others'.
  const Value a = floatValue(1, 1e-3), b = floatValue(1.012, 1e-3);
  EXPECT_TRUE(agree(a, b, DType::F32, Precision::Ieee));
  EXPECT_FALSE(agree(a, b, DType::F32, Precision::Tf32));
  // A difference at f16's own rounding is none.
  EXPECT_TRUE(
      agree(floatValue(1), floatValue(1.0004), DType::F16, Precision::Ieee));
  EXPECT_FALSE(
      agree(floatValue(1), floatValue(1.0004), DType::F64, Precision::Ieee));
}

TEST(Agree, SpecialsInPlace) {
  EXPECT_TRUE(agreeF32(floatValue(NAN), floatValue(NAN)));
  EXPECT_TRUE(agreeF32(floatValue(kInf), floatValue(kInf)));
  EXPECT_FALSE(agreeF32(floatValue(kInf), floatValue(-kInf)));
  EXPECT_FALSE(agreeF32(floatValue(kInf), floatValue(NAN)));
  EXPECT_FALSE(agreeF32(floatValue(kInf, 0), floatValue(1e38, 1)));
  EXPECT_FALSE(agreeF32(floatValue(NAN), floatValue(1, 1e30)));
  // 3.4e38 and a little is beyond what f32 holds.
  EXPECT_TRUE(agreeF32(floatValue(kInf), floatValue(3.4e38, 1e36)));
  EXPECT_FALSE(agreeF32(floatValue(-kInf), floatValue(3.4e38, 1e36)));
}

TEST(Agree, WhatIsUnknownAgrees) {
  for (double v : {0.0, 1.0, kInf, -kInf, double(NAN)})
    for (double other : {2.0, kInf, double(NAN)})
      EXPECT_TRUE(agreeF32(floatValue(v, kInf), floatValue(other)));
  // An e that is not a number is a fault of the reference, not ignorance.
  EXPECT_FALSE(agreeF32(floatValue(1, NAN), floatValue(1)));
}

TEST(Agree, Integers) {
  auto agreeI64 = [](Value a, Value b) {
    return agree(a, b, DType::I64, Precision::None);
  };
  const int64_t large = int64_t(1) << 60;
  EXPECT_TRUE(agreeI64(intValue(large), intValue(large)));
  EXPECT_FALSE(agreeI64(intValue(large), intValue(large + 1)));
  EXPECT_TRUE(agreeI64(intValue(large, 1), intValue(large + 1)));
  EXPECT_TRUE(agreeI64(intValue(7, kInf), intValue(-7)));
}

TEST(Metric, BoundIsInclusiveAndExact) {
  Metric metric(DType::F32, Precision::Ieee);
  metric.add(0, floatValue(1), floatValue(1));
  metric.add(1, floatValue(1 + 0x1p-24), floatValue(1)); // half an ulp
  metric.add(2, floatValue(1 + 8e-3), floatValue(1, 1e-3));
  EXPECT_TRUE(metric.report().passed());
  EXPECT_LE(metric.report().maxRatio, 1.0);
  metric.add(3, floatValue(1 + 9e-3), floatValue(1, 1e-3));
  const Metric::Report report = metric.report();
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(1, report.failures);
  EXPECT_EQ(3, report.worst);
  EXPECT_NEAR(9e-3, report.maxRelative, 1e-12);
}

TEST(Metric, SpecialValuesAgreeInPlace) {
  Metric metric(DType::F32, Precision::Ieee);
  metric.add(0, floatValue(NAN), floatValue(NAN));
  metric.add(1, floatValue(INFINITY), floatValue(INFINITY));
  EXPECT_TRUE(metric.report().passed());
  metric.add(2, floatValue(NAN), floatValue(1, 1e9));
  metric.add(3, floatValue(1), floatValue(NAN));
  metric.add(4, floatValue(-INFINITY), floatValue(INFINITY));
  EXPECT_EQ(3, metric.report().specials);
  EXPECT_EQ(3, metric.report().failures);
}

TEST(Metric, IntegersAreExact) {
  Metric metric(DType::I64, Precision::None);
  metric.add(0, intValue(INT64_MAX), intValue(INT64_MAX));
  EXPECT_TRUE(metric.report().passed());
  metric.add(1, intValue(INT64_MAX - 1), intValue(INT64_MAX));
  EXPECT_FALSE(metric.report().passed());
}

TEST(Metric, LooseShare) {
  Metric metric(DType::F32, Precision::Ieee);
  metric.add(0, floatValue(1), floatValue(1, 0.1));
  metric.add(1, floatValue(1), floatValue(1, 1e-9));
  EXPECT_DOUBLE_EQ(0.5, metric.report().looseShare);
}

TEST(Metric, NothingComparedFails) {
  const Metric none(DType::F32, Precision::Ieee, 12);
  EXPECT_FALSE(none.report().passed());
  EXPECT_EQ("no element was compared", none.report().notes().at(0));
  EXPECT_FALSE(Metric(DType::F32, Precision::Ieee).report().passed());
  const Metric empty(DType::F32, Precision::Ieee, 0);
  EXPECT_TRUE(empty.report().passed());
  EXPECT_EQ("0 elements: nothing to compare", empty.report().notes().at(0));
}

TEST(Metric, TheShareThatNothingIsKnownOf) {
  Metric metric(DType::F32, Precision::Ieee, 4);
  metric.add(0, floatValue(1), floatValue(1));
  metric.add(1, floatValue(NAN), floatValue(1, kInf));
  metric.add(2, floatValue(3), floatValue(NAN, kInf));
  metric.add(3, floatValue(2), floatValue(2));
  const Metric::Report report = metric.report();
  EXPECT_TRUE(report.passed());
  EXPECT_EQ(2, report.unknown);
  EXPECT_EQ(0.5, report.looseShare);
  ASSERT_EQ(1u, report.notes().size());
  EXPECT_NE(std::string::npos, report.notes()[0].find("50 % of the elements"));
}

TEST(Metric, AnErrorThatIsNoNumberFails) {
  Metric metric(DType::F32, Precision::Ieee, 1);
  metric.add(0, floatValue(1), floatValue(1, NAN));
  EXPECT_FALSE(metric.report().passed());
  EXPECT_EQ(1, metric.report().unbounded);
}

/// The kernel follows the blocks; that these say what the source says is
/// another question.
TEST(Metric, TwoReferences) {
  Metric metric(DType::F32, Precision::Ieee, 3);
  metric.add(0, floatValue(1), floatValue(1, 1e-7), floatValue(1.00001, 1e-5));
  EXPECT_TRUE(metric.report().passed());
  EXPECT_EQ(0, metric.report().disagreements);
  metric.add(1, floatValue(1), floatValue(1, 1e-7), floatValue(2, 1e-5));
  metric.add(2, floatValue(1), floatValue(1, 1e-7), floatValue(5, kInf));
  const Metric::Report report = metric.report();
  EXPECT_EQ(0, report.failures);
  EXPECT_EQ(1, report.disagreements);
  EXPECT_EQ(1, report.firstDisagreement);
  EXPECT_EQ(1, report.unknown);
  EXPECT_FALSE(report.passed());
  EXPECT_NE(std::string::npos,
            report.notes().at(0).find("disagree in 1 elements"));
  Metric wrong(DType::F32, Precision::Ieee, 1);
  wrong.add(0, floatValue(2), floatValue(1, 1e-7), floatValue(1, kInf));
  EXPECT_EQ(1, wrong.report().failures);
}

/// The CheckError's text for --dim `option` of an entry with these dynamic
/// dimensions.
std::string dimError(const std::string &option,
                     const std::vector<std::string> &names) {
  bundle::EntryT entry;
  for (const std::string &name : names) {
    entry.symbols.push_back(std::make_unique<bundle::SymbolT>());
    entry.symbols.back()->name = name;
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(bundle::Entry::Pack(builder, &entry));
  try {
    checkDimNames({option}, {flatbuffers::GetRoot<bundle::Entry>(
                                builder.GetBufferPointer())});
  } catch (const CheckError &error) {
    return error.what();
  }
  return "";
}

TEST(Sampling, SizesNeedADynamicDimension) {
  EXPECT_EQ("", dimError("4", {"batch"}));
  EXPECT_EQ("", dimError("batch=4", {"batch", "length"}));
  EXPECT_EQ("--dim bath=4: no dynamic dimension has that name; there is: batch",
            dimError("bath=4", {"batch"}));
  const char *none = ": no dimension is dynamic, so there is none to give a "
                     "size: leave the option out";
  EXPECT_EQ(std::string("--dim 4") + none, dimError("4", {}));
  EXPECT_EQ(std::string("--dim batch=4") + none, dimError("batch=4", {}));
}

} // namespace
