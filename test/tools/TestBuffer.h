//===- TestBuffer.h - Seeded tensors and their comparison -------*- C++ -*-===//
// Buffers that test tools pass to compiled functions, by MLIR element type.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TEST_TOOLS_TESTBUFFER_H
#define UPWEAVE_TEST_TOOLS_TESTBUFFER_H

#include "mlir/IR/BuiltinTypes.h"

#include <cstdint>
#include <random>
#include <vector>

namespace upweave {

/// Memory of one tensor in row-major order, with guard bytes behind it, and its
/// memref descriptor.
class TestBuffer {
public:
  TestBuffer(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  // The descriptor points into the storage, which moves with it.
  TestBuffer(const TestBuffer &) = delete;
  TestBuffer(TestBuffer &&) = default;
  TestBuffer &operator=(TestBuffer &&) = default;

  /// Values in [-1, 1), or integers in [0, 4), from the generator.
  void fillRandom(std::mt19937 &generator);
  /// All bits set: NaN for floats.
  void poison();

  /// The descriptor: {allocated, aligned, offset, sizes, strides}.
  void *getDescriptor() { return descriptor.data(); }
  /// The bytes of a descriptor of this rank.
  static size_t getDescriptorSize(size_t rank) {
    return (3 + 2 * rank) * sizeof(int64_t);
  }
  char *getData() { return data; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getNumElements() const { return numElements; }

  /// Element `index` in row-major order.
  double get(int64_t index) const;
  void set(int64_t index, double value);

  /// True if the elements of both are the same bits.
  bool hasSameBytes(const TestBuffer &other) const;

  /// False when something was written behind the buffer.
  bool isGuardIntact() const;

private:
  mlir::Type elementType;
  llvm::SmallVector<int64_t> shape;
  int64_t numElements, elementBytes;
  std::vector<char> storage;
  char *data;
  std::vector<int64_t> descriptor;
};

/// A tensor in memory that something else owns.
struct TensorView {
  mlir::Type elementType;
  llvm::SmallVector<int64_t> shape;
  const char *data;
  double get(int64_t index) const;
};

/// How far two tensors are apart.
struct Difference {
  double maxError = 0; ///< Largest |actual - expected| where finite.
  double maxRatio = 0; ///< Largest error by what the tolerance allows.
  int64_t worst = 0;   ///< Element with the largest ratio.
};

/// Compares element by element: an error may be `tolerance` times (|expected| +
/// the mean magnitude); NaN and infinities must agree.
Difference compare(const TensorView &expected, const TestBuffer &actual,
                   double tolerance);

} // namespace upweave

#endif // UPWEAVE_TEST_TOOLS_TESTBUFFER_H
