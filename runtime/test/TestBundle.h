// Builds small bundles for the tests, with FlatBuffers' object interface.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_TEST_TESTBUNDLE_H
#define UPWEAVE_TEST_TESTBUNDLE_H

#include "BundleFile.h"
#include "upweave/bundle_format.h"

#include <string>
#include <vector>

namespace upweave {
namespace test {

using Bytes = std::vector<unsigned char>;
using ExprPtr = std::unique_ptr<bundle::ExprT>;
using ExprVec = std::vector<ExprPtr>;

/// The file of a table with these sections; fills in the table's section list.
Bytes writeBundle(bundle::BundleT &table, const std::vector<Bytes> &sections);

Bytes writeBundle(bundle::BundleT &&table, const std::vector<Bytes> &sections);

/// Reads a bundle that must be valid.
std::shared_ptr<const rt::BundleFile> readBundle(const Bytes &bytes);

/// Writes bytes to a file that the test process removes when it ends.
std::string writeTemporary(const std::string &name, const Bytes &bytes);

// Expressions.
ExprPtr constant(int64_t value);
ExprPtr dim(int32_t argument, int32_t dimension);
ExprPtr loop(int32_t index);
ExprPtr binary(bundle::ExprOp op, ExprPtr a, ExprPtr b);
/// One expression per argument, as a list.
template <typename... E> ExprVec list(E... exprs) {
  ExprVec result;
  (result.push_back(std::move(exprs)), ...);
  return result;
}
/// Constants.
ExprVec sizes(const std::vector<int64_t> &values);
/// Loops.
ExprVec loops(const std::vector<int32_t> &indices);

std::unique_ptr<bundle::ArgumentT> argument(const std::string &name,
                                            bundle::Role role,
                                            bundle::DType dtype,
                                            std::vector<int64_t> shape);

/// Bytes of a vector's elements.
template <typename T> Bytes bytesOf(const std::vector<T> &values) {
  const auto *p = reinterpret_cast<const unsigned char *>(values.data());
  return Bytes(p, p + values.size() * sizeof(T));
}

/// y = 2 x for f32 tensors of shape (n, 4) with n dynamic: a launch list for
/// each of `chips` ("sm_89" a cubin and PTX; "ptx:sm_80" PTX alone), a host
/// variant, 8 bytes of constants, n * 4 + 256 bytes of workspace, and a
/// meaning.
bundle::BundleT doublingTable(const std::vector<std::string> &chips);
/// The same with a host variant for a team of threads, which takes 256 bytes
/// more of workspace for each.
bundle::BundleT teamTable();
/// y = 3 w x for x and y of shape (n, 4) and w of 4: a launch that prepares 3 w
/// at byte 256 of 512, then one that reads it; 256 bytes of workspace.
bundle::BundleT scalingTable(const std::vector<std::string> &chips);
/// Their sections, with the host variant read from the test library.
std::vector<Bytes> doublingSections();
Bytes doublingBundle(const std::vector<std::string> &chips);

} // namespace test
} // namespace upweave

#endif // UPWEAVE_TEST_TESTBUNDLE_H
