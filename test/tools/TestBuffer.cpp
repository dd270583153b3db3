//===- TestBuffer.cpp - Seeded tensors and their comparison ---------------===//
// Buffers that test tools pass to compiled functions, by MLIR element type.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "TestBuffer.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace upweave;

static constexpr size_t kAlignment = 256;
static constexpr size_t kGuardBytes = 4096;
static constexpr char kGuardByte = 0x5a;

static int64_t getElementBytes(Type type) {
  return type.isIndex() ? 8
                        : llvm::divideCeil(type.getIntOrFloatBitWidth(), 8u);
}

static double readElement(Type type, const char *at) {
  uint64_t bits = 0;
  std::memcpy(&bits, at, getElementBytes(type));
  if (auto floatType = dyn_cast<FloatType>(type)) {
    llvm::APFloat value(floatType.getFloatSemantics(),
                        llvm::APInt(floatType.getWidth(), bits));
    bool lost;
    value.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &lost);
    return value.convertToDouble();
  }
  unsigned width = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  if (width == 1)
    return bits & 1;
  return static_cast<double>(llvm::SignExtend64(bits, width));
}

static void writeElement(Type type, char *at, double value) {
  uint64_t bits;
  if (auto floatType = dyn_cast<FloatType>(type)) {
    llvm::APFloat rounded(value);
    bool lost;
    rounded.convert(floatType.getFloatSemantics(),
                    llvm::APFloat::rmNearestTiesToEven, &lost);
    bits = rounded.bitcastToAPInt().getZExtValue();
  } else {
    bits = static_cast<uint64_t>(static_cast<int64_t>(value));
  }
  std::memcpy(at, &bits, getElementBytes(type));
}

TestBuffer::TestBuffer(Type elementType, ArrayRef<int64_t> shape)
    : elementType(elementType), shape(shape), numElements(1),
      elementBytes(getElementBytes(elementType)) {
  for (int64_t size : shape)
    numElements *= size;
  size_t bytes = numElements * elementBytes;
  storage.assign(bytes + kAlignment + kGuardBytes, kGuardByte);
  data = reinterpret_cast<char *>(
      llvm::alignTo(reinterpret_cast<uintptr_t>(storage.data()), kAlignment));
  auto address = reinterpret_cast<int64_t>(data);
  descriptor = {address, address, 0};
  descriptor.insert(descriptor.end(), shape.begin(), shape.end());
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i > 1; --i)
    strides[i - 2] = strides[i - 1] * shape[i - 1];
  descriptor.insert(descriptor.end(), strides.begin(), strides.end());
}

void TestBuffer::fillRandom(std::mt19937 &generator) {
  bool isFloat = isa<FloatType>(elementType);
  for (int64_t i = 0; i < numElements; ++i) {
    // The same numbers on every C++ library.
    double unit = generator() / 4294967296.0;
    set(i, isFloat ? 2 * unit - 1 : std::floor(4 * unit));
  }
}

void TestBuffer::poison() {
  std::memset(data, 0xff, numElements * elementBytes);
}

double TestBuffer::get(int64_t index) const {
  return readElement(elementType, data + index * elementBytes);
}

void TestBuffer::set(int64_t index, double value) {
  writeElement(elementType, data + index * elementBytes, value);
}

bool TestBuffer::isGuardIntact() const {
  const char *end = data + numElements * elementBytes;
  for (const char *at = end; at < end + kGuardBytes; ++at)
    if (*at != kGuardByte)
      return false;
  return true;
}

bool TestBuffer::hasSameBytes(const TestBuffer &other) const {
  return shape == other.shape && elementBytes == other.elementBytes &&
         std::memcmp(data, other.data, numElements * elementBytes) == 0;
}

double TensorView::get(int64_t index) const {
  return readElement(elementType, data + index * getElementBytes(elementType));
}

Difference upweave::compare(const TensorView &expected,
                            const TestBuffer &actual, double tolerance) {
  int64_t count = actual.getNumElements(), finite = 0;
  double mean = 0;
  for (int64_t i = 0; i < count; ++i) {
    double e = expected.get(i);
    if (std::isfinite(e)) {
      mean += std::fabs(e);
      ++finite;
    }
  }
  mean = finite ? mean / finite : 0;
  Difference difference;
  for (int64_t i = 0; i < count; ++i) {
    double e = expected.get(i), a = actual.get(i), ratio;
    if (!std::isfinite(e) || !std::isfinite(a)) {
      bool agree = (std::isnan(e) && std::isnan(a)) || e == a;
      ratio = agree ? 0 : HUGE_VAL;
    } else {
      double error = std::fabs(a - e);
      double allowed = tolerance * (std::fabs(e) + mean);
      ratio = error == 0 ? 0 : error / allowed;
      difference.maxError = std::max(difference.maxError, error);
    }
    if (ratio > difference.maxRatio) {
      difference.maxRatio = ratio;
      difference.worst = i;
    }
  }
  return difference;
}
