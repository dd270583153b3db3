/* A host variant as the compiler would make it: y = 2 x, with the factor from
 * the constants and a trip through the workspace.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* Another file with other code, of the same names. */
#ifndef UPWEAVE_TEST_TIMES
#define UPWEAVE_TEST_TIMES 1
#endif

struct Rank2 {
  float *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
};
struct Rank1 {
  char *allocated, *aligned;
  int64_t offset, sizes[1], strides[1];
};

/* abi 0 */
void upweave_host_twice(void **args) {
  struct Rank2 *x = args[0], *y = args[1];
  struct Rank1 *constants = args[2], *workspace = args[3];
  float factor = UPWEAVE_TEST_TIMES * *(float *)constants->aligned;
  float *scratch = (float *)workspace->aligned;
  for (int64_t i = 0; i < x->sizes[0]; ++i)
    for (int64_t j = 0; j < x->sizes[1]; ++j) {
      scratch[0] = x->aligned[i * x->strides[0] + j * x->strides[1]];
      y->aligned[i * y->strides[0] + j * y->strides[1]] = factor * scratch[0];
    }
}

struct Team {
  int64_t thread, count;
  void (*barrier)(void *context);
  void *context;
};

/* abi 1: each thread leaves its rows in the shared workspace, and each takes
 * those of the next thread from there, by way of scratch of its own. The
 * workspace is n * 4 + 256 bytes and 256 for each thread. */
void upweave_host_twice_team(void **args) {
  struct Rank2 *x = args[0], *y = args[1];
  struct Rank1 *constants = args[2], *workspace = args[3];
  struct Team *team = args[4];
  float factor = UPWEAVE_TEST_TIMES * *(float *)constants->aligned;
  float *shared = (float *)workspace->aligned;
  int64_t rows = x->sizes[0], count = team->count;
  float *own =
      (float *)(workspace->aligned + rows * 4 + 256 + team->thread * 256);
  int64_t from = rows * team->thread / count;
  int64_t to = rows * (team->thread + 1) / count;
  for (int64_t round = 0; round < 4; ++round) {
    for (int64_t i = from; i < to; ++i)
      shared[i] = x->aligned[i * x->strides[0] + round * x->strides[1]];
    team->barrier(team->context);
    for (int64_t i = 0; i < rows; ++i) {
      if (i * count / rows != (team->thread + 1) % count)
        continue;
      own[0] = shared[i];
      y->aligned[i * y->strides[0] + round * y->strides[1]] = factor * own[0];
    }
    team->barrier(team->context);
  }
}
