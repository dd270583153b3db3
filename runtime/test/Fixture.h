// Tensors and programs for tests of the C interface.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_TEST_FIXTURE_H
#define UPWEAVE_TEST_FIXTURE_H

#include "FakeDriver.h"
#include "TestBundle.h"

#include "upweave/upweave.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <new>

namespace upweave {
namespace test {

/// The fake driver's state. Points the runtime at the fake driver.
inline FakeState &fake() {
  static FakeState *state = [] {
    setenv("UPWEAVE_CUDA_DRIVER", UPWEAVE_TEST_FAKE_DRIVER, 1);
    void *library = dlopen(UPWEAVE_TEST_FAKE_DRIVER, RTLD_NOW | RTLD_LOCAL);
    return reinterpret_cast<FakeStateFn>(dlsym(library, "fakeState"))();
  }();
  return *state;
}
inline void *fakeContext() {
  void *library = dlopen(UPWEAVE_TEST_FAKE_DRIVER, RTLD_NOW | RTLD_LOCAL);
  return reinterpret_cast<void *(*)()>(dlsym(library, "fakeCreateContext"))();
}

/// Tests that load the doubling bundle; the fake driver starts afresh.
class RuntimeTest : public ::testing::Test {
protected:
  void SetUp() override { fake() = FakeState(); }
  void TearDown() override {
    for (uw_program *program : programs)
      uw_program_release(program);
    for (uw_bundle *bundle : bundles)
      uw_bundle_release(bundle);
  }

  uw_bundle *open(const Bytes &bytes) {
    uw_bundle *bundle = nullptr;
    EXPECT_EQ(UW_OK, uw_bundle_load_memory(bytes.data(), bytes.size(), &bundle))
        << uw_last_error();
    bundles.push_back(bundle);
    return bundle;
  }
  uw_bundle *openFor(const std::vector<std::string> &chips) {
    return open(doublingBundle(chips));
  }

  uw_program *load(uw_bundle *bundle, uw_device_kind kind,
                   const char *image = nullptr, void *context = nullptr) {
    uw_load_options options = {};
    options.struct_size = sizeof(options);
    options.device_kind = kind;
    options.image = image;
    options.context = context;
    uw_program *program = nullptr;
    status = uw_program_load(bundle, nullptr, &options, &program);
    if (program)
      programs.push_back(program);
    return program;
  }

  /// x and y of shape (rows, 4) on `kind`.
  void makeTensors(int64_t rows, uw_device_kind kind) {
    shape[0] = rows;
    for (int i = 0; i < 2; ++i) {
      tensors[i] = {};
      tensors[i].data = i ? y : x;
      tensors[i].shape = shape;
      tensors[i].rank = 2;
      tensors[i].dtype = UW_F32;
      tensors[i].device_kind = kind;
    }
    for (int i = 0; i < 64; ++i) {
      x[i] = float(i);
      y[i] = -1;
    }
  }

  uw_status launch(uw_program *program, uint32_t flags = 0,
                   void *stream = nullptr) {
    uw_launch call = {};
    call.struct_size = sizeof(call);
    call.flags = flags;
    call.tensors = tensors;
    call.count = 2;
    call.workspace = workspace;
    call.workspace_bytes = workspaceBytes;
    call.stream = stream;
    return uw_program_launch(program, &call);
  }

  /// The last error, expected to hold `part`.
  void expectError(const char *part) {
    EXPECT_NE(nullptr, std::strstr(uw_last_error(), part))
        << part << " in: " << uw_last_error();
  }

  uw_status status = UW_OK;
  int64_t shape[2] = {2, 4};
  alignas(256) float x[64], y[64];
  alignas(256) char workspace[4096];
  uint64_t workspaceBytes = sizeof(workspace);
  uw_tensor tensors[2];
  std::vector<uw_bundle *> bundles;
  std::vector<uw_program *> programs;
};

} // namespace test
} // namespace upweave

#endif // UPWEAVE_TEST_FIXTURE_H
