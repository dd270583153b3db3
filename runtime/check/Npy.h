// Arrays in .npy files (NumPy format 1.0 to 3.0, C order).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_CHECK_NPY_H
#define UPWEAVE_CHECK_NPY_H

#include "IndexMap.h"

#include <string>
#include <vector>

namespace upweave {
namespace check {

/// An array in row-major order.
struct NpyArray {
  Shape shape;
  std::vector<unsigned char> bytes;
};

/// Reads an array whose elements must be `dtype`. bf16 has no NumPy type: it is
/// stored as '<u2' (or '|V2') bits. Throws CheckError naming file and field.
NpyArray readNpy(const std::string &path, DType dtype);

/// Writes row-major elements, all or nothing; bf16 as '<u2'. Throws CheckError
/// where the file cannot be written.
void writeNpy(const std::string &path, DType dtype, const Shape &shape,
              const void *data);

/// The header text for an array, as writeNpy writes it.
std::string npyHeader(DType dtype, const Shape &shape);

} // namespace check
} // namespace upweave

#endif // UPWEAVE_CHECK_NPY_H
