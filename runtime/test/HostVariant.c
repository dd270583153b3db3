/* A host variant as the compiler would make it: y = 2 x, with the factor from
 * the constants and a trip through the workspace.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

struct Rank2 {
  float *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
};
struct Rank1 {
  char *allocated, *aligned;
  int64_t offset, sizes[1], strides[1];
};

void upweave_host_twice(void **args) {
  struct Rank2 *x = args[0], *y = args[1];
  struct Rank1 *constants = args[2], *workspace = args[3];
  float factor = *(float *)constants->aligned;
  float *scratch = (float *)workspace->aligned;
  for (int64_t i = 0; i < x->sizes[0]; ++i)
    for (int64_t j = 0; j < x->sizes[1]; ++j) {
      scratch[0] = x->aligned[i * x->strides[0] + j * x->strides[1]];
      y->aligned[i * y->strides[0] + j * y->strides[1]] = factor * scratch[0];
    }
}
