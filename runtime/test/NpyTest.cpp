// .npy files, random data, element types.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include "Npy.h"
#include "Random.h"

#include <gtest/gtest.h>

using namespace upweave::check;
using namespace upweave::test;

namespace {

/// Text of the CheckError that reading `bytes` as `dtype` throws.
std::string readError(const Bytes &bytes, DType dtype = DType::F32) {
  try {
    readNpy(writeTemporary("bad.npy", bytes), dtype);
  } catch (const CheckError &error) {
    return error.what();
  }
  return "no error";
}

Bytes npy(const std::string &header, size_t data) {
  Bytes bytes = {
      0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)header.size(), 0};
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.resize(bytes.size() + data);
  return bytes;
}

TEST(Npy, RoundTrip) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const std::string path = writeTemporary("round.npy", {});
  writeNpy(path, DType::F32, {2, 3}, values.data());
  const NpyArray array = readNpy(path, DType::F32);
  EXPECT_EQ((Shape{2, 3}), array.shape);
  EXPECT_EQ(bytesOf(values), array.bytes);
  const double scalar = 7;
  writeNpy(path, DType::F64, {}, &scalar);
  EXPECT_EQ(Shape{}, readNpy(path, DType::F64).shape);
  const uint16_t bits[] = {0x3f80};
  writeNpy(path, DType::BF16, {1}, bits);
  EXPECT_EQ(2u, readNpy(path, DType::BF16).bytes.size());
}

TEST(Npy, HeaderIsNumPys) {
  const std::string header = npyHeader(DType::F32, {2, 3});
  EXPECT_EQ(0u, header.size() % 64);
  EXPECT_NE(std::string::npos,
            header.find("{'descr': '<f4', 'fortran_order': False, 'shape': "
                        "(2, 3), }"));
  EXPECT_NE(std::string::npos, npyHeader(DType::I1, {5}).find("(5,)"));
  EXPECT_NE(std::string::npos, npyHeader(DType::I1, {}).find("()"));
}

TEST(Npy, ErrorsAreNamed) {
  EXPECT_NE(std::string::npos, readError({1, 2}).find("not an .npy file"));
  const std::string start = "{'descr': '<f4', 'fortran_order': ";
  EXPECT_NE(std::string::npos,
            readError(npy(start + "True, 'shape': (2,), }", 8))
                .find("Fortran order"));
  EXPECT_NE(std::string::npos,
            readError(npy(start + "False, 'shape': (2,), }", 4))
                .find("needs 8 bytes of data, it has 4"));
  EXPECT_NE(std::string::npos,
            readError(npy(start + "False, 'shape': (2,), }", 8), DType::F16)
                .find("elements are '<f4', the argument takes '<f2' (f16)"));
  EXPECT_NE(std::string::npos, readError(npy("{}", 0)).find("no 'descr'"));
  EXPECT_NE(
      std::string::npos,
      readError(npy(start + "False, 'shape': (99999999999, 99999999999), }", 0))
          .find("99999999999"));
  EXPECT_NE(std::string::npos,
            readError(npy(start + "False, 'shape': (2", 8)).find("no end"));
  EXPECT_THROW(readNpy("/nonexistent.npy", DType::F32), CheckError);
}

TEST(Random, IsReproducibleAndStandard) {
  std::vector<float> a(10000), b(10000);
  fillRandom(a.data(), DType::F32, a.size(), 3);
  fillRandom(b.data(), DType::F32, b.size(), 3);
  EXPECT_EQ(a, b);
  fillRandom(b.data(), DType::F32, b.size(), 4);
  EXPECT_NE(a, b);
  double mean = 0, square = 0;
  for (float v : a) {
    mean += v / a.size();
    square += v * v / a.size();
  }
  EXPECT_NEAR(0, mean, 0.05);
  EXPECT_NEAR(1, square, 0.05);
}

TEST(Elements, SixteenBitFloats) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const double h = halfToDouble(bits), b = bfloatToDouble(bits);
    if (!std::isnan(h)) {
      ASSERT_EQ(bits, doubleToHalf(h));
    }
    if (!std::isnan(b)) {
      ASSERT_EQ(bits, doubleToBfloat(b));
    }
  }
  EXPECT_EQ(0x3c00, doubleToHalf(1 + 0x1p-11)); // ties to even
  EXPECT_EQ(0x3c02, doubleToHalf(1 + 3 * 0x1p-11));
  EXPECT_EQ(0x7bff, doubleToHalf(65519));
  EXPECT_EQ(0x7c00, doubleToHalf(65520));
  EXPECT_EQ(0x0001, doubleToHalf(0x1p-24));
  EXPECT_TRUE(std::isnan(halfToDouble(doubleToHalf(NAN))));
}

} // namespace
